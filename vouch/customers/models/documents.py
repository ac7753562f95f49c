"""Documents and photos of a customer's file; the original stands in the material."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from vouch.customers.models.materials import Material
from vouch.customers.terms import DocumentCategory


class FiledDocument(models.Model):
    """A scanned paper or a photo (证照与影像)."""

    material = models.OneToOneField(
        Material, models.PROTECT, primary_key=True, related_name="filed", verbose_name=_("资料")
    )
    category = models.CharField(_("资料类别"), max_length=16, choices=DocumentCategory)

    class Meta:
        verbose_name = _("证照与影像")

    def __str__(self) -> str:
        return self.get_category_display()
