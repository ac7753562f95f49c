"""Sizes of firms against the standard's own thresholds."""

from __future__ import annotations

import pytest

from vouch.engine import firm_size as fs
from vouch.engine.firm_size import FirmSize, Measures, Standard, firm_size, standard_for

WAN = fs.TEN_THOUSAND_YUAN
LARGE, MEDIUM, SMALL, MICRO = FirmSize


def wan(text: str | None) -> int | None:
    """万元 with up to two decimals, in fen."""
    if text is None:
        return None
    whole, _, part = text.partition(".")
    return int(whole) * WAN + int(part.ljust(2, "0")) * WAN // 100 if part else int(whole) * WAN


@pytest.mark.parametrize(
    ("standard", "staff", "revenue", "assets", "size"),
    [
        (fs.INDUSTRY, 300, "2000", None, MEDIUM),
        (fs.INDUSTRY, 299, "50000", None, SMALL),
        (fs.INDUSTRY, 1000, "40000", None, LARGE),
        (fs.INDUSTRY, 1000, "39999.99", None, MEDIUM),
        (fs.INDUSTRY, 20, "300", None, SMALL),
        (fs.INDUSTRY, 19, "30000", None, MICRO),
        (fs.INDUSTRY, 20, "299.99", None, MICRO),
        (fs.WHOLESALE, 5, "1000", None, SMALL),
        (fs.WHOLESALE, 20, "4999", None, SMALL),
        (fs.RETAIL, 50, "500", None, MEDIUM),
        (fs.CONSTRUCTION, None, "6000", "5000", MEDIUM),
        (fs.CONSTRUCTION, None, "6000", "4999", SMALL),
        (fs.REAL_ESTATE, None, "200000", "9999", MEDIUM),
        (fs.REAL_ESTATE, None, "100", "2000", SMALL),
        (fs.LEASING, 300, None, "120000", LARGE),
        (fs.LEASING, 10, None, "99", MICRO),
        (fs.AGRICULTURE, None, "500", None, MEDIUM),
        (fs.AGRICULTURE, None, "49.99", None, MICRO),
        (fs.SOFTWARE, 10, "50", None, SMALL),
        (fs.PROPERTY_MANAGEMENT, 100, "499", None, MICRO),
        (fs.OTHER, 100, None, None, MEDIUM),
        (fs.OTHER, 9, None, None, MICRO),
    ],
)
def test_a_firm_has_the_largest_size_whose_floors_it_reaches(
    standard: Standard, staff: int | None, revenue: str | None, assets: str | None, size: FirmSize
) -> None:
    assert firm_size(standard, Measures(staff, wan(revenue), wan(assets))) is size


@pytest.mark.parametrize(
    ("code", "standard"),
    [
        ("A01", fs.AGRICULTURE), ("C1311", fs.INDUSTRY), ("1311", fs.INDUSTRY), ("C", fs.INDUSTRY),
        ("E47", fs.CONSTRUCTION), ("F51", fs.WHOLESALE), ("F52", fs.RETAIL), ("F", None), ("G53", None),
        ("G5430", fs.TRANSPORT), ("G5910", fs.TRANSPORT), ("G59", fs.STORAGE), ("G60", fs.POST),
        ("H61", fs.LODGING), ("H62", fs.CATERING), ("I63", fs.TELECOMMUNICATION), ("I65", fs.SOFTWARE),
        ("J66", None), ("K70", None), ("K7010", fs.REAL_ESTATE), ("K702", fs.PROPERTY_MANAGEMENT),
        ("K7030", fs.OTHER), ("L72", fs.LEASING), ("M73", fs.OTHER), ("P83", None), ("Q84", None),
        ("Q85", fs.OTHER), ("R86", fs.OTHER), ("S91", None), ("制造业", None), ("", None), ("1", None),
    ],
)  # fmt: skip
def test_an_industry_code_finds_its_line_of_the_standard(code: str, standard: Standard | None) -> None:
    assert standard_for(code) is standard


def test_an_unknown_measure_leaves_the_size_open_unless_another_decides() -> None:
    assert firm_size(fs.INDUSTRY, Measures(staff=500)) is None
    assert firm_size(fs.INDUSTRY, Measures(staff=19)) is MICRO
