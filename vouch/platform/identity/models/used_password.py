"""Passwords that were in use."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from vouch.platform.identity.models.staff import User


class UsedPassword(models.Model):
    """The hash of a password from the day it was set; the newest row is the one in force (用过的密码)."""

    user = models.ForeignKey(
        User, models.PROTECT, related_name="used_passwords", verbose_name=_("员工"), db_index=False
    )
    hash = models.CharField(_("密码散列"), max_length=128)
    set_at = models.DateTimeField(_("设置时间"))
    # Given by an administrator: good for one sign-in, at which it must be changed.
    is_one_time = models.BooleanField(_("一次性密码"), default=False)

    class Meta:
        verbose_name = _("用过的密码")
        indexes: ClassVar = [
            # The newest of a person.
            models.Index(fields=["user", "-set_at", "-id"], name="identity_used_password_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.set_at:%Y-%m-%d}"
