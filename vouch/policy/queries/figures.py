"""Questions about the institution's own figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.db.models import QuerySet

from vouch.engine.ratios import (
    Asset,
    AssetRatios,
    CompensationReserve,
    Interpretation,
    NetAssets,
    asset_ratios,
    compensation_reserve,
    net_asset_base,
    net_assets_for,
    unexpired_reserve,
)
from vouch.engine.ratios.quotient import Amount
from vouch.policy.models import MonthFigures
from vouch.policy.queries.signed import signed_by


def figures() -> QuerySet[MonthFigures]:
    """Every version of every month, the newest first."""
    return MonthFigures.objects.order_by("-month_end", "-version")


def months_known(*, at: datetime) -> list[MonthFigures]:
    """The version of each month that held at a moment, the latest month first."""
    found: dict[date, MonthFigures] = {}
    for row in signed_by(figures(), at):
        found.setdefault(row.month_end, row)
    return list(found.values())


def fen(amount: Decimal) -> int:
    """An amount of two places as the engine counts it."""
    return int(amount * 100)


@dataclass(frozen=True)
class Standing:
    """A month's figures as the limits take them (fen)."""

    row: MonthFigures
    reading: Interpretation

    @property
    def base(self) -> int:
        """净资产基数."""
        return net_asset_base(fen(self.row.net_assets), fen(self.row.guarantor_equity), self.reading)

    @cached_property
    def has_assets(self) -> bool:
        """Whether the assets were entered by kind."""
        return any(one.amount for one in self.row.assets.all())

    @cached_property
    def ratios(self) -> AssetRatios:
        """The four tests on the assets."""
        rows = list(self.row.assets.all())
        return asset_ratios(
            {Asset(one.kind): fen(one.amount) for one in rows},
            net_assets=fen(self.row.net_assets),
            unexpired=fen(self.row.unexpired_reserve),
            compensation=fen(self.row.compensation_reserve),
            entrusted={Asset(one.kind): fen(one.entrusted) for one in rows if one.entrusted},
        )

    @property
    def unexpired_due(self) -> int:
        """未到期责任准备金 that there should be (R1)."""
        return unexpired_reserve(fen(self.row.fee_income))

    def compensation_due(self, liability: Amount) -> CompensationReserve:
        """担保赔偿准备金 that there should be at the year's end (R2, R3)."""
        return compensation_reserve(
            liability=liability,
            previous=fen(self.row.reserve_before),
            used=fen(self.row.reserve_used),
            recovered=fen(self.row.reserve_recovered),
        )

    @property
    def reserves(self) -> int:
        """All three."""
        row = self.row
        return fen(row.unexpired_reserve + row.compensation_reserve + row.general_reserve)


def standing_on(day: date, *, at: datetime, reading: Interpretation) -> Standing | None:
    """The figures that the limits are measured by on a day, as confirmed at a moment; None where there are none."""
    return standing_among(months_known(at=at), day, reading)


def standing_among(known: Sequence[MonthFigures], day: date, reading: Interpretation) -> Standing | None:
    """The same, among months that were asked for already."""
    by_month = {row.month_end: row for row in known}
    chosen = net_assets_for(
        [NetAssets(row.month_end, fen(row.net_assets), row.is_audited) for row in known], day, reading
    )
    return None if chosen is None else Standing(by_month[chosen.day], reading)
