"""``vouch train FILE --label COLUMN --bad VALUE --out DIR``: a scorecard from a file with outcomes."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from vouch.engine.training.delivery import Delivery, train_file
from vouch.engine.training.faults import InputFault
from vouch.engine.training.fitting import FittingRules
from vouch.engine.training.reading import Table
from vouch.engine.training.request import SEED, Request, known_column, parse_names, parse_pair, parse_special

EXAMPLE = """例：
  vouch train 贷款.csv --label 是否违约 --bad 1 --exclude 客户号,姓名 --folds 5 --out 结果
  vouch train loans.csv.gz --label status --bad CHGOFF --time year --after 2004 --weight w --out out
检验方式（--test、--folds、--time 三选一）不写时为 5 折交叉检验。"""


class Command(BaseCommand):
    help = "从带结果的数据文件训练评分卡，写出 scorecard.yaml、metrics.json 和 report.html。"
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
        add = parser.add_argument
        add("file", metavar="FILE", type=Path, help="CSV、CSV.gz、zip、XLSX、ARFF 或 Parquet")
        add("--label", metavar="COLUMN", required=True, help="结果所在的列")
        add("--bad", metavar="VALUE", required=True, help="表示坏的取值")
        add("--exclude", metavar="A,B", action="append", default=[], help="不作为变量的列")
        add(
            "--keep",
            metavar="A,B",
            action="append",
            default=[],
            help="疑似泄漏但确知申请时已有、仍要使用的列",
        )
        add("--weight", metavar="COLUMN", help="权重列；PD 按加权后的总体校准")
        add(
            "--population-rate",
            metavar="RATE",
            type=float,
            help="总体违约率（如 0.1756）；按它给好坏两类加权",
        )
        add(
            "--special",
            metavar="COLUMN=CODE,…",
            action="append",
            default=[],
            help="特殊值，各自成档；列写 * 表示所有列",
        )
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--test", metavar="COLUMN=VALUE", help="该列等于此值的行只用于检验")
        way.add_argument("--folds", metavar="N", type=int, help="N 折交叉检验（默认 5）")
        way.add_argument("--time", metavar="COLUMN", help="跨期检验所依的列，与 --after 同用")
        add("--after", metavar="VALUE", help="晚于此值的行只用于检验")
        add("--seed", metavar="N", type=int, default=SEED, help=f"随机种子（默认 {SEED}）")
        add("--challenger", action="store_true", help="同样条件下训练 LightGBM 作对照")
        add("--base-score", metavar="N", type=int, default=600, help="基准分（默认 600）")
        add("--base-odds", metavar="N", type=float, default=20.0, help="基准分对应的好坏比（默认 20）")
        add("--double-odds", metavar="N", type=int, default=50, help="好坏比翻倍所需的分数（默认 50）")
        add("--out", metavar="DIR", type=Path, required=True, help="输出文件夹")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            delivery = train_file(
                options["file"],
                lambda table: request_from(table, options),
                out=options["out"],
                progress=Narrator(sys.stderr if options.get("verbosity", 1) else None),
            )
        except InputFault as fault:
            raise CommandError(str(fault)) from None
        self._tell(delivery, out=options["out"])

    def _tell(self, delivery: Delivery, *, out: Path) -> None:
        found = delivery.found
        for warned in found.warnings:
            self.stdout.write(self.style.WARNING(_("警告：%(why)s") % {"why": warned.why}))
        for note in found.trained.prepared.notes:
            self.stdout.write(_("说明：%(note)s") % {"note": note})
        scores = found.scores
        self.stdout.write(found.trained.prepared.protocol.words)
        self.stdout.write(
            f"AUC {scores.auc.value:.4f}（{scores.auc.low:.4f}–{scores.auc.high:.4f}）  "
            f"KS {scores.ks.value:.4f}  Gini {scores.gini.value:.4f}  变量 {len(found.trained.card.bins)} 个"
        )
        if found.challenger is not None:
            rival = found.challenger
            self.stdout.write(
                f"挑战者 AUC {rival.auc.value:.4f}（{rival.auc.low:.4f}–{rival.auc.high:.4f}）  KS {rival.ks.value:.4f}"
            )
        self.stdout.write(
            _("已写出：%(files)s")
            % {"files": "、".join(str(out / n) for n in ("scorecard.yaml", "metrics.json", "report.html"))}
        )


class Narrator:
    """Says to a stream what is being done, and after how long."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.started = time.monotonic()

    def __call__(self, words: str) -> None:
        if self.stream is not None:
            print(f"[{time.monotonic() - self.started:6.1f} 秒] {words}", file=self.stream, flush=True)


def request_from(table: Table, options: dict[str, Any]) -> Request:
    """The request that the command line states, checked against the file's columns."""
    columns, file = list(table.frame.columns), table.name
    if bool(options["time"]) != bool(options["after"]):
        raise InputFault("--time 与 --after 要一起使用。")
    names = {
        option: tuple(
            name
            for text in options[option]
            for name in parse_names(text, columns=columns, file=file, option=f"--{option}")
        )
        for option in ("exclude", "keep")
    }
    time_column = (
        known_column(options["time"], columns=columns, file=file, option="--time")
        if options["time"]
        else None
    )
    request = Request(
        label=known_column(options["label"], columns=columns, file=file, option="--label"),
        bad=options["bad"],
        exclude=names["exclude"],
        keep=names["keep"],
        weight=known_column(options["weight"], columns=columns, file=file, option="--weight")
        if options["weight"]
        else None,
        population_rate=options["population_rate"],
        special=parse_special(options["special"], columns=columns, file=file),
        test=parse_pair(options["test"], columns=columns, file=file, option="--test")
        if options["test"]
        else None,
        folds=options["folds"],
        time=(time_column, options["after"]) if time_column else None,
        seed=options["seed"],
        challenger=options["challenger"],
    )
    if min(options["base_odds"], options["double_odds"]) <= 0 or options["seed"] < 0:
        raise InputFault("--base-odds、--double-odds 应大于 0，--seed 不能为负。")
    rules = FittingRules(
        base_score=options["base_score"], base_odds=options["base_odds"], double_odds=options["double_odds"]
    )
    return replace(request, rules=rules)
