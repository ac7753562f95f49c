"""What numbers in an address count: from their unit, from what stands before them and from their place in a sequence."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from vouch.engine.address.kinds import Kind
from vouch.engine.address.tokens import Token
from vouch.engine.address.words import COMPOUNDS, MARKETS, SHOPS, TOWERS, UNITS

HIGHEST = 200
"""No house has more storeys: 1075楼 is a building."""

DOORS = (Kind.NUMBER, Kind.BUILDING, Kind.UNIT, Kind.FLOOR, Kind.ROOM)
"""What is counted, from the street to the room."""

_STREETS = (Kind.ROAD, Kind.VILLAGE, Kind.GROUP)
_OF_COMPOUNDS = ("号楼", "号搂", "号幢", "号栋", "号座")
_OF_ROWS = re.compile("店|铺|营业房|门面|摊|商位|间$")
_STOREY_AND_DOOR = re.compile(r"\d{1,2}[A-Z]")
_LIST = re.compile("[、,，]|和|及|至")
_TWO = re.compile(r"([A-Z]|\d{1,2}[A-Z])(\d{3,}[A-Z]?)")
_LETTERED_STOREY = re.compile(r"B?\d")


class Span(NamedTuple):
    """A part of the text, ``text[start:end]``. ``guessed``: by position alone, not by a unit."""

    kind: Kind
    start: int
    end: int
    guessed: bool = False


@dataclass(frozen=True)
class Before:
    """What a sequence of numbers stands behind.

    ``last`` is the nearest part, sides and remarks left out, and ``written`` its text; ``taken`` are the doors named since the
    last name, ``numbered`` and ``housed`` say whether a door of the street and a building were; ``following`` is the token behind the sequence.
    """

    text: str
    last: Span | None
    taken: frozenset[Kind]
    numbered: bool
    housed: bool
    following: Token | None

    @property
    def kind(self) -> Kind | None:
        return self.last.kind if self.last else None

    @property
    def written(self) -> str:
        return self.text[self.last.start : self.last.end] if self.last else ""


def counted(items: list[Token], before: Before) -> list[Span]:
    """The parts that numbers are, joined by dashes or commas, of which only the last one may have a unit."""
    if _repeats(items, before) and before.last:
        return [Span(before.last.kind, items[0].start, items[-1].end, before.last.guessed)]
    if _counts_doors(items, before):
        taken = 1
        while taken < len(items) and _listed(before.text, items[taken - 1], items[taken]):
            taken += 1
        if len(items) == 2 and _is_range(before.text, *items):
            taken = 2
        return _from_door(items[:taken], items[taken:], before)
    return _indoors(items, before)


def _from_door(doors: list[Token], rest: list[Token], before: Before) -> list[Span]:
    """The door number of a street, and what stands behind it."""
    last = doors[-1]
    house = len(last.unit) - len("号") if UNITS.get(last.unit) is Kind.BUILDING else 0
    found = [Span(Kind.NUMBER, doors[0].start, last.end - house, not last.unit)]
    if house:
        # 102号办公楼 of a road is its door 102.
        found.append(Span(Kind.PLACE, last.end - house, last.end))
    if len(rest) == 1 and rest[0].unit in ("", "号"):
        found.append(Span(Kind.BUILDING, rest[0].start, rest[0].end, guessed=True))
    elif rest:
        found += _indoors(rest, replace(before, last=found[0], taken=frozenset({Kind.NUMBER})))
    return found


def _repeats(items: list[Token], before: Before) -> bool:
    """Whether a number is one more of what was counted just before: 28号、30号."""
    if before.kind not in DOORS or before.last is None or not items[-1].unit:
        return False
    between = before.text[before.last.end : items[0].start]
    return _LIST.fullmatch(between) is not None and before.written.endswith(items[-1].unit)


def _counts_doors(items: list[Token], before: Before) -> bool:
    """Whether the first number is a door of a road, a village, or a place that nothing says is a house or a compound."""
    last = items[-1]
    many_houses = before.written.endswith((*COMPOUNDS, *TOWERS, *MARKETS, *SHOPS))
    on_street = before.kind is Kind.ROAD or (
        before.kind is Kind.PLACE and not before.numbered and not many_houses
    )
    a_house = last.unit.startswith("号") and last.unit not in _OF_COMPOUNDS and on_street
    if UNITS.get(last.unit) not in (None, Kind.NUMBER) and not (
        a_house and UNITS[last.unit] is Kind.BUILDING
    ):
        return False
    if len(items) >= 3 and last.size >= 3:
        # Building, unit and room at once: 9-10-1234.
        return before.kind is Kind.ROAD and _is_range(before.text, *items[:2])
    if before.kind is Kind.PLACE:
        return (
            last.unit.startswith("号")
            and on_street
            and not items[0].value.isalpha()
            and not _goes_on(last, before)
        )
    if before.kind not in _STREETS:
        return False
    return not (len(items) == 2 and before.kind is Kind.VILLAGE and last.size >= 3 and not last.unit)


def _indoors(items: list[Token], before: Before) -> list[Span]:
    """The parts behind the door of the street."""
    items = _joined(items, before.text)
    two = _TWO.fullmatch(items[0].value) if len(items) == 1 and before.kind is Kind.PLACE else None
    if two and not before.written.endswith(MARKETS):
        # Building and room written as one, C1215 or 7D263; a stall of a market is one number.
        first = items[0]
        cut = first.start + len(two[1])
        items = [
            Token("number", first.start, cut, "", two[1]),
            Token("number", cut, first.end, first.unit, two[2]),
        ]
    last = items[-1]
    by_unit = _by_unit(last, before)
    kind = by_unit or _by_position(items, before)
    outer = _outer(len(items) - 1, kind, before.taken)
    if (
        items[0].value.startswith("附")
        or (len(items) == 2 and items[0].size > 3 > last.size)
        or (len(items) == 2 and (not by_unit or last.unit == "室") and _is_one_door(items, before))
    ):
        # 附: doors of a door, shops along the street, 2号附110号.
        kind, outer = Kind.ROOM, []
    if len(outer) < len(items) - 1:
        return [Span(kind, items[0].start, last.end, by_unit is None)]
    kinds = zip(items, [*outer, kind], strict=True)
    return [Span(one, item.start, item.end, by_unit is None or item is not last) for item, one in kinds]


def _is_one_door(items: list[Token], before: Before) -> bool:
    """Whether two numbers are one room: storey and door (22-C, 大厦4-18号), 512-7 of a tower, stall C-11号."""
    first, last = items
    if before.kind is Kind.PLACE and before.written.endswith(SHOPS):
        return True
    if before.kind is Kind.PLACE and before.written.endswith(TOWERS) and last.size < 3:
        return first.size >= 3 or (first.size > 0 and last.size > 0)
    is_stall = last.unit == "号" and first.value.isalpha() and not before.written.endswith(COMPOUNDS)
    return is_stall or (not last.unit and last.value.isalpha() and first.value.isdecimal() and first.size < 3)


def _by_unit(item: Token, before: Before) -> Kind | None:
    """What a unit says, and where it says another thing than usual; None for 号 and for no unit."""
    kind = UNITS.get(item.unit)
    if item.unit == "楼":
        storeys_follow = before.following is not None and before.following.unit in ("楼", "层", "门", "单元")
        too_high = item.value.isdecimal() and (int(item.value) > HIGHEST or storeys_follow)
        lettered = any("A" <= sign <= "Z" for sign in item.value) and not _LETTERED_STOREY.match(item.value)
        return Kind.BUILDING if too_high or lettered else Kind.FLOOR
    if item.unit in ("单元", "#") and item.size >= 3:
        return Kind.ROOM
    if item.unit == "座" and before.kind is Kind.BUILDING:
        return Kind.UNIT
    return kind


def _by_position(items: list[Token], before: Before) -> Kind:
    """What the last number counts where it has no unit, or 号 alone."""
    last = items[-1]
    many = last.size >= 3
    if len(items) > 1:
        is_room = len(items) > 2 or many or Kind.BUILDING in before.taken or before.kind is Kind.FLOOR
        return Kind.ROOM if is_room else Kind.UNIT
    if before.kind is Kind.PLACE:
        return _in_place(last, before)
    if before.kind is Kind.BUILDING and (not many or _goes_on(last, before)):
        return Kind.UNIT
    if before.kind is Kind.NUMBER and not last.unit and not many and _hyphenated(last, before):
        # 8号-2 is 8-2号; 88号-Y6 is a room.
        return Kind.NUMBER if last.value.isdecimal() else Kind.ROOM
    if before.kind is Kind.NUMBER and (not many or before.written.endswith("弄")):
        return Kind.NUMBER if many else Kind.BUILDING
    return Kind.ROOM if before.kind in DOORS else Kind.NUMBER


def _in_place(item: Token, before: Before) -> Kind:
    """What a single number behind a named place counts: its door, its building or a room in it."""
    if before.housed:
        return Kind.ROOM
    is_tower, is_market = before.written.endswith(TOWERS), before.written.endswith(MARKETS)
    many = item.size >= (3 if is_tower or is_market else 4)
    if item.unit == "号":
        if not _goes_on(item, before) and not (
            is_tower or is_market or before.written.endswith((*COMPOUNDS, *SHOPS))
        ):
            many = item.size >= 3
            if not before.numbered:
                return Kind.NUMBER
        elif _goes_on(item, before):
            return Kind.BUILDING
        in_house = (is_tower and before.numbered) or (is_market and not item.value.isdecimal())
    else:
        in_house = is_tower and _STOREY_AND_DOOR.fullmatch(item.value) is not None
    return Kind.ROOM if many or in_house or before.written.endswith(SHOPS) else Kind.BUILDING


def _outer(count: int, kind: Kind, taken: frozenset[Kind]) -> list[Kind]:
    """What the numbers before the last one of a sequence count: the doors that are still free, from the outside in.

    Fewer than asked for where there are not so many: then the sequence is one number (3楼C-22号).
    """
    if kind not in DOORS or Kind.FLOOR in taken:
        return []
    return [door for door in DOORS[1 : DOORS.index(kind)] if door not in taken][:count]


def _joined(items: list[Token], text: str) -> list[Token]:
    """Lists and ranges of one thing taken together: 902、903室, 1-2楼, 2311-2312号."""
    found = [items[0]]
    for item in items[1:]:
        before = found[-1]
        kind = UNITS.get(item.unit)
        of_rooms = before.size >= 3 and item.size >= 3
        same = of_rooms or _OF_ROWS.search(item.unit) is not None or (kind is Kind.FLOOR and len(items) == 2)
        listed = _listed(text, before, item)
        if listed or kind is Kind.BUILDING or (same and _is_range(text, before, item)):
            whole = text[before.start : item.end]
            found[-1] = Token("number", before.start, item.end, item.unit, whole.removesuffix(item.unit))
        else:
            found.append(item)
    return found


def _listed(text: str, one: Token, other: Token) -> bool:
    return _LIST.search(text[one.end : other.start]) is not None


def _is_range(text: str, low: Token, high: Token) -> bool:
    """Whether two numbers are from … to …, or a list: 76-78号; 119-52号 is not."""
    if _listed(text, low, high):
        return True
    if not (low.value.isdecimal() and high.value.isdecimal()):
        return False
    first, last = int(low.value), int(high.value)
    return first < last <= first + 200 and len(high.value) - len(low.value) <= 1


def _hyphenated(item: Token, before: Before) -> bool:
    return before.last is not None and before.text[before.last.end : item.start] == "-"


def _goes_on(item: Token, before: Before) -> bool:
    """Whether a further number follows at once."""
    return before.text[item.end : item.end + 1].isdecimal() or before.text[item.end : item.end + 1] == "-"
