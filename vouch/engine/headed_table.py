"""Tables with one heading row, as offices, firms and people keep them: which column says what, and what its cells say.

A kind of table names its fields once; the heading is found by their usual words, or given by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from vouch.engine.cells import NOTHING, Cell, Unreadable, amount_of, day_of, plain

HEADER_ROWS = 30
_TOTALS = ("合计", "小计", "总计", "累计", "本页", "total")
_YES, _NO = (
    ("是", "有", "逾期", "Y", "YES", "TRUE", "1"),
    ("否", "无", "未逾期", "正常", "N", "NO", "FALSE", "0"),
)
_UNITS: Mapping[str, int] = {"万元": 10_000, "千元": 1_000, "百元": 100}
_MONTH = re.compile(r"((?:19|20)[0-9]{2})[-/.年]?(0?[1-9]|1[0-2])月?")
_QUARTER = re.compile(r"((?:19|20)[0-9]{2})年?(?:第?([一二三四1-4])季度?|[-/.]?Q([1-4]))", re.IGNORECASE)
_YEAR = re.compile(r"((?:19|20)[0-9]{2})(?:年度?)?")
_QUARTERS = "一二三四"


class Kind(StrEnum):
    """What the cells of a field say."""

    TEXT = "text"
    MONEY = "money"  # fen
    QUANTITY = "quantity"  # Decimal, not negative
    DAY = "day"
    PERIOD = "period"  # first and last day
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column that a kind of table may have; ``words`` are its usual headings without blanks, units and brackets."""

    name: str
    title: str
    kind: Kind
    words: tuple[str, ...] = ()
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row that was read: its place from 1, and field → value; fields without a value are left out."""

    row: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LineProblem:
    """A row that was not taken, the column, and why; ``is_skipped`` where that is as it should be (totals)."""

    row: int
    column: str
    message: str
    is_skipped: bool = False


class Given(Protocol):
    """What a person put right: the heading's row from 0, and field → column from 0."""

    @property
    def heading_row(self) -> int: ...
    @property
    def places(self) -> Mapping[str, int]: ...


@dataclass(slots=True)
class Reading:
    """``heading_row`` from 0; ``places`` are field → column from 0."""

    heading_row: int
    places: Mapping[str, int]
    lines: list[Line] = field(default_factory=list)
    problems: list[LineProblem] = field(default_factory=list)


class NoHeading(ValueError):
    """No row names the columns that are needed; ``str()`` is the Chinese message."""


def heading_key(cell: Cell) -> str:
    """A heading without blanks, units, brackets and case."""
    text = re.sub(r"[（(\[【].*?[)）\]】]", "", plain(cell))
    return re.sub(r"[\s:：*_/]", "", text).lower()


def read_table(
    rows: Sequence[Sequence[Cell]], fields: Sequence[Field], *, given: Given | None = None
) -> Reading:
    """Find the heading and read what stands below it. ``given`` is what a person put right. Raises NoHeading."""
    heading_row, places = _heading(rows, fields, given)
    found = Reading(heading_row, places)
    units = {name: _unit(rows[heading_row], place) for name, place in places.items()}
    for number, row in enumerate(rows[heading_row + 1 :], start=heading_row + 2):
        texts = [plain(cell) for cell in row if plain(cell)]
        if not texts:
            continue
        try:
            found.lines.append(Line(number, _values(row, fields, places, units)))
        except _Refused as refused:
            if any(text.lower().startswith(_TOTALS) for text in texts):
                found.problems.append(LineProblem(number, "", f"合计行：{texts[0]}", is_skipped=True))
            else:
                found.problems.append(LineProblem(number, refused.column, str(refused)))
    return found


class _Refused(Exception):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


def _heading(
    rows: Sequence[Sequence[Cell]], fields: Sequence[Field], given: Given | None
) -> tuple[int, dict[str, int]]:
    words = {word: one.name for one in fields for word in (one.title.lower(), *one.words)}
    required = [one for one in fields if one.is_required]
    best: tuple[int, dict[str, int]] = (0, {})
    for number, row in enumerate(rows[:HEADER_ROWS]):
        places: dict[str, int] = {}
        for place, cell in enumerate(row):
            name = words.get(heading_key(cell))
            if name is not None:
                places.setdefault(name, place)
        if len(places) > len(best[1]):
            best = number, places
    heading_row, places = best
    if given is not None:
        heading_row, places = given.heading_row, dict(given.places)
    missing = [one.title for one in required if one.name not in places]
    if missing or not 0 <= heading_row < len(rows):
        raise NoHeading(
            f"前 {HEADER_ROWS} 行里没有找到需要的列：{'、'.join(missing or [one.title for one in required])}。"
            "请检查表头，或手工指定各列。"
        )
    return heading_row, places


def _unit(heading: Sequence[Cell], place: int) -> int:
    text = plain(heading[place]) if place < len(heading) else ""
    return next((times for word, times in _UNITS.items() if word in text), 1)


def _values(
    row: Sequence[Cell], fields: Sequence[Field], places: Mapping[str, int], units: Mapping[str, int]
) -> dict[str, Any]:
    values = {}
    for one in fields:
        place = places.get(one.name)
        cell = row[place] if place is not None and place < len(row) else None
        try:
            value = _READ[one.kind](cell)
        except Unreadable as error:
            raise _Refused(one.title, str(error)) from error
        if value is None:
            if one.is_required:
                raise _Refused(one.title, "没有填写")
            continue
        values[one.name] = value * units[one.name] if one.kind is Kind.MONEY else value
    return values


def _text(cell: Cell) -> str | None:
    return plain(cell) or None


def _quantity(cell: Cell) -> Decimal | None:
    hundredths = amount_of(
        re.sub(r"(千瓦时|kwh|度|吨|立方米|m3|方)$", "", plain(cell), flags=re.IGNORECASE)
        if isinstance(cell, str)
        else cell
    )
    if hundredths is None:
        return None
    if hundredths < 0:
        raise Unreadable(f"“{plain(cell)}”不能是负数")
    return Decimal(hundredths).scaleb(-2)


def _day(cell: Cell) -> date | None:
    return None if plain(cell) in NOTHING else day_of(cell)


def _flag(cell: Cell) -> bool | None:
    text = plain(cell).upper()
    if text in NOTHING and text != "无":
        return None
    if text in _YES or text in _NO:
        return text in _YES
    raise Unreadable(f"“{plain(cell)}”应写“是”或“否”")


def period_of(cell: Cell) -> tuple[date, date] | None:
    """First and last day of a month, a quarter, a year, or of two days written one after the other. Raises Unreadable."""
    if isinstance(cell, date):
        return _whole_months(cell.year, cell.month, 1)
    text = plain(cell).replace(" ", "")
    if text in NOTHING:
        return None
    if found := _MONTH.fullmatch(text):
        return _whole_months(int(found[1]), int(found[2]), 1)
    if found := _QUARTER.fullmatch(text):
        word = found[2] or found[3]
        quarter = _QUARTERS.index(word) + 1 if word in _QUARTERS else int(word)
        return _whole_months(int(found[1]), quarter * 3 - 2, 3)
    if found := _YEAR.fullmatch(text):
        return _whole_months(int(found[1]), 1, 12)
    return _two_days(text)


def _two_days(text: str) -> tuple[date, date]:
    parts = [part for part in re.split(r"[至到~—]+|(?<=[0-9]{8})-|(?<=日)-|--", text) if part]
    if len(parts) == 2:
        first, last = (_MONTH.fullmatch(part) for part in parts)
        if first and last:
            span = (
                _whole_months(int(first[1]), int(first[2]), 1)[0],
                _whole_months(int(last[1]), int(last[2]), 1)[1],
            )
        else:
            span = day_of(parts[0]), day_of(parts[1])
        if span[0] <= span[1]:
            return span
    raise Unreadable(f"“{text}”不是所属期（写 2026-01、2026年第1季度、2026年，或起止两个日期）")


def _whole_months(year: int, month: int, months: int) -> tuple[date, date]:
    later = year * 12 + month - 1 + months
    return date(year, month, 1), date(later // 12, later % 12 + 1, 1) - timedelta(days=1)


_READ: Mapping[Kind, Any] = {
    Kind.TEXT: _text,
    Kind.MONEY: amount_of,
    Kind.QUANTITY: _quantity,
    Kind.DAY: _day,
    Kind.PERIOD: period_of,
    Kind.FLAG: _flag,
}
