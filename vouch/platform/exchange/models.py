"""Imports, their files, and the rows that a person should look at; what they hold of customers is ciphertext."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.platform.exchange.terms import ImportStatus, RowState, Verdict
from vouch.platform.identity.models import Unit
from vouch.platform.vault.fields import BlindIndexField, SealedField
from vouch.platform.vault.models import Document


class Import(models.Model):
    """One delivery of data (导入批次); the records that it made carry its id."""

    kind = models.CharField(_("数据种类"), max_length=40)
    status = models.CharField(_("状态"), max_length=12, choices=ImportStatus, default=ImportStatus.WAITING)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("归属机构"))
    is_dry_run = models.BooleanField(_("试运行"), default=False)
    actor_id = models.CharField(_("操作人编号"), max_length=80)
    actor_label = models.CharField(_("操作人"), max_length=160)
    created_at = models.DateTimeField(_("提交时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    accepted = models.PositiveIntegerField(_("已导入"), default=0)
    unchanged = models.PositiveIntegerField(_("无变化"), default=0)
    rejected = models.PositiveIntegerField(_("未导入"), default=0)
    warned = models.PositiveIntegerField(_("有提示"), default=0)
    notes = models.JSONField(_("说明"), default=dict)
    problem = models.TextField(_("问题"), blank=True)
    undone_at = models.DateTimeField(_("撤销时间"), null=True)
    undone_by = models.CharField(_("撤销人"), max_length=160, blank=True)
    undo_reason = models.CharField(_("撤销理由"), max_length=200, blank=True)
    # deleted, restored, put_back, gone: rows; tables: rows by the name of their table.
    undo_counts = models.JSONField(_("撤销结果"), default=dict)

    class Meta:
        verbose_name = _("导入批次")
        indexes: ClassVar = [
            # The list page, newest first.
            models.Index(fields=["-created_at"], name="exchange_import_created_idx"),
            # A command that was killed finds what it left unfinished.
            models.Index(
                fields=["kind", "unit"],
                condition=Q(status__in=["waiting", "running"]),
                name="exchange_import_unfinished_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"导入 {self.pk}"

    def get_absolute_url(self) -> str:
        """The import's own page."""
        return reverse("exchange:import", args=[self.pk])

    @property
    def rows_done(self) -> int:
        """How many rows were judged so far."""
        return self.accepted + self.unchanged + self.rejected


class ImportFile(models.Model):
    """One file of an import, kept encrypted in the vault under a key of its own (导入文件)."""

    batch = models.ForeignKey(Import, models.CASCADE, related_name="files", verbose_name=_("导入批次"))
    source = models.CharField(_("用途"), max_length=40)
    position = models.PositiveSmallIntegerField(_("顺序"))
    name = models.CharField(_("文件名"), max_length=255)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.BigIntegerField(_("字节数"))
    # Empty where the file is kept no longer; the hash and what became of its rows stay.
    document = models.OneToOneField(
        Document, models.PROTECT, null=True, related_name="+", verbose_name=_("加密文件")
    )
    dropped_at = models.DateTimeField(_("停止保存时间"), null=True)
    dropped_because = models.CharField(_("停止保存原因"), max_length=200, blank=True)
    # What a person said of it, or a saved mapping: see ``tabular.Chosen``.
    mapping = models.JSONField(_("列对应"), default=dict)
    units = models.JSONField(_("金额单位"), default=dict)
    sheet = models.CharField(_("工作表"), max_length=80, blank=True)
    rows_done = models.PositiveIntegerField(_("已处理行数"), default=0)
    progress = models.PositiveSmallIntegerField(_("进度"), default=0)
    is_done = models.BooleanField(_("已读完"), default=False)
    problem = models.TextField(_("问题"), blank=True)

    class Meta:
        verbose_name = _("导入文件")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "source"], name="exchange_importfile_one_per_source"),
            models.CheckConstraint(
                condition=Q(progress__gte=0, progress__lte=100), name="exchange_importfile_progress_percent"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ImportMention(models.Model):
    """Whom a file names by a document number, as blind index: so an erasure finds the files to let go of (文件提及)."""

    file = models.ForeignKey(
        ImportFile, models.CASCADE, related_name="mentions", db_index=False, verbose_name=_("文件")
    )
    index = BlindIndexField(_("证件号码索引"))

    class Meta:
        verbose_name = _("文件提及")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "index"], name="exchange_importmention_once"),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}: {bytes(self.index or b'').hex()[:16]}"


class SavedMapping(models.Model):
    """How a unit's files with these headings are read (已存的列对应): used the next time that they come."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", verbose_name=_("归属机构"))
    kind = models.CharField(_("数据种类"), max_length=40)
    source = models.CharField(_("用途"), max_length=40)
    # SHA-256 over the headings in normal form, in their order.
    headings_hash = models.CharField(_("表头指纹"), max_length=64)
    headings = models.JSONField(_("表头"), default=list)
    mapping = models.JSONField(_("列对应"), default=dict)
    units = models.JSONField(_("金额单位"), default=dict)
    saved_at = models.DateTimeField(_("保存时间"))
    saved_by = models.CharField(_("保存人"), max_length=160)

    class Meta:
        verbose_name = _("列对应")
        constraints: ClassVar = [
            # Also how it is found again.
            models.UniqueConstraint(
                fields=["unit", "kind", "source", "headings_hash"], name="exchange_savedmapping_one_a_heading"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {'、'.join(self.headings)[:60]}"


class ImportRow(models.Model):
    """A row that was rejected, accepted with a remark, or repeated (待处理行)."""

    batch = models.ForeignKey(Import, models.CASCADE, related_name="rows", verbose_name=_("导入批次"))
    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="+", verbose_name=_("文件"))
    line = models.PositiveIntegerField(_("行号"))
    verdict = models.CharField(_("结果"), max_length=12, choices=Verdict)
    state = models.CharField(_("处理状态"), max_length=12, choices=RowState, default=RowState.OPEN)
    column = models.CharField(_("字段"), max_length=60, blank=True)
    reason = models.TextField(_("原因"))
    # The values by column and the row as it stood (``queries.RowContent``); empty once they were forgotten.
    content = SealedField(_("各列的值与原始行"), null=True)
    resolution = models.TextField(_("处理说明"), blank=True)
    resolved_by = models.CharField(_("处理人"), max_length=160, blank=True)
    resolved_at = models.DateTimeField(_("处理时间"), null=True)

    class Meta:
        verbose_name = _("待处理行")
        indexes: ClassVar = [
            # The list of an import's rows by what became of them, in the file's order.
            models.Index(
                fields=["batch", "verdict", "state", "file", "line"], name="exchange_importrow_list_idx"
            ),
        ]

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.reason}"


class ImportChange(models.Model):
    """What an import did to one row of any table (导入改动), from its state before to that after.

    Written by triggers of the database (``0003_undo``), whatever way the row was written. Sealed columns stand here as
    the same ciphertext. ``before`` is null for a row that the import made, ``after`` for one that it deleted;
    ``is_broken`` says that somebody else changed the row between two changes of the import.
    """

    batch = models.ForeignKey(
        Import, models.CASCADE, related_name="changes", verbose_name=_("导入批次"), db_index=False
    )
    table_name = models.CharField(_("表"), max_length=63)
    row_key = models.CharField(_("行"), max_length=80)
    before = models.JSONField(_("导入前"), null=True)
    after = models.JSONField(_("导入后"), null=True)
    is_broken = models.BooleanField(_("导入途中被他人修改"), default=False)

    class Meta:
        verbose_name = _("导入改动")
        constraints: ClassVar = [
            # One line a row: a second change moves its end. Serves the questions of an undo too.
            models.UniqueConstraint(
                fields=["batch", "table_name", "row_key"], name="exchange_importchange_one_a_row"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_key}"


class KeptRecord(models.Model):
    """A record that an undo left as it was, and why (撤销时保留的记录)."""

    batch = models.ForeignKey(Import, models.CASCADE, related_name="kept_records", verbose_name=_("导入批次"))
    table_name = models.CharField(_("表"), max_length=63)
    row_key = models.CharField(_("行"), max_length=80)
    label = models.CharField(_("记录"), max_length=300)
    reason = models.CharField(_("原因"), max_length=300)
    row_count = models.PositiveIntegerField(_("保留行数"), default=1)

    class Meta:
        verbose_name = _("撤销时保留的记录")

    def __str__(self) -> str:
        return f"{self.label}：{self.reason}"
