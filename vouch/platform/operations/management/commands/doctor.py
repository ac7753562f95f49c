"""Is everything this installation needs in order?"""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from vouch.platform.database import supervisor
from vouch.platform.database.home import InstallationError
from vouch.platform.operations._checks import WITH_DATABASE, WITHOUT_DATABASE
from vouch.platform.operations._finding import Finding, ask

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
            yield from ask(check)
        try:
            with supervisor.hold():
                for check in WITH_DATABASE:
                    yield from ask(check)
        except InstallationError as error:
            yield Finding(False, str(error), "请按上面的说明处理后重试")
