"""Words of parties (客户): who they are and what they are called by."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PartyKind(TextChoices):
    """What a party is; persons come with the vault."""

    ENTERPRISE = "enterprise", _("企业")


class PartyStatus(TextChoices):
    """Whether the institution still deals with the party."""

    ACTIVE = "active", _("正常")
    CLOSED = "closed", _("已注销")
    RESTRICTED = "restricted", _("限制处理")
    """Kept and nothing else (PIPL 47: 停止除存储和采取必要的安全保护措施之外的处理)."""


TRANSITIONS: dict[str, frozenset[str]] = {
    PartyStatus.ACTIVE: frozenset({PartyStatus.CLOSED}),
    PartyStatus.CLOSED: frozenset({PartyStatus.ACTIVE}),
    # Restricting and lifting it are verbs of their own.
    PartyStatus.RESTRICTED: frozenset(),
}


class IdentifierKind(TextChoices):
    """By which code a party is known."""

    USCC = "uscc", _("统一社会信用代码")
    OLD_NUMBER = "old_number", _("旧注册号")
    SOURCE_CODE = "source_code", _("来源代号")
    OTHER = "other", _("其他代码")


class FirmSizeName(TextChoices):
    """The sizes of 中小企业划型标准规定 (工信部联企业〔2011〕300号)."""

    LARGE = "large", _("大型")
    MEDIUM = "medium", _("中型")
    SMALL = "small", _("小型")
    MICRO = "micro", _("微型")


class Currency(TextChoices):
    """Currencies in which registered capital is stated."""

    CNY = "CNY", _("人民币")
    USD = "USD", _("美元")
    HKD = "HKD", _("港元")
    EUR = "EUR", _("欧元")
    JPY = "JPY", _("日元")
    GBP = "GBP", _("英镑")
    AUD = "AUD", _("澳大利亚元")
    CAD = "CAD", _("加拿大元")
    SGD = "SGD", _("新加坡元")
    CHF = "CHF", _("瑞士法郎")
    KRW = "KRW", _("韩元")
    TWD = "TWD", _("新台币")
    MOP = "MOP", _("澳门元")


PROVINCES = (
    "北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江", "安徽", "福建", "江西",
    "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南", "西藏", "陕西", "甘肃",
    "青海", "宁夏", "新疆", "台湾", "香港", "澳门",
)  # fmt: skip
"""GB/T 2260, first two digits, by their short names."""

SOURCE_INVOICES = "invoices"
"""The source of codes (来源代号) under which invoices name their enterprises."""
