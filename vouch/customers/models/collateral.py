"""Collateral (抵质押物): what secures a customer's debt, its terms by version, and what it was valued at."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.customers.models.documents import FiledDocument
from vouch.customers.models.materials import Material
from vouch.customers.terms import RegistrationState, SecurityMethod, ValuationMethod, Ware
from vouch.platform.vault.fields import BlindIndexField, SealedField
from vouch.platform.web.subjects import Watched

WORD = 12


class Collateral(Watched):
    """One thing or right that secures (抵质押物); what is known of it stands in its terms and valuations."""

    subject_kind = "collateral"

    party = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="collateral", verbose_name=_("客户")
    )
    opened_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("抵质押物")

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("customers:collateral_item", args=[self.pk])

    @property
    def number(self) -> str:
        """The number that people quote."""
        return f"DY{self.pk:08d}"


class CollateralTerms(models.Model):
    """What a piece of collateral is and how it secures, as of the material's day; a change is a newer material.

    ``ratio`` is the fraction of the net value that may be lent against (抵质押率). The number of the certificate is sealed
    with the customer's key; its index finds the same certificate elsewhere.
    """

    material = models.OneToOneField(
        Material, models.PROTECT, primary_key=True, related_name="terms", verbose_name=_("资料")
    )
    collateral = models.ForeignKey(
        Collateral, models.PROTECT, related_name="terms", verbose_name=_("抵质押物")
    )
    ware = models.CharField(_("担保物"), max_length=WORD, choices=Ware)
    method = models.CharField(_("担保方式"), max_length=WORD, choices=SecurityMethod)
    description = models.CharField(_("名称与描述"), max_length=200)
    owner = models.CharField(_("权利人"), max_length=120)
    # By number and not by key: whoever sees the customer need not see the owner.
    owner_number = models.CharField(_("权利人客户编号"), max_length=20, blank=True)
    location = models.CharField(_("坐落或存放地点"), max_length=200, blank=True)
    area = models.DecimalField(_("面积（平方米）"), max_digits=14, decimal_places=2, null=True, blank=True)
    certificate = SealedField(_("权属证书号"), null=True, blank=True)
    certificate_index = BlindIndexField(_("权属证书号索引"), null=True, blank=True)
    rank = models.PositiveSmallIntegerField(_("顺位"), default=1)
    prior_claims = models.DecimalField(_("在先债权"), max_digits=18, decimal_places=2, default=0)
    ratio = models.DecimalField(_("抵质押率"), max_digits=7, decimal_places=6)
    registration = models.CharField(
        _("登记状态"), max_length=WORD, choices=RegistrationState, default=RegistrationState.NONE
    )
    registration_number = models.CharField(_("登记证明号"), max_length=80, blank=True)
    registry = models.CharField(_("登记机关"), max_length=80, blank=True)
    registered_on = models.DateField(_("登记日期"), null=True, blank=True)
    registered_until = models.DateField(_("登记到期日"), null=True, blank=True)
    insured_until = models.DateField(_("保险到期日"), null=True, blank=True)

    class Meta:
        verbose_name = _("抵质押物要素")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rank__gte=1, prior_claims__gte=0), name="customers_collateral_rank_and_claims"
            ),
            models.CheckConstraint(
                condition=Q(ratio__gt=0, ratio__lte=1), name="customers_collateral_ratio_of_one"
            ),
            models.CheckConstraint(
                condition=Q(area=None) | Q(area__gt=0), name="customers_collateral_area_positive"
            ),
            models.CheckConstraint(
                condition=~Q(registration=RegistrationState.REGISTERED)
                | Q(registered_on__isnull=False) & ~Q(registration_number=""),
                name="customers_collateral_registered_says_where",
            ),
            models.CheckConstraint(
                condition=Q(registered_until=None)
                | Q(registered_on=None)
                | Q(registered_until__gte=F("registered_on")),
                name="customers_collateral_registered_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.description


class Valuation(models.Model):
    """What somebody valued it at, on the material's day (估值); in yuan, for the whole, before prior claims."""

    material = models.OneToOneField(
        Material, models.PROTECT, primary_key=True, related_name="valuation", verbose_name=_("资料")
    )
    collateral = models.ForeignKey(
        Collateral, models.PROTECT, related_name="valuations", verbose_name=_("抵质押物")
    )
    value = models.DecimalField(_("评估价值"), max_digits=18, decimal_places=2)
    method = models.CharField(_("估值方法"), max_length=WORD, choices=ValuationMethod)
    valued_by = models.CharField(_("估值人"), max_length=80)

    class Meta:
        verbose_name = _("估值")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(value__gt=0), name="customers_valuation_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.collateral_id}: {self.value}"


class CollateralPaper(models.Model):
    """A scan or a photo that shows a piece of collateral (抵质押物影像)."""

    collateral = models.ForeignKey(
        Collateral, models.PROTECT, related_name="papers", verbose_name=_("抵质押物")
    )
    document = models.OneToOneField(
        FiledDocument, models.PROTECT, related_name="collateral_paper", verbose_name=_("证照与影像")
    )

    class Meta:
        verbose_name = _("抵质押物影像")

    def __str__(self) -> str:
        return f"{self.collateral_id}: {self.document_id}"
