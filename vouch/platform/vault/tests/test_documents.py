"""A document read as a file: any place, again, and nothing that was changed."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

from vouch.platform.database import guard
from vouch.platform.vault.actions import destroy_key, store_document
from vouch.platform.vault.documents import DocumentReader
from vouch.platform.vault.models import Chunk, Document
from vouch.platform.vault.terms import CHUNK_BYTES, KeyDestroyed, Subject, Unreadable

pytestmark = pytest.mark.django_db


@contextmanager
def writing() -> Iterator[None]:
    token = guard.writing.set(True)
    try:
        yield
    finally:
        guard.writing.reset(token)


SIZES = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7)


def stored(content: bytes, now: datetime) -> Document:
    with writing():
        return store_document(Subject("test", "1"), pieces=[content], media_type="text/csv", at=now)


@pytest.mark.parametrize("size", SIZES)
def test_any_part_is_read_as_from_a_file(size: int, now: datetime) -> None:
    draw = random.Random(size)  # noqa: S311 - the same parts every time
    content = draw.randbytes(size)
    reader = io.BufferedReader(DocumentReader(stored(content, now)))
    assert reader.read() == content
    for _ in range(50):
        start, count = draw.randrange(size + 2), draw.randrange(2 * CHUNK_BYTES)
        assert reader.seek(start) == start
        assert reader.read(count) == content[start : start + count]
    assert reader.seek(0, io.SEEK_END) == size


@pytest.mark.parametrize("how", ["missing", "moved", "cut"])
def test_what_was_changed_is_not_read(how: str, now: datetime) -> None:
    document = stored(bytes(3 * CHUNK_BYTES + 7), now)
    with writing():
        if how == "missing":
            Chunk.objects.filter(number=1).delete()
        elif how == "moved":
            other = Chunk.objects.get(number=2).data
            Chunk.objects.filter(number=1).update(data=other)
        else:
            document.chunks, document.size = 3, 3 * CHUNK_BYTES
    with pytest.raises(Unreadable):
        DocumentReader(document).read()


def test_a_document_whose_key_was_destroyed_does_not_open(now: datetime) -> None:
    document = stored(b"x", now)
    with writing():
        destroy_key(Subject("test", "1"), at=now)
    with pytest.raises(KeyDestroyed):
        DocumentReader(document)
