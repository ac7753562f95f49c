"""What one person handed over to another."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.platform.identity.models.staff import User


class HandOver(models.Model):
    """One hand-over of work, with what went over (工作交接)."""

    giver = models.ForeignKey(User, models.PROTECT, related_name="hand_overs", verbose_name=_("移交人"))
    receiver = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("接收人"))
    reason = models.CharField(_("交接事由"), max_length=300)
    made_by = models.CharField(_("经办人"), max_length=200)
    at = models.DateTimeField(_("交接时间"))

    class Meta:
        verbose_name = _("工作交接")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="identity_handover_two_people"),
        ]
        indexes: ClassVar = [
            # A person's hand-overs, newest first.
            models.Index(fields=["giver", "-at"], name="identity_handover_giver_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.giver}→{self.receiver}"

    def get_absolute_url(self) -> str:
        """The receipt."""
        return reverse("identity:receipt", args=[self.pk])


class HandOverLine(models.Model):
    """One thing that went over: of which holding, which one (交接明细)."""

    hand_over = models.ForeignKey(HandOver, models.CASCADE, related_name="lines", verbose_name=_("工作交接"))
    holding = models.CharField(_("事项"), max_length=60)
    item_id = models.BigIntegerField(_("对象"))

    class Meta:
        verbose_name = _("交接明细")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hand_over", "holding", "item_id"], name="identity_handover_line_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holding} {self.item_id}"
