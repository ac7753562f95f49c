"""Working lists: a filter of the customers' list under a name, and customers given to somebody many at once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from vouch.platform.identity.models import Unit, User


class WorkingList(models.Model):
    """A filter of the customers' list that somebody keeps under a name (我的清单), for themselves or for their unit.

    ``query`` is the list's address after the question mark. It holds no customer: whoever opens the list sees those
    of their own that fit.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("所有人"))
    unit = models.ForeignKey(
        Unit, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("共享给机构")
    )
    name = models.CharField(_("清单名称"), max_length=40)
    query = models.CharField(_("筛选条件"), max_length=500)
    saved_at = models.DateTimeField(_("保存时间"))

    class Meta:
        verbose_name = _("工作清单")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="parties_workinglist_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class BulkAssignment(models.Model):
    """Customers given to somebody many at once (批量分派). ``lines`` are [customer, duty before or null, duty made]."""

    made_at = models.DateTimeField(_("分派时间"))
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("分派人")
    )
    count = models.PositiveIntegerField(_("户数"))
    lines = models.JSONField(_("明细"))
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    undone_by = models.CharField(_("撤销人"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("批量分派")

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M} {self.count}"
