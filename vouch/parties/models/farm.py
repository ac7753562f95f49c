"""Farmers: the household, and what it raises on which land."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vouch.parties.models.dated import Dated, days_in_order
from vouch.parties.models.party import Party
from vouch.parties.terms import FarmKind, LandRight


class Farmer(models.Model):
    """What is known of a farmer beside the person (农户信息)."""

    party = models.OneToOneField(
        Party, models.CASCADE, primary_key=True, related_name="farmer", verbose_name=_("农户")
    )
    household_size = models.PositiveSmallIntegerField(_("家庭人口"), null=True, blank=True)
    farming_since = models.PositiveSmallIntegerField(_("从业起始年份"), null=True, blank=True)
    updated_at = models.DateTimeField(_("更新时间"))

    class Meta:
        verbose_name = _("农户信息")

    def __str__(self) -> str:
        return str(self.party)


class FarmHolding(Dated):
    """What a farmer or a cooperative raises (经营规模): an area in 亩, or a number of animals, or both."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="farm_holdings", verbose_name=_("客户"))
    kind = models.CharField(_("经营类别"), max_length=12, choices=FarmKind)
    product = models.CharField(_("品种"), max_length=60, blank=True)
    area = models.DecimalField(_("面积（亩）"), max_digits=10, decimal_places=2, null=True, blank=True)
    heads = models.PositiveIntegerField(_("存栏数量"), null=True, blank=True)
    land_right = models.CharField(_("土地取得方式"), max_length=12, choices=LandRight, blank=True)
    land_until = models.DateField(_("土地合同到期日"), null=True, blank=True)

    class Meta:
        verbose_name = _("经营规模")
        constraints: ClassVar = [
            days_in_order("parties_farmholding_days_in_order"),
            models.CheckConstraint(
                # A missing one must not make the whole unknown, which a check lets pass.
                condition=Q(area__isnull=False, area__gt=0) | Q(heads__isnull=False, heads__gt=0),
                name="parties_farmholding_has_a_measure",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.get_kind_display()}"
