"""What was recorded of a party before: one row for each value that was replaced, none for those that never were."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vouch.parties.models.party import Party
from vouch.parties.terms import ChangeNature, RecordSource
from vouch.platform.exchange.models import Import
from vouch.platform.vault.fields import SealedField


class FormerValue(models.Model):
    """A value as it stood until ``replaced_at`` (历史值); since when, its predecessor says, or the party's first day.

    ``value`` is the text that ``history.spelled`` makes of it, "" for what was not known then. Protected values of
    persons are sealed instead. ``ended_on`` is the day of the change in the world, where we were told.
    """

    party = models.ForeignKey(Party, models.CASCADE, related_name="former_values", verbose_name=_("客户"))
    field = models.CharField(_("字段"), max_length=40)
    value = models.TextField(_("原值"), blank=True)
    sealed = SealedField(_("原值（加密）"), null=True)
    replaced_at = models.DateTimeField(_("被替换时间"))
    replaced_by = models.CharField(_("替换人"), max_length=80)
    ended_on = models.DateField(_("变更日期"), null=True, blank=True)
    nature = models.CharField(_("性质"), max_length=12, choices=ChangeNature)
    source = models.CharField(_("新值来源"), max_length=12, choices=RecordSource)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    batch = models.ForeignKey(
        Import, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("导入批次")
    )

    class Meta:
        verbose_name = _("历史值")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(sealed=None) | Q(value=""), name="parties_formervalue_plain_or_sealed"
            ),
        ]
        indexes: ClassVar = [
            # What a field was on a day: the first that was replaced after it.
            models.Index(fields=["party", "field", "replaced_at"], name="parties_formervalue_at_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.field}"
