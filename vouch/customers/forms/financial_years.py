"""Three years at once: a column for each year, typed in 万元 or filled from a table that was pasted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import FinancialsDetails
from vouch.customers.forms.financials import (
    FEN_OF_WAN,
    PASTE_MAX,
    USUAL,
    KeyboardForm,
    PasteForm,
    StatementForm,
    TypedForm,
    UploadForm,
)
from vouch.customers.queries import Material
from vouch.customers.terms import Basis, Origin, PeriodKind
from vouch.engine.cells import Cell, Unreadable, amount_in, plain
from vouch.engine.financials.lines import LINES, line_named
from vouch.engine.financials.reading import Book, unit_named
from vouch.platform.exchange import sheets
from vouch.platform.exchange.bytestream import Unreadable as Unopened

SUFFIXES = ("", "_2", "_3")
"""The fields of the latest year, the one before, and the one before that."""
_YEAR = re.compile(
    r"((?:19|20)[0-9]{2})(?:年度?)?(?:(?:[-/.年]?12[-/.月]?(?:31日?)?)?(?:金额|余额|数|期末余额|年末余额)?)?"
)
_NAMES_NO_LINE = ("项目", "科目")
"""How the first cell of a heading begins."""


class YearsForm(TypedForm):
    """The statements of up to three years, each kept as a set of its own."""

    way = "years"

    year = forms.IntegerField(
        label=_("最近一年"),
        min_value=1990,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    table = forms.CharField(
        label=_("粘贴多年的表格"),
        required=False,
        strip=False,
        max_length=PASTE_MAX,
        widget=forms.Textarea(
            attrs={
                "rows": 5,
                "spellcheck": "false",
                "class": "paste",
                "placeholder": _(
                    "从 Excel 复制：第一列是项目，其余各列的表头是年份，如 2025 年、2024 年、2023 年；三张表可以接着粘贴"
                ),
            }
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kind", "ends_on", "months"):
            del self.fields[name]
        self.fields["year"].initial = timezone.localdate().year - 1

    def last_year(self) -> int:
        """The latest of the three: as it was sent, or last year."""
        told = self.data.get("year") if self.is_bound else self.initial.get("year")
        text = str(told or "").strip()
        is_year = text.isascii() and text.isdigit() and 1990 <= int(text) <= 2100
        return int(text) if is_year else timezone.localdate().year - 1

    def columns(self) -> list[tuple[str, str]]:
        """The three years."""
        return [
            (suffix, _now("%(year)d 年") % {"year": self.last_year() - before})
            for before, suffix in enumerate(SUFFIXES)
        ]

    def codes(self) -> list[str]:
        """The usual lines, and whatever else a pasted table had."""
        told = self.data if self.is_bound else self.initial
        more = [code for code in LINES if any(told.get(code + suffix) for suffix in SUFFIXES)]
        wanted = {*USUAL, *more}
        return [*USUAL, *(code for code in LINES if code in wanted and code not in USUAL)]

    def header(self) -> list[BoundField]:
        """What holds for all three years."""
        return [self[name] for name in ("basis", "year", "origin", "note")]

    def clean_year(self) -> int:
        """A year that is over."""
        year: int = self.cleaned_data["year"]
        if year >= timezone.localdate().year:
            raise ValidationError(_now("最近一年应是已经结束的年度。"))
        return year

    def clean(self) -> dict[str, Any]:
        """The amounts as fen by year; a year without any is left out."""
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["years"] = [self.typed(cleaned, suffix) for suffix in SUFFIXES]
        if not self.errors and not any(cleaned["years"]):
            raise ValidationError(_now("没有读到任何报表项目：请至少填写一年，或粘贴表格后点“读入表格”。"))
        return cleaned

    def sets(self, *, replaces: Material | None) -> list[FinancialsDetails]:
        """One for each year that has amounts, the latest first; a correction is of one year and not made here."""
        cleaned = self.cleaned_data
        return [
            FinancialsDetails(
                basis=Basis(cleaned["basis"]),
                kind=PeriodKind.YEAR,
                ends_on=date(cleaned["year"] - before, 12, 31),
                months=12,
                origin=Origin(cleaned["origin"]),
                note=cleaned["note"],
                book=Book(periods=(amounts, {}), units={_now("三年录入"): "万元"}),
            )
            for before, amounts in enumerate(cleaned["years"])
            if amounts
        ]

    def content(self) -> bytes | None:
        """What was pasted, where something was."""
        text: str = self.cleaned_data["table"].strip("\r\n")
        return f"{text}\n".encode() if text and "\n" in text and "\t" in text else None


WAYS: Mapping[str, type[StatementForm]] = {
    form.way: form for form in (UploadForm, PasteForm, KeyboardForm, YearsForm)
}
"""Every way to hand statements in."""


@dataclass
class PastedYears:
    """What a pasted table says: line and year → 万元 as text; ``told`` what was not taken."""

    values: dict[tuple[str, int], str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)


def read_years(text: str) -> PastedYears:
    """Read one table, or several below each other. Raises Unopened (Chinese) for what is no table of years."""
    found = PastedYears()
    columns: dict[int, int] = {}
    unit = "元"
    for number, row in enumerate(sheets.read_text(text, name=_now("粘贴的表格")), start=1):
        names_unit = unit_named(row)
        unit = names_unit or unit
        if heads := _years_in(row, is_first=not columns):
            columns = heads
        elif columns and row and not names_unit:
            _take(row, number, columns, unit, into=found)
    if not columns:
        raise Unopened(
            _now("找不到年份的表头：请连同表头一起粘贴，各列写明年份，如 2025 年、2024 年、2023 年。")
        )
    return found


def fill_years(data: Mapping[str, str], pasted: PastedYears) -> dict[str, str]:
    """The form's fields with the pasted amounts under their years; what stood there keeps its year.

    The newest year of all is the form's first one; what is older than its third is told in ``pasted``.
    """
    latest = YearsForm(data).last_year()
    stood = {
        (code, latest - before): value
        for code in LINES
        for before, suffix in enumerate(SUFFIXES)
        if (value := data.get(code + suffix, "").strip())
    }
    together = stood | pasted.values
    if not together:
        return dict(data)
    latest = max(year for _code, year in together)
    filled = {name: value for name, value in data.items() if name not in _AMOUNTS} | {"year": str(latest)}
    dropped = set()
    for (code, year), value in together.items():
        if latest - year < len(SUFFIXES):
            filled[code + SUFFIXES[latest - year]] = value
        else:
            dropped.add(year)
    if dropped:
        years = "、".join(str(year) for year in sorted(dropped, reverse=True))
        pasted.told.append(_now("一次最多三年，没有读入：%(years)s 年。") % {"years": years})
    return filled


_AMOUNTS = frozenset(code + suffix for code in LINES for suffix in SUFFIXES)


def _years_in(row: Sequence[Cell], *, is_first: bool) -> dict[int, int]:
    """Column → year, where the row is a heading: years and no line of a statement.

    A title that names its day and the unit is none, and below a heading neither is a row of a line that nobody knows with
    an amount that looks like a year.
    """
    texts = {place: plain(cell).replace(" ", "") for place, cell in enumerate(row)}
    found = {
        place: int(match[1]) for place, text in texts.items() if place and (match := _YEAR.fullmatch(text))
    }
    title = texts.get(0, "")
    if not found or title.startswith(_NAMES_NO_LINE):
        return found
    if line_named(title) is not None or (len(found) == 1 and unit_named(row)):
        return {}
    is_bare = all(texts[place].isdigit() for place in found)
    return {} if is_bare and title and not is_first else found


def _take(
    row: Sequence[Cell], number: int, columns: Mapping[int, int], unit: str, *, into: PastedYears
) -> None:
    """One row's amounts; a heading that no format has, and an amount that cannot be read, is told with its place."""
    title = plain(row[0])
    line = line_named(title) if title else None
    for place, year in columns.items():
        cell = row[place] if place < len(row) else None
        if not plain(cell):
            continue
        where = {"row": number, "column": place + 1, "title": title[:40]}
        if line is None:
            into.told.append(_now("第 %(row)d 行：不认识的项目“%(title)s”，没有读入。") % where)
            return
        try:
            fen = amount_in(cell, unit)
        except Unreadable as error:
            into.told.append(
                _now("第 %(row)d 行第 %(column)d 列（%(title)s）：%(why)s，没有读入。")
                % {**where, "why": error}
            )
            continue
        if fen is None:
            continue
        wan = f"{(Decimal(fen) / FEN_OF_WAN).normalize():f}"
        if into.values.setdefault((line.code, year), wan) != wan:
            into.told.append(
                _now("第 %(row)d 行第 %(column)d 列（%(title)s）：与前面的数不一致，没有读入。") % where
            )
