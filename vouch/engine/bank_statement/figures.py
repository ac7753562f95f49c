"""What a statement tells of a business: flows by month, who pays and is paid, and what looks arranged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from vouch.engine.bank_statement.reading import Statement, Transaction

ROUND_TRIP_DAYS = 7
MONTH_END_DAYS = 3


@dataclass(frozen=True, slots=True)
class Month:
    """Fen. ``average_balance`` is over the month's days and ``closing_balance`` its last; None where none is told."""

    first_day: date
    money_in: int
    money_out: int
    count: int
    average_balance: int | None
    closing_balance: int | None


@dataclass(frozen=True, slots=True)
class Counterparty:
    """With whom, how much in and out (fen, both positive), how often, and its share of all that came in or went out."""

    name: str
    money_in: int
    money_out: int
    count: int
    share_in: float
    share_out: float


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """Money that came from somebody and went back in the same amount within a week, or the other way round."""

    first: Transaction
    second: Transaction

    @property
    def days(self) -> int:
        """Days between the two."""
        return (self.second.on - self.first.on).days


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """A balance made for the month's end: what came in during its last days and left in the first days after (fen)."""

    month: date
    money_in: int
    gone_after: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything at once; counterparties by the sum of both directions, largest first."""

    months: tuple[Month, ...]
    counterparties: tuple[Counterparty, ...]
    round_trips: tuple[RoundTrip, ...]
    month_ends: tuple[MonthEnd, ...]

    @property
    def round_trip_in(self) -> int:
        """Fen that came in on a round trip: to be taken off before the inflow is called turnover."""
        return sum(max(trip.first.amount, trip.second.amount) for trip in self.round_trips)


def figures_of(statement: Statement) -> Figures:
    """Work everything out from the transactions alone."""
    return figures_from(statement.transactions)


def figures_from(transactions: Sequence[Transaction]) -> Figures:
    """The same of transactions in their order, wherever they were kept."""
    return Figures(
        months=tuple(_months(transactions)),
        counterparties=tuple(_counterparties(transactions)),
        round_trips=tuple(round_trips(transactions)),
        month_ends=tuple(_month_ends(transactions)),
    )


def _months(transactions: Sequence[Transaction]) -> Iterable[Month]:
    by_month: dict[date, list[Transaction]] = defaultdict(list)
    for one in transactions:
        by_month[one.on.replace(day=1)].append(one)
    balances = _daily_balances(transactions)
    for first_day in sorted(by_month):
        ones = by_month[first_day]
        days = [balance for day, balance in balances.items() if day.replace(day=1) == first_day]
        yield Month(
            first_day=first_day,
            money_in=sum(one.amount for one in ones if one.amount > 0),
            money_out=-sum(one.amount for one in ones if one.amount < 0),
            count=len(ones),
            # Half a fen rounds to the even one; this is a figure to look at, nothing is decided by it.
            average_balance=round(sum(days) / len(days)) if days else None,
            closing_balance=days[-1] if days else None,
        )


def closing_balances(transactions: Sequence[Transaction]) -> Mapping[date, int]:
    """The balance (fen) that was told last in each month, by the month's first day; of one account, in its order."""
    return {one.on.replace(day=1): one.balance for one in transactions if one.balance is not None}


def _daily_balances(transactions: Sequence[Transaction]) -> Mapping[date, int]:
    """The balance at the end of each day from the first that tells one; days without movement keep the last."""
    told = {one.on: one.balance for one in transactions if one.balance is not None}
    if not told:
        return {}
    found: dict[date, int] = {}
    day, last = min(told), max(one.on for one in transactions)
    balance = told[day]
    while day <= last:
        balance = told.get(day, balance)
        found[day] = balance
        day += timedelta(days=1)
    return found


def _counterparties(transactions: Sequence[Transaction]) -> Iterable[Counterparty]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    total_in = sum(one.amount for one in transactions if one.amount > 0)
    total_out = -sum(one.amount for one in transactions if one.amount < 0)
    for one in transactions:
        if not one.name or one.is_charge:
            continue
        entry = sums[one.name]
        entry[0] += max(one.amount, 0)
        entry[1] += max(-one.amount, 0)
        entry[2] += 1
    found = [
        Counterparty(
            name=name,
            money_in=money_in,
            money_out=money_out,
            count=count,
            share_in=money_in / total_in if total_in else 0.0,
            share_out=money_out / total_out if total_out else 0.0,
        )
        for name, (money_in, money_out, count) in sums.items()
    ]
    return sorted(found, key=lambda one: (-(one.money_in + one.money_out), one.name))


def round_trips(transactions: Sequence[Transaction], *, days: int = ROUND_TRIP_DAYS) -> Iterable[RoundTrip]:
    """Pairs of the same counterparty, opposite direction and equal amount within so many days; each used once."""
    waiting: dict[tuple[str, int], list[Transaction]] = defaultdict(list)
    for one in transactions:
        if not one.name or not one.amount:
            continue
        opposite = waiting[one.name, -one.amount]
        while opposite and one.on - opposite[0].on > timedelta(days=days):
            opposite.pop(0)
        if opposite:
            yield RoundTrip(opposite.pop(0), one)
        else:
            waiting[one.name, one.amount].append(one)


def _month_ends(transactions: Sequence[Transaction], *, days: int = MONTH_END_DAYS) -> Iterable[MonthEnd]:
    """Months whose last days brought in what the next month's first days took away again, at least four fifths of it."""
    total: dict[date, int] = defaultdict(int)
    came: dict[date, int] = defaultdict(int)
    went: dict[date, int] = defaultdict(int)
    last = timedelta(days=days)
    for one in transactions:
        if one.amount > 0:
            end = _month_end(one.on)
            total[end] += one.amount
            if end - last < one.on:
                came[end] += one.amount
        elif one.on.day <= days:
            went[one.on.replace(day=1) - timedelta(days=1)] -= one.amount
    for end in sorted(came):
        # A business that is paid at the end of the month is no actor: it must be most of the month, and leave at once.
        if came[end] * 2 >= total[end] and went[end] * 5 >= came[end] * 4:
            yield MonthEnd(end.replace(day=1), came[end], went[end])


def _month_end(day: date) -> date:
    first_of_next = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return first_of_next - timedelta(days=1)
