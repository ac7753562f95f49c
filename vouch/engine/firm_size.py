"""Size of a firm (大型、中型、小型、微型).

Source: 中小企业划型标准规定, 工信部联企业〔2011〕300号, with the industry codes of GB/T 4754-2017. A firm has the largest
size all of whose floors it reaches. Not covered there: finance, railways, education, health, public administration.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

TEN_THOUSAND_YUAN = 1_000_000
"""万元 in fen."""


class FirmSize(Enum):
    """The four sizes."""

    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"
    MICRO = "micro"


class Measures(NamedTuple):
    """Staff in persons, yearly revenue and total assets in fen; None is unknown."""

    staff: int | None = None
    revenue: int | None = None
    assets: int | None = None


class Floors(NamedTuple):
    """What a size requires at least: persons, 万元 of revenue, 万元 of assets; None where it does not count."""

    staff: int | None = None
    revenue: int | None = None
    assets: int | None = None


class Standard(NamedTuple):
    """One line of the standard: an industry and its floors for large, medium and small."""

    title: str
    large: Floors
    medium: Floors
    small: Floors


AGRICULTURE = Standard("农林牧渔业", Floors(revenue=20000), Floors(revenue=500), Floors(revenue=50))
INDUSTRY = Standard("工业", Floors(1000, 40000), Floors(300, 2000), Floors(20, 300))
CONSTRUCTION = Standard(
    "建筑业",
    Floors(revenue=80000, assets=80000),
    Floors(revenue=6000, assets=5000),
    Floors(revenue=300, assets=300),
)
WHOLESALE = Standard("批发业", Floors(200, 40000), Floors(20, 5000), Floors(5, 1000))
RETAIL = Standard("零售业", Floors(300, 20000), Floors(50, 500), Floors(10, 100))
TRANSPORT = Standard("交通运输业", Floors(1000, 30000), Floors(300, 3000), Floors(20, 200))
STORAGE = Standard("仓储业", Floors(200, 30000), Floors(100, 1000), Floors(20, 100))
POST = Standard("邮政业", Floors(1000, 30000), Floors(300, 2000), Floors(20, 100))
LODGING = Standard("住宿业", Floors(300, 10000), Floors(100, 2000), Floors(10, 100))
CATERING = Standard("餐饮业", Floors(300, 10000), Floors(100, 2000), Floors(10, 100))
TELECOMMUNICATION = Standard("信息传输业", Floors(2000, 100000), Floors(100, 1000), Floors(10, 100))
SOFTWARE = Standard("软件和信息技术服务业", Floors(300, 10000), Floors(100, 1000), Floors(10, 50))
REAL_ESTATE = Standard(
    "房地产开发经营",
    Floors(revenue=200000, assets=10000),
    Floors(revenue=1000, assets=5000),
    Floors(revenue=100, assets=2000),
)
PROPERTY_MANAGEMENT = Standard("物业管理", Floors(1000, 5000), Floors(300, 1000), Floors(100, 500))
LEASING = Standard(
    "租赁和商务服务业",
    Floors(staff=300, assets=120000),
    Floors(staff=100, assets=8000),
    Floors(staff=10, assets=100),
)
OTHER = Standard("其他未列明行业", Floors(300), Floors(100), Floors(10))

_BY_DIVISION: dict[int, Standard | None] = {
    **dict.fromkeys(range(1, 6), AGRICULTURE),
    **dict.fromkeys(range(6, 47), INDUSTRY),
    **dict.fromkeys(range(47, 51), CONSTRUCTION),
    51: WHOLESALE,
    52: RETAIL,
    53: None,
    **dict.fromkeys(range(54, 59), TRANSPORT),
    59: STORAGE,
    60: POST,
    61: LODGING,
    62: CATERING,
    63: TELECOMMUNICATION,
    64: TELECOMMUNICATION,
    65: SOFTWARE,
    **dict.fromkeys(range(66, 70), None),
    70: OTHER,
    71: LEASING,
    72: LEASING,
    **dict.fromkeys(range(73, 83), OTHER),
    83: None,
    84: None,
    85: OTHER,
    **dict.fromkeys(range(86, 91), OTHER),
}
_BY_LETTER: dict[str, Standard] = {
    "A": AGRICULTURE, "B": INDUSTRY, "C": INDUSTRY, "D": INDUSTRY, "E": CONSTRUCTION,
    "L": LEASING, "M": OTHER, "N": OTHER, "O": OTHER, "R": OTHER,
}  # fmt: skip
"""Letters whose whole section falls under one line."""

_BY_GROUP = {
    "591": TRANSPORT,
    "701": REAL_ESTATE,
    "7010": REAL_ESTATE,
    "702": PROPERTY_MANAGEMENT,
    "7020": PROPERTY_MANAGEMENT,
}

_CODE = re.compile(r"([A-T]?)([0-9]{0,4})")


def standard_for(industry_code: str) -> Standard | None:
    """The line for a code of GB/T 4754-2017, with or without its letter (``C1311``, ``1311``, ``I65``, ``C``).

    None where the standard does not cover the industry, or the code does not say enough.
    """
    match = _CODE.fullmatch(industry_code.strip().upper())
    if match is None:
        return None
    letter, digits = match.groups()
    if len(digits) < 2:
        return _BY_LETTER.get(letter) if not digits else None
    # The longest known beginning decides; 70 alone is not one: developers, managers and agents differ.
    for length in (4, 3):
        if digits[:length] in _BY_GROUP:
            return _BY_GROUP[digits[:length]]
    return None if digits == "70" else _BY_DIVISION.get(int(digits[:2]))


def firm_size(standard: Standard, measures: Measures) -> FirmSize | None:
    """The size; None when a measure that could decide it is unknown."""
    sizes = (
        (FirmSize.LARGE, standard.large),
        (FirmSize.MEDIUM, standard.medium),
        (FirmSize.SMALL, standard.small),
    )
    for size, floors in sizes:
        reached = _reaches(measures, floors)
        if reached is None:
            return None
        if reached:
            return size
    return FirmSize.MICRO


def _reaches(measures: Measures, floors: Floors) -> bool | None:
    """Whether every floor is reached; None when nothing known fails and something is unknown."""
    unknown = False
    limits = (
        (measures.staff, floors.staff, 1),
        (measures.revenue, floors.revenue, TEN_THOUSAND_YUAN),
        (measures.assets, floors.assets, TEN_THOUSAND_YUAN),
    )
    for value, floor, unit in limits:
        if floor is None:
            continue
        if value is None:
            unknown = True
        elif value < floor * unit:
            return False
    return None if unknown else True
