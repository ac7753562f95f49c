"""One customer: the judgement in full, the facts behind it, the invoices, and what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from vouch.customers import queries as invoices
from vouch.customers.queries import InvoiceCounts, InvoiceMonth, TradingPartner
from vouch.customers.terms import Direction
from vouch.engine.decision import Reason, ReasonKind
from vouch.engine.facts import Fact, Value, catalogue
from vouch.engine.rules.words import shown_fact
from vouch.grading import queries as grading
from vouch.grading.models import Assessment, Standing
from vouch.grading.queries import Explanation, explanation_of
from vouch.grading.queries.explanation import PointsLine
from vouch.grading.queries.history import decision_of
from vouch.grading.terms import Outcome
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger import queries as ledger
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.queries import history_of
from vouch.policy import queries as policies

# Views may not read lower rooms' models; they name these types through their own room.
__all__ = ["Assessment", "Party", "Standing"]


def customer(actor: Actor, pk: int) -> Party | None:
    """The customer with particulars and standing; None where there is none or the actor may not see it."""
    rows = parties.with_particulars(parties.visible_to(actor).filter(pk=pk))
    found: Any = rows.select_related(
        "enterprise", "farmer", "standing__assessment__policy__scorecard"
    ).first()
    if found is not None and actor.period is not None:
        standing = getattr(found, "standing", None)
        found.period, found.is_in_period = actor.period, standing is None or actor.looks_at(standing.as_of)
    party: Party | None = found
    return party


@dataclass(frozen=True, slots=True)
class Records:
    """The records that were merged into a customer, as far as the one who looks sees them, with their codes."""

    merges: Sequence[Any]
    codes: Sequence[Any]
    assignments: Sequence[Any]


def records_of(party: Party, actor: Actor) -> Records | None:
    """The other records of a customer; None where it has but one."""
    merges = parties.merged_into(party, actor)
    if not merges:
        return None
    codes = parties.codes_of_records(one.party_id for one in merges)
    return Records(merges, codes, [duty for one in merges for duty in parties.assignments_of(one.party)])


def last_day(party: Any) -> date:
    """Today, or the last day that an inspection looks at."""
    today = timezone.localdate()
    period: Period = getattr(party, "period", None)
    return today if period is None else min(today, period[1])


Period = tuple[date, date] | None
"""Both days included; None for all."""

MOST_STRENGTHS = 5


@dataclass(frozen=True, slots=True)
class Judgement:
    """An assessment opened up: what counts against and for the customer, and everything behind it."""

    assessment: Assessment
    explanation: Explanation
    weaknesses: Sequence[Reason]
    strengths: Sequence[PointsLine]


def judgement_of(assessment: Assessment) -> Judgement:
    """The assessment's own snapshot under its own policy version, in words."""
    explanation = explanation_of(assessment)
    reasons = decision_of(assessment).reasons
    full: list[PointsLine] = []
    if assessment.outcome == Outcome.INSUFFICIENT:
        # Points that missing facts would have brought say nothing about the customer.
        reasons = tuple(reason for reason in reasons if reason.kind is ReasonKind.MISSING)
    else:
        full = sorted((line for line in explanation.points if not line.lost), key=lambda line: -line.points)
    return Judgement(
        assessment,
        explanation,
        weaknesses=[reason for reason in reasons if reason.kind is not ReasonKind.STRENGTH],
        strengths=full[:MOST_STRENGTHS],
    )


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact on the page; ``is_judged`` says that the policy uses it."""

    fact: Fact
    value: Value
    shown: str
    dated_on: date | None
    is_judged: bool

    @property
    def is_number(self) -> bool:
        """Whether it aligns to the right."""
        return self.fact.kind.scale is not None


def fact_lines(party: Party, *, as_of: date, judged: frozenset[str]) -> list[FactLine]:
    """Every fact that some room can answer of this customer, as of a day, those of the policy first.

    Those of credit are not among them: they are read for a purpose, on the page of authorisations.
    """
    facts = [fact for fact in catalogue if not catalogue.is_guarded(fact.name)]
    frame = catalogue.ask([fact.name for fact in facts], [party.pk], as_of=as_of)
    row, days = frame.row(party.pk), frame.dates(party.pk)
    lines = [
        FactLine(
            fact,
            row[fact.name],
            shown_fact(row[fact.name], fact.kind),
            days.get(fact.name),
            fact.name in judged,
        )
        for fact in facts
    ]
    return sorted(lines, key=lambda line: not line.is_judged)


@dataclass(frozen=True, slots=True)
class Trade:
    """The customer's invoices up to a day."""

    as_of: date
    months: Sequence[InvoiceMonth]
    buyers: Sequence[TradingPartner]
    suppliers: Sequence[TradingPartner]
    sales: InvoiceCounts
    purchases: InvoiceCounts

    @property
    def is_empty(self) -> bool:
        """Whether there is no invoice at all."""
        return not self.sales.all and not self.purchases.all


def trade_of(party: Party, *, as_of: date) -> Trade:
    """Months, partners and counts; partners over the twelve months before the day."""
    year = _year_before(as_of)
    counts = invoices.invoice_counts(party.pk, as_of=as_of)
    return Trade(
        as_of=as_of,
        months=invoices.monthly_invoices(party.pk, as_of=as_of),
        buyers=invoices.top_partners(party.pk, direction=Direction.OUTPUT, as_of=as_of, since=year),
        suppliers=invoices.top_partners(party.pk, direction=Direction.INPUT, as_of=as_of, since=year),
        sales=counts[Direction.OUTPUT],
        purchases=counts[Direction.INPUT],
    )


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def assessments_of(party: Any) -> QuerySet[Assessment]:
    """The customer's assessments, newest first."""
    period: Period = getattr(party, "period", None)
    found = grading.assessments_of(party.pk)
    return found if period is None else found.filter(as_of__range=period)


def entries_of(party: Any, *, limit: int = 50) -> list[Entry]:
    """What was done to the customer, newest first."""
    period: Period = getattr(party, "period", None)
    found = history_of("party", party.pk)
    if period is not None:
        found = found.filter(at__date__range=period)
    return list(found[:limit])


def reads_of(party: Any, *, limit: int = 20) -> list[Entry]:
    """Who looked at protected values of the customer and what they hold, newest first (谁看过)."""
    period: Period = getattr(party, "period", None)
    found = ledger.reads_of("party", party.pk)
    if period is not None:
        found = found.filter(at__date__range=period)
    return list(found[:limit])


def class_of_grade(assessment: Assessment) -> Mapping[str, str]:
    """Grade → class, as the assessment's own policy says."""
    policy = policies.policy_of(assessment.policy)
    return {grade: one.name for one in policy.classes for grade in one.grades}
