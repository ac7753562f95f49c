"""Words of judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
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


class LimitKind(TextChoices):
    """What a limit is of (额度种类)."""

    CUSTOMER = "customer", _("客户")
    GROUP = "group", _("集团")
    BUILDING = "building", _("楼栋")
    INDUSTRY = "industry", _("行业")
    BANK = "bank", _("银行")
    INSTITUTION = "institution", _("机构")


class LimitNature(TextChoices):
    """How an amount counts (额度性质): by itself, on top of the base, or in its place for a while."""

    BASE = "base", _("基本额度")
    ADDITION = "addition", _("临时增额")
    REPLACEMENT = "replacement", _("临时替代")


TEMPORARY = (LimitNature.ADDITION, LimitNature.REPLACEMENT)


class LimitState(TextChoices):
    """Where a limit stands (额度状态)."""

    PROPOSED = "proposed", _("待批准")
    GRANTED = "granted", _("已批准")
    REJECTED = "rejected", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")
    SUPERSEDED = "superseded", _("已被替代")
    ENDED = "ended", _("已终止")
    EXPIRED = "expired", _("已到期")


LIMIT_TRANSITIONS: Mapping[str, frozenset[str]] = {
    LimitState.PROPOSED: frozenset({LimitState.GRANTED, LimitState.REJECTED, LimitState.WITHDRAWN}),
    LimitState.GRANTED: frozenset({LimitState.SUPERSEDED, LimitState.ENDED, LimitState.EXPIRED}),
    LimitState.REJECTED: frozenset(),
    LimitState.WITHDRAWN: frozenset(),
    LimitState.SUPERSEDED: frozenset(),
    LimitState.ENDED: frozenset(),
    # A limit that ran out lets nothing be drawn until it is granted anew or ended by a person.
    LimitState.EXPIRED: frozenset({LimitState.SUPERSEDED, LimitState.ENDED}),
}


class LimitStanding(TextChoices):
    """How a subject's limit stands today (额度状况)."""

    IN_FORCE = "in_force", _("生效")
    EXPIRED = "expired", _("已到期")
    NONE = "none", _("未设额度")
    WAITING = "waiting", _("有待批准")
    FROZEN = "frozen", _("已冻结")


class Headroom(TextChoices):
    """How much is left of a limit (余量)."""

    ROOMY = "roomy", _("余量充足")
    TIGHT = "tight", _("余量不足一成")
    FULL = "full", _("已用满")
    OVER = "over", _("已超出")


class HoldState(TextChoices):
    """Whether a hold takes up anything (占用状态)."""

    OPEN = "open", _("占用中")
    RELEASED = "released", _("已释放")
    EXPIRED = "expired", _("预占到期")


class HoldStep(TextChoices):
    """What happened to a hold (占用变动)."""

    RESERVE = "reserve", _("预占")
    USE = "use", _("占用")
    REPAY = "repay", _("还款释放")
    CANCEL = "cancel", _("取消预占")
    EXPIRE = "expire", _("预占到期")
    REGISTER = "register", _("转由台账计算")


class HoldKind(TextChoices):
    """What is to be guaranteed (业务种类), by the names of ``vouch.engine.ratios.Kind``."""

    LOAN = "loan", _("借款类")
    HOUSING = "housing", _("住房置业")
    BOND = "bond", _("发行债券")
    OTHER = "other", _("其他融资")
    NON_FINANCING = "non_financing", _("非融资")


RESERVED_HOURS = 72
"""How long a reservation stands unless it says otherwise: long enough for the papers of a draw."""

RESERVED_DAYS_MOST = 30
"""A reservation that stood longer would keep limits from others for something that may never come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitOf:
    """What a limit is to be of; a group by its head."""

    kind: str
    party_id: int | None = None
    building_id: int | None = None
    industry: str = ""
    bank: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What is to be drawn: of the whole debt in yuan, of which ``share_rate`` is ours; ``purpose`` says what for."""

    party_id: int
    amount: Decimal
    purpose: str
    kind: str = HoldKind.LOAN
    share_rate: Decimal = Decimal(1)
    bank: str = ""
    guarantee_number: str = ""
    expires_at: datetime | None = None


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


STALE_AFTER: Mapping[str, int] = {
    # Sources that a going concern renews every month or quarter.
    "invoice": 60, "bank": 90, "utility": 90, "tax": 120,
    # Read again before every guarantee, and at most as old as a report may be.
    "credit": 90, "record": 180, "guarantee": 180, "watch": 180, "social": 90,
    # Once a year, with time to be drawn up.
    "finance": 400, "figure": 400, "collateral": 400, "answer": 400,
    "party": 730,
}  # fmt: skip
"""Days after the latest day on which a fact rests until it counts as stale (过时), by the first part of its name: the
institution's own figures."""
STALE_OTHERWISE = 365
