"""Tables as people send them: CSV, gzipped CSV, XLSX and XLS, read row by row.

``open_table`` finds the encoding, the sheet and the row of headings by the columns that are wanted, and says in
Chinese what is missing when it cannot. Its rows carry their line number, so that every later message can name
it. What cannot be a row (a NUL byte, a quotation mark never closed, cells that do not fit the headings) comes
with a ``fault`` instead of being skipped.

    Unreadable      nothing can be read: no such headings, not a table, a bomb
    Row.fault       this row alone cannot be read
    Table.broken    the file stopped in the middle; every row before it was given
"""

from __future__ import annotations

import contextlib
import itertools
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.engine.cells import Unreadable as CellUnreadable
from vouch.engine.cells import amount_in
from vouch.engine.identifiers import without_protected
from vouch.platform.exchange._headings import (
    ANY_CODE,
    Column,
    guess_columns,
    meant_by,
    plain_heading,
    unit_of_heading,
)
from vouch.platform.exchange.bytestream import OLE_MAGIC, ZIP_MAGIC, Contents, Unreadable, opened
from vouch.platform.exchange.delimited import Delimited
from vouch.platform.exchange.workbook import Workbook

__all__ = [
    "ANY_CODE", "Chosen", "Column", "Row", "Table", "Unreadable", "guess_columns", "meant_by", "open_table", "plain_heading",
]  # fmt: skip

SAMPLE_ROWS = 500
DOUBTFUL_BELOW = 100_000
HEADING_ROWS_MAX = 30
"""How far down the headings may stand: titles and notes come above them."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person said of a file: column → heading ("" for none), column → unit, and the sheet; "" where they did not."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""


class Row(NamedTuple):
    """One row: ``line`` in the file (1 is the first), ``cells`` in the order of the wanted columns (an absent
    optional column is ""), ``raw`` as it stands in the file, and the ``fault`` that makes it unusable.
    """

    line: int
    cells: tuple[str, ...]
    raw: Sequence[str]
    fault: str = ""


@dataclass(slots=True)
class Table:
    """An opened table. ``places`` gives each wanted column's position in the file, None where it is absent.

    ``stated_units`` are those of amounts that the file itself names, by column; in ``units`` what a person said goes before.
    """

    name: str
    sheet: str
    encoding: str
    heading_line: int
    headings: tuple[str, ...]
    columns: tuple[Column, ...]
    places: tuple[int | None, ...]
    stated_units: Mapping[str, str]
    units: Mapping[str, str]
    broken: str = field(default="", init=False)
    _source: Delimited | Workbook = field(repr=False)

    def rows(self, *, skip: int = 0) -> Iterator[Row]:
        """Every row below the headings that is not blank, after the first ``skip`` of them."""
        pick = _with_units(_picker(self.places), self._factors())
        width = len(self.headings)
        seen = 0
        for line, found, fault in self._source.lines(after=self.heading_line, width=width, sheet=self.sheet):
            raw: Sequence[str] = found
            problem = fault
            if not problem and not any(cell and not cell.isspace() for cell in raw):
                continue
            if not problem and len(raw) != width:
                raw, problem = _fitted(found, width=width)
            seen += 1
            if seen > skip:
                yield Row(line, () if problem else pick(raw), raw, problem)
        self.broken = self._source.broken

    def _factors(self) -> dict[int, str]:
        """Place among the wanted columns → the unit that a bare figure there is in, where it is not 元."""
        found = {place: self.units.get(column.name, "") for place, column in enumerate(self.columns)}
        return {place: unit for place, unit in found.items() if unit not in {"", "元"}}

    @property
    def progress(self) -> float:
        """How much of the file was read, 0 to 1."""
        return self._source.progress

    @property
    def sheets(self) -> Sequence[str]:
        """Every sheet of the file; the only one of a CSV has no name."""
        return self._source.sheets

    def every_row(self, sheet: str) -> Iterator[tuple[int, int, list[Any]]]:
        """Every row of a sheet from its first one on: where it stands (0 is the first), its line, its values as they are."""
        width = len(self.headings) if sheet == self.sheet else 0
        return self._source.every_row(sheet=sheet, width=width)

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()


def largest_figure(table: Table) -> Decimal:
    """The largest figure without a unit of its own among the first rows' amounts, in the file's own unit; 0 without any.

    Where it is below DOUBTFUL_BELOW and the file names no unit, it could be meant in 元 or in 万元.
    """
    places = [
        place
        for column, place in zip(table.columns, table.places, strict=True)
        if column.is_money and place is not None and column.name not in table.stated_units
    ]
    fens = [0]
    for row in itertools.islice(table.rows(), SAMPLE_ROWS):
        for place in () if row.fault else places:
            with contextlib.suppress(CellUnreadable):
                fens.append(abs(amount_in(row.raw[place], "元") or 0) if is_bare(row.raw[place]) else 0)
    return Decimal(max(fens)) / 100


def _fitted(raw: Sequence[str], *, width: int) -> tuple[Sequence[str], str]:
    """Cut empty cells beyond the headings; anything else that does not fit is a shifted row."""
    if len(raw) > width and not any(raw[width:]):
        return raw[:width], ""
    return raw, _("列数不符：表头有 %(width)d 列，本行有 %(found)d 列，疑似错列") % {
        "width": width,
        "found": len(raw),
    }


def _picker(places: Sequence[int | None]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    if len(places) > 1 and None not in places:
        return operator.itemgetter(*places)

    def pick(raw: Sequence[str]) -> tuple[str, ...]:
        return tuple(["" if place is None else raw[place] for place in places])

    return pick


_BARE = re.compile(r"[(（]?[-+−]?[¥￥]?[0-9０-９][0-9０-９,，.．\s]*[)）]?")


def is_bare(text: str) -> bool:
    """Whether a cell is a figure that names no unit of its own."""
    return _BARE.fullmatch(text.strip()) is not None


def with_unit(text: str, unit: str) -> str:
    """The cell with its column's unit written behind a bare figure; a row's own unit (120万元) stands."""
    return f"{text.strip()}{unit}" if unit not in {"", "元"} and is_bare(text) else text


def _with_units(
    pick: Callable[[Sequence[str]], tuple[str, ...]], units: Mapping[int, str]
) -> Callable[[Sequence[str]], tuple[str, ...]]:
    if not units:
        return pick

    def pick_with_units(raw: Sequence[str]) -> tuple[str, ...]:
        cells = list(pick(raw))
        for place, unit in units.items():
            cells[place] = with_unit(cells[place], unit)
        return tuple(cells)

    return pick_with_units


_UNIT_ABOVE = re.compile(r"单位\s*[:：]?\s*(?:人民币)?\s*(百万元|千元|万元|亿元|元)")


def _mapped(
    headings: Sequence[str], columns: Sequence[Column], mapping: Mapping[str, str]
) -> tuple[int | None, ...]:
    """As guessed, but where a person said which heading a column has, that one ("" for none)."""
    places = list(guess_columns(headings, columns))
    for index, column in enumerate(columns):
        if column.name in mapping:
            heading = mapping[column.name]
            places[index] = headings.index(heading) if heading in headings else None
    return tuple(places)


def _missing(columns: Sequence[Column], places: Sequence[int | None]) -> list[str]:
    return [
        column.title
        for column, place in zip(columns, places, strict=True)
        if column.is_required and place is None
    ]


def open_table(
    contents: Contents,
    *,
    name: str,
    columns: Sequence[Column],
    sheets: Sequence[str] = (),
    chosen: Chosen | None = None,
    is_lenient: bool = False,
) -> Table:
    """Open the file as a table with these columns.

    ``name`` is what the person calls the file. Among several sheets that fit, one named in ``sheets`` wins,
    then the one where most columns are found. ``chosen`` corrects the guess.
    Raises Unreadable; ``is_lenient`` takes the likeliest row of headings though required columns are missing, so
    that a person can be asked for them.
    """
    source = _open_source(contents, name=name)
    try:
        wanted = _Wanted(name, tuple(columns), sheets, chosen or Chosen(), is_lenient=is_lenient)
        return _find_table(source, wanted)
    except BaseException:
        source.close()
        raise


_NO_TABLES: Mapping[bytes, Any] = {
    b"%PDF": gettext_lazy("PDF 文件"),
    b"\x89PNG": gettext_lazy("图片"),
    b"\xff\xd8\xff\xe0": gettext_lazy("图片"),
    b"\xff\xd8\xff\xe1": gettext_lazy("图片"),
    b"Rar!": gettext_lazy("RAR 压缩包"),
    b"7z\xbc\xaf": gettext_lazy("7z 压缩包"),
}
"""First bytes of what people send in the place of a table, whatever its name ends in."""


def _open_source(contents: Contents, *, name: str) -> Delimited | Workbook:
    with opened(contents) as file:
        magic = file.read(4)
    if not magic:
        raise Unreadable(_("文件“%(name)s”是空的。") % {"name": name})
    if magic in _NO_TABLES:
        raise Unreadable(
            _("文件“%(name)s”的内容是%(kind)s，不是表格；请在 Excel 中另存为 XLSX 或 CSV 后再上传。")
            % {"name": name, "kind": _NO_TABLES[magic]}
        )
    return (
        Workbook(contents, name=name) if magic in {ZIP_MAGIC, OLE_MAGIC} else Delimited(contents, name=name)
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str
    columns: tuple[Column, ...]
    sheets: Sequence[str]
    chosen: Chosen
    is_lenient: bool


class _Headings:
    """A row of headings; ``units`` are those that a common heading above several of them names, by place."""

    def __init__(self, raw: Sequence[str], units: Mapping[int, str] | None = None) -> None:
        self.texts = [cell.strip() for cell in raw]
        while self.texts and not self.texts[-1]:
            self.texts.pop()
        self.units = units or {}

    def under(self, over: _Headings) -> _Headings:
        """This row as the lower half of headings over two rows: where it is empty, the upper one says it."""
        width = max(len(self.texts), len(over.texts))
        lower = [*self.texts, *[""] * (width - len(self.texts))]
        upper = [*over.texts, *[""] * (width - len(over.texts))]
        units, common = {}, ""
        for place in range(width):
            # A merged cell holds its text in its first place.
            common = upper[place] or (common if lower[place] else "")
            if lower[place] and unit_of_heading(common)[1]:
                units[place] = unit_of_heading(common)[1]
        return _Headings([below or top for below, top in zip(lower, upper, strict=True)], units)


def _find_table(source: Delimited | Workbook, wanted: _Wanted) -> Table:
    best: Table | None = None
    best_rank = (False, False, -1)
    nearest: tuple[int, list[str], Sequence[str]] | None = None
    said = [wanted.chosen.sheet] if wanted.chosen.sheet in source.sheets else source.sheets
    for sheet in said:
        above, over, is_found = "", _Headings([]), False
        for line, raw in source.first_lines(sheet=sheet, count=HEADING_ROWS_MAX):
            alone = _Headings(raw)
            # Alone first: a title is no heading of the row below it. Below complete headings one more row is looked
            # at, in case they go on there.
            was_found = is_found
            both = (alone.under(over),) if over.texts else ()
            for heads in both if was_found else (alone, *both):
                places = _mapped(heads.texts, wanted.columns, wanted.chosen.mapping)
                missing = _missing(wanted.columns, places)
                found = sum(place is not None for place in places)
                if nearest is None or found > nearest[0]:
                    nearest = (found, missing, heads.texts)
                is_complete = bool(found) and not missing
                is_found = is_found or is_complete
                rank = (is_complete, sheet in wanted.sheets, found)
                may_be = is_complete or (wanted.is_lenient and sum(map(bool, heads.texts)) > 1)
                if may_be and rank > best_rank:
                    best_rank = rank
                    stated = _stated_units(heads, wanted.columns, places, above=above)
                    units = {**stated, **{name: unit for name, unit in wanted.chosen.units.items() if unit}}
                    best = Table(
                        name=wanted.name, sheet=sheet, encoding=source.encoding, heading_line=line,
                        headings=tuple(heads.texts), columns=wanted.columns, places=places,
                        stated_units=stated, units=units, _source=source,
                    )  # fmt: skip
            if was_found:
                break
            above = next((unit[1] for cell in raw if (unit := _UNIT_ABOVE.search(cell))), above)
            over = alone
    if best is None:
        raise Unreadable(_no_headings(wanted.name, nearest))
    return best


def _stated_units(
    heads: _Headings, columns: Sequence[Column], places: Sequence[int | None], *, above: str
) -> dict[str, str]:
    """The unit of each column of amounts, where the heading names it or a line above the headings does."""
    money = [(column, place) for column, place in zip(columns, places, strict=True) if column.is_money]
    found = {
        column.name: unit_of_heading(heads.texts[place])[1] or heads.units.get(place, "") or above
        for column, place in money
        if place is not None
    }
    return {name: unit for name, unit in found.items() if unit}


def _no_headings(name: str, nearest: tuple[int, list[str], Sequence[str]] | None) -> str:
    if nearest is None:
        return _("文件“%(name)s”里没有任何行。") % {"name": name}
    found, missing, headings = nearest
    wanted = "、".join(missing)
    if not found:
        return _("文件“%(name)s”里找不到表头；需要的列：%(wanted)s。") % {"name": name, "wanted": wanted}
    return _("文件“%(name)s”的表头缺少列：%(wanted)s。读到的列：%(found)s。") % {
        "name": name,
        "wanted": wanted,
        # A file without headings begins with somebody's values.
        "found": without_protected("、".join(heading for heading in headings if heading)),
    }
