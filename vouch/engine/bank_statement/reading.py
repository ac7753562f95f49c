"""Rows of cells → transactions, with every row that could not be read and every break in the running balance named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from vouch.engine.bank_statement.layout import (
    COLUMN_TITLES,
    IN_WORDS,
    OUT_WORDS,
    Column,
    Layout,
    find_layout,
    heading_key,
)
from vouch.engine.cells import Cell, Unreadable, amount_of, day_of, plain

_TOTALS = (
    "合计",
    "小计",
    "总计",
    "本页",
    "承前页",
    "过次页",
    "期初",
    "期末",
    "上页",
    "累计",
    "total",
    "opening",
    "closing",
)

_CHARGES = ("结息", "利息", "手续费", "账户管理费", "工本费", "短信费")
_CASH = ("现金", "取现", "存现", "ATM", "柜面取款", "柜面存款")

YUAN = frozenset({"", "CNY", "RMB", "人民币", "人民币元", "156", "01"})
"""How a currency column says yuan."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """``row`` is the sheet's own, counted from 1; ``amount`` in fen, money in positive; ``balance`` after it, if told.

    ``is_charge``: the bank itself is the other side (interest, fees). ``is_cash``: notes were paid in or taken out.
    """

    row: int
    on: date
    amount: int
    balance: int | None
    name: str
    account: str
    summary: str
    is_charge: bool = False
    is_cash: bool = False


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that was not taken as a transaction, and why; ``is_skipped`` where that is as it should be (totals)."""

    row: int
    column: str
    message: str
    is_skipped: bool = False


@dataclass(frozen=True, slots=True)
class BalanceBreak:
    """A row whose balance does not follow from the row before it; amounts in fen."""

    row: int
    expected: int
    found: int

    @property
    def difference(self) -> int:
        """What is found beyond what was to be expected."""
        return self.found - self.expected

    def __str__(self) -> str:
        return (
            f"第 {self.row} 行余额 {self.found / 100:,.2f} 元，按上一笔应为 {self.expected / 100:,.2f} 元，"
            f"相差 {self.difference / 100:+,.2f} 元"
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """Transactions in the order in which they happened, whatever the order of the sheet."""

    layout: Layout
    transactions: tuple[Transaction, ...]
    problems: tuple[RowProblem, ...]
    breaks: tuple[BalanceBreak, ...]
    is_newest_first: bool


def read_statement(rows: Sequence[Sequence[Cell]], *, layout: Layout | None = None) -> Statement:
    """Read a sheet, by the layout that somebody put right or else the one found. Raises NoHeading where there is none."""
    layout = layout or find_layout(rows)
    found: list[Transaction] = []
    problems: list[RowProblem] = []
    heading = [heading_key(cell) for cell in rows[layout.heading_row]]
    for number, row in enumerate(rows[layout.heading_row + 1 :], start=layout.heading_row + 2):
        if not any(plain(cell) for cell in row):
            continue
        if [heading_key(cell) for cell in row] == heading:
            problems.append(RowProblem(number, "", "重复的表头", is_skipped=True))
            continue
        taken = _read_row(row, number=number, layout=layout)
        if isinstance(taken, Transaction):
            found.append(taken)
        else:
            problems.append(taken)
    return _in_order(layout, found, problems)


def _read_row(row: Sequence[Cell], *, number: int, layout: Layout) -> Transaction | RowProblem:
    try:
        return _transaction(row, number=number, layout=layout)
    except _Refused as refused:
        texts = [plain(cell) for cell in row if plain(cell)]
        if refused.column is Column.DAY and any(text.lower().startswith(_TOTALS) for text in texts):
            return RowProblem(number, "", f"非交易行：{texts[0]}", is_skipped=True)
        return RowProblem(number, COLUMN_TITLES[refused.column], str(refused))


class _Refused(Exception):
    def __init__(self, column: Column, message: str) -> None:
        super().__init__(message)
        self.column = column


def _transaction(row: Sequence[Cell], *, number: int, layout: Layout) -> Transaction:
    try:
        day = day_of(layout.cell(row, Column.DAY))
    except Unreadable as error:
        raise _Refused(Column.DAY, str(error)) from error
    currency = plain(layout.cell(row, Column.CURRENCY)).upper()
    if currency not in YUAN:
        raise _Refused(Column.CURRENCY, f"外币（{currency}）交易未计入")
    summary = plain(layout.cell(row, Column.SUMMARY))
    return Transaction(
        row=number,
        on=day,
        amount=_amount(row, layout),
        balance=_fen(row, layout, Column.BALANCE),
        name=plain(layout.cell(row, Column.NAME)),
        account=plain(layout.cell(row, Column.ACCOUNT)).replace(" ", ""),
        summary=summary,
        is_charge=summary.startswith(_CHARGES),
        is_cash=any(word in summary.upper() for word in _CASH) and "现金管理" not in summary,
    )


def _amount(row: Sequence[Cell], layout: Layout) -> int:
    """Signed fen."""
    if Column.IN in layout.places and Column.OUT in layout.places:
        return _of_two_columns(row, layout)
    amount = _fen(row, layout, Column.AMOUNT)
    if amount is None:
        raise _Refused(Column.AMOUNT, "没有金额")
    if Column.DIRECTION not in layout.places:
        return amount
    word = plain(layout.cell(row, Column.DIRECTION)).upper()
    if word in IN_WORDS:
        return amount
    if word in OUT_WORDS:
        return -abs(amount)
    silent = word in {"", "/", "其他", "不计收支", "中性交易"}
    raise _Refused(Column.DIRECTION, "没有写明收入还是支出" if silent else f"不认识的收支方向“{word}”")


def _of_two_columns(row: Sequence[Cell], layout: Layout) -> int:
    money_in, money_out = _fen(row, layout, Column.IN), _fen(row, layout, Column.OUT)
    if money_in and money_out:
        raise _Refused(Column.OUT, "同一行既有收入又有支出")
    if money_out:
        # Some banks print every outflow with its sign; elsewhere a negative one is money that came back (冲正).
        return -money_out if money_out > 0 or _is_reversal(row, layout) else money_out
    if money_in is None and money_out is None:
        raise _Refused(Column.IN, "没有金额")
    return money_in or 0


def _is_reversal(row: Sequence[Cell], layout: Layout) -> bool:
    return any(word in plain(layout.cell(row, Column.SUMMARY)) for word in ("冲正", "冲账", "退汇", "撤销"))


def _fen(row: Sequence[Cell], layout: Layout, column: Column) -> int | None:
    try:
        return amount_of(layout.cell(row, column))
    except Unreadable as error:
        raise _Refused(column, str(error)) from error


def _in_order(layout: Layout, found: list[Transaction], problems: list[RowProblem]) -> Statement:
    """Sheets run either way; the balances say which, and where they are silent the days do."""
    upward = _breaks(found)
    downward = _breaks(found[::-1])
    days = [one.on for one in found]
    falls = sum(later < earlier for earlier, later in pairwise(days))
    rises = sum(later > earlier for earlier, later in pairwise(days))
    newest_first = len(downward) < len(upward) if len(downward) != len(upward) else falls > rises
    return Statement(
        layout=layout,
        transactions=tuple(found[::-1] if newest_first else found),
        problems=tuple(problems),
        breaks=tuple(downward if newest_first else upward),
        is_newest_first=newest_first,
    )


def _breaks(transactions: Sequence[Transaction]) -> list[BalanceBreak]:
    """After a break the found balance is the new start, so that one fault is named once."""
    broken = []
    last: int | None = None
    for one in transactions:
        expected = None if last is None else last + one.amount
        if one.balance is None:
            last = expected
            continue
        if expected is not None and expected != one.balance:
            broken.append(BalanceBreak(one.row, expected, one.balance))
        last = one.balance
    return broken
