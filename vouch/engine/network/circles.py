"""Guarantees that go in a circle (互保, 联保), and those that hang on one another in a chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from scipy.sparse.csgraph import connected_components

from vouch.engine.network.edges import Edges, Numbers

LONGEST = 6
MOST = 10_000

Neighbours = Callable[[int], list[int]]


@dataclass(frozen=True, slots=True)
class Circles:
    """Circles of guarantees.

    found        each once, as party numbers in the order of the guarantees, the lowest first
    is_complete  False where there are more circles than were asked for
    """

    found: tuple[tuple[int, ...], ...]
    is_complete: bool


def knots(edges: Edges) -> Numbers:
    """The knot of every party, numbered from 0: all that reach each other along the edges; -1 for who stands in none."""
    count, label = connected_components(edges.matrix(), connection="strong")
    big = np.flatnonzero(np.bincount(label, minlength=count) > 1)
    number = np.full(count, -1, dtype=np.int64)
    number[big] = np.arange(big.size)
    knot: Numbers = number[label]
    return knot


def circles(edges: Edges, *, longest: int = LONGEST, most: int = MOST) -> Circles:
    """All circles of 2 to `longest` parties; edges lead from guarantor to debtor."""
    knot = knots(edges)
    is_inside = (knot[edges.source] >= 0) & (knot[edges.source] == knot[edges.target])
    is_inside &= edges.source != edges.target
    found = tuple(islice(_short_circles(edges.chosen(is_inside), longest), most + 1))
    return Circles(found[:most], is_complete=len(found) <= most)


def _short_circles(edges: Edges, longest: int) -> Iterator[tuple[int, ...]]:
    onward = _neighbours(edges.count, edges.source, edges.target)
    backward = _neighbours(edges.count, edges.target, edges.source)
    for start in np.unique(edges.source).tolist():
        # Steps back to the start, over higher numbers alone: a circle is found once, from its lowest.
        left = {start: 0}
        edge = [start]
        for steps in range(1, longest):
            edge = [
                before
                for party in edge
                for before in backward(party)
                if before > start and left.setdefault(before, steps) == steps
            ]
        if len(left) > 1:
            yield from _onward(onward, left, (start,), longest)


def _onward(
    onward: Neighbours, left: dict[int, int], way: tuple[int, ...], longest: int
) -> Iterator[tuple[int, ...]]:
    for party in onward(way[-1]):
        if party == way[0]:
            yield way
        elif party not in way and left.get(party, longest) <= longest - len(way):
            yield from _onward(onward, left, (*way, party), longest)


def _neighbours(count: int, source: Numbers, target: Numbers) -> Neighbours:
    """Who the edges of a party lead to, each once, in the order of the numbers."""
    key = np.unique(source * count + target)
    begins = np.searchsorted(key, np.arange(count + 1) * count).tolist()
    ends = (key % max(count, 1)).tolist()
    return lambda party: ends[begins[party] : begins[party + 1]]


def longest_chain(edges: Edges) -> tuple[int, ...]:
    """The longest chain of guarantees outside all knots, from the last guarantor to the debtor; the lowest numbers among equals."""
    is_free = knots(edges) < 0
    straight = edges.chosen(is_free[edges.source] & is_free[edges.target] & (edges.source != edges.target))
    onward = _neighbours(edges.count, straight.source, straight.target)
    waits = np.bincount(
        np.unique(straight.source * edges.count + straight.target) % max(edges.count, 1),
        minlength=edges.count,
    )
    length = dict.fromkeys(np.flatnonzero(waits == 0).tolist(), 1)
    before: dict[int, int] = {}
    now = sorted(length)
    while now:
        ready = []
        for party in now:
            for target in onward(party):
                if length[party] + 1 > length.get(target, 0):
                    length[target], before[target] = length[party] + 1, party
                waits[target] -= 1
                if waits[target] == 0:
                    ready.append(target)
        now = sorted(ready)
    if not before:
        return ()
    way = [min(length, key=lambda party: (-length[party], party))]
    while way[-1] in before:
        way.append(before[way[-1]])
    return tuple(reversed(way))
