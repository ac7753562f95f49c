"""A guarantee ledger as it really comes: 担保台账 in a workbook, messy in every way that is known, and known row by row.

``messy_ledger`` gives the workbook and, for every line of it, what must become of it. The same seed gives the same
ledger. Wrong rows are wrong for one reason each, so that none hides behind another.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import xlsxwriter

SEED = 20261128
HEADINGS = (
    "业务编号", "客户名称", "证件号码", "银行", "合同金额", "债务余额", "承担比例", "放款日期", "起保日", "到期日",
    "五级分类", "状态", "解保日期", "台账日期",
)  # fmt: skip
AMOUNTS = slice(4, 6)
EPOCH = date(1899, 12, 30)
AS_OF = date(2026, 10, 31)
WIDE = str.maketrans("0123456789,.-", "０１２３４５６７８９，．－")


@dataclass(frozen=True, slots=True)
class Customer:
    """A name, and the code by which the ledger names it (a unified code, or an identity number)."""

    name: str
    code: str


@dataclass(slots=True)
class Ledger:
    """The workbook; line → "accepted", "unchanged" or the kind of fault for which it must be refused."""

    content: bytes
    fates: dict[int, str] = field(default_factory=dict)

    def lines(self, fate: str) -> set[int]:
        """The lines of this fate."""
        return {line for line, one in self.fates.items() if one == fate}

    @property
    def wrong(self) -> set[int]:
        """The lines that must be refused."""
        return {line for line, fate in self.fates.items() if fate not in {"accepted", "unchanged"}}


Row = list[Any]


class _Maker:
    def __init__(self, customers: Sequence[Customer], seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311 - the same ledger every time
        self.customers = customers
        self.number = 0

    def row(self) -> Row:
        """A sound row, in plain values: yuan, dates."""
        self.number += 1
        customer = self.draw.choice(self.customers)
        begun = date(2024, 1, 1) + timedelta(days=self.draw.randrange(900))
        amount = self.draw.randrange(20, 2000) * 10_000
        released = begun + timedelta(days=60) if self.draw.random() < 0.2 else None
        balance = 0 if released else self.draw.randrange(1, amount // 10_000 + 1) * 10_000
        return [
            f"DB2026-{self.number:06d}", customer.name, customer.code, self.draw.choice(("江州银行", "海州农商行", "")),
            amount, balance, self.draw.choice(("80%", "0.8", "八成", "100%", "")), begun, begun,
            begun + timedelta(days=365), self.draw.choice(("正常", "关注", "次级类", "")),
            "已解保" if released else "在保", released, AS_OF,
        ]  # fmt: skip

    def spelled(self, row: Row) -> Row:
        """The row as a person has typed it."""
        found = list(row)
        if found[6] == "八成":
            found[6] = "8成"
        found[AMOUNTS] = [
            self._amount(value) if isinstance(value, int) else value for value in found[AMOUNTS]
        ]
        found = [self._day(value) if isinstance(value, date) else value for value in found]
        if self.draw.random() < 0.3:
            found[1] = f" {found[1]}　"
        if self.draw.random() < 0.2:
            found[0] = str(found[0]).translate(WIDE)
        if self.draw.random() < 0.2 and found[2]:
            found[2] = f"{str(found[2]).translate(WIDE)} "
        return found

    def _amount(self, yuan: int) -> Any:
        ways: tuple[Callable[[], Any], ...] = (
            lambda: yuan, lambda: float(yuan), lambda: f"{yuan:,}.00", lambda: f"{yuan:,}元".translate(WIDE),
            lambda: f"{yuan / 10_000:g}万元", lambda: f"￥{yuan}", lambda: f"{yuan // 10_000:,} 万",
        )  # fmt: skip
        return self.draw.choice(ways)() if yuan else self.draw.choice((0, "0", "0.00"))

    def _day(self, day: date) -> Any:
        ways: tuple[Callable[[], Any], ...] = (
            lambda: day, lambda: f"{day:%Y/%m/%d}".translate(WIDE), lambda: f"{day.year}年{day.month}月{day.day}日",
            lambda: f"{day:%Y%m%d}", lambda: (day - EPOCH).days,
        )  # fmt: skip
        return self.draw.choice(ways)()

    def wrong(self, fault: str) -> Row:
        """A row that is wrong in this way, and otherwise sound."""
        row = self.row()
        row[11], row[12] = "在保", None
        row[5] = row[5] or row[4]
        row = self.spelled(row)
        _FAULTS[fault](row, self.draw)
        return row


def _put(place: int, *values: Any) -> Callable[[Row, random.Random], None]:
    def put(row: Row, draw: random.Random) -> None:
        row[place] = draw.choice(values)

    return put


def _total(row: Row, draw: random.Random) -> None:
    row[:] = [draw.choice(("合计", "小计", "总 计")), *[""] * 3, 123_456_789, 98_765_432, *[""] * 8]


def _shifted(row: Row, draw: random.Random) -> None:
    row[:] = [*row[:4], "江州银行", *row[4:13]]


_FAULTS: dict[str, Callable[[Row, random.Random], None]] = {
    "identity number rounded to a text": _put(2, "3.50102E+17", "１.１０１０５E+17"),
    "identity number rounded to a number": _put(2, 350102199001011234.0, 110105194912310020.0),
    "code with a wrong check character": _put(2, "91350100M000100Y44", "11010519491231002１"),
    "unknown customer": _put(2, "91110000802100433B"),
    "number rounded": _put(0, "2.02611E+15", 20261100000000012345.0),
    "no number": _put(0, "", "—"),
    "no amount": _put(4, "", "无", "-"),
    "amount in words": _put(4, "壹佰万元整", "约100万", "100万左右"),
    "amount too small for yuan": _put(4, 120, "350", "1,200"),
    "negative amount": _put(4, -1_000_000, "(1,000,000)"),
    "amount finer than a cent": _put(4, "1000000.001"),
    "balance above the amount": _put(5, "99999999999", 30_000_000_000),
    "day that is not in the calendar": _put(9, "2026-02-30", "2026年13月1日", "20260431"),
    "day in words": _put(9, "明年底", "2026"),
    "due before it began": _put(9, "1999-01-01"),
    "later than the ledger": _put(8, "2026-11-15"),
    "released without a day": _put(11, "已解保"),
    "unknown state": _put(11, "未知", "???"),
    "unknown class": _put(10, "优良"),
    "rate beyond the whole": _put(6, "180%", "十成"),
    "total": _total,
    "shifted": _shifted,
}


def messy_ledger(customers: Sequence[Customer], *, rows: int, seed: int = SEED) -> Ledger:
    """So many rows below merged headings: about 12 % wrong, 4 % repeated, blank rows between and behind."""
    maker = _Maker(customers, seed)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_numbers": False})
    book.add_worksheet("填表说明").write(0, 0, "金额可写元或万元")
    sheet = book.add_worksheet("在保台账")
    day = book.add_format({"num_format": "yyyy-m-d"})
    _head(sheet)
    ledger, line = Ledger(b""), 4
    written: list[Row] = []
    for made in range(rows):
        if maker.draw.random() < 0.01:
            line += 1
            sheet.write(line - 1, 1, "  ")
        line += 1
        ledger.fates[line], row = _next(maker, written, made)
        for place, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(line - 1, place, value, day)
            elif value not in {None, ""}:
                sheet.write(line - 1, place, value)
    for blank in range(1, 200):
        sheet.write(line + blank, 0, " ")
    book.close()
    ledger.content = out.getvalue()
    return ledger


def _head(sheet: Any) -> None:
    """A title, a day, and headings over two rows: most stand in the upper one, two below a common one."""
    sheet.write(0, 0, "江州融资担保有限公司在保业务台账")
    sheet.write(1, 0, "截止日期：2026年10月31日")
    for place, heading in enumerate(HEADINGS):
        if not AMOUNTS.start <= place < AMOUNTS.stop:
            sheet.write(2, place, f"{heading}*" if place == 0 else f" {heading} ")
    sheet.write(2, AMOUNTS.start, "金额")
    for place in range(AMOUNTS.start, AMOUNTS.stop):
        sheet.write(3, place, HEADINGS[place])


def _next(maker: _Maker, written: list[Row], made: int) -> tuple[str, Row]:
    """What must become of the next row, and the row; every fault comes once before chance decides."""
    kinds, chance = list(_FAULTS), maker.draw.random()
    if made < len(kinds) or chance < 0.12:
        fate = kinds[made % len(kinds)]
        return fate, maker.wrong(fate)
    if chance < 0.15 and written:
        return "unchanged", maker.spelled(maker.draw.choice(written))
    if chance < 0.16 and written:
        row = list(maker.draw.choice(written))
        row[4], row[5], row[11], row[12] = row[4] + 10_000, row[4], "在保", None
        return "same number, other content", maker.spelled(row)
    plain = maker.row()
    written.append(plain)
    return "accepted", maker.spelled(plain)
