"""What is owed by the period: taxes, electricity, water and gas."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vouch.customers.models.materials import WORD, Material
from vouch.customers.terms import TaxKind, UtilityKind


class TaxPeriod(models.Model):
    """What was declared, owed and paid of one tax for one period (纳税申报与缴纳); yuan.

    Where several materials in force tell of the same tax and days, the newest alone speaks of them.
    """

    material = models.ForeignKey(Material, models.PROTECT, related_name="taxes", verbose_name=_("资料"))
    tax = models.CharField(_("税种"), max_length=WORD, choices=TaxKind)
    period_from = models.DateField(_("所属期起"))
    period_until = models.DateField(_("所属期止"))
    revenue = models.DecimalField(_("申报收入"), max_digits=16, decimal_places=2, null=True)
    due = models.DecimalField(_("应纳税额"), max_digits=16, decimal_places=2)
    paid = models.DecimalField(_("已缴税额"), max_digits=16, decimal_places=2)
    due_on = models.DateField(_("缴款期限"))
    paid_on = models.DateField(_("缴款日期"), null=True)

    class Meta:
        verbose_name = _("纳税记录")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(period_until__gte=F("period_from")), name="customers_taxperiod_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_tax_display()} {self.period_from}—{self.period_until}"


class UtilityBill(models.Model):
    """What was consumed in one month, what it cost, and when it was paid (水电气缴费); yuan."""

    material = models.ForeignKey(Material, models.PROTECT, related_name="bills", verbose_name=_("资料"))
    kind = models.CharField(_("类别"), max_length=WORD, choices=UtilityKind)
    month = models.DateField(_("月份"))
    quantity = models.DecimalField(_("用量"), max_digits=14, decimal_places=2, null=True)
    amount = models.DecimalField(_("金额"), max_digits=16, decimal_places=2)
    due_on = models.DateField(_("缴费期限"), null=True)
    paid_on = models.DateField(_("缴费日期"), null=True)
    is_overdue = models.BooleanField(_("来源注明逾期"), default=False)

    class Meta:
        verbose_name = _("水电气缴费")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(month__day=1), name="customers_utilitybill_whole_month"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.month:%Y-%m}"
