"""One customer among the others: the map of its relations, the way to another, affiliates, and what they come to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models import Q

from vouch.business import queries as business
from vouch.business.models import Guarantee
from vouch.business.terms import GuaranteeState
from vouch.desk.permissions import may_see_sums
from vouch.desk.queries.customers import class_of, standing_of
from vouch.engine.facts import catalogue
from vouch.engine.network import ringed
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.parties.queries import Affiliate, Link
from vouch.parties.terms import NATURAL_PERSONS
from vouch.platform.identity.actor import Actor

__all__ = ["Link", "Party"]

BALANCE = "book.balance"
"""What stands guaranteed for a customer; asked by name, since it is business's."""
FEN = Decimal(100)
MANY = 5_000
SPACE = 60.0
"""Between two parties on the map, in its own measure."""


def balances(party_ids: Collection[int], *, as_of: date) -> dict[int, Decimal]:
    """在保余额 in yuan of each of these; those who never had a guarantee are left out."""
    if not party_ids:
        return {}
    # Of very many, the whole register is sooner read than asked for one by one.
    asked = sorted(party_ids) if len(party_ids) < MANY else None
    frame = catalogue.ask([BALANCE], asked, as_of=as_of)
    found = zip(frame.subjects, frame.columns[BALANCE], strict=True)
    return {
        pk: Decimal(fen) / FEN for pk, fen in found if isinstance(fen, int) and (asked or pk in party_ids)
    }


def shown_parties(actor: Actor, party_ids: Collection[int]) -> dict[int, Party]:
    """Those of them that the actor sees, by key, each with its class (``risk_class``; none of another period)."""
    rows = parties.visible_to(actor).filter(pk__in=party_ids).select_related("standing")
    found: dict[int, Party] = {}
    for one in rows:
        row: Any = one
        standing = standing_of(row)
        if standing is not None and not actor.looks_at(standing.as_of):
            standing = None
        row.risk_class = "" if row.kind in NATURAL_PERSONS else class_of(standing)
        found[one.pk] = one
    return found


@dataclass(frozen=True, slots=True)
class Node:
    """A party on the map: where, how many steps from the middle, 在保余额 in yuan (None: never had any)."""

    party: Party
    steps: int
    balance: Decimal | None
    place: tuple[float, float]
    is_on_way: bool = False


@dataclass(frozen=True, slots=True)
class Tie:
    """A line of the table: who is connected with whom, by what."""

    source: Party
    target: Party
    link: Link
    title: str
    is_directed: bool
    is_money: bool
    is_on_way: bool = False


@dataclass(frozen=True, slots=True)
class RelationMap:
    """The map of one customer. ``hidden`` counts neighbours out of sight; ``hidden_at`` says beside whom they stand.

    ``way`` is the way to ``to``; None where none was asked for, empty where there is none, or where ``is_way_cut`` says
    that the search was broken off.
    """

    start: Party
    as_of: date
    nodes: Sequence[Node]
    ties: Sequence[Tie]
    hidden: int
    hidden_at: Sequence[tuple[int, str]]
    hidden_place: tuple[float, float]
    is_cut: bool
    to: Party | None = None
    way: Sequence[Party] | None = None
    is_way_cut: bool = False

    @property
    def balance(self) -> Decimal:
        """在保余额 of those on the map, in yuan."""
        return sum((one.balance for one in self.nodes if one.balance), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class MapWanted:
    """What of the relations is drawn."""

    as_of: date
    kinds: frozenset[str] | None = None
    steps: int = 2
    to: Party | None = None


def relation_map(actor: Actor, start: Party, wanted: MapWanted) -> RelationMap:
    """Everybody within so many steps, and the way to another customer; the number of statements depends on the steps alone."""
    around = parties.around(actor, start.pk, as_of=wanted.as_of, kinds=wanted.kinds, steps=wanted.steps)
    steps, found = dict(around.steps), list(around.links)
    way = None
    if wanted.to is not None:
        way = parties.way_between(actor, start.pk, wanted.to.pk, as_of=wanted.as_of, kinds=wanted.kinds)
    on_way = way.parties if way else ()
    for place, one in enumerate(on_way):
        steps.setdefault(one, place)
    # The way may leave the map; where it does not, its links are there.
    found += [
        one for one in (way.links if way else ()) if not {one.source, one.target} <= around.steps.keys()
    ]
    people = shown_parties(actor, steps)
    hidden_at = sorted(
        {(one.source if one.source in people else one.target, one.kind) for one in around.hidden_links}
    )
    known = balances(people, as_of=wanted.as_of)
    places = _places(start.pk, people, found, hidden_at)
    nodes = [
        Node(party, steps[pk], known.get(pk), places[pk], is_on_way=pk in on_way)
        for pk, party in sorted(people.items(), key=lambda pair: (steps[pair[0]], pair[0]))
    ]
    return RelationMap(
        start=start,
        as_of=wanted.as_of,
        nodes=nodes,
        ties=ties_between(people, found, way.links if way else ()),
        hidden=len(around.hidden),
        hidden_at=hidden_at,
        hidden_place=places[HIDDEN],
        is_cut=around.is_cut,
        to=wanted.to,
        way=None if wanted.to is None else [people[one] for one in on_way if one in people],
        is_way_cut=way is not None and way.is_cut,
    )


HIDDEN = 0
"""Stands for all neighbours out of sight: no party has this key."""


def _places(
    start: int, people: Collection[int], found: Iterable[Link], hidden_at: Sequence[tuple[int, str]]
) -> dict[int, tuple[float, float]]:
    pairs = [(one.source, one.target) for one in found] + [(HIDDEN, pk) for pk, _kind in hidden_at]
    # Each with itself as well: who stands alone has a place too.
    net = parties.numbered([*pairs, *((pk, pk) for pk in (*people, HIDDEN))])
    centre = int(np.searchsorted(net.ids, start))
    places = ringed(net.edges, centre) * SPACE
    return {
        int(pk): (round(float(x), 1), round(float(y), 1)) for pk, (x, y) in zip(net.ids, places, strict=True)
    }


def ties_between(people: Mapping[int, Party], found: Iterable[Link], way: Collection[Link] = ()) -> list[Tie]:
    """The table's lines, in the order of the kinds."""
    forms = {form.kind: form for form in parties.link_forms()}
    on_way = set(way)
    return [
        Tie(
            people[one.source],
            people[one.target],
            one,
            str(forms[one.kind].title),
            forms[one.kind].is_directed,
            forms[one.kind].is_money,
            is_on_way=one in on_way,
        )
        for one in sorted(found, key=lambda one: (one not in on_way, forms[one.kind].order))
        if one.source in people and one.target in people
    ]


def customer_named(actor: Actor, text: str) -> list[Party]:
    """Customers that go by exactly this number, code or name, as far as the actor sees them; two are enough to say so."""
    said = parties.plain_text(text).strip()
    seen = parties.listed(parties.visible_to(actor))
    # A number or a code of a record that was merged is the customer's too, whoever had that record in hand.
    gone = Party.objects.exclude(canonical=None)
    for by in (Q(number=said), Q(identifiers__value=said), Q(name=text.strip())):
        if found := list(seen.filter(by | Q(pk__in=gone.filter(by).values("canonical"))).distinct()[:2]):
            return found
    return []


@dataclass(frozen=True, slots=True)
class AffiliateShown:
    """An affiliate that the actor sees: why, through whom, 在保余额 in yuan."""

    party: Party
    affiliate: Affiliate
    through: Party | None
    balance: Decimal | None


@dataclass(frozen=True, slots=True)
class Group:
    """A customer with its affiliates (公司法 265). Sums in yuan; ``whole`` includes those out of sight and is None for
    whoever may not see such sums, ``hidden`` counts them: of those without sums, whoever stands beside somebody seen.
    """

    shown: Sequence[AffiliateShown]
    hidden: int
    own: Decimal
    seen: Decimal
    whole: Decimal | None

    @property
    def size(self) -> int:
        """Of the affiliates, the hidden ones too."""
        return len(self.shown) + self.hidden

    @property
    def balance(self) -> Decimal:
        """What the group comes to, as far as whoever looks may know."""
        return self.seen if self.whole is None else self.whole


def _walked_by(actor: Actor) -> Actor | None:
    """Over whose parties a walk goes: the whole book for whoever may see sums, else what the actor sees."""
    return None if may_see_sums(actor) else actor


def group_of(actor: Actor, party: Party, *, as_of: date, over: Sequence[Link] | None = None) -> Group:
    """The affiliates of a customer and what stands guaranteed for all of them together.

    For whoever may not see sums, nobody is named as an affiliate through somebody whom they do not see.
    """
    found = parties.affiliates_of(party.pk, as_of=as_of, over=over, within=_walked_by(actor))
    people = shown_parties(actor, {one.party_id for one in found} | {one.through for one in found})
    everybody = {party.pk, *(one.party_id for one in found)}
    known = balances(everybody, as_of=as_of)
    shown = [
        AffiliateShown(people[one.party_id], one, people.get(one.through), known.get(one.party_id))
        for one in found
        if one.party_id in people
    ]
    seen = sum((known.get(pk, Decimal(0)) for pk in {party.pk, *people} & everybody), Decimal(0))
    return Group(
        shown=shown,
        hidden=len(found) - len(shown),
        own=known.get(party.pk, Decimal(0)),
        seen=seen,
        whole=sum(known.values(), Decimal(0)) if may_see_sums(actor) else None,
    )


@dataclass(frozen=True, slots=True)
class HolderShown:
    """What somebody has of the customer in the end, a fraction; ``party`` is None for those out of sight together."""

    party: Party | None
    rate: Decimal
    count: int = 1
    is_top: bool = False


@dataclass(frozen=True, slots=True)
class Relations:
    """The panel: the group, who holds the customer looked through, guarantees given and received, the nearest map."""

    group: Group
    holders: Sequence[HolderShown] = field(default_factory=tuple)
    given: Sequence[Tie] = field(default_factory=tuple)
    received: Sequence[Tie] = field(default_factory=tuple)
    near: RelationMap | None = None


SMALLEST_SHARE = 0.0001


def relations_of(actor: Actor, party: Party, *, as_of: date) -> Relations:
    """What the panel 关系 shows of a customer."""
    over = parties.above(party.pk, as_of=as_of, within=_walked_by(actor))
    near = relation_map(actor, party, MapWanted(as_of=as_of, steps=1))
    guarantees = [one for one in near.ties if one.link.kind == GUARANTEE]
    return Relations(
        group=group_of(actor, party, as_of=as_of, over=over),
        holders=_holders(actor, party, over),
        given=[one for one in guarantees if one.source.pk == party.pk],
        received=[one for one in guarantees if one.target.pk == party.pk],
        near=near,
    )


GUARANTEE = "guarantee"


def _holders(actor: Actor, party: Party, over: Sequence[Link]) -> list[HolderShown]:
    """Those whom nobody holds (where the money comes from) and those between, the largest share first."""
    shares = parties.shares_looked_through(party.pk, over)
    shares = {pk: rate for pk, rate in shares.items() if rate >= SMALLEST_SHARE}
    people = shown_parties(actor, shares) if shares else {}
    held = {one.target for one in over}
    shown = [
        HolderShown(people[pk], _fraction(rate), is_top=pk not in held)
        for pk, rate in shares.items()
        if pk in people
    ]
    hidden = [rate for pk, rate in shares.items() if pk not in people]
    # One line, without a figure: a share would tell who it is to whoever knows the firm.
    return shown + ([HolderShown(None, Decimal(0), count=len(hidden))] if hidden else [])


def _fraction(rate: float) -> Decimal:
    return Decimal(str(round(rate, 6)))


@dataclass(frozen=True, slots=True)
class Drawn:
    """Parties with their places, and the links between them."""

    places: Sequence[tuple[Party, tuple[float, float]]]
    links: Sequence[Link]


def guarantors_drawn(actor: Actor, party: Party, found: Sequence[Link]) -> Drawn:
    """The guarantors of a customer, theirs, and so on, around it; as far as the actor sees them."""
    people = shown_parties(actor, {party.pk, *(end for one in found for end in (one.source, one.target))})
    seen = [one for one in found if one.source in people and one.target in people]
    places = _places(party.pk, people, seen, ())
    return Drawn([(one, places[pk]) for pk, one in people.items()], seen)


def guarantees_for(actor: Actor, party: Party) -> list[Guarantee]:
    """What we guarantee for a customer, those in force first; an inspection sees what began in its period."""
    found = business.guarantees_of(party.pk)
    return [one for one in found if actor.looks_at(one.counted_on)]


def totals_in_force(rows: Sequence[Guarantee]) -> dict[str, Any]:
    """Of those in force: how many, their balances in yuan, the days of the latest one, what is overdue."""
    live = [one for one in rows if one.state == GuaranteeState.IN_FORCE]
    return {
        "count": len(live),
        "balance": sum((one.balance for one in live), Decimal(0)),
        "debt": sum((one.debt_balance for one in live), Decimal(0)),
        "overdue": sum((one.overdue_amount for one in live), Decimal(0)),
        "days": max((one.overdue_days for one in live), default=0),
    }


@dataclass(frozen=True, slots=True)
class Answering:
    """Whom a customer answers for and who answers for it, customers that are seen by name; ``hidden`` counts the others."""

    given: Sequence[Tie]
    received: Sequence[Tie]
    hidden: int


def answering(actor: Actor, party: Party, *, as_of: date) -> Answering:
    """By the lists of the customer's file and of the others'."""
    found = parties.links(as_of=as_of, near=[party.pk], kinds=[GUARANTEE])
    ends = {end for one in found for end in (one.source, one.target)}
    people = shown_parties(actor, ends)
    ties = ties_between(people, found)
    return Answering(
        given=[one for one in ties if one.source.pk == party.pk],
        received=[one for one in ties if one.target.pk == party.pk],
        hidden=len(ends - people.keys()),
    )
