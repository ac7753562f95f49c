"""Words of documents and photos (证照与影像): what a scanned paper is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentCategory(models.TextChoices):
    """What the paper is (资料类别); landscape §3 has the list of the trade."""

    LICENCE = "licence", _("营业执照")
    ARTICLES = "articles", _("公司章程")
    RESOLUTION = "resolution", _("股东会、董事会决议")
    PERMIT = "permit", _("许可证与资质证书")
    APPLICATION = "application", _("委托担保申请书")
    STATEMENTS = "statements", _("财务报表")
    AUDIT = "audit", _("审计报告")
    TAX_RETURN = "tax_return", _("纳税申报表与完税证明")
    BANK_STATEMENT = "bank_statement", _("银行流水")
    CONTRACT = "contract", _("购销合同")
    LEASE = "lease", _("租赁合同")
    TITLE = "title", _("权属证书")
    VALUATION = "valuation", _("评估报告")
    UTILITY_BILL = "utility_bill", _("水电气单据")
    SITE_PHOTO = "site_photo", _("现场照片")
    LOAN = "loan", _("借款合同与授信批复")
    OTHER = "other", _("其他资料")
