"""The book at a glance: how many stand where, and what moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from vouch.grading.models import Standing
from vouch.grading.terms import Direction, Outcome
from vouch.parties import queries as parties
from vouch.parties.terms import ORGANISATIONS, PartyStatus
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Scope

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Line:
    """How many customers share a class or a grade, and the sum of their suggested limits in yuan."""

    key: str
    title: str
    count: int
    limit: Decimal


@dataclass(frozen=True, slots=True)
class Book:
    """The customers that an actor sees, counted; classes and grades run from best to worst."""

    by_class: tuple[Line, ...]
    by_grade: tuple[Line, ...]
    limit: Decimal
    graded: int
    knocked_out: int
    insufficient: int
    not_assessed: int

    @property
    def total(self) -> int:
        """Every customer that the actor sees."""
        return self.graded + self.knocked_out + self.insufficient + self.not_assessed


def standings_visible_to(actor: Actor) -> QuerySet[Standing]:
    """Where the customers that the actor sees stand; not where a record stood before it was merged."""
    found = Standing.objects.filter(party__canonical=None)
    if actor.period is not None:
        found = found.filter(as_of__range=actor.period)
    if actor.scope == Scope.ALL:
        return found
    return found.filter(party__in=parties.visible_to(actor))


def book(actor: Actor) -> Book:
    """Count the book by class, grade and outcome, with the sums of limits: two queries, whatever its size."""
    found = list(
        standings_visible_to(actor)
        .filter(party__status=PartyStatus.ACTIVE)
        .values("outcome", "risk_class", "grade", "grade_rank")
        .annotate(count=Count("pk"), total=Sum("limit"))
        .order_by("grade_rank")
    )
    outcomes = dict.fromkeys(Outcome.values, 0)
    for line in found:
        outcomes[line["outcome"]] += line["count"]
    everybody = (
        parties.listed(parties.visible_to(actor))
        .filter(kind__in=ORGANISATIONS, status=PartyStatus.ACTIVE)
        .count()
    )
    graded = [
        (line["risk_class"], line["grade"], line["count"], line["total"]) for line in found if line["grade"]
    ]
    # A class stays in effect while an assessment lacks facts; 资料不足 is whoever never had one.
    classed = [
        (line["risk_class"], line["count"], line["total"], line["grade_rank"])
        for line in found
        if line["risk_class"]
    ]
    without = sum(line["count"] for line in found if not line["risk_class"])
    return Book(
        by_class=(*_classes(classed), Line("", _("资料不足"), without, ZERO)),
        by_grade=_lines((grade, count, limit) for _kind, grade, count, limit in graded),
        limit=sum((line["total"] for line in found), ZERO),
        graded=outcomes[Outcome.GRADED],
        knocked_out=outcomes[Outcome.KNOCKED_OUT],
        insufficient=outcomes[Outcome.INSUFFICIENT],
        not_assessed=everybody - sum(outcomes.values()),
    )


def recent_changes(actor: Actor, *, since: datetime) -> QuerySet[Standing]:
    """Standings whose grade moved since then, the latest first; first assessments are no change."""
    return (
        standings_visible_to(actor)
        .exclude(direction=Direction.NEW)
        .filter(changed_at__gte=since)
        .select_related("party")
        .order_by("-changed_at", "party_id")
    )


def older_standings(actor: Actor, *, policy_id: int) -> QuerySet[Standing]:
    """Standings decided under another policy than this one, the one in force: they wait for a re-assessment."""
    return standings_visible_to(actor).exclude(policy_id=policy_id)


def _classes(found: list[tuple[str, int, Decimal, int | None]]) -> tuple[Line, ...]:
    """One line for each class, the best first: by the mean grade of its customers, for a class may lag behind a grade."""
    sums: dict[str, int] = {}
    counts: dict[str, int] = {}
    for key, count, _limit, rank in found:
        if rank is not None:
            sums[key] = sums.get(key, 0) + rank * count
            counts[key] = counts.get(key, 0) + count
    lines = _lines((key, count, limit) for key, count, limit, _rank in found)
    return tuple(sorted(lines, key=lambda line: sums.get(line.key, 0) / counts.get(line.key, 1)))


def _lines(found: Iterable[tuple[str, int, Decimal]]) -> tuple[Line, ...]:
    """One line for each key, in the order in which the keys first come."""
    counts: dict[str, int] = {}
    limits: dict[str, Decimal] = {}
    for key, count, limit in found:
        counts[key] = counts.get(key, 0) + count
        limits[key] = limits.get(key, ZERO) + limit
    return tuple(Line(key, key, count, limits[key]) for key, count in counts.items())
