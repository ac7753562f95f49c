"""Words of judgement."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Outcome(TextChoices):
    """How an assessment came out (评估结果)."""

    GRADED = "graded", _("已评级")
    KNOCKED_OUT = "knocked_out", _("准入否决")
    INSUFFICIENT = "insufficient", _("资料不足")


class Direction(TextChoices):
    """How a grade last moved (变动方向); it stays until the grade moves again."""

    NEW = "new", _("首次评估")
    UP = "up", _("上调")
    DOWN = "down", _("下调")
    LOST = "lost", _("转为资料不足")
    GAINED = "gained", _("补齐资料")


class RunState(TextChoices):
    """Where a batch stands (批次状态)."""

    RUNNING = "running", _("进行中")
    FINISHED = "finished", _("已完成")


class OverrideReason(TextChoices):
    """Why a person departs from the model's grade (调整原因): a closed list, so that reasons can be counted."""

    NEW_FACT = "new_fact", _("掌握模型未纳入的新情况")
    DATA_FAULT = "data_fault", _("数据有误，正在更正")
    MITIGATION = "mitigation", _("已落实增信或反担保措施")
    RELATED = "related", _("关联方或实际控制人的风险")
    INDUSTRY = "industry", _("行业或区域的风险")
    CONDUCT = "conduct", _("履约与配合情况")
    REVIEW = "review", _("人工复核的结论")


class OverrideState(TextChoices):
    """How far an override is (调整状态)."""

    PROPOSED = "proposed", _("待批准")
    LIVE = "live", _("生效中")
    REFUSED = "refused", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")
    LIFTED = "lifted", _("提前解除")
    EXPIRED = "expired", _("到期终止")


OVERRIDE_TRANSITIONS: Mapping[str, frozenset[str]] = {
    OverrideState.PROPOSED: frozenset(
        {OverrideState.LIVE, OverrideState.REFUSED, OverrideState.WITHDRAWN, OverrideState.EXPIRED}
    ),
    OverrideState.LIVE: frozenset({OverrideState.LIFTED, OverrideState.EXPIRED}),
    OverrideState.REFUSED: frozenset(),
    OverrideState.WITHDRAWN: frozenset(),
    OverrideState.LIFTED: frozenset(),
    OverrideState.EXPIRED: frozenset(),
}
OPEN_OVERRIDES = (OverrideState.PROPOSED, OverrideState.LIVE)

OVERRIDE_DAYS = 90
"""An override lasts at most this long: what is still true by then is proposed again, or belongs in the model."""

OVERRIDE_WARN_RATE = Decimal("0.10")
"""Overrides per assessment in a month above which the page of overrides warns: the institution's own figure. Many overrides say that
the model, or those who depart from it, want looking at."""

EVIDENCE_LEAST = 10
"""Signs that a note must have where it is the only evidence."""


class Side(TextChoices):
    """Which way an override goes (调整方向)."""

    UP = "up", _("上调")
    DOWN = "down", _("下调")


class LetterKind(TextChoices):
    """What a letter tells (函件种类)."""

    EXPLANATION = "explanation", _("评估结果说明函")
    REVIEW = "review", _("人工复核结果告知书")
