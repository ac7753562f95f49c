"""Restore the newest backup for trial, beside the running installation."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from vouch.platform.identity.actor import system_actor
from vouch.platform.operations import actions
from vouch.platform.operations._drilling import run_drill
from vouch.platform.operations.queries import newest_backup
from vouch.platform.operations.terms import DrillState


class Command(BaseCommand):
    help = (
        "恢复演练：把最近的备份（或指定的备份）恢复到一个临时数据库，逐表核对行数、核验操作日志，然后丢弃。"
        "通过时退出码为 0，否则为 1。例：vouch drill"
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "folder", type=Path, nargs="?", metavar="文件夹", help="备份所在的文件夹；默认最近一次"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"].expanduser().absolute() if options["folder"] else None
        if folder is None:
            newest = newest_backup()
            if newest is None:
                raise CommandError("还没有完成的备份。请先运行 vouch backup，或指定备份所在的文件夹。")
            folder = Path(newest.folder)
        actor = system_actor("drill")
        ordered = actions.order_drill(actor=actor, at=timezone.now(), folder=str(folder))
        if ordered is None:
            raise CommandError("没有下达演练。")
        self.stdout.write(f"正在把 {folder} 恢复到临时数据库……")
        drill = run_drill(ordered.pk, actor=actor, clock=timezone.now)
        if drill.state != DrillState.PASSED:
            raise CommandError(f"演练未通过：\n{drill.cause}")
        self.stdout.write(
            self.style.SUCCESS(
                f"演练通过：{drill.tables} 张表 {drill.rows} 行与备份一致，操作日志 {drill.ledger_size} 条完好。"
            )
        )
