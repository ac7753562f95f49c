"""Natural persons: the document they show, and what they live on."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vouch.parties.models.party import Party
from vouch.parties.terms import DocumentKind, MaritalStatus, SexName
from vouch.platform.vault.fields import BlindIndexField, SealedField


class Person(models.Model):
    """What is known of a natural person (个人信息). Sealed columns open with the party's data key alone.

    Occupation, employer and income are plain, because facts add them up for many at once; pages mask them.
    Amounts in yuan.
    """

    party = models.OneToOneField(
        Party, models.CASCADE, primary_key=True, related_name="person", verbose_name=_("客户")
    )
    document_kind = models.CharField(_("证件类型"), max_length=12, choices=DocumentKind)
    document_number = SealedField(_("证件号码"), null=True)
    # Empty once the person was erased: nobody can be found by it any more.
    document_index = BlindIndexField(_("证件号码索引"), null=True, db_index=False)
    born_on = SealedField(_("出生日期"), null=True)
    sex = models.CharField(_("性别"), max_length=8, choices=SexName, blank=True)
    address = SealedField(_("住址"), null=True)
    marital_status = models.CharField(_("婚姻状况"), max_length=12, choices=MaritalStatus, blank=True)
    occupation = models.CharField(_("职业"), max_length=60, blank=True)
    employer = models.CharField(_("工作单位"), max_length=120, blank=True)
    monthly_income = models.DecimalField(_("月收入"), max_digits=14, decimal_places=2, null=True, blank=True)
    annual_income = models.DecimalField(_("年收入"), max_digits=16, decimal_places=2, null=True, blank=True)
    updated_at = models.DateTimeField(_("更新时间"))

    class Meta:
        verbose_name = _("个人信息")
        constraints: ClassVar = [
            # Nobody is enrolled twice; serves the search by number too.
            models.UniqueConstraint(
                fields=["document_index", "document_kind"], name="parties_person_document_unique"
            ),
            models.CheckConstraint(
                condition=(Q(monthly_income=None) | Q(monthly_income__gte=0))
                & (Q(annual_income=None) | Q(annual_income__gte=0)),
                name="parties_person_income_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return str(self.party)
