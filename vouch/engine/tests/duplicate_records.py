"""A register with known duplicates in it: every duplicate is a second record of a firm with one edit, in equal shares."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

from vouch.engine.duplicates import Code, Record
from vouch.engine.duplicates.texts import places_in, read_name
from vouch.engine.identifiers import CodeKind, CodeProblem, judge_code

COMMON = "新华中天大东方金海宏兴盛达通顺源丰泰安康正信诚联合众恒永利德福隆昌明光辉建国民生文化美佳乐"
MOVED = ("人民路", "解放路", "建设大道", "工业园区创业路", "滨江东路", "中山北路")


def register(path: Path) -> list[Record]:
    """The public register as records."""
    with gzip.open(path, "rt", encoding="utf-8-sig") as file:
        return [_record(number, row) for number, row in enumerate(csv.DictReader(file))]


def _record(number: int, row: dict[str, str]) -> Record:
    judged = judge_code(row["统一社会信用代码"])
    known = judged.kind is not CodeKind.UNKNOWN
    day = row["注册日期"][:10]
    return Record(
        id=number,
        name=row["企业名称"],
        codes=(Code(judged.kind.value, "", judged.value),) if known else (),
        province=row["所在省份"],
        area=row["地区"],
        address=row["注册地址"],
        representative=row["法人代表_hash"],
        established_on=date.fromisoformat(day) if day.count("-") == 2 else None,
        capital=row["注册资金"],
    )


def with_duplicates(
    records: Sequence[Record], *, count: int, seed: int, bare: bool
) -> tuple[list[Record], set[tuple[int, int]], dict[int, str]]:
    """The records and ``count`` duplicates, which pairs they are, and which edit each duplicate has.

    ``bare`` duplicates have a name and an address only; the others keep representative, day and capital too. A
    duplicate has no code of its own, except in the edit of codes, where it has the old one.
    """
    random = Random(seed)  # noqa: S311 - examples
    sound = [
        one
        for one in records
        if one.codes
        and judge_code(one.codes[0].value)[::2] == (CodeKind.USCC, CodeProblem.NONE)
        and len(one.name) >= 6
        and one.address
    ]
    places = places_in((one.province, one.area, one.address) for one in records)
    edits: tuple[tuple[str, Callable[[Record, Random, frozenset[str]], Record]], ...] = (
        ("typo", _typo), ("short", _short), ("code", _code), ("moved", _moved), ("swapped", _swapped),
    )  # fmt: skip
    found, truth, kinds = list(records), set(), {}
    for number, original in enumerate(random.sample(sound, count)):
        title, edit = edits[number % len(edits)]
        copy = replace(original, id=len(records) + number, codes=())
        if bare:
            copy = replace(copy, representative="", established_on=None, capital="", province="", area="")
        found.append(edit(copy if title != "code" else replace(copy, codes=original.codes), random, places))
        truth.add((original.id, copy.id))
        kinds[copy.id] = title
    random.shuffle(found)
    return found, truth, kinds


def _typo(one: Record, random: Random, places: frozenset[str]) -> Record:
    """A character wrong, left out, doubled, or two exchanged, anywhere in the name."""
    name, at = one.name, random.randrange(1, len(one.name) - 1)
    kind = random.randrange(4)
    if kind == 0:
        name = name[:at] + random.choice(COMMON) + name[at + 1 :]
    elif kind == 1:
        name = name[:at] + name[at + 1 :]
    elif kind == 2:
        name = name[:at] + name[at] + name[at:]
    else:
        name = name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]
    return replace(one, name=name)


def _short(one: Record, random: Random, places: frozenset[str]) -> Record:
    """Without place and legal form; every second one without its line of business too."""
    name = read_name(one.name, places)
    return replace(one, name=name.core if random.random() < 0.5 else name.body)


def _code(one: Record, random: Random, places: frozenset[str]) -> Record:
    """The code from before October 2015: the tax number, the organisation code, or the number of the licence."""
    value = one.codes[0].value
    office, organisation = value[2:8], value[8:17]
    old = (
        Code("other", "", office + organisation),
        Code("other", "", organisation),
        Code("old_number", "", f"{office}{random.randrange(10**9):09d}"),
    )
    return replace(one, codes=(random.choice(old),))


def _moved(one: Record, random: Random, places: frozenset[str]) -> Record:
    """Another address in the same town."""
    road = random.choice(MOVED)
    return replace(one, address=f"{one.province}{one.area}{road}{random.randrange(1, 400)}号")


def _swapped(one: Record, random: Random, places: frozenset[str]) -> Record:
    """Name and address in each other's column."""
    return replace(one, name=one.address, address=one.name)
