"""What an original tells of itself: the day a photo was taken, the pages of a PDF, whether it is locked.

And a photo without what its camera wrote into it: place, device, owner. Nothing is decoded and nothing is run; what does
not have the structure of its kind is refused.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from vouch.customers.actions.files import JPEG, PDF, PNG, WrongFile

_EXIF = b"Exif\x00\x00"
_ORIENTATION, _EXIF_IFD, _TAKEN, _DIGITISED = 0x0112, 0x8769, 0x9003, 0x9004
_ASCII, _SHORT, _LONG = 2, 3, 4
# What a picture needs to be shown right: JFIF, the colour profile, Adobe's colour transform.
_KEPT_SEGMENTS = {0xE0, 0xE2, 0xEE}
_DROPPED_CHUNKS = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}
_IFD_MAX = 200
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_DAY = re.compile(rb"(\d{4}):(\d{2}):(\d{2})")
_PAGES = re.compile(rb"/Type\s*/Pages\b")
_COUNT = re.compile(rb"/Count\s+(\d{1,5})\b")
_OBJECTS = re.compile(rb"/Type\s*/ObjStm\b[^>]*>>\s*stream\r?\n")
_FIRST = re.compile(rb"/First\s+(\d{1,6})\b")
_INFLATED_MAX, _STREAMS_MAX, _PAGES_MAX = 1024 * 1024, 200, 32_767


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen: the day of a photo, the pages of a PDF (None where it does not say plainly), whether it is locked."""

    taken_on: date | None = None
    pages: int | None = None
    is_locked: bool = False


def look_at(content: bytes, *, media_type: str) -> Look:
    """What the file says of itself."""
    if media_type == PDF:
        is_locked = b"/Encrypt" in content
        return Look(pages=None if is_locked else _page_count(content), is_locked=is_locked)
    tiff = {JPEG: _exif_of_jpeg, PNG: _exif_of_png}[media_type](content)
    return Look(taken_on=_taken_on(tiff))


def cleaned(content: bytes, *, media_type: str) -> bytes:
    """The same picture with its colours and its upright position, and nothing else that a camera notes.

    Other kinds come back as they are. Raises WrongFile.
    """
    try:
        if media_type == JPEG:
            return _cleaned_jpeg(content)
        if media_type == PNG:
            return _cleaned_png(content)
    except (struct.error, IndexError) as error:
        raise WrongFile(_("图片已损坏，不能完整读出，请重新拍摄或导出。")) from error
    return content


def _segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment of a JPEG, from after its first mark to its last; pictures' data included."""
    place = 2
    while True:
        start = place
        marker = content[place + 1]
        if content[place] != 0xFF or marker in {0x00, 0xFF}:
            raise struct.error
        if marker == 0xD9:
            yield marker, start, place + 2
            return
        (length,) = struct.unpack_from(">H", content, place + 2)
        place += 2 + length
        if marker == 0xDA:
            found = _MARKER.search(content, place)
            if found is None:
                raise struct.error
            place = found.start()
        if length < 2 or place >= len(content):
            raise struct.error
        yield marker, start, place


def _cleaned_jpeg(content: bytes) -> bytes:
    kept = [content[:2]]
    orientation = _short(_exif_of_jpeg(content), _ORIENTATION)
    if orientation in range(2, 9):
        tiff = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, _SHORT, 1, orientation, 0, 0)
        kept.append(b"\xff\xe1" + struct.pack(">H", 2 + len(_EXIF) + len(tiff)) + _EXIF + tiff)
    for marker, start, end in _segments(content):
        is_note = marker in range(0xE0, 0xF0) or marker == 0xFE
        if not is_note or marker in _KEPT_SEGMENTS:
            kept.append(content[start:end])
    return b"".join(kept)


def _cleaned_png(content: bytes) -> bytes:
    return content[:8] + b"".join(
        content[start:end] for name, start, end in _chunks(content) if name not in _DROPPED_CHUNKS
    )


def _chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    place, name = 8, b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", content, place)
        end = place + 12 + length
        if end > len(content):
            raise struct.error
        yield name, place, end
        place = end


def _exif_of_jpeg(content: bytes) -> bytes:
    try:
        for marker, start, end in _segments(content):
            if marker == 0xE1 and content[start + 4 : start + 10] == _EXIF:
                return content[start + 10 : end]
    except (struct.error, IndexError):
        pass
    return b""


def _exif_of_png(content: bytes) -> bytes:
    try:
        for name, start, end in _chunks(content):
            if name == b"eXIf":
                return content[start + 8 : end - 4]
    except struct.error:
        pass
    return b""


def _fields(tiff: bytes, *, at: int | None = None) -> dict[int, tuple[int, int, int]]:
    """Tag → kind, count and the place of its value, of one directory; empty where there is none to read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return {}
    found = {}
    try:
        (place,) = struct.unpack_from(f"{order}I", tiff, 4) if at is None else (at,)
        (number,) = struct.unpack_from(f"{order}H", tiff, place)
        for entry in range(place + 2, place + 2 + 12 * min(number, _IFD_MAX), 12):
            tag, kind, count = struct.unpack_from(f"{order}HHI", tiff, entry)
            found[tag] = (kind, count, entry + 8)
    except struct.error:
        return {}
    return found


def _number(tiff: bytes, place: int, *, kind: int) -> int:
    order = "<" if tiff[:2] == b"II" else ">"
    (value,) = struct.unpack_from(order + ("H" if kind == _SHORT else "I"), tiff, place)
    return int(value)


def _short(tiff: bytes, tag: int) -> int:
    kind, count, place = _fields(tiff).get(tag, (0, 0, 0))
    return _number(tiff, place, kind=_SHORT) if (kind, count) == (_SHORT, 1) else 0


def _taken_on(tiff: bytes) -> date | None:
    kind, _count, place = _fields(tiff).get(_EXIF_IFD, (0, 0, 0))
    if kind != _LONG:
        return None
    fields = _fields(tiff, at=_number(tiff, place, kind=_LONG))
    for tag in (_TAKEN, _DIGITISED):
        kind, _count, place = fields.get(tag, (0, 0, 0))
        if kind != _ASCII:
            continue
        at = _number(tiff, place, kind=_LONG)
        written = _DAY.match(tiff[at : at + 10])
        try:
            return date(*(int(part) for part in written.groups())) if written else None
        except ValueError:
            continue
    return None


def _page_count(content: bytes) -> int | None:
    """What the root of the page tree says: the largest count of all its nodes, in the open or in streams of objects."""
    counts = [int(count) for node in _nodes(content) for count in _COUNT.findall(node)]
    return max(counts) if counts and 0 < max(counts) <= _PAGES_MAX else None


def _nodes(content: bytes) -> Iterator[bytes]:
    for found in _PAGES.finditer(content):
        start = content.rfind(b"obj", 0, found.start())
        end = content.find(b"endobj", found.end())
        yield content[max(start, 0) : end if end > 0 else found.end() + 400]
    for place, found in enumerate(_OBJECTS.finditer(content)):
        if place == _STREAMS_MAX:
            return
        head = content[content.rfind(b"obj", 0, found.start()) : found.end()]
        yield from _packed_nodes(head, content, found.end())


def _packed_nodes(head: bytes, content: bytes, start: int) -> Iterator[bytes]:
    first = _FIRST.search(head)
    if first is None or b"/FlateDecode" not in head:
        return
    try:
        # The stream's own end ends the reading, whatever length it claims.
        text = zlib.decompressobj().decompress(content[start:], _INFLATED_MAX)
    except zlib.error:
        return
    begin = int(first[1])
    words = text[:begin].split()
    places = sorted(begin + int(word) for word in words[1::2] if word.isdigit())
    for place, after in zip(places, [*places[1:], len(text)], strict=True):
        if _PAGES.search(text[place:after]):
            yield text[place:after]
