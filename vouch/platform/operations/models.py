"""What is kept about the installation itself: its backups, the drills that restore them, and inspections."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.terms import FieldClass
from vouch.platform.operations.terms import BackupState, DrillState, InspectionState
from vouch.platform.vault.models import Document


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


class Inspection(models.Model):
    """One inspection by the regulator (监管检查): whose customers, which period and fields, from when to when.

    Opened by compliance, approved by somebody else, who thereby opens the account; over at its last minute.
    """

    authority = models.CharField(_("检查机关"), max_length=120)
    letter_number = models.CharField(_("检查通知书文号"), max_length=80)
    inspector = models.CharField(_("检查人员"), max_length=60)
    purpose = models.CharField(_("检查事由"), max_length=200)
    units = models.ManyToManyField(Unit, related_name="+", verbose_name=_("检查机构（含下级）"))
    period_from = models.DateField(_("检查期间起"))
    period_until = models.DateField(_("检查期间止"))
    field_classes = ArrayField(
        models.CharField(max_length=12, choices=FieldClass), default=list, verbose_name=_("可完整查看的字段")
    )
    may_export = models.BooleanField(_("允许导出"), default=False)
    starts_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("结束时间"))
    letter = models.ForeignKey(
        Document, models.PROTECT, null=True, related_name="+", verbose_name=_("检查通知书")
    )
    letter_name = models.CharField(_("文件名"), max_length=200, blank=True)
    state = models.CharField(
        _("状态"), max_length=10, choices=InspectionState, default=InspectionState.PROPOSED
    )
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    opened_at = models.DateTimeField(_("申请时间"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    decided_at = models.DateTimeField(_("批准时间"), null=True)
    ended_by = models.CharField(_("结束人"), max_length=160, blank=True)
    ended_at = models.DateTimeField(_("提前结束时间"), null=True)
    account = models.OneToOneField(
        User, models.PROTECT, null=True, related_name="inspection", verbose_name=_("检查账户")
    )
    # Digest of a mark in the one session that used the one-time password; empty while nobody did.
    session_mark = models.CharField(_("会话标记"), max_length=64, blank=True)
    entered_at = models.DateTimeField(_("首次进入时间"), null=True)

    class Meta:
        verbose_name = _("监管检查")
        indexes: ClassVar = [
            # The list, newest first.
            models.Index(fields=["-opened_at"], name="operations_inspection_open_idx"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="operations_inspection_times"
            ),
            models.CheckConstraint(
                condition=Q(period_until__gte=F("period_from")), name="operations_inspection_period"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("opened_by")),
                name="operations_inspection_two_people",
            ),
            models.CheckConstraint(
                condition=Q(account=None) | Q(decided_by__isnull=False),
                name="operations_inspection_account_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority} {self.letter_number}"
