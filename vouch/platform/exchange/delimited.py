"""CSV, plain or gzipped, in whatever encoding it comes."""

from __future__ import annotations

import csv
import io
import itertools
from collections import deque
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from vouch.platform.exchange.bytestream import (
    BLOCK,
    ByteStream,
    Contents,
    detect_encoding,
    opened,
    size_of,
)

ROW_LINES_MAX = 200
"""A quoted cell may hold line breaks, but one row of more lines than this is a quotation mark never closed."""

NUL_SHOWN = "␀"
Numbered = tuple[int, list[str], str]

csv.field_size_limit(4 * 1024 * 1024)


class _Unclosed(Exception):
    """A quotation mark was opened and the row does not end."""


class _Feed:
    """Text lines for the CSV reader: counted, held until their row is complete, and given back on demand."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._returned: deque[str] = deque()
        self.held: list[str] = []
        self.taken = 0
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.held) >= ROW_LINES_MAX:
            raise _Unclosed
        if self._returned:
            line = self._returned.popleft()
        else:
            try:
                line = next(self._lines)
            except StopIteration:
                self.ended = True
                raise
        self.taken += 1
        self.held.append(line)
        return line

    def give_back_all_but_first(self) -> str:
        """Return the lines of a row that failed, except its first, which is handed out."""
        first, *rest = self.held
        self._returned.extendleft(reversed(rest))
        self.taken -= len(rest)
        self.held.clear()
        self.ended = False
        return first


class Delimited:
    """One CSV file. ``broken`` is known once ``lines`` has run to its end."""

    sheets = ("",)

    def __init__(self, contents: Contents, *, name: str) -> None:
        self._contents, self._name = contents, name
        with opened(contents) as file:
            self._size = max(size_of(file), 1)
        self.encoding, self._errors = detect_encoding(contents, name=name)
        self.broken = ""
        self._stream: ByteStream | None = None
        self._delimiter = self._find_delimiter()

    @property
    def progress(self) -> float:
        """How much of the file was read, 0 to 1."""
        return min(self._stream.bytes_taken / self._size, 1.0) if self._stream else 0.0

    def close(self) -> None:
        """Close the file, if it is open."""
        if self._stream:
            self._stream.close()

    def first_lines(self, *, sheet: str, count: int) -> Iterator[tuple[int, list[str]]]:
        """The first rows, for finding the headings."""
        del sheet  # a CSV file is one sheet
        found = ((line, raw) for line, raw, fault in self._numbered() if not fault)
        yield from itertools.islice(found, count)

    def lines(self, *, after: int, width: int, sheet: str) -> Iterator[Numbered]:
        """Every row below line ``after``, where the headings are ``width`` cells: line number, cells, fault."""
        del sheet
        return (numbered for numbered in self._numbered(width) if numbered[0] > after)

    def every_row(self, *, sheet: str, width: int) -> Iterator[tuple[int, int, list[Any]]]:
        """Every row: its place, its line, its cells. A quoted cell may span lines, so the two differ."""
        del sheet
        for place, (line, raw, _fault) in enumerate(self._numbered(width)):
            yield place, line, list(raw)

    def _find_delimiter(self) -> str:
        # Spreadsheets save with a tab or a semicolon where the region asks for it.
        head = "".join(itertools.islice(self._text(), 5))
        return max(",\t;", key=head.count)

    def _text(self) -> Iterator[str]:
        if self._stream:
            self._stream.close()
        self._stream = ByteStream(self._contents, name=self._name)
        buffered = io.BufferedReader(self._stream, BLOCK)
        yield from io.TextIOWrapper(buffered, encoding=self.encoding, errors=self._errors, newline="")

    def _numbered(self, width: int = 0) -> Iterator[Numbered]:
        self.broken = ""
        feed = _Feed(self._text())
        again = True
        while again:
            again = False
            try:
                for raw in csv.reader(feed, delimiter=self._delimiter):
                    if feed.ended or (width and len(feed.held) > 1 and len(raw) != width):
                        # The row ended because the file did, or it swallowed its neighbours: a quotation
                        # mark was never closed.
                        raise _Unclosed  # noqa: TRY301 - ends the reader as its own error does
                    first_line = feed.taken - len(feed.held) + 1
                    if self._is_cut(feed):
                        break
                    fault = _fault(feed.held)
                    feed.held.clear()
                    yield first_line, [_shown(cell) for cell in raw] if fault else raw, fault
            except (_Unclosed, csv.Error):
                cut = self._cut()
                if cut and feed.ended:
                    feed.taken -= len(feed.held)
                    break
                first = feed.give_back_all_but_first()
                again = True
                message = _("引号没有闭合，或单元格过长")
                yield feed.taken, [_shown(first.rstrip("\r\n"))], message
        cut = self._cut()
        if cut:
            self.broken = _("第 %(line)d 行：%(cut)s") % {"line": feed.taken + 1, "cut": cut}

    def _cut(self) -> str:
        return self._stream.cut if self._stream else ""

    def _is_cut(self, feed: _Feed) -> bool:
        """Whether the row just read is the torn end of a broken file."""
        if self._cut() and not feed.held[-1].endswith(("\n", "\r")):
            feed.taken -= len(feed.held)
            feed.held.clear()
            return True
        return False


def _fault(lines: list[str]) -> str:
    for line in lines:
        if "\0" in line:
            return _("含有空字符（NUL）")
        if not line.isascii() and _has_surrogate(line):
            return _("含有无法识别的字符，文件编码可能有误")
    return ""


def _has_surrogate(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return True
    return False


def _shown(cell: str) -> str:
    """The cell as it can be kept and shown: PostgreSQL stores neither NUL nor lone surrogates."""
    return cell.replace("\0", NUL_SHOWN).encode("utf-8", "replace").decode()
