"""What an XLS (BIFF8 in an OLE2 container) holds, looked at before a reader takes it into memory.

The reader makes a full rectangle of every sheet, so one stray cell in the last corner of each of many sheets would cost
all memory; and a workbook with a password is known only by its records. [MS-CFB], [MS-XLS].
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

SECTOR_SHIFTS = frozenset({9, 12})
FREE = 0xFFFFFFFA
"""Numbers of sectors from here on mean: the end, or nothing."""
MINI_CUTOFF = 4096
SECTORS_MAX = 4_000_000

BOF, FILE_PASS = 0x0809, 0x002F
# Records that begin with the row and the column of a cell, and those of several cells in a row.
CELLS = frozenset({0x0006, 0x0203, 0x0204, 0x0205, 0x00FD, 0x027E, 0x00D6, 0x0406})
CELL_RUNS = frozenset({0x00BD})


class NotOld(ValueError):
    """Not an OLE2 file, or torn."""


@dataclass(slots=True)
class Held:
    """Names of the streams; whether it is locked; rows and columns of the rectangle of each sheet that has cells."""

    streams: frozenset[str]
    is_locked: bool = False
    extents: list[tuple[int, int]] = field(default_factory=list)

    @property
    def has_macros(self) -> bool:
        """Whether there is a project of Visual Basic."""
        return any(name.startswith("_VBA_PROJECT") for name in self.streams)


def look_into(data: bytes) -> Held:
    """What the bytes hold. Raises NotOld."""
    try:
        container = _Container(data)
        held = Held(frozenset(container.entries))
        if "EncryptedPackage" in held.streams:
            held.is_locked = True
            return held
        name = next((one for one in ("Workbook", "Book") if one in container.entries), None)
        if name is None:
            raise NotOld("no workbook in it")
        _walk(container.stream(name), held)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise NotOld("torn") from error
    return held


def _walk(stream: bytes, held: Held) -> None:
    place, end = 0, len(stream) - 4
    rows = columns = -1
    while place <= end:
        kind, size = struct.unpack_from("<HH", stream, place)
        if kind == FILE_PASS:
            held.is_locked = True
            return
        if kind == BOF and rows >= 0:
            held.extents.append((rows + 1, columns + 1))
            rows = columns = -1
        elif kind in CELLS and size >= 4:
            row, column = struct.unpack_from("<HH", stream, place + 4)
            rows, columns = max(rows, row), max(columns, column)
        elif kind in CELL_RUNS and size >= 6:
            (row,) = struct.unpack_from("<H", stream, place + 4)
            (column,) = struct.unpack_from("<H", stream, place + 4 + size - 2)
            rows, columns = max(rows, row), max(columns, column)
        place += 4 + size
    if rows >= 0:
        held.extents.append((rows + 1, columns + 1))


class _Container:
    """The streams of an OLE2 file by name."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in SECTOR_SHIFTS or mini_shift != 6:
            raise NotOld("no such sectors")
        self._sector = 1 << shift
        (self._first_directory,) = struct.unpack_from("<I", data, 48)
        first_mini, _count, next_table, _tables = struct.unpack_from("<IIII", data, 60)
        self._table = self._allocation(next_table)
        self.entries: dict[str, tuple[int, int]] = {}
        self._mini = b""
        for name, kind, start, size in self._directory():
            if kind == 5:
                self._mini = self._chain(start)[:size]
            elif kind in {1, 2}:
                self.entries[name] = (start, size)
        minis = self._chain(first_mini) if first_mini < FREE else b""
        self._mini_table = struct.unpack(f"<{len(minis) // 4}I", minis)

    def stream(self, name: str) -> bytes:
        """The bytes of a stream."""
        start, size = self.entries[name]
        if size >= MINI_CUTOFF:
            return self._chain(start)[:size]
        found = bytearray()
        for sector in _followed(self._mini_table, start):
            found += self._mini[sector * 64 : sector * 64 + 64]
        return bytes(found[:size])

    def _allocation(self, next_table: int) -> tuple[int, ...]:
        sectors = [one for one in struct.unpack_from("<109I", self._data, 76) if one < FREE]
        seen = 0
        while next_table < FREE and seen < SECTORS_MAX:
            block = struct.unpack(f"<{self._sector // 4}I", self._at(next_table))
            sectors += [one for one in block[:-1] if one < FREE]
            next_table, seen = block[-1], seen + len(block)
        packed = b"".join(self._at(one) for one in sectors)
        return struct.unpack(f"<{len(packed) // 4}I", packed)

    def _at(self, sector: int) -> bytes:
        start = (sector + 1) * self._sector
        return self._data[start : start + self._sector].ljust(self._sector, b"\0")

    def _chain(self, start: int) -> bytes:
        return b"".join(self._at(sector) for sector in _followed(self._table, start))

    def _directory(self) -> Iterator[tuple[str, int, int, int]]:
        listed = self._chain(self._first_directory)
        for place in range(0, len(listed) - 127, 128):
            (length,) = struct.unpack_from("<H", listed, place + 64)
            kind = listed[place + 66]
            start, size = struct.unpack_from("<II", listed, place + 116)
            if 2 <= length <= 64:
                yield listed[place : place + length - 2].decode("utf-16-le"), kind, start, size


def _followed(table: tuple[int, ...], start: int) -> Iterator[int]:
    """The sectors of a chain; one that bites its own tail is torn."""
    steps = 0
    while start < FREE:
        yield start
        start, steps = table[start], steps + 1
        if steps > len(table):
            raise NotOld("a chain without an end")
