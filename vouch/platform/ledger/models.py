"""The ledger's one table: append-only, by grant and by trigger."""

from __future__ import annotations

import uuid
from typing import ClassVar

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """One thing that was done: who, what, to whom, when, why, and what changed (操作日志).

    The id is random so that it gives no order away; the sealer's leaf numbers will. Actor and subject are
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

    class Meta:
        verbose_name = _("操作日志")
        indexes: ClassVar = [
            # The history of one subject, newest first.
            models.Index(fields=["subject_kind", "subject_id", "-at"], name="ledger_entry_subject_idx"),
            # What one person did, and what happened lately.
            models.Index(fields=["actor_id", "-at"], name="ledger_entry_actor_idx"),
            models.Index(fields=["-at"], name="ledger_entry_at_idx"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject_kind}:{self.subject_id}"
