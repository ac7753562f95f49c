"""What the parts of an address are, and how near to a door an address comes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """What a part of an address is. The value is its Chinese name."""

    PROVINCE = "省"
    CITY = "市"
    COUNTY = "区县"
    ZONE = "开发区"
    TOWN = "乡镇街道"
    VILLAGE = "村社区"
    GROUP = "组"
    ROAD = "道路"
    NUMBER = "门牌号"
    PLACE = "地点"
    BUILDING = "楼栋"
    UNIT = "单元"
    FLOOR = "楼层"
    ROOM = "房间"
    BESIDE = "方位"
    REMARK = "备注"
    REST = "未识别"
    MARK = "标点"


class Level(IntEnum):
    """How near an address comes to a door, from far to near."""

    NONE = 0
    AREA = 1
    TOWN = 2
    ROAD = 3
    VILLAGE = 4
    PLACE = 5
    BUILDING = 6
    UNIT = 7
    ROOM = 8


LEVEL_TITLES = {
    Level.NONE: "未识别", Level.AREA: "省市区县", Level.TOWN: "乡镇街道", Level.ROAD: "道路", Level.VILLAGE: "村组社区",
    Level.PLACE: "小区、园区、市场等地点", Level.BUILDING: "门牌号或楼栋", Level.UNIT: "单元或楼层", Level.ROOM: "房间",
}  # fmt: skip

LEVEL_OF = {
    Kind.PROVINCE: Level.AREA, Kind.CITY: Level.AREA, Kind.COUNTY: Level.AREA, Kind.TOWN: Level.TOWN, Kind.ROAD: Level.ROAD,
    Kind.VILLAGE: Level.VILLAGE, Kind.GROUP: Level.VILLAGE, Kind.ZONE: Level.PLACE, Kind.PLACE: Level.PLACE,
    Kind.NUMBER: Level.BUILDING, Kind.BUILDING: Level.BUILDING, Kind.UNIT: Level.UNIT, Kind.FLOOR: Level.UNIT,
    Kind.ROOM: Level.ROOM, Kind.BESIDE: Level.NONE, Kind.REMARK: Level.NONE, Kind.REST: Level.NONE, Kind.MARK: Level.NONE,
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A part of an address: ``text[start:end]`` of the address as written, and the same in one spelling.

    ``guessed``: read from its place alone, for nothing in it says what it is.
    """

    kind: Kind
    start: int
    end: int
    written: str
    value: str
    guessed: bool = False
