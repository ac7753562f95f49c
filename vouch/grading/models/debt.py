"""What is missing or stale of each customer, and how far it could move the decision."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class InformationDebt(models.Model):
    """A customer's information debt (信息欠账), counted anew every day from its latest assessment; for the list alone.

    The spans are between worst and best case, by the policy in force; ``first_fact`` is what to fetch first.
    """

    party = models.OneToOneField(
        "parties.Party", models.PROTECT, primary_key=True, related_name="debt", verbose_name=_("客户")
    )
    assessment = models.ForeignKey(
        "grading.Assessment", models.PROTECT, related_name="+", db_index=False, verbose_name=_("评估")
    )
    counted_on = models.DateField(_("计算日"))
    missing = models.PositiveSmallIntegerField(_("缺少"))
    stale = models.PositiveSmallIntegerField(_("过时"))
    score_span = models.PositiveIntegerField(_("可能影响的评分"))
    limit_span = models.DecimalField(_("可能影响的额度"), max_digits=16, decimal_places=2)
    first_fact = models.CharField(_("先补"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("信息欠账")
        indexes: ClassVar = [
            # The list, the largest debt first.
            models.Index(fields=["-limit_span", "-score_span", "party"], name="grading_debt_list_idx"),
            # Whose was not counted today.
            models.Index(fields=["counted_on"], name="grading_debt_counted_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.limit_span}"
