"""Requests that were answered, so that a repeat is not done again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class AnsweredRequest(models.Model):
    """A request that carried a key of its own and was answered (已答复的请求): the repeat gets the same answer.

    Written in the transaction of the action, so that there is an answer exactly where something was done. Answers
    hold no protected values.
    """

    actor_id = models.CharField(_("操作人编号"), max_length=80)
    key = models.CharField(_("请求键"), max_length=120)
    digest = models.CharField(_("请求摘要"), max_length=64)
    status = models.PositiveSmallIntegerField(_("状态码"), default=0)
    body = models.JSONField(_("答复"), default=dict)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("已答复的请求")
        constraints: ClassVar = [
            # What two requests at the same moment run into.
            models.UniqueConstraint(fields=["actor_id", "key"], name="identity_answered_once"),
        ]
        indexes: ClassVar = [
            # Which are old enough to be forgotten.
            models.Index(fields=["at"], name="identity_answered_at_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} {self.key}"
