"""统计指标: rates of claims, losses and recoveries, and who bears a loss. Numerators and denominators are kept, for returns ask for
them and definitions differ: 担保损失率 is of guarantees that ended, 代偿损失率 of claims that were paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from vouch.engine.ratios.quotient import Quotient

MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What was paid and what became of it, of one period or since the beginning; all in fen.

    ``ended`` are guarantees that ended (解除担保额), ``lost`` what is proven to be beyond recovery, ``open_before`` the balance of
    claims at the period's start.
    """

    ended: int
    paid: int
    recovered: int = 0
    lost: int = 0
    open_before: int = 0

    @property
    def claim_rate(self) -> Quotient:
        """担保代偿率."""
        return Quotient(self.paid, self.ended)

    @property
    def loss_rate(self) -> Quotient:
        """担保损失率, of guarantees that ended."""
        return Quotient(self.lost, self.ended)

    @property
    def claim_loss_rate(self) -> Quotient:
        """代偿损失率, of claims that were paid: the raters' figure."""
        return Quotient(self.lost, self.paid)

    @property
    def balance(self) -> int:
        """代偿余额."""
        return self.open_before + self.paid - self.recovered - self.lost

    @property
    def recovery_rate(self) -> Quotient:
        """代偿回收率 (追偿率): what came back of all that stood open; since the beginning, of all that was paid."""
        return Quotient(self.recovered, self.open_before + self.paid)

    def coverage(self, reserves: int) -> Quotient:
        """拨备覆盖率: reserves over the balance of claims."""
        return Quotient(reserves, self.balance)


SMALL_AT_LEAST = Fraction(80, 100)
SMALLEST_AT_LEAST = Fraction(50, 100)


@dataclass(frozen=True, slots=True)
class PublicPurpose:
    """支小支农 of a government-backed company (财金〔2025〕11号, 6): amounts in fen guaranteed in all, for small firms and farmers, and
    of these for customers of 500 万元 at most.
    """

    total: int
    small: int
    smallest: int

    @property
    def part(self) -> Quotient:
        """At least SMALL_AT_LEAST."""
        return Quotient(self.small, self.total)

    def smallest_part(self, *, of_all: bool = False) -> Quotient:
        """At least SMALLEST_AT_LEAST: of what is for small firms and farmers, or of everything, as the article is read."""
        return Quotient(self.smallest, self.total if of_all else self.small)


def average_fee_rate(contracts: Sequence[tuple[int, int, int]]) -> Quotient:
    """平均年化担保费率 of contracts given as amount and fee in fen and term in months: fees over amounts times years."""
    fees = sum(fee for _amount, fee, _months in contracts)
    return Quotient(fees, Fraction(sum(amount * months for amount, _fee, months in contracts), 12))


def shared_loss(amount: int, shares: Sequence[int]) -> list[int]:
    """A loss in fen among those who bear it by shares in millionths that make a whole; what rounding leaves goes to the largest rests.

    Raises ValueError where the shares are no whole.
    """
    if sum(shares) != MILLION or min(shares) < 0:
        message = f"shares must make a whole of {MILLION}, not {sum(shares)}"
        raise ValueError(message)
    parts = [divmod(amount * share, MILLION) for share in shares]
    found = [whole for whole, _rest in parts]
    by_rest = sorted(range(len(parts)), key=lambda place: -parts[place][1])
    for place in by_rest[: amount - sum(found)]:
        found[place] += 1
    return found
