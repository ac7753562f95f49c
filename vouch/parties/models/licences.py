"""What authorities say of an organisation: licences, and how well it pays its taxes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vouch.parties.models.dated import Dated, days_in_order
from vouch.parties.models.particulars import Paper
from vouch.parties.models.party import Party
from vouch.parties.terms import LicenceKind, TaxGradeName


class Licence(Dated):
    """A licence or a qualification (许可资质). ``ends_on`` empty means that it does not expire (长期)."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="licences", verbose_name=_("客户"))
    kind = models.CharField(_("证照类别"), max_length=16, choices=LicenceKind)
    title = models.CharField(_("证照名称"), max_length=80)
    number = models.CharField(_("证照编号"), max_length=60, blank=True)
    issuer = models.CharField(_("发证机关"), max_length=80, blank=True)
    paper = models.OneToOneField(
        Paper, models.PROTECT, null=True, blank=True, related_name="licence", verbose_name=_("证照影像")
    )

    class Meta:
        verbose_name = _("许可资质")
        constraints: ClassVar = [
            days_in_order("parties_licence_days_in_order"),
            models.UniqueConstraint(
                fields=["party", "title", "number"],
                condition=Q(ended_at=None) & ~Q(number=""),
                name="parties_licence_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TaxGrade(Dated):
    """How the tax authority graded a year (纳税信用等级)."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="tax_grades", verbose_name=_("客户"))
    year = models.PositiveSmallIntegerField(_("评价年度"))
    grade = models.CharField(_("纳税信用等级"), max_length=1, choices=TaxGradeName)

    class Meta:
        verbose_name = _("纳税信用等级")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party", "year"], condition=Q(ended_at=None), name="parties_taxgrade_once_a_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.grade}"
