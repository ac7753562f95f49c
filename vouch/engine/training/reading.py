"""Reading a table from the bytes of a file: CSV, CSV.gz, zipped CSV, XLSX, ARFF, Parquet; any usual encoding.

The format is recognised by content, not by name.  Text columns stay text here; ``typing_columns`` decides what they are.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
import python_calamine

from vouch.engine.training.arff import parse_arff
from vouch.engine.training.decoding import decode
from vouch.engine.training.faults import InputFault

UNPACKED_MAX: Final = 4 * 1024**3
_TABLES: Final = (".csv", ".tsv", ".txt", ".arff", ".xlsx", ".xlsm", ".parquet", ".gz", ".asc")
_DELIMITERS: Final = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Table:
    """A file's rows as read: text columns as text, typed columns as their format typed them.

    ``first_line`` is the file's line (or sheet row) of the first data row, for messages.  ``remarks`` say what was odd.
    """

    name: str
    frame: pl.DataFrame
    first_line: int = 2
    remarks: tuple[str, ...] = ()

    def line(self, row: int) -> int:
        """The file's line of a data row counted from 0 (approximate where cells contain line breaks)."""
        return row + self.first_line


def read_table(path: Path) -> Table:
    """The table in this file; raise InputFault in Chinese where there is none."""
    name = path.name
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputFault(f"找不到文件：{path}") from None
    except IsADirectoryError:
        raise InputFault(f"{path} 是文件夹，不是文件。") from None
    except OSError as error:
        raise InputFault(f"无法读取 {path}：{error.strerror}") from None
    return read_bytes(data, name=name)


def read_bytes(data: bytes, *, name: str, depth: int = 0) -> Table:
    """The table in these bytes."""
    if not data.strip():
        raise InputFault(f"{name}：文件是空的。")
    if depth > 2:
        raise InputFault(f"{name}：压缩层数过多。")
    if data[:2] == b"\x1f\x8b":
        return read_bytes(_gunzip(data, name=name), name=name, depth=depth + 1)
    if data[:4] == b"PAR1":
        return _checked(_read_parquet(data, name=name))
    if data[:4] == b"PK\x03\x04":
        return _read_zip(data, name=name, depth=depth)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _checked(_read_workbook(data, name=name))
    text, remarks = decode(data, name=name)
    head = text.lstrip()[:4096].lower()
    if head.startswith(("@relation", "%")) or "\n@attribute" in head:
        return _checked(Table(name, parse_arff(text, name=name), first_line=1, remarks=remarks))
    return _checked(_read_delimited(text, name=name, remarks=remarks))


def _checked(table: Table) -> Table:
    if table.frame.width == 0 or table.frame.height == 0:
        raise InputFault(f"{table.name}：文件里没有数据行。")
    return table


def _gunzip(data: bytes, *, name: str) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            unpacked = stream.read(UNPACKED_MAX + 1)
    except (OSError, EOFError, zlib.error):
        raise InputFault(f"{name}：gzip 压缩包已损坏。") from None
    if len(unpacked) > UNPACKED_MAX:
        raise InputFault(f"{name}：解压后超过 {UNPACKED_MAX // 1024**3} GB。")
    return unpacked


def _read_zip(data: bytes, *, name: str, depth: int) -> Table:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            if any(m.filename in ("xl/workbook.xml", "xl/workbook.bin") for m in members):
                if sum(m.file_size for m in members) > UNPACKED_MAX:
                    raise InputFault(f"{name}：解压后超过 {UNPACKED_MAX // 1024**3} GB。")
                return _checked(_read_workbook(data, name=name))
            tables = [
                m
                for m in members
                if m.filename.lower().endswith(_TABLES) and not m.filename.startswith("__MACOSX")
            ]
            if len(tables) != 1:
                listed = "、".join(m.filename for m in tables[:10]) or "没有"
                raise InputFault(f"{name}：压缩包里应恰有一个表格文件，实有：{listed}。")
            if tables[0].file_size > UNPACKED_MAX:
                raise InputFault(f"{name}：解压后超过 {UNPACKED_MAX // 1024**3} GB。")
            inner = archive.read(tables[0])
    except (zipfile.BadZipFile, RuntimeError, zlib.error, EOFError):
        raise InputFault(f"{name}：zip 压缩包已损坏或有密码。") from None
    return read_bytes(inner, name=f"{name}/{tables[0].filename}", depth=depth + 1)


def _read_parquet(data: bytes, *, name: str) -> Table:
    try:
        return Table(name, pl.read_parquet(io.BytesIO(data)), first_line=1)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputFault(f"{name}：Parquet 文件无法读取（{str(error).splitlines()[0]}）。") from None


def _read_workbook(data: bytes, *, name: str) -> Table:
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=True)
    except (python_calamine.CalamineError, OSError, ValueError, IndexError):
        raise InputFault(f"{name}：Excel 文件无法读取，可能已损坏或有密码。") from None
    if not rows:
        raise InputFault(f"{name}：第一个工作表是空的。")
    header = _names([str(cell).strip() for cell in rows[0]], name=name)
    series = []
    for index, label in enumerate(header):
        cells = [None if (cell := row[index]) == "" else cell for row in rows[1:]]
        kinds = {type(cell) for cell in cells if cell is not None}
        if kinds and not kinds <= {int, float} and len(kinds) > 1:
            cells = [None if cell is None else _cell_text(cell) for cell in cells]
        elif kinds <= {int, float}:
            cells = [float(cell) if isinstance(cell, int | float) else None for cell in cells]
        series.append(pl.Series(label, cells, strict=False))
    remarks = (
        ()
        if len(book.sheet_names) == 1
        else (f"{name} 有 {len(book.sheet_names)} 个工作表，只读取了第一个“{book.sheet_names[0]}”。",)
    )
    return Table(name, pl.DataFrame(series), remarks=remarks)


def _cell_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _read_delimited(text: str, *, name: str, remarks: tuple[str, ...]) -> Table:
    head = text.lstrip("\r\n ")
    delimiter = _delimiter(head)
    header = _names(
        [cell.strip() for cell in next(csv.reader(io.StringIO(head[:1_000_000]), delimiter=delimiter), [])],
        name=name,
    )
    try:
        frame = pl.read_csv(
            io.BytesIO(head.encode()),
            separator=delimiter,
            infer_schema=False,
            has_header=False,
            skip_rows=1,
            raise_if_empty=False,
        )
    except pl.exceptions.PolarsError as error:
        raise InputFault(
            _ragged(head, width=len(header), delimiter=delimiter, name=name, error=error)
        ) from None
    if frame.height == 0:
        raise InputFault(f"{name}：只有列名，没有数据行。")
    if frame.width != len(header):
        raise InputFault(_ragged(head, width=len(header), delimiter=delimiter, name=name, error=None))
    frame.columns = header
    first = 2 + text[: len(text) - len(head)].count("\n")
    return Table(name, frame, first_line=first, remarks=remarks)


def _delimiter(head: str) -> str:
    line = head.split("\n", 1)[0]
    sample = [row for row in head[:200_000].split("\n")[1:6] if row.strip()]
    scores = {d: (line.count(d), sum(row.count(d) >= 1 for row in sample)) for d in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda d: scores[d])
    return best if scores[best][0] else ","


def _ragged(head: str, *, width: int, delimiter: str, name: str, error: Exception | None) -> str:
    reader = csv.reader(io.StringIO(head), delimiter=delimiter)
    next(reader, None)
    try:
        for row in reader:
            if row and len(row) != width:
                return f"{name} 第 {reader.line_num} 行：有 {len(row)} 个值，列名有 {width} 个。"
    except csv.Error as fault:
        return f"{name} 第 {reader.line_num} 行：无法解析（{fault}）。"
    reason = f"（{str(error).splitlines()[0]}）" if error else ""
    return f"{name}：无法解析为表格{reason}。"


def _names(cells: list[str], *, name: str) -> list[str]:
    """Column names as written; a nameless column is called after its place."""
    names = [cell or f"第{place}列" for place, cell in enumerate(cells, start=1)]
    twice = [n for n, count in Counter(names).items() if count > 1]
    if twice:
        where = "；".join(
            f"“{n}”在第 {'、'.join(str(i) for i, m in enumerate(names, start=1) if m == n)} 列"
            for n in twice[:10]
        )
        raise InputFault(f"{name}：列名重复：{where}。请先改名，否则分不清指的是哪一列。")
    return names
