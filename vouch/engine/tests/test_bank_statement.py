from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.engine.bank_statement.figures import figures_of, round_trips
from vouch.engine.bank_statement.layout import Layout, NoHeading, find_layout
from vouch.engine.bank_statement.reading import Statement, Transaction, read_statement
from vouch.engine.cells import Cell, Unreadable, amount_of, day_of

Row = list[Cell]


def transactions(count: int, seed: int) -> list[Transaction]:
    random = Random(seed)  # noqa: S311 (inventions, not secrets)
    on, balance, found = date(2026, 1, 1), 10_000_00, []
    for row in range(count):
        on += timedelta(days=random.randrange(0, 3))
        amount = random.choice([-1, 1]) * random.randrange(1, 5_000_000)
        balance += amount
        found.append(
            Transaction(
                row, on, amount, balance, random.choice(["甲公司", "乙商行", ""]), "6222 0212", "货款"
            )
        )
    return found


def yuan(fen: int) -> str:
    return f"{fen / 100:,.2f}"


def two_columns(ones: Sequence[Transaction]) -> list[Row]:
    """借方发生额、贷方发生额, headed by the account's particulars and ended by totals."""
    rows: list[Row] = [
        ["某某银行对账单"],
        ["户名", "测试有限公司"],
        [],
        ["交易日期", "摘要", "借方发生额", "贷方发生额", "余额", "对方户名", "对方账号"],
    ]
    rows += [
        [
            f"{t.on:%Y%m%d}",
            t.summary,
            yuan(-t.amount) if t.amount < 0 else "",
            yuan(t.amount) if t.amount > 0 else "0.00",
            yuan(t.balance or 0),
            t.name,
            t.account,
        ]
        for t in ones
    ]
    return [*rows, ["合计", "", yuan(sum(-t.amount for t in ones if t.amount < 0)), "", "", "", ""]]


def in_and_out(ones: Sequence[Transaction]) -> list[Row]:
    """收入、支出, with the hour in the day and blanks as a dash."""
    rows: list[Row] = [
        ["记账日期", "收入金额（元）", "支出金额（元）", "账户余额（元）", "交易对方", "对方账户", "用途"]
    ]
    return rows + [
        [
            f"{t.on:%Y-%m-%d} 09:30:00",
            yuan(t.amount) if t.amount > 0 else "-",
            yuan(-t.amount) if t.amount < 0 else "-",
            yuan(t.balance or 0),
            t.name,
            t.account,
            t.summary,
        ]
        for t in ones
    ]


def signed(ones: Sequence[Transaction]) -> list[Row]:
    """One signed column, numbers and dates as a workbook holds them."""
    rows: list[Row] = [["交易日", "交易金额", "联机余额", "对手户名", "对手账号", "交易摘要"]]
    return rows + [
        [
            datetime(t.on.year, t.on.month, t.on.day, 8),
            t.amount / 100,
            (t.balance or 0) / 100,
            t.name,
            t.account,
            t.summary,
        ]
        for t in ones
    ]


def marked(ones: Sequence[Transaction]) -> list[Row]:
    """借贷标志 beside an unsigned amount."""
    rows: list[Row] = [["序号", "日期", "借贷标志", "发生额", "余额", "对方名称", "对方账号", "附言"]]
    return rows + [
        [
            n,
            f"{t.on:%Y/%m/%d}",
            "贷" if t.amount > 0 else "借",
            yuan(abs(t.amount)),
            yuan(t.balance or 0),
            t.name,
            t.account,
            t.summary,
        ]
        for n, t in enumerate(ones, 1)
    ]


def to_and_fro(ones: Sequence[Transaction]) -> list[Row]:
    """往账、来账, newest first, full-width digits."""
    wide = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
    rows: list[Row] = [["交易时间", "往/来", "金额", "余额", "收付款人名称", "收付款人账号", "摘要"]]
    return rows + [
        [
            f"{t.on:%Y年%m月%d日}",
            "来账" if t.amount > 0 else "往账",
            yuan(abs(t.amount)).translate(wide),
            yuan(t.balance or 0).translate(wide),
            t.name,
            t.account,
            t.summary,
        ]
        for t in reversed(ones)
    ]


def wallet(ones: Sequence[Transaction]) -> list[Row]:
    """收/支 as payment institutions write it; no balance."""
    rows: list[Row] = [
        ["支付机构账单明细"],
        ["交易时间", "交易类型", "交易对方", "商品", "收/支", "金额(元)", "对方账号"],
    ]
    return rows + [
        [
            f"{t.on:%Y-%m-%d} 12:00",
            t.summary,
            t.name,
            "",
            "收入" if t.amount > 0 else "支出",
            f"¥{abs(t.amount) / 100:.2f}",
            t.account,
        ]
        for t in ones
    ]


def english(ones: Sequence[Transaction]) -> list[Row]:
    """Debit and Credit, newest first."""
    rows: list[Row] = [
        [
            "Transaction Date",
            "Description",
            "Debit",
            "Credit",
            "Running Balance",
            "Counterparty",
            "Counterparty Account",
        ]
    ]
    return rows + [
        [
            t.on,
            t.summary,
            abs(t.amount) / 100 if t.amount < 0 else None,
            t.amount / 100 if t.amount > 0 else None,
            (t.balance or 0) / 100,
            t.name,
            t.account,
        ]
        for t in reversed(ones)
    ]


def outflow_with_sign(ones: Sequence[Transaction]) -> list[Row]:
    """转入、转出 where the outflow carries its minus, and days are Excel's numbers."""
    rows: list[Row] = [["入账日期", "转入", "转出", "当前余额", "对方姓名", "对方卡号", "备注", "币种"]]
    return rows + [
        [
            (t.on - date(1899, 12, 30)).days,
            yuan(t.amount) if t.amount > 0 else None,
            yuan(t.amount) if t.amount < 0 else None,
            yuan(t.balance or 0),
            t.name,
            t.account,
            t.summary,
            "人民币",
        ]
        for t in ones
    ]


LAYOUTS = [two_columns, in_and_out, signed, marked, to_and_fro, wallet, english, outflow_with_sign]
Writer = Callable[[Sequence[Transaction]], list[Row]]


def told(statement: Statement) -> list[tuple[date, int, str, str]]:
    return [(one.on, one.amount, one.name, one.account) for one in statement.transactions]


@pytest.mark.parametrize("write", LAYOUTS)
def test_every_layout_reads_the_same_transactions(write: Writer) -> None:
    ones = transactions(60, seed=7)
    statement = read_statement(write(ones))
    assert told(statement) == [(one.on, one.amount, one.name, "62220212") for one in ones]
    assert statement.breaks == ()
    assert [problem for problem in statement.problems if not problem.is_skipped] == []
    if write is not wallet:
        assert [one.balance for one in statement.transactions] == [one.balance for one in ones]


@pytest.mark.parametrize("write", [one for one in LAYOUTS if one is not wallet])
def test_a_balance_that_does_not_follow_is_named_by_its_row(write: Writer) -> None:
    ones = transactions(40, seed=8)
    cut = [*ones[:20], *ones[21:]]
    statement = read_statement(write(cut))
    [broken] = statement.breaks
    assert broken.difference == ones[20].amount
    named = write(cut)[broken.row - 1]
    assert broken.found == next(one.balance for one in statement.transactions if one.row == broken.row)
    assert named
    assert f"第 {broken.row} 行" in str(broken)


@given(st.integers(0, 10_000), st.integers(2, 30), st.sampled_from(LAYOUTS))
def test_whatever_the_amounts_the_sum_is_kept(seed: int, count: int, write: Writer) -> None:
    ones = transactions(count, seed)
    assert sum(amount for _, amount, _, _ in told(read_statement(write(ones)))) == sum(
        one.amount for one in ones
    )


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("1,234.56", 123456), ("￥12", 1200), ("-3.5", -350), ("(1,000.00)", -100000), ("12.30DR", -1230), ("12.30 CR", 1230),
        ("人民币100元", 10000), (0.1 + 0.2, 30), (1234567.89, 123456789), (3, 300), ("－５．００", -500), ("", None), ("--", None), (None, None),
    ],
)  # fmt: skip
def test_amounts_as_banks_write_them(cell: Cell, fen: int | None) -> None:
    assert amount_of(cell) == fen


@pytest.mark.parametrize(
    "cell", ["1.234", "abc", "1,23,4", "12-", "１２元整", 0.123, "=1+1", "1e5", date(2026, 1, 1)]
)
def test_what_is_no_amount_is_refused(cell: Cell) -> None:
    with pytest.raises(Unreadable):
        amount_of(cell)


@pytest.mark.parametrize(
    "cell", ["20260131", "2026-1-31", "2026/01/31 23:59:59", "2026年1月31日", datetime(2026, 1, 31, 8), 46053]
)
def test_days_as_banks_write_them(cell: Cell) -> None:
    assert day_of(cell) == date(2026, 1, 31)


@pytest.mark.parametrize(
    "cell", ["2026-02-30", "202601310", "20260131至20260331", "合计", "", None, 5, "31/01/2026"]
)
def test_what_is_no_day_is_refused(cell: Cell) -> None:
    with pytest.raises(Unreadable):
        day_of(cell)


def test_rows_that_cannot_be_read_are_named_with_their_column() -> None:
    statement = read_statement(
        [
            ["交易日期", "收入", "支出", "余额", "币种"],
            ["2026-01-05", "100", "", "100", ""],
            ["昨天", "1", "", "", ""],
            ["2026-01-06", "5", "6", "", ""],
            ["2026-01-07", "十元", "", "", ""],
            ["2026-01-08", "", "", "", ""],
            ["2026-01-09", "1", "", "约一百", ""],
            ["2026-01-10", "1", "", "", "USD"],
            ["交易日期", "收入", "支出", "余额", "币种"],
            [],
            ["本页小计", "106", "", "", ""],
        ]
    )
    assert [(one.row, one.column, one.is_skipped) for one in statement.problems] == [
        (3, "交易日期", False), (4, "支出", False), (5, "收入", False), (6, "收入", False), (7, "余额", False),
        (8, "币种", False), (9, "", True), (11, "", True),
    ]  # fmt: skip
    assert [one.row for one in statement.transactions] == [2]


def test_a_direction_that_nobody_knows_is_no_income() -> None:
    rows: list[Row] = [
        ["日期", "收/支", "金额"],
        ["2026-01-05", "不计收支", "100"],
        ["2026-01-06", "神秘", "5"],
        ["2026-01-07", "支出", "5"],
    ]
    statement = read_statement(rows)
    assert [one.amount for one in statement.transactions] == [-500]
    assert [one.column for one in statement.problems] == ["收支方向", "收支方向"]


def test_a_reversal_comes_back_in() -> None:
    rows: list[Row] = [
        ["日期", "收入", "支出", "余额", "摘要"],
        ["2026-01-05", "", "100", "900", "货款"],
        ["2026-01-05", "", "-100", "1000", "冲正"],
    ]
    statement = read_statement(rows)
    assert [one.amount for one in statement.transactions] == [-10000, 10000]
    assert statement.breaks == ()


@pytest.mark.parametrize("rows", [[], [["a", "b"]], [["日期", "收入"], ["2026-01-01", "1"]], [["x"]] * 100])
def test_a_sheet_without_a_heading_says_what_it_needs(rows: list[Row]) -> None:
    with pytest.raises(NoHeading, match="交易日期"):
        read_statement(rows)


def test_a_sheet_in_ten_thousands_is_no_original() -> None:
    with pytest.raises(NoHeading, match="万元"):
        find_layout([["日期", "收入（万元）", "支出（万元）"]])


def test_the_layout_says_its_style() -> None:
    assert [find_layout(write(transactions(2, 1))).style for write in LAYOUTS] == [
        "收支两列", "收支两列", "正负号", "方向列", "方向列", "方向列", "收支两列", "收支两列",
    ]  # fmt: skip


def day(text: str, amount: int, name: str = "甲", balance: int | None = None) -> Transaction:
    return Transaction(0, date.fromisoformat(text), amount, balance, name, "", "")


def statement_of(*ones: Transaction) -> Statement:
    return Statement(Layout(0, {}), ones, (), (), is_newest_first=False)


def test_money_that_goes_round_is_found_once_and_within_a_week() -> None:
    ones = [
        day("2026-01-01", 500),
        day("2026-01-03", -500),
        day("2026-01-04", -500),
        day("2026-02-01", 500),
        day("2026-02-20", -500),
    ]
    [trip] = round_trips(ones)
    assert (trip.first, trip.second, trip.days) == (ones[0], ones[1], 2)
    assert figures_of(statement_of(*ones)).round_trip_in == 500


def test_a_round_trip_needs_the_same_counterparty() -> None:
    assert list(round_trips([day("2026-01-01", 500, "甲"), day("2026-01-02", -500, "乙")])) == []
    assert list(round_trips([day("2026-01-01", 500, ""), day("2026-01-02", -500, "")])) == []


def test_a_balance_made_for_the_end_of_the_month_shows() -> None:
    dressed = figures_of(
        statement_of(day("2026-01-10", 100), day("2026-01-31", 1000, "甲"), day("2026-02-02", -900, "乙"))
    )
    [end] = dressed.month_ends
    assert (end.month, end.money_in, end.gone_after) == (date(2026, 1, 1), 1000, 900)
    steady = figures_of(
        statement_of(day("2026-01-10", 5000), day("2026-01-31", 1000), day("2026-02-02", -900))
    )
    assert steady.month_ends == ()


def test_months_sum_and_average_by_the_day() -> None:
    figures = figures_of(
        statement_of(
            day("2026-01-30", 300, balance=300),
            day("2026-01-31", -100, balance=200),
            day("2026-02-02", 50, balance=250),
        )
    )
    january, february = figures.months
    assert (january.money_in, january.money_out, january.average_balance, january.closing_balance) == (
        300,
        100,
        250,
        200,
    )
    # 1 February stands at 200, the 2nd at 250.
    assert (february.average_balance, february.closing_balance, february.count) == (225, 250, 1)


def test_counterparties_come_by_weight_with_their_shares() -> None:
    figures = figures_of(
        statement_of(
            day("2026-01-01", 300, "甲"), day("2026-01-02", 100, "乙"), day("2026-01-03", -400, "乙")
        )
    )
    assert [(one.name, one.money_in, one.money_out, one.share_in) for one in figures.counterparties] == [
        ("乙", 100, 400, 0.25), ("甲", 300, 0, 0.75),
    ]  # fmt: skip
