"""迁徙矩阵: who stood where on two days, and what each class cost in between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from vouch.engine.facts import catalogue
from vouch.engine.training.measures import wilson
from vouch.grading.models import Assessment, Classification
from vouch.grading.queries.classing import class_names
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.parties.queries import end_of
from vouch.parties.terms import ORGANISATIONS
from vouch.platform.identity.actor import Actor
from vouch.policy.queries import NoPolicyInForceError, policy_in_force, policy_of

NONE = ""
"""Where a customer stood who had no class or grade that day."""
BALANCE, PAID = "book.balance", "book.claims_paid"


class Axis(StrEnum):
    """What the matrix is about."""

    CLASS = "class"
    GRADE = "grade"


@dataclass(frozen=True, slots=True)
class Cell:
    """So many customers stood in ``before`` and stand in ``after``; ``rate`` is their share of the row."""

    before: str
    after: str
    count: int
    rate: float | None
    weight: str


@dataclass(frozen=True)
class Migration:
    """The matrix: rows are the first day, columns the second, best first; whoever stood nowhere comes last."""

    axis: Axis
    start: date
    end: date
    names: tuple[str, ...]
    moved: Mapping[tuple[str, str], tuple[int, ...]]

    @cached_property
    def rows(self) -> list[tuple[str, int, list[Cell]]]:
        """Name, how many there were, and the cells."""
        found = []
        for before in (*self.names, NONE):
            counts = [len(self.moved.get((before, after), ())) for after in (*self.names, NONE)]
            total = sum(counts)
            cells = [
                Cell(before, after, count, count / total if total else None, self._weight(before, after))
                for after, count in zip((*self.names, NONE), counts, strict=True)
            ]
            found.append((before, total, cells))
        return found

    @property
    def totals(self) -> list[int]:
        """How many stand in each column on the second day."""
        return [
            sum(len(self.moved.get((before, after), ())) for before in (*self.names, NONE))
            for after in (*self.names, NONE)
        ]

    def _weight(self, before: str, after: str) -> str:
        if NONE in {before, after} or before == after:
            return ""
        return "worse" if self.names.index(after) > self.names.index(before) else "better"


@dataclass(frozen=True, slots=True)
class ClaimRate:
    """How many of the customers of a class who had something guaranteed on the first day cost a claim by the second.

    ``low`` to ``high`` is Wilson's interval at 95 %; ``overlaps`` names the next class whose interval it meets.
    """

    risk_class: str
    customers: int
    claimed: int
    rate: float | None
    low: float
    high: float
    overlaps: str


def standing_on(day: date, axis: Axis, seen: set[int] | None) -> Mapping[int, str]:
    """Customer → class in effect, or grade of the last assessment, at the end of a day; one query and one for merged records."""
    stands_for = parties.merged_records()
    return _classes(day, seen, stands_for) if axis is Axis.CLASS else _grades(day, seen, stands_for)


def _classes(day: date, seen: set[int] | None, stands_for: Mapping[int, int]) -> Mapping[int, str]:
    end = end_of(day)
    rows = Classification.objects.filter(
        Q(ended_at=None) | Q(ended_at__gte=end), effective_at__lt=end
    ).order_by("class_rank", "effective_at", "pk")
    # Of several records the worst binds, as in queries.classing.binding_classes.
    found = {
        stands_for.get(party_id, party_id): name for party_id, name in rows.values_list("party", "risk_class")
    }
    return _within(found, seen)


def _grades(day: date, seen: set[int] | None, stands_for: Mapping[int, int]) -> Mapping[int, str]:
    rows = (
        Assessment.objects.filter(at__lt=end_of(day))
        .order_by("party_id", "-at", "-pk")
        .distinct("party_id")
        .values_list("party", "grade")
    )
    found = {party_id: grade for party_id, grade in rows if party_id not in stands_for}
    return _within(found, seen)


def _within(found: Mapping[int, str], seen: set[int] | None) -> Mapping[int, str]:
    return found if seen is None else {pk: name for pk, name in found.items() if pk in seen}


def customers_seen(actor: Actor) -> set[int]:
    """The customers that the actor sees, by key."""
    rows = parties.listed(parties.visible_to(actor)).filter(kind__in=ORGANISATIONS)
    return set(rows.values_list("pk", flat=True))


def first_class_day() -> date | None:
    """The day on which the first class took effect."""
    first = Classification.objects.aggregate(first=Min("effective_at"))["first"]
    return None if first is None else timezone.localdate(first)


def migration(actor: Actor, *, axis: Axis, start: date, end: date) -> Migration:
    """Where the customers that the actor sees stood on the first day and on the second."""
    seen = customers_seen(actor)
    before, after = standing_on(start, axis, seen), standing_on(end, axis, seen)
    moved: dict[tuple[str, str], list[int]] = {}
    for customer in sorted(before.keys() | after.keys()):
        key = (before.get(customer, NONE), after.get(customer, NONE))
        if key != (NONE, NONE):
            moved.setdefault(key, []).append(customer)
    present = {name for key in moved for name in key if name != NONE}
    names = _in_order(axis, present)
    return Migration(axis, start, end, names, {key: tuple(found) for key, found in moved.items()})


def _in_order(axis: Axis, present: Iterable[str]) -> tuple[str, ...]:
    """Names of the policy in force, best first, then those that only earlier policies knew."""
    known = class_names() if axis is Axis.CLASS else _grade_names()
    return (*known, *sorted(set(present) - set(known)))


def _grade_names() -> list[str]:
    try:
        policy = policy_of(policy_in_force(at=timezone.now()))
    except NoPolicyInForceError:
        return []
    return [grade.name for grade in policy.grades]


def customers_in(found: Migration, actor: Actor, *, before: str, after: str) -> QuerySet[Party]:
    """The customers of a cell, as far as the actor sees them."""
    keys = found.moved.get((before, after), ())
    return parties.listed(parties.visible_to(actor)).filter(pk__in=keys).select_related("standing")


def claim_rates(actor: Actor, *, start: date, end: date) -> list[ClaimRate]:
    """What each class cost between two days, by facts of the book asked by name; empty where no room answers them."""
    if BALANCE not in catalogue or PAID not in catalogue:
        return []
    classes = standing_on(start, Axis.CLASS, customers_seen(actor))
    customers = sorted(classes)
    before = catalogue.ask([BALANCE, PAID], customers, as_of=start)
    after = catalogue.ask([PAID], customers, as_of=end)
    counts: dict[str, list[int]] = {}
    for place, customer in enumerate(customers):
        if not before.columns[BALANCE][place]:
            continue
        kept = counts.setdefault(classes[customer], [0, 0])
        kept[0] += 1
        kept[1] += _number(after.columns[PAID][place]) > _number(before.columns[PAID][place])
    names = _in_order(Axis.CLASS, counts)
    return separated([(name, *counts.get(name, (0, 0))) for name in names])


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def separated(counts: Sequence[tuple[str, int, int]]) -> list[ClaimRate]:
    """Rates with Wilson's interval, best class first; each says whether its interval meets that of the next class.

    Takes class, customers and how many of them cost a claim. Classes without anybody say nothing and are no neighbour.
    """
    found: list[ClaimRate] = []
    for name, customers, claimed in counts:
        if not customers:
            found.append(ClaimRate(name, 0, 0, None, 0.0, 1.0, ""))
            continue
        figure = wilson(claimed / customers, customers)
        found.append(ClaimRate(name, customers, claimed, figure.value, figure.low, figure.high, ""))
    filled = [place for place, one in enumerate(found) if one.customers]
    for place, following in pairwise(filled):
        if found[following].low <= found[place].high:
            found[place] = replace(found[place], overlaps=found[following].risk_class)
    return found
