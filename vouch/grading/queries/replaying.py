"""决策回放: what was known then, which rule said what, and what today's policy says, on the facts of then and of today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.engine import snapshot as snapshots
from vouch.engine.decide import decide
from vouch.engine.decision import Decision
from vouch.engine.facts import Value, catalogue
from vouch.engine.policy import Policy
from vouch.engine.rule_trace import Trace, trace
from vouch.engine.rules.words import shown_fact
from vouch.grading.models import Assessment
from vouch.grading.queries.history import ReplayResult, assessments_of, replay
from vouch.parties.terms import PartyStatus
from vouch.platform.identity.actor import Actor
from vouch.platform.web import figures
from vouch.policy import queries as policies
from vouch.policy.models import PolicyVersion


@dataclass(frozen=True, slots=True)
class Told:
    """One figure of the decision, column by column; ``differs`` marks the columns that are not as they were."""

    title: str
    cells: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class FactThenNow:
    """One fact then and today. ``note`` says why one side is empty."""

    title: str
    then: str
    dated_on: date | None
    source: str
    now: str
    now_dated_on: date | None
    differs: bool
    note: str


@dataclass(frozen=True, slots=True)
class Replay:
    """Everything the page shows."""

    result: ReplayResult
    rules: Trace
    columns: tuple[str, ...]
    told: tuple[Told, ...]
    facts: tuple[FactThenNow, ...]
    current: PolicyVersion | None
    today: date | None
    has_kept: bool

    @property
    def differs(self) -> bool:
        """Whether any column says anything else than was decided."""
        return any(differs for line in self.told for _text, differs in line.cells)


def replay_of(assessment: Assessment, actor: Actor, *, at: datetime) -> Replay:
    """Decide again as then, and by the policy in force now on the facts of then and of today.

    Of today nothing is asked for an inspection of another period, nor of a customer who is kept and nothing else.
    Guarded facts (credit, social) are not read for this page: those of the latest assessment stand for today's.
    """
    policy = policies.policy_of(assessment.policy)
    then = snapshots.facts_of(assessment.snapshot, policy=policy)
    current = _policy_now(at)
    looks = actor.period is None and assessment.party.status == PartyStatus.ACTIVE
    today = timezone.localdate(at) if looks and current is not None else None
    columns = [_("当时的政策，当时的事实")]
    decisions = [decide(policy, then)]
    now: Mapping[str, Value] = {}
    days: Mapping[str, date | None] = {}
    has_kept = False
    if current is not None:
        ours = policies.policy_of(current)
        columns.append(_("现行政策，当时的事实"))
        decisions.append(decide(ours, _of(ours, then)))
        if today is not None:
            now, days, has_kept = _facts_now(assessment, ours, policy, today)
            columns.append(_("现行政策，今天的事实"))
            decisions.append(decide(ours, _of(ours, now)))
    return Replay(
        result=replay(assessment),
        rules=trace(policy, then),
        columns=tuple(columns),
        told=_told(decisions),
        facts=_facts(assessment, current, then, (now, days) if today is not None else None),
        current=current,
        today=today,
        has_kept=has_kept,
    )


def _policy_now(at: datetime) -> PolicyVersion | None:
    try:
        return policies.policy_in_force(at=at)
    except policies.NoPolicyInForceError:
        return None


def _of(policy: Policy, row: Mapping[str, Value]) -> dict[str, Value]:
    return {fact.name: row.get(fact.name) for fact in policy.facts}


def _facts_now(
    assessment: Assessment, ours: Policy, theirs: Policy, today: date
) -> tuple[dict[str, Value], dict[str, date | None], bool]:
    """Today's values and days of the facts of both policies; and whether some were taken from the latest assessment."""
    names = {fact.name for policy in (ours, theirs) for fact in policy.facts if fact.name in catalogue}
    free = sorted(name for name in names if not catalogue.is_guarded(name))
    party_id = assessment.party_id
    frame = catalogue.ask(free, [party_id], as_of=today)
    values, days = frame.row(party_id), frame.dates(party_id)
    guarded = names - set(free)
    latest = assessments_of(party_id).first() if guarded else None
    if latest is not None:
        kept = snapshots.facts_of(latest.snapshot, policy=policies.policy_of(latest.policy))
        values |= {name: kept.get(name) for name in guarded}
    return values, days, bool(guarded)


def _told(decisions: list[Decision]) -> tuple[Told, ...]:
    def line(title: str, cells: list[str]) -> Told:
        return Told(title, tuple((text, text != cells[0]) for text in cells))

    def money(fen: int | None) -> str:
        return figures.MISSING if fen is None else f"{figures.wan(Decimal(fen).scaleb(-2))} 万元"

    def rate(millionths: int | None) -> str:
        return figures.MISSING if millionths is None else figures.percent(Decimal(millionths).scaleb(-6))

    def text(value: Any) -> str:
        return figures.MISSING if value is None else str(value)

    return (
        line(_("评估结果"), [one.outcome.label for one in decisions]),
        line(_("评分"), [text(one.score) for one in decisions]),
        line(_("等级"), [text(one.grade) for one in decisions]),
        line(_("分类"), [text(one.customer_class) for one in decisions]),
        line(_("建议额度"), [money(one.limit) for one in decisions]),
        line(_("年担保费率"), [rate(one.fee_rate) for one in decisions]),
        line(_("路径的理由"), [one.path_reason for one in decisions]),
        line(_("否决规则"), ["；".join(hit.reason for hit in one.rule_hits) or "—" for one in decisions]),
        line(_("缺少的资料"), [str(len(one.missing)) for one in decisions]),
    )


def _facts(
    assessment: Assessment,
    current: PolicyVersion | None,
    then: Mapping[str, Value],
    today: tuple[Mapping[str, Value], Mapping[str, date | None]] | None,
) -> tuple[FactThenNow, ...]:
    """Fact by fact; ``today`` has values and days of today, None where nothing is asked of it."""
    policy = policies.policy_of(assessment.policy)
    now, days = today if today is not None else ({}, {})
    looks = today is not None
    ours = policies.policy_of(current) if current is not None else policy
    both = {fact.name: fact for fact in (*policy.facts, *ours.facts)}
    kept = assessment.snapshot["facts"]
    found = []
    for name, fact in both.items():
        known = kept.get(name, {})
        dated_on = known.get("dated_on")
        note = ""
        if name not in policy.fact_by_name:
            note = _("当时的政策不问")
        elif name not in ours.fact_by_name:
            note = _("现行政策不再问")
        found.append(
            FactThenNow(
                title=fact.title,
                then=shown_fact(then.get(name), fact.kind),
                dated_on=None if dated_on is None else date.fromisoformat(dated_on),
                source=known.get("source", ""),
                now=shown_fact(now.get(name), fact.kind) if looks else "",
                now_dated_on=days.get(name),
                differs=looks and then.get(name) != now.get(name),
                note=note,
            )
        )
    return tuple(found)
