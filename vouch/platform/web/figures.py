"""Figures as the trade writes them: 元 with grouping, 万元, percentages, dates.

Every function takes None and "" (and gives "—"), because a missing value is common and never zero.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from django.utils import timezone

MISSING = "—"
CENT = Decimal("0.01")
# A template gives "" for whatever is not there.
Number = int | float | Decimal | Literal[""]


def grouped(value: Number | None, places: int = 0) -> str:
    """12345.6 → "12,346" or, with two places, "12,345.60"; rounds half up."""
    if value is None or value == "":
        return MISSING
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{exact + 0:,f}"


def yuan(value: Number | None) -> str:
    """Yuan → "1,234,567.00"."""
    return grouped(value, 2)


def wan(value: Number | None, places: int = 2) -> str:
    """Yuan → 万元 "123.46"."""
    return MISSING if value is None or value == "" else grouped(Decimal(str(value)) / 10000, places)


def wan_or_yi(value: Number | None) -> tuple[str, str]:
    """Yuan → a short figure and its unit, 亿元 from one hundred million on."""
    if value is None or value == "":
        return MISSING, ""
    exact = Decimal(str(value))
    if abs(exact) >= 10**8:
        return grouped(exact / 10**8, 2), "亿元"
    return grouped(exact / 10**4, 0 if abs(exact) >= 10**6 else 2), "万元"


def percent(value: Number | None, places: int = 2) -> str:
    """A fraction → "12.34%"."""
    return MISSING if value is None or value == "" else f"{grouped(Decimal(str(value)) * 100, places)}%"


def day(value: date | None) -> str:
    """A date, or the local day of a moment → "2026-11-22"."""
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
    return value.strftime("%Y-%m-%d") if value else MISSING


def moment(value: datetime | None) -> str:
    """A moment in local time → "2026-11-22 16:00"."""
    if not value:
        return MISSING
    return (timezone.localtime(value) if timezone.is_aware(value) else value).strftime("%Y-%m-%d %H:%M")
