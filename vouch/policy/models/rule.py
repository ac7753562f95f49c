"""The rule library, and exceptions from the institution's own rules."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.policy.models.signed import Signed, kept_as_entered, two_persons
from vouch.policy.terms import LAWYER_AT, Jurisdiction, Measure, Severity, Step

OWN = Q(jurisdiction=Jurisdiction.INSTITUTION)
"""Rules of the institution's own; all others are the law's."""


class Rule(Signed):
    """One version of a rule (规则): what it demands in our own words, of which article, and how the gate judges it.

    Of a code the confirmed version with the latest ``starts_on`` holds, until its ``ends_on`` (that day excluded). What ships with the
    product is signed by the installation alone; a rule of the institution's own by two persons.
    """

    code = models.CharField(_("规则编号"), max_length=30)
    version = models.PositiveSmallIntegerField(_("版次"))
    title = models.CharField(_("规则名称"), max_length=80)
    text = models.TextField(_("要求"))
    article = models.CharField(_("条款"), max_length=120)
    jurisdiction = models.CharField(_("适用范围"), max_length=12, choices=Jurisdiction)
    province = models.CharField(_("省份"), max_length=20, blank=True)
    severity = models.CharField(_("严重程度"), max_length=8, choices=Severity)
    steps = ArrayField(
        models.CharField(max_length=16, choices=Step), verbose_name=_("判断环节"), default=list, blank=True
    )
    measure = models.CharField(_("判断方式"), max_length=20, choices=Measure, default=Measure.NONE)
    limit = models.DecimalField(_("限值"), max_digits=18, decimal_places=6, null=True, blank=True)
    limit_of_small = models.DecimalField(
        _("主要服务小微、三农的限值"), max_digits=18, decimal_places=6, null=True, blank=True
    )
    expression = models.TextField(_("算式"), blank=True)
    formula = models.CharField(_("公式"), max_length=300, blank=True)
    starts_on = models.DateField(_("施行日期"))
    ends_on = models.DateField(_("失效日期"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=200, blank=True)
    confidence = models.PositiveSmallIntegerField(_("把握（%）"), default=100)
    roles = ArrayField(
        models.CharField(max_length=20), verbose_name=_("须知晓的岗位"), default=list, blank=True
    )
    changed = models.CharField(_("与上一版的差异"), max_length=300, blank=True)
    touches = ArrayField(
        models.CharField(max_length=60), verbose_name=_("涉及的页面"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("规则")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="policy_rule_version_once"),
            models.CheckConstraint(
                condition=Q(confidence__lte=100), name="policy_rule_confidence_is_percent"
            ),
            # The codes of the law's rules and of the institution's own never meet, so that none stands in for another.
            models.CheckConstraint(
                condition=(OWN & Q(code__startswith="OWN-")) | (~OWN & ~Q(code__startswith="OWN-")),
                name="policy_rule_own_by_code",
            ),
            models.CheckConstraint(
                condition=Q(jurisdiction=Jurisdiction.PROVINCE) ^ Q(province=""),
                name="policy_rule_has_province",
            ),
            models.CheckConstraint(
                condition=Q(measure=Measure.EXPRESSION) ^ Q(expression=""), name="policy_rule_has_expression"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="policy_rule_days_in_order"
            ),
            *two_persons("policy_rule", own=~Q(jurisdiction=Jurisdiction.NATIONAL)),
        ]
        triggers: ClassVar = kept_as_entered(
            "code", "version", "title", "text", "article", "jurisdiction", "province", "severity", "steps",
            "measure", "limit", "limit_of_small", "expression", "formula", "starts_on", "ends_on", "source",
            "confidence", "roles", "changed", "touches", "author_id", "author_label", "proposed_at",
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_absolute_url(self) -> str:
        """The page of the rule with its history."""
        return reverse("policy:rule", args=[self.pk])

    @property
    def is_statutory(self) -> bool:
        """Whether it is the law's: nobody excuses from it."""
        return self.jurisdiction != Jurisdiction.INSTITUTION

    @property
    def needs_lawyer(self) -> bool:
        """Whether we are not sure enough of it (待律师确认)."""
        return self.confidence <= LAWYER_AT


class RuleException(Signed):
    """Leave to go on although one of the institution's own rules is not kept (例外): for one customer or all, until a day.

    ``ends_on`` is the first day on which it holds no more.
    """

    # The version that the signer read: another one needs its own exception.
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="exceptions", verbose_name=_("规则"))
    party = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("客户"),
    )
    amount = models.DecimalField(_("本笔金额至多"), max_digits=18, decimal_places=2, null=True, blank=True)
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止（不含当日）"))
    reason = models.CharField(_("理由"), max_length=200)
    evidence = models.CharField(_("依据"), max_length=200)
    revoked_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    revoked_label = models.CharField(_("撤销人"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("规则例外")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="policy_exception_days_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(evidence=""), name="policy_exception_has_reason"
            ),
            *two_persons("policy_exception"),
        ]
        triggers: ClassVar = [
            *kept_as_entered(
                "rule_id", "party_id", "amount", "starts_on", "ends_on", "reason", "evidence",
                "author_id", "author_label", "proposed_at",
            ),
            # 条例 16, 17, 23 and all the rest of the law: no role, no page and no statement excuses from it.
            pgtrigger.Trigger(
                name="never_from_the_law",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("own", "boolean")],
                func="""
                    SELECT jurisdiction = 'institution' INTO own FROM policy_rule WHERE id = NEW.rule_id;
                    IF own IS NOT TRUE THEN
                        RAISE EXCEPTION 'Cannot except anybody from a statutory rule';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            # The gate's question: who is excused from this rule today.
            models.Index(fields=["rule", "ends_on"], name="policy_exception_rule_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.rule.code} #{self.pk}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("policy:exception", args=[self.pk])


class ExceptionUse(models.Model):
    """One time that somebody went on by an exception (例外使用)."""

    exception = models.ForeignKey(
        RuleException, models.PROTECT, related_name="uses", verbose_name=_("规则例外")
    )
    step = models.CharField(_("环节"), max_length=16, choices=Step)
    party = models.ForeignKey(
        "parties.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("客户")
    )
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2)
    at = models.DateTimeField(_("使用时间"))
    actor_id = models.CharField(_("操作人编号"), max_length=80)
    actor_label = models.CharField(_("操作人"), max_length=160)

    class Meta:
        verbose_name = _("例外使用")
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.exception_id}: {self.at:%Y-%m-%d}"
