"""A delivery received, sent to the worker, or given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from vouch.platform.exchange import permissions
from vouch.platform.exchange.actions.state import locked_import, move
from vouch.platform.exchange.models import Import, ImportFile
from vouch.platform.exchange.tabular import Chosen
from vouch.platform.exchange.terms import ImportStatus
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit
from vouch.platform.jobs.defer import defer
from vouch.platform.ledger.action import Entry, action


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it lies in ``settings.IMPORTS_DIR``."""

    source: str
    name: str
    sha256: str
    size: int
    mapping: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)


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
            units=dict(file.units),
        )
    files = [{"source": file.source, "name": file.name, "sha256": file.sha256} for file in delivery.files]
    after = {"kind": delivery.kind, "unit": unit.code, "dry_run": delivery.is_dry_run, "files": files}
    entry.about("import", batch.pk, after=after)
    return batch


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
    """Give up an import that has not begun."""
    locked = locked_import(batch.pk)
    before = move(locked, ImportStatus.CANCELLED)
    entry.about("import", locked.pk, before={"status": before}, after={"status": locked.status})
