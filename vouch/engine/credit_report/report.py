"""A report as records of typed values, under the bureau's field codes.

A code says what it is: ``PD01AJ01`` is the block PD01, its segment A (0 where a block has none), the kind J and a number.
Kinds: I identifier, D code, Q text → str; S count → int; J money → Decimal, in the report's own unit; R moment → When.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from vouch.engine.credit_report.tree import Element, NotAReport, parse

_CODE = re.compile(r"(?P<block>[PE][A-Z][0-9]{2})(?P<segment>[A-Z0])(?P<kind>[DIJQRS])[0-9]{2}")
_SEGMENT = re.compile(r"[PE][A-Z][0-9]{2}[A-Z]")
_GROUP = re.compile(r"[PE][A-Z][0-9]{2}[A-Z0]H")
_MOMENT = re.compile(
    r"([0-9]{4})(?:[-./年]?([0-9]{1,2})(?:[-./月]?([0-9]{1,2})日?)?月?)?"
    r"(?:[T ]?[0-9]{2}:?[0-9]{2}(?::?[0-9]{2})?(?:\.[0-9]+)?(?:Z|[+-][0-9:]+)?)?"
)
_AMOUNT = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")
# What the bureau writes where it has nothing.
_NOTHING = {"", "--", "-", "—", "——", "NULL", "null", "/"}


class ReportKind(StrEnum):
    """Whose report it is."""

    PERSON = "person"
    ENTERPRISE = "enterprise"


class When(NamedTuple):
    """A day, or only a month or a year where the bureau says no more."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def first_day(self) -> date:
        """The first day that it may be."""
        return date(self.year, self.month or 1, self.day or 1)

    def __str__(self) -> str:
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in self[1:] if part)]
        return "-".join(parts)


Value = str | int | Decimal | When


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read, where, and as it stood there; nothing of a report is dropped without one."""

    place: str
    message: str
    raw: str = ""

    def __str__(self) -> str:
        return f"{self.place}：{self.message}" + (f"（原文：{self.raw[:60]}）" if self.raw else "")


class Group(dict[str, Value]):
    """One row of what a segment lists, by field code; a field that says nothing is absent."""


@dataclass(frozen=True, slots=True)
class Record:
    """One block: its own fields in ``values``, and the rows that its segments list, by segment (``PD01D``)."""

    block: str
    number: int
    values: Mapping[str, Value]
    rows: Mapping[str, tuple[Group, ...]]

    def text(self, code: str) -> str:
        """A text, code or identifier; "" where it says nothing."""
        value = self.values.get(code)
        return value if isinstance(value, str) else ""

    def money(self, code: str) -> Decimal | None:
        """An amount."""
        value = self.values.get(code)
        return value if isinstance(value, Decimal) else None

    def count(self, code: str) -> int | None:
        """A number of things."""
        value = self.values.get(code)
        return value if isinstance(value, int) else None

    def when(self, code: str) -> When | None:
        """A day, month or year."""
        value = self.values.get(code)
        return value if isinstance(value, When) else None


@dataclass(frozen=True, slots=True)
class Report:
    """``made_on`` is the day of the report; who it is about stands as the bureau wrote it, not checked here."""

    kind: ReportKind
    number: str
    made_on: date | None
    name: str
    document_kind: str
    document_number: str
    reason: str
    records: tuple[Record, ...]
    problems: tuple[Problem, ...]

    def of(self, block: str) -> tuple[Record, ...]:
        """The records of a block, in the report's order."""
        return tuple(record for record in self.records if record.block == block)


@dataclass(frozen=True, slots=True)
class Block:
    """What the dictionary says of a block."""

    section: str
    title: str
    repeats: bool
    fields: Mapping[str, str]


@cache
def dictionary(kind: ReportKind) -> Mapping[str, Block]:
    """The blocks of a kind of report, by their codes."""
    text = (files(__package__) / f"{kind}.yaml").read_text(encoding="utf-8")
    return {
        code: Block(section, block["title"], block.get("repeats", False), _fields(code, block))
        for section, blocks in yaml.safe_load(text).items()
        for code, block in blocks.items()
    }


def _fields(code: str, block: Mapping[str, Any]) -> Mapping[str, str]:
    """The fields by name, and so many lines of a statement whose titles the dictionary leaves to the statement's form."""
    lines = {f"{code}BJ{number:02d}": f"报表第 {number} 行" for number in range(1, block.get("lines", 0) + 1)}
    return {**block["fields"], **lines}


def title_of(code: str) -> str:
    """What a field is called; "" for an unknown code."""
    kind = ReportKind.PERSON if code.startswith("P") else ReportKind.ENTERPRISE
    block = dictionary(kind).get(code[:4])
    return block.fields.get(code, "") if block else ""


def read_report(data: bytes) -> Report:
    """Read the bytes of a report. Raises NotAReport (Chinese) for what is none; all else is told as a problem."""
    root, gaps = parse(data)
    kind = _kind_of(root)
    reader = _Reader(kind)
    reader.problems += [Problem("文件", gap.message, gap.raw) for gap in gaps]
    reader.stray(root, "文件")
    for section in root.children:
        reader.read_section(section)
    return reader.report()


def _kind_of(root: Element) -> ReportKind:
    sections = {child.tag for child in root.children}
    if "PRH" in sections:
        return ReportKind.PERSON
    if "EAA" in sections:
        return ReportKind.ENTERPRISE
    raise NotAReport("没有报告头（个人报告的 PRH 或企业报告的 EAA），不是二代征信报告（授信机构版）。")


class _Reader:
    """Goes through the tree once; whatever it does not place becomes a problem."""

    def __init__(self, kind: ReportKind) -> None:
        self.kind = kind
        self.blocks = dictionary(kind)
        self.records: list[Record] = []
        self.problems: list[Problem] = []
        self._numbers: dict[str, int] = {}

    def complain(self, place: str, message: str, element: Element) -> None:
        """Tell of an element that is not read, with every text in it."""
        raw = " ".join(one.text.strip() for one in element.walk() if one.text.strip())
        where = f"{place}（第 {element.line} 行）" if element.line else place
        self.problems.append(Problem(where, message, raw))

    def read_section(self, section: Element) -> None:
        """E.g. PDA: its children are blocks."""
        self.stray(section, section.tag)
        for element in section.children:
            block = self.blocks.get(element.tag)
            if block is None or block.section != section.tag:
                self.complain(f"{section.tag}/{element.tag}", "未知的信息单元，未读取", element)
                continue
            number = self._numbers[element.tag] = self._numbers.get(element.tag, 0) + 1
            place = f"{block.title}（{element.tag}）" + (f"第 {number} 条" if block.repeats else "")
            if number > 1 and not block.repeats:
                self.complain(place, "只应出现一次，后出现的未读取", element)
                continue
            self._read_block(element, place=place, number=number)

    def _read_block(self, element: Element, *, place: str, number: int) -> None:
        values: dict[str, Value] = {}
        rows: dict[str, list[Group]] = {}
        self.stray(element, place)
        for child in element.children:
            if _SEGMENT.fullmatch(child.tag) and child.tag.startswith(element.tag):
                self.stray(child, place)
                for inner in child.children:
                    self._read_part(inner, block=element.tag, place=place, into=(values, rows))
            else:
                self._read_part(child, block=element.tag, place=place, into=(values, rows))
        if values or rows:
            kept = {segment: tuple(groups) for segment, groups in rows.items()}
            self.records.append(Record(element.tag, number, values, kept))

    def _read_part(
        self,
        element: Element,
        *,
        block: str,
        place: str,
        into: tuple[dict[str, Value], dict[str, list[Group]]],
    ) -> None:
        values, rows = into
        if _GROUP.fullmatch(element.tag) and element.tag.startswith(block):
            segment = element.tag[:5]
            self.stray(element, place)
            group = Group()
            row_place = f"{place}{segment} 第 {len(rows.get(segment, ())) + 1} 行"
            for child in element.children:
                self._read_field(child, block=block, place=row_place, into=group)
            if group:
                rows.setdefault(segment, []).append(group)
        else:
            self._read_field(element, block=block, place=place, into=values)

    def _read_field(self, element: Element, *, block: str, place: str, into: dict[str, Value]) -> None:
        code = element.tag
        match = _CODE.fullmatch(code)
        if match is None or match["block"] != block or element.children:
            if element.children or element.text.strip():
                self.complain(f"{place} {code}", "未知的内容，未读取", element)
            return
        raw = element.text.strip()
        if raw in _NOTHING and not (raw == "/" and match["kind"] == "D"):
            return
        title = self.blocks[block].fields.get(code)
        if title is None:
            self.complain(f"{place} {code}", "字典中没有的字段，未读取", element)
            return
        if code in into:
            self.complain(f"{place} {title}（{code}）", "同一字段出现两次，后出现的未读取", element)
            return
        try:
            into[code] = value_of(match["kind"], raw)
        except ValueError as error:
            self.complain(f"{place} {title}（{code}）", str(error), element)

    def stray(self, element: Element, place: str) -> None:
        """Tell of text beside an element's children."""
        if element.text.strip():
            self.problems.append(Problem(place, "元素之间有多余的文字", element.text.strip()))

    def report(self) -> Report:
        """The whole, headed by what its first block says."""
        is_person = self.kind is ReportKind.PERSON
        head = next((one for one in self.records if one.block in {"PA01", "EA01"}), Record("", 0, {}, {}))
        first = next(self._identities(head), Group())
        made = head.when("PA01AR01" if is_person else "EA01AR01")
        if not head.text("PA01AI01" if is_person else "EA01AI01"):
            self.problems.append(Problem("报告头", "没有报告编号"))

        def said(code: str) -> str:
            value = first.get(code)
            return value if isinstance(value, str) else head.text(code)

        return Report(
            kind=self.kind,
            number=head.text("PA01AI01" if is_person else "EA01AI01"),
            made_on=made.first_day if made and made.day else None,
            name=head.text("PA01BQ01" if is_person else "EA01CQ01"),
            document_kind=head.text("PA01BD01") if is_person else said("EA01CD01"),
            document_number=head.text("PA01BI01") if is_person else said("EA01CI01"),
            reason=head.text("PA01BD02" if is_person else "EA01BD02"),
            records=tuple(self.records),
            problems=tuple(self.problems),
        )

    def _identities(self, head: Record) -> Iterator[Group]:
        yield from head.rows.get("EA01C", ())


def value_of(kind: str, raw: str) -> Value:
    """A field's text as what its kind says. Raises ValueError (Chinese)."""
    match kind:
        case "S":
            if not re.fullmatch(r"-?[0-9]{1,9}", raw):
                raise ValueError("应为整数")
            return int(raw)
        case "J":
            plain = raw.replace(",", "")
            if not _AMOUNT.fullmatch(plain):
                raise ValueError("应为金额")
            return Decimal(plain)
        case "R":
            return _when(raw)
        case _:
            return raw


def _when(raw: str) -> When:
    match = _MOMENT.fullmatch(raw)
    if match is None:
        raise ValueError("应为日期")
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        date(year or 0, month or 1, day or 1)
    except ValueError:
        raise ValueError("日期不存在") from None
    return When(year or 0, month, day)
