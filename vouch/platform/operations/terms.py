"""Words of running an installation (运行与维护)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class BackupState(TextChoices):
    """How far a backup is."""

    WAITING = "waiting", _("等待")
    RUNNING = "running", _("进行中")
    DONE = "done", _("完成")
    FAILED = "failed", _("失败")
    REMOVED = "removed", _("已到期清理")


BACKUP_TRANSITIONS: dict[str, frozenset[str]] = {
    BackupState.WAITING: frozenset({BackupState.RUNNING, BackupState.FAILED}),
    # A worker that died leaves it running; the next one begins again.
    BackupState.RUNNING: frozenset({BackupState.RUNNING, BackupState.DONE, BackupState.FAILED}),
    BackupState.FAILED: frozenset({BackupState.RUNNING}),
    BackupState.DONE: frozenset({BackupState.REMOVED}),
    BackupState.REMOVED: frozenset(),
}


class DrillState(TextChoices):
    """How a restore drill went."""

    WAITING = "waiting", _("等待")
    RUNNING = "running", _("进行中")
    PASSED = "passed", _("通过")
    FAILED = "failed", _("未通过")


class InspectionState(TextChoices):
    """How far an inspection by the regulator is (检查)."""

    PROPOSED = "proposed", _("待批准")
    APPROVED = "approved", _("已批准")
    DECLINED = "declined", _("未批准")
    ENDED = "ended", _("已提前结束")


INSPECTION_TRANSITIONS: dict[str, frozenset[str]] = {
    InspectionState.PROPOSED: frozenset({InspectionState.APPROVED, InspectionState.DECLINED}),
    # Past its last minute it is over without anybody's doing.
    InspectionState.APPROVED: frozenset({InspectionState.ENDED}),
    InspectionState.DECLINED: frozenset(),
    InspectionState.ENDED: frozenset(),
}

LONGEST_INSPECTION_DAYS = 31
"""A longer one is opened again, with a fresh decision."""
