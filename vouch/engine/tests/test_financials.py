from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.engine.cells import Cell
from vouch.engine.financials.checks import Excess, Imbalance, imbalances
from vouch.engine.financials.lines import LINES, label_key, line_named
from vouch.engine.financials.ratios import ratios
from vouch.engine.financials.reading import read_sheets

Row = list[Cell]

THIS_YEAR = {
    "cash": 200_000, "receivables": 300_000, "prepayments": 20_000, "inventories": 280_000, "current_assets": 800_000,
    "noncurrent_assets": 1_200_000, "total_assets": 2_000_000, "short_borrowings": 300_000, "payables": 150_000,
    "current_liabilities": 500_000, "long_borrowings": 300_000, "noncurrent_liabilities": 400_000,
    "total_liabilities": 900_000, "equity": 1_100_000, "liabilities_and_equity": 2_000_000,
    "revenue": 3_600_000, "cost": 2_700_000, "finance_expenses": 45_000, "interest_expenses": 40_000,
    "operating_profit": 230_000, "nonoperating_income": 15_000, "nonoperating_expenses": 5_000,
    "total_profit": 240_000, "income_tax": 60_000, "net_profit": 180_000,
    "cash_from_sales": 3_420_000, "operating_inflow": 3_500_000, "operating_outflow": 3_320_000, "operating_cash": 180_000,
    "investing_cash": -100_000, "financing_cash": -30_000, "net_cash_increase": 50_000, "opening_cash": 150_000, "closing_cash": 200_000,
}  # fmt: skip
LAST_YEAR = {
    "receivables": 260_000, "inventories": 320_000, "payables": 120_000, "total_assets": 1_800_000, "equity": 900_000,
    "revenue": 3_000_000, "net_profit": -20_000,
}  # fmt: skip

BY_HAND = {
    # each worked out on paper from the figures above
    "debt_ratio": Fraction(9, 20), "current_ratio": Fraction(8, 5), "quick_ratio": Fraction(1), "cash_ratio": Fraction(2, 5),
    "debt_to_equity": Fraction(6, 11), "interest_cover": Fraction(7), "gross_margin": Fraction(1, 4), "net_margin": Fraction(1, 20),
    "return_on_equity": Fraction(18, 100), "return_on_assets": Fraction(28, 190), "receivable_days": Fraction(28), "inventory_days": Fraction(40),
    "payable_days": Fraction(18), "asset_turnover": Fraction(36, 19), "cash_to_revenue": Fraction(95, 100),
    "operating_cash_to_debt": Fraction(3, 10), "revenue_growth": Fraction(1, 5), "equity_growth": Fraction(2, 9),
}  # fmt: skip


def test_ratios_equal_those_worked_out_by_hand() -> None:
    found = ratios(THIS_YEAR, before=LAST_YEAR)
    assert {code: found[code].value for code in BY_HAND} == BY_HAND
    assert set(found) - set(BY_HAND) == {"profit_growth"}
    assert found["profit_growth"].value is None
    assert found["profit_growth"].why == "上期净利润不为正数，不能相除"


def test_without_the_year_before_averages_are_the_closing() -> None:
    found = ratios(THIS_YEAR)
    assert found["return_on_equity"].value == Fraction(18, 110)
    assert found["revenue_growth"].why == "缺少上期营业收入"


def test_a_missing_line_is_not_zero() -> None:
    found = ratios({"total_assets": 100})
    assert found["debt_ratio"].value is None
    assert found["debt_ratio"].why == "缺少负债合计"
    assert (
        ratios({"total_assets": 0, "total_liabilities": 5})["debt_ratio"].why == "资产总计不为正数，不能相除"
    )


def test_a_small_firm_that_tells_only_finance_expenses_has_a_cover_too() -> None:
    amounts = {code: fen for code, fen in THIS_YEAR.items() if code != "interest_expenses"}
    assert ratios(amounts)["interest_cover"].value == Fraction(285, 45)


def test_rounding_is_half_to_even_and_only_when_shown() -> None:
    found = ratios({"total_liabilities": 1, "total_assets": 3})["debt_ratio"]
    assert found.rounded() == Decimal("0.3333")
    assert ratios({"total_liabilities": 25, "total_assets": 100_000})["debt_ratio"].rounded() == Decimal(
        "0.0002"
    )


def test_statements_that_add_up_raise_nothing() -> None:
    assert imbalances(THIS_YEAR) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("total_assets", "资产负债表不平"), ("equity", "资产负债表不平"), ("net_profit", "净利润"), ("closing_cash", "期末现金及现金等价物余额"),
        ("operating_cash", "经营活动产生的现金流量净额"), ("total_profit", "利润总额"), ("liabilities_and_equity", "负债和所有者权益总计"),
    ],
)  # fmt: skip
def test_a_changed_total_is_named_with_both_amounts(line: str, said: str) -> None:
    changed = THIS_YEAR | {line: THIS_YEAR[line] + 12_345}
    found = imbalances(changed)
    assert found
    assert any(said in str(one) for one in found)
    assert all(abs(one.difference) == 12_345 for one in found if isinstance(one, Imbalance))


def test_a_difference_of_a_yuan_is_rounding() -> None:
    assert imbalances(THIS_YEAR | {"total_assets": 2_000_100}) == []
    assert imbalances(THIS_YEAR | {"total_assets": 2_000_101}) != []


def test_parts_may_not_exceed_their_total() -> None:
    [found] = imbalances({"current_assets": 100_000, "cash": 80_000, "inventories": 30_000})
    assert isinstance(found, Excess)
    assert "小于所列各项之和" in str(found)
    assert found.difference == -10_000


def test_a_rule_without_its_parts_is_not_checked() -> None:
    assert imbalances({"total_assets": 5, "total_liabilities": 3}) == []


@given(st.dictionaries(st.sampled_from(sorted(LINES)), st.integers(-(10**15), 10**15)))
def test_whatever_is_told_nothing_breaks(amounts: dict[str, int]) -> None:
    for one in imbalances(amounts):
        assert str(one)
    for ratio in ratios(amounts, before=amounts).values():
        assert (ratio.value is None) == bool(ratio.why)


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("一、营业收入", "revenue"), ("减：营业成本", "cost"), ("  二、营业利润（亏损以“-”号填列）", "operating_profit"),
        ("四、净利润（净亏损以“－”号填列）", "net_profit"), ("所有者权益（或股东权益）合计", "equity"), ("应收帐款", "receivables"),
        ("其中：利息费用", "interest_expenses"), ("加：期初现金及现金等价物余额", "opening_cash"), ("一年内到期的非流动负债", "current_long_debt"),
        ("销售商品、提供劳务收到的现金", "cash_from_sales"), ("实收资本（或股本）", "paid_in_capital"), ("资产总计", "total_assets"), ("流 动 资 产 合 计", "current_assets"),
    ],
)  # fmt: skip
def test_headings_are_known_in_the_forms_that_firms_use(heading: str, code: str) -> None:
    line = line_named(heading)
    assert line is not None
    assert line.code == code


@pytest.mark.parametrize("heading", ["流动资产：", "待处理财产损溢", "", "合计", "编制单位：某某公司"])
def test_other_headings_are_not_guessed(heading: str) -> None:
    assert line_named(heading) is None
    assert label_key("（一）") == ""


def balance_sheet(unit: str = "元") -> list[Row]:
    """Two halves side by side, as printed."""
    return [
        ["资产负债表"], ["编制单位：测试公司", None, None, None, "2025年12月31日", None, f"单位：{unit}"],
        ["资产", "行次", "期末余额", "年初余额", "负债和所有者权益", "行次", "期末余额", "年初余额"],
        ["流动资产：", None, None, None, "流动负债：", None, None, None],
        ["  货币资金", 1, 2000.0, "1,500.00", "  短期借款", 31, 3000, 3000],
        ["  应收账款", 2, "3,000.00", 2600, "  应付账款", 32, "1,500.00", "1,200.00"],
        ["  存货", 3, 2800, 3200, "  待摊损益", 33, 5, 6],
        ["流动资产合计", 10, 8000, None, "流动负债合计", 40, 5000, None],
        ["资产总计", 20, 20000, 18000, "负债和所有者权益（或股东权益）总计", 60, 20000, "约一万八"],
    ]  # fmt: skip


def test_a_printed_balance_sheet_is_read_with_both_halves_and_both_periods() -> None:
    book = read_sheets({"资产负债表": balance_sheet()})
    now, before = book.periods
    assert now == {
        "cash": 200_000, "short_borrowings": 300_000, "receivables": 300_000, "payables": 150_000, "inventories": 280_000,
        "current_assets": 800_000, "current_liabilities": 500_000, "total_assets": 2_000_000, "liabilities_and_equity": 2_000_000,
    }  # fmt: skip
    assert before == {
        "cash": 150_000, "short_borrowings": 300_000, "receivables": 260_000, "payables": 120_000, "inventories": 320_000,
        "total_assets": 1_800_000,
    }  # fmt: skip
    assert [str(one) for one in book.unknown] == ["资产负债表 第 7 行第 5 列：不认识的项目“待摊损益”"]
    assert [str(one) for one in book.problems] == [
        "资产负债表 第 9 行第 8 列：负债和所有者权益总计：“约一万八”不是金额"
    ]


@pytest.mark.parametrize(("unit", "cash"), [("元", 200_000), ("千元", 200_000_000), ("万元", 2_000_000_000)])
def test_the_unit_on_the_sheet_counts(unit: str, cash: int) -> None:
    assert read_sheets({"表": balance_sheet(unit)}).periods[0]["cash"] == cash


@pytest.mark.parametrize(
    ("cell", "fen"),
    [(1.5, 1_500_000), ("0.000001", 1), ("(2.5)", -2_500_000), ("-0.5", -500_000), (0.1 + 0.2, 300_000), ("1,234.56", 1_234_560_000)],
)  # fmt: skip
def test_amounts_in_ten_thousands_keep_their_cents(cell: Cell, fen: int) -> None:
    rows: list[Row] = [["单位：万元"], ["项目", "本期金额"], ["营业收入", cell]]
    assert read_sheets({"利润表": rows}).periods[0] == {"revenue": fen}


def test_what_cannot_be_taken_is_named_by_its_cell() -> None:
    rows: list[Row] = [
        ["项目", "本期金额", "上期金额"],
        ["营业收入", "100", "1.234"],
        ["营业收入", "90", None],
        ["净利润", "#REF!", "5"],
    ]
    book = read_sheets({"利润表": rows})
    assert book.periods == ({"revenue": 10_000}, {"net_profit": 500})
    assert [(one.row, one.column) for one in book.problems] == [(2, 3), (3, 2), (4, 2)]
    assert "不一致" in str(book.problems[1])


def test_a_sheet_without_headings_of_periods_takes_the_first_two_amounts() -> None:
    book = read_sheets({"利润表": [["营业收入", 100, 90, 80], ["净利润", 5]]})
    assert book.periods == ({"revenue": 10_000, "net_profit": 500}, {"revenue": 9_000})
