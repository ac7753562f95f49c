"""Documents and photos of a customer's file; the original stands in the material."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vouch.customers.models.materials import Material
from vouch.customers.terms import ENDING_SOON_DAYS, PHOTOS, DocumentCategory, Validity


class FiledDocument(models.Model):
    """A scanned paper or a photo (证照与影像). A newer version is a material of its own in the same series.

    ``sha256`` is of the kept original: the same content again is found by it.
    """

    material = models.OneToOneField(
        Material, models.PROTECT, primary_key=True, related_name="filed", verbose_name=_("资料")
    )
    series = models.ForeignKey(Material, models.PROTECT, related_name="versions", verbose_name=_("首个版本"))
    category = models.CharField(_("资料类别"), max_length=16, choices=DocumentCategory)
    title = models.CharField(_("名称"), max_length=80, blank=True)
    valid_from = models.DateField(_("有效期起"), null=True, blank=True)
    valid_until = models.DateField(_("有效期止"), null=True, blank=True)
    taken_on = models.DateField(_("拍摄日期"), null=True, blank=True)
    pages = models.PositiveSmallIntegerField(_("页数"), null=True, blank=True)
    is_locked = models.BooleanField(_("加了密"), default=False)
    sha256 = models.CharField(_("原件摘要"), max_length=64)

    class Meta:
        verbose_name = _("证照与影像")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="customers_document_validity_in_order",
            ),
        ]
        indexes: ClassVar = [
            # The same content under another name, or at another customer's.
            models.Index(fields=["sha256"], name="customers_document_sha256_idx"),
        ]

    def __str__(self) -> str:
        return self.title or self.get_category_display()

    @property
    def is_photo(self) -> bool:
        """Whether it is looked at as a picture."""
        return self.category in PHOTOS

    def validity(self, today: date) -> Validity:
        """Whether it still holds on this day."""
        if self.valid_until is None:
            return Validity.ENDLESS
        if self.valid_until < today:
            return Validity.ENDED
        soon = today + timedelta(days=ENDING_SOON_DAYS)
        return Validity.ENDING if self.valid_until <= soon else Validity.VALID
