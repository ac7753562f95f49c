"""What holds of a party from one day to another: rows are added and ended, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vouch.parties.terms import RecordSource


class Dated(models.Model):
    """Two clocks. ``starts_on`` and ``ends_on`` are the world's, as far as we were told; ``added_at`` and ``ended_at``
    are ours: a question as of a day reads what was added by then and not yet ended.

    A row that was wrong from the start is ended with ``is_mistake`` and counts as no change.
    """

    starts_on = models.DateField(_("起始日期"), null=True, blank=True)
    ends_on = models.DateField(_("终止日期"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=12, choices=RecordSource, default=RecordSource.CUSTOMER)
    added_at = models.DateTimeField(_("登记时间"))
    added_by = models.CharField(_("登记人"), max_length=80, blank=True)
    ended_at = models.DateTimeField(_("终止登记时间"), null=True, blank=True)
    ended_by = models.CharField(_("终止登记人"), max_length=80, blank=True)
    is_mistake = models.BooleanField(_("登记有误"), default=False)

    class Meta:
        abstract = True


def days_in_order(name: str) -> models.CheckConstraint:
    """What ends does so after it began."""
    return models.CheckConstraint(
        condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name=name
    )


def rate_of_one(name: str, column: str = "rate") -> models.CheckConstraint:
    """A share is a fraction."""
    return models.CheckConstraint(
        condition=Q(**{column: None}) | Q(**{f"{column}__gt": 0, f"{column}__lte": 1}), name=name
    )
