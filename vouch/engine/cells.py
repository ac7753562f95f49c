"""What a cell of a sheet says: amounts and days, as banks and firms write them."""

from __future__ import annotations

import re
import unicodedata
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
