"""A person's own file given back, with what became of each of its rows written beside it.

As XLSX, sheet by sheet and row by row where they stood, every value as it was read; two columns are added to the table
that was imported, and the rows and cells that were rejected are coloured. Nothing in it is a formula: what begins with
``=``, ``+``, ``-`` or ``@`` is written as text.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Collection, Mapping
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from vouch.platform.exchange.contents import MASKED, Shade
from vouch.platform.exchange.importer import importer_of
from vouch.platform.exchange.kept_files import open_kept_table
from vouch.platform.exchange.models import Import, ImportFile, ImportRow
from vouch.platform.exchange.queries import chosen_of
from vouch.platform.exchange.tabular import Table
from vouch.platform.exchange.terms import RowState, Verdict
from vouch.platform.web.watermark import mark

COMMENTS_MAX = 5_000
"""So many cells bear their reason as a comment too: each costs memory here and in the spreadsheet."""
WIDTHS = (12, 60)
SHEET_NAME_MAX = 31
ROWS_OF_EXCEL, TEXT_OF_EXCEL = 1_048_576, 32_767

Judged = tuple[str, str, str, str]
"""Verdict, state, column and reason of a kept row."""


def marked_copy(batch: Import, file: ImportFile, classes: Collection[str] = MASKED) -> IO[bytes]:
    """The marked copy as an open temporary file without a name, at its start. Raises Unreadable.

    Values of other field classes than these are masked.
    """
    source = importer_of(batch.kind).source(file.source)
    table = open_kept_table(file, source, chosen=chosen_of(file))
    shade = Shade(source, table, classes)
    out = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the caller closes it
    try:
        _Copy(out, table, shade, _judged(file), is_trial=batch.is_dry_run).write()
    finally:
        table.close()
    out.seek(0)
    return out


def _judged(file: ImportFile) -> Mapping[int, Judged]:
    """Line → what is known of it; a rejection goes before anything else said of the same line."""
    rows = ImportRow.objects.filter(file=file).values_list("line", "verdict", "state", "column", "reason")
    found: dict[int, Judged] = {}
    for line, *judged in rows.order_by("pk").iterator(chunk_size=5000):
        if line not in found or judged[0] == Verdict.REJECTED:
            found[line] = (judged[0], judged[1], judged[2], judged[3])
    return found


class _Copy:
    def __init__(
        self, out: IO[bytes], table: Table, shade: Shade, judged: Mapping[int, Judged], *, is_trial: bool
    ) -> None:
        self.table, self.shade, self.judged = table, shade, judged
        self.places = {column.name: place for column, place in zip(table.columns, table.places, strict=True)}
        self.passed = _("可导入") if is_trial else _("已导入或无变化")
        self.comments = 0
        self.book = xlsxwriter.Workbook(
            out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        made = self.book.add_format
        colours = {
            Verdict.REJECTED: "#FBE3E4",
            Verdict.WARNED: "#FFF4D6",
            Verdict.REPEATED: "#ECEEF1",
            "": "",
        }
        self.forms = {
            verdict: {
                kind: made(
                    {
                        **({"bg_color": colour} if colour else {}),
                        **({"num_format": spelled} if spelled else {}),
                    }
                )
                for kind, spelled in (("", ""), ("date", "yyyy-mm-dd"), ("moment", "yyyy-mm-dd hh:mm:ss"))
            }
            for verdict, colour in colours.items()
        }
        self.head = made({"bold": True, "bg_color": "#E9EEF6", "bottom": 1})
        self.fault = made({"bg_color": "#E5484D", "font_color": "#FFFFFF", "bold": True})

    def write(self) -> None:
        """Every sheet in its order; of a CSV the one table."""
        used: set[str] = set()
        for number, sheet in enumerate(self.table.sheets, start=1):
            name = sheet or _("数据")
            name = name[:SHEET_NAME_MAX] if name.lower() not in used else f"{name[:24]}-{number}"
            used.add(name.lower())
            page = self.book.add_worksheet(name)
            if text := mark():
                page.set_header(f"&C{text.replace('&', '&&')}"[:250])
                page.set_footer(f"&C{text.replace('&', '&&')}"[:250])
            if sheet == self.table.sheet:
                self._table(page)
                page.activate()
            else:
                for row, _line, cells in self.table.every_row(sheet):
                    self._cells(page, row, self.shade.beside(cells), self.forms[""])
        self.book.close()

    def _table(self, page: Any) -> None:
        beside = len(self.table.headings)
        for place, width in enumerate(WIDTHS):
            page.set_column(beside + place, beside + place, width)
        for row, line, cells in self.table.every_row(self.table.sheet):
            if row >= ROWS_OF_EXCEL:
                break
            if line < self.table.heading_line or not any(cell not in {None, ""} for cell in cells):
                self._cells(page, row, self.shade.beside(cells), self.forms[""])
            elif line == self.table.heading_line:
                for place, cell in enumerate(cells[:beside]):
                    page.write_string(row, place, str(cell), self.head)
                page.write_string(row, beside, _("结果"), self.head)
                page.write_string(row, beside + 1, _("原因"), self.head)
                page.freeze_panes(row + 1, 0)
            else:
                self._judged_row(page, row, line, cells)

    def _judged_row(self, page: Any, row: int, line: int, cells: list[Any]) -> None:
        beside = len(self.table.headings)
        cells = self.shade.row(cells, width=beside)
        verdict, state, column, reason = self.judged.get(line, ("", "", "", ""))
        forms = self.forms[verdict]
        # What stood beyond the headings stands beyond our two columns.
        more = cells[beside:]
        self._cells(page, row, [*cells[:beside], "", "", *more] if any(more) else cells[:beside], forms)
        place = self.places.get(column)
        if verdict == Verdict.REJECTED and place is not None:
            text = str(cells[place]) if place < len(cells) and cells[place] is not None else ""
            page.write_string(row, place, text[:TEXT_OF_EXCEL], self.fault)
            if self.comments < COMMENTS_MAX:
                page.write_comment(row, place, reason[:500])
                self.comments += 1
        said = str(Verdict(verdict).label) if verdict else self.passed
        if verdict == Verdict.REJECTED and state != RowState.OPEN:
            said = f"{said}（{RowState(state).label}）"
        page.write_string(row, beside, said, forms[""])
        page.write_string(row, beside + 1, reason[:TEXT_OF_EXCEL], forms[""])

    def _cells(self, page: Any, row: int, cells: list[Any], forms: Mapping[str, Any]) -> None:
        for place, cell in enumerate(cells):
            if cell is None or cell == "":
                continue
            if isinstance(cell, bool):
                page.write_boolean(row, place, cell, forms[""])
            elif isinstance(cell, int | float):
                page.write_number(row, place, cell, forms[""])
            elif isinstance(cell, dt.datetime):
                form = forms["date"] if cell.time() == dt.time() else forms["moment"]
                page.write_datetime(row, place, cell, form)
            elif isinstance(cell, dt.date):
                page.write_datetime(row, place, cell, forms["date"])
            else:
                page.write_string(row, place, str(cell)[:TEXT_OF_EXCEL], forms[""])
