"""准备金 as the supervisor reckons them; the books' own (CAS 22, 25) are another matter.

Source: 融资性担保公司管理暂行办法 31 (2010年第3号令), whose numbers are still the reference under 条例 18.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from vouch.engine.ratios.quotient import Amount, divided

UNEXPIRED = Fraction(50, 100)
YEARLY = Fraction(1, 100)
ENOUGH = Fraction(10, 100)


def unexpired_reserve(fee_income: int) -> int:
    """未到期责任准备金 in fen: half of the year's fee income."""
    return divided(fee_income * UNEXPIRED.numerator, UNEXPIRED.denominator)


@dataclass(frozen=True, slots=True)
class CompensationReserve:
    """担保赔偿准备金 of a year, in fen: what is added, what it closes at, and at how much enough is set aside."""

    added: int
    closing: int
    enough: Fraction


def compensation_reserve(
    *, liability: Amount, previous: int, used: int = 0, recovered: int = 0
) -> CompensationReserve:
    """The least that is set aside at the year's end: 1 % of the liability, or what is missing to 10 % of it where that is less.

    ``used`` paid claims, ``recovered`` came back to the reserve. Beyond enough nothing is added, and nothing is released by itself.
    """
    held = previous - used + recovered
    enough = ENOUGH * liability
    # Not less than: a part of a fen is a fen.
    added = max(math.ceil(min(YEARLY * liability, enough - held)), 0)
    return CompensationReserve(added, held + added, Fraction(enough))
