"""Data keys of subjects, and their documents; ciphertext throughout."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DataKey(models.Model):
    """The key of one subject, wrapped by a key of the ring; destroyed, it leaves this row without it (数据密钥)."""

    subject_kind = models.CharField(_("对象类型"), max_length=60)
    subject_id = models.CharField(_("对象编号"), max_length=80)
    ring_version = models.PositiveIntegerField(_("密钥环版本"))
    wrapped = models.BinaryField(_("封装的密钥"), null=True)
    made_at = models.DateTimeField(_("生成时间"))
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True)

    class Meta:
        verbose_name = _("数据密钥")
        constraints: ClassVar = [
            # Two keys of one subject would make half of its data unreadable to whoever finds the other.
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"], name="vault_datakey_one_a_subject"
            ),
            models.CheckConstraint(
                condition=Q(wrapped=None, destroyed_at__isnull=False)
                | Q(wrapped__isnull=False, destroyed_at=None),
                name="vault_datakey_there_or_destroyed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind}:{self.subject_id}"


class Document(models.Model):
    """A document of a subject; its name and meaning stand with the room that it belongs to (加密文件)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_kind = models.CharField(_("对象类型"), max_length=60)
    subject_id = models.CharField(_("对象编号"), max_length=80)
    media_type = models.CharField(_("文件格式"), max_length=120)
    size = models.BigIntegerField(_("字节数"))
    chunks = models.IntegerField(_("分块数"))
    sha256 = models.CharField(_("明文摘要"), max_length=64)
    stored_at = models.DateTimeField(_("存入时间"))

    class Meta:
        verbose_name = _("加密文件")
        indexes: ClassVar = [
            # The documents of one subject.
            models.Index(fields=["subject_kind", "subject_id"], name="vault_document_subject_idx"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(size__gte=0, chunks__gte=1), name="vault_document_sizes"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Chunk(models.Model):
    """A piece of a document, encrypted for its place in it (文件分块)."""

    document = models.ForeignKey(
        Document, models.CASCADE, related_name="pieces", verbose_name=_("加密文件"), db_index=False
    )
    number = models.IntegerField(_("分块序号"))
    data = models.BinaryField(_("密文"))

    class Meta:
        verbose_name = _("文件分块")
        constraints: ClassVar = [
            # Serves the reading in order too.
            models.UniqueConstraint(fields=["document", "number"], name="vault_chunk_place"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}#{self.number}"
