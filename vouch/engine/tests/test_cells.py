"""Amounts with units, and days, as cells say them."""

from __future__ import annotations

from datetime import date

import pytest

from vouch.engine.cells import Cell, Unreadable, amount_in, day_of, is_rounded, money_of, said


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("120万元", 120_000_000),
        ("１２０．５万", 120_500_000),
        ("1,200,000.00", 120_000_000),
        ("¥3,000元", 300_000),
        ("1.2亿", 12_000_000_000),
        ("0.5百万元", 50_000_000),
        ("230.10000000000002万元", 230_100_000),
        ("230.10000000000002", 23_010),
        ("(12.5万元)", None),
        ("-", None),
        ("无", None),
        (0.3, 30),
        (1200000, 120_000_000),
    ],
)
def test_an_amount_is_read_to_the_cent_in_its_own_unit(cell: Cell, fen: int | None) -> None:
    if cell == "(12.5万元)":
        with pytest.raises(Unreadable, match="不是金额"):
            money_of(cell)
    else:
        assert money_of(cell) == fen


@pytest.mark.parametrize(
    ("cell", "unit", "fen"),
    [
        ("12.5", "万元", 12_500_000),
        (0.3, "万元", 300_000),
        ("(1.5)", "千元", -150_000),
        ("-2", "万元", -2_000_000),
        ("", "万元", None),
    ],
)
def test_a_bare_figure_is_in_the_unit_of_its_column(cell: Cell, unit: str, fen: int | None) -> None:
    assert amount_in(cell, unit) == fen


@pytest.mark.parametrize(
    ("cell", "unit"), [("12.345", "元"), ("1.2345678", "万元"), ("十二", "万元"), ("1.2.3", "万元")]
)
def test_what_is_finer_than_a_cent_or_no_figure_is_refused(cell: str, unit: str) -> None:
    with pytest.raises(Unreadable):
        amount_in(cell, unit)


def test_a_code_that_excel_has_rounded_is_told() -> None:
    assert [is_rounded(text) for text in ("3.50102E+17", "9.144030019220383e+17", "35E17", "DB1E5", "350102")] == [
        True, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cell", ["2026-03-01", "2026/3/1", "20260301", "2026年3月1日", "46082", "46082.0", 46082]
)
def test_a_day_is_read_in_every_style(cell: Cell) -> None:
    assert day_of(cell) == date(2026, 3, 1)


def test_the_ways_of_writing_nothing_are_nothing() -> None:
    assert [said(cell) for cell in ("——", " n/a ", None, "甲　公司")] == ["", "", "", "甲 公司"]
