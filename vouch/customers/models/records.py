"""Public records (公共记录): one search of courts, authorities and registers, and what it found."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vouch.customers.models.materials import Material
from vouch.customers.terms import LawsuitSide, RecordKind, RecordState

WORD = 12


class RecordSearch(models.Model):
    """What was searched on the material's day (公共记录查询). A kind in ``kinds`` of which there is no row: nothing found.

    ``is_complete`` says that the rows are everything there was of these kinds on that day, so that what earlier
    searches found counts no longer; otherwise the rows stand beside what was known.
    """

    material = models.OneToOneField(
        Material, models.PROTECT, primary_key=True, related_name="search", verbose_name=_("资料")
    )
    kinds = ArrayField(models.CharField(max_length=WORD, choices=RecordKind), verbose_name=_("查询种类"))
    is_complete = models.BooleanField(_("全量查询"), default=True)
    source = models.CharField(_("查询渠道"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("公共记录查询")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kinds__len__gt=0), name="customers_search_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.material_id}: {len(self.kinds)}"


class PublicRecord(models.Model):
    """One case, decision or entry that a search found (公共记录); amounts in yuan."""

    search = models.ForeignKey(
        RecordSearch, models.PROTECT, related_name="records", verbose_name=_("公共记录查询")
    )
    kind = models.CharField(_("记录种类"), max_length=WORD, choices=RecordKind)
    side = models.CharField(_("诉讼地位"), max_length=WORD, choices=LawsuitSide, blank=True)
    number = models.CharField(_("案号或文号"), max_length=80, blank=True)
    opened_on = models.DateField(_("立案、决定或列入日期"))
    authority = models.CharField(_("法院或机关"), max_length=80, blank=True)
    cause = models.CharField(_("案由或事由"), max_length=200, blank=True)
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2, null=True, blank=True)
    state = models.CharField(_("状态"), max_length=WORD, choices=RecordState)
    closed_on = models.DateField(_("结案、移出或解除日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("公共记录")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind=RecordKind.LITIGATION) & ~Q(side="")
                | (~Q(kind=RecordKind.LITIGATION) & Q(side="")),
                name="customers_record_lawsuit_has_side",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(state=RecordState.CLOSED, closed_on__gte=F("opened_on")),
                name="customers_record_closed_after",
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0), name="customers_record_amount_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"
