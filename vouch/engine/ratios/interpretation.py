"""Where the rules can be read in two ways, the reading is a setting with a default (解释口径)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ThresholdScope(StrEnum):
    """What of a customer counts towards the 500 and 200 万元 of 计量办法 6: its text says 单户."""

    CUSTOMER_LOANS = "customer_loans"
    """All guarantees of loans of the customer, those of housing loans aside."""
    CUSTOMER_FINANCING = "customer_financing"
    CONTRACT = "contract"


class ThresholdAmount(StrEnum):
    """Of which amount."""

    OWN_SHARE = "own_share"
    """What this company answers for."""
    FULL = "full"


class Overlap(StrEnum):
    """How a farmer who also trades is read."""

    BY_RECORD = "by_record"
    """As the borrower of record is: a natural person a farmer, a sole trader a micro firm."""
    FARMER_FIRST = "farmer_first"


class NetAssetsDate(StrEnum):
    """Whose net assets the limits are measured by."""

    LATEST_MONTH = "latest_month"
    """The latest month's end, audited or not; what is not audited is flagged."""
    AUDITED_YEAR = "audited_year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpretation:
    """Every switch with its default; provinces may be stricter (只严不松), so an institution may have another reading."""

    includes_boundary: bool = True
    """X1: 500 and 200 万元 themselves still have the lower weight (民法典 1259: 以下 includes the figure)."""
    scope: ThresholdScope = ThresholdScope.CUSTOMER_LOANS
    """X2"""
    amount: ThresholdAmount = ThresholdAmount.OWN_SHARE
    """X3"""
    deducts_equity: bool = True
    """X4: equity in other guarantors and re-guarantors leaves the base."""
    deducts_ceded: bool = False
    """X5: what re-guarantors took over leaves the balance."""
    counts_non_financing: bool = False
    """X6"""
    net_assets: NetAssetsDate = NetAssetsDate.LATEST_MONTH
    """X7"""
    eases_rated_bonds: bool = True
    """X8: bonds of issuers rated AA or better count 60 % in a concentration."""
    excludes_protected_funds: bool = True
    """X9: guarantees of funds' principal (保本基金) from before 条例 are listed apart."""
    overlap: Overlap = Overlap.BY_RECORD
    """X10"""
