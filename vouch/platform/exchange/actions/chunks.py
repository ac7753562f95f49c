"""An import taken chunk by chunk; what a dry run found. Other rooms' records are written in here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from vouch.engine.cells import said
from vouch.engine.identifiers import holds_protected, without_protected
from vouch.platform.database.copy import copy_rows
from vouch.platform.exchange import permissions
from vouch.platform.exchange.actions.keeping import (
    keep_mentions,
    key_of_import,
    mentions_in,
    sealed_content,
)
from vouch.platform.exchange.actions.state import counts_of, journaled, locked_import, move, unjournaled
from vouch.platform.exchange.contents import MASKED, Covers, RowContent, covers_of, shown_cell
from vouch.platform.exchange.importer import Batch, Finding, Note, Outcome, Source, importer_of
from vouch.platform.exchange.models import Import, ImportFile, ImportMention, ImportRow
from vouch.platform.exchange.tabular import Row
from vouch.platform.exchange.terms import ImportStatus, RowState, Verdict
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action


class Overtaken(RuntimeError):
    """Somebody else has taken this chunk already."""


@action("exchange.import.started", may=permissions.may_run)
def start_import(entry: Entry, *, actor: Actor, at: datetime, batch: Import) -> None:
    """Begin, or go on after a worker died."""
    locked = locked_import(batch.pk)
    before = move(locked, ImportStatus.RUNNING)
    after = {"status": locked.status, "rows_done": locked.rows_done}
    entry.about("import", locked.pk, before={"status": before}, after=after)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive rows of a file: those after the first ``position`` ones; ``progress`` in percent after them.

    ``units`` are those in which its amounts are read, by column; ``conflicting`` as in ``Batch``. To ``notes`` a dry run
    adds what must be noted after it is rolled back.
    """

    file_id: int
    position: int
    rows: Sequence[Row]
    progress: int
    units: Mapping[str, str] = field(default_factory=dict)
    conflicting: frozenset[str] = frozenset()
    notes: list[Note] = field(default_factory=list)


@action("exchange.chunk.taken", may=permissions.may_run)
def take_chunk(entry: Entry, *, actor: Actor, at: datetime, batch: Import, chunk: Chunk) -> Import:
    """Judge and write one chunk; its progress is saved in the same transaction, so that none is taken twice."""
    locked = locked_import(batch.pk)
    file = locked.files.get(pk=chunk.file_id)
    if locked.status != ImportStatus.RUNNING or file.rows_done != chunk.position:
        raise Overtaken
    _prefer_indexes()
    importer = importer_of(locked.kind)
    readable = [row for row in chunk.rows if not row.fault]
    source = importer.source(file.source)
    taken = Batch(
        source=source,
        rows=readable,
        unit=locked.unit,
        actor=actor,
        at=at,
        import_id=locked.pk,
        conflicting=chunk.conflicting,
    )
    if not locked.is_dry_run:
        journaled(locked)
    outcome = importer.take(taken) if readable else Outcome()
    unjournaled()
    outcome.rejected.extend(Finding(row, "", row.fault) for row in chunk.rows if row.fault)
    _check_counts(outcome, rows=len(chunk.rows), kind=locked.kind)
    _note(outcome, locked, chunk)
    _keep_rows(locked, file, outcome, at=at)
    keep_mentions(file.pk, mentions_in(source, chunk.rows))
    file.rows_done += len(chunk.rows)
    file.progress = chunk.progress
    # What is corrected by hand later is in the same units.
    file.units = {**file.units, **chunk.units}
    file.save(update_fields=["rows_done", "progress", "units"])
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
    locked = locked_import(batch.pk)
    before = move(locked, ImportStatus.FAILED if problem else ImportStatus.DONE)
    locked.problem, locked.finished_at = problem, at
    locked.save(update_fields=["problem", "finished_at"])
    after = {"status": locked.status, "kind": locked.kind, "problem": problem, **counts_of(locked)}
    entry.about("import", locked.pk, before={"status": before}, after=after)
    return locked


@dataclass(frozen=True, slots=True)
class Trial:
    """What a dry run found before it was rolled back."""

    counts: Mapping[str, int]
    notes: Mapping[str, int]
    problems: Mapping[int, str]
    kept: Iterable[tuple[int, int, str, str, str, bytes]]
    mentions: Iterable[tuple[int, bytes]] = ()


@action("exchange.import.tried", may=permissions.may_run)
def record_trial(entry: Entry, *, actor: Actor, at: datetime, batch: Import, trial: Trial) -> Import:
    """Keep what a dry run found; of what it wrote nothing is left."""
    locked = locked_import(batch.pk)
    move(locked, ImportStatus.DONE)
    for name, count in trial.counts.items():
        setattr(locked, name, count)
    locked.notes, locked.finished_at = dict(trial.notes), at
    locked.save()
    for file in locked.files.all():
        file.is_done, file.progress, file.problem = True, 100, trial.problems.get(file.pk, "")
        file.save(update_fields=["is_done", "progress", "problem"])
    rows = (
        (locked.pk, file, line, verdict, RowState.OPEN, column, reason, content, "", "")
        for file, line, verdict, column, reason, content in trial.kept
    )
    copy_rows(ImportRow, _ROW_COLUMNS, rows)
    copy_rows(ImportMention, ("file_id", "index"), trial.mentions)
    entry.about("import", locked.pk, after={"dry_run": True, **counts_of(locked)})
    return locked


_ROW_COLUMNS = (
    "batch_id", "file_id", "line", "verdict", "state", "column", "reason", "content", "resolution", "resolved_by",
)  # fmt: skip


def _prefer_indexes() -> None:
    """For this transaction, look rows up by index whatever the statistics say.

    A dry run leaves the statistics of an empty table behind (its rows were rolled back); believing them, the
    planner would read the growing table from end to end for every chunk of the import that follows.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")


def _note(outcome: Outcome, batch: Import, chunk: Chunk) -> None:
    notes = [found.note for found in outcome.rejected if found.note is not None]
    if batch.is_dry_run:
        chunk.notes.extend(notes)
        return
    for note in notes:
        note()


def _check_counts(outcome: Outcome, *, rows: int, kind: str) -> None:
    counted = outcome.accepted + outcome.unchanged + len(outcome.warned) + len(outcome.rejected)
    if counted != rows:
        message = f"importer {kind} judged {counted} of {rows} rows"
        raise RuntimeError(message)


def _keep_rows(batch: Import, file: ImportFile, outcome: Outcome, *, at: datetime) -> None:
    source = importer_of(batch.kind).source(file.source)
    groups = (
        (Verdict.REJECTED, outcome.rejected),
        (Verdict.WARNED, outcome.warned),
        (Verdict.REPEATED, outcome.listed),
    )
    key, covers = key_of_import(batch, at=at), covers_of(source, file.mapping)
    rows = (
        (
            batch.pk, file.pk, found.row.line, verdict, RowState.OPEN, found.column, _told(source, covers, found),
            sealed_content(key, file.pk, found.row.line, RowContent(found.row.cells, list(found.row.raw))), "", "",
        )
        for verdict, findings in groups
        for found in findings
    )  # fmt: skip
    if any(findings for _verdict, findings in groups):
        copy_rows(ImportRow, _ROW_COLUMNS, rows)


def _told(source: Source, covers: Covers, found: Finding) -> str:
    """A reason as it is kept in plain: a protected value that it quotes is masked, and so is a number of a shifted row."""
    reason = found.reason
    if not source.protected:
        return without_protected(reason) if holds_protected(reason) else reason
    for column, cover, cell in zip(source.columns, covers, found.row.cells, strict=False):
        told = said(cell)
        masked = shown_cell(cover, told, MASKED)
        if column.name == found.column and masked != told:
            # Reasons quote a long cell as far as its beginning.
            for quoted in sorted({told, told[:40], told[:20]}, key=len, reverse=True):
                reason = reason.replace(quoted, masked)
    return without_protected(reason) if holds_protected(reason) else reason
