"""What the whole book weighs: the newest kept sums, brought up to date with what came since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count, Q, Sum
from django.utils import timezone

from vouch.engine.ratios import Exposure, Interpretation, Line, lines_of
from vouch.engine.ratios.concentration import weight_of
from vouch.engine.ratios.liability import FINANCING, WEIGHTS
from vouch.parties.queries import records_of_all
from vouch.policy.models import CustomerTally, Tally
from vouch.policy.queries.exposures import changed_since, exposures
from vouch.policy.queries.setting import reading_digest, reading_of, setting_in_force

MARGIN = timedelta(minutes=30)
"""A long import is dated from its beginning: what was written shortly before a tally is looked at once more."""


@dataclass(slots=True)
class Weighed:
    """What some guarantees weigh: in hundredths of a fen ``weighed`` and ``concentrated``, in fen the others."""

    weighed: int = 0
    concentrated: int = 0
    balance: int = 0
    financing: int = 0
    small: int = 0
    financing_customers: int = 0
    small_customers: int = 0

    def add(self, other: Weighed, *, times: int = 1) -> None:
        """Add another to it, or take it away."""
        self.weighed += times * other.weighed
        self.concentrated += times * other.concentrated
        self.balance += times * other.balance
        self.financing += times * other.financing
        self.small += times * other.small
        self.financing_customers += times * other.financing_customers
        self.small_customers += times * other.small_customers

    @property
    def liability(self) -> Fraction:
        """责任余额 in fen."""
        return Fraction(self.weighed, 100)


def weigh(found: Sequence[Exposure], reading: Interpretation) -> tuple[dict[int, Weighed], dict[Line, int]]:
    """Each customer's sums, and 在保余额 by line (fen)."""
    by_customer: dict[int, Weighed] = defaultdict(Weighed)
    by_line: dict[Line, int] = dict.fromkeys(Line, 0)
    for one, line in zip(found, lines_of(found, reading), strict=True):
        balance, of = one.balance(reading), by_customer[int(str(one.customer))]
        by_line[line] += balance
        of.weighed += balance * WEIGHTS[line]
        of.concentrated += balance * weight_of(line, reading)
        of.balance += balance
        if one.kind in FINANCING:
            is_small = one.is_small or one.is_farmer
            of.financing += balance
            of.small += balance if is_small else 0
            of.financing_customers = 1
            of.small_customers = max(of.small_customers, int(is_small))
    return dict(by_customer), by_line


def summed(parts: Iterable[Weighed]) -> Weighed:
    """All of them together."""
    total = Weighed()
    for one in parts:
        total.add(one)
    return total


def newest_tally(reading: Interpretation) -> Tally | None:
    """The newest one with its customers, under this reading."""
    return Tally.objects.filter(is_whole=True, reading=reading_digest(reading)).order_by("-at", "-pk").first()


@dataclass(frozen=True)
class Book:
    """The whole book at a moment. ``kept`` is what it rests on: None where everything was added up anew."""

    total: Weighed
    fresh: Mapping[int, Weighed]
    kept: Tally | None


def book(*, at: datetime, as_of: date, reading: Interpretation, but: Iterable[int] = ()) -> Book:
    """What the whole book weighs, without these customers.

    The kept sums of the register, less their part of every customer of whom something was written since or whom a room without
    kept sums answers for, plus what these weigh now.
    """
    left_out = set(but)
    kept = newest_tally(reading)
    if kept is None:
        parts, _lines = weigh(exposures(None, as_of=as_of), reading)
        rest = {pk: one for pk, one in parts.items() if pk not in left_out}
        return Book(summed(rest.values()), rest, None)
    changed = records_of_all(changed_since(kept.at - MARGIN, as_of=as_of) | left_out)
    total = _of_tally(kept)
    total.add(_kept_of(kept, set(changed)), times=-1)
    again = set(changed.values()) - left_out
    fresh, _lines = weigh(exposures(again, as_of=as_of), reading)
    total.add(summed(fresh.values()))
    return Book(total, fresh, kept)


def _of_tally(row: Tally) -> Weighed:
    return Weighed(
        weighed=_hundredths(row.weighed),
        balance=sum(int(Decimal(amount) * 100) for amount in row.lines.values()),
        financing=int(row.financing_balance * 100),
        small=int(row.small_balance * 100),
        financing_customers=row.financing_customers,
        small_customers=row.small_customers,
    )


def _kept_of(row: Tally, party_ids: set[int]) -> Weighed:
    """The part that these customers have of the kept sums."""
    zero = Decimal(0)
    sums = CustomerTally.objects.filter(tally=row, party__in=party_ids).aggregate(
        weighed=Sum("weighed", default=zero),
        balance=Sum("balance", default=zero),
        financing=Sum("financing_balance", default=zero),
        small=Sum("financing_balance", filter=Q(is_small=True), default=zero),
        financing_customers=Count("pk", filter=Q(financing_balance__gt=0)),
        small_customers=Count("pk", filter=Q(financing_balance__gt=0, is_small=True)),
    )
    return Weighed(
        weighed=_hundredths(sums["weighed"]),
        balance=int(sums["balance"] * 100),
        financing=int(sums["financing"] * 100),
        small=int(sums["small"] * 100),
        financing_customers=sums["financing_customers"],
        small_customers=sums["small_customers"],
    )


def _hundredths(amount: Decimal) -> int:
    """Yuan of four places as hundredths of a fen."""
    return int(amount * 10_000)


def is_up_to_date(*, at: datetime) -> bool:
    """Whether the newest tally is of the reading in force, and nobody's part in it changed since."""
    kept = newest_tally(reading_of(setting_in_force(at=at)))
    return kept is not None and not changed_since(kept.at - MARGIN, as_of=timezone.localdate(at))
