"""Where the parties around one are drawn: on rings by the steps that lead to them, the same place each time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import breadth_first_order

from vouch.engine.network.edges import Edges

Places = NDArray[np.float64]
NARROWEST = 1.6
"""The first ring's radius, in spacings."""


def ringed(edges: Edges, centre: int) -> Places:
    """`[party]` → x, y. Nobody stands nearer to another than one unit; whoever is not connected stands outside.

    A party stands near whom it is reached through; a ring with many is as many rings deep as it takes.
    """
    order, before = breadth_first_order(edges.matrix(), centre, directed=False)
    ring = np.full(edges.count, -1, dtype=np.int64)
    ring[centre] = 0
    for party in order[1:].tolist():
        ring[party] = ring[before[party]] + 1
    ring[ring < 0] = ring.max() + 1
    places = np.zeros((edges.count, 2))
    angle = np.zeros(edges.count)
    radius = 0.0
    for number in range(1, int(ring.max()) + 1):
        parties = np.flatnonzero(ring == number)
        parent = np.where(before[parties] >= 0, before[parties], centre)
        # Children of one stand together, in the order in which their parents do.
        parties = parties[np.lexsort((parties, parent, angle[parent]))]
        parent = np.where(before[parties] >= 0, before[parties], centre)
        inner, deep = _room(parties.size, radius + NARROWEST)
        seats = math.ceil(parties.size / deep) * deep
        around = 2 * math.pi * np.arange(parties.size) / seats
        turned = around + _turn(around, angle[parent])
        angle[parties] = turned
        out = inner + np.arange(parties.size) % deep
        places[parties] = np.column_stack((out * np.cos(turned), out * np.sin(turned)))
        radius = inner + deep - 1
    return places


def _room(many: int, inner: float) -> tuple[float, int]:
    """Where a ring of so many begins, no nearer than `inner`, and how many rings deep it is."""
    deep = math.ceil(many / (2 * math.pi * max(inner, math.sqrt(many / (2 * math.pi)))))
    each = math.ceil(many / deep)
    return (max(inner, 1 / (2 * math.sin(math.pi / each))) if each > 1 else inner), deep


def _turn(around: Places, wanted: Places) -> float:
    """By how much a ring is turned, so that its parties stand nearest to where they are wanted."""
    return float(np.angle(np.exp(1j * (wanted - around)).sum()))
