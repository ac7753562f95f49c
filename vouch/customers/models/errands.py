"""Errands: somebody is to get what a customer's file lacks, by a day (补资料任务)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.customers.terms import ErrandState
from vouch.platform.web.subjects import Watched


class Errand(Watched):
    """What is to be got, by whom, until when, and what became of it. ``item`` names a requirement, or is empty."""

    subject_kind = "errand"

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="errands", verbose_name=_("客户"))
    item = models.CharField(_("所补资料"), max_length=40, blank=True)
    title = models.CharField(_("内容"), max_length=80)
    reason = models.CharField(_("说明"), max_length=200, blank=True)
    assignee = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", verbose_name=_("补充人"), db_index=False
    )
    due_on = models.DateField(_("期限"))
    state = models.CharField(_("状态"), max_length=10, choices=ErrandState, default=ErrandState.OPEN)
    ordered_by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("布置人")
    )
    ordered_at = models.DateTimeField(_("布置时间"))
    closed_by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("了结人")
    )
    closed_at = models.DateTimeField(_("了结时间"), null=True, blank=True)
    outcome = models.CharField(_("了结说明"), max_length=200, blank=True)
    reminded_on = models.DateField(_("最近提醒日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("补资料任务")
        constraints: ClassVar = [
            # Two people on the same paper would get it twice; the days and the person can be changed instead.
            models.UniqueConstraint(
                fields=["party", "item"],
                condition=Q(state=ErrandState.OPEN) & ~Q(item=""),
                name="customers_errand_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state=ErrandState.OPEN, closed_at=None)
                | (~Q(state=ErrandState.OPEN) & Q(closed_at__isnull=False)),
                name="customers_errand_closed_has_moment",
            ),
        ]
        indexes: ClassVar = [
            # What waits for somebody, and what is due.
            models.Index(
                fields=["assignee", "due_on"],
                condition=Q(state=ErrandState.OPEN),
                name="customers_errand_waiting_idx",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("customers:errand", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it waits for somebody."""
        return self.state == ErrandState.OPEN
