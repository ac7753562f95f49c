"""A document read as a file: anywhere in it and again, in bounded memory, without a plain copy on the disk."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from vouch.platform.vault.models import Chunk, Document
from vouch.platform.vault.queries import chunk_place, key_of
from vouch.platform.vault.terms import CHUNK_BYTES, Subject, Unreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class DocumentReader(io.RawIOBase):
    """The plain bytes of a document; one chunk of it is held at a time.

    Raises NoKey, KeyDestroyed and VaultError at once, Unreadable where a chunk is missing or was changed. What was read
    is what was stored: each chunk opens in its own place alone, and the last one knows that it is.
    """

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._key = key_of(Subject(document.subject_kind, document.subject_id))
        self._at, self._number, self._held = 0, -1, b""

    def readable(self) -> bool:
        """Say that this is for reading."""
        return True

    def seekable(self) -> bool:
        """Say that any place can be read."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place, as in any file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._document.size}[whence]
        if base + offset < 0:
            raise ValueError(offset)
        self._at = base + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill the buffer with the next bytes; 0 at the end."""
        if self._at >= self._document.size:
            return 0
        view = memoryview(buffer).cast("B")
        number, offset = divmod(self._at, CHUNK_BYTES)
        data = self._chunk(number)[offset : offset + len(view)]
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _chunk(self, number: int) -> bytes:
        if number != self._number:
            found = Chunk.objects.filter(document=self._document, number=number)
            sealed = found.values_list("data", flat=True).first()
            is_last = number == self._document.chunks - 1
            if sealed is None:
                raise Unreadable("文件分块缺失或次序不对。")
            place = chunk_place(self._document, number, is_last=is_last)
            plain = self._key.open_bytes(bytes(sealed), place=place)
            if not plain or (len(plain) != CHUNK_BYTES and not is_last):
                raise Unreadable("文件分块的长度不对。")
            self._held, self._number = plain, number
        return self._held
