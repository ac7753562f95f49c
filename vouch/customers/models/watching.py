"""Lists of those to beware of (名单), by version, and customers who may stand on one (命中)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.customers.terms import Certainty, HitState, HitTie, ListKind
from vouch.platform.vault.fields import BlindIndexField
from vouch.platform.web.subjects import Watched

WORD = 12


class WatchList(models.Model):
    """One list (名单): the institution's own, or one that others publish and that is taken in by version."""

    kind = models.CharField(_("名单种类"), max_length=WORD, choices=ListKind)
    name = models.CharField(_("名单名称"), max_length=80)
    source = models.CharField(_("发布机构"), max_length=80, blank=True)
    opened_at = models.DateTimeField(_("建立时间"))

    class Meta:
        verbose_name = _("名单")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], name="customers_watchlist_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("customers:watch_list", args=[self.pk])

    @property
    def is_own(self) -> bool:
        """Whether entries are made one by one; the others come as files alone."""
        return self.kind == ListKind.OWN


class WatchVersion(models.Model):
    """One file of a list (名单版本): everything that stood on it on a day. The file itself lies encrypted in the vault."""

    list = models.ForeignKey(WatchList, models.PROTECT, related_name="versions", verbose_name=_("名单"))
    number = models.PositiveIntegerField(_("版本"))
    as_of = models.DateField(_("名单日期"))
    taken_at = models.DateTimeField(_("导入时间"))
    taken_by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("导入人")
    )
    document = models.ForeignKey(
        "vault.Document", models.PROTECT, related_name="+", verbose_name=_("原始文件")
    )
    file_name = models.CharField(_("文件名"), max_length=200)
    rows = models.PositiveIntegerField(_("行数"))
    added = models.PositiveIntegerField(_("新增"))
    ended = models.PositiveIntegerField(_("移出"))
    unchanged = models.PositiveIntegerField(_("不变"))

    class Meta:
        verbose_name = _("名单版本")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["list", "number"], name="customers_watchversion_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.list} 第{self.number}版"


class WatchEntry(models.Model):
    """Somebody who stands on a list (名单条目). Codes of organisations are plain; identity numbers are an index alone.

    ``added_at`` and ``ended_at`` are our clock, ``from_on`` and ``until_on`` what the list says.
    """

    list = models.ForeignKey(
        WatchList, models.PROTECT, related_name="entries", verbose_name=_("名单"), db_index=False
    )
    name = models.CharField(_("名称"), max_length=200)
    plain_name = models.CharField(_("名称（比对用）"), max_length=200)
    code = models.CharField(_("统一社会信用代码"), max_length=40, blank=True)
    document_index = BlindIndexField(_("证件号码索引"), null=True, blank=True, db_index=False)
    reason = models.CharField(_("列入原因"), max_length=200, blank=True)
    from_on = models.DateField(_("列入日期"), null=True, blank=True)
    until_on = models.DateField(_("截止日期"), null=True, blank=True)
    source = models.CharField(_("依据"), max_length=120, blank=True)
    added_at = models.DateTimeField(_("登记时间"))
    ended_at = models.DateTimeField(_("移出时间"), null=True, blank=True)
    end_reason = models.CharField(_("移出原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("名单条目")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("added_at")),
                name="customers_watch_ended_after",
            ),
            models.CheckConstraint(
                condition=Q(from_on=None) | Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="customers_watch_days_in_order",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["list", "name"], name="customers_watch_list_idx"),
            # The three questions at entry: by code, by document, by name.
            models.Index(fields=["code"], condition=~Q(code=""), name="customers_watch_code_idx"),
            models.Index(
                fields=["document_index"],
                condition=Q(document_index__isnull=False),
                name="customers_watch_document_idx",
            ),
            models.Index(fields=["plain_name"], name="customers_watch_name_idx"),
        ]

    def __str__(self) -> str:
        return self.name


class WatchHit(Watched):
    """A customer who stands on a list, or may (名单命中): by an identifier, or by name; or through one who stands behind it.

    ``via`` is whom the entry is about where it is not the customer itself: somebody in a post, a shareholder at any step, or
    a controller (``tie``). ``path`` leads from there down to the customer, pairs of party and its share in the next one in
    millionths; ``share`` is their product, a fraction.
    """

    subject_kind = "watch_hit"

    party = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="watch_hits", verbose_name=_("客户"), db_index=False
    )
    entry = models.ForeignKey(WatchEntry, models.PROTECT, related_name="hits", verbose_name=_("名单条目"))
    via = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("关联方")
    )
    tie = models.CharField(_("关联关系"), max_length=WORD, choices=HitTie, blank=True)
    share = models.DecimalField(_("沿路径持股比例"), max_digits=9, decimal_places=6, null=True, blank=True)
    path = models.JSONField(_("关联路径"), default=list, blank=True)
    certainty = models.CharField(_("匹配程度"), max_length=WORD, choices=Certainty)
    matched = models.CharField(_("比对依据"), max_length=40)
    state = models.CharField(_("处理状态"), max_length=WORD, choices=HitState, default=HitState.OPEN)
    found_at = models.DateTimeField(_("发现时间"))
    ended_at = models.DateTimeField(_("失效时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("名单命中")
        constraints: ClassVar = [
            # Found again and again, it is one hit; once ended it may be found anew.
            models.UniqueConstraint(
                fields=["party", "entry", "via", "certainty"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="customers_hit_once",
            ),
        ]
        indexes: ClassVar = [
            # The queue, and the badge.
            models.Index(
                fields=["found_at"],
                condition=Q(state=HitState.OPEN, ended_at=None),
                name="customers_hit_queue_idx",
            ),
            models.Index(fields=["party", "state"], name="customers_hit_of_idx"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("customers:watch_hit", args=[self.pk])

    @property
    def number(self) -> str:
        """The number that people quote."""
        return f"MZ{self.pk:08d}"


class HitDecision(models.Model):
    """What a compliance officer decided about a hit, and why (处理意见); the latest counts."""

    hit = models.ForeignKey(WatchHit, models.PROTECT, related_name="decisions", verbose_name=_("名单命中"))
    state = models.CharField(_("结论"), max_length=WORD, choices=HitState)
    reason = models.CharField(_("理由"), max_length=200)
    at = models.DateTimeField(_("处理时间"))
    by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("处理人")
    )

    class Meta:
        verbose_name = _("命中处理意见")

    def __str__(self) -> str:
        return f"{self.hit_id}: {self.get_state_display()}"
