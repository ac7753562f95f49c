"""Putting a backup back: into an empty database, all of it or nothing, and then held against what the manifest says."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from vouch.platform.database.connection import as_owner
from vouch.platform.database.schema import prepare_schema
from vouch.platform.database.transfer import loading
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.actions import restart_witness
from vouch.platform.ledger.queries import is_our_signature, newest_head, verification
from vouch.platform.ledger.terms import LedgerBroken
from vouch.platform.operations._archive import (
    KEYS,
    MANIFEST,
    BackupBroken,
    Manifest,
    content_key,
    opened_blocks,
    read_manifest,
)
from vouch.platform.operations._keys_kept import missing_keys, open_keys, place_keys
from vouch.platform.operations.actions import note_restored
from vouch.platform.vault.ciphers import Secret
from vouch.platform.vault.queries import key_counts, some_data_keys_open
from vouch.platform.vault.ring import ring

Tell = Callable[[str], None]
TRIED_KEYS = 200
USED = ("ledger_entry", "identity_user", "vault_datakey")
"""Whatever was done left a row in one of these; what only the migrations wrote may be replaced."""


class NotRestored(RuntimeError):
    """Nothing was changed; ``str()`` is the Chinese message."""


@dataclass
class Restored:
    """What came of it; ``faults`` is empty where everything is as the backup says."""

    manifest: Manifest
    counts: dict[str, int] = field(default_factory=dict)
    files: int = 0
    put_back: int = 0
    root: str = ""
    aside: Path | None = None
    faults: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """As JSON, for whoever started this."""
        return {
            "backup": str(self.manifest.id),
            "tables": self.counts,
            "rows": sum(self.counts.values()),
            "files": self.files,
            "ledger_size": self.manifest.ledger_size,
            "ledger_root": self.root,
            "faults": self.faults,
        }


@dataclass(frozen=True)
class Opened:
    """A backup whose manifest is ours and whose key we have."""

    folder: Path
    manifest: Manifest
    key: Secret

    def blocks(self, file: Any) -> Iterator[bytes]:
        """Plain bytes of one of its files."""
        return opened_blocks(self.folder, file, backup=self.manifest.id, key=self.key)


def take_keys_from(folder: Path, passphrase: str) -> list[str]:
    """Place the keys that lie sealed in the backup; returns the files made. Raises NotRestored, KeysUnreadable."""
    path = folder / KEYS
    if not path.exists():
        raise NotRestored(f"{folder} 中没有密钥包 {KEYS}：制作备份时没有用 --with-keys。")
    return place_keys(open_keys(path.read_bytes(), passphrase, source=path))


def open_backup(folder: Path) -> Opened:
    """Read and check the manifest. Raises NotRestored where keys are missing, BackupBroken."""
    manifest, document = read_manifest(folder)
    if missing := missing_keys():
        names = "、".join(f"{key.title}（{key.file}）" for key in missing)
        hint = "，或加 --with-keys 用口令打开备份中的密钥包" if (folder / KEYS).exists() else ""
        raise NotRestored(
            f"本机缺少{names}，没有它们备份打不开。请先把制作备份的机器上的这些文件放回数据目录{hint}。"
        )
    signature = document.pop("signature", None)
    if not is_our_signature(document, signature):
        raise BackupBroken(
            f"{folder / MANIFEST} 的签名不符：清单被改动，或备份来自另一套系统（树头签名密钥不同）。"
        )
    return Opened(folder, manifest, content_key(ring(), manifest))


def check_backup(opened: Opened, tell: Tell) -> list[str]:
    """Read everything without restoring; returns the faults in Chinese, each naming its file."""
    faults = []
    named = [(table.name, table.file) for table in opened.manifest.tables]
    for name, file in [*named, ("kept files", opened.manifest.files)]:
        tell(name)
        try:
            for _block in opened.blocks(file):
                pass
        except BackupBroken as error:
            faults.append(str(error))
    return faults


def restore(opened: Opened, *, actor: Actor, clock: Callable[[], datetime], tell: Tell) -> Restored:
    """Fill the empty database and the folder of kept files, then compare; leaves an entry that says so.

    Raises NotRestored, BackupBroken, InstallationError, psycopg.Error: then the database is as it was before, or migrated and empty.
    """
    _refuse_unless_empty()
    _migrate_to(opened.manifest, tell)
    done = Restored(opened.manifest)
    _load(opened, done, tell)
    done.files = _place_files(opened)
    connection.close()
    call_command("migrate", verbosity=0)  # where the program is newer than the backup
    done.aside = restart_witness(actor=actor, at=clock(), reason="由备份恢复，外送从备份的树头继续")
    _compare(done, tell)
    note_restored(
        actor=actor,
        at=clock(),
        backup_id=opened.manifest.id,
        folder=str(opened.folder),
        told={
            "made_at": opened.manifest.at,
            "rows": opened.manifest.rows,
            "size": opened.manifest.ledger_size,
            "root": done.root,
            "put_back": done.put_back,
            "cause": "；".join(done.faults),
        },
    )
    return done


def _refuse_unless_empty() -> None:
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in USED:
            if table in present:
                cursor.execute(f"SELECT EXISTS (SELECT FROM {connection.ops.quote_name(table)})")  # noqa: S608
                if cursor.fetchone()[0]:
                    raise NotRestored(
                        f"数据库“{connection.settings_dict['NAME']}”不是空的（表 {table} 有数据），没有覆盖。"
                        "请恢复到一个新的空数据库，或用 VOUCH_HOME 另行指定数据目录。"
                    )


def _migrate_to(manifest: Manifest, tell: Tell) -> None:
    """Bring the empty database to the very state of the backup; going on from there is `vouch migrate`'s work."""
    wanted = {(app, name) for app, name in manifest.migrations}
    with as_owner():
        prepare_schema(connection)
        executor = MigrationExecutor(connection)
        graph = executor.loader.graph
        unknown = wanted - set(graph.nodes)
        if unknown:
            app, name = min(unknown)
            raise NotRestored(
                f"备份由更新的版本生成（数据库升级 {app}.{name} 在本机没有）。请先升级 Vouch，再恢复。"
            )
        ahead = {
            key for key in MigrationRecorder(connection).applied_migrations() if key in graph.nodes
        } - wanted
        if ahead:
            app, name = min(ahead)
            raise NotRestored(
                f"数据库结构比备份新（多了 {app}.{name}）。请恢复到一个没有任何表的新数据库，之后会自动升级。"
            )
        leaves = [
            key for key in wanted if not any(child.key in wanted for child in graph.node_map[key].children)
        ]
        plan = executor.migration_plan(leaves)
        if plan:
            tell("正在建立数据库结构")
            executor.migrate(leaves, plan=plan)
        call_command("createcachetable", verbosity=0)


def _load(opened: Opened, done: Restored, tell: Tell) -> None:
    manifest = opened.manifest
    with loading() as into:
        into.empty()
        for number, table in enumerate(manifest.tables, start=1):
            tell(f"{number}/{len(manifest.tables)} {table.name}：{table.rows} 行")
            try:
                count = into.load(table.name, table.columns, opened.blocks(table.file))
            except psycopg.DataError as error:
                raise BackupBroken(
                    f"备份文件 {opened.folder / table.file.file} 的内容无法导入：{error}"
                ) from error
            if count != table.rows:
                raise BackupBroken(
                    f"备份文件 {opened.folder / table.file.file}：清单为 {table.rows} 行，实为 {count} 行。"
                )
        tell("正在重建索引与约束")
        done.put_back = into.put_jobs_back()
        into.set_sequences(manifest.sequences)
        into.finish()
        done.counts = {table.name: into.count(table.name) for table in manifest.tables}
        foreign = set(into.tables) - set(done.counts) - set(manifest.left_out)
        if foreign:
            raise NotRestored(f"数据库中有备份没有的表：{'、'.join(sorted(foreign))}。请恢复到新的空数据库。")


class _Stream(io.RawIOBase):
    """Blocks as a file that tarfile reads from front to back."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._rest = blocks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = block
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def _place_files(opened: Opened) -> int:
    """Kept files, each under its hash and held against it; those that are there stay."""
    folder, count = Path(settings.IMPORTS_DIR), 0
    blocks = opened.blocks(opened.manifest.files)
    with tarfile.open(mode="r|", fileobj=cast("IO[bytes]", _Stream(blocks))) as tar:
        for member in tar:
            parts = Path(member.name).parts
            source = tar.extractfile(member) if member.isreg() else None
            if source is None or len(parts) != 3 or parts[0] != "imports" or ".." in parts:
                raise BackupBroken(
                    f"{opened.folder / opened.manifest.files.file} 中有意外的条目 {member.name}。"
                )
            _place_file(folder / parts[1] / parts[2], source)
            count += 1
    for _block in blocks:  # to the end, so that the whole file is held against the manifest
        pass
    if count != opened.manifest.file_count:
        raise BackupBroken(
            f"{opened.folder / opened.manifest.files.file}：清单为 {opened.manifest.file_count} 个文件，实为 {count} 个。"
        )
    return count


def _place_file(path: Path, source: IO[bytes]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    digest = hashlib.sha256()
    try:
        with os.fdopen(handle, "wb") as out:
            while data := source.read(1024 * 1024):
                digest.update(data)
                out.write(data)
            out.flush()
            os.fsync(out.fileno())
        if path.name != digest.hexdigest():
            raise BackupBroken(f"保存的导入文件 {path.name} 与其摘要不符。")
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _compare(done: Restored, tell: Tell) -> None:
    """The ledger's root, the whole ledger, and whether the ring opens the data keys."""
    manifest = done.manifest
    head = newest_head()
    done.root = head.root.hex() if head else ""
    if (head.size if head else 0, done.root) != (manifest.ledger_size, manifest.ledger_root):
        done.faults.append(
            f"操作日志的树头与清单不符：应为 {manifest.ledger_size} 条 {manifest.ledger_root}。"
        )
    tell("正在核验操作日志")
    try:
        report = verification()
    except LedgerBroken as error:
        done.faults.append(str(error))
    else:
        done.faults += [f"操作日志：{finding.entry} {finding.text}" for finding in report.findings[:20]]
    missing = sorted(set(key_counts().by_version) - set(ring().materials))
    if missing:
        done.faults.append(f"密钥环缺少第 {'、'.join(map(str, missing))} 版密钥，部分加密数据打不开。")
    elif not some_data_keys_open(TRIED_KEYS):
        done.faults.append("密钥环与数据密钥不符，加密数据打不开。请放回原来的 key-ring.json。")
