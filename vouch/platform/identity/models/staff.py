"""Units and staff."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from vouch.platform.identity.terms import FieldClass, Role, Scope


class Unit(models.Model):
    """A branch or department; the head office is the one without a parent (机构)."""

    code = models.CharField(_("机构编码"), max_length=30)
    name = models.CharField(_("机构名称"), max_length=120)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级机构")
    )

    closed_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("机构")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], name="identity_unit_code_unique"),
            # The shortest circle; longer ones are refused where units are moved, under a lock on all of them.
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("pk")), name="identity_unit_not_below_itself"
            ),
            # One tree, not a forest.
            models.UniqueConstraint(
                fields=["parent"],
                condition=Q(parent=None),
                nulls_distinct=False,
                name="identity_unit_one_head_office",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser):
    """A person who signs in (员工)."""

    # Sign-ins are ledger entries; a second copy of the moment would be a write outside an action.
    last_login = None

    username = models.CharField(_("用户名"), max_length=60)
    name = models.CharField(_("姓名"), max_length=60)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="staff", verbose_name=_("所属机构"))
    roles = ArrayField(models.CharField(max_length=30, choices=Role), default=list, verbose_name=_("岗位"))
    scope = models.CharField(_("数据范围"), max_length=12, choices=Scope, default=Scope.OWN)
    # Exceptions to what the roles may read in full: added and taken away, for this person alone.
    granted_classes = ArrayField(
        models.CharField(max_length=12, choices=FieldClass),
        default=list,
        verbose_name=_("另行允许的字段类别"),
    )
    withheld_classes = ArrayField(
        models.CharField(max_length=12, choices=FieldClass),
        default=list,
        verbose_name=_("不予允许的字段类别"),
    )
    # An inspection's account (检查模式): it reads, and every read leaves an entry.
    is_read_only = models.BooleanField(_("只读账户"), default=False)
    is_active = models.BooleanField(_("在职"), default=True)
    joined_at = models.DateTimeField(_("开户时间"))
    # Closed for good (销户); without it an account out of use is suspended (停用), and keeps what it holds.
    closed_at = models.DateTimeField(_("销户时间"), null=True, blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = BaseUserManager["User"]()

    class Meta:
        verbose_name = _("员工")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["username"], name="identity_user_username_exact"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(is_active=False), name="identity_user_closed_is_inactive"
            ),
            # 王芳 and WangFang may not sign in as two people who differ in case alone.
            models.UniqueConstraint(Lower("username"), name="identity_user_username_unique"),
        ]

    def __str__(self) -> str:
        return self.name
