"""Words of materials (资料): what something was learned from, from whom, and how far it is believed."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from vouch.customers.terms.consent import DataClass


class MaterialKind(models.TextChoices):
    """What a material is; each kind has its own table of what it says."""

    FINANCIALS = "financials", _("财务报表")
    BANK = "bank", _("银行流水")
    RECORD = "record", _("公共记录")
    GUARANTEE = "guarantee", _("对外担保")
    COLLATERAL = "collateral", _("抵质押物")
    TAX = "tax", _("纳税记录")
    UTILITY = "utility", _("水电气缴费")
    ANSWERS = "answers", _("评级问卷")
    DOCUMENT = "document", _("证照与影像")
    FIGURE = "figure", _("核实数据")


DATA_CLASS_OF: Mapping[MaterialKind, DataClass] = {
    MaterialKind.FINANCIALS: DataClass.INCOME,
    MaterialKind.BANK: DataClass.BANK,
    MaterialKind.RECORD: DataClass.IDENTITY,
    MaterialKind.GUARANTEE: DataClass.PROPERTY,
    MaterialKind.COLLATERAL: DataClass.PROPERTY,
    MaterialKind.TAX: DataClass.TAX,
    MaterialKind.UTILITY: DataClass.INCOME,
    MaterialKind.ANSWERS: DataClass.INCOME,
    MaterialKind.DOCUMENT: DataClass.IDENTITY,
    MaterialKind.FIGURE: DataClass.INCOME,
}
"""What an authorisation has to reach for this kind, where one is needed."""


class Origin(models.TextChoices):
    """From whom we have it (来源)."""

    CUSTOMER = "customer", _("客户提供")
    ON_SITE = "on_site", _("现场核实")
    TAX_OFFICE = "tax_office", _("税务机关")
    BANK = "bank", _("银行")
    REGISTER = "register", _("登记机关")
    COURT = "court", _("法院")
    AUTHORITY = "authority", _("其他行政机关")
    SUPPLIER = "supplier", _("水电气公司")
    AUDITOR = "auditor", _("会计师事务所")
    APPRAISER = "appraiser", _("评估机构")
    PUBLIC = "public", _("公开信息")
    PARTNER = "partner", _("合作机构")
    OWN = "own", _("本机构")


class Confidence(models.TextChoices):
    """How far a value is to be believed (可信度)."""

    HIGH = "high", _("高")
    MEDIUM = "medium", _("中")
    LOW = "low", _("低")
    NONE = "none", _("不采信")


CONFIDENCE_OF: Mapping[Origin, Confidence] = {
    Origin.CUSTOMER: Confidence.LOW,
    Origin.ON_SITE: Confidence.MEDIUM,
    Origin.TAX_OFFICE: Confidence.HIGH,
    Origin.BANK: Confidence.HIGH,
    Origin.REGISTER: Confidence.HIGH,
    Origin.COURT: Confidence.HIGH,
    Origin.AUTHORITY: Confidence.HIGH,
    Origin.SUPPLIER: Confidence.HIGH,
    Origin.AUDITOR: Confidence.MEDIUM,
    Origin.APPRAISER: Confidence.MEDIUM,
    Origin.PUBLIC: Confidence.MEDIUM,
    Origin.PARTNER: Confidence.MEDIUM,
    Origin.OWN: Confidence.MEDIUM,
}
"""Before anybody verified it: what comes from where it is made is believed, what the customer hands in is not yet."""


class VerificationMeans(models.TextChoices):
    """How somebody verified a material (核实方式)."""

    ORIGINAL = "original", _("核对原件")
    SOURCE = "source", _("向来源机构核实")
    ON_SITE = "on_site", _("现场查看")
    CROSS = "cross", _("与其他资料交叉核对")
    TELEPHONE = "telephone", _("电话核实")


class Finding(models.TextChoices):
    """What the verification found (核实结论)."""

    CONFIRMED = "confirmed", _("属实")
    PARTLY = "partly", _("部分属实")
    REFUTED = "refuted", _("不属实")


class MaterialState(models.TextChoices):
    """Whether a material still counts (资料状态)."""

    IN_FORCE = "in_force", _("有效")
    SUPERSEDED = "superseded", _("已有更新")
    WITHDRAWN = "withdrawn", _("已撤回")
