"""集中度: how much of the base one customer, or a customer with its affiliates, takes up (条例 16)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from vouch.engine.ratios.interpretation import Interpretation
from vouch.engine.ratios.liability import WEIGHTS, Exposure, Line, lines_of
from vouch.engine.ratios.quotient import Quotient

SINGLE = Fraction(10, 100)
GROUP = Fraction(15, 100)
"""Of the net asset base (条例 16), at most."""

RATED_BONDS_WEIGHT = 60
"""In percent, in a concentration alone (计量办法)."""


def weight_of(line: Line, reading: Interpretation) -> int:
    """The weight of a line in a concentration, in percent."""
    return RATED_BONDS_WEIGHT if line is Line.RATED_BONDS and reading.eases_rated_bonds else WEIGHTS[line]


def concentrated(exposures: Sequence[Exposure], base: int, reading: Interpretation) -> Quotient:
    """What these guarantees weigh, all of the customer's or of the group's, over the base in fen."""
    weighed = sum(
        one.balance(reading) * weight_of(line, reading)
        for one, line in zip(exposures, lines_of(exposures, reading), strict=True)
    )
    return Quotient(Fraction(weighed, 100), base)


def headroom(used: Quotient, limit: Fraction, *, weight: int = 100) -> int:
    """The largest balance in fen that may still be added at this weight; 0 where the limit is reached or cannot be computed.

    It holds for guarantees that leave the weights of the others as they are; ``added_by`` tells where they do not.
    """
    free = limit * used.denominator - used.numerator
    return max(int(free * 100 // weight), 0) if used.denominator > 0 else 0
