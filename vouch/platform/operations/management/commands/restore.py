"""Restore a backup into an empty database, or only check it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils import timezone

from vouch.platform.database.home import InstallationError
from vouch.platform.database.transfer import TransferError
from vouch.platform.identity.actor import system_actor
from vouch.platform.operations._archive import BackupBroken
from vouch.platform.operations._keys_kept import KeysUnreadable, missing_keys
from vouch.platform.operations._restoring import (
    NotRestored,
    Opened,
    check_backup,
    open_backup,
    restore,
    take_keys_from,
)
from vouch.platform.operations.management.commands.backup import known_passphrase
from vouch.platform.vault.terms import VaultError

DIFFERS = 2


class Command(BaseCommand):
    help = (
        "把备份恢复到空数据库，不会覆盖已有数据；恢复后逐表核对行数并核验操作日志。退出码：0 完好；1 没有恢复；"
        f"{DIFFERS} 已恢复，但核对发现差异。例：vouch restore /mnt/backup/2026-11-22"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="文件夹", help="备份所在的文件夹")
        parser.add_argument("--check", action="store_true", help="只逐个核对备份文件，不恢复")
        parser.add_argument("--with-keys", action="store_true", help="先用口令取出备份中的密钥包")
        parser.add_argument("--report", type=Path, metavar="文件", help="把结果另存为 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"].expanduser().absolute()
        try:
            if options["with_keys"] and missing_keys():
                placed = take_keys_from(folder, known_passphrase())
                self.stdout.write(f"已取出密钥：{'、'.join(placed)}。")
            opened = open_backup(folder)
            if options["check"]:
                self._check(opened)
                return
            done = restore(opened, actor=system_actor("restore"), clock=timezone.now, tell=self.stdout.write)
        except (
            NotRestored,
            BackupBroken,
            KeysUnreadable,
            InstallationError,
            TransferError,
            VaultError,
        ) as error:
            raise CommandError(str(error)) from error
        except (psycopg.Error, Error) as error:
            raise CommandError(f"没有恢复，数据库报告：{error}") from error
        except OSError as error:
            raise CommandError(f"{error.filename or folder}：{error.strerror or error}") from error
        if options["report"]:
            options["report"].write_text(json.dumps(done.document(), ensure_ascii=False), encoding="utf-8")
        manifest = done.manifest
        self.stdout.write(
            f"已恢复 {manifest.at} 的备份：{len(done.counts)} 张表 {sum(done.counts.values())} 行，文件 {done.files} 个。"
        )
        self.stdout.write(f"操作日志 {manifest.ledger_size} 条，根 {done.root or '（尚未封存）'}")
        if done.put_back:
            self.stdout.write(f"备份时正在执行的 {done.put_back} 项任务已放回队列，启动后会重做。")
        if done.aside is not None:
            self.stdout.write(
                f"外送的树头比备份新：备份之后的操作没有恢复。旧树头已归档到 {done.aside}，请妥善保存。"
            )
        self.stdout.write("备份之后销毁的数据密钥会随备份回来：请对照个人权利请求重新执行删除。")
        if done.faults:
            for fault in done.faults:
                self.stdout.write(f"✗ {fault}")
            raise CommandError("已恢复，但核对发现差异，见上。", returncode=DIFFERS)
        self.stdout.write(self.style.SUCCESS("每张表的行数与操作日志的根都与备份一致，操作日志完好。"))

    def _check(self, opened: Opened) -> None:
        faults = check_backup(opened, lambda _name: None)
        for fault in faults:
            self.stdout.write(f"✗ {fault}")
        if faults:
            raise CommandError(f"备份有 {len(faults)} 个文件损坏。")
        self.stdout.write(
            self.style.SUCCESS(f"备份完好：{len(opened.manifest.tables)} 张表 {opened.manifest.rows} 行。")
        )
