"""Questions about imports."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from vouch.platform.exchange.contents import MASKED, RowContent, contents_of, shown
from vouch.platform.exchange.importer import Source, importer_of
from vouch.platform.exchange.models import (
    Import,
    ImportChange,
    ImportFile,
    ImportMention,
    ImportRow,
    KeptRecord,
    SavedMapping,
)
from vouch.platform.exchange.permissions import may_open_imports
from vouch.platform.exchange.tabular import Chosen, plain_heading
from vouch.platform.exchange.terms import JOURNAL_DAYS, UNFINISHED, ImportStatus, RowState, Verdict
from vouch.platform.exchange.undoing import is_journaled
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.terms import Scope
from vouch.platform.jobs.queries import Progress
from vouch.platform.web.faces import Visible


def visible_to(actor: Actor) -> QuerySet[Import]:
    """The imports that the actor may look at: rejected rows show customers' data."""
    imports = Import.objects.select_related("unit")
    if not may_open_imports(actor):
        return imports.none()
    if actor.scope == Scope.ALL:
        return imports
    return imports.filter(unit_id__in=actor.unit_ids)


def latest_imports(actor: Actor) -> QuerySet[Import]:
    """Those visible, newest first, each with ``open_rows``: how many rejected rows wait for somebody."""
    waiting = Q(rows__verdict=Verdict.REJECTED, rows__state=RowState.OPEN)
    return visible_to(actor).annotate(open_rows=Count("rows", filter=waiting)).order_by("-created_at", "-pk")


def import_numbered(pk: int) -> Import:
    """The import of this number, whoever asks: for the jobs that run it."""
    return Import.objects.select_related("unit").get(pk=pk)


def submitter_of(batch: Import) -> Actor:
    """Who submitted the import, with the rights that they have now. Raises User.DoesNotExist for one who left."""
    return actor_called(batch.actor_id)


def actor_called(actor_id: str) -> Actor:
    """Whom an actor's id names, with the rights that they have now. Raises User.DoesNotExist for one who left."""
    kind, _separator, name = actor_id.partition(":")
    if kind == "user":
        return actor_of(User.objects.select_related("unit").get(pk=int(name), is_active=True))
    return system_actor(name)


def files_of(batch: Import) -> QuerySet[ImportFile]:
    """The import's files in the order in which they are read."""
    return ImportFile.objects.filter(batch=batch).select_related("document").order_by("position")


def chosen_of(file: ImportFile) -> Chosen:
    """What was said of the file's sheet, columns and units."""
    return Chosen(file.mapping, file.units, file.sheet)


def headings_hash(headings: Sequence[str]) -> str:
    """What two files have in common whose headings are the same but for width, case and blanks."""
    return hashlib.sha256("\x1f".join(plain_heading(heading) for heading in headings).encode()).hexdigest()


def saved_mapping(batch: Import, source: str, headings: Sequence[str]) -> SavedMapping | None:
    """How files with these headings were read the last time in this unit, if somebody wanted that kept."""
    return SavedMapping.objects.filter(
        unit_id=batch.unit_id, kind=batch.kind, source=source, headings_hash=headings_hash(headings)
    ).first()


def mappings_visible_to(actor: Actor) -> QuerySet[SavedMapping]:
    """The saved mappings of the units into which the actor may import."""
    mappings = SavedMapping.objects.select_related("unit")
    if not may_open_imports(actor):
        return mappings.none()
    return mappings if actor.scope == Scope.ALL else mappings.filter(unit_id__in=actor.unit_ids)


def kept_rows(batch: Import, *, verdict: str = "", state: str = "") -> QuerySet[ImportRow]:
    """The import's kept rows in the order of the file."""
    rows = ImportRow.objects.filter(batch=batch).select_related("file", "batch")
    if verdict:
        rows = rows.filter(verdict=verdict)
    if state:
        rows = rows.filter(state=state)
    return rows.order_by("file__position", "line", "pk")


def column_title(row: ImportRow) -> str:
    """What the row's column is called in Chinese; 整行 for the whole row."""
    for column in source_of(row).columns:
        if column.name == row.column:
            return column.title
    return _("整行")


def source_of(row: ImportRow) -> Source:
    """The source that the row's file was."""
    return importer_of(row.batch.kind).source(row.file.source)


def kept_table(
    batch: Import, rows: QuerySet[ImportRow], classes: Collection[str] = MASKED
) -> tuple[list[str], Iterator[list[str]]]:
    """Headings and lines of the kept rows as a file: why, and the row's values under their usual headings.

    Where the rows come from files with different columns, or a row does not fit its headings, it stands as it was
    delivered. Values of other field classes than these are masked.
    """
    sources = importer_of(batch.kind).sources
    titles = [column.title for column in sources[0].columns] if len(sources) == 1 else [_("原始内容")]
    headings = [_("文件"), _("行号"), _("结果"), _("字段"), _("原因"), *titles]

    def lines() -> Iterator[list[str]]:
        found = rows.iterator(chunk_size=2000)
        while part := list(itertools.islice(found, 2000)):
            for row, content in zip(part, contents_of(part), strict=True):
                why = [row.file.name, str(row.line), row.get_verdict_display(), column_title(row), row.reason]
                told = shown(row, content, classes) if content else RowContent((), ())
                yield [*why, *(told.cells if told.cells and len(sources) == 1 else told.raw)]

    return headings, lines()


def row_counts(batch: Import) -> dict[tuple[str, str], int]:
    """How many kept rows there are of each verdict and state."""
    counted = ImportRow.objects.filter(batch=batch).values_list("verdict", "state").annotate(Count("pk"))
    return {(verdict, state): count for verdict, state, count in counted}


def unfinished_import(*, kind: str, unit_id: int, hashes: Iterable[tuple[str, str]]) -> Import | None:
    """An import of exactly these files (source, SHA-256) into this unit that was begun and not finished."""
    wanted = sorted(hashes)
    candidates = Import.objects.filter(
        kind=kind, unit_id=unit_id, is_dry_run=False, status__in=UNFINISHED
    ).order_by("-pk")
    for batch in candidates.prefetch_related("files"):
        if sorted((file.source, file.sha256) for file in batch.files.all()) == wanted:
            return batch
    return None


def importable_units(actor: Actor) -> QuerySet[Unit]:
    """The units into which the actor may import."""
    units = Unit.objects.order_by("code")
    return units if actor.scope == Scope.ALL else units.filter(pk__in=actor.unit_ids)


def open_row_count(actor: Actor) -> int:
    """How many rejected rows wait for somebody, in the imports that the actor may look at."""
    return (
        ImportRow.objects.filter(
            verdict=Verdict.REJECTED,
            state=RowState.OPEN,
            batch__is_dry_run=False,
            batch__in=visible_to(actor),
        )
        .exclude(batch__status__in=(ImportStatus.UNDOING, ImportStatus.UNDONE))
        .count()
    )


def next_open_row(row: ImportRow) -> ImportRow | None:
    """The next rejected row of the same import that nobody has dealt with."""
    waiting = kept_rows(row.batch, verdict=Verdict.REJECTED, state=RowState.OPEN).exclude(pk=row.pk)
    return waiting.filter(file__position=row.file.position, line__gt=row.line).first() or waiting.first()


VISIBLE: Visible = {
    Import: visible_to,
    ImportFile: lambda actor: ImportFile.objects.filter(batch__in=visible_to(actor)),
    ImportMention: "文件中证件号码的盲索引，只用于删除个人信息时找到文件，不经任何页面显示",
    ImportChange: lambda actor: ImportChange.objects.filter(batch__in=visible_to(actor)),
    SavedMapping: mappings_visible_to,
    KeptRecord: lambda actor: KeptRecord.objects.filter(batch__in=visible_to(actor)),
    ImportRow: lambda actor: ImportRow.objects.filter(batch__in=visible_to(actor)),
}
"""How rows of each table are seen."""


def progress_of_imports(arguments: Sequence[Mapping[str, Any]]) -> list[Progress | None]:
    """How far the imports are that these jobs run, in percent of their files' bytes."""
    wanted = [int(one.get("import_id") or 0) for one in arguments]
    rows = Import.objects.filter(pk__in=wanted).annotate(
        whole=Sum("files__size"), read=Sum(F("files__progress") * F("files__size"))
    )
    known = {
        row.pk: Progress(row.read // row.whole, 100, row.get_absolute_url()) for row in rows if row.whole
    }
    return [known.get(pk) for pk in wanted]


def kept_records(batch: Import) -> QuerySet[KeptRecord]:
    """What the undo of the import left as it was, in the order in which it was told."""
    return KeptRecord.objects.filter(batch=batch).order_by("pk")


def progress_of_undos(arguments: Sequence[Mapping[str, Any]]) -> list[Progress | None]:
    """How far the undos are that these jobs run: each is one transaction, which tells it by the name of its session."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT application_name FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE 'vouch undo %'"
        )
        names = [name.split() for (name,) in cursor.fetchall()]
    percents = {int(pk): int(percent) for _vouch, _undo, pk, percent in names}
    wanted = [int(one.get("import_id") or 0) for one in arguments]
    return [
        Progress(percents[pk], 100, reverse("exchange:import", args=[pk])) if pk in percents else None
        for pk in wanted
    ]


def can_undo(batch: Import) -> bool:
    """Whether an undo can be ordered."""
    may_be = batch.status in {ImportStatus.DONE, ImportStatus.FAILED} and not batch.is_dry_run
    return may_be and is_journaled(batch)


def undo_until(batch: Import) -> datetime | None:
    """Until when the import can be undone; None while it has not ended."""
    return batch.finished_at + timedelta(days=JOURNAL_DAYS) if batch.finished_at else None
