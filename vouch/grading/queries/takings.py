"""What takes a limit up: holds, and what stands in the register of guarantees; nothing is counted twice.

The register is a room above. It says what stands in it through ``register_book``; this room asks at the time of use.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Round

from vouch.grading.models import Hold
from vouch.grading.terms import HoldState
from vouch.parties.models import Party

ZERO = Decimal("0.00")
FEN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose guarantees a limit counts: those of these records, those of this bank; None for every one."""

    parties: QuerySet[Party] | None = None
    bank: str | None = None

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those of rows with ``party`` and ``bank`` that it reaches."""
        if self.parties is not None:
            rows = rows.filter(party__in=self.parties.order_by().values("pk"))
        return rows if self.bank is None else rows.filter(bank=self.bank)


@dataclass(frozen=True, slots=True)
class Registered:
    """How a guarantee stands in the register: our share of it in yuan, by a ledger of which day, of which customer."""

    balance: Decimal
    as_of: date
    customer_id: int


@dataclass(frozen=True, slots=True)
class RegisterBook:
    """What the register answers: a sum, the sums by customer (canonical record) and by bank, guarantees by their numbers.

    Money in yuan, our share of what is in force now.
    """

    balance: Callable[[Reach], Decimal]
    by_customer: Callable[[Reach], Mapping[int, Decimal]]
    by_bank: Callable[[], Mapping[str, Decimal]]
    named: Callable[[Collection[str]], Mapping[str, Registered]]


_books: list[RegisterBook] = []


def register_book(book: RegisterBook) -> None:
    """The room with the register says how it is asked; once, from its ``apps.py``."""
    _books.append(book)


def book() -> RegisterBook:
    """The register. Raises LookupError where no room has one."""
    if not _books:
        raise LookupError("no room registered a book of guarantees")
    return _books[0]


@dataclass(frozen=True, slots=True)
class Taken:
    """How much of a limit is taken, in yuan: reserved, used and not in the register yet, and in the register."""

    reserved: Decimal = ZERO
    used: Decimal = ZERO
    registered: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.reserved + self.used + self.registered

    def __add__(self, other: Taken) -> Taken:
        return Taken(
            self.reserved + other.reserved, self.used + other.used, self.registered + other.registered
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """A hold with what of it counts at a moment."""

    hold: Hold
    taken: Taken


def our_share(amount: Decimal, rate: Decimal) -> Decimal:
    """Our share of a debt, to the fen as the register rounds it."""
    return (amount * rate).quantize(FEN, ROUND_HALF_UP)


def counted(holds: Iterable[Hold], *, at: datetime) -> list[Counted]:
    """What of each open hold counts beside the register at a moment; one question to the register."""
    rows = list(holds)
    known = book().named({one.guarantee_number for one in rows if one.guarantee_number and one.used})
    return [Counted(one, _counts(one, told_of(one, known), at)) for one in rows]


def told_of(hold: Hold, known: Mapping[str, Registered]) -> Registered | None:
    """What the register tells of a hold's guarantee. Under that number another customer's may stand: then the hold goes on counting."""
    found = known.get(hold.guarantee_number)
    if found is None or found.customer_id != (hold.party.canonical_id or hold.party_id):
        return None
    return found


def _counts(hold: Hold, registered: Registered | None, at: datetime) -> Taken:
    used = our_share(hold.used, hold.share_rate)
    standing = hold.reserved if hold.expires_at > at else ZERO
    reserved = our_share(standing + hold.used, hold.share_rate) - used
    if registered is not None and hold.used_on is not None:
        # A ledger of a later day has the use in it. One of that day or before may not: then the larger of the two counts.
        is_told = registered.as_of > hold.used_on
        used = ZERO if is_told else max(ZERO, hold.registered_before + used - registered.balance)
    return Taken(reserved, used)


def open_holds(reach: Reach) -> QuerySet[Hold]:
    """The holds that may take something up within this reach."""
    return reach.narrow(Hold.objects.filter(state=HoldState.OPEN))


def taken(reach: Reach, *, at: datetime) -> Taken:
    """What takes a limit of this reach up at a moment; three or four queries."""
    holds = open_holds(reach).order_by()
    # Those that the register cannot know are added up where they lie.
    unnamed = Q(guarantee_number="") | Q(used=0)
    used = Round(F("used") * F("share_rate"), 2)
    standing = Case(When(expires_at__gt=at, then=F("reserved")), default=Value(ZERO))
    whole = Round((F("used") + standing) * F("share_rate"), 2)
    sums = holds.filter(unnamed).aggregate(all_used=Coalesce(Sum(used), ZERO), all=Coalesce(Sum(whole), ZERO))
    found = Taken(sums["all"] - sums["all_used"], sums["all_used"], book().balance(reach))
    for one in counted(holds.exclude(unnamed).select_related("party"), at=at):
        found += one.taken
    return found


def taken_by_customer(reach: Reach, *, at: datetime) -> dict[int, Taken]:
    """The same customer by customer (canonical record); those that take nothing are left out."""
    found = {pk: Taken(registered=balance) for pk, balance in book().by_customer(reach).items() if balance}
    for one in counted(open_holds(reach).select_related("party"), at=at):
        customer = one.hold.party.canonical_id or one.hold.party_id
        if one.taken.total:
            found[customer] = found.get(customer, Taken()) + one.taken
    return found
