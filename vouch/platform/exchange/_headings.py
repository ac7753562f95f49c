"""The columns that an importer wants, and by which heading of a file each goes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from vouch.platform.identity.terms import FieldClass

ANY_CODE = "code"
"""The mask of a column that names customers by any code: what may be a person's number is masked, a firm's code is not."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column that an importer wants: its name in code, its usual heading, other headings it goes by."""

    name: str
    title: str
    synonyms: tuple[str, ...] = ()
    is_required: bool = True
    # Amounts, whose unit the heading may name (合同金额（万元）), or the line above (单位：万元), or a person.
    is_money: bool = False
    # Values that not everybody may read in full: their class, and how they are shown else (vault.masks, ANY_CODE).
    field_class: str = FieldClass.ORDINARY
    mask: str = ""


_UNIT_OF_HEADING = re.compile(r"(.+?)[(\[【/]?(?:单位)?(?:人民币)?(百万元|千元|万元|亿元|元)[)\]】]?")


def unit_of_heading(heading: str) -> tuple[str, str]:
    """A heading without the unit that it names, and that unit; "" where it names none."""
    plain = plain_heading(heading)
    match = _UNIT_OF_HEADING.fullmatch(plain)
    return (match[1], match[2]) if match else (plain, "")


def plain_heading(text: str) -> str:
    """A heading without blanks, marks of obligation, and differences of width or case."""
    return re.sub(r"[\s*:_]+", "", unicodedata.normalize("NFKC", text)).lower()


def guess_columns(headings: Sequence[str], columns: Sequence[Column]) -> tuple[int | None, ...]:
    """The position of each wanted column among the headings; its own title wins over its synonyms."""
    plain = [plain_heading(heading) for heading in headings]
    bare = [unit_of_heading(heading)[0] for heading in headings]
    taken: set[int] = set()
    found: dict[str, int] = {}
    for level in range(1 + max((len(column.synonyms) for column in columns), default=0)):
        for column in columns:
            names = (column.title, *column.synonyms)
            if column.name in found or level >= len(names):
                continue
            wanted = plain_heading(names[level])
            for place, heading in enumerate(plain):
                is_it = heading == wanted or (column.is_money and bare[place] == wanted)
                if is_it and place not in taken:
                    found[column.name] = place
                    taken.add(place)
                    break
    return tuple(found.get(column.name) for column in columns)


def meant_by(heading: str, columns: Sequence[Column]) -> list[Column]:
    """The columns that a heading names, by title or synonym, whatever a person has chosen it for."""
    names = {plain_heading(heading), unit_of_heading(heading)[0]} - {""}
    return [
        column
        for column in columns
        if names & {plain_heading(one) for one in (column.title, *column.synonyms)}
    ]
