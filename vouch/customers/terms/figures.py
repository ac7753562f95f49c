"""Material values (关键数据) that several sources tell of, and from when on two of them contradict each other."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SPREAD_TOLERANCE = 50_000
"""In millionths of the median (5 %): claims that lie further apart contradict each other and wait for a decision."""


class Figure(models.TextChoices):
    """A value that is held against other sources; those of the statements are called as their lines are."""

    REVENUE = "revenue", _("营业收入")
    NET_PROFIT = "net_profit", _("净利润")
    TOTAL_ASSETS = "total_assets", _("总资产")
    EQUITY = "equity", _("净资产")
    TOTAL_LIABILITIES = "total_liabilities", _("负债合计")
    HEADCOUNT = "headcount", _("从业人数")
    ELECTRICITY = "electricity", _("用电量")


@dataclass(frozen=True, slots=True)
class Measure:
    """How a figure is counted. ``is_moment``: of a day, else of a calendar year, which its last day stands for."""

    unit: str | Promise
    is_moment: bool
    is_money: bool = True


MEASURES: dict[Figure, Measure] = {
    Figure.REVENUE: Measure(_("元"), is_moment=False),
    Figure.NET_PROFIT: Measure(_("元"), is_moment=False),
    Figure.TOTAL_ASSETS: Measure(_("元"), is_moment=True),
    Figure.EQUITY: Measure(_("元"), is_moment=True),
    Figure.TOTAL_LIABILITIES: Measure(_("元"), is_moment=True),
    # Of a year, as the yearly report counts it: heads counted on different days would never meet.
    Figure.HEADCOUNT: Measure(_("人"), is_moment=False, is_money=False),
    Figure.ELECTRICITY: Measure(_("千瓦时"), is_moment=False, is_money=False),
}
STATEMENT_FIGURES = (
    Figure.REVENUE,
    Figure.NET_PROFIT,
    Figure.TOTAL_ASSETS,
    Figure.EQUITY,
    Figure.TOTAL_LIABILITIES,
)
