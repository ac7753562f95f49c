"""Every invoice fact again, in plain Python over a list of invoices: what the SQL is held against.

Written from the definitions, with Fractions, and with nothing taken from ``customers.facts``.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, getcontext
from fractions import Fraction
from typing import NamedTuple

Fact = int | date | None


class Line(NamedTuple):
    """One invoice; amounts in yuan."""

    is_sale: bool
    issued_on: date
    counterparty: str
    amount: Decimal
    tax: Decimal
    is_valid: bool

    @property
    def fen(self) -> int:
        return int(self.amount * 100)

    @property
    def is_trade(self) -> bool:
        return self.is_valid and self.amount > 0


def back(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month."""
    place = day.year * 12 + day.month - 1 - months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_of(day: date, as_of: date) -> int:
    """Rolling month: 0 is the one that ends on ``as_of``."""
    end = as_of + timedelta(days=1)
    k = 0
    while day < back(end, k + 1):
        k += 1
    return k


def half_up(value: Fraction) -> int:
    sign = -1 if value < 0 else 1
    return sign * int((abs(value) * 2 + 1) // 2)


def rate(a: int, b: int) -> int | None:
    return half_up(Fraction(a, b) * 10**6) if b > 0 else None


def average(a: int, b: int) -> int | None:
    return half_up(Fraction(a, b)) if b > 0 else None


def variation(series: Sequence[int]) -> int | None:
    n, total = len(series), sum(series)
    if n < 3 or total <= 0:
        return None
    getcontext().prec = 60
    root = Decimal(n * sum(x * x for x in series) - total * total).sqrt()
    return int((root * 10**6 / total + Decimal("0.5")) // 1)


class Side:
    """Sales or purchases, in a window of rolling months."""

    def __init__(self, lines: Sequence[Line], as_of: date, *, since: int = 10**6, until: int = 0) -> None:
        inside = [x for x in lines if until <= month_of(x.issued_on, as_of) < since]
        self.lines = inside
        self.valid = [x for x in inside if x.is_valid]
        self.trades = [x for x in inside if x.is_trade]
        self.void = [x for x in inside if not x.is_valid]
        self.red = [x for x in self.valid if x.amount < 0]
        self.net = sum(x.fen for x in self.valid)
        self.positive = sum(x.fen for x in self.trades)
        self.tax = sum(int(x.tax * 100) for x in self.valid)
        self.months = len({month_of(x.issued_on, as_of) for x in self.trades})
        nets: dict[str, int] = defaultdict(int)
        for x in self.valid:
            nets[x.counterparty] += x.fen
        self.nets = {name: net for name, net in nets.items() if net > 0}
        self.order = sorted(self.nets, key=lambda name: (-self.nets[name], name))

    def share(self, top: int) -> int | None:
        return rate(sum(self.nets[name] for name in self.order[:top]), sum(self.nets.values()))

    @property
    def hhi(self) -> int | None:
        return rate(sum(net * net for net in self.nets.values()), sum(self.nets.values()) ** 2)

    @property
    def last_on(self) -> date | None:
        return max((x.issued_on for x in self.trades), default=None)


def facts(everything: Sequence[Line], as_of: date) -> dict[str, Fact]:
    """All facts by name without ``invoice.``; empty where no invoice counts."""
    lines = [x for x in everything if x.issued_on <= as_of]
    if not lines:
        return {}
    sales = [x for x in lines if x.is_sale]
    purchases = [x for x in lines if not x.is_sale]
    observed = 1 + max(month_of(x.issued_on, as_of) for x in lines)
    out: dict[str, Fact] = {
        "first_issued_on": min(x.issued_on for x in lines),
        "last_issued_on": max(x.issued_on for x in lines),
        "observed_months": observed,
    }
    _presence(out, sales, purchases, as_of, observed)
    for suffix, since in (("", 10**6), ("_12m", 12)):
        _sums(out, suffix, Side(sales, as_of, since=since), Side(purchases, as_of, since=since))
    _trend(out, sales, as_of, observed)
    _partners(out, sales, purchases, as_of, observed)
    return out


def _days(last: date | None, as_of: date) -> int | None:
    return None if last is None else (as_of - last).days


def _presence(
    out: dict[str, Fact], sales: list[Line], purchases: list[Line], as_of: date, observed: int
) -> None:
    whole, year = Side(sales, as_of), Side(sales, as_of, since=12)
    out["active_months"] = whole.months
    out["active_months_12m"] = year.months
    out["active_months_24m"] = Side(sales, as_of, since=24).months
    out["active_month_rate"] = rate(whole.months, observed)
    out["active_month_rate_12m"] = rate(year.months, min(12, observed))
    out["purchase_months_12m"] = Side(purchases, as_of, since=12).months
    active = {month_of(x.issued_on, as_of) for x in whole.trades}
    gap: int | None = None
    if active:
        gap = run = 0
        for k in range(max(active), -1, -1):
            run = 0 if k in active else run + 1
            gap = max(gap, run)
    out["longest_gap_months"] = gap
    out["days_since_sale"] = _days(whole.last_on, as_of)
    out["days_since_purchase"] = _days(Side(purchases, as_of).last_on, as_of)
    out["turnover_monthly"] = average(whole.net, observed)
    out["turnover_monthly_12m"] = average(year.net, min(12, observed))
    out["turnover_active_month"] = average(whole.net, whole.months)
    out["average_sale"] = average(whole.positive, len(whole.trades))
    out["largest_sale_rate"] = rate(max((x.fen for x in whole.trades), default=0), whole.positive)
    whole_thousands = [x for x in whole.trades if (x.amount + x.tax) % 1000 == 0]
    out["round_sale_rate"] = rate(len(whole_thousands), len(whole.trades))
    weekend = [x for x in whole.trades if x.issued_on.weekday() >= 5]
    out["weekend_sale_rate"] = rate(len(weekend), len(whole.trades))


def _sums(out: dict[str, Fact], suffix: str, sold: Side, bought: Side) -> None:
    out[f"turnover{suffix}"] = sold.net
    out[f"purchases{suffix}"] = bought.net
    out[f"sale_count{suffix}"] = len(sold.trades)
    out[f"purchase_count{suffix}"] = len(bought.trades)
    out[f"sales_void_rate{suffix}"] = rate(len(sold.void), len(sold.lines))
    out[f"sales_negative_rate{suffix}"] = rate(len(sold.red), len(sold.valid))
    out[f"sales_negative_amount_rate{suffix}"] = rate(sold.positive - sold.net, sold.positive)
    out[f"buyer_count{suffix}"] = len(sold.nets)
    out[f"supplier_count{suffix}"] = len(bought.nets)
    out[f"buyer_top1_rate{suffix}"] = sold.share(1)
    out[f"buyer_top5_rate{suffix}"] = sold.share(5)
    out[f"supplier_top1_rate{suffix}"] = bought.share(1)
    out[f"purchase_sale_rate{suffix}"] = rate(bought.net, sold.net)
    out[f"margin_rate{suffix}"] = rate(sold.net - bought.net, sold.net)
    if suffix:
        out["margin_12m"] = sold.net - bought.net
        out["net_tax_12m"] = sold.tax - bought.tax
        return
    spoilt = sum(x.fen for x in sold.void if x.amount > 0)
    out["sales_void_amount_rate"] = rate(spoilt, spoilt + sold.positive)
    out["sales_void_count"] = len(sold.void)
    out["sales_negative_count"] = len(sold.red)
    out["purchases_void_rate"] = rate(len(bought.void), len(bought.lines))
    out["purchases_negative_rate"] = rate(len(bought.red), len(bought.valid))
    out["purchases_negative_amount_rate"] = rate(bought.positive - bought.net, bought.positive)
    out["sales_tax_rate"] = rate(sold.tax, sold.net)
    out["purchases_tax_rate"] = rate(bought.tax, bought.net)
    out["buyer_hhi"], out["supplier_hhi"] = sold.hhi, bought.hhi
    out["supplier_top5_rate"] = bought.share(5)


def _trend(out: dict[str, Fact], sales: list[Line], as_of: date, observed: int) -> None:
    def net(since: int, until: int = 0) -> int:
        return Side(sales, as_of, since=since, until=until).net

    def growth(last: int, before: int, months: int) -> int | None:
        return rate(last - before, before) if observed >= months else None

    out["turnover_6m"], out["turnover_3m"] = net(6), net(3)
    out["turnover_previous_12m"], out["turnover_previous_6m"] = net(24, 12), net(12, 6)
    out["turnover_growth_12m"] = growth(net(12), net(24, 12), 24)
    out["turnover_growth_6m"] = growth(net(6), net(12, 6), 12)
    out["turnover_growth_6m_yoy"] = growth(net(6), net(18, 12), 18)
    pace = rate(net(3) * min(12, observed), net(12) * 3)
    out["turnover_pace_3m"] = pace if observed >= 3 else None
    series = [net(k + 1, k) for k in range(observed)]
    out["turnover_volatility"] = variation(series)
    out["turnover_volatility_12m"] = variation(series[:12])


def _partners(
    out: dict[str, Fact], sales: list[Line], purchases: list[Line], as_of: date, observed: int
) -> None:
    for name, lines in (("buyer", sales), ("supplier", purchases)):
        year, before = Side(lines, as_of, since=12), Side(lines, as_of, since=24, until=12)
        kept = sum(net for partner, net in year.nets.items() if partner in before.nets)
        stability = rate(kept, sum(year.nets.values()))
        out[f"{name}_stability_12m"] = stability if observed >= 24 else None
    whole = Side(sales, as_of)
    seen: dict[str, set[int]] = defaultdict(set)
    for x in whole.trades:
        seen[x.counterparty].add(month_of(x.issued_on, as_of))
    out["buyer_repeat_rate"] = rate(sum(len(seen[partner]) > 1 for partner in whole.nets), len(whole.nets))
    out["top_buyer_days"] = None
    if whole.order:
        top = whole.order[0]
        out["top_buyer_days"] = _days(max(x.issued_on for x in whole.trades if x.counterparty == top), as_of)
