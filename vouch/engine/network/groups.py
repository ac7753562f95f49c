"""Who is connected at all, what a group's exposure comes to, and by which way two parties are connected."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import breadth_first_order, connected_components

from vouch.engine.network.edges import Edges, Numbers


def groups(edges: Edges) -> Numbers:
    """The group of every party, numbered from 0; two parties share one where edges connect them, whichever way these lead."""
    labels: Numbers = connected_components(edges.matrix(), directed=False)[1].astype(np.int64)
    return labels


def exposure_of(group: Numbers, exposure: NDArray[np.int64]) -> NDArray[np.int64]:
    """What each group's parties come to, in the unit given (fen): exact, one sum a group."""
    total = np.zeros(group.max(initial=-1) + 1, dtype=np.int64)
    np.add.at(total, group, exposure)
    return total


def path_between(edges: Edges, start: int, end: int) -> Numbers | None:
    """The parties on a shortest way from one to the other, both included; edges may be walked both ways. None where there is none."""
    before = breadth_first_order(edges.matrix(), start, directed=False)[1]
    if start != end and before[end] < 0:
        return None
    way = [end]
    while way[-1] != start:
        way.append(int(before[way[-1]]))
    return np.array(way[::-1], dtype=np.int64)
