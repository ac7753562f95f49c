"""Small pictures and papers with what cameras and scanners write into them; not collected itself."""

from __future__ import annotations

import struct
import zlib

PLACE = b"GPS: 30.2741 N 120.1551 E"
"""What must not be kept; no real EXIF spells a place so, but nothing else could be looked for as well."""


def exif(*, taken: str = "2026:10:08 09:15:00", orientation: int = 1, order: str = ">") -> bytes:
    """A TIFF block with the orientation, the moment of the photo, and a place."""
    mark = {">": b"MM", "<": b"II"}[order]
    moment = taken.encode() + b"\0"
    head = struct.pack(f"{order}2sHI", mark, 42, 8)
    first = struct.pack(f"{order}H", 3)
    first += struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    first += struct.pack(f"{order}HHII", 0x8769, 4, 1, 50)
    first += struct.pack(f"{order}HHII", 0x8825, 4, 1, 90)
    first += struct.pack(f"{order}I", 0)
    second = struct.pack(f"{order}HHHII", 1, 0x9003, 2, len(moment), 68) + struct.pack(f"{order}I", 0)
    return (head + first + second).ljust(68, b"\0") + moment.ljust(22, b"\0") + PLACE


def jpeg(tiff: bytes | None = None, *, colour: bytes = b"\x01") -> bytes:
    """The segments of a JPEG with scan data that holds stuffed bytes and a restart mark."""
    segments = [(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")]
    if tiff is not None:
        segments.append((0xE1, b"Exif\0\0" + tiff))
    segments += [(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE), (0xFE, PLACE), (0xDB, bytes(65))]
    segments += [(0xC0, bytes(11)), (0xC4, bytes(19)), (0xDA, bytes(6))]
    written = [b"\xff" + bytes([mark]) + struct.pack(">H", 2 + len(data)) + data for mark, data in segments]
    return b"\xff\xd8" + b"".join(written) + b"\x12\xff\x00\xff\xd0" + colour + b"\xff\xd9"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(tiff: bytes | None = None, *, colour: int = 200) -> bytes:
    """One grey pixel."""
    chunks = [
        chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        chunk(b"tEXt", b"Comment\0" + PLACE),
    ]
    if tiff is not None:
        chunks.append(chunk(b"eXIf", tiff))
    chunks += [chunk(b"IDAT", zlib.compress(bytes([0, colour]))), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def pdf(pages: int = 3, *, packed: bool = False, locked: bool = False) -> bytes:
    """The skeleton of a PDF whose page tree says how many pages there are; packed as newer programs write it."""
    node = b"<</Type/Pages/Kids[3 0 R]/Count %d>>" % pages
    lock = b"/Encrypt 9 0 R" if locked else b""
    if packed:
        head = b"2 0 "
        stream = zlib.compress(head + node)
        body = (
            b"2 0 obj\n<</Type/ObjStm/N 1/First %d/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n"
            % (*(len(head), len(stream), stream),)
        )
    else:
        body = b"2 0 obj\n%s\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R>>\nendobj\n" % node
    return b"%%PDF-1.5\n%strailer<</Root 1 0 R%s>>\n%%%%EOF\n" % (body, lock)
