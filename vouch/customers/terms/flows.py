"""Words of what flows: money through accounts, taxes declared and paid, electricity, water and gas."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class FlowDirection(models.TextChoices):
    """Which way money went."""

    IN = "in", _("收入")
    OUT = "out", _("支出")


class TransactionMark(models.TextChoices):
    """What is remarkable about a transaction."""

    BREAK = "break", _("余额断点")
    CASH = "cash", _("现金")
    CHARGE = "charge", _("结息收费")


class TaxKind(models.TextChoices):
    """Kinds of tax (税种); what is none of these is other."""

    VAT = "vat", _("增值税")
    INCOME = "income", _("企业所得税")
    PERSONAL = "personal", _("个人所得税")
    SURCHARGE = "surcharge", _("附加税费")
    STAMP = "stamp", _("印花税")
    PROPERTY = "property", _("房产税")
    LAND = "land", _("城镇土地使用税")
    SOCIAL = "social", _("社会保险费")
    OTHER = "other", _("其他税费")


class UtilityKind(models.TextChoices):
    """What is consumed and paid by the month (水电气)."""

    ELECTRICITY = "electricity", _("电")
    WATER = "water", _("水")
    GAS = "gas", _("气")


UTILITY_UNITS = {
    UtilityKind.ELECTRICITY: _("千瓦时"),
    UtilityKind.WATER: _("吨"),
    UtilityKind.GAS: _("立方米"),
}
"""In what each is measured."""
