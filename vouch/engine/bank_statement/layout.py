"""Which column says what: the headings of banks and payment institutions, and the ways in which they write direction."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vouch.engine.cells import Cell, plain

HEADER_ROWS = 40
"""How far down the heading may stand: above it banks print the holder, the account and the period."""


class Column(StrEnum):
    """What a column of a statement says."""

    DAY = "day"
    IN = "in"
    OUT = "out"
    AMOUNT = "amount"
    DIRECTION = "direction"
    BALANCE = "balance"
    NAME = "name"
    ACCOUNT = "account"
    SUMMARY = "summary"
    SERIAL = "serial"
    CURRENCY = "currency"
    OWN = "own"


COLUMN_TITLES: Mapping[Column, str] = {
    Column.DAY: "交易日期",
    Column.IN: "收入",
    Column.OUT: "支出",
    Column.AMOUNT: "金额",
    Column.DIRECTION: "收支方向",
    Column.BALANCE: "余额",
    Column.NAME: "对方户名",
    Column.ACCOUNT: "对方账号",
    Column.SUMMARY: "摘要",
    Column.SERIAL: "流水号",
    Column.CURRENCY: "币种",
    Column.OWN: "本方账号",
}

# In a bank's books the customer's money is a debt: 借 (debit) takes from the account, 贷 (credit) adds to it.
_HEADINGS: Mapping[Column, tuple[str, ...]] = {
    Column.DAY: ("交易日期", "交易日", "记账日期", "入账日期", "日期", "交易时间", "记账日", "发生日期", "date", "transactiondate", "bookingdate", "valuedate"),
    Column.IN: ("贷方发生额", "贷方金额", "贷方", "收入金额", "收入", "存入金额", "存入", "转入金额", "转入", "收款金额", "收方金额", "credit", "creditamount", "deposit", "moneyin"),
    Column.OUT: ("借方发生额", "借方金额", "借方", "支出金额", "支出", "支取金额", "支取", "转出金额", "转出", "付款金额", "付方金额", "debit", "debitamount", "withdrawal", "moneyout"),
    Column.AMOUNT: ("交易金额", "发生额", "金额", "交易额", "收支金额", "收入/支出金额", "amount", "transactionamount"),
    Column.DIRECTION: ("借贷标志", "借贷", "借贷方向", "收/支", "收支", "收支标志", "收支类型", "收支方向", "往来标志", "交易方向", "往/来", "借/贷", "资金流向", "dr/cr", "debit/credit"),
    Column.BALANCE: ("余额", "账户余额", "联机余额", "本次余额", "交易后余额", "当前余额", "可用余额", "balance", "runningbalance"),
    Column.NAME: ("对方户名", "对方名称", "对方账户名称", "对手户名", "交易对方", "对方单位", "对方账号户名", "收付款人名称", "对方", "交易对手", "对方姓名", "counterparty", "name"),
    Column.ACCOUNT: ("对方账号", "对方账户", "对手账号", "对方卡号", "对方卡号/账号", "收付款人账号", "counterpartyaccount", "accountnumber"),
    Column.SUMMARY: ("摘要", "用途", "附言", "交易摘要", "交易说明", "备注", "摘要信息", "交易类型", "商品", "交易附言", "description", "details", "narrative"),
    Column.SERIAL: ("流水号", "交易流水号", "凭证号", "凭证号码", "交易单号", "交易号", "reference", "ref"),
    Column.CURRENCY: ("币种", "货币", "currency"),
    Column.OWN: ("本方账号", "本方账户", "本方卡号", "账号", "卡号", "交易卡号", "客户账号", "查询账号"),
}  # fmt: skip
_COLUMNS = {heading: column for column, headings in _HEADINGS.items() for heading in headings}

_AMOUNTS = (Column.IN, Column.OUT, Column.AMOUNT)

IN_WORDS = frozenset(
    {"贷", "贷方", "收", "收入", "来账", "来", "入", "转入", "存入", "收款", "C", "CR", "CREDIT", "+"}
)
OUT_WORDS = frozenset(
    {"借", "借方", "支", "支出", "往账", "往", "出", "转出", "支取", "付款", "D", "DR", "DEBIT", "-"}
)


class NoHeading(ValueError):
    """No row names a day and amounts; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class Layout:
    """``heading_row`` counts from 0; ``places`` are columns from 0."""

    heading_row: int
    places: Mapping[Column, int]

    def cell(self, row: Sequence[Cell], column: Column) -> Cell:
        """The row's cell of a column; None where the layout has none or the row is too short."""
        place = self.places.get(column)
        return row[place] if place is not None and place < len(row) else None

    @property
    def style(self) -> str:
        """How direction is written: two columns, a column of words, or the sign alone."""
        if Column.IN in self.places and Column.OUT in self.places:
            return "收支两列"
        return "方向列" if Column.DIRECTION in self.places else "正负号"


def heading_key(cell: Cell) -> str:
    """A heading without blanks, units, brackets and case."""
    text = re.sub(r"[（(\[【].*?[)）\]】]", "", plain(cell))
    return re.sub(r"[\s:：*_]|人民币", "", text).lower()


def refuse_rounded(headings: Sequence[Cell]) -> None:
    """Amounts in 万元 have lost what the balances need. Raises NoHeading."""
    for cell in headings:
        if "万元" in plain(cell):
            raise NoHeading(
                f"“{plain(cell)}”以万元为单位，不是银行流水原件，已有取舍；请导入以元为单位的流水。"
            )


def given_layout(rows: Sequence[Sequence[Cell]], *, heading_row: int, places: Mapping[Column, int]) -> Layout:
    """The layout that a person says, ``heading_row`` from 0. Raises NoHeading where it cannot be read by."""
    has_amounts = Column.AMOUNT in places or (Column.IN in places and Column.OUT in places)
    if not (0 <= heading_row < len(rows)) or Column.DAY not in places or not has_amounts:
        raise NoHeading("请指定表头所在的行、“交易日期”，以及“收入”“支出”两列或“金额”一列。")
    if len(set(places.values())) < len(places):
        raise NoHeading("同一列不能指定为两项。")
    layout = Layout(heading_row, dict(places))
    refuse_rounded([layout.cell(rows[heading_row], column) for column in _AMOUNTS])
    return layout


def find_layout(rows: Sequence[Sequence[Cell]]) -> Layout:
    """The first row that names a day and amounts. Raises NoHeading."""
    for number, row in enumerate(rows[:HEADER_ROWS]):
        places: dict[Column, int] = {}
        for place, cell in enumerate(row):
            column = _COLUMNS.get(heading_key(cell))
            # Of two columns that say the same (记账日期, 交易日期), the first is the bank's own.
            if column is not None and column not in places:
                places[column] = place
        refuse_rounded([row[places[column]] for column in _AMOUNTS if column in places])
        has_amounts = Column.AMOUNT in places or (Column.IN in places and Column.OUT in places)
        if Column.DAY in places and has_amounts:
            return Layout(number, places)
    raise NoHeading(
        f"前 {HEADER_ROWS} 行里没有找到表头：需要“交易日期”，以及“收入”“支出”（或“借方”“贷方”）两列，或“金额”一列。"
    )
