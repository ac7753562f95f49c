"""Where staff are signed in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vouch.platform.identity.models.staff import User
from vouch.platform.identity.terms import EndOfSession, SignInMeans


class Session(models.Model):
    """One sign-in on one device, from its start to its end (登录会话)."""

    user = models.ForeignKey(
        User, models.PROTECT, related_name="sign_ins", verbose_name=_("员工"), db_index=False
    )
    # The digest under which the session itself is stored: neither table tells the cookie.
    digest = models.CharField(_("会话摘要"), max_length=40)
    started_at = models.DateTimeField(_("登录时间"))
    address = models.CharField(_("网络地址"), max_length=45)
    agent = models.CharField(_("浏览器标识"), max_length=300)
    means = models.CharField(_("登录方式"), max_length=20, choices=SignInMeans)
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    ended_why = models.CharField(_("结束原因"), max_length=20, choices=EndOfSession, blank=True)

    class Meta:
        verbose_name = _("登录会话")
        indexes: ClassVar = [
            # A person's list, the newest first.
            models.Index(fields=["user", "-started_at"], name="identity_session_of_user_idx"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest"], name="identity_session_digest_unique"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_why="") | (Q(ended_at__isnull=False) & ~Q(ended_why="")),
                name="identity_session_ended_with_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.started_at:%Y-%m-%d %H:%M}"
