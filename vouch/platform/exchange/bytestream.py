"""Bytes and text of an uploaded file, read once from front to back in bounded memory.

A gzip file that was cut off still gives every byte before the cut: Python's own reader would raise and lose
what its buffer held.
"""

from __future__ import annotations

import codecs
import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK = 256 * 1024
GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
# Ordinary tables unpack to 5–15 times their size; gzip cannot pass 1,032.
GZIP_RATIO_MAX = 400
UNPACKED_MAX = 8 * 1024**3


Contents = Path | Callable[[], BinaryIO]
"""Where a file's bytes are: on the disk, or wherever this opens them, each time from the start."""


def opened(contents: Contents) -> BinaryIO:
    """The bytes, opened for reading. Raises OSError, and Unreadable for a kept file that is gone."""
    return contents.open("rb") if isinstance(contents, Path) else contents()


def size_of(file: BinaryIO) -> int:
    """How many bytes an open file has; it is at its start afterwards."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return size


class Unreadable(ValueError):
    """Nothing can be read from this file; ``str()`` says in Chinese why, naming the file."""


class ByteStream(io.RawIOBase):
    """A file's bytes, unpacked where it is gzip. ``cut`` says how it ended early, if it did."""

    def __init__(self, contents: Contents, *, name: str) -> None:
        super().__init__()
        self.cut = ""
        self._name = name
        self._file = opened(contents)
        is_packed = self._file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        self._file.seek(0)
        self._unpack = zlib.decompressobj(wbits=31) if is_packed else None
        self._waiting = b""
        self._taken = self._given = 0

    def readable(self) -> bool:
        """Say that this is for reading."""
        return True

    def close(self) -> None:
        """Close the file below too."""
        self._file.close()
        super().close()

    @property
    def bytes_taken(self) -> int:
        """How many bytes of the file itself were read: the measure of progress."""
        return self._taken

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill the buffer with the next bytes; 0 at the end or at the break."""
        view = memoryview(buffer).cast("B")
        data = self._plain(len(view)) if self._unpack is None else self._unpacked(len(view))
        view[: len(data)] = data
        return len(data)

    def _plain(self, size: int) -> bytes:
        data = self._file.read(size)
        self._taken += len(data)
        return data

    def _unpacked(self, size: int) -> bytes:
        while not self.cut:
            unpack = self._unpack
            if unpack is None:  # pragma: no cover - _plain is used then
                return b""
            if unpack.eof:
                # A gzip file may have several members; zero padding after the last one is allowed.
                rest = (unpack.unused_data + self._waiting).lstrip(b"\0") or self._next_block().lstrip(b"\0")
                if not rest:
                    return b""
                self._unpack, self._waiting = zlib.decompressobj(wbits=31), rest
                continue
            fed = unpack.unconsumed_tail or self._waiting or self._next_block()
            if not unpack.unconsumed_tail:
                self._waiting = b""
            if not fed:
                self.cut = _("压缩文件在此处中断，后面的内容缺失")
                return b""
            try:
                data = unpack.decompress(fed, size)
            except zlib.error:
                self.cut = _("压缩文件从此处起已损坏，后面的内容无法读取")
                return b""
            if data:
                self._given += len(data)
                self._refuse_bomb()
                return data
        return b""

    def _next_block(self) -> bytes:
        return self._plain(BLOCK)

    def _refuse_bomb(self) -> None:
        too_large = self._given > UNPACKED_MAX
        too_dense = self._given > 64 * 1024**2 and self._given > self._taken * GZIP_RATIO_MAX
        if too_large or too_dense:
            message = _("文件“%(name)s”解压后过大，已停止读取。") % {"name": self._name}
            raise Unreadable(message)


def detect_encoding(contents: Contents, *, name: str) -> tuple[str, str]:
    """The encoding of a text file and how to treat its errors: ``("gb18030", "strict")``.

    A byte-order mark decides; else the whole file is tried, because the first Chinese character may stand in
    the last row. Where neither UTF-8 nor GB18030 fits throughout, undecodable bytes become surrogates, and
    the rows that hold them are refused one by one. Raises Unreadable for what is no text.
    """
    with ByteStream(contents, name=name) as stream:
        head = stream.read(64 * 1024) or b""
        if not head:
            raise Unreadable(_("文件“%(name)s”是空的。") % {"name": name})
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig", "surrogateescape"
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16", "surrogateescape"
        if len(head) >= 8 and head.count(0) > len(head) // 5:
            raise Unreadable(
                _(
                    "文件“%(name)s”含有大量空字符（NUL），不是文本表格；请另存为 CSV（UTF-8）或 XLSX 后再导入。"
                )
                % {"name": name}
            )
        left = {encoding: codecs.getincrementaldecoder(encoding)() for encoding in ("utf-8", "gb18030")}
        block = head
        while block and left:
            for encoding in tuple(left):
                try:
                    left[encoding].decode(block)
                except UnicodeDecodeError:
                    del left[encoding]
            block = stream.read(BLOCK) or b""
    if left:
        return next(iter(left)), "surrogateescape"
    first_line = head.split(b"\n", 1)[0]
    try:
        first_line.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030", "surrogateescape"
    return "utf-8", "surrogateescape"
