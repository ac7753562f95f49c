"""Words of this room: which way an invoice goes, and whether it stands."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Direction(models.TextChoices):
    """Seen from the customer: output invoices are its sales, input invoices its purchases."""

    OUTPUT = "out", _("销项")
    INPUT = "in", _("进项")


class InvoiceState(models.TextChoices):
    """A void invoice was cancelled before it took effect; a red one (negative amount) takes an earlier one back."""

    VALID = "valid", _("有效")
    VOID = "void", _("作废")


class InvoiceKind(models.TextChoices):
    """What a list of invoices may be cut down to; red ones are valid ones with a negative amount."""

    POSITIVE = "positive", _("有效（正数）")
    RED = "red", _("红字")
    VOID = "void", _("作废")
