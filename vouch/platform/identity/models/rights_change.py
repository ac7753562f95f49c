"""Changes of rights, which need two persons."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.platform.identity.models.staff import Unit, User
from vouch.platform.identity.terms import ChangeKind, ChangeState


class RightsChange(models.Model):
    """A change that somebody asks for and somebody else decides (权限变更申请)."""

    kind = models.CharField(_("种类"), max_length=10, choices=ChangeKind)
    state = models.CharField(_("状态"), max_length=10, choices=ChangeState, default=ChangeState.WAITING)
    # Whom it concerns; for a newcomer set when the account is opened.
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="rights_changes", verbose_name=_("员工")
    )
    username = models.CharField(_("用户名"), max_length=60, blank=True)
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("机构")
    )
    # Both sides as ``queries.rights_of`` spells them; what stood before is compared again when it is decided.
    before = models.JSONField(_("变更前"), default=dict)
    after = models.JSONField(_("变更后"), default=dict)
    reason = models.CharField(_("申请理由"), max_length=300)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    requested_at = models.DateTimeField(_("申请时间"))
    expires_at = models.DateTimeField(_("过期时间"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审批人")
    )
    decided_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    note = models.CharField(_("审批意见"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("权限变更")
        constraints: ClassVar = [
            # Two persons, neither of them the one concerned; a newcomer cannot have been either.
            models.CheckConstraint(
                condition=~Q(state=ChangeState.APPLIED) | ~Q(decided_by=F("requested_by")),
                name="identity_rights_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(state=ChangeState.APPLIED) | Q(person=None) | ~Q(decided_by=F("person")),
                name="identity_rights_not_own_judge",
            ),
            models.CheckConstraint(
                condition=Q(person=None) | ~Q(requested_by=F("person")),
                name="identity_rights_not_own_wish",
            ),
            models.CheckConstraint(
                condition=~Q(state=ChangeState.APPLIED)
                | (Q(decided_by__isnull=False) & Q(decided_at__isnull=False)),
                name="identity_rights_applied_by_whom",
            ),
            # One open request about one person or unit: two could undo one another.
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state=ChangeState.WAITING) & Q(person__isnull=False),
                name="identity_rights_one_for_person",
            ),
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(state=ChangeState.WAITING) & Q(unit__isnull=False),
                name="identity_rights_one_for_unit",
            ),
        ]
        indexes: ClassVar = [
            # The queue.
            models.Index(fields=["state", "requested_at"], name="identity_rights_queue_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.about}"

    def get_absolute_url(self) -> str:
        """Both sides, and the decision."""
        return reverse("identity:change", args=[self.pk])

    @property
    def about(self) -> str:
        """Whom or what it concerns."""
        if self.kind == ChangeKind.MOVE_UNIT:
            return str(self.unit)
        return self.person.name if self.person else self.name
