"""``vouch demo``: found the invented institution in an empty installation."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from vouch.demo.actions.load import NotEmpty, found_institution
from vouch.platform.operations.sign_ins import sign_ins_file

OFFICE_OPENS = time(9, 30)


def moment_of(today: date) -> datetime:
    """When it all happens: on that morning, but never later than now."""
    return min(timezone.now(), datetime.combine(today, OFFICE_OPENS, timezone.get_current_timezone()))


class Command(BaseCommand):
    help = "在空的系统里建立演示机构：十六名员工、约两百户虚构企业及其发票和评估。例：vouch demo --today 2026-11-22"

    def add_arguments(self, parser: CommandParser) -> None:
        """The day decides the invented data; the same day gives the same."""
        parser.add_argument("--today", metavar="日期", help="演示数据截至哪一天，默认今天，如 2026-11-22")

    def handle(self, *args: Any, **options: Any) -> None:
        """Found it, and say who can sign in."""
        try:
            today = date.fromisoformat(options["today"]) if options["today"] else timezone.localdate()
        except ValueError as error:
            raise CommandError(f"--today {options['today']}：不是日期，应形如 2026-11-22。") from error
        try:
            people = found_institution(today=today, now=moment_of(today), tell=self.stdout.write)
        except NotEmpty as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"演示机构已建立，{len(people)} 人可以登录；用户名和初始口令在 {sign_ins_file()}。")
