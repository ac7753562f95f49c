"""The ledger's tables: append-only, by grant and by trigger."""

from __future__ import annotations

import uuid
from typing import ClassVar

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


def _append_only() -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name="no_truncate",
            operation=pgtrigger.Truncate,
            when=pgtrigger.Before,
            level=pgtrigger.Statement,
            func="RAISE EXCEPTION 'Cannot truncate table %', TG_TABLE_NAME;",
        ),
    ]


class Entry(models.Model):
    """One thing that was done: who, what, to whom, when, why, and what changed (操作日志).

    The id is random so that it gives no order away; the sealer's leaf numbers do. Actor and subject are
    named by id and label, without a foreign key, so that an entry outlives both.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("操作时间"))
    recorded_at = models.DateTimeField(_("入账时间"), db_default=Now())
    event = models.CharField(_("事件"), max_length=120)
    actor_id = models.CharField(_("操作人编号"), max_length=80)
    actor_label = models.CharField(_("操作人"), max_length=160)
    subject_kind = models.CharField(_("对象类型"), max_length=60)
    subject_id = models.CharField(_("对象编号"), max_length=80)
    before = models.JSONField(_("变更前"), null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("变更后"), null=True, encoder=DjangoJSONEncoder)
    purpose = models.CharField(_("目的"), max_length=200, blank=True)
    request_id = models.CharField(_("请求编号"), max_length=64, blank=True)
    bulk = models.JSONField(_("批量摘要"), null=True, encoder=DjangoJSONEncoder)
    mac = models.BinaryField(_("验证码"), max_length=32)

    class Meta:
        verbose_name = _("操作日志")
        indexes: ClassVar = [
            # The history of one subject, newest first.
            models.Index(fields=["subject_kind", "subject_id", "-at"], name="ledger_entry_subject_idx"),
            # What one person did, and what happened lately.
            models.Index(fields=["actor_id", "-at"], name="ledger_entry_actor_idx"),
            models.Index(fields=["-at"], name="ledger_entry_at_idx"),
            # The sealer's question: what was written since the last head.
            models.Index(fields=["recorded_at"], name="ledger_entry_recorded_idx"),
        ]
        triggers: ClassVar = _append_only()

    def __str__(self) -> str:
        return f"{self.event} {self.subject_kind}:{self.subject_id}"


class Leaf(models.Model):
    """The place of a sealed entry in the tree, from 0; written by the sealer alone (分录叶子)."""

    number = models.BigIntegerField(_("序号"), primary_key=True)
    # No foreign key: a leaf must be able to tell of an entry that somebody removed.
    entry_id = models.UUIDField(_("分录"))
    hash = models.BinaryField(_("叶子哈希"), max_length=32)

    class Meta:
        verbose_name = _("分录叶子")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry_id"], name="ledger_leaf_entry_unique"),
            models.CheckConstraint(condition=models.Q(number__gte=0), name="ledger_leaf_number_from_zero"),
        ]
        triggers: ClassVar = _append_only()

    def __str__(self) -> str:
        return str(self.number)


class Block(models.Model):
    """Hash of 256 leaves in a row: a proof reads these and a few hundred leaves, not every leaf (叶子块)."""

    number = models.BigIntegerField(_("块序号"), primary_key=True)
    hash = models.BinaryField(_("块哈希"), max_length=32)

    class Meta:
        verbose_name = _("叶子块")
        triggers: ClassVar = _append_only()

    def __str__(self) -> str:
        return str(self.number)


class Head(models.Model):
    """The signed root over the first ``size`` leaves (树头)."""

    size = models.BigIntegerField(_("叶子数"), primary_key=True)
    root = models.BinaryField(_("根哈希"), max_length=32)
    # The waiting subtrees at the right edge, so that the next seal need not read the tree.
    edge = models.BinaryField(_("右缘哈希"))
    at = models.DateTimeField(_("签署时间"))
    key_id = models.CharField(_("公钥编号"), max_length=16)
    signature = models.BinaryField(_("签名"), max_length=64)

    class Meta:
        verbose_name = _("树头")
        triggers: ClassVar = _append_only()

    def __str__(self) -> str:
        return str(self.size)
