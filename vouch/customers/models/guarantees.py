"""Guarantees that a customer has given for others (对外担保): a list as of a day, line by line."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vouch.customers.models.materials import Material
from vouch.customers.terms import GuaranteeKind, Tie

WORD = 12


class GuaranteeStatement(models.Model):
    """What the customer answers for on the material's day (对外担保清单); complete and without a line: nothing.

    ``is_complete`` as in a search of public records: the lines are everything there was on that day.
    """

    material = models.OneToOneField(
        Material, models.PROTECT, primary_key=True, related_name="guarantees", verbose_name=_("资料")
    )
    is_complete = models.BooleanField(_("完整清单"), default=True)

    class Meta:
        verbose_name = _("对外担保清单")

    def __str__(self) -> str:
        return str(self.material_id)


class GivenGuarantee(models.Model):
    """One guarantee (对外担保); amounts in yuan."""

    statement = models.ForeignKey(
        GuaranteeStatement, models.PROTECT, related_name="lines", verbose_name=_("对外担保清单")
    )
    beneficiary = models.CharField(_("被担保人"), max_length=120)
    bank = models.CharField(_("债权人"), max_length=80, blank=True)
    kind = models.CharField(_("担保方式"), max_length=WORD, choices=GuaranteeKind)
    amount = models.DecimalField(_("担保金额"), max_digits=18, decimal_places=2)
    balance = models.DecimalField(_("担保余额"), max_digits=18, decimal_places=2)
    starts_on = models.DateField(_("起始日期"), null=True, blank=True)
    ends_on = models.DateField(_("到期日期"), null=True, blank=True)
    tie = models.CharField(_("与客户的关系"), max_length=WORD, choices=Tie)

    class Meta:
        verbose_name = _("对外担保")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(balance__gte=0, amount__gte=F("balance")),
                name="customers_given_balance_in_amount",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="customers_given_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.beneficiary} {self.balance}"
