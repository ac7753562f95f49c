"""One limit with everything that takes it up and everything that it was; and what binds one customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from vouch.grading.models import Freeze, GroupMember, Limit, LimitSubject
from vouch.grading.permissions import may_see_sums
from vouch.grading.queries.freeze import standing_freezes
from vouch.grading.queries.limit import Room, ceilings, reach_of, rooms_for, title_of
from vouch.grading.queries.takings import ZERO, Counted, Taken, counted, open_holds, taken_by_customer
from vouch.grading.terms import LimitKind, LimitState
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor

MOST_HOLDS = 200


@dataclass(frozen=True, slots=True)
class LimitPage:
    """``by_customer`` is None where the actor may not see sums over other people's customers; then neither its amounts nor what is taken is told."""

    title: str
    room: Room
    by_customer: Mapping[int, Taken] | None
    holds: Sequence[Counted]
    history: Sequence[Limit]
    members: Sequence[GroupMember]
    hidden_members: int
    freezes: Sequence[Freeze]

    @property
    def waiting(self) -> list[Limit]:
        """What was proposed and waits."""
        return [one for one in self.history if one.state == LimitState.PROPOSED]

    @property
    def is_told(self) -> bool:
        """Whether the actor is told what is taken."""
        return self.by_customer is not None


def limit_page(actor: Actor, subject: LimitSubject, *, at: datetime) -> LimitPage:
    """Everything of one subject that this actor may see."""
    (ceiling,) = ceilings([subject], on=timezone.localdate(at))
    reach = reach_of(subject)
    by_customer = taken_by_customer(reach, at=at)
    total = Taken()
    for one in by_customer.values():
        total += one
    tells = subject.kind == LimitKind.CUSTOMER or may_see_sums(actor)
    holds = open_holds(reach).filter(parties.in_sight_of(actor, "party")).select_related("party")
    customer = [parties.canonical_id(subject.party_id)] if subject.party_id else []
    history = subject.limits.select_related("supersedes").order_by("-proposed_at", "-pk")
    members = subject.members.filter(left_at=None)
    seen = list(members.filter(parties.in_sight_of(actor, "party")).select_related("party").order_by("pk"))
    return LimitPage(
        title=title_of(subject),
        room=Room(subject, ceiling, total),
        by_customer=by_customer if tells else None,
        holds=counted(holds.order_by("-reserved_at", "-pk")[:MOST_HOLDS], at=at),
        history=list(history) if tells else [],
        members=seen,
        hidden_members=members.count() - len(seen),
        freezes=list(standing_freezes(customer)) if subject.kind == LimitKind.CUSTOMER else [],
    )


@dataclass(frozen=True, slots=True)
class Binding:
    """One limit of those that a customer's draw takes. ``taken`` is None where the actor may not see such sums."""

    room: Room
    title: str
    url: str
    taken: Taken | None
    is_binding: bool


@dataclass(frozen=True, slots=True)
class CustomerLimits:
    """A customer's limits, the tightest marked, what it holds, and why it is frozen."""

    own: Room | None
    rows: Sequence[Binding]
    holds: Sequence[Counted]
    freezes: Sequence[Freeze]

    @property
    def free(self) -> Decimal:
        """What could be drawn now in yuan: nought while frozen or without a limit of its own, else what the tightest leaves."""
        frees = [one.room.free for one in self.rows if one.room.ceiling.amount is not None]
        if self.own is None or self.freezes:
            return ZERO
        return max(min(frees), ZERO)


def limits_of(actor: Actor, party: Party, *, at: datetime, bank: str = "") -> CustomerLimits:
    """What binds a customer (the record that stands), at a bank if one is told. The caller has checked that the actor sees it."""
    rooms = rooms_for(party, bank=bank, at=at)
    tightest = min((one.free for one in rooms if one.ceiling.amount is not None), default=None)
    tells = may_see_sums(actor)
    rows = [
        Binding(
            room=one,
            title=title_of(one.subject, actor),
            url=one.subject.get_absolute_url() if one.subject.pk and (tells or one.subject.kind == LimitKind.CUSTOMER) else "",
            taken=one.taken if tells or one.subject.kind == LimitKind.CUSTOMER else None,
            is_binding=one.ceiling.amount is not None and one.free == tightest,
        )
        for one in rooms
    ]  # fmt: skip
    own = next((one for one in rooms if one.subject.kind == LimitKind.CUSTOMER), None)
    holds = open_holds(reach_of(LimitSubject(kind=LimitKind.CUSTOMER, party=party)))
    return CustomerLimits(
        own=own,
        rows=rows,
        holds=counted(holds.select_related("party").order_by("-reserved_at", "-pk")[:MOST_HOLDS], at=at),
        freezes=list(standing_freezes([party.pk])),
    )
