"""Figures as the trade writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from vouch.platform.web import figures


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("1234567.00"), "1,234,567.00"),
        (Decimal("-0.005"), "-0.01"),
        (Decimal("-0.004"), "0.00"),
        (0, "0.00"),
        (None, "—"),
    ],
)
def test_yuan_are_grouped_with_two_places(value: Decimal | None, shown: str) -> None:
    assert figures.yuan(value) == shown


def test_wan_are_yuan_over_ten_thousand_rounded_half_up() -> None:
    assert figures.wan(Decimal(1_234_550)) == "123.46"
    assert figures.wan(None) == "—"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal(123_400), ("12.34", "万元")),
        (Decimal(12_345_600), ("1,235", "万元")),
        (Decimal(332_000_000), ("3.32", "亿元")),
        (None, ("—", "")),
    ],
)
def test_a_tile_shows_wan_and_from_a_hundred_million_yi(
    value: Decimal | None, shown: tuple[str, str]
) -> None:
    assert figures.wan_or_yi(value) == shown


def test_a_fraction_is_shown_in_percent() -> None:
    assert figures.percent(Decimal("0.01355")) == "1.36%"


def test_moments_are_shown_in_local_time() -> None:
    late = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    assert figures.moment(late) == "2026-11-23 00:30"
    assert figures.day(late) == "2026-11-23"
    assert figures.day(date(2026, 1, 2)) == "2026-01-02"
