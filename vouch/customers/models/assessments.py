"""Impact assessments by version, and the switch of a source that may run only under one."""

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
    ASKED_BY,
    ASSESSMENT_KEEP_YEARS,
    AssessmentState,
    Conclusion,
    DataClass,
    ProcessingActivity,
    RiskLevel,
)

WORD = 12
OPEN = (AssessmentState.DRAFT, AssessmentState.SUBMITTED)


class ImpactAssessment(models.Model):
    """One version of the assessment of one activity (个人信息保护影响评估). Reviewed, it is never changed; none is deleted.

    ``matter`` names recipient or subject where an activity is assessed several times; versions count within both.
    """

    activity = models.CharField(_("处理活动"), max_length=WORD, choices=ProcessingActivity)
    matter = models.CharField(_("接收方或事项"), max_length=80, blank=True)
    version = models.PositiveIntegerField(_("版本"))
    state = models.CharField(
        _("状态"), max_length=WORD, choices=AssessmentState, default=AssessmentState.DRAFT
    )
    purpose = models.TextField(_("处理目的"))
    manner = models.TextField(_("处理方式"))
    categories = ArrayField(
        models.CharField(max_length=20, choices=DataClass),
        verbose_name=_("个人信息种类"),
        default=list,
        blank=True,
    )
    is_lawful = models.BooleanField(_("合法"))
    is_proper = models.BooleanField(_("正当"))
    is_necessary = models.BooleanField(_("必要"))
    grounds = models.TextField(_("合法、正当、必要的理由"))
    effect = models.TextField(_("对个人权益的影响"))
    risk = models.TextField(_("安全风险"))
    risk_level = models.CharField(_("风险程度"), max_length=WORD, choices=RiskLevel)
    measures = models.TextField(_("保护措施"))
    is_fitting = models.BooleanField(_("措施合法、有效并与风险程度相适应"))
    conclusion = models.CharField(_("结论"), max_length=WORD, choices=Conclusion)
    remarks = models.TextField(_("结论说明"), blank=True)
    valid_until = models.DateField(_("有效期至"))
    sha256 = models.CharField(_("内容摘要"), max_length=64)
    drafted_by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("起草人")
    )
    # Whoever wrote a word of it, so that none of them reviews it.
    author_ids = ArrayField(models.BigIntegerField(), verbose_name=_("编写人"), default=list, blank=True)
    drafted_at = models.DateTimeField(_("起草时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    returned_reason = models.CharField(_("退回意见"), max_length=200, blank=True)
    reviewed_by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("复核人")
    )
    reviewed_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    review_note = models.CharField(_("复核意见"), max_length=200, blank=True)
    ended_at = models.DateTimeField(_("终止时间"), null=True, blank=True)
    end_reason = models.CharField(_("撤回理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("个人信息保护影响评估")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["activity", "matter", "version"], name="customers_pia_version_once"
            ),
            models.UniqueConstraint(
                fields=["activity", "matter"],
                condition=Q(state=AssessmentState.REVIEWED),
                name="customers_pia_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["activity", "matter"],
                condition=Q(state__in=OPEN),
                name="customers_pia_one_draft",
            ),
            models.CheckConstraint(
                condition=~Q(state=AssessmentState.REVIEWED) | Q(reviewed_at__isnull=False),
                name="customers_pia_reviewed_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[AssessmentState.SUPERSEDED, AssessmentState.WITHDRAWN])
                & Q(ended_at__isnull=False)
                | ~Q(state__in=[AssessmentState.SUPERSEDED, AssessmentState.WITHDRAWN]) & Q(ended_at=None),
                name="customers_pia_ended_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("drafted_at")),
                name="customers_pia_ended_after",
            ),
            # PIPL 56: what is not lawful, proper, necessary and guarded as the risk asks may not be concluded to go on.
            models.CheckConstraint(
                condition=~Q(conclusion=Conclusion.PERMITTED)
                | Q(is_lawful=True, is_proper=True, is_necessary=True, is_fitting=True),
                name="customers_pia_permitted_is_sound",
            ),
        ]
        indexes: ClassVar = [
            # The gate's question, and what ends soon.
            models.Index(fields=["activity", "valid_until"], name="customers_pia_gate_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第{self.version}版）"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("customers:assessment", args=[self.pk])

    @property
    def number(self) -> str:
        """The number that people quote."""
        return f"PG{self.pk:08d}"

    @property
    def title(self) -> str:
        """The activity, and the matter where there are several."""
        return f"{self.get_activity_display()}：{self.matter}" if self.matter else self.get_activity_display()

    @property
    def asked_by(self) -> str:
        """The item of the law that asks for it."""
        return ASKED_BY[self.activity]

    @property
    def category_titles(self) -> list[str]:
        """The data classes in words."""
        return [str(DataClass(one).label) for one in self.categories]

    @property
    def kept_until(self) -> date:
        """The first day on which the law would let it go: three years after it ended; nobody deletes it before or after."""
        end = self.valid_until if self.ended_at is None else timezone.localdate(self.ended_at)
        last = min(end, self.valid_until)
        year = last.year + ASSESSMENT_KEEP_YEARS
        try:
            return last.replace(year=year) + timedelta(days=1)
        except ValueError:
            return date(year, 3, 1)


class SourceSwitch(models.Model):
    """Whether the institution uses a source at all (来源开关); without a row it does not."""

    source = models.CharField(_("来源"), max_length=WORD, unique=True, choices=[("social", _("社交信息"))])
    is_on = models.BooleanField(_("已开启"))
    set_by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("设定人")
    )
    set_at = models.DateTimeField(_("设定时间"))
    reason = models.CharField(_("理由"), max_length=200)

    class Meta:
        verbose_name = _("来源开关")

    def __str__(self) -> str:
        return f"{self.source} {self.is_on}"
