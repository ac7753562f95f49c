"""Who stands at the top, and whose money it is in the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, eye_array
from scipy.sparse.csgraph import breadth_first_order, connected_components
from scipy.sparse.linalg import splu

from vouch.engine.network.edges import Edges, Numbers, Rates

NOBODY = -1
# Shares come with six decimals; a sum of some may miss the whole by this.
ROUNDING = 1e-5
# Above so many holders solving at once fills the memory, if they hold one another across and across.
SOLVED_AT_ONCE = 2_000
ROUNDS = 5_000
LEAPS_EVERY = 8
NOTHING = 1e-14


@dataclass(frozen=True, eq=False)
class Ultimate:
    """Where climbing from each party ends.

    parent   the party at the top, itself for one without parents; the lowest number of a loop that nobody stands above;
             NOBODY where its parents lead to different tops
    is_loop  whether that top is such a loop
    """

    parent: Numbers
    is_loop: NDArray[np.bool_]


def ultimate_parents(edges: Edges) -> Ultimate:
    """Climb edges that lead from child to parent. Parties that are each other's parents count as one; so climbing always ends."""
    loops, loop = connected_components(edges.matrix(), connection="strong")
    loop = loop.astype(np.int64)
    size = np.bincount(loop, minlength=loops)
    first = np.full(loops, edges.count, dtype=np.int64)
    np.minimum.at(first, loop, np.arange(edges.count))
    # Between loops there are no loops: from the tops down, one generation at a time.
    parent, child = np.divmod(_distinct(loop[edges.target] * loops + loop[edges.source]), max(loops, 1))
    child, parent = child[child != parent], parent[child != parent]
    begins = np.searchsorted(parent, np.arange(loops + 1))
    waits = np.bincount(child, minlength=loops)
    top = np.full(loops, NOBODY, dtype=np.int64)
    is_known = np.zeros(loops, dtype=bool)
    now = np.flatnonzero(waits == 0)
    top[now] = now
    while now.size:
        below, above = _down(now, begins, child)
        differs = is_known[below] & (top[below] != top[above])
        fresh = below[~is_known[below]]
        top[below[~is_known[below]]] = top[above[~is_known[below]]]
        is_known[fresh] = True
        # Among those first met in this generation two parents may differ as well.
        differs |= top[below] != top[above]
        top[below[differs]] = NOBODY
        np.subtract.at(waits, below, 1)
        now = _distinct(below[waits[below] == 0])
    reached = top[loop]
    has_top = reached != NOBODY
    return Ultimate(parent=np.where(has_top, first[reached], NOBODY), is_loop=has_top & (size[reached] > 1))


def _down(parents: Numbers, begins: Numbers, child: Numbers) -> tuple[Numbers, Numbers]:
    """The edges to the children of some, as two arrays: child, parent."""
    many = begins[parents + 1] - begins[parents]
    above = np.repeat(parents, many)
    within = np.arange(above.size) - np.repeat(np.cumsum(many) - many, many)
    return child[begins[above] + within], above


def _distinct(numbers: Numbers) -> Numbers:
    """As `np.unique`, whose table of hashes takes twenty times as long for a million numbers that are nearly all different."""
    ordered = np.sort(numbers)
    return ordered[np.diff(ordered, prepend=NOBODY) > 0]


def look_through(edges: Edges, rate: Rates, *, of: int) -> Rates:
    """What every party has of one, through all others: shape (count,), fractions; 1 and what comes back for the party itself.

    `rate[i]` is the share that `source[i]` has in `target[i]`. The answer x solves x = A x + e, with A[holder, held] the shares
    and e the party asked for: of each yuan that it pays out, x reaches the holder, directly or through others, any number of
    times round a loop. Over those whom nobody holds it adds up to what of the shares is known. Parties that hold each other
    wholly pass nothing on: what reaches such a loop stays there.

    Raises ValueError where the shares in one party come to more than the whole.
    """
    shares = edges.matrix(rate)
    held = np.asarray(shares.sum(axis=0)).reshape(-1)
    if rate.size and (rate.min() < 0 or held.max() > 1 + ROUNDING):
        raise ValueError("the shares in a party are negative or come to more than the whole")
    above = np.sort(breadth_first_order(shares.T.tocsr(), of, return_predecessors=False))
    own = csc_array(shares[above][:, above])
    own = _without_closed_loops(own)
    begin = np.zeros(above.size)
    begin[np.searchsorted(above, of)] = 1.0
    answer = np.zeros(edges.count)
    answer[above] = _solved(own, begin)
    return answer


def _without_closed_loops(own: csc_array) -> csc_array:
    """Without the shares in parties that are wholly held by one another: money would go round for ever."""
    loops, loop = connected_components(own, connection="strong")
    coordinates = own.tocoo()
    inside = loop[coordinates.row] == loop[coordinates.col]
    kept = np.zeros(own.shape[0])
    np.add.at(kept, coordinates.col[inside], coordinates.data[inside])
    leaks = np.zeros(loops, dtype=bool)
    np.logical_or.at(leaks, loop, kept < 1 - ROUNDING)
    stays = leaks[loop[coordinates.col]]
    return csc_array(
        (coordinates.data[stays], (coordinates.row[stays], coordinates.col[stays])), shape=own.shape
    )


def _solved(own: csc_array, begin: Rates) -> Rates:
    """Solve x = own x + begin: at once where that is cheap, else by passing on what arrives until nothing does.

    Methods that take larger steps were tried: GMRES is slower, BiCGSTAB comes to a stop before the last digits.
    """
    if own.shape[0] > SOLVED_AT_ONCE:
        passing, total, arriving = own.tocsr(), begin.copy(), begin
        for number in range(ROUNDS):
            before, arriving = arriving, passing @ arriving
            if number % LEAPS_EVERY == LEAPS_EVERY - 1:
                leap, arriving = _leap(before, arriving)
                total += leap
            total += arriving
            if np.abs(arriving).sum() < NOTHING:
                return total
    left = csc_array(eye_array(own.shape[0], format="csc") - own)
    return np.asarray(splu(left).solve(begin))


def _leap(before: Rates, arriving: Rates) -> tuple[Rates, Rates]:
    """What of all later rounds can be told at once, and what then still arrives.

    In a large knot what goes round soon shrinks by the same factor in every round, and everywhere alike: the rounds to come are a
    geometric series. What that leaves out is passed on as before, so the answer is the same; where it would be more than what
    arrived (Aitken's step fails where loops of several speeds hang together) nothing is leapt.
    """
    now, then = np.abs(arriving).sum(), np.abs(before).sum()
    if not 0 < now < then:
        return np.zeros_like(before), arriving
    leap = before * (now / (then - now))
    left = arriving * (then / (then - now)) - leap
    return (leap, left) if np.abs(left).sum() < now else (np.zeros_like(before), arriving)
