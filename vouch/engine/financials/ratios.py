"""Ratios of a period, exact: numerator and denominator in fen, the value a fraction that is rounded only when shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from vouch.engine.financials.checks import Amounts
from vouch.engine.financials.lines import LINES

DAYS = 360
"""Days of a year, as Chinese banks count turnover."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """``unit`` is %, 倍, 天 or 元; ``why`` says in words what is missing where there is no value."""

    code: str
    title: str
    unit: str
    value: Fraction | None
    why: str = ""

    def rounded(self, places: int = 4) -> Decimal | None:
        """The value as a decimal, half to even."""
        if self.value is None:
            return None
        exact = Decimal(self.value.numerator) / Decimal(self.value.denominator)
        return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)

    @property
    def formula(self) -> str:
        """How it is worked out, in words."""
        return FORMULAS[self.code]


class _Absent(Exception):
    """A part is not told, or the denominator says nothing; the message is Chinese."""


@dataclass(frozen=True, slots=True)
class _Period:
    now: Amounts
    before: Amounts | None

    def __getitem__(self, code: str) -> int:
        if code not in self.now:
            raise _Absent(f"缺少{LINES[code].title}")
        return self.now[code]

    def some(self, *codes: str) -> int:
        """A sum of lines of which a firm has only some."""
        return sum(self.now.get(code, 0) for code in codes)

    def average(self, code: str) -> Fraction:
        """Of opening and closing; the closing alone where the period before is not told."""
        if self.before is None or code not in self.before:
            return Fraction(self[code])
        return Fraction(self[code] + self.before[code], 2)

    def earlier(self, code: str) -> int:
        if self.before is None or code not in self.before:
            raise _Absent(f"缺少上期{LINES[code].title}")
        return self.before[code]


def _over(part: int | Fraction, whole: int | Fraction, *, named: str) -> Fraction:
    if whole <= 0:
        raise _Absent(f"{named}不为正数，不能相除")
    return Fraction(part) / Fraction(whole)


def _debt(p: _Period) -> int:
    return p.some("short_borrowings", "long_borrowings", "bonds", "current_long_debt", "notes_payable")


def _interest(p: _Period) -> int:
    # Small firms tell only 财务费用, which is mostly interest.
    return p["interest_expenses"] if "interest_expenses" in p.now else p["finance_expenses"]


_RATIOS: tuple[tuple[str, str, str, Callable[[_Period], Fraction]], ...] = (
    ("debt_ratio", "资产负债率", "%", lambda p: _over(p["total_liabilities"], p["total_assets"], named="资产总计")),
    ("current_ratio", "流动比率", "倍", lambda p: _over(p["current_assets"], p["current_liabilities"], named="流动负债合计")),
    ("quick_ratio", "速动比率", "倍", lambda p: _over(p["current_assets"] - p["inventories"] - p.some("prepayments"), p["current_liabilities"], named="流动负债合计")),
    ("cash_ratio", "现金比率", "倍", lambda p: _over(p["cash"] + p.some("trading_assets"), p["current_liabilities"], named="流动负债合计")),
    ("debt_to_equity", "有息负债/净资产", "倍", lambda p: _over(_debt(p), p["equity"], named="所有者权益合计")),
    ("interest_cover", "利息保障倍数", "倍", lambda p: _over(p["total_profit"] + _interest(p), _interest(p), named="利息费用")),
    ("gross_margin", "毛利率", "%", lambda p: _over(p["revenue"] - p["cost"], p["revenue"], named="营业收入")),
    ("net_margin", "销售净利率", "%", lambda p: _over(p["net_profit"], p["revenue"], named="营业收入")),
    ("return_on_equity", "净资产收益率", "%", lambda p: _over(p["net_profit"], p.average("equity"), named="平均净资产")),
    ("return_on_assets", "总资产报酬率", "%", lambda p: _over(p["total_profit"] + _interest(p), p.average("total_assets"), named="平均资产总计")),
    ("receivable_days", "应收账款周转天数", "天", lambda p: _over(p.average("receivables") * DAYS, p["revenue"], named="营业收入")),
    ("inventory_days", "存货周转天数", "天", lambda p: _over(p.average("inventories") * DAYS, p["cost"], named="营业成本")),
    ("payable_days", "应付账款周转天数", "天", lambda p: _over(p.average("payables") * DAYS, p["cost"], named="营业成本")),
    ("asset_turnover", "总资产周转率", "倍", lambda p: _over(p["revenue"], p.average("total_assets"), named="平均资产总计")),
    ("cash_to_revenue", "销售收现率", "%", lambda p: _over(p["cash_from_sales"], p["revenue"], named="营业收入")),
    ("operating_cash_to_debt", "经营现金流/有息负债", "倍", lambda p: _over(p["operating_cash"], _debt(p), named="有息负债")),
    ("revenue_growth", "营业收入增长率", "%", lambda p: _over(p["revenue"] - p.earlier("revenue"), p.earlier("revenue"), named="上期营业收入")),
    ("profit_growth", "净利润增长率", "%", lambda p: _over(p["net_profit"] - p.earlier("net_profit"), p.earlier("net_profit"), named="上期净利润")),
    ("equity_growth", "净资产增长率", "%", lambda p: _over(p["equity"] - p.earlier("equity"), p.earlier("equity"), named="上期净资产")),
)  # fmt: skip


FORMULAS: Mapping[str, str] = {
    "debt_ratio": "负债合计 ÷ 资产总计",
    "current_ratio": "流动资产合计 ÷ 流动负债合计",
    "quick_ratio": "（流动资产合计 − 存货 − 预付款项）÷ 流动负债合计",
    "cash_ratio": "（货币资金 + 交易性金融资产）÷ 流动负债合计",
    "debt_to_equity": "有息负债（短期、长期借款、债券、一年内到期的非流动负债、应付票据）÷ 所有者权益合计",
    "interest_cover": "（利润总额 + 利息费用）÷ 利息费用；没有列示利息费用的用财务费用",
    "gross_margin": "（营业收入 − 营业成本）÷ 营业收入",
    "net_margin": "净利润 ÷ 营业收入",
    "return_on_equity": "净利润 ÷ 平均所有者权益",
    "return_on_assets": "（利润总额 + 利息费用）÷ 平均资产总计",
    "receivable_days": "平均应收账款 × 360 ÷ 营业收入",
    "inventory_days": "平均存货 × 360 ÷ 营业成本",
    "payable_days": "平均应付账款 × 360 ÷ 营业成本",
    "asset_turnover": "营业收入 ÷ 平均资产总计",
    "cash_to_revenue": "销售商品、提供劳务收到的现金 ÷ 营业收入",
    "operating_cash_to_debt": "经营活动产生的现金流量净额 ÷ 有息负债",
    "revenue_growth": "（本期营业收入 − 上期营业收入）÷ 上期营业收入",
    "profit_growth": "（本期净利润 − 上期净利润）÷ 上期净利润",
    "equity_growth": "（期末所有者权益 − 期初所有者权益）÷ 期初所有者权益",
}
"""Each ratio in words; an average is that of opening and closing, the closing alone where there is no opening."""


def ratios(now: Amounts, *, before: Amounts | None = None) -> dict[str, Ratio]:
    """Every ratio by its code; averages take the period before where it is told. Amounts in fen."""
    period = _Period(now, before)
    found = {}
    for code, title, unit, work_out in _RATIOS:
        try:
            found[code] = Ratio(code, title, unit, work_out(period))
        except _Absent as absent:
            found[code] = Ratio(code, title, unit, None, str(absent))
    return found
