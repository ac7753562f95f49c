"""What the workers do for the installation: scheduled backups and drills."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone

from vouch.platform.database.home import InstallationError
from vouch.platform.identity.actor import system_actor
from vouch.platform.jobs.beat import beat
from vouch.platform.jobs.task import task
from vouch.platform.operations import actions
from vouch.platform.operations._backing_up import BackupFailed, Order, run_backup
from vouch.platform.operations._drilling import run_drill
from vouch.platform.operations._keys_kept import PASSPHRASE
from vouch.platform.operations._retaining import remove_old_backups
from vouch.platform.operations._schedule import Plan, backup_slot, drill_slot, folder_of, plan
from vouch.platform.operations.queries import (
    backup_numbered,
    drill_numbered,
    is_backup_noted,
    is_drill_noted,
    newest_backup,
)
from vouch.platform.operations.terms import BackupState, DrillState

logger = logging.getLogger(__name__)
SCHEDULE_SECONDS = 30.0


@beat("operations.schedule", seconds=SCHEDULE_SECONDS)
def order_what_is_due() -> None:
    """Order the backup of the day and the drill of the month; what was due while nothing ran is made up for once."""
    try:
        wanted = plan()
    except InstallationError as error:
        logger.error("the schedule of backups cannot be read: %s", error)  # noqa: TRY400 - the message says it all
        return
    if wanted is None:
        return
    try:
        _order_backup(wanted)
        _order_drill(wanted)
    except IntegrityError:
        logger.info("another worker ordered it at the same moment")


def _order_backup(wanted: Plan) -> None:
    now = timezone.localtime()
    slot = backup_slot(now, wanted.at)
    if not is_backup_noted(slot):
        actions.order_backup(
            actor=system_actor("schedule"),
            at=now,
            folder=str(folder_of(wanted, slot)),
            due_at=slot,
            as_job=True,
        )


def _order_drill(wanted: Plan) -> None:
    now, newest = timezone.localtime(), newest_backup()
    if not wanted.drill_day or newest is None:
        return
    slot = drill_slot(now, wanted.at, wanted.drill_day)
    if not is_drill_noted(slot):
        actions.order_drill(
            actor=system_actor("schedule"), at=now, folder=newest.folder, due_at=slot, as_job=True
        )


@task("operations.back_up", retries=2)
def back_up(*, backup_id: str) -> None:
    """Make an ordered backup; begun again from the start where its worker died. Then old ones go."""
    actor = system_actor("schedule")
    backup = backup_numbered(UUID(backup_id))
    if backup.state in {BackupState.DONE, BackupState.REMOVED}:
        return
    order = Order(backup.pk, Path(backup.folder), os.environ.get(PASSPHRASE, ""))
    try:
        run_backup(order, actor=actor, clock=timezone.now)
    except BackupFailed:
        logger.exception("backup %s failed", backup.folder)
        raise
    wanted = plan()
    if wanted is not None:
        remove_old_backups(wanted, actor=actor, clock=timezone.now)


@task("operations.drill", retries=1)
def drill(*, drill_id: int) -> None:
    """Make an ordered drill. One that does not pass is a result, not an error of the job."""
    if drill_numbered(drill_id).state in {DrillState.WAITING, DrillState.RUNNING}:
        run_drill(drill_id, actor=system_actor("schedule"), clock=timezone.now)
