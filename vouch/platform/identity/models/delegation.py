"""Who stands in for whom."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vouch.platform.identity.models.staff import User


class Delegation(models.Model):
    """Somebody stands in for an absent colleague from a day to a day, both included (代理).

    Asked for by the absent person, it waits for a lead's consent; arranged by a lead, it has it.
    """

    principal = models.ForeignKey(
        User, models.PROTECT, related_name="delegations_given", verbose_name=_("被代理人")
    )
    delegate = models.ForeignKey(
        User, models.PROTECT, related_name="delegations_held", verbose_name=_("代理人")
    )
    starts_on = models.DateField(_("起始日期"))
    ends_on = models.DateField(_("截止日期"))
    reason = models.CharField(_("事由"), max_length=200)
    asked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("申请人")
    )
    asked_at = models.DateTimeField(_("申请时间"))
    consented_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("同意人")
    )
    consented_at = models.DateTimeField(_("同意时间"), null=True, blank=True)
    # Ended before its last day, or refused before it began.
    ended_at = models.DateTimeField(_("提前结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("代理")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(principal=F("delegate")), name="identity_delegation_two_people"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="identity_delegation_days_in_order"
            ),
            # A lead who consents is a third person.
            models.CheckConstraint(
                condition=Q(consented_by=None)
                | (~Q(consented_by=F("principal")) & ~Q(consented_by=F("delegate"))),
                name="identity_delegation_consent_by_third",
            ),
        ]
        indexes: ClassVar = [
            # Asked at every request: for whom does this person stand in today?
            models.Index(
                fields=["delegate", "ends_on"],
                condition=Q(ended_at=None) & ~Q(consented_at=None),
                name="identity_delegation_live_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegate}代{self.principal}"
