"""What the links of the whole book form: circles and chains of guarantees, hubs, groups; each with what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Gathered:
    """One circle, chain, hub or group. ``members`` stand in the order of the guarantees, a hub first.

    ``hidden`` are those out of sight: they count in size and sums and have no name. Money in yuan: ``guaranteed`` is what
    they answer for among themselves, ``balance`` what stands guaranteed for them (在保余额).
    """

    members: Sequence[Party]
    hidden: int
    guaranteed: Decimal
    balance: Decimal

    @property
    def pk(self) -> int:
        """Whose map it is seen on: its first member that is seen."""
        return self.members[0].pk

    @property
    def size(self) -> int:
        """How many they are."""
        return len(self.members) + self.hidden


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
    sums = may_see_sums(actor)
    if not sums:
        seen = parties.seen_among(actor, {end for one in guarantees for end in (one.source, one.target)})
        guarantees = [one for one in guarantees if one.source in seen and one.target in seen]
    found, is_complete = _FINDERS[kind](guarantees, as_of)
    everybody = {one for members in found for one in members}
    people = shown_parties(actor, everybody)
    if not sums:
        found = [
            seen_of for members in found if len(seen_of := tuple(pk for pk in members if pk in people)) > 1
        ]
    known = balances(everybody, as_of=as_of)
    between = _between(guarantees)
    rows = [
        Gathered(
            [people[pk] for pk in members if pk in people],
            sum(pk not in people for pk in members),
            _among(members, between),
            sum((known.get(pk, ZERO) for pk in members), ZERO),
        )
        for members in found
        if any(pk in people for pk in members)
    ]
    return Gatherings(sorted(rows, key=lambda one: (-one.balance, -one.size, one.pk)), is_complete)


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


def _circles(guarantees: Sequence[Link], _as_of: date) -> Found:
    net = parties.numbered([(one.source, one.target) for one in guarantees])
    found = circles(net.edges)
    return [tuple(int(net.ids[place]) for place in one) for one in found.found], found.is_complete


def _chains(guarantees: Sequence[Link], _as_of: date) -> Found:
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


def _hubs(guarantees: Sequence[Link], _as_of: date) -> Found:
    """Each with everybody whom it answers for and who answers for it."""
    around: dict[int, dict[int, None]] = {}
    for one in guarantees:
        around.setdefault(one.source, {})[one.target] = None
        around.setdefault(one.target, {})[one.source] = None
    return [(pk, *others) for pk, others in around.items() if len(others) >= SMALLEST_HUB], True


def _groups(_guarantees: Sequence[Link], as_of: date) -> Found:
    return parties.control_groups(as_of=as_of), True


_FINDERS: dict[Gathering, Callable[[Sequence[Link], date], Found]] = {
    Gathering.CIRCLES: _circles,
    Gathering.CHAINS: _chains,
    Gathering.HUBS: _hubs,
    Gathering.GROUPS: _groups,
}
