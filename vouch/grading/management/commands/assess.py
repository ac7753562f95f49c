"""``vouch assess``: judge one customer or the whole book, and print what came out."""

from __future__ import annotations

import csv
import sys
import time
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterable, Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import xlsxwriter
from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from django.utils import timezone

from vouch.grading import queries
from vouch.grading.actions import assess_customers, assess_party, resume_run
from vouch.grading.models import Assessment, AssessmentRun
from vouch.grading.terms import Outcome
from vouch.platform.identity.actor import system_actor
from vouch.platform.web.exports import safe_text
from vouch.policy.actions import install_shipped_policies, install_shipped_rules
from vouch.policy.queries import policy_in_force

ACTOR = system_actor("assess")
USAGE = 2
COLUMNS = (
    "客户编号", "企业代号", "统一社会信用代码", "客户名称", "评分", "等级", "分类", "建议额度（元）",
    "评估结果", "数据截止日", "理由",
)  # fmt: skip
EXAMPLE = """示例：
  vouch assess --all --as-of 2020-02-29 > 评级.csv
  vouch assess --all --out 评级.xlsx
  vouch assess --party E124 --as-of 2020-02-29
"""
Row = tuple[str | int | float | None, ...]


class _HelpFormatter(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Django's order of options; line breaks of the examples kept."""


class Command(BaseCommand):
    help = "评估全部企业客户（输出 CSV，每户一行）或一户（输出逐项说明）。退出码：0 完成，1 没有可评估的客户，2 参数有误。"

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Show the examples below the options, each on its line."""
        shape = {"formatter_class": _HelpFormatter, "epilog": EXAMPLE, **kwargs}
        return super().create_parser(prog_name, subcommand, **shape)

    def add_arguments(self, parser: CommandParser) -> None:
        """Whom to judge, as of which day, and where to write."""
        whom = parser.add_mutually_exclusive_group()
        whom.add_argument("--all", action="store_true", help="评估全部企业客户（默认）")
        whom.add_argument(
            "--party", metavar="ID", help="只评估一户：客户编号、企业代号、统一社会信用代码或名称"
        )
        parser.add_argument("--as-of", metavar="DATE", help="数据截止日，如 2020-02-29；默认今天（北京时间）")
        parser.add_argument(
            "--out", type=Path, metavar="OUT", help="把结果写入 .csv 或 .xlsx 文件，而不是标准输出"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge, then print."""
        as_of = _day(options["as_of"])
        out: Path | None = options["out"]
        if out is not None and out.suffix.lower() not in {".csv", ".xlsx"}:
            raise CommandError(f"--out 只能是 .csv 或 .xlsx 文件，而不是 {out}", returncode=USAGE)
        customer = None if options["party"] is None else _customer(options["party"])
        now = timezone.now()
        install_shipped_policies(actor=system_actor("install"), at=now)
        install_shipped_rules(actor=system_actor("install"), at=now)
        if customer is not None:
            found = assess_party(actor=ACTOR, at=now, party_id=customer.party_id, as_of=as_of)
            if out is None:
                self.stdout.write("\n".join(_page(found)))
            else:
                _write(out, _rows(as_of=as_of, policy_id=found.policy_id, party_ids=[customer.party_id]))
            return
        started = time.monotonic()
        run = self._assess_all(as_of)
        if run.done == 0:
            self.stderr.write("没有可评估的企业客户。请先用 vouch import enterprises 导入企业。")
            sys.exit(1)
        rows = list(_rows(as_of=as_of, policy_id=run.policy_id, party_ids=None))
        if out is None:
            self.stdout.write(_as_csv(rows), ending="")
        else:
            _write(out, rows)
        self._sum_up(run, seconds=time.monotonic() - started)

    def _assess_all(self, as_of: date) -> AssessmentRun:
        now = timezone.now()
        begun = queries.unfinished_run(as_of=as_of, policy_id=policy_in_force(at=now).pk)
        if begun is None:
            return assess_customers(actor=ACTOR, at=now, as_of=as_of, progress=self._tell)
        self.stderr.write(f"继续未完成的评估批次 {begun.pk}：已评估 {begun.done} / {begun.total} 户")
        return resume_run(actor=ACTOR, at=now, run=begun, progress=self._tell)

    def _tell(self, run: AssessmentRun) -> None:
        self.stderr.write(f"已评估 {run.done} / {run.total} 户")

    def _sum_up(self, run: AssessmentRun, *, seconds: float) -> None:
        """Who came out how, in a few lines a person reads."""
        counts = queries.counts_of(as_of=run.as_of, policy_id=run.policy_id)
        self.stderr.write(
            f"截至 {run.as_of}，按 {run.policy} 评估 {run.done} 户，其中 {run.unchanged} 户与上次相同，用时 {seconds:.1f} 秒。"
        )
        self.stderr.write("；".join(f"{title} {count} 户" for title, count in counts.items()))
        later = queries.later_standings(run.as_of).count()
        if later:
            self.stderr.write(f"{later} 户的当前评级依据更新的数据（晚于 {run.as_of}），保持不变。")


def _day(text: str | None) -> date:
    today = timezone.localdate()
    if text is None:
        return today
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise CommandError(
            f"--as-of “{text}”不是日期，请写成 2020-02-29 的样子。", returncode=USAGE
        ) from None
    if day > today:
        raise CommandError(f"--as-of {day} 晚于今天（{today}），无法用未来的数据评估。", returncode=USAGE)
    return day


def _customer(text: str) -> queries.Named:
    found = queries.customers_named(text)
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(f"没有客户编号、代码或名称为“{text}”的企业客户。", returncode=USAGE)
    shown = "、".join(f"{customer.number} {customer.name}" for customer in found[:5])
    more = "等" if len(found) > 5 else ""
    raise CommandError(f"“{text}”对应不止一个客户：{shown}{more}。请用客户编号指定。", returncode=USAGE)


def _rows(*, as_of: date, policy_id: int, party_ids: list[int] | None) -> Iterator[Row]:
    """One row for each customer, in the order of COLUMNS."""
    lines = queries.latest_assessments(as_of=as_of, policy_id=policy_id, party_ids=party_ids)
    source_codes, credit_codes = queries.codes_of(party_ids)
    titles = dict(Outcome.choices)
    for line in lines.values_list(
        "party_id",
        "party__number",
        "party__name",
        "score",
        "grade",
        "risk_class",
        "limit",
        "outcome",
        "reasons",
    ).iterator():
        party_id, number, name, score, grade, risk_class, limit, outcome, reasons = line
        yield (
            number,
            "；".join(source_codes.get(party_id, ())),
            "；".join(credit_codes.get(party_id, ())),
            name,
            score,
            grade,
            risk_class,
            f"{limit:.2f}",
            str(titles[outcome]),
            as_of.isoformat(),
            "；".join(reasons),
        )


def _as_csv(rows: Iterable[Row]) -> str:
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([safe_text(cell) if isinstance(cell, str) else cell for cell in row])
    return buffer.getvalue()


def _write(out: Path, rows: Iterable[Row]) -> None:
    try:
        if out.suffix.lower() == ".csv":
            # With a byte-order mark, or Excel reads Chinese as GBK.
            out.write_text(_as_csv(rows), encoding="utf-8-sig")
        else:
            _write_xlsx(out, rows)
    except OSError as error:
        raise CommandError(f"无法写入 {out}：{error.strerror}") from error


def _write_xlsx(out: Path, rows: Iterable[Row]) -> None:
    with out.open("wb") as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False})
        sheet = book.add_worksheet("评级")
        money = book.add_format({"num_format": "#,##0.00"})
        sheet.write_row(0, 0, COLUMNS)
        sheet.freeze_panes(1, 0)
        place = COLUMNS.index("建议额度（元）")
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if column == place:
                    sheet.write_number(line, column, float(cell or 0), money)
                elif isinstance(cell, int):
                    sheet.write_number(line, column, cell)
                elif cell is not None:
                    sheet.write_string(line, column, str(cell))
        book.close()


def _page(found: Assessment) -> Iterator[str]:
    """One customer's assessment as a page of text."""
    why = queries.explanation_of(found)
    yield f"{found.party.number} {found.party.name}"
    yield f"数据截止日 {found.as_of}，政策 {found.policy}，结果 {found.get_outcome_display()}"
    score = "—" if found.score is None else f"{found.score}（{why.score_low} 至 {why.score_high}）"
    yield f"评分 {score}　等级 {found.grade or '—'}　分类 {found.risk_class or '—'}　建议额度 {found.limit:,.2f} 元"
    if why.is_expert_card:
        yield "依据专家卡评分，尚未用违约数据验证，不给出违约概率。"
    yield from ("", "理由")
    yield from (f"  {place}. {reason}" for place, reason in enumerate(found.reasons, start=1))
    if found.score is not None:
        yield from ("", f"各项得分（基础分 {why.base_points}）")
        yield from (
            f"  {line.points:>4} / {line.best:<4} {line.title}：{line.value_text}（{line.label}）"
            for line in why.points
        )
    if why.limit_steps:
        yield from ("", "建议额度的计算")
        yield from (f"  {step.title}：{step.filled} ＝ {step.shown}" for step in why.limit_steps)
        yield from ("", "年担保费率的计算")
        yield from (f"  {step.title}：{step.filled} ＝ {step.shown}" for step in why.fee_steps)
    if why.counterfactuals:
        yield from ("", "怎样可以更好")
        yield from (f"  {text}" for text in why.counterfactuals)
    yield from ("", f"审批路径：{why.path_title}（{' → '.join(why.path_steps)}）")
    if why.check_every_days is not None:
        yield f"检查频率：每 {why.check_every_days} 天"
    if why.mitigations:
        yield f"保障措施：{'；'.join(why.mitigations)}"
