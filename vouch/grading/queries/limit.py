"""Limits: which there are, which of them a draw takes, how much each has room for, and who sees them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.grading.models import GroupMember, Hold, HoldMove, Limit, LimitSubject
from vouch.grading.permissions import may_see_sums
from vouch.grading.queries.takings import Reach, Taken, taken, taken_by_customer
from vouch.grading.terms import TEMPORARY, HoldState, LimitKind, LimitNature, LimitState
from vouch.parties import queries as parties
from vouch.parties.models import Building, BuildingLimit, Occupancy, Party
from vouch.parties.terms import INDUSTRIES
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Scope

ZERO = Decimal("0.00")
LIVE = (LimitState.GRANTED, LimitState.EXPIRED)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How much a subject allows on a day: ``amount`` in yuan, None where nothing is limited.

    ``base`` and ``temporary`` are what it is made of; of a building the base is the limit on the building's own page
    (``building``). A base that ran out leaves nothing (``is_expired``) until it is granted anew or ended.
    """

    amount: Decimal | None
    base: Limit | None = None
    temporary: tuple[Limit, ...] = ()
    building: BuildingLimit | None = None
    is_expired: bool = False
    max_customers: int | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A subject with what it allows and what is taken of it; money in yuan."""

    subject: LimitSubject
    ceiling: Ceiling
    taken: Taken

    @property
    def free(self) -> Decimal:
        """What is left; below nought where more is taken than allowed, nought where nothing was ever allowed."""
        return ZERO if self.ceiling.amount is None else self.ceiling.amount - self.taken.total


def ceilings(subjects: Collection[LimitSubject], *, on: date) -> list[Ceiling]:
    """What each allows on a day, in their order; two queries. Subjects that are not stored yet (a building's) are welcome."""
    stored = [one.pk for one in subjects if one.pk]
    rows: dict[int, list[Limit]] = {}
    for limit in Limit.objects.filter(subject__in=stored, state__in=LIVE).order_by("pk"):
        rows.setdefault(limit.subject_id, []).append(limit)
    sites = [one.building_id for one in subjects if one.kind == LimitKind.BUILDING]
    of_buildings = BuildingLimit.objects.filter(building__in=sites, ends_on=None)
    buildings = {one.building_id: one for one in of_buildings}
    return [_ceiling(rows.get(one.pk, []), buildings.get(one.building_id or 0), on=on) for one in subjects]


def _ceiling(limits: Iterable[Limit], building: BuildingLimit | None, *, on: date) -> Ceiling:
    base: Limit | None = None
    standing: list[Limit] = []
    for one in limits:
        if one.nature == LimitNature.BASE:
            base = one
        elif one.state == LimitState.GRANTED and one.starts_on <= on <= (one.ends_on or on):
            standing.append(one)
    is_expired = base is not None and base.ends_on is not None and base.ends_on < on
    amount = None if base is None else ZERO if is_expired else base.amount
    if building is not None:
        amount = building.max_balance
    replacing = [one for one in standing if one.nature == LimitNature.REPLACEMENT]
    if replacing:
        amount = replacing[-1].amount
    if amount is not None or base is not None:
        added = (one.amount for one in standing if one.nature == LimitNature.ADDITION)
        amount = (amount or ZERO) + sum(added, ZERO)
    most = building.max_customers if building else None
    return Ceiling(amount, base, tuple(standing), building, is_expired and not replacing, most)


def peak_with(limit: Limit, ceiling: Ceiling, *, on: date) -> Decimal:
    """The most that a proposed limit would let its subject have on any of its days, from a day on; yuan.

    Temporary limits that have any day in common with it count as if they all stood on the same day.
    """
    first = on if limit.nature == LimitNature.BASE else max(limit.starts_on, on)
    beside = Limit.objects.filter(
        subject=limit.subject_id, state=LimitState.GRANTED, nature__in=TEMPORARY, ends_on__gte=first
    )
    if limit.ends_on is not None:
        beside = beside.filter(starts_on__lte=limit.ends_on)
    rows = list(beside.values_list("nature", "amount"))
    added = sum((amount for nature, amount in rows if nature == LimitNature.ADDITION), ZERO)
    if limit.nature != LimitNature.ADDITION:
        return limit.amount + added
    bases = [amount for nature, amount in rows if nature == LimitNature.REPLACEMENT]
    if ceiling.building is not None:
        bases.append(ceiling.building.max_balance or ZERO)
    elif ceiling.base is not None:
        bases.append(ceiling.base.amount)
    return max(bases, default=ZERO) + added + limit.amount


def reach_of(subject: LimitSubject) -> Reach:
    """Whose guarantees it counts, as the parties stand now; one query for a group or a building."""
    if subject.kind == LimitKind.CUSTOMER:
        return Reach(_records([parties.canonical_id(subject.party_id or 0)]))
    if subject.kind == LimitKind.GROUP:
        members = subject.members.filter(left_at=None)
        return Reach(_records(members.values_list(Coalesce("party__canonical", "party"), flat=True)))
    if subject.kind == LimitKind.BUILDING:
        names = Building.objects.filter(Q(pk=subject.building_id) | Q(canonical=subject.building_id))
        there = Occupancy.objects.filter(building__in=names, ended_at=None).order_by()
        return Reach(_records(there.values_list(Coalesce("party__canonical", "party"), flat=True)))
    if subject.kind == LimitKind.INDUSTRY:
        of_firm = Q(canonical=None, enterprise__industry_code__startswith=subject.industry)
        of_record = Q(canonical__enterprise__industry_code__startswith=subject.industry)
        return Reach(Party.objects.filter(of_firm | of_record))
    return Reach(bank=subject.bank) if subject.kind == LimitKind.BANK else Reach()


def _records(customers: Iterable[int]) -> QuerySet[Party]:
    ids = sorted(set(customers))
    return Party.objects.filter(Q(pk__in=ids) | Q(canonical__in=ids))


def room_of(subject: LimitSubject, ceiling: Ceiling, *, at: datetime) -> Room:
    """How much room it has at a moment."""
    return Room(subject, ceiling, taken(reach_of(subject), at=at))


def applying(customer: Party, *, bank: str) -> list[LimitSubject]:
    """Everything whose limit a draw of this customer (canonical record) at this bank takes, in the order of its kinds."""
    records = Q(party=customer) | Q(party__canonical=customer)
    there = Occupancy.objects.filter(records, ended_at=None).order_by()
    buildings = set(there.values_list(Coalesce("building__canonical", "building"), flat=True))
    groups = GroupMember.objects.filter(records, left_at=None).values("subject")
    code = getattr(getattr(customer, "enterprise", None), "industry_code", "")
    wanted = (
        Q(kind=LimitKind.CUSTOMER) & records
        | Q(kind=LimitKind.GROUP, pk__in=groups)
        | Q(kind=LimitKind.BUILDING) & Q(Q(building__in=buildings) | Q(building__canonical__in=buildings))
        | Q(kind=LimitKind.INDUSTRY, industry__in=[code[:end] for end in range(1, len(code) + 1)])
        | Q(kind=LimitKind.INSTITUTION)
    )
    if bank:
        wanted |= Q(kind=LimitKind.BANK, bank=bank)
    found = list(LimitSubject.objects.filter(wanted).select_related("party", "building"))
    stored = {one.building_id for one in found}
    limited = Building.objects.filter(pk__in=buildings - stored, limits__ends_on=None).distinct()
    found += [LimitSubject(kind=LimitKind.BUILDING, building=one) for one in limited]
    order = list(LimitKind)
    return sorted(found, key=lambda one: (order.index(LimitKind(one.kind)), one.pk or 0))


def limited_banks(*, on: date) -> list[str]:
    """The banks that have a limit on a day, as it names them; one that ran out limits too."""
    subjects = list(LimitSubject.objects.filter(kind=LimitKind.BANK).order_by("bank"))
    allowed = ceilings(subjects, on=on)
    return [one.bank for one, found in zip(subjects, allowed, strict=True) if found.amount is not None]


_FORMS = re.compile(r"股份有限公司|有限责任公司|有限公司|\s")


def is_of_bank(name: str, bank: str) -> bool:
    """Whether a creditor is this bank by another spelling, or a branch of it."""
    told, known = (_FORMS.sub("", unicodedata.normalize("NFKC", one)) for one in (name, bank))
    return told.startswith(known)


def rooms_for(customer: Party, *, bank: str, at: datetime) -> list[Room]:
    """Every limit that a draw of this customer would take, with its room; what is not limited is left out."""
    subjects = applying(customer, bank=bank)
    allowed = ceilings(subjects, on=timezone.localdate(at))
    return [
        room_of(one, ceiling, at=at)
        for one, ceiling in zip(subjects, allowed, strict=True)
        if ceiling.amount is not None or ceiling.max_customers is not None
    ]


def guaranteed_in(room: Room, *, at: datetime) -> set[int]:
    """The customers who take something of it."""
    return set(taken_by_customer(reach_of(room.subject), at=at))


def title_of(subject: LimitSubject, actor: Actor | None = None) -> str:
    """The subject in words; a group whose head the actor may not see has no name."""
    kind = LimitKind(subject.kind)
    if kind is LimitKind.CUSTOMER and subject.party:
        return subject.party.name
    if kind is LimitKind.GROUP and subject.party:
        if actor is not None and not parties.seen_among(actor, [subject.party.pk]):
            return _("所在集团")
        return _("%s 所在集团") % subject.party.name
    if kind is LimitKind.BUILDING and subject.building:
        return subject.building.name
    if kind is LimitKind.INDUSTRY:
        return f"{INDUSTRIES.get(subject.industry[:1], '')} {subject.industry}".strip()
    return subject.bank if kind is LimitKind.BANK else _("全机构")


def group_of(head: int, *, on: date) -> tuple[int, ...]:
    """The customers (canonical records) whom the register connects with this one by control or marriage; itself included."""
    for members in parties.control_groups(as_of=on):
        if head in members:
            return members
    return (head,)


def subjects_visible_to(actor: Actor) -> QuerySet[LimitSubject]:
    """Those of customers, group heads and buildings that the actor sees; the others for whoever may see sums."""
    found = LimitSubject.objects.all()
    if actor.scope == Scope.ALL:
        return found
    seen = Q(party__in=parties.visible_to(actor)) | Q(building__in=parties.buildings_visible_to(actor))
    if may_see_sums(actor):
        seen |= Q(kind__in=(LimitKind.INDUSTRY, LimitKind.BANK, LimitKind.INSTITUTION))
    return found.filter(seen)


def limits_visible_to(actor: Actor) -> QuerySet[Limit]:
    """The amounts of those."""
    found = Limit.objects.all()
    return found if actor.scope == Scope.ALL else found.filter(subject__in=subjects_visible_to(actor))


def members_visible_to(actor: Actor) -> QuerySet[GroupMember]:
    """The members of groups whom the actor sees."""
    found = GroupMember.objects.all()
    return found if actor.scope == Scope.ALL else found.filter(party__in=parties.visible_to(actor))


def holds_visible_to(actor: Actor) -> QuerySet[Hold]:
    """What the customers that the actor sees take up."""
    found = Hold.objects.all()
    return found if actor.scope == Scope.ALL else found.filter(party__in=parties.visible_to(actor))


def moves_visible_to(actor: Actor) -> QuerySet[HoldMove]:
    """The steps of those."""
    found = HoldMove.objects.all()
    return found if actor.scope == Scope.ALL else found.filter(hold__in=holds_visible_to(actor))


def waiting_limits() -> QuerySet[Limit]:
    """What was proposed and waits for a second person."""
    return Limit.objects.filter(state=LimitState.PROPOSED)


def unopened_buildings() -> QuerySet[Building]:
    """Buildings with a limit on their own page that have no subject here yet."""
    limited = BuildingLimit.objects.filter(building=OuterRef("pk"), ends_on=None)
    known = LimitSubject.objects.filter(kind=LimitKind.BUILDING, building=OuterRef("pk"))
    return Building.objects.filter(Exists(limited), ~Exists(known)).order_by("pk")


def ended_limits(on: date) -> QuerySet[Limit]:
    """Granted limits whose last day is past, and whose end nobody was told of yet."""
    return Limit.objects.filter(state=LimitState.GRANTED, ends_on__lt=on).order_by("pk")


def group_members(subject: LimitSubject) -> Mapping[int, GroupMember]:
    """Canonical record → its membership now."""
    rows = subject.members.filter(left_at=None).annotate(customer=Coalesce(F("party__canonical"), F("party")))
    return {one.customer: one for one in rows.order_by("pk")}


def ended_reservations(at: datetime) -> QuerySet[Hold]:
    """Reservations whose time is up, and whose end nobody was told of yet."""
    return Hold.objects.filter(state=HoldState.OPEN, reserved__gt=0, expires_at__lte=at).order_by("pk")


def used_holds() -> QuerySet[Hold]:
    """What is used in full and not settled yet."""
    used = Hold.objects.filter(state=HoldState.OPEN, reserved=0, used__gt=0)
    return used.select_related("party").order_by("pk")


def limited_groups() -> QuerySet[LimitSubject]:
    """Groups that have or had a limit."""
    return LimitSubject.objects.filter(kind=LimitKind.GROUP).order_by("pk")
