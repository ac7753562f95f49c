"""Run the product on this machine: web server and worker, until Ctrl-C."""

import argparse
import http.client
import os
import socket
import sys
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from vouch.platform.database import supervisor
from vouch.platform.operations._child import ADDRESS
from vouch.platform.operations._processes import Processes
from vouch.platform.operations.sign_ins import remembered, sign_ins_file

CHILD = (sys.executable, "-m", "vouch.platform.operations._child")


class Command(BaseCommand):
    help = "启动网页服务与后台任务，按 Ctrl-C 全部停止。例：vouch run --port 8000"
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        port = int(os.environ.get("VOUCH_PORT", "8000"))
        parser.add_argument(
            "--port", type=int, default=port, help="端口，默认 %(default)s（环境变量 VOUCH_PORT）"
        )
        parser.add_argument("--demo", action="store_true", help="数据库为空时先建立演示机构")

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        claim_port(port)
        self._migrate()
        if options["demo"] and not get_user_model().objects.exists() and "demo" in get_commands():
            self.stdout.write("正在建立演示机构……")
            call_command("demo", stdout=self.stdout)
        Path(settings.STATIC_ROOT).mkdir(
            parents=True, exist_ok=True
        )  # a warning otherwise; finders serve the rest
        for held in connections.all(initialized_only=True):
            held.close()
            cast("DatabaseWrapper", held).close_pool()
        processes = Processes({"web": (*CHILD, "web", str(port)), "worker": (*CHILD, "worker")})
        hopeless = processes.run(when_started=lambda: answers(port) and self._announce(port))
        if hopeless:
            part = "网页服务" if hopeless == "web" else "后台任务"
            raise CommandError(f"{part}反复启动失败，原因见上面的输出；可运行 vouch doctor 检查。")
        self.stdout.write("已停止。")

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return
        if supervisor.uses_own_server() and not os.environ.get("DATABASE_OWNER_URL"):
            raise CommandError("数据库结构不是最新的。请先设置 DATABASE_OWNER_URL 并运行 vouch migrate。")
        self.stdout.write("正在升级数据库结构……")
        call_command("migrate", verbosity=0)

    def _announce(self, port: int) -> bool:
        lines = [f"Vouch 已启动：http://{ADDRESS}:{port}/"]
        if people := remembered():
            lines.append("可以登录的人员（用户名 · 初始口令 · 姓名 · 角色）：")
            lines += [f"  {who.username} · {who.password} · {who.name} · {who.role}" for who in people]
            lines.append(f"以上口令只保存在 {sign_ins_file()}（仅本机用户可读），登录后可修改。")
        lines.append("按 Ctrl-C 停止。")
        self.stdout.write("\n".join(lines))
        self.stdout.flush()
        return True


def claim_port(port: int) -> None:
    """Raises CommandError where the port is taken or not ours to use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except PermissionError as error:
            raise CommandError(f"没有权限使用端口 {port}，请用 --port 指定 1024 以上的端口。") from error
        except (OSError, OverflowError) as error:
            raise CommandError(
                f"端口 {port} 已被占用或无效。可能 Vouch 已在运行；请先停止它，或用 --port（make run PORT=…）另选端口。"
            ) from error


def answers(port: int) -> bool:
    """Whether the web server gives any answer yet."""
    probe = http.client.HTTPConnection(ADDRESS, port, timeout=5)
    try:
        probe.request("GET", "/", headers={"Host": ADDRESS})
        return probe.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        probe.close()
