"""Questions about the installation itself."""

from __future__ import annotations

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
