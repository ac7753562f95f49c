"""One spelling for what is written in many: numbers without their clothes, and the keys by which buildings are the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from vouch.engine.address.kinds import Kind, Part
from vouch.engine.address.numbers import DOORS
from vouch.engine.address.tokens import plain
from vouch.engine.address.words import CITIES, NUMERALS, UNITS

_DIGIT = {
    sign: value
    for value, signs in enumerate(["零〇", "一", "二两", "三", "四", "五", "六", "七", "八", "九"])
    for sign in signs
}
_TIMES = {"十": 10, "百": 100}
_NUMERAL = re.compile(f"[{NUMERALS}]+")
_COUNTED_NAME = re.compile(f"[{NUMERALS}]+(?=[段号条期区组弄巷])")
_BUILDING_UNIT = re.compile(
    "号?(?:"
    + "|".join(sorted((unit for unit, kind in UNITS.items() if kind is Kind.BUILDING), key=len, reverse=True))
    + "|楼)$"
)
_UNIT_UNIT = re.compile("号?(?:单元号?|单无|单园|门洞?|梯|号)$")
_JOINT = re.compile("[、,，]|和|及")
_LEADING_ZEROS = re.compile(r"(?<![\d.])0+(?=\d)")
_NAMES = (Kind.ZONE, Kind.TOWN, Kind.VILLAGE, Kind.GROUP, Kind.ROAD, Kind.PLACE)
_QUARTER = re.compile("(?:[A-Z][0-9]?|[0-9]{1,2}|(?<!集)[东西南北中])[区期]$")
_A_NUMBER = re.compile("号(?:之.*)?$")
_SPACES = re.compile(r"\s+")


def arabic(numeral: str) -> str:
    """A Chinese numeral in Arabic digits: 二十一 is 21, 一〇三 is 103."""
    numeral = numeral.replace("廿", "二十")
    if not any(sign in numeral for sign in _TIMES):
        return "".join(str(_DIGIT[sign]) for sign in numeral)
    total, ones = 0, 0
    for sign in numeral:
        if sign in _TIMES:
            total += (ones or 1) * _TIMES[sign]
            ones = 0
        else:
            ones = _DIGIT[sign]
    return str(total + ones)


def normal_number(written: str) -> str:
    """A counted part in one spelling, its unit left standing: 第二十一幢 is 21幢, Ａ座 is A座, 058号 is 58号."""
    text = _SPACES.sub("", plain(written)).removeprefix("第").replace("至", "-").replace("號", "号")
    text = _JOINT.sub(",", _NUMERAL.sub(lambda found: arabic(found[0]), text))
    return _LEADING_ZEROS.sub("", text)


def normal_name(written: str) -> str:
    """A name in one spelling: 建设路二段 is 建设路2段, but 五一路 stays."""
    return _COUNTED_NAME.sub(lambda found: arabic(found[0]), _SPACES.sub("", plain(written)))


def normal_part(kind: Kind, written: str) -> str:
    """A part in one spelling, by its kind: 幢, 栋, 座, 号楼 and # are all 幢."""
    if kind is Kind.BUILDING:
        number = normal_number(written)
        # 12号 of a compound may be a door or a building: it is not taken for 12号楼.
        return number if _A_NUMBER.search(number) else _BUILDING_UNIT.sub("", number) + "幢"
    if kind is Kind.UNIT:
        return _UNIT_UNIT.sub("", normal_number(written)) + "单元"
    if kind is Kind.GROUP:
        return normal_number(written)
    if kind is Kind.NUMBER:
        number = normal_number(written)
        return number if any(unit in number for unit in "号弄") else number + "号"
    name = normal_name(written)
    return name + "市" if kind is Kind.CITY and name in CITIES else name


def area_key(parts: Iterable[Part]) -> tuple[str, ...]:
    """The smallest area that is one of a kind: a 区 with its city, a county or a county-level city by itself.

    Provinces and 市辖区 say nothing that the city does not.
    """
    city, county = _city_and_county(parts)
    if county and not county.endswith("区"):
        return (county,)
    return tuple(one for one in (city, county) if one)


def names_its_area(parts: Sequence[Part]) -> bool:
    """Whether ``building_key`` says itself in which city or county it is: a 区 without its city (市中区, 鼓楼区) does not."""
    city, county = _city_and_county(_first_address(parts))
    return bool(city or (county and not county.endswith("区")))


def _city_and_county(parts: Iterable[Part]) -> tuple[str, str]:
    """What is written twice counts as written last."""
    cities, county = [], ""
    for part in parts:
        if part.kind is Kind.CITY:
            county = county if part.value in cities else ""
            cities.append(part.value)
        elif part.kind is Kind.COUNTY and part.value != "市辖区":
            county = part.value
            if county.endswith("市区"):
                cities, county = [county.removesuffix("区")], ""
            elif county.endswith("市中区") and len(county) > len("市中区"):
                # 内江市中区 for 内江市市中区.
                cities, county = [county.removesuffix("中区")], "市中区"
    return cities[-1] if cities else "", county


def building_key(parts: Sequence[Part]) -> str:
    """What a building goes by: area, town, village, road, place and numbers; empty where no number or building is written.

    A place behind the door number of a road is left out (人民路5号 and 人民路5号金色大厦 are one), a place before it is not.
    """
    parts = _first_address(parts)
    found = [*area_key(parts)]
    has_street = has_door = has_place = False
    number_ends = -1
    for part in parts:
        if part.kind in DOORS[2:]:
            break
        if part.kind in (Kind.NUMBER, Kind.BUILDING):
            # 92-1 is 92-1号: what a hyphen joins to a door number is a part of it.
            is_part = (
                part.kind is Kind.BUILDING
                and plain(part.written).isdecimal()
                and number_ends == part.start - 1
            )
            has_door = True
            found.append(part.value.removesuffix("幢") + "号" if is_part else part.value)
            number_ends = part.end if part.kind is Kind.NUMBER else number_ends
        elif has_door and has_street and part.kind in (Kind.PLACE, Kind.ROAD):
            # The number says it all, but for a quarter behind it (A区, 二期).
            found += _QUARTER.findall(part.value)
        elif part.kind in _NAMES:
            has_place = has_place or part.kind is Kind.PLACE
            has_street = has_street or part.kind in (Kind.VILLAGE, Kind.GROUP, Kind.ROAD)
            found += [part.value] if part.value not in found else []
    # A floor or a room of a place: the place is the building.
    indoors = any(part.kind in DOORS[2:] for part in parts)
    return "|".join(found) if has_door or (has_place and indoors) else ""


def _first_address(parts: Sequence[Part]) -> Sequence[Part]:
    """The parts up to a second address: an area, or a road with a number, behind a number."""
    has_door = False
    for place, part in enumerate(parts):
        numbered_road = part.kind is Kind.ROAD and any(one.kind is Kind.NUMBER for one in parts[place:])
        if has_door and (numbered_road or part.kind in (Kind.PROVINCE, Kind.CITY, Kind.COUNTY)):
            return parts[:place]
        has_door = has_door or part.kind in (Kind.NUMBER, Kind.BUILDING)
    return parts


def unit_key(parts: Sequence[Part]) -> str:
    """``building_key`` and the unit; empty where no unit is written."""
    building = building_key(parts)
    unit = next((part.value for part in parts if part.kind is Kind.UNIT), "")
    return f"{building}|{unit}" if building and unit else ""
