"""Words of judgement."""

from __future__ import annotations

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


class ClassState(TextChoices):
    """Where a class stands (分类状态)."""

    PROPOSED = "proposed", _("拟定")
    IN_REVIEW = "in_review", _("复核")
    EFFECTIVE = "effective", _("生效")
    EXPIRED = "expired", _("到期")
    REPLACED = "replaced", _("已更替")
    RETURNED = "returned", _("已退回")
    WITHDRAWN = "withdrawn", _("已撤销")


CLASS_TRANSITIONS: dict[str, frozenset[str]] = {
    # 拟定: an improvement that has yet to hold; it goes to 复核 when its cool-down is over.
    ClassState.PROPOSED: frozenset({ClassState.IN_REVIEW, ClassState.WITHDRAWN}),
    ClassState.IN_REVIEW: frozenset({ClassState.EFFECTIVE, ClassState.RETURNED, ClassState.WITHDRAWN}),
    ClassState.EFFECTIVE: frozenset({ClassState.EXPIRED, ClassState.REPLACED}),
    ClassState.EXPIRED: frozenset({ClassState.REPLACED}),
    # A slip of whoever returned it.
    ClassState.RETURNED: frozenset({ClassState.IN_REVIEW}),
    ClassState.REPLACED: frozenset(),
    ClassState.WITHDRAWN: frozenset(),
}

OPEN = (ClassState.PROPOSED, ClassState.IN_REVIEW)
"""Not yet decided."""

BINDING = (ClassState.EFFECTIVE, ClassState.EXPIRED)
"""What binds: past its next check too, until another class takes its place."""


class ClassOrigin(TextChoices):
    """What a class came from (来由)."""

    FIRST = "first", _("首次评估")
    ASSESSMENT = "assessment", _("评估变化")
    BY_HAND = "by_hand", _("人工提出")
    EXPIRY = "expiry", _("到期复核")


class ClassMove(TextChoices):
    """Which way a class goes (方向)."""

    FIRST = "first", _("首次")
    WORSE = "worse", _("下调")
    BETTER = "better", _("上调")
    SAME = "same", _("不变")


class ClassReason(TextChoices):
    """Why a class is changed (原因)."""

    SCORE = "score", _("评估结果变化")
    EXPIRY = "expiry", _("到检查期")
    OVERDUE = "overdue", _("逾期或欠息")
    WARNING = "warning", _("预警信号")
    BUILDING = "building", _("楼栋或关联方风险")
    OPERATION = "operation", _("经营情况变化")
    PUBLIC_RECORD = "public_record", _("涉诉、被执行或处罚")
    CORRECTION = "correction", _("原分类有误")
    OTHER = "other", _("其他")


HAND_REASONS = tuple(
    reason for reason in ClassReason if reason not in {ClassReason.SCORE, ClassReason.EXPIRY}
)
"""What a person may give as the reason."""
