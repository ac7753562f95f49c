"""Words of lists (名单) and of hits on them (命中)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class ListKind(models.TextChoices):
    """Whose list it is and what standing on it means."""

    OWN = "own", _("本机构黑名单")
    DISHONEST = "dishonest", _("失信被执行人名单")
    AML = "aml", _("反洗钱与制裁名单")
    OTHER = "other", _("其他名单")


LIST_MEANING: Mapping[str, Any] = {
    ListKind.OWN: _("本机构认定不予合作的单位和个人"),
    ListKind.DISHONEST: _("人民法院公布的失信被执行人"),
    ListKind.AML: _(
        "反洗钱法40条的特别预防措施适用于任何单位和个人：确认后立即停止提供服务，限制资金、资产转移，不得向客户透露"
    ),
    ListKind.OTHER: _("行业协会、合作机构等提供的名单"),
}
"""What standing on it means, by kind."""


class Certainty(models.TextChoices):
    """How sure the match is (匹配程度)."""

    EXACT = "exact", _("标识一致")
    POSSIBLE = "possible", _("名称相同")


class HitTie(models.TextChoices):
    """What the listed one is to the customer; empty where it is the customer itself."""

    POST = "post", _("任职人员")
    SHARE = "share", _("股东")
    CONTROL = "control", _("实际控制人")


class HitState(models.TextChoices):
    """What a person decided about a hit (处理状态)."""

    OPEN = "open", _("待核实")
    CONFIRMED = "confirmed", _("已确认")
    DISMISSED = "dismissed", _("已排除")


HIT_TRANSITIONS: Mapping[str, frozenset[HitState]] = {
    HitState.OPEN: frozenset({HitState.CONFIRMED, HitState.DISMISSED}),
    # What was decided wrongly is decided again, with a reason; both decisions stay in the history.
    HitState.CONFIRMED: frozenset({HitState.DISMISSED}),
    HitState.DISMISSED: frozenset({HitState.CONFIRMED}),
}
