"""Sheets as firms hand them in → amounts by line: two halves side by side, opening beside closing, in yuan or 万元."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vouch.engine.cells import Cell, Unreadable, amount_in, amount_of, plain
from vouch.engine.financials.lines import Line, label_key, line_named

HEADER_ROWS = 15
_NOW = (
    "期末余额",
    "期末数",
    "期末",
    "本期金额",
    "本期数",
    "本年累计",
    "本年累计金额",
    "本年金额",
    "本年数",
    "年末余额",
    "年末数",
)
_BEFORE = ("年初余额", "年初数", "期初余额", "期初数", "期初", "上期金额", "上期数", "上年金额", "上年数", "上年同期", "上年同期数", "上年年末余额")  # fmt: skip
_ROW_NUMBER = ("行次", "行号", "序号", "附注", "注释号")
_UNIT = re.compile(r"单位[:：]?(?:人民币)?(万元|千元|百万元|元)")


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What was not taken: sheet, row and column counted from 1, and why."""

    sheet: str
    row: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.sheet} 第 {self.row} 行第 {self.column} 列：{self.message}"


@dataclass(slots=True)
class Book:
    """``periods`` are this period and the one before it, fen by line; ``unknown`` are headings that no format has."""

    periods: tuple[dict[str, int], dict[str, int]] = field(default_factory=lambda: ({}, {}))
    problems: list[CellProblem] = field(default_factory=list)
    unknown: list[CellProblem] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)


def read_sheets(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> Book:
    """Read sheets by name. A line told twice with different amounts is a problem, and its first amount stays."""
    book = Book()
    for name, rows in sheets.items():
        _Reader(book, name, rows).read()
    return book


def unit_named(row: Sequence[Cell]) -> str:
    """The unit of amounts that a row names (单位：万元); "" for none."""
    found = (_UNIT.search(plain(cell).replace(" ", "")) for cell in row)
    return next((hit[1] for hit in found if hit), "")


class _Reader:
    def __init__(self, book: Book, name: str, rows: Sequence[Sequence[Cell]]) -> None:
        self.book, self.name, self.rows = book, name, rows
        self.unit = self._unit()
        self.heading_row, self.periods = self._columns()
        book.units[name] = self.unit

    def _unit(self) -> str:
        return next(filter(None, map(unit_named, self.rows[:HEADER_ROWS])), "元")

    def _columns(self) -> tuple[int, dict[int, int]]:
        """The heading's row, and column → 0 for this period, 1 for the one before; 行次 and 附注 are -1."""
        for number, row in enumerate(self.rows[:HEADER_ROWS], start=1):
            found = {}
            for place, cell in enumerate(row):
                text = re.sub(r"[（(].*?[)）]|\s", "", plain(cell))
                if text in _NOW:
                    found[place] = 0
                elif text in _BEFORE:
                    found[place] = 1
                elif text in _ROW_NUMBER:
                    found[place] = -1
            if 0 in found.values() or 1 in found.values():
                return number, found
        return 0, {}

    def read(self) -> None:
        """Row by row, left to right: a heading, then its amounts until the next heading."""
        for number, row in enumerate(self.rows, start=1):
            line: Line | None = None
            taken = 0
            for place, cell in enumerate(row):
                text = plain(cell)
                if not text or self.periods.get(place) == -1:
                    continue
                if self._is_heading(cell, place):
                    line, taken = line_named(text), 0
                    if line is None and number > self.heading_row and self._has_amounts(row, place):
                        self.book.unknown.append(
                            CellProblem(self.name, number, place + 1, f"不认识的项目“{text}”")
                        )
                elif line is not None:
                    period = self.periods.get(place, taken if not self.periods else -1)
                    taken += 1
                    if period in {0, 1}:
                        self._take(line, period, cell, at=(number, place + 1))

    def _is_heading(self, cell: Cell, place: int) -> bool:
        """Chinese that is no amount; in a column of amounts words are an amount that cannot be read."""
        if not isinstance(cell, str) or self.periods.get(place) in {0, 1}:
            return False
        text = plain(cell)
        return bool(re.search(r"[\u4e00-\u9fff]", label_key(text))) and not re.match(r"[¥￥(（-]?[0-9]", text)

    def _has_amounts(self, row: Sequence[Cell], place: int) -> bool:
        """Whether an amount stands right of the heading, before the next one; headings of parts have none."""
        for right, cell in enumerate(row[place + 1 :], start=place + 1):
            if self._is_heading(cell, right):
                return False
            try:
                if self.periods.get(right) != -1 and amount_of(cell):
                    return True
            except Unreadable:
                return True
        return False

    def _take(self, line: Line, period: int, cell: Cell, *, at: tuple[int, int]) -> None:
        row, column = at
        try:
            amount = amount_in(cell, self.unit)
        except Unreadable as error:
            self.book.problems.append(CellProblem(self.name, row, column, f"{line.title}：{error}"))
            return
        if amount is None:
            return
        known = self.book.periods[period].setdefault(line.code, amount)
        if known != amount:
            message = f"{line.title}：与前面的 {known / 100:,.2f} 元不一致（{amount / 100:,.2f} 元），未采用"
            self.book.problems.append(CellProblem(self.name, row, column, message))
