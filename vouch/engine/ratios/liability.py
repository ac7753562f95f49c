"""融资担保责任余额: what a book of guarantees weighs.

Source: 融资担保责任余额计量办法 2, 3, 6 to 10 (银保监发〔2018〕1号); 融资担保公司监督管理补充规定 (银保监发〔2019〕37号) for housing
loans. A customer's threshold looks at everything of that customer at once, so one more guarantee can change the weight of all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from vouch.engine.ratios.interpretation import Interpretation, Overlap, ThresholdAmount, ThresholdScope
from vouch.engine.ratios.quotient import divided

MILLION = 1_000_000
TEN_THOUSAND_YUAN = 1_000_000
"""万元 in fen."""

SMALL_AT_MOST = 500 * TEN_THOUSAND_YUAN
FARMER_AT_MOST = 200 * TEN_THOUSAND_YUAN


class Kind(StrEnum):
    """What is guaranteed (计量办法 2)."""

    LOAN = "loan"
    HOUSING = "housing"
    """住房置业担保: loans of the housing fund, and banks' housing loans to persons."""
    BOND = "bond"
    OTHER = "other"
    PROTECTED_FUND = "protected_fund"
    """保本基金 guaranteed before 条例 came into force."""
    NON_FINANCING = "non_financing"


LOANS = frozenset({Kind.LOAN, Kind.HOUSING})
FINANCING = frozenset({Kind.LOAN, Kind.HOUSING, Kind.BOND, Kind.OTHER, Kind.PROTECTED_FUND})


class Line(StrEnum):
    """A line of the measure; each has one weight."""

    SMALL_LOANS = "small_loans"
    FARMER_LOANS = "farmer_loans"
    HOUSING = "housing"
    OTHER_LOANS = "other_loans"
    RATED_BONDS = "rated_bonds"
    OTHER_BONDS = "other_bonds"
    OTHER_FINANCING = "other_financing"
    NON_FINANCING = "non_financing"
    APART = "apart"
    """Not in the sum: what the reading leaves out, listed for itself."""


WEIGHTS: Mapping[Line, int] = {
    Line.SMALL_LOANS: 75,
    Line.FARMER_LOANS: 75,
    Line.HOUSING: 30,
    Line.OTHER_LOANS: 100,
    Line.RATED_BONDS: 80,
    Line.OTHER_BONDS: 100,
    Line.OTHER_FINANCING: 100,
    Line.NON_FINANCING: 100,
    Line.APART: 0,
}
"""In percent: 计量办法 6 (75), 补充规定 (30), 7, 8 (80), 9, 10."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """One guarantee: ``debt`` outstanding in full, in fen; ``share`` of it that is ours and ``ceded`` of that which re-guarantors
    bear, in millionths. ``is_natural`` says that the borrower of record is a natural person; ``is_rated`` that the issuer of a
    bond has a rating of AA or better.
    """

    customer: Hashable
    kind: Kind
    debt: int
    share: int = MILLION
    ceded: int = 0
    is_small: bool = False
    is_farmer: bool = False
    is_natural: bool = False
    is_rated: bool = False

    def balance(self, reading: Interpretation) -> int:
        """在保余额 in fen: our share, rounded as the register does."""
        own = divided(self.debt * self.share, MILLION)
        return own - divided(own * self.ceded, MILLION) if reading.deducts_ceded else own

    def counts_as_farmer(self, reading: Interpretation) -> bool:
        """Whether the farmers' threshold applies; otherwise that of small firms may."""
        return self.is_farmer and (self.is_natural or reading.overlap is Overlap.FARMER_FIRST)


@dataclass(frozen=True, slots=True)
class Liability:
    """``balances`` in fen by line; what is ``apart`` is in no sum."""

    balances: Mapping[Line, int]

    def of(self, *lines: Line) -> Fraction:
        """The weighted balance of these lines, in fen."""
        return Fraction(sum(self.balances[line] * WEIGHTS[line] for line in lines), 100)

    @property
    def loans(self) -> Fraction:
        """借款类担保责任余额."""
        return self.of(Line.SMALL_LOANS, Line.FARMER_LOANS, Line.HOUSING, Line.OTHER_LOANS)

    @property
    def bonds(self) -> Fraction:
        """发行债券担保责任余额."""
        return self.of(Line.RATED_BONDS, Line.OTHER_BONDS)

    @property
    def other(self) -> Fraction:
        """其他融资担保责任余额."""
        return self.of(Line.OTHER_FINANCING)

    @property
    def total(self) -> Fraction:
        """融资担保责任余额, with guarantees that finance nothing where the reading counts them."""
        return self.of(*Line)

    @property
    def balance(self) -> int:
        """在保余额 of what is in the sum."""
        return sum(found for line, found in self.balances.items() if line is not Line.APART)

    @property
    def apart(self) -> int:
        """在保余额 of what is not."""
        return self.balances[Line.APART]


def lines_of(exposures: Sequence[Exposure], reading: Interpretation) -> list[Line]:
    """The line of each guarantee, in their order."""
    tested = _tested(exposures, reading)
    return [
        _line(one, _amount(one, reading) if tested is None else tested[one.customer], reading)
        for one in exposures
    ]


def liability(exposures: Sequence[Exposure], reading: Interpretation) -> Liability:
    """What the book weighs, line by line."""
    balances: Counter[Line] = Counter(dict.fromkeys(Line, 0))
    for one, line in zip(exposures, lines_of(exposures, reading), strict=True):
        balances[line] += one.balance(reading)
    return Liability(balances)


def added_by(exposures: Sequence[Exposure], new: Exposure, reading: Interpretation) -> Fraction:
    """By how much one more guarantee raises the total, in fen: its customer is weighed anew as a whole."""
    own = [one for one in exposures if one.customer == new.customer]
    return liability([*own, new], reading).total - liability(own, reading).total


def _tested(exposures: Iterable[Exposure], reading: Interpretation) -> Counter[Hashable] | None:
    """Each customer's amount that the thresholds are held against; None where each contract has its own."""
    if reading.scope is ThresholdScope.CONTRACT:
        return None
    kinds = FINANCING if reading.scope is ThresholdScope.CUSTOMER_FINANCING else {Kind.LOAN}
    found: Counter[Hashable] = Counter()
    for one in exposures:
        if one.kind in kinds:
            found[one.customer] += _amount(one, reading)
    return found


def _amount(one: Exposure, reading: Interpretation) -> int:
    return one.balance(reading) if reading.amount is ThresholdAmount.OWN_SHARE else one.debt


def _line(one: Exposure, tested: int, reading: Interpretation) -> Line:
    match one.kind:
        case Kind.LOAN:
            return _line_of_loan(one, tested, reading)
        case Kind.HOUSING:
            return Line.HOUSING
        case Kind.BOND:
            return Line.RATED_BONDS if one.is_rated else Line.OTHER_BONDS
        case Kind.OTHER:
            return Line.OTHER_FINANCING
        case Kind.PROTECTED_FUND:
            return Line.APART if reading.excludes_protected_funds else Line.OTHER_FINANCING
        case Kind.NON_FINANCING:
            return Line.NON_FINANCING if reading.counts_non_financing else Line.APART


def _line_of_loan(one: Exposure, tested: int, reading: Interpretation) -> Line:
    def within(most: int) -> bool:
        return tested <= most if reading.includes_boundary else tested < most

    if one.counts_as_farmer(reading):
        return Line.FARMER_LOANS if within(FARMER_AT_MOST) else Line.OTHER_LOANS
    return Line.SMALL_LOANS if one.is_small and within(SMALL_AT_MOST) else Line.OTHER_LOANS
