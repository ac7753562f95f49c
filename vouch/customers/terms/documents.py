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
    HOUSEHOLD = "household", _("户口簿与婚姻证明")
    ACCOUNT_PERMIT = "account_permit", _("基本存款账户信息")
    APPLICATION = "application", _("委托担保申请书")
    SURVEY = "survey", _("尽职调查报告与工作底稿")
    STATEMENTS = "statements", _("财务报表")
    AUDIT = "audit", _("审计报告")
    TAX_RETURN = "tax_return", _("纳税申报表与完税证明")
    INCOME = "income", _("收入证明")
    BANK_STATEMENT = "bank_statement", _("银行流水")
    CONTRACT = "contract", _("购销合同")
    LEASE = "lease", _("租赁合同")
    LAND = "land", _("土地承包与流转合同")
    UTILITY_BILL = "utility_bill", _("水电气单据")
    TITLE = "title", _("权属证书")
    VALUATION = "valuation", _("评估报告")
    INSURANCE = "insurance", _("保险单")
    LOAN = "loan", _("借款合同与授信批复")
    TENDER = "tender", _("招标文件与中标通知")
    SITE_PHOTO = "site_photo", _("现场照片")
    COLLATERAL_PHOTO = "collat_photo", _("抵质押物照片")
    OTHER = "other", _("其他资料")


PHOTOS = (DocumentCategory.SITE_PHOTO, DocumentCategory.COLLATERAL_PHOTO)
"""Looked at as pictures, dated by the day they were taken; everything else is a paper."""

CATEGORY_GROUPS = (
    (_("影像"), PHOTOS),
    (
        _("主体证照"),
        (
            DocumentCategory.LICENCE,
            DocumentCategory.ARTICLES,
            DocumentCategory.RESOLUTION,
            DocumentCategory.PERMIT,
            DocumentCategory.HOUSEHOLD,
            DocumentCategory.ACCOUNT_PERMIT,
        ),
    ),
    (
        _("财务与税务"),
        (
            DocumentCategory.STATEMENTS,
            DocumentCategory.AUDIT,
            DocumentCategory.TAX_RETURN,
            DocumentCategory.INCOME,
            DocumentCategory.BANK_STATEMENT,
        ),
    ),
    (
        _("经营"),
        (
            DocumentCategory.CONTRACT,
            DocumentCategory.LEASE,
            DocumentCategory.LAND,
            DocumentCategory.UTILITY_BILL,
            DocumentCategory.TENDER,
        ),
    ),
    (
        _("资产与融资"),
        (
            DocumentCategory.TITLE,
            DocumentCategory.VALUATION,
            DocumentCategory.INSURANCE,
            DocumentCategory.LOAN,
        ),
    ),
    (
        _("申请与调查"),
        (DocumentCategory.APPLICATION, DocumentCategory.SURVEY, DocumentCategory.OTHER),
    ),
)
"""As forms list them: every category once."""


class Validity(models.TextChoices):
    """Whether a paper with a last day still holds (有效期)."""

    VALID = "valid", _("有效期内")
    ENDING = "ending", _("即将到期")
    ENDED = "ended", _("已过期")
    ENDLESS = "endless", _("未注明有效期")


ENDING_SOON_DAYS = 30
"""So long before its last day a paper is shown as ending."""
