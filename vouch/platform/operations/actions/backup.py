"""Backups and drills as the ledger knows them: ordered, begun, ended, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from vouch.platform.identity.actor import Actor
from vouch.platform.jobs.defer import defer
from vouch.platform.ledger.action import Entry, action
from vouch.platform.operations import permissions
from vouch.platform.operations.models import Backup, Drill
from vouch.platform.operations.terms import BACKUP_TRANSITIONS, BackupState, DrillState


class WrongState(RuntimeError):
    """A backup that is not where this step begins; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class BackupFigures:
    """What a finished backup holds."""

    tables: int
    rows: int
    size: int
    ledger_size: int
    ledger_root: str


@dataclass(frozen=True, slots=True)
class DrillFigures:
    """What a drill found; ``causes`` is empty where everything was equal."""

    tables: int = 0
    rows: int = 0
    ledger_size: int = 0
    ledger_root: str = ""
    causes: Sequence[str] = ()


@action("operations.backup.ordered", may=permissions.may_back_up)
def order_backup(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    folder: str,
    due_at: datetime | None = None,
    as_job: bool = False,
) -> Backup | None:
    """Note that a backup is to be made; ``as_job`` has a worker make it. None where another process noted this slot first."""
    backup = Backup(folder=folder, due_at=due_at, ordered_at=at, ordered_by=actor.label)
    if due_at is not None and Backup.objects.filter(due_at=due_at).exists():
        entry.nothing()
        return None
    backup.save(force_insert=True)
    if as_job:
        defer("operations.back_up", lock="operations:backup", backup_id=str(backup.pk))
    entry.about("backup", backup.pk, after={"folder": folder})
    return backup


@action("operations.backup.started", may=permissions.may_back_up)
def start_backup(entry: Entry, *, actor: Actor, at: datetime, backup_id: UUID) -> Backup:
    """A process begins, or begins again. Raises WrongState."""
    backup = _locked(backup_id, BackupState.RUNNING)
    backup.state, backup.started_at, backup.finished_at = BackupState.RUNNING, at, None
    backup.tables = backup.tables_done = 0
    backup.cause = ""
    backup.save()
    entry.about("backup", backup.pk, after={"state": backup.state})
    return backup


@action("operations.backup.advanced", may=permissions.may_back_up)
def advance_backup(entry: Entry, *, actor: Actor, at: datetime, backup_id: UUID, done: int, of: int) -> None:
    """How far it is; leaves no entry."""
    entry.nothing()
    Backup.objects.filter(pk=backup_id).update(tables_done=done, tables=of)


@action("operations.backup.finished", may=permissions.may_back_up)
def finish_backup(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    backup_id: UUID,
    figures: BackupFigures | None,
    cause: str = "",
) -> Backup:
    """It is whole, or it failed for this cause. Raises WrongState."""
    state = BackupState.DONE if figures else BackupState.FAILED
    backup = _locked(backup_id, state)
    backup.state, backup.finished_at, backup.cause = state, at, cause
    after: dict[str, object] = {"state": state, "folder": backup.folder}
    if figures:
        backup.tables = backup.tables_done = figures.tables
        backup.rows, backup.size = figures.rows, figures.size
        backup.ledger_size, backup.ledger_root = figures.ledger_size, figures.ledger_root
        after |= {
            "tables": figures.tables,
            "rows": figures.rows,
            "bytes": figures.size,
            "size": figures.ledger_size,
            "root": figures.ledger_root,
        }
    else:
        after["cause"] = cause
    backup.save()
    entry.about("backup", backup.pk, after=after)
    return backup


@action("operations.backup.removed", may=permissions.may_back_up)
def note_removed(entry: Entry, *, actor: Actor, at: datetime, backup_id: UUID) -> None:
    """Its files are gone: its time was over."""
    backup = Backup.objects.select_for_update().get(pk=backup_id)
    if backup.state != BackupState.DONE:
        entry.nothing()
        return
    backup.state, backup.removed_at = BackupState.REMOVED, at
    backup.save()
    entry.about("backup", backup.pk, before={"state": BackupState.DONE}, after={"state": BackupState.REMOVED})


@action("operations.drill.ordered", may=permissions.may_back_up)
def order_drill(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    folder: str,
    due_at: datetime | None = None,
    as_job: bool = False,
) -> Drill | None:
    """Note that this backup is to be restored beside the installation. None where another process noted this slot first."""
    if due_at is not None and Drill.objects.filter(due_at=due_at).exists():
        entry.nothing()
        return None
    backup = Backup.objects.filter(folder=folder, state=BackupState.DONE).order_by("-finished_at").first()
    drill = Drill(backup=backup, folder=folder, due_at=due_at, ordered_at=at, ordered_by=actor.label)
    drill.save(force_insert=True)
    if as_job:
        defer("operations.drill", lock="operations:drill", drill_id=drill.pk)
    entry.about("drill", drill.pk, after={"folder": folder})
    return drill


@action("operations.drill.started", may=permissions.may_back_up)
def start_drill(entry: Entry, *, actor: Actor, at: datetime, drill_id: int) -> Drill:
    """A process begins, or begins again."""
    drill = Drill.objects.select_for_update().get(pk=drill_id)
    drill.state, drill.started_at, drill.finished_at, drill.cause = DrillState.RUNNING, at, None, ""
    drill.save()
    entry.about("drill", drill.pk, after={"state": drill.state})
    return drill


@action("operations.drill.finished", may=permissions.may_back_up)
def finish_drill(entry: Entry, *, actor: Actor, at: datetime, drill_id: int, figures: DrillFigures) -> Drill:
    """What the comparison gave."""
    drill = Drill.objects.select_for_update().get(pk=drill_id)
    drill.state = DrillState.FAILED if figures.causes else DrillState.PASSED
    drill.finished_at, drill.cause = at, "\n".join(figures.causes)
    drill.tables, drill.rows = figures.tables, figures.rows
    drill.ledger_size, drill.ledger_root = figures.ledger_size, figures.ledger_root
    drill.save()
    after = {"state": drill.state, "folder": drill.folder, "rows": drill.rows, "cause": drill.cause}
    entry.about("drill", drill.pk, after=after)
    return drill


@action("operations.installation.restored", may=permissions.may_back_up)
def note_restored(
    entry: Entry, *, actor: Actor, at: datetime, backup_id: UUID, folder: str, told: dict[str, object]
) -> None:
    """This database was filled from a backup: which, of when, and what became of it."""
    # In the snapshot the backup was still under way.
    Backup.objects.filter(pk=backup_id, state=BackupState.RUNNING).update(
        state=BackupState.DONE, finished_at=at, tables_done=F("tables"), folder=folder
    )
    entry.about("backup", backup_id, after={"folder": folder, **told})


def _locked(backup_id: UUID, state: BackupState) -> Backup:
    backup = Backup.objects.select_for_update().get(pk=backup_id)
    if state not in BACKUP_TRANSITIONS[backup.state]:
        raise WrongState(
            _("备份 %(folder)s 现为“%(state)s”，不能继续。")
            % {"folder": backup.folder, "state": backup.get_state_display()}
        )
    return backup
