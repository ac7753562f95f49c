"""Observations of an organisation's public pages (社交信息作为组织信号); none is of a person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vouch.customers.terms import Confidence, SeenHow, SignalKind, Tone

WORD = 12


class SocialSignal(models.Model):
    """What one page showed of a firm on one day. A newer observation of the same page and day takes its place.

    It is a table of its own and no ``Material``: everything of it is read through one gate, and nothing of it tells of
    itself elsewhere in the file.
    """

    party = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="social_signals", verbose_name=_("客户"), db_index=False
    )
    assessment = models.ForeignKey(
        "customers.ImpactAssessment",
        models.PROTECT,
        related_name="signals",
        verbose_name=_("所依据的影响评估"),
    )
    kind = models.CharField(_("信号种类"), max_length=WORD, choices=SignalKind)
    platform = models.CharField(_("平台"), max_length=40)
    page_url = models.CharField(_("页面地址"), max_length=300)
    seen_on = models.DateField(_("观察日期"))
    how = models.CharField(_("观察方式"), max_length=WORD, choices=SeenHow)
    confidence = models.CharField(_("可信度"), max_length=WORD, choices=Confidence)
    last_post_on = models.DateField(_("最近发布日期"), null=True, blank=True)
    rating = models.DecimalField(_("评分"), max_digits=5, decimal_places=2, null=True, blank=True)
    rating_most = models.DecimalField(_("满分"), max_digits=5, decimal_places=2, null=True, blank=True)
    count = models.PositiveIntegerField(_("条数"), null=True, blank=True)
    tone = models.CharField(_("倾向"), max_length=WORD, choices=Tone, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    noted_by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("登记人")
    )
    noted_at = models.DateTimeField(_("登记时间"))
    ended_at = models.DateTimeField(_("失效时间"), null=True, blank=True)
    end_reason = models.CharField(_("失效理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("社交信号")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party", "kind", "page_url", "seen_on"],
                condition=Q(ended_at=None),
                name="customers_signal_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("noted_at")),
                name="customers_signal_ended_after",
            ),
            models.CheckConstraint(
                condition=Q(kind=SignalKind.ACCOUNT, last_post_on__isnull=False)
                | Q(kind=SignalKind.RATING, rating__isnull=False, rating_most__gt=0, count__isnull=False)
                | Q(kind__in=[SignalKind.HIRING, SignalKind.COMPLAINT], count__isnull=False)
                | Q(kind=SignalKind.NEWS) & ~Q(tone=""),
                name="customers_signal_says_something",
            ),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=0, rating__lte=F("rating_most")),
                name="customers_signal_rating_of_most",
            ),
        ]
        indexes: ClassVar = [
            # A customer's page, and the facts of one or of all.
            models.Index(fields=["party", "kind", "-seen_on"], name="customers_signal_of_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.platform} {self.seen_on}"
