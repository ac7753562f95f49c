"""监管指标: what the supervisor's rules make of a guarantee company's book and balance sheet, to the last digit.

found = liability(exposures, Interpretation())         # 融资担保责任余额, line by line, with what each line rests on
base = net_asset_base(figure, equity, Interpretation())
leverage(found.total, base).at_most(LEVERAGE)          # compared by its parts, never as a rounded quotient
asset_ratios(assets, net_assets=…)                     # Ⅰ, Ⅱ, Ⅲ级资产
compensation_reserve(…)                                # 准备金

Money is whole fen, weighted money an exact Fraction of fen, shares are millionths. A limit whose base is nought or less is
breached and has no quotient. Where the rules can be read in two ways the reading is a field of ``Interpretation``.
"""

from vouch.engine.ratios.assets import Asset, AssetRatios, asset_ratios, tiers
from vouch.engine.ratios.concentration import GROUP, SINGLE, concentrated, headroom
from vouch.engine.ratios.interpretation import (
    Interpretation,
    NetAssetsDate,
    Overlap,
    ThresholdAmount,
    ThresholdScope,
)
from vouch.engine.ratios.leverage import (
    LEVERAGE,
    LEVERAGE_OF_SMALL,
    NetAssets,
    is_mostly_small,
    leverage,
    net_asset_base,
    net_assets_for,
    small_parts,
)
from vouch.engine.ratios.liability import Exposure, Kind, Liability, Line, added_by, liability, lines_of
from vouch.engine.ratios.quotient import Quotient
from vouch.engine.ratios.reserves import CompensationReserve, compensation_reserve, unexpired_reserve
from vouch.engine.ratios.statistics import Claims, PublicPurpose, average_fee_rate, shared_loss

__all__ = [
    "GROUP",
    "LEVERAGE",
    "LEVERAGE_OF_SMALL",
    "SINGLE",
    "Asset",
    "AssetRatios",
    "Claims",
    "CompensationReserve",
    "Exposure",
    "Interpretation",
    "Kind",
    "Liability",
    "Line",
    "NetAssets",
    "NetAssetsDate",
    "Overlap",
    "PublicPurpose",
    "Quotient",
    "ThresholdAmount",
    "ThresholdScope",
    "added_by",
    "asset_ratios",
    "average_fee_rate",
    "compensation_reserve",
    "concentrated",
    "headroom",
    "is_mostly_small",
    "leverage",
    "liability",
    "lines_of",
    "net_asset_base",
    "net_assets_for",
    "shared_loss",
    "small_parts",
    "tiers",
    "unexpired_reserve",
]
