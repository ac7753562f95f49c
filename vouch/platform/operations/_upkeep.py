"""Whether the installation would survive: backups, drills, seals, keys, room on the disks. A check asks and changes nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from vouch.platform.database.home import InstallationError, home
from vouch.platform.database.secret_files import read_secret
from vouch.platform.ledger.queries import newest_head, sent_head, unsealed
from vouch.platform.ledger.terms import LedgerBroken
from vouch.platform.operations._archive import MANIFEST
from vouch.platform.operations._finding import Check, Finding
from vouch.platform.operations._keys_kept import KEYS
from vouch.platform.operations._schedule import plan
from vouch.platform.operations.queries import backups, drills, newest_backup, newest_passed_drill
from vouch.platform.operations.terms import BackupState, DrillState
from vouch.platform.vault.queries import key_counts
from vouch.platform.vault.ring import is_from_environment, ring, ring_file

DAILY_LATE = timedelta(hours=26)
BY_HAND_LATE = timedelta(days=7)
DRILL_LATE = timedelta(days=40)
SEAL_LATE = timedelta(minutes=10)
FUTURE = timedelta(minutes=1)
ROOM = 2  # times the size of the newest backup


def _ago(moment: datetime) -> str:
    seconds = (timezone.now() - moment).total_seconds()
    if seconds < 2 * 3600:
        return f"{max(0, int(seconds // 60))} 分钟前"
    if seconds < 2 * 86400:
        return f"{int(seconds // 3600)} 小时前"
    return f"{int(seconds // 86400)} 天前"


def _backups() -> Iterator[Finding]:
    try:
        scheduled = plan()
    except InstallationError as error:
        yield Finding(False, str(error), "请改正后重新启动 vouch run")
        return
    newest = newest_backup()
    last = backups().exclude(state=BackupState.REMOVED).first()
    if last is not None and last.state == BackupState.FAILED:
        first = (last.cause or "原因不明").splitlines()[0]
        yield Finding(False, f"最近一次备份失败：{first}", "请排除原因后运行 vouch backup 文件夹")
    if scheduled is None:
        yield Finding(None, "没有设置定时备份", "请设置 VOUCH_BACKUP_DIR，最好在另一台机器的磁盘上")
    if newest is None or newest.finished_at is None:
        yield Finding(False if scheduled else None, "还没有备份", "请运行 vouch backup 文件夹")
        return
    is_fresh = timezone.now() - newest.finished_at < (DAILY_LATE if scheduled else BY_HAND_LATE)
    yield Finding(
        is_fresh,
        f"最近的备份在 {_ago(newest.finished_at)}：{newest.folder}",
        "请检查 vouch worker 是否在运行，或运行 vouch backup 文件夹",
    )
    if not (Path(newest.folder) / MANIFEST).exists():
        yield Finding(
            False if scheduled else None,
            "最近的备份已不在原处",
            "如已移到别处请忽略；否则请重新备份",
        )


def _drills() -> Iterator[Finding]:
    newest = newest_backup()
    if newest is None:
        return
    last, passed = drills().first(), newest_passed_drill()
    if last is not None and last.state == DrillState.FAILED:
        first = (last.cause or "原因不明").splitlines()[0]
        yield Finding(False, f"最近一次恢复演练未通过：{first}", "请排除原因后运行 vouch drill")
    if passed is None or passed.finished_at is None:
        yield Finding(None, "备份还没有演练过恢复", "请运行 vouch drill")
        return
    is_fresh = timezone.now() - passed.finished_at < DRILL_LATE
    yield Finding(
        is_fresh or None if plan() is None else is_fresh,
        f"最近一次通过的恢复演练在 {_ago(passed.finished_at)}",
        "请运行 vouch drill",
    )


def _seals() -> Iterator[Finding]:
    waiting, oldest = unsealed()
    if oldest is not None and timezone.now() - oldest > SEAL_LATE:
        yield Finding(
            False,
            f"{waiting} 条操作日志待封存，最早的在 {_ago(oldest)}",
            "请检查 vouch worker 是否在运行，或运行 vouch ledger seal 查看原因",
        )
    else:
        yield Finding(is_good=True, text=f"操作日志按时封存，{waiting} 条待封存")
    try:
        sent, here = sent_head(), newest_head()
    except LedgerBroken as error:
        yield Finding(False, str(error), "请从备份或另一副本恢复外送文件夹")
        return
    if sent is not None and sent.size > (here.size if here else 0):
        yield Finding(
            False,
            f"已外送的树头有 {sent.size} 条，库中只有 {here.size if here else 0} 条",
            "如果数据库是重新建立的或由较早的备份恢复，请运行 vouch ledger restart-witness；否则日志可能被删，请用备份核对",
        )
    heads = Path(settings.LEDGER_HEADS_DIR)
    if heads.exists() and heads.stat().st_dev == home().stat().st_dev:
        yield Finding(
            None,
            "外送的树头与数据库在同一块磁盘上",
            "请把 VOUCH_HEADS_DIR 设到另一台机器的磁盘，否则两者会一起丢失",
        )


def _keys() -> Iterator[Finding]:
    missing = sorted(set(key_counts().by_version) - set(ring().materials))
    where = "环境变量" if is_from_environment() else str(ring_file())
    yield Finding(
        not missing,
        f"密钥环缺少第 {'、'.join(map(str, missing))} 版，有数据无法解密"
        if missing
        else f"密钥环完整（{where}）",
        "请恢复完整的密钥环",
    )
    for key in KEYS:
        if os.environ.get(key.variable):
            continue
        try:
            read_secret(home() / key.file)
        except FileNotFoundError:
            continue
        except InstallationError as error:
            yield Finding(False, str(error), f"chmod 600 {home() / key.file}")


def _room() -> Iterator[Finding]:
    scheduled = plan()
    if scheduled is None:
        return
    folder = scheduled.folder
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding(False, f"备份目录 {scheduled.folder} 不可写", "请检查目录权限或挂载")
        return
    newest = newest_backup()
    free, needed = shutil.disk_usage(folder).free, ROOM * (newest.size if newest else 0)
    yield Finding(
        free >= needed,
        f"备份目录剩余 {free / 2**30:.1f} GiB",
        f"请保留至少 {needed / 2**30:.1f} GiB（最近备份的 {ROOM} 倍），或减少 VOUCH_BACKUP_KEEP",
    )
    if folder.stat().st_dev == home().stat().st_dev:
        yield Finding(None, "备份与数据库在同一块磁盘上", "磁盘损坏时会一起丢失，请放到另一台机器")


def _clock() -> Iterator[Finding]:
    """The database's own clock is compared elsewhere; here: is what was recorded in the past?"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(recorded_at) FROM ledger_entry")
        (newest,) = cursor.fetchone()
    if newest is not None and newest > timezone.now() + FUTURE:
        yield Finding(
            False,
            f"最新的操作日志记在将来（{timezone.localtime(newest):%Y-%m-%d %H:%M}）",
            "本机时钟曾经走快或现在走慢，请校准时钟",
        )


UPKEEP: tuple[Check, ...] = (_backups, _drills, _seals, _keys, _room, _clock)
