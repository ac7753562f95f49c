"""A delivery received, sent to the worker, or given up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from vouch.platform.exchange import permissions
from vouch.platform.exchange.actions.keeping import drop_file, keep_file, key_of_import
from vouch.platform.exchange.actions.state import locked_import, move
from vouch.platform.exchange.importer import importer_of
from vouch.platform.exchange.kept_files import open_kept_table
from vouch.platform.exchange.models import Import, ImportFile
from vouch.platform.exchange.tabular import Chosen, Unreadable
from vouch.platform.exchange.terms import ImportStatus
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit
from vouch.platform.jobs.defer import defer
from vouch.platform.ledger.action import Entry, action


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file as it is handed in: its bytes in blocks, read once, and what was said of its columns."""

    source: str
    name: str
    blocks: Iterable[bytes]
    mapping: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


class NoTables(ValueError):
    """Files that are no tables: ``reasons`` in Chinese by the name of their source."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__("\n".join(reasons.values()))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is to be imported, for which unit."""

    kind: str
    files: Sequence[GivenFile]
    is_dry_run: bool = False
    is_draft: bool = False


@action("exchange.import.received", may=permissions.may_import)
def receive_import(entry: Entry, *, actor: Actor, at: datetime, unit: Unit, delivery: Delivery) -> Import:
    """Take the delivery in, its files encrypted; a draft waits for its columns to be confirmed.

    Raises NoTables where a file of a draft is no table at all, or the only one has no rows: then nothing is kept.
    """
    batch = Import.objects.create(
        kind=delivery.kind,
        status=ImportStatus.DRAFT if delivery.is_draft else ImportStatus.WAITING,
        unit=unit,
        is_dry_run=delivery.is_dry_run,
        actor_id=actor.id,
        actor_label=actor.label,
        created_at=at,
    )
    key_of_import(batch, at=at)
    files = [_taken_in(batch, position, given, at=at) for position, given in enumerate(delivery.files)]
    if delivery.is_draft:
        _refuse_no_tables(delivery.kind, files)
    told = [{"source": file.source, "name": file.name, "sha256": file.sha256} for file in files]
    after = {"kind": delivery.kind, "unit": unit.code, "dry_run": delivery.is_dry_run, "files": told}
    entry.about("import", batch.pk, after=after)
    return batch


def _taken_in(batch: Import, position: int, given: GivenFile, *, at: datetime) -> ImportFile:
    file = ImportFile.objects.create(
        batch=batch,
        source=given.source,
        position=position,
        name=given.name,
        size=0,
        mapping=dict(given.mapping),
        units=dict(given.units),
    )
    keep_file(file, given.blocks, at=at)
    return file


def _refuse_no_tables(kind: str, files: Sequence[ImportFile]) -> None:
    reasons = {}
    for file in files:
        source = importer_of(kind).source(file.source)
        try:
            with closing(open_kept_table(file, source, chosen=Chosen(), is_lenient=True)) as table:
                # One of several may well be empty: a month without purchases.
                if len(files) == 1 and next(table.rows(), None) is None:
                    reasons[file.source] = _("文件“%s”只有表头，下面没有数据行。") % file.name
        except Unreadable as error:
            reasons[file.source] = str(error)
    if reasons:
        raise NoTables(reasons)


@action("exchange.import.queued", may=permissions.may_run)
def queue_import(
    entry: Entry, *, actor: Actor, at: datetime, batch: Import, chosen: Mapping[int, Chosen]
) -> None:
    """Send a draft, or one that failed, to the worker. ``chosen``: file pk → what a person said of the file."""
    locked = locked_import(batch.pk)
    before = move(locked, ImportStatus.WAITING)
    for file in locked.files.all():
        if (said := chosen.get(file.pk)) is not None:
            file.mapping, file.units, file.sheet = dict(said.mapping), dict(said.units), said.sheet
        if file.problem and not file.rows_done:
            # It could not be read; with other columns, or a second time, it may.
            file.is_done, file.progress, file.problem = False, 0, ""
        file.save(update_fields=["mapping", "units", "sheet", "is_done", "progress", "problem"])
    defer("exchange.run_import", lock=f"import:{locked.pk}", import_id=locked.pk)
    units = {file.source: file.units for file in locked.files.all() if file.units}
    entry.about(
        "import", locked.pk, before={"status": before}, after={"status": locked.status, "units": units}
    )


@action("exchange.import.cancelled", may=permissions.may_run)
def cancel_import(entry: Entry, *, actor: Actor, at: datetime, batch: Import) -> None:
    """Give up an import that has not begun; its files are kept no longer."""
    locked = locked_import(batch.pk)
    before = move(locked, ImportStatus.CANCELLED)
    for file in locked.files.select_related("document"):
        drop_file(file, at=at, because=_("导入已取消"))
    entry.about("import", locked.pk, before={"status": before}, after={"status": locked.status})
