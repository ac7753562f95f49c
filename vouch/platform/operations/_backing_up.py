"""Making a backup: one snapshot of all tables, the kept files, and a signed manifest, while everybody goes on working."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, cast
from uuid import UUID

import psycopg
from django.conf import settings

from vouch.platform.database.cluster import try_lock
from vouch.platform.database.home import InstallationError, home
from vouch.platform.database.transfer import Snapshot, Table, TransferError, snapshot
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.actions import Sealer, seal_entries
from vouch.platform.ledger.queries import signature_of
from vouch.platform.ledger.terms import LedgerBroken
from vouch.platform.operations import actions
from vouch.platform.operations._archive import (
    FILES,
    KEYS,
    TABLES,
    BackupBroken,
    Manifest,
    SealedFile,
    SealedTable,
    SealingFile,
    new_content_key,
    read_manifest,
    sync_folders,
    write_manifest,
)
from vouch.platform.operations._keys_kept import KeysUnreadable, sealed_keys
from vouch.platform.operations.terms import BackupState
from vouch.platform.vault.ciphers import Secret
from vouch.platform.vault.ring import ring
from vouch.platform.vault.terms import VaultError

logger = logging.getLogger(__name__)

LEFT_OUT = frozenset({"django_session", "django_cache", "procrastinate_workers"})
"""Tables whose rows stay behind: who is signed in, short-lived counters, and processes of this machine."""

LOCK_FILE = "backup.lock"
Clock = Callable[[], datetime]
Tell = Callable[[int, int, str], None]
"""Called with tables done, tables in all, and the table that comes next."""


class BackupFailed(RuntimeError):
    """No backup was made; ``str()`` is the Chinese cause."""


@dataclass(frozen=True, slots=True)
class Order:
    """One backup to be made."""

    id: UUID
    folder: Path
    passphrase: str = ""


def run_backup(order: Order, *, actor: Actor, clock: Clock, tell: Tell | None = None) -> Manifest:
    """Make the ordered backup and note what came of it. Raises BackupFailed, WrongState."""
    with _alone(order, actor, clock):
        if (done := _made_already(order)) is not None:
            _note_done(order, done, actor=actor, at=clock())
            return done
        backup = actions.start_backup(actor=actor, at=clock(), backup_id=order.id)
        try:
            _seal_first(clock())
            manifest = write_backup(order, at=clock(), tell=_telling(order, actor, clock, tell))
        except _CAUSES as error:
            cause = _cause_of(error)
            actions.finish_backup(actor=actor, at=clock(), backup_id=backup.pk, figures=None, cause=cause)
            raise BackupFailed(cause) from error
        _note_done(order, manifest, actor=actor, at=clock())
        return manifest


_CAUSES = (
    BackupFailed,
    KeysUnreadable,
    InstallationError,
    TransferError,
    VaultError,
    psycopg.Error,
    OSError,
)


def _cause_of(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or '备份目录'}：{error.strerror or error}。请检查磁盘空间与权限。"
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return f"数据库：{first}" if isinstance(error, psycopg.Error) else str(error)


@contextlib.contextmanager
def _alone(order: Order, actor: Actor, clock: Clock) -> Iterator[None]:
    lock = try_lock(home() / LOCK_FILE)
    if lock is None:
        cause = "另一个备份正在进行，请等它结束后再试。"
        actions.finish_backup(actor=actor, at=clock(), backup_id=order.id, figures=None, cause=cause)
        raise BackupFailed(cause)
    try:
        yield
    finally:
        os.close(lock)


def _made_already(order: Order) -> Manifest | None:
    """Whole, but its process died before it could say so."""
    try:
        manifest, _document = read_manifest(order.folder)
    except (BackupBroken, OSError):
        return None
    return manifest if manifest.id == order.id else None


def _note_done(order: Order, manifest: Manifest, *, actor: Actor, at: datetime) -> None:
    backup = actions.finish_backup(
        actor=actor,
        at=at,
        backup_id=order.id,
        figures=actions.BackupFigures(
            tables=len(manifest.tables),
            rows=manifest.rows,
            size=manifest.size,
            ledger_size=manifest.ledger_size,
            ledger_root=manifest.ledger_root,
        ),
    )
    if backup.state != BackupState.DONE:
        raise BackupFailed("备份已写成，但没有记录下来。")


def _telling(order: Order, actor: Actor, clock: Clock, tell: Tell | None) -> Tell:
    def advance(done: int, of: int, name: str) -> None:
        actions.advance_backup(actor=actor, at=clock(), backup_id=order.id, done=done, of=of)
        if tell is not None:
            tell(done, of, name)

    return advance


def _seal_first(at: datetime) -> None:
    """So that the root covers what was done until now. A ledger that contradicts its heads is still worth a backup."""
    try:
        seal_entries(actor=Sealer(), at=at)
    except (LedgerBroken, OSError):
        logger.exception("the ledger could not be sealed before the backup")


def write_backup(order: Order, *, at: datetime, tell: Tell) -> Manifest:
    """Write the folder beside its place, and rename it when it is whole. Raises what ``_CAUSES`` names."""
    target = order.folder
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupFailed(f"{target} 已存在且不是空文件夹，没有覆盖。请另选一个位置。")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.part")
    shutil.rmtree(beside, ignore_errors=True)  # of a process that died: we are alone here
    beside.mkdir(mode=0o700)
    try:
        manifest = _Writing(order, beside, at=at).run(tell)
        sync_folders([*(path for path in beside.iterdir() if path.is_dir()), beside])
        beside.rename(target)
        sync_folders([target.parent])
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return manifest


class _Writing:
    """The files of one backup."""

    def __init__(self, order: Order, folder: Path, *, at: datetime) -> None:
        self._order, self._folder, self._at = order, folder, at
        self._key: Secret
        self._key, self._kept_key = new_content_key(ring(), order.id)

    def run(self, tell: Tell) -> Manifest:
        with snapshot() as taken:
            wanted = [table for table in taken.tables if table.name not in LEFT_OUT]
            tables = []
            for number, table in enumerate(wanted):
                tell(number, len(wanted), table.name)
                tables.append(self._table(taken, table))
            size, root = _newest_head(taken)
            files, count, missing = self._files(taken)
            manifest = Manifest(
                id=self._order.id,
                at=self._at.isoformat(),
                server=taken.server,
                migrations=_migrations(taken),
                tables=tables,
                left_out=sorted(LEFT_OUT & {table.name for table in taken.tables}),
                sequences=taken.sequences(),
                files=files,
                file_count=count,
                files_missing=missing,
                ledger_size=size,
                ledger_root=root,
                ledger_young=_young(taken),
                keys=self._keys(),
                content_key=self._kept_key,
            )
        document = manifest.document()
        write_manifest(self._folder, {**document, "signature": signature_of(document)})
        tell(len(wanted), len(wanted), "")
        return manifest

    def _table(self, taken: Snapshot, table: Table) -> SealedTable:
        rows = taken.rows_of(table)
        with self._sealing(f"{TABLES}/{table.name}.sealed") as out:
            for block in rows:
                out.write(block)
            return SealedTable(table.name, list(table.columns), rows.count, out.close())

    def _files(self, taken: Snapshot) -> tuple[SealedFile, int, list[str]]:
        """Kept files as a tar. They are named by their content and never changed, so the snapshot's are all there."""
        folder, count = Path(settings.IMPORTS_DIR), 0
        # Deliveries lie encrypted in their tables; on the disk are those alone that no migration has sealed yet.
        unsealed = (
            "SELECT DISTINCT sha256 FROM exchange_importfile WHERE document_id IS NULL AND dropped_at IS NULL"
        )
        wanted = {row[0] for row in taken.ask(unsealed)}
        with self._sealing(FILES) as out, tarfile.open(mode="w|", fileobj=cast("IO[bytes]", out)) as tar:
            for path in sorted(folder.glob("??/*")) if folder.is_dir() else []:
                with contextlib.suppress(FileNotFoundError):
                    tar.add(path, arcname=f"imports/{path.parent.name}/{path.name}", recursive=False)
                    count += 1
                    wanted.discard(path.name)
            tar.close()
            return out.close(), count, sorted(wanted)

    def _keys(self) -> SealedFile | None:
        if not self._order.passphrase:
            return None
        content = sealed_keys(self._order.passphrase)
        path = self._folder / KEYS
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        return SealedFile(KEYS, len(content), hashlib.sha256(content).hexdigest())

    @contextlib.contextmanager
    def _sealing(self, name: str) -> Iterator[SealingFile]:
        out = SealingFile(self._folder, name, backup=self._order.id, key=self._key)
        try:
            yield out
        finally:
            out.abandon()


def _newest_head(taken: Snapshot) -> tuple[int, str]:
    found = taken.ask("SELECT size, encode(root, 'hex') FROM ledger_head ORDER BY size DESC LIMIT 1")
    return (int(found[0][0]), str(found[0][1])) if found else (0, "")


def _young(taken: Snapshot) -> int:
    """Entries that no head covers yet."""
    counts = taken.ask("SELECT (SELECT count(*) FROM ledger_entry), (SELECT count(*) FROM ledger_leaf)")
    return int(counts[0][0]) - int(counts[0][1])


def _migrations(taken: Snapshot) -> list[list[str]]:
    return [
        [str(app), str(name)]
        for app, name in taken.ask("SELECT app, name FROM django_migrations ORDER BY id")
    ]
