"""What persons ask of us by right, and how long we may take."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.customers.terms import (
    OPEN_STATES,
    Outcome,
    RefusalReason,
    RequestChannel,
    RequestKind,
    RequestState,
    Unit,
)
from vouch.platform.vault.fields import SealedField

WORD = 20


class RightsRequest(models.Model):
    """One request of a person (个人权利请求). What was asked and answered is sealed under the person's own key."""

    party = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        related_name="rights_requests",
        verbose_name=_("个人"),
        db_index=False,
    )
    kind = models.CharField(_("请求种类"), max_length=WORD, choices=RequestKind)
    channel = models.CharField(_("受理渠道"), max_length=WORD, choices=RequestChannel)
    state = models.CharField(_("状态"), max_length=WORD, choices=RequestState, default=RequestState.RECEIVED)
    outcome = models.CharField(_("办理结果"), max_length=WORD, choices=Outcome, blank=True)
    refusal = models.CharField(_("拒绝理由"), max_length=WORD, choices=RefusalReason, blank=True)
    received_at = models.DateTimeField(_("收到时间"))
    due_on = models.DateField(_("答复期限"))
    clock_days = models.PositiveSmallIntegerField(_("期限天数"))
    clock_unit = models.CharField(_("期限单位"), max_length=WORD, choices=Unit)
    clock_source = models.CharField(_("期限依据"), max_length=120)
    is_law_clock = models.BooleanField(_("法定期限"))
    extended_from = models.DateField(_("原期限"), null=True, blank=True)
    extension_reason = models.CharField(_("延期理由"), max_length=200, blank=True)
    handler = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("经办人")
    )
    verified_how = models.CharField(_("核实方式"), max_length=120, blank=True)
    verified_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    detail = SealedField(_("请求内容"), null=True, blank=True)
    answer = SealedField(_("答复内容"), null=True, blank=True)
    matter = models.CharField(_("所涉决定"), max_length=60, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    erasure_proposed_at = models.DateTimeField(_("提请删除时间"), null=True, blank=True)
    package = models.ForeignKey(
        "vault.Document", models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("副本文件")
    )
    package_sha256 = models.CharField(_("副本摘要"), max_length=64, blank=True)
    fetched_at = models.DateTimeField(_("副本取走时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("个人权利请求")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, answered_at=None)
                | (~Q(state__in=OPEN_STATES) & Q(answered_at__isnull=False)),
                name="customers_request_closed_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.REFUSED) & ~Q(refusal="")
                | (~Q(state=RequestState.REFUSED) & Q(refusal="")),
                name="customers_request_refusal_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(answered_at__gte=F("received_at")),
                name="customers_request_answered_after",
            ),
            # The law's number of days is nobody's to prolong.
            models.CheckConstraint(
                condition=Q(extended_from=None) | Q(is_law_clock=False, due_on__gt=F("extended_from")),
                name="customers_request_extension_allowed",
            ),
        ]
        indexes: ClassVar = [
            # The queue by its clocks.
            models.Index(
                fields=["due_on", "id"],
                condition=Q(state__in=OPEN_STATES),
                name="customers_request_queue_idx",
            ),
            models.Index(fields=["party", "-received_at"], name="customers_request_of_idx"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("customers:request", args=[self.pk])

    @property
    def number(self) -> str:
        """The number that people quote."""
        return f"QL{self.pk:08d}"

    @property
    def is_open(self) -> bool:
        """Whether an answer is due."""
        return self.state in OPEN_STATES


class RightsClock(models.Model):
    """The institution's own figure for a kind of request where the law gives none (办理期限)."""

    kind = models.CharField(_("请求种类"), max_length=WORD, choices=RequestKind)
    days = models.PositiveSmallIntegerField(_("天数"))
    set_at = models.DateTimeField(_("设定时间"))

    class Meta:
        verbose_name = _("办理期限")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind"], name="customers_rightsclock_one_a_kind"),
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=60), name="customers_rightsclock_days_sensible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.days}"
