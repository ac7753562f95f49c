"""Signed heads, and the witness: what is sent away so that nobody can rewrite the ledger and its heads together.

The witness is a folder (VOUCH_HEADS_DIR, best on another machine) with ``heads.jsonl``, one signed head a line;
``leaves.bin``, 48 bytes a leaf (entry id, leaf hash), which lets a verification name what is missing; and the public key.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from vouch.engine.canonical import canonical_json
from vouch.platform.database.cluster import locked
from vouch.platform.ledger._keys import is_signed, key_id, public_pem
from vouch.platform.ledger._record import EPOCH
from vouch.platform.ledger.merkle import HASH_BYTES
from vouch.platform.ledger.terms import LedgerBroken

LEAF_BYTES = 16 + HASH_BYTES
TAIL_BYTES = 4096
HEADS_FILE, LEAVES_FILE, KEY_FILE = "heads.jsonl", "leaves.bin", "ledger-signing.pub"


@dataclass(frozen=True, slots=True)
class SignedHead:
    """Tree size, root, moment (ISO, UTC), and who signed it; as a document it is the ``head.json`` of a partner."""

    size: int
    root: bytes
    at: str
    key_id: str
    signature: bytes

    @property
    def message(self) -> bytes:
        """The bytes that the signature covers."""
        return _message(self.size, self.root, self.at)

    @property
    def document(self) -> dict[str, Any]:
        """The head as JSON shows it."""
        return {
            "format": "vouch-head/1",
            "size": self.size,
            "root": self.root.hex(),
            "at": self.at,
            "key": self.key_id,
            "signature": self.signature.hex(),
        }

    @classmethod
    def read(cls, document: Any) -> SignedHead:
        """Raises ValueError (Chinese) for anything but a head."""
        try:
            if document["format"] != "vouch-head/1":
                raise ValueError("不是树头文件（format 应为 vouch-head/1）")
            return cls(
                size=int(document["size"]),
                root=bytes.fromhex(document["root"]),
                at=str(document["at"]),
                key_id=str(document["key"]),
                signature=bytes.fromhex(document["signature"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"树头文件缺少字段或类型不符：{error}") from error

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Whether the signature is this key's."""
        return is_signed(key, self.signature, self.message)


def _message(size: int, root: bytes, at: str) -> bytes:
    return canonical_json({"format": "vouch-head/1", "size": size, "root": root.hex(), "at": at})


def iso_moment(epoch_text: str) -> str:
    """ISO form of PostgreSQL's ``extract(epoch …)``. Raises ValueError, OverflowError or ArithmeticError."""
    return iso(EPOCH + timedelta(microseconds=int(Decimal(epoch_text) * 1_000_000)))


def iso(moment: datetime) -> str:
    """The one spelling of a head's moment."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def sign_head(key: Ed25519PrivateKey, *, size: int, root: bytes, at: datetime) -> SignedHead:
    """Put our name under the first ``size`` leaves."""
    signature = key.sign(_message(size, root, iso(at)))
    return SignedHead(size=size, root=root, at=iso(at), key_id=key_id(key.public_key()), signature=signature)


Newer = Callable[[int], tuple[Iterable[SignedHead], Iterable[tuple[UUID, bytes]]]]
"""The heads beyond a size, and the leaves from there on."""


@dataclass(frozen=True)
class Witness:
    """The folder that heads and leaves are sent to."""

    folder: Path

    def heads(self) -> Iterator[SignedHead]:
        """Every head sent away, in the order of sending. Raises LedgerBroken for a line that is no head."""
        file = self.folder / HEADS_FILE
        if not file.exists():
            return
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.endswith("\n"):
                    return  # cut off by a crash; the next sending writes it again
                try:
                    yield SignedHead.read(json.loads(line))
                except ValueError as error:
                    raise LedgerBroken(f"{file} 第 {number} 行无法读取：{error}") from error

    def last_head(self) -> SignedHead | None:
        """The newest head sent away, read from the end of the file. Raises LedgerBroken."""
        file = self.folder / HEADS_FILE
        if not file.exists():
            return None
        with file.open("rb") as raw:
            raw.seek(max(0, raw.seek(0, os.SEEK_END) - TAIL_BYTES))
            whole = raw.read().rpartition(b"\n")[0]
        if not whole:
            return None
        try:
            return SignedHead.read(json.loads(whole.rpartition(b"\n")[2]))
        except ValueError as error:
            raise LedgerBroken(f"{file} 最后一行无法读取：{error}") from error

    @property
    def has_leaves(self) -> bool:
        """Whether leaves were kept beside the heads."""
        return (self.folder / LEAVES_FILE).exists()

    def leaves(self) -> Iterator[tuple[UUID, bytes]]:
        """Entry id and leaf hash of every leaf sent away, from leaf 0."""
        file = self.folder / LEAVES_FILE
        if not file.exists():
            return
        with file.open("rb") as raw:
            while len(record := raw.read(LEAF_BYTES)) == LEAF_BYTES:
                yield UUID(bytes=record[:16]), record[16:]

    def receive(self, newer: Newer, key: Ed25519PublicKey) -> int:
        """Append what ``newer`` gives for the size reached so far. Returns the number of heads.

        Leaves first, heads after: a head in the file has all its leaves beside it, however the process dies.
        """
        with locked(self.folder / ".lock"):
            last = self.last_head()
            start = last.size if last else 0
            heads, leaves = newer(start)
            with (self.folder / LEAVES_FILE).open("ab") as out:
                out.truncate(start * LEAF_BYTES)
                for entry_id, digest in leaves:
                    out.write(entry_id.bytes + digest)
                out.flush()
                os.fsync(out.fileno())
            count = 0
            with (self.folder / HEADS_FILE).open("ab+") as out:
                _cut_half_line(out.fileno())
                for head in heads:
                    out.write(canonical_json(head.document) + b"\n")
                    count += 1
                out.flush()
                os.fsync(out.fileno())
            pem = self.folder / KEY_FILE
            if not pem.exists():
                pem.write_bytes(public_pem(key))
        return count

    def set_back(self, size: int, *, aside: str) -> Path:
        """Put everything aside in a folder of that name, and go on from a copy of the first ``size`` leaves and their heads.

        What was sent away stays as evidence, and what is still true goes on being held against the table. Returns the folder.
        """
        with locked(self.folder / ".lock"):
            kept = [head for head in self.heads() if head.size <= size]
            leaves = kept[-1].size if kept else 0
            old = self.folder / aside
            old.mkdir(mode=0o700)
            for name in (HEADS_FILE, LEAVES_FILE):
                if (self.folder / name).exists():
                    (self.folder / name).rename(old / name)
            if (self.folder / KEY_FILE).exists():
                (old / KEY_FILE).write_bytes((self.folder / KEY_FILE).read_bytes())
            if kept:
                _copy_start(old / LEAVES_FILE, self.folder / LEAVES_FILE, leaves * LEAF_BYTES)
                lines = b"".join(canonical_json(head.document) + b"\n" for head in kept)
                (self.folder / HEADS_FILE).write_bytes(lines)
        return old


def _copy_start(source: Path, target: Path, size: int) -> None:
    with source.open("rb") as old, target.open("wb") as new:
        while size > 0 and (data := old.read(min(size, 1024 * 1024))):
            new.write(data)
            size -= len(data)
        new.flush()
        os.fsync(new.fileno())


def _cut_half_line(file: int) -> None:
    size = os.fstat(file).st_size
    tail = os.pread(file, TAIL_BYTES, max(0, size - TAIL_BYTES))
    os.ftruncate(file, size - len(tail.rpartition(b"\n")[2]))


def witness() -> Witness:
    """The folder of the settings, made if missing."""
    folder = Path(settings.LEDGER_HEADS_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Witness(folder)
