"""Questions about the installation itself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from vouch.platform.operations.models import Backup, Drill
from vouch.platform.operations.terms import BackupState, DrillState
from vouch.platform.web.faces import Visible


def backups() -> QuerySet[Backup]:
    """All backups ever ordered, newest first."""
    return Backup.objects.order_by("-ordered_at")


def newest_backup() -> Backup | None:
    """The newest backup that is whole and still there."""
    return Backup.objects.filter(state=BackupState.DONE).order_by("-finished_at").first()


def drills() -> QuerySet[Drill]:
    """All drills, newest first."""
    return Drill.objects.select_related("backup").order_by("-ordered_at")


def newest_passed_drill() -> Drill | None:
    """The newest drill whose restored backup was equal."""
    return Drill.objects.filter(state=DrillState.PASSED).order_by("-finished_at").first()


VISIBLE: Visible = {
    Backup: "备份的登记，不含客户资料；凭岗位进入页面",
    Drill: "恢复演练的登记，不含客户资料；凭岗位进入页面",
}
"""How rows of each table are seen."""


def scheduled_backups() -> QuerySet[Backup]:
    """Those that the schedule made and that are still there, newest first; those made by hand are never removed."""
    return Backup.objects.filter(state=BackupState.DONE, due_at__isnull=False).order_by("-due_at")


def backup_numbered(pk: UUID) -> Backup:
    """Raises Backup.DoesNotExist."""
    return Backup.objects.get(pk=pk)


def drill_numbered(pk: int) -> Drill:
    """Raises Drill.DoesNotExist."""
    return Drill.objects.get(pk=pk)


def is_backup_noted(slot: datetime) -> bool:
    """Whether the backup of this slot was ordered."""
    return Backup.objects.filter(due_at=slot).exists()


def is_drill_noted(slot: datetime) -> bool:
    """Whether the drill of this slot was ordered."""
    return Drill.objects.filter(due_at=slot).exists()
