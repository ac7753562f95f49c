"""Who falls if this one falls: guarantees called in, round by round, under assumptions that are shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vouch.engine.network.edges import Edges

Fen = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is assumed of a fall; fractions from 0 to 1.

    recovered  what the creditor gets from the fallen party itself, before its guarantors are called on
    borne      what of its own means a guarantor can pay without falling too
    """

    recovered: float = 0.0
    borne: float = 1.0


@dataclass(frozen=True, slots=True)
class Fall:
    """A party that falls: in which round (0 for the first ones), what was called from it (fen), and because of whom."""

    party: int
    round: int
    called: int
    because: tuple[int, ...]


def falls_with(
    edges: Edges, amount: Fen, means: Fen, *, first: tuple[int, ...], under: Assumptions
) -> tuple[Fall, ...]:
    """Everybody who falls once the first ones do, in the order of the rounds.

    `edges` lead from guarantor to debtor, `amount[i]` is what the guarantee covers and `means[p]` what a party can pay, both in
    fen. Every guarantor of a fallen debtor is called for its whole amount less what was recovered: joint guarantors may be
    called each for all of it, so this is the worst case of one creditor who chooses. A guarantor falls when more is called
    from it than it can bear.
    """
    fallen = {party: Fall(party, 0, 0, ()) for party in first}
    is_down = np.zeros(means.size, dtype=bool)
    is_down[list(first)] = True
    bearable = np.floor(means * under.borne)
    demand = np.ceil(amount * (1 - under.recovered)).astype(np.int64)
    for turn in range(1, means.size + 1):
        counts = is_down[edges.target]
        called = np.zeros(means.size, dtype=np.int64)
        np.add.at(called, edges.source[counts], demand[counts])
        falls = np.flatnonzero((called > bearable) & ~is_down)
        if not falls.size:
            break
        for party in falls.tolist():
            whose = np.unique(edges.target[counts & (edges.source == party)])
            fallen[party] = Fall(party, turn, int(called[party]), tuple(whose.tolist()))
        is_down[falls] = True
    return tuple(fallen.values())
