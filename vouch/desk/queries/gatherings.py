"""What the links of the whole book form: circles and chains of guarantees, hubs, groups; each with what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from vouch.desk.permissions import may_see_sums
from vouch.desk.queries.relations import GUARANTEE, balances, shown_parties
from vouch.desk.terms import SMALLEST_CHAIN, SMALLEST_HUB, Gathering
from vouch.engine.network import circles, groups, knots, longest_chain
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.parties.queries import Link
from vouch.platform.identity.actor import Actor

MOST_CHAINS = 200
"""Of the largest webs of guarantees; each gives its longest chain."""
MOST_NAMED = 50
ZERO = Decimal(0)


@dataclass(slots=True)
class Gathered:
    """One circle, chain, hub or group. ``seen`` are the keys of its members in the order of the guarantees, a hub first.

    ``hidden`` are those out of sight: they count in size and sums and have no name. Money in yuan: ``guaranteed`` is what
    they answer for among themselves, ``balance`` what stands guaranteed for them (在保余额). ``members`` are there once
    ``named`` was asked for the rows that are shown.
    """

    seen: Sequence[int]
    hidden: int
    guaranteed: Decimal
    balance: Decimal
    members: Sequence[Party] = ()

    @property
    def size(self) -> int:
        """How many they are."""
        return len(self.seen) + self.hidden


@dataclass(frozen=True, slots=True)
class Gatherings:
    """What was found; ``is_complete`` is False where there is more than was looked for."""

    rows: Sequence[Gathered]
    is_complete: bool = True


Found = tuple[list[tuple[int, ...]], bool]


def gatherings(actor: Actor, kind: Gathering, *, as_of: date) -> Gatherings:
    """All of one kind, the largest balance first.

    Whoever may see sums gets those with members out of sight too, as a number; others get what their own customers form.
    """
    guarantees = [] if kind is Gathering.GROUPS else parties.links(as_of=as_of, kinds=[GUARANTEE])
    mine = None
    if not may_see_sums(actor):
        mine = set(parties.visible_to(actor).values_list("pk", flat=True))
        guarantees = [one for one in guarantees if one.source in mine and one.target in mine]
    found, is_complete = _FINDERS[kind](guarantees, as_of, mine)
    everybody = {one for members in found for one in members}
    seen = everybody if mine is not None else parties.seen_among(actor, everybody)
    known = balances(everybody, as_of=as_of)
    between = _between(guarantees)
    rows = [
        Gathered(
            tuple(pk for pk in members if pk in seen),
            sum(pk not in seen for pk in members),
            _among(members, between) if between else ZERO,
            sum((known[pk] for pk in members if pk in known), ZERO),
        )
        for members in found
        if not seen.isdisjoint(members)
    ]
    return Gatherings(sorted(rows, key=lambda one: (-one.balance, -one.size, one.seen)), is_complete)


def named(actor: Actor, rows: Sequence[Gathered]) -> Sequence[Gathered]:
    """The same rows with their first MOST_NAMED members by name: for rows that are shown, not for thousands."""
    people = shown_parties(actor, {pk for row in rows for pk in row.seen[:MOST_NAMED]})
    for row in rows:
        row.members = [people[pk] for pk in row.seen[:MOST_NAMED] if pk in people]
    return rows


def called(actor: Actor, rows: Sequence[Gathered], text: str) -> list[Gathered]:
    """Those with a member whose name or number contains the text."""
    found = set(parties.search(parties.visible_to(actor), text).values_list("pk", flat=True))
    return [row for row in rows if not found.isdisjoint(row.seen)]


def _between(guarantees: Sequence[Link]) -> dict[int, dict[int, Decimal]]:
    """Guarantor → debtor → what is guaranteed."""
    found: dict[int, dict[int, Decimal]] = {}
    for one in guarantees:
        of = found.setdefault(one.source, {})
        of[one.target] = of.get(one.target, ZERO) + (one.weight or ZERO)
    return found


def _among(members: Sequence[int], between: dict[int, dict[int, Decimal]]) -> Decimal:
    inside = set(members)
    return sum((amount for pk in members for to, amount in between.get(pk, {}).items() if to in inside), ZERO)


def _circles(guarantees: Sequence[Link], _as_of: date, _mine: Collection[int] | None) -> Found:
    net = parties.numbered([(one.source, one.target) for one in guarantees])
    found = circles(net.edges)
    return [tuple(int(net.ids[place]) for place in one) for one in found.found], found.is_complete


def _chains(guarantees: Sequence[Link], _as_of: date, _mine: Collection[int] | None) -> Found:
    """The longest chain of each web of guarantees that is no circle."""
    net = parties.numbered([(one.source, one.target) for one in guarantees])
    is_free = knots(net.edges) < 0
    straight = net.edges.chosen(is_free[net.edges.source] & is_free[net.edges.target])
    web = groups(straight)[straight.source]
    webs, sizes = np.unique(web, return_counts=True)
    large = webs[np.argsort(-sizes, kind="stable")][: MOST_CHAINS + 1]
    found = []
    for one in large[:MOST_CHAINS].tolist():
        inside = web == one
        ends = zip(straight.source[inside].tolist(), straight.target[inside].tolist(), strict=True)
        part = parties.numbered(list(ends))
        chain = longest_chain(part.edges)
        if len(chain) >= SMALLEST_CHAIN:
            found.append(tuple(int(net.ids[part.ids[place]]) for place in chain))
    return found, large.size <= MOST_CHAINS


def _hubs(guarantees: Sequence[Link], _as_of: date, _mine: Collection[int] | None) -> Found:
    """Each with everybody whom it answers for and who answers for it."""
    around: dict[int, dict[int, None]] = {}
    for one in guarantees:
        around.setdefault(one.source, {})[one.target] = None
        around.setdefault(one.target, {})[one.source] = None
    return [(pk, *others) for pk, others in around.items() if len(others) >= SMALLEST_HUB], True


def _groups(_guarantees: Sequence[Link], as_of: date, mine: Collection[int] | None) -> Found:
    return parties.control_groups(as_of=as_of, among=mine), True


_FINDERS: dict[Gathering, Callable[[Sequence[Link], date, Collection[int] | None], Found]] = {
    Gathering.CIRCLES: _circles,
    Gathering.CHAINS: _chains,
    Gathering.HUBS: _hubs,
    Gathering.GROUPS: _groups,
}
