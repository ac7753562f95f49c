"""Information debt: what is missing or stale of a customer, and what to fetch first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from vouch.engine import snapshot as snapshots
from vouch.engine.debt import Debt, debt_of
from vouch.grading.models import Assessment, InformationDebt, Standing
from vouch.grading.terms import STALE_AFTER, STALE_OTHERWISE
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Scope
from vouch.policy import queries as policies
from vouch.policy.models import PolicyVersion


@dataclass(frozen=True, slots=True)
class DebtLine:
    """One fact to fetch, with what it could move; limits in yuan."""

    title: str
    is_missing: bool
    is_required: bool
    dated_on: date | None
    stale_after: int
    score_low: int
    score_high: int
    limit_low: Decimal
    limit_high: Decimal


def stale_after(name: str) -> int:
    """How many days a fact stays fresh."""
    return STALE_AFTER.get(name.partition(".")[0], STALE_OTHERWISE)


def weighed(assessment: Assessment, version: PolicyVersion, *, today: date) -> tuple[Debt, frozenset[str]]:
    """The debt of what an assessment knew, by a policy, as of a day; and which facts are stale."""
    ours = policies.policy_of(version)
    theirs = policies.policy_of(assessment.policy)
    row = snapshots.facts_of(assessment.snapshot, policy=theirs)
    days = _days(assessment)
    stale = frozenset(
        name
        for name, day in days.items()
        if name in ours.fact_by_name and (today - day).days > stale_after(name)
    )
    return debt_of(ours, {name: row.get(name) for name in ours.fact_by_name}, stale=stale), stale


def debt_lines(assessment: Assessment, *, today: date) -> list[DebtLine]:
    """What to fetch first, the fact that could move most before the others; those that move nothing are left out.

    By the assessment's own policy, so that the lines fit the decision beside them.
    """
    debt, _stale = weighed(assessment, assessment.policy, today=today)
    days = _days(assessment)
    return [
        DebtLine(
            title=one.title,
            is_missing=one.is_missing,
            is_required=one.is_required,
            dated_on=days.get(one.name),
            stale_after=stale_after(one.name),
            score_low=one.score_low,
            score_high=one.score_high,
            limit_low=Decimal(one.limit_low).scaleb(-2),
            limit_high=Decimal(one.limit_high).scaleb(-2),
        )
        for one in debt.facts
        if one.score_span or one.limit_span or one.is_required
    ]


def _days(assessment: Assessment) -> dict[str, date]:
    return {
        name: date.fromisoformat(known["dated_on"])
        for name, known in assessment.snapshot["facts"].items()
        if known.get("dated_on")
    }


def debts_visible_to(actor: Actor) -> QuerySet[InformationDebt]:
    """The debts of the customers that the actor sees, with customer."""
    found = InformationDebt.objects.select_related("party").filter(party__canonical=None)
    if actor.period is not None:
        found = found.filter(counted_on__range=actor.period)
    return found if actor.scope == Scope.ALL else found.filter(party__in=parties.visible_to(actor))


def debts_where(actor: Actor, *, text: str = "", only: str = "") -> QuerySet[InformationDebt]:
    """Those that owe anything, and that the filters let through: ``only`` is missing, stale or blank."""
    found = debts_visible_to(actor).filter(Q(missing__gt=0) | Q(stale__gt=0))
    if text:
        found = found.filter(party__in=parties.search(Party.objects.all(), text))
    return found.filter(**{f"{only}__gt": 0}) if only in {"missing", "stale"} else found


def uncounted(today: date, *, limit: int) -> Sequence[Standing]:
    """Standings whose debt was not counted today, or rests on an older assessment; the next so many."""
    counted = Q(party__debt__counted_on=today, party__debt__assessment=F("assessment"))
    rows = Standing.objects.exclude(counted).filter(party__canonical=None)
    return list(rows.select_related("assessment__policy__scorecard").order_by("party")[:limit])
