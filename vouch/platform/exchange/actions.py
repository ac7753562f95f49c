"""What may be done to imports. Everything that an import writes, other rooms' records too, is written in here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _
from psycopg.types.json import Jsonb

from vouch.platform.database.copy import copy_rows
from vouch.platform.exchange import permissions
from vouch.platform.exchange.importer import Batch, Finding, Outcome, importer_of
from vouch.platform.exchange.models import Import, ImportFile, ImportRow
from vouch.platform.exchange.tabular import Row
from vouch.platform.exchange.terms import ROW_TRANSITIONS, TRANSITIONS, ImportStatus, RowState, Verdict
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit
from vouch.platform.jobs.defer import defer
from vouch.platform.ledger.action import Entry, action


class NotNow(ValueError):
    """The import or row is in a state that does not allow this; ``str()`` is the Chinese message."""


class StillRejected(ValueError):
    """The corrected row is still not acceptable: ``column`` and ``reason``."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


class Overtaken(RuntimeError):
    """Somebody else has taken this chunk already."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it lies in ``settings.IMPORTS_DIR``."""

    source: str
    name: str
    sha256: str
    size: int
    mapping: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is to be imported, for which unit."""

    kind: str
    files: Sequence[KeptFile]
    is_dry_run: bool = False
    is_draft: bool = False


@action("exchange.import.received", may=permissions.may_import)
def receive_import(entry: Entry, *, actor: Actor, at: datetime, unit: Unit, delivery: Delivery) -> Import:
    """Note the delivery; a draft waits for its columns to be confirmed."""
    batch = Import.objects.create(
        kind=delivery.kind,
        status=ImportStatus.DRAFT if delivery.is_draft else ImportStatus.WAITING,
        unit=unit,
        is_dry_run=delivery.is_dry_run,
        actor_id=actor.id,
        actor_label=actor.label,
        created_at=at,
    )
    for position, file in enumerate(delivery.files):
        ImportFile.objects.create(
            batch=batch,
            source=file.source,
            position=position,
            name=file.name,
            sha256=file.sha256,
            size=file.size,
            mapping=dict(file.mapping),
        )
    files = [{"source": file.source, "name": file.name, "sha256": file.sha256} for file in delivery.files]
    after = {"kind": delivery.kind, "unit": unit.code, "dry_run": delivery.is_dry_run, "files": files}
    entry.about("import", batch.pk, after=after)
    return batch


@action("exchange.import.queued", may=permissions.may_run)
def queue_import(
    entry: Entry, *, actor: Actor, at: datetime, batch: Import, mappings: Mapping[int, Mapping[str, str]]
) -> None:
    """Send a draft, or one that failed, to the worker. ``mappings``: file pk → column → heading."""
    locked = _locked(batch.pk)
    before = _move(locked, ImportStatus.WAITING)
    for file in locked.files.all():
        file.mapping = dict(mappings.get(file.pk, file.mapping))
        if file.problem and not file.rows_done:
            # It could not be read; with other columns, or a second time, it may.
            file.is_done, file.progress, file.problem = False, 0, ""
        file.save(update_fields=["mapping", "is_done", "progress", "problem"])
    defer("exchange.run_import", lock=f"import:{locked.pk}", import_id=locked.pk)
    entry.about("import", locked.pk, before={"status": before}, after={"status": locked.status})


@action("exchange.import.cancelled", may=permissions.may_run)
def cancel_import(entry: Entry, *, actor: Actor, at: datetime, batch: Import) -> None:
    """Give up an import that has not begun."""
    locked = _locked(batch.pk)
    before = _move(locked, ImportStatus.CANCELLED)
    entry.about("import", locked.pk, before={"status": before}, after={"status": locked.status})


@action("exchange.import.started", may=permissions.may_run)
def start_import(entry: Entry, *, actor: Actor, at: datetime, batch: Import) -> None:
    """Begin, or go on after a worker died."""
    locked = _locked(batch.pk)
    before = _move(locked, ImportStatus.RUNNING)
    after = {"status": locked.status, "rows_done": locked.rows_done}
    entry.about("import", locked.pk, before={"status": before}, after=after)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive rows of a file: those after the first ``position`` ones; ``progress`` in percent after them."""

    file_id: int
    position: int
    rows: Sequence[Row]
    progress: int


@action("exchange.chunk.taken", may=permissions.may_run)
def take_chunk(entry: Entry, *, actor: Actor, at: datetime, batch: Import, chunk: Chunk) -> Import:
    """Judge and write one chunk; its progress is saved in the same transaction, so that none is taken twice."""
    locked = _locked(batch.pk)
    file = locked.files.get(pk=chunk.file_id)
    if locked.status != ImportStatus.RUNNING or file.rows_done != chunk.position:
        raise Overtaken
    _prefer_indexes()
    importer = importer_of(locked.kind)
    readable = [row for row in chunk.rows if not row.fault]
    source = importer.source(file.source)
    taken = Batch(source=source, rows=readable, unit=locked.unit, actor=actor, at=at, import_id=locked.pk)
    outcome = importer.take(taken) if readable else Outcome()
    outcome.rejected.extend(Finding(row, "", row.fault) for row in chunk.rows if row.fault)
    _check_counts(outcome, rows=len(chunk.rows), kind=locked.kind)
    _keep_rows(locked, file, outcome)
    file.rows_done += len(chunk.rows)
    file.progress = chunk.progress
    file.save(update_fields=["rows_done", "progress"])
    accepted = outcome.accepted + len(outcome.warned)
    if source.is_counted:
        locked.accepted += accepted
        locked.unchanged += outcome.unchanged
    else:
        said = source.title
        locked.notes[said] = locked.notes.get(said, 0) + accepted + outcome.unchanged
    locked.rejected += len(outcome.rejected)
    locked.warned += len(outcome.warned)
    for text, count in outcome.notes.items():
        locked.notes[text] = locked.notes.get(text, 0) + count
    locked.save(update_fields=["accepted", "unchanged", "rejected", "warned", "notes"])
    if not (outcome.leaves or outcome.rejected or outcome.warned):
        # Everything was known already; the import's own entries say that it was looked at.
        entry.nothing()
    entry.bulk(
        "import",
        locked.pk,
        rows=outcome.leaves,
        file_sha256=file.sha256,
        accepted=accepted,
        unchanged=outcome.unchanged,
        rejected=len(outcome.rejected),
        warned=len(outcome.warned),
    )
    return locked


@action("exchange.file.finished", may=permissions.may_run)
def finish_file(
    entry: Entry, *, actor: Actor, at: datetime, batch: Import, file: ImportFile, problem: str
) -> None:
    """Note that a file was read to its end, or to its break."""
    ImportFile.objects.filter(pk=file.pk).update(is_done=True, progress=100, problem=problem)
    if not problem:
        entry.nothing()
    entry.about("import", batch.pk, after={"file": file.name, "problem": problem})


@action("exchange.import.finished", may=permissions.may_run)
def finish_import(entry: Entry, *, actor: Actor, at: datetime, batch: Import, problem: str) -> Import:
    """Close the import; with a ``problem`` nothing could be read."""
    locked = _locked(batch.pk)
    before = _move(locked, ImportStatus.FAILED if problem else ImportStatus.DONE)
    locked.problem, locked.finished_at = problem, at
    locked.save(update_fields=["problem", "finished_at"])
    after = {"status": locked.status, "kind": locked.kind, "problem": problem, **_counts(locked)}
    entry.about("import", locked.pk, before={"status": before}, after=after)
    return locked


@dataclass(frozen=True, slots=True)
class Trial:
    """What a dry run found before it was rolled back."""

    counts: Mapping[str, int]
    notes: Mapping[str, int]
    problems: Mapping[int, str]
    kept: Iterable[tuple[int, int, str, str, str, list[str], list[str]]]


@action("exchange.import.tried", may=permissions.may_run)
def record_trial(entry: Entry, *, actor: Actor, at: datetime, batch: Import, trial: Trial) -> Import:
    """Keep what a dry run found; of what it wrote nothing is left."""
    locked = _locked(batch.pk)
    _move(locked, ImportStatus.DONE)
    for name, count in trial.counts.items():
        setattr(locked, name, count)
    locked.notes, locked.finished_at = dict(trial.notes), at
    locked.save()
    for file in locked.files.all():
        file.is_done, file.progress, file.problem = True, 100, trial.problems.get(file.pk, "")
        file.save(update_fields=["is_done", "progress", "problem"])
    rows = (
        (locked.pk, file, line, verdict, RowState.OPEN, column, reason, Jsonb(cells), Jsonb(raw), "", "")
        for file, line, verdict, column, reason, cells, raw in trial.kept
    )
    copy_rows(ImportRow, _ROW_COLUMNS, rows)
    entry.about("import", locked.pk, after={"dry_run": True, **_counts(locked)})
    return locked


@action("exchange.row.corrected", may=permissions.may_resolve)
def correct_row(
    entry: Entry, *, actor: Actor, at: datetime, row: ImportRow, cells: Mapping[str, str]
) -> ImportRow:
    """Import a rejected row with the values that a person gave it. Raises StillRejected."""
    locked = _resolving(row, RowState.CORRECTED)
    source = importer_of(locked.batch.kind).source(locked.file.source)
    values = [cells.get(column.name, "") for column in source.columns]
    before = {"cells": locked.cells, "reason": locked.reason}
    _take_one(locked, values, actor=actor, at=at, forced="")
    locked.cells, locked.state, locked.resolved_by, locked.resolved_at = (
        values,
        RowState.CORRECTED,
        actor.label,
        at,
    )
    locked.save(update_fields=["cells", "state", "resolved_by", "resolved_at"])
    entry.about("import_row", locked.pk, before=before, after={"cells": values, "state": locked.state})
    return locked


@action("exchange.row.accepted", may=permissions.may_resolve)
def accept_row(entry: Entry, *, actor: Actor, at: datetime, row: ImportRow, reason: str) -> ImportRow:
    """Import a rejected row as it stands, for a reason; a warned one is only ticked off. Raises StillRejected."""
    locked = _resolving(row, RowState.ACCEPTED)
    if locked.verdict == Verdict.REJECTED:
        if not reason.strip():
            raise StillRejected("", _("请写明按原样接受的理由。"))
        _take_one(locked, locked.cells, actor=actor, at=at, forced=reason.strip())
    _resolve(entry, locked, RowState.ACCEPTED, actor=actor, at=at, reason=reason)
    return locked


@action("exchange.row.dismissed", may=permissions.may_resolve)
def dismiss_row(entry: Entry, *, actor: Actor, at: datetime, row: ImportRow, reason: str) -> ImportRow:
    """Decide that a rejected row is not imported."""
    locked = _resolving(row, RowState.DISMISSED)
    _resolve(entry, locked, RowState.DISMISSED, actor=actor, at=at, reason=reason)
    return locked


_ROW_COLUMNS = (
    "batch_id", "file_id", "line", "verdict", "state", "column", "reason", "cells", "raw", "resolution", "resolved_by",
)  # fmt: skip


def _prefer_indexes() -> None:
    """For this transaction, look rows up by index whatever the statistics say.

    A dry run leaves the statistics of an empty table behind (its rows were rolled back); believing them, the
    planner would read the growing table from end to end for every chunk of the import that follows.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")


def _locked(pk: int) -> Import:
    return Import.objects.select_for_update(of=("self",)).select_related("unit").get(pk=pk)


def _move(batch: Import, status: str) -> str:
    """Change the state, if that is allowed, and give the former one."""
    before = batch.status
    if status not in TRANSITIONS[before]:
        raise NotNow(
            _("导入 %(id)s 的状态是“%(status)s”，不能执行此操作。")
            % {"id": batch.pk, "status": batch.get_status_display()}
        )
    batch.status = status
    batch.save(update_fields=["status"])
    return before


def _counts(batch: Import) -> dict[str, int]:
    return {name: getattr(batch, name) for name in ("accepted", "unchanged", "rejected", "warned")}


def _check_counts(outcome: Outcome, *, rows: int, kind: str) -> None:
    counted = outcome.accepted + outcome.unchanged + len(outcome.warned) + len(outcome.rejected)
    if counted != rows:
        message = f"importer {kind} judged {counted} of {rows} rows"
        raise RuntimeError(message)


def _keep_rows(batch: Import, file: ImportFile, outcome: Outcome) -> None:
    groups = (
        (Verdict.REJECTED, outcome.rejected),
        (Verdict.WARNED, outcome.warned),
        (Verdict.REPEATED, outcome.listed),
    )
    rows = (
        (
            batch.pk, file.pk, found.row.line, verdict, RowState.OPEN, found.column, found.reason,
            Jsonb(list(found.row.cells)), Jsonb(list(found.row.raw)), "", "",
        )
        for verdict, findings in groups
        for found in findings
    )  # fmt: skip
    if any(findings for _verdict, findings in groups):
        copy_rows(ImportRow, _ROW_COLUMNS, rows)


def _resolving(row: ImportRow, state: str) -> ImportRow:
    locked = (
        ImportRow.objects.select_for_update(of=("self",)).select_related("batch__unit", "file").get(pk=row.pk)
    )
    if locked.batch.is_dry_run:
        raise NotNow(_("这是试运行的结果，请正式导入后再处理。"))
    if state not in ROW_TRANSITIONS[locked.state]:
        raise NotNow(_("这一行已经处理过：%(state)s。") % {"state": locked.get_state_display()})
    return locked


def _resolve(
    entry: Entry, row: ImportRow, state: RowState, *, actor: Actor, at: datetime, reason: str
) -> None:
    before = {"state": row.state}
    row.state, row.resolution, row.resolved_by, row.resolved_at = state, reason.strip(), actor.label, at
    row.save(update_fields=["state", "resolution", "resolved_by", "resolved_at"])
    entry.about("import_row", row.pk, before=before, after={"state": str(state), "line": row.line})
    entry.purpose(reason.strip()[:200])


def _take_one(row: ImportRow, cells: Sequence[str], *, actor: Actor, at: datetime, forced: str) -> None:
    """Have the importer take this one row; its refusal undoes everything."""
    importer = importer_of(row.batch.kind)
    source = importer.source(row.file.source)
    if len(cells) != len(source.columns):
        raise StillRejected("", _("这一行的列与表头对不上，请先逐列更正。"))
    outcome = importer.take(
        Batch(
            source=source,
            rows=[Row(row.line, tuple(cells), row.raw)],
            unit=row.batch.unit,
            actor=actor,
            at=at,
            import_id=row.batch_id,
            forced=forced,
        )
    )
    if outcome.rejected:
        found = outcome.rejected[0]
        raise StillRejected(found.column, found.reason)
