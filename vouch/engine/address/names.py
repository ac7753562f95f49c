"""A run of words cut into named parts: the cheapest way to read it, where every way has its price.

A part is a name and what such names end with (words.ENDINGS). What makes a reading dear: more parts than needed, an
ending inside a name, a part of greater area behind one of smaller area, a name too short or too long, words without an ending.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from vouch.engine.address.kinds import Kind
from vouch.engine.address.words import (
    BESIDE,
    CITIES,
    ENDINGS,
    MUNICIPALITIES,
    NAMELESS,
    REMARKS,
    STRONG,
    UNBROKEN,
)
from vouch.engine.identifiers import PROVINCES


class Habit(NamedTuple):
    """How parts of a kind are: their rank from great to small, characters of a usual and of the longest name."""

    rank: int
    usual: int
    longest: int


HABITS = {
    Kind.PROVINCE: Habit(0, 3, 6), Kind.CITY: Habit(1, 3, 6), Kind.COUNTY: Habit(2, 3, 7), Kind.ZONE: Habit(3, 4, 10),
    Kind.TOWN: Habit(3, 3, 6), Kind.VILLAGE: Habit(4, 3, 6), Kind.ROAD: Habit(5, 4, 7), Kind.PLACE: Habit(5, 6, 24),
}  # fmt: skip
_AREAS = (Kind.PROVINCE, Kind.CITY, Kind.COUNTY, Kind.TOWN)
_DIRECTIONS = "东西南北中上下前后"
_CIVIC = ("市场", "市政", "市府", "市民", "市心", "区政府", "区府", "县政府", "县府")
_DOUBTFUL = "里店庄居都府坊社"
_ALONE = ("城区", "港区", "城关", "中心城区")
_SHORT = ("县", "段", "镇")
_SIDES = tuple(word for word in BESIDE if (len(word) > 1 and word[-1] in "侧面边处") or word.startswith("交"))
_LOCAL = (HABITS[Kind.COUNTY].rank, HABITS[Kind.TOWN].rank, HABITS[Kind.VILLAGE].rank)
_STREET = HABITS[Kind.ROAD].rank
_AN_ENDING_INSIDE = 1.5
_KINDS_OF: dict[str, tuple[Kind, ...]] = {}
for _kind, _endings_of in ENDINGS.items():
    for _word in _endings_of.split():
        _KINDS_OF[_word] = (*_KINDS_OF.get(_word, ()), _kind)
_LONGEST_ENDING = max(map(len, _KINDS_OF))
_LONGEST_PART = _LONGEST_ENDING + max(habit.longest for habit in HABITS.values())
_DECIMAL = re.compile("[0-9A-Z]")
_UNBROKEN = re.compile("|".join(sorted(UNBROKEN, key=len, reverse=True)))
_SIDE = re.compile("|".join(_SIDES))
_BESIDE: dict[str, tuple[str, ...]] = {}
for _word in BESIDE:
    _BESIDE[_word[0]] = (*_BESIDE.get(_word[0], ()), _word)
_KNOWN = dict.fromkeys(CITIES, Kind.CITY) | {
    name: Kind.PROVINCE for name in PROVINCES.values() if name not in MUNICIPALITIES
}
"""Areas that are known without what they end with."""


class Named(NamedTuple):
    """A part of a run, ``run[start:end]``, and what it is."""

    kind: Kind
    start: int
    end: int


class _Way(NamedTuple):
    cost: float
    parts: tuple[Named, ...]


@lru_cache(maxsize=1 << 14)
def named_parts(run: str, rank: int) -> tuple[Named, ...]:
    """The parts of a run; ``rank`` is that of the nearest part before it (-1 at the beginning)."""
    prices = _Prices(run)
    ways: list[dict[int, _Way]] = [{} for _ in range(len(run) + 1)]
    ways[0][rank] = _Way(0.0, ())
    for start in range(len(run)):
        for before, way in ways[start].items():
            for part, price in prices.steps(start, before):
                reached = HABITS[part.kind].rank if part.kind in HABITS else before
                known = ways[part.end].get(reached)
                if known is None or way.cost + price < known.cost:
                    ways[part.end][reached] = _Way(way.cost + price, (*way.parts, part))
    return min(ways[len(run)].values(), key=lambda way: way.cost).parts


class _Prices:
    """What may begin where in a run, and what it costs."""

    def __init__(self, run: str) -> None:
        self.run = run
        uncut = {place for word in _UNBROKEN.finditer(run) for place in range(word.start() + 1, word.end())}
        self.endings = [
            (end, found)
            for end in range(1, len(run) + 1)
            if end not in uncut and (found := _endings(run, end))
        ]
        # How far before an ending a part must have begun for the ending to stand inside it.
        self.cuts = dict.fromkeys(_known_from(run), 2)
        self.cuts |= {found.end(): len(found[0]) for found in _SIDE.finditer(run)}
        for end, words in self.endings:
            if end < len(run) and (word := next((one for one in words if one in STRONG), "")):
                self.cuts[end] = len(word) if word in NAMELESS else 2 if word in _SHORT else 3

    def steps(self, start: int, rank: int) -> list[tuple[Named, float]]:
        """Every part that may begin here, with its price."""
        run, size = self.run, len(self.run)
        rest = 1.5 + 0.25 * (size - start) + _AN_ENDING_INSIDE * self.inside(start, size - 1)
        found = [(Named(Kind.REST, start, size), rest), *self.sides(start, rank)]
        known = (name for name in _known_at(run, start) if rank < HABITS[_KNOWN[name]].rank)
        found += [(Named(_KNOWN[name], start, start + len(name)), 0.8) for name in known]
        late = 0.6 * (start > 0 and run[start] in "市省区县" and not run.startswith(_CIVIC, start))
        late += 1.2 * (
            start > 0 and run[start] == "路" and not run.startswith(("路桥", "路南", "路北"), start)
        ) + 1.2 * (run[start + 1 : start + 2] == "侧")
        late += 1.2 * (start > 0 and run.startswith("街道", start))
        late += 0.4 * (start > 0 and run[start] in "村镇" and not run.startswith("镇海", start))
        late += 0.6 * (start > 0 and run[start] in "与和" and run[start - 1] in "路街巷道")
        for end, endings in self.endings:
            if end <= start:
                continue
            if end > start + _LONGEST_PART:
                break
            # The longest ending speaks; a part is more than its ending, but for those that stand alone.
            ending = next((word for word in endings if _may_end(word, end - start)), "")
            for kind in _KINDS_OF.get(ending, ()):
                price = _price(kind, run[start : end - len(ending)], ending, rank)
                if price is not None:
                    of_a_town = kind is Kind.PLACE and run[: end - len(ending)].endswith(
                        ("镇", "乡", "县", "市", "区", "街道")
                    )
                    bound = end - len(ending) + (ending in NAMELESS or of_a_town)
                    dear = _AN_ENDING_INSIDE * (1.5 if kind in _AREAS else 1)
                    price += dear * self.inside(start, bound) + late
                    # Such a sign ends a name or stands in the middle of one.
                    price += 0.3 * (kind is Kind.PLACE and end < size and ending in _DOUBTFUL)
                    found.append((Named(kind, start, end), price))
        return found

    def sides(self, start: int, rank: int) -> list[tuple[Named, float]]:
        """Words that place a thing beside another, and remarks at the end."""
        run, size = self.run, len(self.run)
        found = []
        for word in _BESIDE.get(run[start], ()):
            end = start + len(word)
            if not run.startswith(word, start):
                continue
            if (
                len(word) > 1
                or (word in "口与和" and start > 0 and run[start - 1] in "路街巷道")
                or (word == "内" and start == 0 and rank >= _STREET)
            ):
                found.append(
                    (Named(Kind.BESIDE, start, end), 0.3 if word in _SIDES or word in "与和" else 1.0)
                )
            elif end == size:
                found.append((Named(Kind.BESIDE, start, end), 1.5))
        if run[start:] in REMARKS:
            found.append((Named(Kind.REMARK, start, size), 0.5))
        return found

    def inside(self, start: int, before: int) -> int:
        """How many endings stand inside a part that begins at ``start``, before ``before``."""
        return sum(1 for cut, distance in self.cuts.items() if start + distance <= cut < before)


def _may_end(word: str, size: int) -> bool:
    """Whether a part of so many characters may end with a word."""
    return word in NAMELESS if len(word) == size else len(word) < size and word not in _ALONE


def _known_from(run: str) -> list[int]:
    """Where the known areas end that a run begins with, or that follow its province, one behind another."""
    at, ends = run.find("省", 0, HABITS[Kind.PROVINCE].longest) + 1, []
    while names := _known_at(run, at):
        at += len(names[-1])
        ends.append(at)
    return ends


def _endings(run: str, end: int) -> list[str]:
    """Endings that stand before ``end``, the longest first."""
    lengths = range(min(_LONGEST_ENDING, end), 0, -1)
    return [word for length in lengths if (word := run[end - length : end]) in _KINDS_OF]


def _known_at(run: str, start: int) -> list[str]:
    """Areas named here without 省 or 市."""
    ends = [start + length for length in (2, 3, 4) if start + length <= len(run)]
    return [
        run[start:end]
        for end in ends
        if run[start:end] in _KNOWN and run[end : end + 1] not in tuple("省市区县州镇乡路街道村")
    ]


def _price(kind: Kind, name: str, ending: str, rank: int) -> float | None:
    """What a part costs by its name; None where it cannot be one."""
    habit, length = HABITS[kind], len(name)
    written_numbers = _DECIMAL.search(name) is not None
    if length > habit.longest or (kind in _AREAS and length and written_numbers):
        return None
    if (
        kind is Kind.COUNTY
        and length
        and (
            (length + len(ending) < 3 and ending != "县")
            or name[-1] in "一二三四五六七八九十区县"
            or (name[-1] == "市" and name[:-1] not in CITIES)
        )
    ):
        return None
    if (kind is Kind.TOWN and (name.endswith("县") or (name.endswith("区") and length > 2))) or (
        kind in (Kind.PROVINCE, Kind.CITY) and length < 2
    ):
        return None
    if (ending == "新村" and length == 1) or (ending == "市中区" and length and name not in CITIES):
        return None
    price = 1.0 + 0.3 * max(length - habit.usual, 0)
    if kind is Kind.PLACE:
        price = 1.1 + 0.06 * max(length - habit.usual, 0)
    elif length == 1 and len(ending) == 1 and not written_numbers and ending != "段":
        price += 1.2 if name in _DIRECTIONS and rank not in _LOCAL else 0.4
    if kind is Kind.ROAD and name.endswith(("市", "区", "县", "镇", "乡")):
        price += 1.0
    if kind is Kind.CITY and rank > habit.rank and name not in CITIES:
        # 菱角市 behind a district is a street.
        price += 1.2
    return (
        price + min(0.9 * max(rank - habit.rank, 0), 1.8) + 2 * (kind is Kind.COUNTY and rank == habit.rank)
    )
