"""Notices, authorisations, and the credit reports that are kept under them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vouch.customers.terms import (
    AuthorisationState,
    Channel,
    DataClass,
    LegalBasis,
    NoticeKind,
    NoticeState,
    Purpose,
    ReportKind,
)

WORD = 20


class Notice(models.Model):
    """What persons are told before they consent, by version (告知书); published, it is never changed (PIPL 17)."""

    kind = models.CharField(_("告知书种类"), max_length=WORD, choices=NoticeKind)
    version = models.PositiveIntegerField(_("版本"))
    state = models.CharField(_("状态"), max_length=WORD, choices=NoticeState, default=NoticeState.DRAFT)
    title = models.CharField(_("标题"), max_length=120)
    text = models.TextField(_("正文"))
    sensitive_text = models.TextField(
        _("敏感个人信息：处理的必要性及对权益的影响"),
        blank=True,
        help_text=_("个人信息保护法30条；没有这一段，不能登记敏感信息的单独同意"),
    )
    categories = ArrayField(models.CharField(max_length=WORD, choices=DataClass), verbose_name=_("信息种类"))
    purposes = ArrayField(models.CharField(max_length=WORD, choices=Purpose), verbose_name=_("处理目的"))
    retention = models.CharField(_("保存期限"), max_length=200)
    contact = models.CharField(_("联系方式与权利行使途径"), max_length=200)
    sha256 = models.CharField(_("内容摘要"), max_length=64)
    drafted_at = models.DateTimeField(_("起草时间"))
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    superseded_at = models.DateTimeField(_("替代时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("告知书")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "version"], name="customers_notice_version_once"),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(state=NoticeState.PUBLISHED),
                name="customers_notice_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(state=NoticeState.DRAFT, published_at=None)
                | (~Q(state=NoticeState.DRAFT) & Q(published_at__isnull=False)),
                name="customers_notice_published_when_out",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at=None) | Q(superseded_at__gte=F("published_at")),
                name="customers_notice_superseded_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第{self.version}版）"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("customers:notice", args=[self.pk])


class Authorisation(models.Model):
    """What a party allows, to whom, for what, on what, from when until when (授权).

    ``recipient`` None is the institution itself. One row is one consent: each recipient has its own, and sensitive
    data of a person have their own (单独同意, PIPL 23 and 29), although one signed file may carry several.
    """

    grantor = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        related_name="authorisations",
        verbose_name=_("授权人"),
        db_index=False,
    )
    recipient = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("接收方")
    )
    purposes = ArrayField(models.CharField(max_length=WORD, choices=Purpose), verbose_name=_("用途"))
    scope = ArrayField(models.CharField(max_length=WORD, choices=DataClass), verbose_name=_("授权范围"))
    legal_basis = models.CharField(_("处理依据"), max_length=WORD, choices=LegalBasis)
    is_separate = models.BooleanField(_("单独同意"))
    notice = models.ForeignKey(
        Notice,
        models.PROTECT,
        related_name="authorisations",
        null=True,
        blank=True,
        verbose_name=_("所示告知书"),
    )
    starts_at = models.DateTimeField(_("生效时间"))
    ends_at = models.DateTimeField(_("截止时间"))
    signed_on = models.DateField(_("签署日期"))
    channel = models.CharField(_("签署方式"), max_length=WORD, choices=Channel)
    document = models.ForeignKey(
        "vault.Document", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("签署文件")
    )
    file_sha256 = models.CharField(_("签署文件摘要"), max_length=64, blank=True)
    state = models.CharField(_("状态"), max_length=WORD, choices=AuthorisationState)
    recorded_by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"))
    witnessed_by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("面签见证人")
    )
    verified_by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("核验人")
    )
    verified_at = models.DateTimeField(_("核验时间"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawal_reason = models.CharField(_("撤回或未通过的理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("授权")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="customers_authorisation_ends_after_start"
            ),
            # What was withdrawn was withdrawn while it could be: after it was recorded, before it ended.
            models.CheckConstraint(
                condition=Q(withdrawn_at=None)
                | Q(withdrawn_at__gte=F("recorded_at"), withdrawn_at__lt=F("ends_at")),
                name="customers_authorisation_withdrawn_inside",
            ),
            models.CheckConstraint(
                condition=Q(state=AuthorisationState.WITHDRAWN, withdrawn_at__isnull=False)
                | (~Q(state=AuthorisationState.WITHDRAWN) & Q(withdrawn_at=None)),
                name="customers_authorisation_withdrawn_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=AuthorisationState.VERIFIED) | Q(verified_at__isnull=False),
                name="customers_authorisation_verified_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(recipient=None) | Q(is_separate=True),
                name="customers_authorisation_recipient_separate",
            ),
            models.CheckConstraint(
                condition=Q(recipient=None) | ~Q(recipient=F("grantor")),
                name="customers_authorisation_not_to_oneself",
            ),
            models.CheckConstraint(
                condition=Q(purposes__len__gt=0, scope__len__gt=0), name="customers_authorisation_says_what"
            ),
            # 征信业管理条例 18 and 28: reading credit data rests on written consent and on nothing else.
            models.CheckConstraint(
                condition=~Q(scope__contains=[DataClass.CREDIT]) | Q(legal_basis=LegalBasis.CONSENT),
                name="customers_authorisation_credit_is_consent",
            ),
            models.CheckConstraint(
                condition=~Q(legal_basis=LegalBasis.CONSENT) | Q(document__isnull=False) & ~Q(file_sha256=""),
                name="customers_authorisation_consent_is_signed",
            ),
        ]
        indexes: ClassVar = [
            # The gate's question, and a customer's list.
            models.Index(fields=["grantor", "-ends_at"], name="customers_authorisation_of_idx"),
            # What ends soon, across the book.
            models.Index(fields=["ends_at", "id"], name="customers_authorisation_ends"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("customers:authorisation", args=[self.pk])

    @property
    def number(self) -> str:
        """The number that people quote."""
        return f"SQ{self.pk:08d}"

    @property
    def first_day(self) -> date:
        """The first day on which it counts."""
        return timezone.localdate(self.starts_at)

    @property
    def last_day(self) -> date:
        """The last day on which it counts; ``ends_at`` itself is excluded."""
        return timezone.localdate(self.ends_at - timedelta(microseconds=1))

    @property
    def purpose_titles(self) -> list[str]:
        """The purposes in words."""
        return [str(Purpose(one).label) for one in self.purposes]

    @property
    def scope_titles(self) -> list[str]:
        """The data classes in words."""
        return [str(DataClass(one).label) for one in self.scope]


class CreditReport(models.Model):
    """A credit report of a party, kept encrypted under the authorisation it came in by (信用报告)."""

    party = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="credit_reports", verbose_name=_("客户"), db_index=False
    )
    kind = models.CharField(_("报告种类"), max_length=WORD, choices=ReportKind)
    report_number = models.CharField(_("报告编号"), max_length=40)
    queried_on = models.DateField(_("查询日期"))
    reason = models.CharField(_("查询原因"), max_length=WORD, choices=Purpose)
    authorisation = models.ForeignKey(
        Authorisation, models.PROTECT, related_name="credit_reports", verbose_name=_("所依据的授权")
    )
    document = models.ForeignKey(
        "vault.Document", models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("报告文件")
    )
    media_type = models.CharField(_("文件格式"), max_length=120)
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    size = models.PositiveBigIntegerField(_("字节数"))
    keep_until = models.DateField(_("保存至"))
    uploaded_by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"))
    removed_at = models.DateTimeField(_("销毁时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("信用报告")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["party", "report_number"], name="customers_creditreport_once"),
            models.CheckConstraint(
                condition=Q(keep_until__gte=F("queried_on")), name="customers_creditreport_kept_after_query"
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, document__isnull=False)
                | Q(removed_at__isnull=False, document=None),
                name="customers_creditreport_kept_or_removed",
            ),
        ]
        indexes: ClassVar = [
            # The facts of a party as of a day, and its list.
            models.Index(fields=["party", "queried_on"], name="customers_creditreport_of_idx"),
            # What is to be destroyed next.
            models.Index(
                fields=["keep_until"], condition=Q(removed_at=None), name="customers_creditreport_keep"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.queried_on}"
