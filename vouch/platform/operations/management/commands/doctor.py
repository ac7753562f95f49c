"""Is everything this installation needs in order?"""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error

from vouch.platform.database import supervisor
from vouch.platform.database.home import InstallationError
from vouch.platform.operations._checks import WITH_DATABASE, WITHOUT_DATABASE
from vouch.platform.operations._finding import Check, Finding

MARKS = {True: "✓", False: "✗", None: "–"}


class Command(BaseCommand):
    help = "检查本机安装是否完好；有问题时退出码为 1。例：vouch doctor"
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        findings = []
        for finding in self._findings():
            findings.append(finding)
            hint = f"　→ {finding.remedy}" if finding.remedy and not finding.is_good else ""
            self.stdout.write(f"{MARKS[finding.is_good]} {finding.text}{hint}")
        bad = sum(finding.is_good is False for finding in findings)
        self.stdout.write(f"发现 {bad} 个问题。" if bad else "一切就绪。")
        if bad:
            raise SystemExit(1)

    def _findings(self) -> Iterator[Finding]:
        for check in WITHOUT_DATABASE:
            yield from _ask(check)
        try:
            with supervisor.hold():
                for check in WITH_DATABASE:
                    yield from _ask(check)
        except InstallationError as error:
            yield Finding(False, str(error), "请按上面的说明处理后重试")


def _ask(check: Check) -> Iterator[Finding]:
    """A check that cannot be made is a finding too."""
    try:
        yield from check()
    except (Error, OSError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        yield Finding(
            False,
            f"无法检查（{check.__name__.strip('_')}）：{first}",
            "请检查数据库地址与网络，或运行 vouch migrate",
        )
