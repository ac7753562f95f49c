"""The elevation of a building (楼栋立面图): floors from top to bottom, doors that stand above one another in a column."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from vouch.desk.queries.occupants import Occupant
from vouch.desk.terms import INSUFFICIENT, NOT_ASSESSED

MOST_EMPTY_FLOORS = 60
"""A building with more storeys between its customers is drawn without the empty ones."""
MOST_SLICES = 3
"""Customers behind one door that are drawn one by one; of more their number is."""
WIDTH, HEIGHT = 44, 34
_WORST_FIRST = ("高风险", INSUFFICIENT, NOT_ASSESSED, "一般", "优质")
LETTERS = {"优质": "优", "一般": "般", "高风险": "险", INSUFFICIENT: "缺", NOT_ASSESSED: "未"}
TONES = {"优质": "good", "一般": "fair", "高风险": "high", INSUFFICIENT: "lacking", NOT_ASSESSED: "unknown"}
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One customer behind a door, or several together (``count``); lengths in the units of the drawing."""

    label: str
    url: str
    tone: str
    letter: str
    is_marked: bool
    x: float
    width: float
    fill: float
    count: int = 1

    @property
    def y(self) -> float:
        """Where the filled part begins: it stands on the floor."""
        return HEIGHT - self.fill

    @property
    def mark(self) -> str:
        """The outline of the mark in the upper right corner."""
        return f"M{self.x + self.width:g} 0h-11l11 11z"

    @property
    def middle(self) -> float:
        """Where the letter stands."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Storey:
    """A row of the drawing; ``cells`` are as many as there are columns."""

    floor: int
    cells: Sequence[Sequence[Slice]]

    @property
    def title(self) -> str:
        """What stands before the row."""
        return f"{self.floor}层" if self.floor > 0 else f"负{-self.floor}层"


@dataclass(frozen=True, slots=True)
class Elevation:
    """The whole drawing; ``largest`` is the balance that fills a door, in yuan.

    ``unplaced`` are the doors whose floor nobody could tell, and customers whose door nobody could: they stand beside.
    """

    columns: Sequence[str]
    storeys: Sequence[Storey]
    unplaced: Sequence[Sequence[Slice]]
    largest: Decimal

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.storeys and not self.unplaced


def elevation(occupants: Sequence[Occupant]) -> Elevation:
    """Every occupant in its place, known floors from the top."""
    largest = max((one.balance for one in occupants), default=Decimal(0))
    doors: dict[tuple[int, str], dict[int, Occupant]] = defaultdict(dict)
    beside: dict[tuple[str, int], dict[int, Occupant]] = defaultdict(dict)
    for one in occupants:
        unit = one.unit
        if unit is not None and unit.floor is not None:
            doors[unit.floor, unit.column].setdefault(one.party.pk, one)
        else:
            # Where nobody knows the door, each stands by itself.
            key = ("\uffff", one.party.pk) if unit is None else (unit.label, 0)
            beside[key].setdefault(one.party.pk, one)
    columns = sorted({column for _floor, column in doors}, key=_natural)
    storeys = [
        Storey(floor, [_slices(list(doors.get((floor, one), {}).values()), largest) for one in columns])
        for floor in _all_between(sorted({floor for floor, _column in doors}, reverse=True))
    ]
    order = sorted(beside, key=lambda key: (_natural(key[0]), key[1]))
    unplaced = [_slices(list(beside[key].values()), largest) for key in order]
    return Elevation(columns, storeys, unplaced, largest)


def _all_between(floors: Sequence[int]) -> list[int]:
    if not floors or floors[0] - floors[-1] > MOST_EMPTY_FLOORS:
        return list(floors)
    return [floor for floor in range(floors[0], floors[-1] - 1, -1) if floor != 0]


def _natural(text: str) -> list[tuple[int, int, str]]:
    """2 before 10, and words behind numbers."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in _DIGITS.split(text) if part]


def _slices(found: Sequence[Occupant], largest: Decimal) -> list[Slice]:
    if len(found) > MOST_SLICES:
        return [_together(found, largest)]
    width = WIDTH / max(1, len(found))
    return [
        Slice(
            label=_said(one), url=one.party.get_absolute_url(), tone=TONES.get(one.risk_class, "unknown"),
            letter=LETTERS.get(one.risk_class, one.risk_class[:1]), is_marked=one.is_marked,
            x=round(place * width, 2), width=round(width, 2), fill=_fill(one.balance, largest),
        )
        for place, one in enumerate(found)
    ]  # fmt: skip


def _together(found: Sequence[Occupant], largest: Decimal) -> Slice:
    worst = min(found, key=lambda one: _rank(one.risk_class))
    # Doors that stand in one place of the drawing (1206 and 1206A) are not one door. Whose door nobody knows stands alone.
    first, labels = found[0].unit, {one.unit.label for one in found}
    is_one = len(labels) == 1
    where = f"{first.label} " if is_one else f"{first.label} 等 {len(labels)} 间"
    said = f"{where}共 {len(found)} 户，最差分类 {worst.risk_class}，见下表"
    return Slice(
        label=said, url=f"#door-{first.pk}" if is_one else "#occupants", tone=TONES.get(worst.risk_class, "unknown"),
        letter=f"{len(found)}户", is_marked=any(one.is_marked for one in found), x=0, width=WIDTH,
        fill=_fill(sum((one.balance for one in found), Decimal(0)), largest), count=len(found),
    )  # fmt: skip


def _rank(risk_class: str) -> int:
    return _WORST_FIRST.index(risk_class) if risk_class in _WORST_FIRST else len(_WORST_FIRST)


def _fill(balance: Decimal, largest: Decimal) -> float:
    """How high the door is filled: in proportion to the balance, and visibly where there is any."""
    if not balance or not largest:
        return 0
    return round(max(3.0, min(1.0, float(balance / largest)) * HEIGHT), 2)


def _said(one: Occupant) -> str:
    door = one.unit.label if one.unit else "房间未知"
    wan = f"{one.balance / 10000:,.2f}".rstrip("0").rstrip(".")
    late = f"，逾期 {one.overdue_days} 天" if one.overdue_days else ""
    worse = f"，五级分类{one.five_class_label}" if one.is_marked and one.five_class_label else ""
    return f"{door} {one.party.name}：{one.risk_class}，在保余额 {wan} 万元{late}{worse}"
