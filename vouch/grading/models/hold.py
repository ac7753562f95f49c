"""Holds (占用): what of a customer's limits is reserved, used, and given back."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.grading.terms import HoldKind, HoldState, HoldStep


class Hold(models.Model):
    """One thing that takes up limits (占用): first reserved, then used, then given back; money in yuan, of the whole debt.

    Limits count our share of it (``share_rate``), as the register of guarantees does. A reservation counts until
    ``expires_at`` whatever ``state`` says, so that a process that died between reserving and using holds nothing up. Once the
    guarantee named here stands in the register, the register counts in place of what is used.
    """

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="holds", verbose_name=_("客户"))
    bank = models.CharField(_("银行（债权人）"), max_length=120, blank=True)
    kind = models.CharField(_("业务种类"), max_length=16, choices=HoldKind)
    share_rate = models.DecimalField(_("本机构承担比例"), max_digits=7, decimal_places=6)
    purpose = models.CharField(_("用于"), max_length=200)
    guarantee_number = models.CharField(_("业务编号"), max_length=60, blank=True)
    amount = models.DecimalField(_("申请金额"), max_digits=16, decimal_places=2)
    reserved = models.DecimalField(_("预占中"), max_digits=16, decimal_places=2)
    used = models.DecimalField(_("已占用"), max_digits=16, decimal_places=2, default=0)
    state = models.CharField(_("状态"), max_length=10, choices=HoldState, default=HoldState.OPEN)
    reserved_at = models.DateTimeField(_("预占时间"))
    reserved_by = models.CharField(_("预占人"), max_length=160)
    expires_at = models.DateTimeField(_("预占到期"))
    # What the register says of an earlier day cannot know of this use.
    used_on = models.DateField(_("最近占用日"), null=True)
    # What the register said of the guarantee when it was first used: a later draw on it comes on top.
    registered_before = models.DecimalField(_("占用前在保余额"), max_digits=16, decimal_places=2, default=0)
    # Rules that wanted approval when it was reserved; who reserved it gave it then, and whoever uses it need not again.
    approved = ArrayField(
        models.CharField(max_length=30), verbose_name=_("预占时已审批的规则"), default=list, blank=True
    )
    closed_at = models.DateTimeField(_("结束时间"), null=True)

    class Meta:
        verbose_name = _("额度占用")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(reserved__gte=0, used__gte=0, amount__gt=0)
                & Q(amount__gte=F("reserved") + F("used")),
                name="grading_hold_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(share_rate__gt=0, share_rate__lte=1), name="grading_hold_share_is_part"
            ),
            models.CheckConstraint(
                condition=Q(state=HoldState.OPEN, closed_at=None)
                | (~Q(state=HoldState.OPEN) & Q(reserved=0, used=0, closed_at__isnull=False)),
                name="grading_hold_closed_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(used=0) | Q(used_on__isnull=False), name="grading_hold_used_has_day"
            ),
            # Two holds of one guarantee would hide behind one row of the register.
            models.UniqueConstraint(
                fields=["guarantee_number"],
                condition=~Q(guarantee_number="") & Q(state=HoldState.OPEN),
                name="grading_hold_guarantee_once",
            ),
        ]
        indexes: ClassVar = [
            # What takes up a bank's limit.
            models.Index(fields=["bank"], condition=Q(state=HoldState.OPEN), name="grading_hold_bank_idx"),
            # Which reservations ran out.
            models.Index(
                fields=["expires_at"],
                condition=Q(state=HoldState.OPEN, reserved__gt=0),
                name="grading_hold_expiring_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.amount}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("grading:hold", args=[self.pk])


class HoldMove(models.Model):
    """One step of a hold (占用变动); never changed."""

    hold = models.ForeignKey(
        Hold, models.PROTECT, related_name="moves", db_index=False, verbose_name=_("占用")
    )
    step = models.CharField(_("变动"), max_length=8, choices=HoldStep)
    amount = models.DecimalField(_("金额"), max_digits=16, decimal_places=2)
    at = models.DateTimeField(_("时间"))
    by = models.CharField(_("操作人"), max_length=160)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("占用变动")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="grading_holdmove_positive"),
        ]
        indexes: ClassVar = [models.Index(fields=["hold", "at"], name="grading_holdmove_hold_idx")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.amount}"
