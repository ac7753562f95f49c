"""Make a backup now."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from vouch.platform.identity.actor import system_actor
from vouch.platform.operations import actions
from vouch.platform.operations._backing_up import BackupFailed, Order, run_backup
from vouch.platform.operations._keys_kept import PASSPHRASE, SHORTEST_PASSPHRASE


class Command(BaseCommand):
    help = (
        "把整个系统备份到一个新文件夹：加密、一致、不停机。密钥不在其中，须另行保管（或用 --with-keys 以口令封存）。"
        "成功退出码为 0，否则为 1。例：vouch backup /mnt/backup/2026-11-22"
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="文件夹", help="还不存在或为空的文件夹")
        parser.add_argument(
            "--with-keys",
            action="store_true",
            help=f"把密钥用口令封存后一并放入；口令取自环境变量 {PASSPHRASE}，否则询问",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"].expanduser().absolute()
        passphrase = new_passphrase() if options["with_keys"] else ""
        actor = system_actor("backup")
        backup = actions.order_backup(actor=actor, at=timezone.now(), folder=str(folder))
        if backup is None:
            raise CommandError("没有下达备份。")
        order = Order(backup.pk, folder, passphrase)
        try:
            manifest = run_backup(order, actor=actor, clock=timezone.now, tell=self._tell)
        except (BackupFailed, actions.WrongState) as error:
            raise CommandError(str(error)) from error
        if manifest.files_missing:
            self.stdout.write(
                f"注意：有 {len(manifest.files_missing)} 个导入文件已不在磁盘上，备份中没有它们。"
            )
        self.stdout.write(
            f"备份时刻 {manifest.at}：{len(manifest.tables)} 张表 {manifest.rows} 行，文件 {manifest.file_count} 个，"
            f"{manifest.size / 2**20:.1f} MiB。"
        )
        self.stdout.write(f"操作日志 {manifest.ledger_size} 条，根 {manifest.ledger_root or '（尚未封存）'}")
        self.stdout.write(self.style.SUCCESS(f"已备份到 {folder}。"))
        if manifest.keys is None:
            self.stdout.write(
                "密钥不在备份中。请把 key-ring.json、ledger.key、ledger-signing.key 另行保管，没有它们备份打不开。"
            )

    def _tell(self, done: int, of: int, name: str) -> None:
        if name and self.stdout.isatty():
            self.stdout.write(f"\r\033[K{done + 1}/{of} {name}", ending="")
            self.stdout.flush()
        elif self.stdout.isatty():
            self.stdout.write("\r\033[K", ending="")


def new_passphrase() -> str:
    """From the environment, else asked for twice. Raises CommandError."""
    if given := os.environ.get(PASSPHRASE):
        return given
    if not sys.stdin.isatty():
        raise CommandError(f"请用环境变量 {PASSPHRASE} 给出口令（至少 {SHORTEST_PASSPHRASE} 个字符）。")
    first, second = getpass.getpass("口令："), getpass.getpass("再输一遍：")
    if first != second:
        raise CommandError("两次输入的口令不同。")
    return first


def known_passphrase() -> str:
    """From the environment, else asked for. Raises CommandError."""
    if given := os.environ.get(PASSPHRASE):
        return given
    if not sys.stdin.isatty():
        raise CommandError(f"请用环境变量 {PASSPHRASE} 给出口令。")
    return getpass.getpass("口令：")
