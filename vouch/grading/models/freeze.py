"""Freezes: nothing new is reserved or used while one stands."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Freeze(models.Model):
    """A customer's limit may not be used (额度冻结), of all its records, until somebody else lifts it.

    Several reasons are several rows. Rows end and stay.
    """

    party = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="freezes", db_index=False, verbose_name=_("客户")
    )
    reason = models.CharField(_("冻结原因"), max_length=200)
    frozen_at = models.DateTimeField(_("冻结时间"))
    frozen_by = models.CharField(_("冻结人"), max_length=160)
    # Who may not be the one to lift it; nobody's where the installation froze it.
    frozen_by_id = models.CharField(_("冻结人编号"), max_length=80)
    lifted_at = models.DateTimeField(_("解冻时间"), null=True)
    lifted_by = models.CharField(_("解冻人"), max_length=160, blank=True)
    lift_reason = models.CharField(_("解冻理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("额度冻结")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party", "reason"], condition=Q(lifted_at=None), name="grading_freeze_reason_once"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(lifted_at__gte=models.F("frozen_at")),
                name="grading_freeze_lifted_after",
            ),
        ]
        indexes: ClassVar = [
            # A customer's freezes, those that were lifted too.
            models.Index(fields=["party", "-frozen_at"], name="grading_freeze_party_idx"),
        ]

    def __str__(self) -> str:
        return self.reason
