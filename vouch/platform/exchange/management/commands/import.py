"""``vouch import <kind> …``: the kinds are those that the rooms have registered."""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from vouch.platform.exchange import actions, running
from vouch.platform.exchange.contents import classes_of
from vouch.platform.exchange.importer import Importer, Source, importer_of, importers
from vouch.platform.exchange.kept_files import blocks_of, sha256_of
from vouch.platform.exchange.models import Import, ImportFile
from vouch.platform.exchange.queries import column_title, files_of, kept_rows, kept_table, unfinished_import
from vouch.platform.exchange.tabular import DOUBTFUL_BELOW, Chosen, Unreadable, largest_figure, open_table
from vouch.platform.exchange.terms import ImportStatus, Verdict
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.queries import UnknownUnit, unit_named

ACTOR = system_actor("import")


class Command(BaseCommand):
    help = "导入 CSV、CSV.gz 或 XLSX、XLS 文件。最后一行给出 accepted、unchanged、rejected、warned 的行数。"

    def add_arguments(self, parser: CommandParser) -> None:
        """One subcommand for each registered kind."""
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
        for importer in importers().values():
            sub = kinds.add_parser(
                importer.kind, help=importer.title, description=importer.title, epilog=f"示例：{importer.example}"
            )  # fmt: skip
            for source in importer.sources:
                _add_source(sub, source)
            sub.add_argument("--unit", default="", metavar="UNIT", help="归属机构的编码或名称；默认总部")
            sub.add_argument("--dry-run", action="store_true", help="只检查，不写入")
            sub.add_argument("--errors", type=Path, metavar="OUT.csv", help="把未导入和有提示的行写入此文件")
            sub.add_argument(
                "--column",
                action="append",
                default=[],
                metavar="字段=表头",
                help="指定某一字段对应的表头，可重复",
            )

            if any(column.is_money for source in importer.sources for column in source.columns):
                sub.add_argument(
                    "--money", choices=("元", "万元"), default="", help="文件没有写明单位的金额以此为单位"
                )

    def handle(self, *args: Any, **options: Any) -> None:
        """Receive the files, run the import here, and say what became of the rows."""
        importer = importer_of(options["kind"])
        try:
            unit = unit_named(options["unit"])
        except UnknownUnit as error:
            raise CommandError(str(error)) from error
        files = _given(importer, options)
        batch = None
        if not options["dry_run"]:
            hashes = [(file.source, sha256_of(options[_option(file.source)])) for file in files]
            batch = unfinished_import(kind=importer.kind, unit_id=unit.pk, hashes=hashes)
        if batch:
            self.stderr.write(f"继续未完成的导入 {batch.pk}：已处理 {batch.rows_done} 行")
        else:
            delivery = actions.Delivery(importer.kind, files, is_dry_run=options["dry_run"])
            batch = actions.receive_import(actor=ACTOR, at=timezone.now(), unit=unit, delivery=delivery)
        try:
            done = running.run_import(batch.pk, actor=ACTOR, clock=timezone.now, tell=_Progress(self).tell)
        except running.Busy:
            raise CommandError(f"导入 {batch.pk} 正由另一个进程执行，请稍后再试。") from None
        self._report(done, options["errors"])

    def _report(self, batch: Import, errors: Path | None) -> None:
        for file in files_of(batch):
            if file.problem:
                self.stderr.write(f"{file.name}：{file.problem}")
        for note, count in batch.notes.items():
            self.stderr.write(f"说明：{note}（{count} 行）")
        if errors:
            _write_errors(batch, errors)
        self._show_some(batch)
        self.stdout.write(
            f"accepted {batch.accepted}, unchanged {batch.unchanged}, "
            f"rejected {batch.rejected}, warned {batch.warned}"
        )
        if batch.status == ImportStatus.FAILED:
            sys.exit(1)

    def _show_some(self, batch: Import, *, limit: int = 20) -> None:
        rows = kept_rows(batch, verdict=Verdict.REJECTED)
        for row in rows[:limit]:
            self.stderr.write(f"{row.file.name} 第 {row.line} 行 {column_title(row)}：{row.reason}")
        if batch.rejected > limit:
            self.stderr.write(f"……另有 {batch.rejected - limit} 行未导入，可用 --errors 写入文件")


class _Progress:
    """One line on stderr, at most twice a second, and only for a person who watches."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._next = 0.0

    def tell(self, file: ImportFile, batch: Import) -> None:
        """Say how far the import is."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + 0.5
            self._command.stderr.write(
                f"{file.name}：{file.progress}%，{file.rows_done} 行，未导入 {batch.rejected} 行"
            )


def _add_source(parser: CommandParser, source: Source) -> None:
    if source.name == "file":
        parser.add_argument("file", type=Path, metavar="FILE", help=source.title)
    else:
        parser.add_argument(
            f"--{source.name}", type=Path, metavar="FILE", help=source.title, required=source.is_required
        )


def _option(source: str) -> str:
    return source.replace("-", "_")


def _given(importer: Importer, options: dict[str, Any]) -> list[actions.GivenFile]:
    mapping = _mapping(importer, options["column"])
    given = []
    for source in importer.sources:
        path: Path | None = options[_option(source.name)]
        if path is None:
            continue
        try:
            path.open("rb").close()
        except OSError as error:
            reason = "没有这个文件" if isinstance(error, FileNotFoundError) else error.strerror
            raise CommandError(f"读不到文件“{path}”：{reason}") from error
        wanted = {column.name for column in source.columns}
        chosen = {name: heading for name, heading in mapping.items() if name in wanted}
        units = _units(source, path, chosen=chosen, said=options.get("money", ""))
        given.append(actions.GivenFile(source.name, path.name, blocks_of(path), chosen, units))
    return given


def _units(source: Source, path: Path, *, chosen: dict[str, str], said: str) -> dict[str, str]:
    """Units of the amounts that the file leaves open. Raises CommandError where they could be either."""
    money = [column.name for column in source.columns if column.is_money]
    try:
        table = open_table(
            path, name=path.name, columns=source.columns, sheets=source.sheets, chosen=Chosen(chosen)
        )
    except Unreadable:
        return {}  # the import itself says why
    try:
        largest = largest_figure(table)
    finally:
        table.close()
    if not said and 0 < largest < DOUBTFUL_BELOW:
        raise CommandError(
            f"文件“{path.name}”没有写明金额的单位，最大的数是 {largest:,}：请加上 --money 元 或 --money 万元。"
        )
    return {column: said for column in money if said and column not in table.stated_units}


def _mapping(importer: Importer, pairs: list[str]) -> dict[str, str]:
    names = {
        known: column.name
        for source in importer.sources
        for column in source.columns
        for known in (column.name, column.title)
    }
    mapping = {}
    for pair in pairs:
        column, equals, heading = pair.partition("=")
        if not equals or column not in names:
            known = "、".join(dict.fromkeys(names.values()))
            raise CommandError(f"--column {pair}：应写作 字段=表头，字段是其中之一：{known}")
        mapping[names[column]] = heading
    return mapping


def _write_errors(batch: Import, path: Path) -> None:
    # To be put right and imported again, by whoever has the file anyway.
    classes = classes_of(batch)
    if classes:
        actions.read_in_full(
            actor=ACTOR,
            at=timezone.now(),
            batch=batch,
            field_classes=classes,
            what="未导入的行",
            purpose="vouch import --errors",
        )
    headings, records = kept_table(batch, kept_rows(batch), classes)
    # With a byte-order mark, or Excel takes it for the local encoding.
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(headings)
        writer.writerows(records)
