"""XLS files made by hand, for nothing else here writes them; not collected itself."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
Cells = Mapping[tuple[int, int], str | float]


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def text(value: str, *, count: str = "<H") -> bytes:
    return struct.pack(count, len(value)) + b"\x01" + value.encode("utf-16-le")


def biff(sheets: Mapping[str, Cells], *, is_locked: bool = False) -> bytes:
    """The stream of a workbook of BIFF8."""
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 6))
    lock = record(0x002F, b"\x01\x00" * 3) if is_locked else b""
    code_page, end = record(0x0042, struct.pack("<H", 1200)), record(0x000A, b"")
    bodies = []
    for cells in sheets.values():
        body = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 6))
        for (row, column), value in sorted(cells.items()):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(value, str):
                body += record(0x0204, place + text(value))
            else:
                body += record(0x0203, place + struct.pack("<d", value))
        bodies.append(body + end)
    heads = [record(0x0085, struct.pack("<IH", 0, 0) + text(name, count="<B")) for name in sheets]
    start = len(begin + lock + code_page + end) + sum(map(len, heads))
    places = []
    for body in bodies:
        places.append(start)
        start += len(body)
    heads = [
        record(0x0085, struct.pack("<IH", place, 0) + text(name, count="<B"))
        for place, name in zip(places, sheets, strict=True)
    ]
    return begin + lock + code_page + b"".join(heads) + end + b"".join(bodies)


def container(streams: Mapping[str, bytes]) -> bytes:
    """An OLE2 file with these streams, none of them small."""
    sectors: list[bytes] = []
    table: list[int] = []
    entries: list[tuple[str, int, int, int]] = [("Root Entry", 5, END, 0)]
    for name, stream in streams.items():
        padded = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
        first = len(sectors)
        entries.append((name, 2, first, len(padded)))
        pieces = [padded[at : at + SECTOR] for at in range(0, len(padded), SECTOR)]
        sectors += pieces
        table += [*range(first + 1, first + len(pieces)), END]
    listed = b"".join(entry(*one) for one in entries)
    directory = len(sectors)
    pieces = [
        listed.ljust(-(-len(listed) // SECTOR) * SECTOR, b"\0")[at : at + SECTOR]
        for at in range(0, len(listed), SECTOR)
    ]
    sectors += pieces
    table += [*range(directory + 1, directory + len(pieces)), END]
    tables: Sequence[int] = range(len(sectors), len(sectors) + -(-(len(sectors) + 8) // 120))
    table += [FAT] * len(tables)
    packed = struct.pack(f"<{len(table)}I", *table).ljust(len(tables) * SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += (
        bytes(6) + struct.pack("<IIIIIIIIII", 0, len(tables), directory, 0, 4096, END, 0, END, 0, 0)[:36]
    )
    listed_tables = [*tables, *[FREE] * (109 - len(tables))]
    header = header.ljust(76, b"\0") + struct.pack("<109I", *listed_tables)
    return header + b"".join(sectors) + packed


def entry(name: str, kind: int, start: int, size: int) -> bytes:
    spelled = (name + "\0").encode("utf-16-le")
    links = (FREE, FREE, 1) if kind == 5 else (FREE, FREE, FREE)
    return (
        spelled.ljust(64, b"\0")
        + struct.pack("<HBB", len(spelled), kind, 1)
        + struct.pack("<III", *links)
        + bytes(36)
        + struct.pack("<III", start, size, 0)
    )


def old_workbook(
    sheets: Mapping[str, Cells], *, is_locked: bool = False, more: Mapping[str, bytes] | None = None
) -> bytes:
    """An XLS with these cells, counted from 0."""
    return container({"Workbook": biff(sheets, is_locked=is_locked), **(more or {})})
