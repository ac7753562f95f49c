"""A backup on disk: a folder of encrypted files, and a signed manifest that names each of them.

    manifest.json               what there is: rows and SHA-256 of every file, the ledger's size and root; signed with the ledger's key
    tables/<table>.sealed       rows
    files.sealed                kept files (a tar)
    keys.sealed                 the installation's keys under a passphrase; only where asked for

A sealed file is pieces: a length of 4 bytes, then the ciphertext of up to a mebibyte, deflated. Every piece is bound to its backup, its
file, its number and whether it is the last, so a piece that is missing, moved, changed or of another backup does not open. The key of the
content is random for each backup and stands in the manifest, wrapped by a key of the ring.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from vouch.engine.canonical import canonical_json
from vouch.platform.vault.ciphers import SECRET_BYTES, Secret
from vouch.platform.vault.ring import Ring, fingerprint
from vouch.platform.vault.terms import Unreadable

FORMAT = "vouch-backup/1"
MANIFEST, FILES, KEYS, TABLES = "manifest.json", "files.sealed", "keys.sealed", "tables"
PIECE_BYTES = 1024 * 1024
LONGEST_PIECE = 2 * PIECE_BYTES  # what does not deflate grows a little
LENGTH_BYTES = 4
DEFLATE = 1  # the level: rows shrink to about a fifth, and deflating stays faster than reading them out


class BackupBroken(RuntimeError):
    """A backup that cannot be used as it is; ``str()`` is the Chinese message and names the file."""


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file of the backup: its path in the folder, and what its bytes must be."""

    file: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table's file, its columns in the order of the values, and its number of rows."""

    name: str
    columns: list[str]
    rows: int
    file: SealedFile


@dataclass(frozen=True)
class Manifest:
    """All that a backup says about itself."""

    id: UUID
    at: str
    server: str
    migrations: list[list[str]]
    tables: list[SealedTable]
    left_out: list[str]
    sequences: dict[str, int | None]
    files: SealedFile
    file_count: int
    files_missing: list[str]
    ledger_size: int
    ledger_root: str
    ledger_young: int
    keys: SealedFile | None = None
    content_key: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def size(self) -> int:
        """Bytes of all sealed files."""
        parts = [*(table.file for table in self.tables), self.files, *([self.keys] if self.keys else [])]
        return sum(part.size for part in parts)

    def document(self) -> dict[str, Any]:
        """As JSON, without the signature."""
        return {"format": FORMAT, **asdict(self), "id": str(self.id)}

    @classmethod
    def read(cls, document: dict[str, Any]) -> Manifest:
        """Raises KeyError, TypeError or ValueError for anything but a manifest."""
        given = {name: value for name, value in document.items() if name not in {"format", "signature"}}
        given["id"] = UUID(given["id"])
        given["tables"] = [
            SealedTable(**{**table, "file": SealedFile(**table["file"])}) for table in given["tables"]
        ]
        given["files"] = SealedFile(**given["files"])
        given["keys"] = SealedFile(**given["keys"]) if given["keys"] else None
        return cls(**given)


def new_content_key(ring: Ring, backup: UUID) -> tuple[Secret, dict[str, Any]]:
    """A key for one backup, and how its manifest keeps it."""
    material = secrets.token_bytes(SECRET_BYTES)
    wrapped = ring.keys[ring.current].seal(material, bound=_bound_key(backup, ring.current))
    kept = {
        "ring_version": ring.current,
        "ring_fingerprint": fingerprint(ring.materials[ring.current]),
        "wrapped": base64.b64encode(wrapped).decode(),
    }
    return Secret(material, purpose=b"backup"), kept


def content_key(ring: Ring, manifest: Manifest) -> Secret:
    """The key of this backup. Raises BackupBroken where the ring is another one."""
    version = int(manifest.content_key["ring_version"])
    wanted = manifest.content_key["ring_fingerprint"]
    outer, material = ring.keys.get(version), ring.materials.get(version)
    if outer is None or material is None or fingerprint(material) != wanted:
        raise BackupBroken(
            f"密钥环打不开这个备份：需要第 {version} 版、指纹 {wanted} 的密钥。请放回制作备份的那台机器的 key-ring.json。"
        )
    try:
        wrapped = base64.b64decode(manifest.content_key["wrapped"])
        return Secret(outer.open(wrapped, bound=_bound_key(manifest.id, version)), purpose=b"backup")
    except (Unreadable, ValueError) as error:
        raise BackupBroken(f"{MANIFEST}：内容密钥已损坏，备份打不开。") from error


def _bound_key(backup: UUID, version: int) -> bytes:
    return canonical_json(["backup_key", str(backup), version])


def _bound(backup: UUID, name: str, number: int, *, is_last: bool) -> bytes:
    return canonical_json(["backup", str(backup), name, number, is_last])


class SealingFile:
    """A file under way: ``write`` takes plain bytes, ``close`` says what came of it. Memory: two pieces."""

    def __init__(self, folder: Path, name: str, *, backup: UUID, key: Secret) -> None:
        self._name, self._backup, self._key = name, backup, key
        path = folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._out = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._digest, self._size, self._number = hashlib.sha256(), 0, 0
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        """Take bytes; a piece is sealed only when more follows, so that the last one can be marked."""
        self._waiting += data
        while len(self._waiting) > PIECE_BYTES:
            self._seal(bytes(self._waiting[:PIECE_BYTES]), is_last=False)
            del self._waiting[:PIECE_BYTES]
        return len(data)

    def close(self) -> SealedFile:
        """Seal the rest, and put it on the disk."""
        self._seal(bytes(self._waiting), is_last=True)
        self._waiting.clear()
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()
        return SealedFile(self._name, self._size, self._digest.hexdigest())

    def abandon(self) -> None:
        """Let go of a file that will not be finished."""
        self._out.close()

    def _seal(self, plain: bytes, *, is_last: bool) -> None:
        bound = _bound(self._backup, self._name, self._number, is_last=is_last)
        sealed = self._key.seal(zlib.compress(plain, DEFLATE), bound=bound)
        piece = len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed
        self._out.write(piece)
        self._digest.update(piece)
        self._size += len(piece)
        self._number += 1


def opened_blocks(folder: Path, sealed: SealedFile, *, backup: UUID, key: Secret) -> Iterator[bytes]:
    """The plain bytes of a file, piece by piece. Raises BackupBroken (naming the file) where it is not what was written."""
    path = folder / sealed.file
    digest, size, number, is_last = hashlib.sha256(), 0, 0, False
    try:
        with path.open("rb") as source:
            while not is_last:
                piece = _read_piece(source, path)
                digest.update(piece)
                size += len(piece)
                is_last = size >= sealed.size
                plain = key.open(
                    piece[LENGTH_BYTES:], bound=_bound(backup, sealed.file, number, is_last=is_last)
                )
                yield zlib.decompress(plain)
                number += 1
            if source.read(1) or (size, digest.hexdigest()) != (sealed.size, sealed.sha256):
                raise BackupBroken(f"备份文件 {path} 与清单不符（长度或摘要不同），可能被改动。")
    except FileNotFoundError as error:
        raise BackupBroken(f"备份文件 {path} 不存在，备份不完整。") from error
    except (Unreadable, zlib.error) as error:
        raise BackupBroken(f"备份文件 {path} 第 {number + 1} 段已损坏或被改动。") from error


def _read_piece(source: IO[bytes], path: Path) -> bytes:
    head = source.read(LENGTH_BYTES)
    length = int.from_bytes(head, "big")
    if len(head) == LENGTH_BYTES and length > LONGEST_PIECE:
        raise BackupBroken(f"备份文件 {path} 已损坏或被改动（段长无效）。")
    rest = source.read(length)
    if len(head) < LENGTH_BYTES or len(rest) < length:
        raise BackupBroken(f"备份文件 {path} 不完整：在 {source.tell()} 字节处被截断。")
    return head + rest


def write_manifest(folder: Path, document: dict[str, Any]) -> None:
    """The last file of a backup."""
    path = folder / MANIFEST
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(document, out, ensure_ascii=False, indent=1)
        out.write("\n")
        out.flush()
        os.fsync(out.fileno())


def read_manifest(folder: Path) -> tuple[Manifest, dict[str, Any]]:
    """The manifest and the document that was signed, signature apart under ``signature``. Raises BackupBroken."""
    path = folder / MANIFEST
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise BackupBroken(f"{path} 不是 Vouch 备份的清单（format 应为 {FORMAT}）。")
        manifest = Manifest.read(document)
    except FileNotFoundError as error:
        raise BackupBroken(f"{folder} 中没有 {MANIFEST}：不是备份，或备份没有完成。") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupBroken(f"{path} 已损坏，无法读取：{error}") from error
    _stay_inside(folder, manifest)
    return manifest, document


def _stay_inside(folder: Path, manifest: Manifest) -> None:
    for part in [*(table.file for table in manifest.tables), manifest.files]:
        if Path(part.file).is_absolute() or ".." in Path(part.file).parts:
            raise BackupBroken(f"{folder / MANIFEST} 指向文件夹之外的文件 {part.file}。")


def sync_folders(folders: Iterable[Path]) -> None:
    """Names of files, too, must be on the disk."""
    for folder in folders:
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
