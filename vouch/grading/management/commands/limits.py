"""``vouch limits``: every limit with what is taken of it, as CSV. It lists; nothing is granted or drawn from the command line."""

from __future__ import annotations

import argparse
import csv
import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from vouch.grading.queries.limit_list import LimitLine, LimitsWanted, limit_lines
from vouch.grading.terms import Headroom, LimitKind
from vouch.platform.identity.actor import system_actor
from vouch.platform.web.exports import safe_text

COLUMNS = (
    "种类", "额度对象", "额度（元）", "台账在保（元）", "已占用未入账（元）", "预占（元）", "可用（元）", "到期日", "状况", "冻结",
)  # fmt: skip
EXAMPLE = """示例：
  vouch limits > 额度.csv
  vouch limits --kind customer --headroom tight
"""


class Command(BaseCommand):
    help = "列出全部额度及其占用（CSV，每项一行）。只列出，不核定也不占用。退出码：0 完成，1 没有符合条件的额度，2 参数有误。"

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """With an example, laid out as written."""
        form = argparse.RawDescriptionHelpFormatter
        return super().create_parser(prog_name, subcommand, formatter_class=form, epilog=EXAMPLE, **kwargs)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Which ones."""
        parser.add_argument("--kind", choices=LimitKind.values, default="", help="只列一种")
        parser.add_argument("--headroom", choices=Headroom.values, default="", help="只列这样余量的")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them, the fullest first."""
        wanted = LimitsWanted(kind=options["kind"], headroom=options["headroom"])
        lines = limit_lines(system_actor("limits"), wanted, at=timezone.now())
        if not lines:
            self.stderr.write("没有符合条件的额度。")
            sys.exit(1)
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        for line in sorted(lines, key=lambda one: -(one.rate or 0)):
            writer.writerow(_row(line))


def _row(line: LimitLine) -> tuple[str, ...]:
    taken = line.taken
    sums = (taken.registered, taken.used, taken.reserved) if taken else (None, None, None)
    money = ["" if one is None else f"{one:.2f}" for one in (line.amount, *sums, line.free)]
    return (
        line.subject.get_kind_display(),
        safe_text(line.title),
        *money,
        "" if line.ends_on is None else line.ends_on.isoformat(),
        str(line.standing.label),
        "是" if line.is_frozen else "",
    )
