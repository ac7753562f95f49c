"""Keys of the programming interface."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vouch.platform.identity.models.staff import Unit, User
from vouch.platform.identity.terms import ApiScope, Scope


class ApiKey(models.Model):
    """A key of the programming interface (接口密钥): proposed by one administrator, approved by another, shown once.

    ``digest`` is SHA-256 of the key: 256 random bits need no slow hash. The window counts the calls of one minute.
    """

    name = models.CharField(_("名称"), max_length=80)
    holder = models.CharField(_("使用方"), max_length=120)
    scopes = ArrayField(models.CharField(max_length=40, choices=ApiScope), verbose_name=_("接口权限"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("所属机构"))
    data_scope = models.CharField(_("数据范围"), max_length=12, choices=Scope)
    per_minute = models.PositiveIntegerField(_("每分钟调用上限"))
    prefix = models.CharField(_("密钥前缀"), max_length=16, blank=True)
    digest = models.CharField(_("密钥摘要"), max_length=64, blank=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    proposed_at = models.DateTimeField(_("申请时间"))
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    approved_at = models.DateTimeField(_("批准时间"), null=True)
    issued_at = models.DateTimeField(_("发放时间"), null=True)
    expires_at = models.DateTimeField(_("到期时间"))
    revoked_at = models.DateTimeField(_("吊销时间"), null=True)
    last_used_at = models.DateTimeField(_("最近使用"), null=True)
    window_at = models.DateTimeField(_("计数时段"), null=True)
    window_count = models.PositiveIntegerField(_("时段内调用次数"), default=0)

    class Meta:
        verbose_name = _("接口密钥")
        constraints: ClassVar = [
            # What a call is looked up by.
            models.UniqueConstraint(
                fields=["prefix"], condition=~Q(prefix=""), name="identity_apikey_prefix_unique"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
                name="identity_apikey_two_people",
            ),
            models.CheckConstraint(
                condition=Q(digest="") | Q(approved_by__isnull=False), name="identity_apikey_issued_approved"
            ),
            # A key looks after nobody: "own" would be nothing.
            models.CheckConstraint(condition=~Q(data_scope=Scope.OWN), name="identity_apikey_scope_of_units"),
        ]

    def __str__(self) -> str:
        return self.name
