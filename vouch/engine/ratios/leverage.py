"""放大倍数: the liability over the net asset base (条例 15), and whose net assets that base is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from vouch.engine.ratios.interpretation import Interpretation, NetAssetsDate
from vouch.engine.ratios.liability import FINANCING, Exposure
from vouch.engine.ratios.quotient import Quotient

LEVERAGE = 10
LEVERAGE_OF_SMALL = 15
"""Times the base, at most; the second for those who mainly serve small firms and farmers."""

SMALL_BALANCE_AT_LEAST = Fraction(50, 100)
SMALL_CUSTOMERS_AT_LEAST = Fraction(80, 100)


@dataclass(frozen=True, slots=True)
class NetAssets:
    """净资产 of the company itself, not consolidated (fen), at the end of a day."""

    day: date
    amount: int
    is_audited: bool


def net_assets_for(figures: Sequence[NetAssets], day: date, reading: Interpretation) -> NetAssets | None:
    """The figure that the limits are measured by on a day; None where there is none."""
    known = [
        one
        for one in figures
        if one.day <= day
        and (
            reading.net_assets is NetAssetsDate.LATEST_MONTH
            or (one.is_audited and (one.day.month, one.day.day) == (12, 31))
        )
    ]
    # Of two figures of one day the audited one stands.
    return max(known, key=lambda one: (one.day, one.is_audited), default=None)


def net_asset_base(net_assets: int, equity_in_guarantors: int, reading: Interpretation) -> int:
    """The base of leverage and concentration, in fen: without equity in other guarantors and re-guarantors."""
    return net_assets - equity_in_guarantors if reading.deducts_equity else net_assets


def leverage(total: Fraction, base: int) -> Quotient:
    """The liability over the base; to be held against LEVERAGE or LEVERAGE_OF_SMALL."""
    return Quotient(total, base)


def is_mostly_small(balance: Quotient, customers: Quotient) -> bool:
    """Whether small firms and farmers are enough of the balance and of the customers for the higher limit."""
    return balance.at_least(SMALL_BALANCE_AT_LEAST) and customers.at_least(SMALL_CUSTOMERS_AT_LEAST)


def small_parts(exposures: Sequence[Exposure], reading: Interpretation) -> tuple[Quotient, Quotient]:
    """The part of small firms and farmers in the balance (fen) and in the customers of guarantees that finance."""
    whole = [one for one in exposures if one.kind in FINANCING]
    small = [one for one in whole if one.is_small or one.is_farmer]
    balances = [sum(one.balance(reading) for one in some) for some in (small, whole)]
    customers = [len({one.customer for one in some}) for some in (small, whole)]
    return Quotient(*balances), Quotient(*customers)
