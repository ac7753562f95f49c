"""Small workbooks and text tables held in memory whole: statements of a customer, which never touch the disk in plain.

For tables of tens of thousands of rows there is the import (``importer``), which reads from a kept file row by row.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import zipfile
from collections.abc import Mapping

import python_calamine
from django.utils.translation import gettext as _

from vouch.engine.cells import Cell
from vouch.platform.exchange.bytestream import OLE_MAGIC, ZIP_MAGIC, Unreadable
from vouch.platform.exchange.workbook import check_archive, check_old

ROWS_MAX = 200_000
CELLS_MAX = 5_000_000
_DELIMITERS = ",;|"

Sheets = Mapping[str, list[list[Cell]]]
"""Name of the sheet → its rows from the first one on, so that places are those a person sees in Excel."""


def read_sheets(content: bytes, *, name: str) -> Sheets:
    """Every sheet of an XLSX or XLS workbook, or the one table of a CSV (UTF-8, UTF-16 or GB18030).

    Raises Unreadable (Chinese) for anything else, for a password, and for what would take too much memory.
    """
    if not content.strip():
        raise Unreadable(_("文件“%(name)s”是空的。") % {"name": name})
    if content.startswith(ZIP_MAGIC):
        check_archive(io.BytesIO(content), name=name)
        return _of_workbook(content, name=name)
    if content.startswith(OLE_MAGIC):
        check_old(io.BytesIO(content), name=name)
        return _of_workbook(content, name=name)
    return {name: read_text(_decoded(content, name=name), name=name)}


def read_text(text: str, *, name: str) -> list[list[Cell]]:
    """The rows of a table as text: a CSV's, or what a person pasted from Excel (tabs). Raises Unreadable."""
    sample = text[:8192]
    # What comes from Excel has tabs; its commas group thousands.
    has_tabs = 2 * sample.count("\t") >= len(sample.strip().splitlines())
    delimiter = "\t" if has_tabs else max(_DELIMITERS, key=sample.count)
    try:
        rows: list[list[Cell]] = [list(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise Unreadable(_("“%(name)s”的引号没有成对，读不成表格。") % {"name": name}) from error
    _refuse_large(len(rows), max(map(len, rows), default=0), name=name)
    return rows


def _decoded(content: bytes, *, name: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable(
        _("文件“%(name)s”不是 XLSX、XLS 或 CSV 表格；请在 Excel 中另存后再上传。") % {"name": name}
    )


def _of_workbook(content: bytes, *, name: str) -> Sheets:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        found: dict[str, list[list[Cell]]] = {}
        for sheet_name in book.sheet_names:
            sheet = book.get_sheet_by_name(sheet_name)
            _refuse_large(sheet.total_height, sheet.total_width, name=name)
            rows = sheet.to_python(skip_empty_area=False)
            # A span of time is no cell of any statement; its text is told as what cannot be read.
            found[sheet_name] = [
                [str(cell) if isinstance(cell, dt.timedelta) else cell for cell in row] for row in rows
            ]
    except python_calamine.PasswordError as error:
        raise Unreadable(_("文件“%(name)s”有密码，请去掉密码后再上传。") % {"name": name}) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(_("文件“%(name)s”已损坏，读不成工作簿。") % {"name": name}) from error
    return found


def _refuse_large(rows: int, columns: int, *, name: str) -> None:
    if rows > ROWS_MAX or rows * columns > CELLS_MAX:
        raise Unreadable(
            _("文件“%(name)s”有 %(rows)d 行 × %(columns)d 列，过大；请删除表格以外的内容后再上传。")
            % {"name": name, "rows": rows, "columns": columns}
        )


def is_workbook(content: bytes) -> bool:
    """Whether the bytes are an XLSX workbook, told by the part that every workbook has."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, NotImplementedError):
        return False
