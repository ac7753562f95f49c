"""An address as it was read: its parts where they stand in the text, how near it comes to a door, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from vouch.engine.address.grammar import spans
from vouch.engine.address.keys import area_key, building_key, names_its_area, normal_part, unit_key
from vouch.engine.address.kinds import LEVEL_OF, Kind, Level, Part
from vouch.engine.address.numbers import DOORS, Span
from vouch.engine.address.tokens import plain

LONGEST = 300
"""Characters of an address that are read; the longest of 62,214 registered addresses has 77."""

_GAP_IN_WORDS = re.compile(r"(?<=[一-鿿])\s+(?=[一-鿿])|(?<=\d)\s+(?=[号室幢栋座楼层])|(?<=[A-Z])\s+(?=区)")


@dataclass(frozen=True)
class Doubt:
    """Something that makes a reading less sure: in words for people, and by what the confidence is multiplied."""

    reason: str
    factor: float


@dataclass(frozen=True)
class Address:
    """A text and its parts, which cover it without a gap and in order; ``by_hand``: a person has said what they are."""

    text: str
    parts: tuple[Part, ...]
    by_hand: bool = False

    @cached_property
    def level(self) -> Level:
        """The nearest to a door that was written. A remark in brackets does not count."""
        found = max((LEVEL_OF[part.kind] for part in self.parts), default=Level.NONE)
        if found >= Level.BUILDING and not self.building_key:
            # A storey of a road or of a town is no building.
            found = max(
                (LEVEL_OF[part.kind] for part in self.parts if part.kind not in DOORS), default=Level.NONE
            )
        return found

    @cached_property
    def building_key(self) -> str:
        """The same for every spelling of a building, different for every other; empty above Level.BUILDING.

        Within an institution's own area, unless it ``names_its_area``.
        """
        return building_key(self.parts)

    @cached_property
    def names_its_area(self) -> bool:
        """Whether the key means one building wherever it is read: a city or county is written, not a 区 without its city."""
        return names_its_area(self.parts)

    @cached_property
    def unit_key(self) -> str:
        """``building_key`` with the unit; empty where none is written."""
        return unit_key(self.parts)

    @cached_property
    def left_over(self) -> tuple[str, ...]:
        """What was not understood, as written."""
        return tuple(part.written for part in self.parts if part.kind is Kind.REST)

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """Why the reading is not certain; none where a person corrected it."""
        return () if self.by_hand else tuple(_doubts(self))

    @property
    def confidence(self) -> float:
        """From 0 to 1: an order, not a probability (docs/address.md has the measured share of right readings)."""
        if not self.text.strip():
            return 0.0
        product = 1.0
        for doubt in self.doubts:
            product *= doubt.factor
        return round(product, 3)

    def of(self, kind: Kind) -> tuple[str, ...]:
        """The parts of a kind, as written."""
        return tuple(part.written for part in self.parts if part.kind is kind)


def parse(text: str) -> Address:
    """Reads an address. Takes any text and loses nothing of it: what is not understood is a part of kind REST.

    What stands behind the first LONGEST characters is kept unread.
    """
    given, text = text, text[:LONGEST]
    # Letters set apart (泸 县 福 集 镇) are words all the same; a gap beside a number parts two numbers.
    gaps = {place for gap in _GAP_IN_WORDS.finditer(text) for place in range(*gap.span())}
    if not gaps:
        return _address(given, spans(plain(text)))
    places = [place for place in range(len(text)) if place not in gaps]
    found = spans(plain("".join(text[place] for place in places)))
    return _address(
        given, [one._replace(start=places[one.start], end=places[one.end - 1] + 1) for one in found]
    )


def corrected(text: str, marked: Sequence[tuple[Kind, int, int]]) -> Address:
    """The address as a person marked it: kinds with the places where they start and end in the text.

    What nobody marked is kept as REST. Raises ValueError, in Chinese, where two parts overlap or one lies outside.
    """
    before = 0
    for kind, start, end in sorted(marked, key=lambda one: one[1:]):
        if not 0 <= start < end <= len(text):
            raise ValueError(f"“{kind.value}”的位置 {start}–{end} 不在地址之内（共 {len(text)} 字）")
        if start < before:
            raise ValueError(f"“{kind.value}”（{text[start:end]}）与前一成分重叠")
        before = end
    return _address(text, [Span(*one) for one in sorted(marked, key=lambda one: one[1:])], by_hand=True)


def _address(text: str, marked: Sequence[Span], *, by_hand: bool = False) -> Address:
    parts, at = [], 0
    for span in [*marked, Span(Kind.REST, len(text), len(text))]:
        if span.start > at:
            between = text[at : span.start]
            kind = Kind.REST if any(map(str.isalnum, between)) else Kind.MARK
            parts.append(Part(kind, at, span.start, between, ""))
        if span.end > span.start:
            written = text[span.start : span.end]
            parts.append(
                Part(span.kind, span.start, span.end, written, normal_part(span.kind, written), span.guessed)
            )
        at = span.end
    return Address(text, tuple(parts), by_hand)


def _doubts(address: Address) -> Iterator[Doubt]:
    parts = address.parts
    if not area_key(parts) and not any(
        part.kind is Kind.ZONE and len(part.value) > len("经开区") for part in parts
    ):
        yield Doubt("没有写明市、区县，别处可能有同名的道路或地点", 0.8)
    doors = [part for part in parts if part.kind in DOORS]
    if doors and not any(
        part.kind in (Kind.ROAD, Kind.VILLAGE, Kind.GROUP, Kind.PLACE, Kind.ZONE) for part in parts
    ):
        yield Doubt(f"“{doors[0].written}”之前没有道路、村或地点", 0.6)
    guessed = [part for part in doors if part.guessed]
    if guessed:
        meant = "、".join(f"{part.written}为{part.kind.value}" for part in guessed)
        yield Doubt(f"没有写单位，按位置推断：{meant}", 0.85 if len(guessed) == 1 else 0.8)
    for part in parts:
        if part.kind is Kind.PLACE and part.guessed:
            yield Doubt(f"“{part.written}”没有通名，因后面有号码而认作地点", 0.85)
    streets = [index for index, part in enumerate(parts) if part.kind is Kind.ROAD]
    numbers = [index for index, part in enumerate(parts) if part.kind is Kind.NUMBER]
    if numbers and any(street > numbers[0] for street in streets):
        yield Doubt("门牌号之后又有道路，可能写了两个地址", 0.7)
    for kind in (Kind.COUNTY, Kind.TOWN):
        names = dict.fromkeys(part.value for part in parts if part.kind is kind)
        if len(names) > 1:
            yield Doubt(f"写了不止一个{kind.value}：{'、'.join(names)}", 0.8)
    if address.left_over:
        yield Doubt(f"有未识别的内容：{'、'.join(address.left_over)}", 0.75)
    if any(part.kind is Kind.REMARK for part in parts):
        yield Doubt("括号内及附言作为备注，未计入", 0.95)
