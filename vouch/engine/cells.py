"""What a cell of a sheet says: amounts and days, as banks and firms write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

Cell = str | int | float | Decimal | date | datetime | time | None

_DATE = re.compile(r"((?:19|20)[0-9]{2})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?(?![0-9])")
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<digits>[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|\.[0-9]+)(?P<mark>CR|DR|借|贷)?"
)
# Day 1 of Excel's calendar; it counts a 29 February 1900 that never was.
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(20_000, 80_000)
_EXCEL_TEXT = re.compile(r"([2-7][0-9]{4})(?:\.[0-9]+)?")
UNITS: Mapping[str, int] = {
    "元": 1, "千元": 10**3, "万元": 10**4, "万": 10**4, "百万元": 10**6, "亿元": 10**8, "亿": 10**8,
}  # fmt: skip
"""Yuan in each unit in which amounts are written."""
_WITH_UNIT = re.compile(r"(?P<figure>.*?)\s*(?P<unit>亿元|亿|百万元|万元|万|千元|元)?")
_DIGITS = re.compile(r"(?P<open>\(?)(?P<sign>[+-]?)¥?(?P<whole>[0-9]+)\.?(?P<decimals>[0-9]*)\)?")
_LONG, _NOISE = 8, Decimal("0.001")
_ROUNDED = re.compile(r"[0-9]+(?:\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
NOTHING = {"", "-", "--", "—", "——", "/", "无", "NULL", "N/A"}


class Unreadable(ValueError):
    """The cell says something, but not this; ``str()`` is the Chinese message."""


def plain(cell: Cell) -> str:
    """The cell's text on one line, in one width, without blanks at its ends; "" for an empty one."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(unicodedata.normalize("NFKC", str(cell)).split())


def said(cell: Cell) -> str:
    """The cell's text, ``""`` also for the ways in which people write nothing (-, 无, N/A)."""
    text = plain(cell)
    return "" if text.upper() in NOTHING else text


def is_rounded(text: str) -> bool:
    """Whether a code is what Excel has made of a long number (3.50102E+17): its end is lost."""
    return _ROUNDED.fullmatch(text) is not None


def amount_in(cell: Cell, unit: str) -> int | None:
    """Fen of an amount written in a unit of UNITS, whose decimals may go on to the cent. None for nothing. Raises Unreadable.

    A workbook keeps 230.1 as something a little beside it; what differs from a cent by less than a thousandth is that
    cent. Of a figure that is a binary fraction itself the nearest cent was meant.
    """
    text = said(cell).replace(",", "").replace(" ", "")
    found = _DIGITS.fullmatch(text)
    if UNITS[unit] == 1 and (found is None or len(found["decimals"]) <= _LONG):
        return amount_of(cell)
    if not text:
        return None
    if found is None:
        raise Unreadable(f"“{plain(cell)}”不是金额")
    exact = Decimal(f"{found['whole']}.{found['decimals'] or 0}") * UNITS[unit] * 100
    fen = exact.quantize(Decimal(1))
    if abs(exact - fen) > (Decimal("0.5") if isinstance(cell, float) else _NOISE):
        raise Unreadable(f"“{plain(cell)}”小数位过多，不是以此单位表示的金额")
    return -int(fen) if found["open"] or found["sign"] == "-" else int(fen)


def money_of(cell: Cell) -> int | None:
    """Fen of an amount that may name its own unit: 120万元, 1,200,000.00, 1.2亿. None for nothing. Raises Unreadable."""
    if not isinstance(cell, str):
        return amount_of(cell)
    text = said(cell)
    match = _WITH_UNIT.fullmatch(text)
    if not text or match is None:
        return None
    try:
        return amount_in(match["figure"], match["unit"] or "元")
    except Unreadable as error:
        raise Unreadable(f"“{text}”不是金额") from error


def amount_of(cell: Cell) -> int | None:
    """Fen, signed as written; None for nothing. A trailing DR or 借 makes it negative. Raises Unreadable.

    A bracketed amount is negative, as accountants write it. More than two decimals are refused, not rounded.
    """
    text = plain(cell).upper().replace(" ", "")
    if text in NOTHING:
        return None
    text = re.sub(r"^(CNY|RMB|人民币)", "", text).replace("¥", "").replace("￥", "").removesuffix("元")
    negative = text.startswith("(") and text.endswith(")")
    text = text[1:-1] if negative else text
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise Unreadable(f"“{plain(cell)}”不是金额")
    try:
        fen = Decimal(match["digits"].replace(",", "")) * 100
    except InvalidOperation as error:
        raise Unreadable(f"“{plain(cell)}”不是金额") from error
    if isinstance(cell, float):
        # A workbook keeps amounts as binary fractions: what differs from a cent by less than a thousandth is that cent.
        fen = fen.quantize(Decimal(1)) if abs(fen - fen.quantize(Decimal(1))) < Decimal("0.1") else fen
    if fen != fen.to_integral_value():
        raise Unreadable(f"“{plain(cell)}”超过两位小数")
    value = int(fen)
    return -value if negative or match["sign"] == "-" or match["mark"] in {"DR", "借"} else value


def day_of(cell: Cell) -> date:
    """The day, from a date, a text such as 20260131, 2026/1/31 or 2026年1月31日 09:30, or Excel's number. Raises Unreadable."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = plain(cell)
    if isinstance(cell, int | float) and int(cell) in _EXCEL_DAYS:
        return _EXCEL_EPOCH + timedelta(days=int(cell))
    if serial := _EXCEL_TEXT.fullmatch(text):
        return _EXCEL_EPOCH + timedelta(days=int(serial[1]))
    match = _DATE.match(text)
    # A text that begins as a day may go on with the hour, and with nothing else.
    if match is None or not re.fullmatch(
        r"[\sT]*([0-9]{1,2}[:时点]?[0-9]{2}([:分]?[0-9]{2})?秒?(\.[0-9]+)?)?", text[match.end() :]
    ):
        raise Unreadable(f"“{text}”不是日期")
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError as error:
        raise Unreadable(f"“{text}”不是存在的日期") from error
