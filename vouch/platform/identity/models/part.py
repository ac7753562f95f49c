"""Who acted in which office on which matter."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from vouch.platform.identity.models.staff import User
from vouch.platform.identity.terms import Office


class Part(models.Model):
    """In which office a person acted on a matter (经办部位): one person, one matter, one office."""

    matter_kind = models.CharField(_("业务种类"), max_length=30)
    matter_id = models.CharField(_("业务"), max_length=40)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("员工"))
    # Those for whom the person stood in at the time: they acted too, by another's hand.
    stood_for = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("被代理人"))
    office = models.CharField(_("部位"), max_length=8, choices=Office)
    at = models.DateTimeField(_("首次经办时间"))

    class Meta:
        verbose_name = _("经办部位")
        constraints: ClassVar = [
            # Also what two requests at the same moment run into.
            models.UniqueConstraint(
                fields=["matter_kind", "matter_id", "user"], name="identity_part_one_office_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_kind}:{self.matter_id} {self.office}"
