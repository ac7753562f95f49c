"""Words of collateral (抵质押物): what it is, how it secures, and whether that is registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Ware(models.TextChoices):
    """What secures (物)."""

    HOUSE = "house", _("房产")
    LAND = "land", _("土地")
    CONSTRUCTION = "construction", _("在建工程")
    RECEIVABLE = "receivable", _("应收账款")
    BILL = "bill", _("票据")
    EQUITY = "equity", _("股权")
    VEHICLE = "vehicle", _("车辆")
    CHATTEL = "chattel", _("动产")
    OTHER = "other", _("其他")


class SecurityMethod(models.TextChoices):
    """How it secures (方式)."""

    MORTGAGE = "mortgage", _("抵押")
    JUNIOR_MORTGAGE = "junior", _("顺位抵押")
    PLEDGE = "pledge", _("质押")
    CUSTODY = "custody", _("监管")
    PRESALE = "presale", _("预售")
    OTHER = "other", _("其他")


_ESTATE = frozenset({SecurityMethod.MORTGAGE, SecurityMethod.JUNIOR_MORTGAGE, SecurityMethod.OTHER})
_RIGHT = frozenset({SecurityMethod.PLEDGE, SecurityMethod.OTHER})
_THING = _ESTATE | {SecurityMethod.PLEDGE, SecurityMethod.CUSTODY}

METHODS_OF: Mapping[str, frozenset[SecurityMethod]] = {
    Ware.HOUSE: _ESTATE | {SecurityMethod.PRESALE},
    Ware.LAND: _ESTATE,
    Ware.CONSTRUCTION: _ESTATE | {SecurityMethod.PRESALE},
    Ware.RECEIVABLE: _RIGHT | {SecurityMethod.CUSTODY},
    Ware.BILL: _RIGHT,
    Ware.EQUITY: _RIGHT,
    Ware.VEHICLE: _THING,
    Ware.CHATTEL: _THING,
    Ware.OTHER: frozenset(SecurityMethod),
}
"""Which methods go with which ware: real estate is not pledged, rights are not mortgaged (民法典 395, 440)."""

REGISTRATION_EFFECT: Mapping[str, Any] = {
    Ware.HOUSE: _("抵押权自登记时设立（民法典402条），未登记不成立"),
    Ware.LAND: _("抵押权自登记时设立（民法典402条），未登记不成立"),
    Ware.CONSTRUCTION: _("抵押权自登记时设立（民法典402条），未登记不成立"),
    Ware.RECEIVABLE: _("质权自办理出质登记时设立（民法典445条）"),
    Ware.BILL: _("质权自交付权利凭证时设立，没有权利凭证的自登记时设立（民法典441条）"),
    Ware.EQUITY: _("质权自办理出质登记时设立（民法典443条）"),
    Ware.VEHICLE: _("抵押权自合同生效时设立，未登记不得对抗善意第三人（民法典403条）"),
    Ware.CHATTEL: _(
        "抵押权自合同生效时设立，未登记不得对抗善意第三人（民法典403条）；质权自交付时设立（429条）"
    ),
    Ware.OTHER: _("按权利种类确定登记效力"),
}
"""What registration does, by ware."""


class RegistrationState(models.TextChoices):
    """How far the registration is (登记状态)."""

    NONE = "none", _("未登记")
    PENDING = "pending", _("登记中")
    REGISTERED = "registered", _("已登记")
    NOT_NEEDED = "not_needed", _("无需登记")
    CANCELLED = "cancelled", _("已注销")


class ValuationMethod(models.TextChoices):
    """How the value was found (估值方法)."""

    MARKET = "market", _("市场比较法")
    INCOME = "income", _("收益法")
    COST = "cost", _("成本法")
    INQUIRY = "inquiry", _("询价")
    BOOK = "book", _("账面价值")
    AGREED = "agreed", _("协商确定")


VALUATION_DAYS = 365
"""A value older than this is shown as stale (估值已过期)."""
REGISTRATION_SOON_DAYS = 60
"""Registrations and insurances that end within this are marked (即将到期)."""
