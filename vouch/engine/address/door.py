"""Where in its building a door is: the floor, what stands on the door, and which doors stand above one another."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vouch.engine.address.keys import normal_number
from vouch.engine.address.kinds import Kind, Level
from vouch.engine.address.reading import Address

HIGHEST, LOWEST = 150, -9
"""Storeys that are believed; what lies beyond is a number of another kind."""

_NUMBER = re.compile(r"\d+")
_BELOW = re.compile(r"负|地下|^-|^B\d|(?<![A-Z])B\d+层")
_ROOM = re.compile(r"^(?P<wing>[A-Z]?)(?P<floor>\d{1,2})(?P<place>\d{2})(?!\d)")
_ROOM_UNIT = re.compile("(?:号?(?:室|房|铺|门面|摊位?|档口?|柜台)|号)$")


@dataclass(frozen=True)
class Door:
    """``floor`` is None where none can be told, and below ground negative. ``label`` is what people call the door there.

    ``column`` is the same for the doors that stand above one another (1201 and 1301), empty where no room is written.
    """

    floor: int | None
    label: str
    column: str


def door_of(address: Address) -> Door | None:
    """The door that an address leads to; None where it does not come nearer than the building."""
    if address.level < Level.UNIT:
        return None
    unit = next((part.value for part in address.parts if part.kind is Kind.UNIT), "")
    storey = next((normal_number(part.written) for part in address.parts if part.kind is Kind.FLOOR), "")
    room = next((normal_number(part.written) for part in address.parts if part.kind is Kind.ROOM), "")
    floor, number = _storey(storey), _ROOM_UNIT.sub("", room)
    found = _ROOM.match(number)
    place = number
    if found is not None and (floor is None or abs(floor) == int(found["floor"])):
        floor = _believed(int(found["floor"])) if floor is None else floor
        place = found["wing"] + found["place"] if floor is not None else number
    label = unit + (number or storey)
    return Door(floor, label, "|".join(filter(None, (unit, place))))


def _storey(written: str) -> int | None:
    """3层 is 3, 负1层 and B1层 are -1; of several (3,4层) the first."""
    found = _NUMBER.search(written)
    if found is None:
        return None
    return _believed(-int(found[0]) if _BELOW.search(written) else int(found[0]))


def _believed(number: int) -> int | None:
    return number if number != 0 and LOWEST <= number <= HIGHEST else None
