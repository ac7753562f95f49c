"""Words of public records (公共记录): what courts, authorities and registers say of a customer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RecordKind(models.TextChoices):
    """What is searched for and recorded, each by itself."""

    LITIGATION = "litigation", _("涉诉")
    ENFORCEMENT = "enforcement", _("被执行人")
    RESTRICTION = "restriction", _("限制高消费")
    TERMINATED = "terminated", _("终本案件")
    DISHONESTY = "dishonesty", _("失信被执行人")
    PENALTY = "penalty", _("行政处罚")
    ABNORMAL = "abnormal", _("经营异常名录")
    SERIOUS = "serious", _("严重违法失信名单")
    TAX_ARREARS = "tax_arrears", _("欠税公告")
    EQUITY_PLEDGE = "pledge", _("股权出质")
    EQUITY_FREEZE = "freeze", _("股权冻结")
    CHATTEL_MORTGAGE = "chattel", _("动产抵押")


GRAVE = frozenset(
    {
        RecordKind.ENFORCEMENT,
        RecordKind.RESTRICTION,
        RecordKind.TERMINATED,
        RecordKind.DISHONESTY,
        RecordKind.ABNORMAL,
        RecordKind.SERIOUS,
        RecordKind.TAX_ARREARS,
        RecordKind.EQUITY_FREEZE,
    }
)
"""Kinds of which one open record already warns; lawsuits, penalties and pledges are weighed by number and amount."""

SEARCH_DAYS = 90
"""A search older than this is shown as stale (查询已过期)."""


class LawsuitSide(models.TextChoices):
    """What the customer is in a lawsuit (诉讼地位)."""

    PLAINTIFF = "plaintiff", _("原告")
    DEFENDANT = "defendant", _("被告")
    THIRD = "third", _("第三人")


class RecordState(models.TextChoices):
    """Whether the matter still stands (状态)."""

    OPEN = "open", _("未结")
    CLOSED = "closed", _("已结")
