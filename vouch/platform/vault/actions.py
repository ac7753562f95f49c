"""What the vault does inside somebody's action.

The vault stands below the ledger, so these are not actions of their own: they run in the transaction of the room's
action that calls them, which leaves the entry. Outside of one the guard refuses them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import uuid4

from django.db import connection, models

from vouch.platform.database.copy import copy_rows
from vouch.platform.vault.ciphers import SECRET_BYTES
from vouch.platform.vault.keys import SubjectKey, wrap
from vouch.platform.vault.models import Chunk, DataKey, Document
from vouch.platform.vault.queries import chunk_place, key_of, keys_of, opened
from vouch.platform.vault.terms import CHUNK_BYTES, Subject


def ensure_key(subject: Subject, *, at: datetime) -> SubjectKey:
    """The subject's key, made where there is none. Raises KeyDestroyed: what was erased does not come back."""
    found = DataKey.objects.filter(subject_kind=subject.kind, subject_id=subject.id).first()
    if found is None:
        version, wrapped = wrap(secrets.token_bytes(SECRET_BYTES), subject)
        fresh = DataKey(
            subject_kind=subject.kind,
            subject_id=subject.id,
            ring_version=version,
            wrapped=wrapped,
            made_at=at,
        )
        # Of two that make it at once one wins, and both use the winner's.
        DataKey.objects.bulk_create([fresh], ignore_conflicts=True)
        return key_of(subject)
    return opened(found)


def ensure_keys(kind: str, ids: Iterable[object], *, at: datetime) -> dict[str, SubjectKey]:
    """Keys of many subjects by id, made where there are none; a constant number of queries. Destroyed ones are left out."""
    wanted = sorted({str(pk) for pk in ids})
    known = DataKey.objects.filter(subject_kind=kind, subject_id__in=wanted)
    missing = set(wanted) - set(known.values_list("subject_id", flat=True))
    fresh = []
    for pk in sorted(missing):
        version, wrapped = wrap(secrets.token_bytes(SECRET_BYTES), Subject(kind, pk))
        fresh.append(
            DataKey(subject_kind=kind, subject_id=pk, ring_version=version, wrapped=wrapped, made_at=at)
        )
    # Of two that make one at once one wins, and both use the winner's.
    DataKey.objects.bulk_create(fresh, ignore_conflicts=True)
    return keys_of(kind, wanted)


def destroy_key(subject: Subject, *, at: datetime) -> None:
    """Make everything of the subject unreadable, for ever; the row stays to say so.

    A subject without a key gets the mark too, so that none is made later. Copies of the old row may remain on the
    disk until the database's next vacuum, and in backups until they expire.
    """
    mark = DataKey(
        subject_kind=subject.kind,
        subject_id=subject.id,
        ring_version=0,
        wrapped=None,
        made_at=at,
        destroyed_at=at,
    )
    # First, because it waits for whoever is making the key now; the update then finds that one as well.
    DataKey.objects.bulk_create([mark], ignore_conflicts=True)
    rows = DataKey.objects.filter(subject_kind=subject.kind, subject_id=subject.id, destroyed_at=None)
    rows.update(wrapped=None, destroyed_at=at)


def number_row(row: models.Model) -> None:
    """Give a row its primary key before it is written, from the table's own sequence, so that values can be bound to it."""
    if row.pk is None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s))",
                [f'"{row._meta.db_table}"', row._meta.pk.column],
            )
            row.pk = cursor.fetchone()[0]


def store_document(subject: Subject, *, pieces: Iterable[bytes], media_type: str, at: datetime) -> Document:
    """Encrypt a document as it streams in, in chunks of 256 KiB; memory holds two of them. Raises KeyDestroyed."""
    key = ensure_key(subject, at=at)
    document = Document(
        id=uuid4(),
        subject_kind=subject.kind,
        subject_id=subject.id,
        media_type=media_type,
        stored_at=at,
        size=0,
        chunks=0,
    )
    digest = hashlib.sha256()

    def rows() -> Iterator[tuple[object, int, bytes]]:
        for plain, is_last in _chunks(pieces):
            digest.update(plain)
            place = chunk_place(document, document.chunks, is_last=is_last)
            yield document.pk, document.chunks, key.seal_bytes(plain, place=place)
            document.size += len(plain)
            document.chunks += 1

    # Chunks before the document they belong to: the key between them is checked at commit.
    copy_rows(Chunk, ["document_id", "number", "data"], rows())
    document.sha256 = digest.hexdigest()
    document.save(force_insert=True)
    return document


def _chunks(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The stream in equal chunks, each with whether it is the last; an empty document is one empty chunk."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) > CHUNK_BYTES:
            yield bytes(waiting[:CHUNK_BYTES]), False
            del waiting[:CHUNK_BYTES]
    yield bytes(waiting), True


def remove_document(document: Document) -> None:
    """Take a document away, its chunks too."""
    Chunk.objects.filter(document=document).delete()
    document.delete()
