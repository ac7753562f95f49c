"""``vouch score SCORECARD_OR_POLICY FILE --out OUT.csv|OUT.parquet``: score the rows of a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from vouch.engine.training.faults import InputFault
from vouch.engine.training.scoring import load_judge, score_file, write_scored

EXAMPLE = """例：
  vouch score 结果/scorecard.yaml 新申请.csv --out 评分.csv
输出保留输入的全部列，并加上 score（分数）、pd（违约概率）、grade（等级）、reasons（主要扣分原因）。"""


class Command(BaseCommand):
    help = "用评分卡或政策文件给数据文件逐行评分。"
    needs_database = False
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name,
            subcommand,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            epilog=EXAMPLE,
            **kwargs,
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "judge", metavar="SCORECARD_OR_POLICY", type=Path, help="scorecard.yaml 或政策文件"
        )
        parser.add_argument("file", metavar="FILE", type=Path, help="CSV、CSV.gz、zip、XLSX、ARFF 或 Parquet")
        parser.add_argument("--out", metavar="OUT.csv|OUT.parquet", type=Path, required=True, help="输出文件")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        if out.suffix.lower() not in (".csv", ".parquet"):
            raise CommandError(
                _("--out：文件名应以 .csv 或 .parquet 结尾，实为“%(name)s”。") % {"name": out.name}
            )
        try:
            scored = score_file(load_judge(options["judge"]), options["file"])
            out.parent.mkdir(parents=True, exist_ok=True)
            write_scored(scored, out)
        except InputFault as fault:
            raise CommandError(str(fault)) from None
        except OSError as error:
            raise CommandError(
                _("无法写入 %(path)s：%(why)s") % {"path": out, "why": error.strerror}
            ) from None
        for remark in scored.remarks:
            self.stderr.write(self.style.WARNING(remark))
        self.stdout.write(
            _("已给 %(rows)s 行评分，写入 %(path)s。") % {"rows": scored.frame.height, "path": out}
        )
