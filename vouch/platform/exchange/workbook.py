"""XLSX and XLS workbooks, read by calamine after a look at what they would unpack to.

Values alone are read: no formula is computed, no macro run, no link followed.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import python_calamine
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from vouch.platform.exchange._old_workbook import NotOld, look_into
from vouch.platform.exchange.bytestream import BLOCK, OLE_MAGIC, Contents, Unreadable, opened, size_of

UNZIPPED_MAX = 768 * 1024**2
OLD_MAX = 64 * 1024**2
"""An XLS is held in memory whole."""
ROWS_MAX = 500_000
RATIO_MAX = 150
CELLS_MAX = 30_000_000
"""The reader holds a sheet as a full rectangle, so one stray cell far away would cost all memory."""

EXACT_MAX = 10**15
"""Excel keeps 15 digits of a number; a longer code typed as a number has lost its end."""

MACROS = gettext_noop("文件“%(name)s”含有宏；请另存为不含宏的 XLSX 后再导入。")

_REFERENCE = re.compile(rb' r="([A-Z]{2,3})([0-9]+)"')
_FAR_ROW = re.compile(rb' r="[A-Z]{0,3}([0-9]{5,7})"')
Numbered = tuple[int, list[str], str]


class Workbook:
    """One workbook with its sheets."""

    encoding: str = "xlsx"
    broken = ""

    def __init__(self, contents: Contents, *, name: str) -> None:
        self._name = name
        with opened(contents) as file:
            is_old = file.read(len(OLE_MAGIC)) == OLE_MAGIC
            file.seek(0)
            if is_old:
                self.encoding = "xls"
                check_old(file, name=name)
            else:
                check_archive(file, name=name)
        try:
            with opened(contents) as file:
                # Read whole, packed as it is: the reader goes to and fro in it.
                self._book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(file.read()))
        except python_calamine.PasswordError as error:
            raise Unreadable(_("文件“%(name)s”有密码，请去掉密码后再导入。") % {"name": name}) from error
        except (python_calamine.CalamineError, OSError) as error:
            raise Unreadable(_("文件“%(name)s”不是可读的 XLSX 或 XLS 工作簿。") % {"name": name}) from error
        self.sheets: tuple[str, ...] = tuple(self._book.sheet_names)
        self._done = self._total = 0

    @property
    def progress(self) -> float:
        """How much of the open sheet was read, 0 to 1."""
        return self._done / self._total if self._total else 0.0

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()

    def first_lines(self, *, sheet: str, count: int) -> Iterator[tuple[int, list[str]]]:
        """The first rows that are not blank, for finding the headings."""
        given = 0
        for line, raw, _fault in self._numbered(sheet):
            if any(raw):
                yield line, raw
                given += 1
                if given == count:
                    return

    def lines(self, *, after: int, width: int, sheet: str) -> Iterator[Numbered]:
        """Every row below line ``after``, where the headings are ``width`` cells: line number, cells, fault."""
        for line, raw, fault in self._numbered(sheet):
            if line > after:
                # A sheet is a rectangle: empty cells right of the headings are not the row's.
                cells = raw if any(raw[width:]) else raw[:width]
                yield line, cells, fault

    def every_row(self, *, sheet: str, width: int) -> Iterator[tuple[int, int, list[Any]]]:
        """Every row of a sheet: its place, its line, and its values as the workbook has them."""
        del width
        try:
            opened = self._book.get_sheet_by_name(sheet)
        except python_calamine.CalamineError:
            return
        if opened.start is None:
            return
        blank = [""] * opened.start[1]
        for place, values in enumerate(opened.iter_rows()):
            yield place, place + 1, [*blank, *values]

    def _numbered(self, sheet: str) -> Iterator[Numbered]:
        try:
            opened = self._book.get_sheet_by_name(sheet)
        except python_calamine.CalamineError:
            # A chart sheet has no cells.
            return
        if opened.start is None:
            return
        first_row, left = opened.start
        self._total, self._done = opened.height, 0
        blank = [""] * left
        # calamine's rows begin at the sheet's first row, whether or not it is used.
        for line, values in enumerate(opened.iter_rows(), start=1):
            self._done += 1
            raw = [_text(value) for value in values]
            if line <= first_row and not any(raw):
                continue
            fault = _("含有空字符（NUL）") if any("\0" in cell for cell in raw) else ""
            yield line, blank + [cell.replace("\0", "␀") for cell in raw] if fault else blank + raw, fault


def _text(value: object) -> str:
    """A cell as the text that a person would have typed; dates in ISO form."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < EXACT_MAX else repr(value)
    if isinstance(value, dt.datetime):
        at_midnight = value.time() == dt.time()
        return value.date().isoformat() if at_midnight else value.isoformat(sep=" ")
    return "" if value is None else str(value)


def check_archive(file: BinaryIO, *, name: str) -> None:
    """Refuse an archive that unpacks to too much, or a sheet whose rectangle is too large."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if not any(part.filename == "xl/workbook.xml" for part in parts):
                raise Unreadable(
                    _("文件“%(name)s”是压缩包，不是 XLSX 工作簿；请解压后再导入。") % {"name": name}
                )
            _refuse_active([part.filename for part in parts], name=name)
            unzipped = sum(part.file_size for part in parts)
            packed = max(sum(part.compress_size for part in parts), 1)
            if unzipped > UNZIPPED_MAX or (unzipped > 64 * 1024**2 and unzipped > packed * RATIO_MAX):
                raise Unreadable(_("文件“%(name)s”解压后过大，已拒绝读取。") % {"name": name})
            for part in parts:
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    _check_extent(archive, part, name=name)
                elif part.filename.startswith("xl/") and part.filename.endswith(".xml"):
                    # Read to its end: what it says of its own size must be true.
                    with archive.open(part) as held:
                        while held.read(BLOCK):
                            pass
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        NotImplementedError,
        OSError,
        zlib.error,
    ) as error:
        raise Unreadable(_("文件“%(name)s”不完整或已损坏，无法作为 XLSX 打开。") % {"name": name}) from error


def _refuse_active(parts: Sequence[str], *, name: str) -> None:
    """Refuse what is more than values."""
    if any(part.rpartition("/")[2] == "vbaProject.bin" for part in parts):
        raise Unreadable(_(MACROS) % {"name": name})
    if any(part.startswith("xl/externalLinks/") for part in parts):
        raise Unreadable(
            _(
                "文件“%(name)s”链接着其他工作簿，其中的数可能不是最新的；请在 Excel 的“数据 → 编辑链接”中断开链接，保存后再导入。"
            )
            % {"name": name}
        )


def check_old(file: BinaryIO, *, name: str) -> None:
    """Refuse an XLS that is locked, has macros, is torn, or whose sheets span too much."""
    if size_of(file) > OLD_MAX:
        limit = OLD_MAX // 1024**2
        raise Unreadable(
            _("文件“%(name)s”超过 XLS 的上限 %(limit)d MB，请另存为 XLSX 后再导入。")
            % {"name": name, "limit": limit}
        )
    try:
        held = look_into(file.read())
    except NotOld as error:
        raise Unreadable(_("文件“%(name)s”不完整或已损坏，无法作为 XLS 打开。") % {"name": name}) from error
    if held.is_locked:
        raise Unreadable(_("文件“%(name)s”有密码，请去掉密码后再导入。") % {"name": name})
    if held.has_macros:
        raise Unreadable(_(MACROS) % {"name": name})
    for rows, columns in held.extents:
        _refuse_extent(rows, columns, name=name)
    # All its sheets are in memory at once.
    _refuse_extent(1, sum(rows * columns for rows, columns in held.extents), name=name)


def _check_extent(archive: zipfile.ZipFile, part: zipfile.ZipInfo, *, name: str) -> None:
    width, height = 26, 10_000
    tail = b""
    with archive.open(part) as sheet:
        while block := sheet.read(BLOCK):
            text = tail + block
            for letters, _row in set(_REFERENCE.findall(text)):
                width = max(width, _column_number(letters))
            rows = _FAR_ROW.findall(text)
            if rows:
                height = max(height, *map(int, rows))
            tail = text[-24:]
    _refuse_extent(height, width, name=name)


def _refuse_extent(height: int, width: int, *, name: str) -> None:
    if height > ROWS_MAX or width * height > CELLS_MAX:
        raise Unreadable(
            _(
                "文件“%(name)s”的工作表区域过大（%(rows)d 行 × %(columns)d 列），请删除表格以外的内容后再导入。"
            )
            % {"name": name, "rows": height, "columns": width}
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
