"""How parties hang together: who stands around one, the way between two, who is above, affiliates, groups.

Who looks sees their own parties alone: a walk never passes through a party that is out of sight, whose number here serves
for counting and for sums, never for a page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import pairwise
from operator import or_

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from vouch.engine.network import Edges, groups, look_through, path_between
from vouch.parties.models import Party
from vouch.parties.queries.links import Link, bare_links, links
from vouch.parties.queries.party import visible_to
from vouch.parties.terms import (
    CONTROLLING_RATE,
    KEY_POSTS,
    ORGANISATIONS,
    STATE_ORGANS,
    Affiliation,
    LinkKind,
)
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Scope

MOST_PARTIES = 500
"""So many at most are drawn around one."""
MOST_WALKED = 4_000
LONGEST_WAY = 8
"""Steps: a longer way between two customers tells nothing."""
MOST_ROUNDS = 12
OWNING = (LinkKind.SHARE, LinkKind.CONTROL)
FAMILY = (LinkKind.SPOUSE, LinkKind.KIN)


@dataclass(frozen=True, slots=True)
class Numbered:
    """Links as the engine takes them: ``ids[n]`` is the party numbered n."""

    ids: NDArray[np.int64]
    edges: Edges

    def number_of(self, party_id: int) -> int | None:
        """The party's number; None for one without a link."""
        place = int(np.searchsorted(self.ids, party_id))
        return place if place < self.ids.size and self.ids[place] == party_id else None


def numbered(pairs: Sequence[tuple[int, int]]) -> Numbered:
    """Parties numbered in the order of their keys; edges in the order given."""
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    ids, places = np.unique(ends, return_inverse=True)
    places = places.reshape(-1, 2)
    return Numbered(ids, Edges(ids.size, places[:, 0], places[:, 1]))


def seen_among(actor: Actor, party_ids: Collection[int]) -> set[int]:
    """Those of them that the actor sees."""
    if actor.scope == Scope.ALL or not party_ids:
        return set(party_ids)
    return set(visible_to(actor).filter(pk__in=party_ids).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Around:
    """What hangs together with a party: everybody reached with the steps it takes, the links among them.

    ``hidden`` are neighbours out of sight, ``hidden_links`` lead to them from those who are seen; ``is_cut`` says that
    there may be more than were asked for.
    """

    steps: dict[int, int]
    links: list[Link]
    hidden: frozenset[int]
    hidden_links: list[Link]
    is_cut: bool


def around(
    actor: Actor,
    party_id: int,
    *,
    as_of: date,
    kinds: Collection[str] | None = None,
    steps: int = 2,
    most: int = MOST_PARTIES,
) -> Around:
    """Walk outward from one party (the record that stands, and that the actor sees), one statement a step."""
    reached, hidden, frontier, is_cut = {party_id: 0}, set[int](), [party_id], False
    # Two equal lines are two links (two banks): nothing here drops one. Who is hidden is never walked from, so a link
    # that leads out of sight is met once.
    leaving: list[Link] = []
    for step in range(1, steps + 1):
        fresh = links(as_of=as_of, near=frontier, kinds=kinds)
        others = {end for one in fresh for end in (one.source, one.target)} - reached.keys() - hidden
        seen = seen_among(actor, others)
        hidden |= others - seen
        leaving += [one for one in fresh if (one.source in hidden) != (one.target in hidden)]
        frontier = sorted(seen)[: most - len(reached)]
        is_cut |= len(frontier) < len(seen) or (len(reached) + len(frontier) >= most and step < steps)
        reached |= dict.fromkeys(frontier, step)
        if not frontier or len(reached) >= most:
            break
    within = links(as_of=as_of, near=reached.keys(), kinds=kinds, is_inside=True)
    return Around(reached, within, frozenset(hidden), leaving, is_cut)


@dataclass(frozen=True, slots=True)
class Way:
    """A shortest way: the parties in order, and what connects each with the next.

    ``is_cut``: too many parties hang together to look at all of them; whether there is a way was not found out.
    """

    parties: tuple[int, ...]
    links: Sequence[Link] = ()
    is_cut: bool = False


def way_between(
    actor: Actor, start: int, end: int, *, as_of: date, kinds: Collection[str] | None = None
) -> Way | None:
    """A shortest way of at most LONGEST_WAY steps over parties that the actor sees; None where there is none, one
    without parties where the search was broken off.

    Both ends walk towards each other, the one with fewer open ends first.
    """
    sides = ({start}, {end})
    open_ends = [{start}, {end}]
    pairs: list[tuple[int, int]] = []
    for _step in range(LONGEST_WAY):
        if sides[0] & sides[1] or not all(open_ends):
            break
        if sum(map(len, sides)) > MOST_WALKED:
            return Way((), is_cut=True)
        side = 0 if len(open_ends[0]) <= len(open_ends[1]) else 1
        fresh = links(as_of=as_of, near=open_ends[side], kinds=kinds)
        ends = {end for one in fresh for end in (one.source, one.target)}
        seen = seen_among(actor, ends - sides[side]) | (ends & sides[side])
        pairs += [(one.source, one.target) for one in fresh if one.source in seen and one.target in seen]
        open_ends[side] = seen - sides[side]
        sides[side].update(seen)
    if start == end or not sides[0] & sides[1]:
        return Way((start,)) if start == end else None
    net = numbered(pairs)
    first, last = net.number_of(start), net.number_of(end)
    numbers = None if first is None or last is None else path_between(net.edges, first, last)
    if numbers is None:
        return None
    parties = tuple(int(net.ids[number]) for number in numbers)
    steps = {frozenset(pair) for pair in pairwise(parties)}
    between = links(as_of=as_of, near=parties, kinds=kinds, is_inside=True)
    return Way(parties, [one for one in between if frozenset((one.source, one.target)) in steps])


def is_controlling(link: Link) -> bool:
    """公司法 265: a line of 实际控制, or more than half of the shares."""
    return link.kind == LinkKind.CONTROL or _rate(link) > CONTROLLING_RATE


def above(
    party_id: int, *, as_of: date, kinds: Collection[str] = OWNING, within: Actor | None = None
) -> list[Link]:
    """Every link that leads to a party, to those it comes from, and so on up (shares and control); loops are walked once.

    ``within``: walked is over whom this actor sees alone. Who is out of sight ends the walk: a link may come from them,
    none leads to them.
    """
    found: list[Link] = []
    known, frontier = {party_id}, {party_id}
    for _round in range(MOST_ROUNDS):
        # Each party is asked for once, so no link comes twice, and two equal lines are two.
        fresh = [one for one in links(as_of=as_of, near=frontier, kinds=kinds) if one.target in frontier]
        found += fresh
        frontier = {one.source for one in fresh} - known
        known |= frontier
        frontier = _walkable(frontier, within)
        if not frontier or len(known) > MOST_WALKED:
            break
    return found


def _walkable(party_ids: Collection[int], within: Actor | None) -> set[int]:
    """Those from whom a walk goes on: all of them, or those whom this actor sees."""
    return set(party_ids) if within is None else seen_among(within, party_ids)


def shares_looked_through(party_id: int, over: Iterable[Link]) -> dict[int, float]:
    """What each holder has of a party, directly and through others: fractions, the largest first; {} where none is known.

    ``over`` is what ``above`` found. Also {} where the shares of a party come to more than the whole.
    """
    held = [one for one in over if one.kind == LinkKind.SHARE and one.weight]
    net = numbered([(one.source, one.target) for one in held])
    number = net.number_of(party_id)
    if number is None:
        return {}
    try:
        shares = look_through(net.edges, np.array([float(one.weight or 0) for one in held]), of=number)
    except ValueError:
        return {}
    order = np.argsort(-shares, kind="stable")
    return {
        int(net.ids[place]): float(shares[place]) for place in order if place != number and shares[place] > 0
    }


@dataclass(frozen=True, slots=True)
class Affiliate:
    """An affiliate of a customer: why, and through whom; the customer itself where nobody stands between."""

    party_id: int
    reason: Affiliation
    through: int


def affiliates_of(
    party_id: int, *, as_of: date, over: Sequence[Link] | None = None, within: Actor | None = None
) -> list[Affiliate]:
    """The affiliates by 公司法 265: who controls the party, its directors, supervisors and managers, relatives of these, and
    everybody whom one of them or the party itself controls, directly or through others; it reads the same from both ends.

    Two firms are not affiliated by a director alone, nor by the state alone. ``over`` is what ``above`` found.
    ``within`` (the same as for ``above``): nobody is an affiliate through somebody whom this actor does not see. Those out
    of sight who stand beside somebody seen are told, for counting.
    """
    over = above(party_id, as_of=as_of, within=within) if over is None else over
    found: dict[int, Affiliate] = {}

    def add(other: int, reason: Affiliation, through: int) -> None:
        if other != party_id:
            found.setdefault(other, Affiliate(other, reason, through))

    named = {one.source for one in over if one.kind == LinkKind.CONTROL and one.target == party_id}
    deciding = {party_id, *_controllers(party_id, over)}
    for party in sorted(deciding):
        add(party, Affiliation.CONTROLLER if party in named else Affiliation.HOLDER, party_id)
    deciding = _walkable(deciding, within)
    near = links(as_of=as_of, near=deciding, kinds=[LinkKind.POST, *FAMILY])
    persons = {one.source for one in near if _is_key_post(one) and one.target == party_id}
    own_kin = _kin_of(deciding, near)
    for party in sorted(persons):
        add(party, Affiliation.KEY_PERSON, party_id)
    walkable = _walkable(persons | own_kin.keys(), within)
    further = links(as_of=as_of, near=walkable, kinds=[LinkKind.POST, *FAMILY])
    for party, through in sorted((_kin_of(persons & walkable, further) | own_kin).items()):
        add(party, Affiliation.RELATIVE, through)
    for party, roots in _controlled_by({party_id, *found}, as_of=as_of, within=within).items():
        if party_id in roots:
            add(party, Affiliation.SUBSIDIARY, party_id)
        add(party, Affiliation.SAME_CONTROL, min(roots))
    posted = deciding | (own_kin.keys() & walkable)
    for post in filter(_is_key_post, (*near, *further)):
        if post.source in posted:
            add(post.target, Affiliation.POST_HELD, post.source)
    return list(found.values())


def _is_key_post(link: Link) -> bool:
    return link.kind == LinkKind.POST and link.code in KEY_POSTS


def _kin_of(persons: set[int], found: Iterable[Link]) -> dict[int, int]:
    """Relatives of these persons: who → whose."""
    return {
        one.other(end): end
        for one in found
        if one.kind in FAMILY
        for end in persons & {one.source, one.target}
    }


def _controllers(party_id: int, over: Sequence[Link]) -> set[int]:
    """Who of those above has the party in hand, alone or through whom they control."""
    organs = state_organs({one.source for one in over})
    below: dict[int, list[Link]] = {}
    for one in over:
        if one.source not in organs:
            below.setdefault(one.source, []).append(one)
    return {one for one in below if party_id in _in_hand(one, below)}


def _in_hand(root: int, below: Mapping[int, Sequence[Link]]) -> set[int]:
    """Whom somebody controls, going by these links."""
    mine, waiting, held = {root}, [root], dict[int, float]()
    while waiting:
        for one in below.get(waiting.pop(), ()):
            held[one.target] = held.get(one.target, 0.0) + _rate(one)
            if one.target not in mine and (
                one.kind == LinkKind.CONTROL or held[one.target] > CONTROLLING_RATE
            ):
                mine.add(one.target)
                waiting.append(one.target)
    return mine - {root}


def _rate(link: Link) -> float:
    return float(link.weight or 0) if link.kind == LinkKind.SHARE else 0.0


def _controlled_by(roots: set[int], *, as_of: date, within: Actor | None = None) -> dict[int, set[int]]:
    """Whom each of these controls: party → in whose hands; one statement for each generation down."""
    below: dict[int, list[Link]] = {}
    roots = _walkable(roots, within)
    # Whoever was asked for is not asked for again: most hold nothing, and would be in every round.
    frontier, asked = set(roots), set(roots)
    hands: dict[int, set[int]] = {}
    for _round in range(MOST_ROUNDS):
        frontier -= state_organs(frontier)
        if not frontier or len(below) > MOST_WALKED:
            break
        for one in links(as_of=as_of, near=frontier, kinds=OWNING):
            if one.source in frontier:
                below.setdefault(one.source, []).append(one)
        hands = {}
        for root in sorted(roots):
            for party in sorted(_in_hand(root, below)):
                hands.setdefault(party, set()).add(root)
        frontier = _walkable(hands.keys() - asked, within)
        asked |= hands.keys()
    return hands


def state_organs(party_ids: Collection[int] | None) -> set[int]:
    """Those of them (None: of all parties) that are the state itself, by their names."""
    named = reduce(or_, (Q(name__contains=word) for word in STATE_ORGANS))
    found = Party.objects.filter(named, kind__in=ORGANISATIONS)
    if party_ids is None:
        # By the index of the search, in which names stand as well.
        found = found.filter(reduce(or_, (Q(search_text__contains=word) for word in STATE_ORGANS)))
    elif not party_ids:
        return set()
    else:
        found = found.filter(pk__in=party_ids)
    return set(found.values_list("pk", flat=True))


def control_groups(*, as_of: date, among: Collection[int] | None = None) -> list[tuple[int, ...]]:
    """Groups of the whole book (集团): everybody connected by control or marriage, the largest first, each of two at least.

    Shares that one group has in a party are added up until nobody new is controlled. The state connects nobody.
    ``among``: the groups that these form among themselves, by their own links alone; None for everybody.
    """
    owning = bare_links(as_of=as_of, kinds=[*OWNING, LinkKind.SPOUSE])
    free = ~np.isin(owning.source, list(state_organs(None)))
    if among is not None:
        mine = np.fromiter(among, np.int64, len(among))
        free &= np.isin(owning.source, mine) & np.isin(owning.target, mine)
    source, target = owning.source[free], owning.target[free]
    ids, places = np.unique(np.concatenate((source, target)), return_inverse=True)
    edges = Edges(ids.size, places[: source.size], places[source.size :])
    is_share = owning.kind[free] == LinkKind.SHARE
    rates = np.where(is_share, owning.weight[free], 0.0)
    holds = ~is_share | (rates > CONTROLLING_RATE)
    while True:
        group = groups(edges.chosen(holds))
        _keys, place = np.unique(group[edges.source] * edges.count + edges.target, return_inverse=True)
        together = np.bincount(place, weights=rates)[place] if rates.size else rates
        more = (together > CONTROLLING_RATE) & ~holds & (rates > 0)
        if not more.any():
            break
        holds |= more
    order = np.argsort(group, kind="stable")
    parts = np.split(ids[order], np.flatnonzero(np.diff(group[order])) + 1) if order.size else []
    found = [tuple(part.tolist()) for part in parts if part.size > 1]
    return sorted(found, key=lambda one: (-len(one), one))
