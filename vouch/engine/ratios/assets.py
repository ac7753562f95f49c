"""资产比例: the three tiers of assets and the four tests on them.

Source: 融资担保公司资产比例管理办法 2, 5 to 9 (银保监发〔2018〕1号), on the company's own balance sheet, not the consolidated one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from vouch.engine.ratios.quotient import Amount, Quotient


class Asset(StrEnum):
    """What the tiers tell apart."""

    CASH = "cash"
    DEPOSITS = "deposits"
    MARGINS = "margins"
    """存出保证金"""
    MONEY_FUNDS = "money_funds"
    TREASURIES = "treasuries"
    """国债、金融债券"""
    SHORT_WEALTH = "short_wealth"
    """Bank wealth products that can be redeemed at any time or end within three months."""
    AAA_BONDS = "aaa_bonds"
    OTHER_MONEY = "other_money"
    OTHER_WEALTH = "other_wealth"
    AA_BONDS = "aa_bonds"
    """AA and AA+"""
    GUARANTOR_EQUITY = "guarantor_equity"
    """Equity in other guarantors and re-guarantors."""
    CUSTOMER_EQUITY = "customer_equity"
    """Equity in customers whose guarantee is in force."""
    SHORT_ENTRUSTED = "short_entrusted"
    """Entrusted loans to such customers, of six months at most."""
    OWN_PREMISES = "own_premises"
    """自用型房产"""
    OTHER_EQUITY = "other_equity"
    LOW_BONDS = "low_bonds"
    """AA- and below, or not rated."""
    PLANS = "plans"
    """信托、资管计划、基金、资产支持证券"""
    OTHER_ENTRUSTED = "other_entrusted"
    OTHER_PREMISES = "other_premises"
    OTHER_RECEIVABLES = "other_receivables"
    CLAIMS_RECEIVABLE = "claims_receivable"
    """应收代偿款: in no tier, and out of the denominator of three tests."""
    UNCLASSED = "unclassed"


_ALL = Fraction(1)
_TIERS: Mapping[Asset, tuple[Fraction, Fraction, Fraction]] = {
    **dict.fromkeys(
        (
            Asset.CASH, Asset.DEPOSITS, Asset.MARGINS, Asset.MONEY_FUNDS, Asset.TREASURIES, Asset.SHORT_WEALTH,
            Asset.AAA_BONDS, Asset.OTHER_MONEY,
        ),
        (_ALL, Fraction(0), Fraction(0)),
    ),
    **dict.fromkeys(
        (Asset.OTHER_WEALTH, Asset.AA_BONDS, Asset.GUARANTOR_EQUITY), (Fraction(0), _ALL, Fraction(0))
    ),
    Asset.CUSTOMER_EQUITY: (Fraction(0), Fraction(20, 100), Fraction(80, 100)),
    Asset.SHORT_ENTRUSTED: (Fraction(0), Fraction(40, 100), Fraction(60, 100)),
    **dict.fromkeys(
        (
            Asset.OTHER_EQUITY, Asset.LOW_BONDS, Asset.PLANS, Asset.OTHER_ENTRUSTED, Asset.OTHER_PREMISES,
            Asset.OTHER_RECEIVABLES,
        ),
        (Fraction(0), Fraction(0), _ALL),
    ),
}  # fmt: skip
"""The part of each that stands in tier Ⅰ (5), Ⅱ (6) and Ⅲ (7); own premises are parted by net assets."""

PREMISES_AT_MOST = Fraction(30, 100)
"""Of net assets; own premises beyond it are of tier Ⅲ."""

SOUND_AT_LEAST = Fraction(60, 100)
FIRST_TWO_AT_LEAST = Fraction(70, 100)
FIRST_AT_LEAST = Fraction(20, 100)
THIRD_AT_MOST = Fraction(30, 100)


@dataclass(frozen=True, slots=True)
class AssetRatios:
    """The four tests; ``tiers`` need not add up to the denominator, for some assets are in none."""

    tiers: tuple[Amount, Amount, Amount]
    sound: Quotient
    """Net assets and both reserves over all assets, at least 60 % (8)."""
    first_two: Quotient
    """Tiers Ⅰ and Ⅱ over all assets without claims receivable, at least 70 % (9)."""
    first: Quotient
    """Tier Ⅰ, at least 20 % (9)."""
    third: Quotient
    """Tier Ⅲ, at most 30 % (9)."""

    @property
    def holds(self) -> tuple[bool, bool, bool, bool]:
        """Whether each test holds, in the order of the fields."""
        return (
            self.sound.at_least(SOUND_AT_LEAST),
            self.first_two.at_least(FIRST_TWO_AT_LEAST),
            self.first.at_least(FIRST_AT_LEAST),
            self.third.at_most(THIRD_AT_MOST),
        )


def tiers(assets: Mapping[Asset, int], net_assets: int) -> tuple[Fraction, Fraction, Fraction]:
    """What stands in each tier, in fen."""
    found = [Fraction(0), Fraction(0), Fraction(0)]
    for asset, parts in _TIERS.items():
        for tier, part in enumerate(parts):
            found[tier] += assets.get(asset, 0) * part
    premises = assets.get(Asset.OWN_PREMISES, 0)
    within = min(Fraction(premises), max(PREMISES_AT_MOST * net_assets, Fraction(0)))
    return found[0], found[1] + within, found[2] + premises - within


def asset_ratios(
    assets: Mapping[Asset, int],
    *,
    net_assets: int,
    unexpired: int,
    compensation: int,
    entrusted: Mapping[Asset, int] | None = None,
) -> AssetRatios:
    """The tests on a balance sheet in fen. ``entrusted`` are public funds held for others (受托管理的财政专项资金), by where they
    lie: they leave the tiers and the total. Raises ValueError where more is entrusted than there is.
    """
    entrusted = entrusted or {}
    over = [asset for asset, amount in entrusted.items() if amount > assets.get(asset, 0)]
    if over:
        message = f"more is entrusted than there is: {', '.join(over)}"
        raise ValueError(message)
    own = {asset: amount - entrusted.get(asset, 0) for asset, amount in assets.items()}
    total = sum(own.values())
    first, second, third = tiers(own, net_assets)
    rest = total - own.get(Asset.CLAIMS_RECEIVABLE, 0)
    return AssetRatios(
        (first, second, third),
        Quotient(net_assets + unexpired + compensation, total),
        Quotient(first + second, rest),
        Quotient(first, rest),
        Quotient(third, rest),
    )
