"""Questions to the vault: keys of subjects, and their documents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from vouch.platform.vault.keys import SubjectKey, unwrap
from vouch.platform.vault.models import Chunk, DataKey, Document
from vouch.platform.vault.terms import KeyDestroyed, NoKey, Place, Subject, Unreadable, VaultError
from vouch.platform.web.faces import Visible


def key_of(subject: Subject) -> SubjectKey:
    """The subject's key. Raises NoKey, KeyDestroyed, VaultError."""
    row = DataKey.objects.filter(subject_kind=subject.kind, subject_id=subject.id).first()
    if row is None:
        raise NoKey(f"{subject.kind} {subject.id} 没有数据密钥。")
    return opened(row)


def keys_of(kind: str, ids: Iterable[object]) -> dict[str, SubjectKey]:
    """Keys by subject id, in one query; subjects without a key, or with a destroyed one, are left out."""
    wanted = [str(pk) for pk in ids]
    rows = DataKey.objects.filter(subject_kind=kind, subject_id__in=wanted, destroyed_at=None)
    return {row.subject_id: opened(row) for row in rows}


def opened(row: DataKey) -> SubjectKey:
    """The key in this row. Raises KeyDestroyed, VaultError."""
    if row.wrapped is None:
        raise KeyDestroyed("该对象的密钥已销毁，其加密数据不可恢复。")
    subject = Subject(row.subject_kind, row.subject_id)
    return unwrap(bytes(row.wrapped), subject, version=row.ring_version)


def documents_of(subject: Subject) -> QuerySet[Document]:
    """The subject's documents, newest first."""
    return Document.objects.filter(subject_kind=subject.kind, subject_id=subject.id).order_by(
        "-stored_at", "id"
    )


def chunk_place(document: Document, number: int, *, is_last: bool) -> Place:
    """Where a piece of a document stands; the last one knows that it is, so that a cut document does not open."""
    return Place("vault_chunk", "data", f"{document.pk}:{number}:{'last' if is_last else 'more'}")


def read_document(document: Document) -> Iterator[bytes]:
    """The plain text in pieces. Raises Unreadable as soon as one is missing or changed, KeyDestroyed, VaultError.

    Whoever must not act on a part reads to the end first: the whole is held against its hash there.
    """
    key = key_of(Subject(document.subject_kind, document.subject_id))
    digest, size, expected = hashlib.sha256(), 0, 0
    pieces = document.pieces.order_by("number").values_list("number", "data")
    for number, data in pieces.iterator(chunk_size=4):
        if number != expected:
            raise Unreadable("文件分块缺失或次序不对。")
        is_last = number == document.chunks - 1
        plain = key.open_bytes(bytes(data), place=chunk_place(document, number, is_last=is_last))
        digest.update(plain)
        size, expected = size + len(plain), expected + 1
        yield plain
    if (expected, size, digest.hexdigest()) != (document.chunks, document.size, document.sha256):
        raise Unreadable("文件不完整，或与存入时的摘要不符。")


@dataclass(frozen=True, slots=True)
class KeyCounts:
    """How many data keys each version of the ring wraps, and how many were destroyed."""

    by_version: dict[int, int]
    destroyed: int


def key_counts() -> KeyCounts:
    """For the page of keys and ``vouch keys status``."""
    rows = DataKey.objects.filter(destroyed_at=None).values_list("ring_version").annotate(count=Count("pk"))
    return KeyCounts(
        by_version=dict(rows.order_by("ring_version")),
        destroyed=DataKey.objects.exclude(destroyed_at=None).count(),
    )


VISIBLE: Visible = {
    DataKey: "已加密的数据密钥，不经任何页面显示",
    Document: "文件的登记；经所属房间的表读取，由该表决定可见范围",
    Chunk: "文件的密文分段；随文件读取",
}
"""How rows of each table are seen."""


def some_data_keys_open(count: int) -> bool:
    """Whether the ring opens data keys: tried on up to so many, the newest."""
    rows = DataKey.objects.filter(destroyed_at=None).order_by("-pk")[:count]
    try:
        for row in rows:
            opened(row)
    except VaultError:
        return False
    return True
