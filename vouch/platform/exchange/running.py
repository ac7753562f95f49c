"""An import from its first chunk to its last: the same for the job of a page and for the command.

Each chunk is one transaction that also saves how far the file is read, so an import that was killed goes on
where it stopped. One process at a time runs an import: it holds a lock that dies with its connection.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from django.db import DataError, IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from vouch.engine.cells import said
from vouch.platform.exchange import actions
from vouch.platform.exchange.actions.state import counts_of
from vouch.platform.exchange.importer import Importer, Note, Source, importer_of
from vouch.platform.exchange.kept_files import blocks_of, open_kept_table, sha256_of
from vouch.platform.exchange.models import Import, ImportFile, ImportMention
from vouch.platform.exchange.queries import chosen_of, files_of, kept_rows, unfinished_import
from vouch.platform.exchange.tabular import Row, Table, Unreadable
from vouch.platform.exchange.terms import UNFINISHED, ImportStatus
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit

LOCK_CLASS = 0x564F4943  # "VOIC": the advisory locks of imports

MANY_ROWS = 1_000
"""From so many new rows on, the planner must not believe that the tables are as they were."""

UNDO_ATTEMPTS = 3
"""Somebody may change a row between the look at it and the undo."""

Clock = Callable[[], datetime]
Tell = Callable[[ImportFile, Import], None]


class Busy(RuntimeError):
    """Another process runs this import at this moment."""


class _Rollback(Exception):
    pass


def run_import(import_id: int, *, actor: Actor, clock: Clock, tell: Tell | None = None) -> Import:
    """Run the import to its end and return it. Raises Busy; does nothing when it is finished already.

    ``tell`` is called after every chunk with the file and the import as they then stand.
    """
    with _held(import_id):
        batch = Import.objects.select_related("unit").get(pk=import_id)
        if batch.status not in UNFINISHED:
            return batch
        actions.start_import(actor=actor, at=clock(), batch=batch)
        run = _Run(batch, actor=actor, clock=clock, tell=tell)
        if batch.is_dry_run:
            return run.try_out()
        done = run.finish()
        if done.accepted >= MANY_ROWS:
            _refresh_statistics()
        return done


def import_files(
    kind: str, paths: Mapping[str, Path], *, unit: Unit, actor: Actor, clock: Clock, tell: Tell | None = None
) -> Import:
    """Import local files (source → path) in this process; an unfinished import of the same files goes on.

    Raises OSError for a file that cannot be read, Busy, and KeyError for an unknown kind.
    """
    importer = importer_of(kind)
    given = [(source.name, paths[source.name]) for source in importer.sources if source.name in paths]
    files = [actions.GivenFile(name, path.name, blocks_of(path)) for name, path in given]
    hashes = [(name, sha256_of(path)) for name, path in given]
    batch = unfinished_import(kind=kind, unit_id=unit.pk, hashes=hashes) or actions.receive_import(
        actor=actor, at=clock(), unit=unit, delivery=actions.Delivery(kind, files)
    )
    return run_import(batch.pk, actor=actor, clock=clock, tell=tell)


def take_back(import_id: int, *, actor: Actor, clock: Clock) -> Import:
    """Undo the import as it was ordered. Raises Busy, Moved; does nothing where it was not ordered, or is done."""
    with _held(import_id):
        batch = Import.objects.select_related("unit").get(pk=import_id)
        if batch.status != ImportStatus.UNDOING:
            return batch
        for _attempt in range(UNDO_ATTEMPTS - 1):
            with suppress(actions.Moved, IntegrityError):
                return actions.undo_import(actor=actor, at=clock(), batch=batch)
        return actions.undo_import(actor=actor, at=clock(), batch=batch)


@contextmanager
def _held(import_id: int) -> Iterator[None]:
    key = [LOCK_CLASS, import_id % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        row = cursor.fetchone()
    if not (row and row[0]):
        raise Busy
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _refresh_statistics() -> None:
    # Autovacuum would do it within a minute or so; until then lists and facts would be slow.
    with connection.cursor() as cursor:
        cursor.execute("SELECT exchange_refresh_statistics()")


class _Run:
    """One run through the files that are not read yet."""

    def __init__(self, batch: Import, *, actor: Actor, clock: Clock, tell: Tell | None) -> None:
        self._batch, self._actor, self._clock, self._tell = batch, actor, clock, tell
        self._importer: Importer = importer_of(batch.kind)
        self._notes: list[Note] = []

    def finish(self) -> Import:
        """Read every file; the import fails only when none of them could be read."""
        unreadable: list[str] = []
        files = list(files_of(self._batch))
        for file in files:
            if file.is_done:
                continue
            try:
                broken = self._read(file)
            except Unreadable as error:
                broken = str(error)
                unreadable.append(broken)
            actions.finish_file(
                actor=self._actor, at=self._clock(), batch=self._batch, file=file, problem=broken
            )
        nothing_read = len(unreadable) == len(files)
        problem = "\n".join(unreadable) if nothing_read else ""
        return actions.finish_import(actor=self._actor, at=self._clock(), batch=self._batch, problem=problem)

    def try_out(self) -> Import:
        """Run everything in one transaction, note what came of it, and roll it back."""
        trial: actions.Trial | None = None
        try:
            with transaction.atomic():
                done = self.finish()
                if done.problem:
                    return done
                trial = _noted(done)
                raise _Rollback  # noqa: TRY301 - it must pass through the transaction
        except _Rollback:
            pass
        if trial is None:  # pragma: no cover - set before the rollback
            raise RuntimeError
        # Somebody was asked for, whatever is rolled back.
        for note in self._notes:
            note()
        return actions.record_trial(actor=self._actor, at=self._clock(), batch=self._batch, trial=trial)

    def _read(self, file: ImportFile) -> str:
        """Take the rest of a file; how it broke off, if it did. Raises Unreadable."""
        source = self._importer.source(file.source)
        table = open_kept_table(file, source, chosen=chosen_of(file))
        try:
            conflicting = _conflicting(table, source, self._importer)
            rows = table.rows(skip=file.rows_done)
            while chunk := list(itertools.islice(rows, self._importer.chunk_rows)):
                self._take(file, table, chunk, conflicting)
                if self._tell:
                    self._tell(file, self._batch)
        finally:
            table.close()
        return table.broken

    def _take(self, file: ImportFile, table: Table, rows: Sequence[Row], conflicting: frozenset[str]) -> None:
        """Take the rows as one chunk; where the database refuses a value, find the row that holds it."""
        progress = min(99, int(table.progress * 100))
        chunk = actions.Chunk(file.pk, file.rows_done, rows, progress, table.units, conflicting, self._notes)
        try:
            batch = actions.take_chunk(actor=self._actor, at=self._clock(), batch=self._batch, chunk=chunk)
        except (DataError, IntegrityError) as error:
            if len(rows) > 1:
                middle = len(rows) // 2
                self._take(file, table, rows[:middle], conflicting)
                self._take(file, table, rows[middle:], conflicting)
                return
            if rows[0].fault:
                raise
            fault = _("数据库不接受这一行：%(error)s") % {"error": str(error).split("\n", 1)[0]}
            self._take(file, table, [rows[0]._replace(fault=fault)], conflicting)
            return
        file.rows_done += len(rows)
        file.progress = chunk.progress
        self._batch = batch


def _conflicting(table: Table, source: Source, importer: Importer) -> frozenset[str]:
    """Keys of which the file has rows that differ: read once from end to end, for no chunk knows."""
    key = importer.key
    apart = {*key, *importer.several}
    compared = [place for place, column in enumerate(source.columns) if column.name not in apart]
    if not key:
        return frozenset()
    seen: dict[str, int] = {}
    found = set()
    for row in table.rows():
        named = "" if row.fault else source.key_of(row, key)
        if not named:
            continue
        content = hash(tuple([said(row.cells[place]) for place in compared]))
        if seen.setdefault(named, content) != content:
            found.add(named)
    return frozenset(found)


def _noted(batch: Import) -> actions.Trial:
    kept = [
        (row.file_id, row.line, row.verdict, row.column, row.reason, bytes(row.content or b""))
        for row in kept_rows(batch)
    ]
    named = ImportMention.objects.filter(file__batch=batch).values_list("file_id", "index")
    mentions = [(file_id, bytes(index or b"")) for file_id, index in named]
    problems = {file.pk: file.problem for file in files_of(batch) if file.problem}
    return actions.Trial(
        counts=counts_of(batch), notes=batch.notes, problems=problems, kept=kept, mentions=mentions
    )
