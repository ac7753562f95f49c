"""What an installation needs, one check each. A check asks and changes nothing."""

import os
import shutil
import sys
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from vouch.platform.database import connection as roles
from vouch.platform.database import supervisor
from vouch.platform.database.home import home
from vouch.platform.database.schema import EXTENSIONS, OLDEST_SERVER
from vouch.platform.jobs.worker import rescue_seconds
from vouch.platform.operations._finding import Check, Finding
from vouch.platform.operations._upkeep import UPKEEP

OLDEST_PYTHON = (3, 11)
FREE_GIB = 2
LATE_MINUTES = 10
LEDGER_TABLES = ("ledger_entry", "ledger_leaf", "ledger_block", "ledger_head")
LEDGER_TRIGGERS = 2  # on each: no change of a row, no truncation
ASSETS = (
    "tabler/css/tabler.min.css",
    "tabler/js/tabler.min.js",
    "echarts/echarts.min.js",
    "htmx/htmx.min.js",
)
ICONS = Path("@tabler", "icons", "icons", "outline")


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(sys.version_info >= OLDEST_PYTHON, f"Python {version}", "请安装 Python 3.11 或更高版本")
    try:
        zoneinfo.ZoneInfo(settings.TIME_ZONE)
        yield Finding(is_good=True, text=f"时区 {settings.TIME_ZONE}")
    except zoneinfo.ZoneInfoNotFoundError:
        yield Finding(is_good=False, text=f"找不到时区 {settings.TIME_ZONE}", remedy="请安装 tzdata")


def _disk() -> Iterator[Finding]:
    folder = home()
    yield Finding(
        os.access(folder, os.W_OK | os.X_OK),
        f"数据目录 {folder} 可写",
        "请检查目录权限，或用 VOUCH_HOME 另行指定",
    )
    free = shutil.disk_usage(folder).free / 2**30
    yield Finding(free >= FREE_GIB, f"磁盘剩余 {free:.1f} GiB", f"请保留至少 {FREE_GIB} GiB")


def _assets() -> Iterator[Finding]:
    missing = [name for name in ASSETS if finders.find(name) is None]
    if not (Path(settings.ASSETS_DIR) / ICONS).is_dir():
        missing.append("icons")
    yield Finding(
        not missing,
        f"页面资源缺失：{'、'.join(missing)}" if missing else "页面资源齐全",
        "请运行 make setup 重新安装",
    )


def _server() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000"
        )
        version, major = cursor.fetchone()
        kind = "自有" if supervisor.uses_own_server() else "内置"
        yield Finding(
            major >= OLDEST_SERVER[0],
            f"数据库可用：{kind} PostgreSQL {version}",
            "请使用 PostgreSQL 15 或更高版本",
        )
        for name, wanted in (("fsync", "on"), ("full_page_writes", "on"), ("data_checksums", "on")):
            cursor.execute("SELECT current_setting(%s)", [name])
            value = cursor.fetchone()[0]
            yield Finding(
                True if value == wanted else None if name == "data_checksums" else False,
                f"数据库设置 {name} = {value}",
                f"为防止断电丢失或损坏数据，应为 {wanted}",
            )
        cursor.execute("SELECT abs(extract(epoch FROM clock_timestamp() - %s::timestamptz))", [_now()])
        drift = float(cursor.fetchone()[0])
        yield Finding(drift < 5, f"本机与数据库时钟相差 {drift:.1f} 秒", "请校准时钟")


def _now() -> str:
    return datetime.now(tz=UTC).isoformat()


def _roles() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, (SELECT count(*) FROM pg_class WHERE relowner = pg_roles.oid)"
            " FROM pg_roles WHERE rolname = current_user"
        )
        name, is_super, owned = cursor.fetchone()
    yield Finding(
        not is_super and not owned,
        f"运行角色 {name}：{'超级用户' if is_super else '非超级用户'}，拥有 {owned} 个对象",
        "运行角色不应是超级用户，也不应拥有表；请用另一个角色运行（DATABASE_URL）与升级（DATABASE_OWNER_URL）",
    )
    if supervisor.uses_own_server() and not os.environ.get("DATABASE_OWNER_URL"):
        yield Finding(None, "未设置 DATABASE_OWNER_URL，此处不检查属主角色", "升级时需要它")
        return
    try:
        with roles.owner_connection() as owner:
            row = owner.execute("SELECT current_user").fetchone()
        yield Finding(is_good=True, text=f"属主角色 {row[0] if row else ''} 可以连接")
    except psycopg.Error as error:
        yield Finding(False, f"属主角色无法连接：{str(error).strip()}", "请检查 DATABASE_OWNER_URL")


def _schema() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        missing = set(EXTENSIONS) - {row[0] for row in cursor.fetchall()}
        yield Finding(
            not missing,
            f"缺少数据库扩展：{'、'.join(sorted(missing))}"
            if missing
            else f"数据库扩展 {'、'.join(EXTENSIONS)} 已安装",
            "请运行 vouch migrate",
        )
        if "pg_trgm" not in missing:
            cursor.execute("SELECT similarity('融资担保有限公司', '担保公司') > 0")
            yield Finding(
                cursor.fetchone()[0], "中文名称可以模糊查找", "数据库应使用 UTF-8 字符类型，例如 C.UTF-8"
            )
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    yield Finding(
        not waiting,
        f"有 {waiting} 项数据库升级未执行" if waiting else "数据库结构是最新的",
        "请运行 vouch migrate",
    )


def _people() -> Iterator[Finding]:
    count = get_user_model().objects.filter(is_active=True).count()
    yield Finding(
        count > 0 or None,
        f"有 {count} 人可以登录" if count else "还没有人可以登录",
        "可用 vouch demo 建立演示机构",
    )


def _ledger() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE')"
            " OR has_table_privilege(c.oid, 'TRUNCATE')) FROM pg_class c WHERE c.oid = ANY(%s::text[]::regclass[])",
            [list(LEDGER_TABLES)],
        )
        can_change = cursor.fetchone()[0]
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE (SELECT count(*) FROM pg_trigger WHERE tgrelid = name::regclass"
            " AND tgname LIKE 'pgtrigger%%' AND tgenabled IN ('O', 'A')) < %s",
            [list(LEDGER_TABLES), LEDGER_TRIGGERS],
        )
        bare = [row[0] for row in cursor.fetchall()]
    yield Finding(
        can_change is False,
        "操作日志只能追加" if can_change is False else "运行角色可以改写操作日志",
        "请收回 UPDATE、DELETE 权限",
    )
    if bare:
        yield Finding(
            False,
            f"操作日志的只追加触发器被停用或删除：{'、'.join(bare)}",
            "请查明是谁停用的，恢复触发器，并运行 vouch ledger verify",
        )


def _jobs() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [rescue_seconds()],
        )
        workers = cursor.fetchone()[0]
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE status = 'todo'),
                count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, at) < now() - make_interval(mins => %s)),
                count(*) FILTER (WHERE status = 'failed')
            FROM procrastinate_jobs AS job
            LEFT JOIN LATERAL (SELECT min(at) AS at FROM procrastinate_events WHERE job_id = job.id) AS event ON true
            """,
            [LATE_MINUTES],
        )
        waiting, late, failed = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs AS job LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id"
            " WHERE status = 'doing'"
            " AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s))",
            [rescue_seconds()],
        )
        stalled = cursor.fetchone()[0]
    alive = (
        f"后台任务：{workers} 个进程在运行，{waiting} 项等待"
        if workers
        else f"后台任务未运行，{waiting} 项等待"
    )
    yield Finding(
        True if workers else False if waiting or stalled else None, alive, "请运行 vouch run 或 vouch worker"
    )
    if late:
        yield Finding(False, f"{late} 项任务等待超过 {LATE_MINUTES} 分钟", "请检查 vouch worker 是否在运行")
    if stalled:
        yield Finding(False, f"{stalled} 项任务的执行进程已中断", "启动 vouch worker 后会自动重做")
    if failed:
        yield Finding(None, f"近一周有 {failed} 项任务失败", "请查看运行日志中的原因")


WITHOUT_DATABASE: tuple[Check, ...] = (_python, _disk, _assets)
WITH_DATABASE: tuple[Check, ...] = (_server, _roles, _schema, _ledger, _people, _jobs, *UPKEEP)
