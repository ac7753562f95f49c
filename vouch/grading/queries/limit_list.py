"""The list of limits: every subject with what it allows and what is taken, whatever their number in as many queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from vouch.grading.models import GroupMember, LimitSubject
from vouch.grading.permissions import may_see_sums
from vouch.grading.queries.freeze import frozen
from vouch.grading.queries.limit import (
    Ceiling,
    ceilings,
    subjects_visible_to,
    title_of,
    waiting_limits,
)
from vouch.grading.queries.takings import Reach, Taken, book, counted, open_holds
from vouch.grading.terms import Headroom, LimitKind, LimitStanding
from vouch.parties import queries as parties
from vouch.parties.models import Enterprise, Occupancy
from vouch.platform.identity.actor import Actor

NOTHING = Taken()
TIGHT = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsWanted:
    """What the list is cut down to; blanks cut nothing."""

    text: str = ""
    kind: str = ""
    standing: str = ""
    headroom: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """One subject; money in yuan. ``amount`` and ``taken`` are None where the actor may not see sums over other people's customers."""

    subject: LimitSubject
    title: str
    amount: Decimal | None
    ends_on: date | None
    taken: Taken | None
    standing: LimitStanding
    is_waiting: bool
    is_frozen: bool

    @property
    def pk(self) -> int:
        """The subject's."""
        return self.subject.pk

    @property
    def total(self) -> Decimal | None:
        """All that is taken."""
        return None if self.taken is None else self.taken.total

    @property
    def free(self) -> Decimal | None:
        """What is left; below nought where it is over."""
        return None if self.taken is None or self.amount is None else self.amount - self.taken.total

    @property
    def rate(self) -> Decimal | None:
        """How much of it is taken, as a fraction."""
        if self.taken is None or not self.amount:
            return None
        return (self.taken.total / self.amount).quantize(Decimal("0.0001"))

    @property
    def headroom(self) -> str:
        """How tight it is; "" where that cannot be told."""
        if self.free is None:
            return ""
        if self.free < 0:
            return Headroom.OVER
        if self.free == 0:
            return Headroom.FULL
        return Headroom.TIGHT if self.free < (self.amount or 0) * TIGHT else Headroom.ROOMY


def limit_lines(actor: Actor, wanted: LimitsWanted, *, at: datetime) -> list[LimitLine]:
    """Every subject that the actor sees and the filter lets through."""
    found = subjects_visible_to(actor).select_related("party", "building").order_by("kind", "pk")
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    subjects = list(found)
    heads = {one.pk: title_of(one) for one in subjects}
    if wanted.text:
        subjects = [one for one in subjects if wanted.text.strip() in heads[one.pk]]
    lines = _lines(actor, subjects, heads, at=at)
    if wanted.standing:
        lines = [one for one in lines if _stands(one, wanted.standing)]
    return [one for one in lines if not wanted.headroom or one.headroom == wanted.headroom]


def _stands(line: LimitLine, wanted: str) -> bool:
    if wanted == LimitStanding.WAITING:
        return line.is_waiting
    return line.is_frozen if wanted == LimitStanding.FROZEN else line.standing == wanted


def _lines(
    actor: Actor, subjects: list[LimitSubject], titles: Mapping[int, str], *, at: datetime
) -> list[LimitLine]:
    waiting = set(waiting_limits().values_list("subject", flat=True))
    allowed = ceilings(subjects, on=timezone.localdate(at))
    sums = taken_of_all(subjects, at=at)
    customers = [one.party_id for one in subjects if one.kind == LimitKind.CUSTOMER and one.party_id]
    stopped = frozen(customers)
    tells = may_see_sums(actor)
    return [
        LimitLine(
            subject=one,
            title=titles[one.pk],
            # Beside what is free, on a customer's page, it would tell what others take.
            amount=ceiling.amount if tells or one.kind == LimitKind.CUSTOMER else None,
            ends_on=ceiling.base.ends_on if ceiling.base else None,
            taken=sums[one.pk] if tells or one.kind == LimitKind.CUSTOMER else None,
            standing=_standing(ceiling),
            is_waiting=one.pk in waiting,
            is_frozen=one.kind == LimitKind.CUSTOMER and one.party_id in stopped,
        )
        for one, ceiling in zip(subjects, allowed, strict=True)
    ]


def _standing(ceiling: Ceiling) -> LimitStanding:
    if ceiling.is_expired:
        return LimitStanding.EXPIRED
    return LimitStanding.IN_FORCE if ceiling.amount is not None else LimitStanding.NONE


def taken_of_all(subjects: Collection[LimitSubject], *, at: datetime) -> dict[int, Taken]:
    """What is taken of each: the whole book by customer and by bank once, then added up by whom each subject counts."""
    by_customer = {pk: Taken(registered=one) for pk, one in book().by_customer(Reach()).items()}
    by_bank = {name: Taken(registered=one) for name, one in book().by_bank().items()}
    for one in counted(open_holds(Reach()).select_related("party"), at=at):
        customer, bank = one.hold.party.canonical_id or one.hold.party_id, one.hold.bank
        by_customer[customer] = by_customer.get(customer, NOTHING) + one.taken
        by_bank[bank] = by_bank.get(bank, NOTHING) + one.taken
    members, places = _members(subjects), _places(subjects)
    codes = _codes(subjects, by_customer)
    whole = _summed(by_customer.values())
    found = {}
    for subject in subjects:
        if subject.kind == LimitKind.INSTITUTION:
            found[subject.pk] = whole
            continue
        if subject.kind == LimitKind.BANK:
            found[subject.pk] = by_bank.get(subject.bank, NOTHING)
            continue
        if subject.kind == LimitKind.INDUSTRY:
            whose: Iterable[int] = [pk for pk, code in codes.items() if code.startswith(subject.industry)]
        elif subject.party is not None and subject.kind == LimitKind.CUSTOMER:
            whose = [subject.party.canonical_id or subject.party.pk]
        else:
            whose = members.get(subject.pk, set()) | places.get(subject.building_id or 0, set())
        found[subject.pk] = _summed(by_customer.get(pk, NOTHING) for pk in whose)
    return found


def _summed(parts: Iterable[Taken]) -> Taken:
    total = NOTHING
    for one in parts:
        total += one
    return total


def _members(subjects: Collection[LimitSubject]) -> dict[int, set[int]]:
    groups = [one.pk for one in subjects if one.kind == LimitKind.GROUP]
    rows = GroupMember.objects.filter(subject__in=groups, left_at=None)
    found: dict[int, set[int]] = {}
    for subject, customer in rows.values_list("subject", Coalesce("party__canonical", "party")):
        found.setdefault(subject, set()).add(customer)
    return found


def _places(subjects: Collection[LimitSubject]) -> dict[int, set[int]]:
    """Building → the customers in it, those of its other names too."""
    wanted = [one.building_id for one in subjects if one.kind == LimitKind.BUILDING]
    there = Occupancy.objects.filter(
        Q(building__in=wanted) | Q(building__canonical__in=wanted), ended_at=None
    )
    found: dict[int, set[int]] = {}
    rows = there.order_by().values_list(
        "building", "building__canonical", Coalesce("party__canonical", "party")
    )
    for building, canonical, customer in rows:
        for one in {building, canonical} & set(wanted):
            found.setdefault(one, set()).add(customer)
    return found


def _codes(subjects: Collection[LimitSubject], customers: Iterable[int]) -> dict[int, str]:
    if not any(one.kind == LimitKind.INDUSTRY for one in subjects):
        return {}
    return dict(Enterprise.objects.filter(party__in=list(customers)).values_list("party", "industry_code"))


@dataclass(frozen=True, slots=True)
class Taker:
    """A customer with what it takes of a limit."""

    customer_id: int
    name: str
    url: str
    taken: Taken


def takers(actor: Actor, found: Mapping[int, Taken]) -> tuple[list[Taker], int, Taken]:
    """Those whom the actor sees, the largest first; how many others there are, and what these take together."""
    seen = {one.pk: one for one in parties.named_parties(actor, found)}
    rows = [Taker(pk, seen[pk].title, seen[pk].url, taken) for pk, taken in found.items() if pk in seen]
    others = [taken for pk, taken in found.items() if pk not in seen]
    rows.sort(key=lambda one: (-one.taken.total, one.customer_id))
    return rows, len(others), _summed(others)
