"""What is kept about the installation itself: its backups and the drills that restore them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vouch.platform.operations.terms import BackupState, DrillState


class Backup(models.Model):
    """One backup: ordered by the schedule or by hand, made, and removed when its time is over (备份)."""

    # Also written in the backup's own manifest, and bound into every piece of its ciphertext.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    due_at = models.DateTimeField(_("计划时间"), null=True)
    ordered_at = models.DateTimeField(_("下达时间"))
    ordered_by = models.CharField(_("下达人"), max_length=160)
    state = models.CharField(_("状态"), max_length=10, choices=BackupState, default=BackupState.WAITING)
    folder = models.CharField(_("位置"), max_length=1000)
    has_keys = models.BooleanField(_("含口令保护的密钥"), default=False)
    started_at = models.DateTimeField(_("开始时间"), null=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True)
    removed_at = models.DateTimeField(_("清理时间"), null=True)
    tables = models.PositiveIntegerField(_("表数"), default=0)
    tables_done = models.PositiveIntegerField(_("已完成表数"), default=0)
    rows = models.BigIntegerField(_("行数"), default=0)
    size = models.BigIntegerField(_("字节数"), default=0)
    ledger_size = models.BigIntegerField(_("日志叶子数"), default=0)
    ledger_root = models.CharField(_("日志根哈希"), max_length=64, blank=True)
    cause = models.TextField(_("失败原因"), blank=True)

    class Meta:
        verbose_name = _("备份")
        ordering: ClassVar = ["-ordered_at"]
        indexes: ClassVar = [
            # The list, newest first; and the newest that is whole.
            models.Index(fields=["-ordered_at"], name="operations_backup_ordered_idx"),
            models.Index(
                fields=["-finished_at"],
                name="operations_backup_done_idx",
                condition=Q(state=BackupState.DONE),
            ),
        ]
        constraints: ClassVar = [
            # Of many workers one orders the backup of the day.
            models.UniqueConstraint(fields=["due_at"], name="operations_backup_once_a_slot"),
        ]

    def __str__(self) -> str:
        return self.folder


class Drill(models.Model):
    """One drill: a backup restored beside the running installation, and compared (恢复演练)."""

    backup = models.ForeignKey(
        Backup, models.SET_NULL, null=True, related_name="drills", verbose_name=_("备份")
    )
    due_at = models.DateTimeField(_("计划时间"), null=True)
    ordered_at = models.DateTimeField(_("下达时间"))
    ordered_by = models.CharField(_("下达人"), max_length=160)
    state = models.CharField(_("结果"), max_length=10, choices=DrillState, default=DrillState.WAITING)
    folder = models.CharField(_("备份位置"), max_length=1000)
    started_at = models.DateTimeField(_("开始时间"), null=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True)
    tables = models.PositiveIntegerField(_("核对表数"), default=0)
    rows = models.BigIntegerField(_("恢复行数"), default=0)
    ledger_size = models.BigIntegerField(_("日志叶子数"), default=0)
    ledger_root = models.CharField(_("日志根哈希"), max_length=64, blank=True)
    cause = models.TextField(_("未通过原因"), blank=True)

    class Meta:
        verbose_name = _("恢复演练")
        ordering: ClassVar = ["-ordered_at"]
        indexes: ClassVar = [
            # The list, newest first.
            models.Index(fields=["-ordered_at"], name="operations_drill_ordered_idx"),
        ]
        constraints: ClassVar = [
            # Of many workers one orders the drill of the month.
            models.UniqueConstraint(fields=["due_at"], name="operations_drill_once_a_slot"),
        ]

    def __str__(self) -> str:
        return f"{self.folder} {self.get_state_display()}"
