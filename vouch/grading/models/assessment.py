"""Assessments, and where each customer stands because of them."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.grading.terms import Direction, Outcome, RunState


class AssessmentRun(models.Model):
    """One batch of assessments (评估批次): under one policy, as of one day, resumable after a crash."""

    policy = models.ForeignKey(
        "policy.PolicyVersion", models.PROTECT, related_name="runs", verbose_name=_("政策版本")
    )
    as_of = models.DateField(_("数据截止日"))
    started_at = models.DateTimeField(_("开始时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    state = models.CharField(_("状态"), max_length=10, choices=RunState, default=RunState.RUNNING)
    actor_id = models.CharField(_("操作人编号"), max_length=80)
    actor_label = models.CharField(_("操作人"), max_length=160)
    # None: every enterprise. Otherwise these, so that an interrupted batch knows what is left.
    party_ids = ArrayField(models.BigIntegerField(), null=True, verbose_name=_("指定的客户"))
    total = models.PositiveIntegerField(_("客户数"))
    done = models.PositiveIntegerField(_("已评估"), default=0)
    unchanged = models.PositiveIntegerField(_("结论未变"), default=0)
    # Parties are taken in the order of their ids; everything up to this one is done.
    reached_party_id = models.BigIntegerField(_("已处理到的客户"), default=0)

    class Meta:
        verbose_name = _("评估批次")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=RunState.values), name="grading_run_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(finished_at__isnull=False) ^ models.Q(state=RunState.RUNNING),
                name="grading_run_finished_has_moment",
            ),
        ]
        indexes: ClassVar = [
            # The latest batches on the home page.
            models.Index(fields=["-started_at"], name="grading_run_started_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.as_of}"


class Assessment(models.Model):
    """One decision about one customer (评估), with everything that it rested on.

    ``snapshot`` holds the facts with their sources and days and the decision itself; with the stored text of
    the policy version it replays to the same digits. Rows are never changed and never removed.
    """

    party = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="assessments", db_index=False, verbose_name=_("客户")
    )
    run = models.ForeignKey(
        AssessmentRun,
        models.PROTECT,
        null=True,
        related_name="assessments",
        db_index=False,
        verbose_name=_("评估批次"),
    )
    policy = models.ForeignKey(
        "policy.PolicyVersion",
        models.PROTECT,
        related_name="assessments",
        db_index=False,
        verbose_name=_("政策版本"),
    )
    as_of = models.DateField(_("数据截止日"))
    at = models.DateTimeField(_("评估时间"))
    outcome = models.CharField(_("评估结果"), max_length=12, choices=Outcome)
    score = models.IntegerField(_("评分"), null=True)
    grade = models.CharField(_("等级"), max_length=8, blank=True)
    # Position in the policy's list of grades, 0 the best: grades sort by rank, not by letter.
    grade_rank = models.SmallIntegerField(_("等级次序"), null=True)
    risk_class = models.CharField(_("客户分类"), max_length=20, blank=True)
    # By the policy's rules on the book; blank where the policy does not speak of value.
    value_class = models.CharField(_("价值分类"), max_length=20, blank=True, db_default="")
    limit = models.DecimalField(_("建议额度"), max_digits=16, decimal_places=2)
    fee_rate = models.DecimalField(_("年担保费率"), max_digits=8, decimal_places=6, null=True)
    path = models.CharField(_("审批路径"), max_length=40, blank=True)
    reasons = ArrayField(models.TextField(), verbose_name=_("理由"))
    snapshot = models.JSONField(_("决策快照"))
    snapshot_sha256 = models.CharField(_("快照摘要"), max_length=64)
    # Of a person, or of a firm that is one, without consent to automated decisions: no standing rests on it before a
    # person has confirmed it (``AdviceDecision``).
    is_advice = models.BooleanField(_("仅为建议"), default=False, db_default=False)

    class Meta:
        verbose_name = _("评估")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(limit__gte=0), name="grading_assessment_limit_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=Outcome.values), name="grading_assessment_outcome_known"
            ),
            # Only a graded customer can have a limit above zero.
            models.CheckConstraint(
                condition=models.Q(outcome=Outcome.GRADED) | models.Q(limit=0),
                name="grading_assessment_limit_needs_grade",
            ),
        ]
        indexes: ClassVar = [
            # The history of one customer, newest first.
            models.Index(fields=["party", "-at", "-id"], name="grading_assessment_party_idx"),
            # What one batch found; on-demand assessments stay out of it.
            models.Index(
                fields=["run"], name="grading_assessment_run_idx", condition=models.Q(run__isnull=False)
            ),
            # What waits for a person to confirm it.
            models.Index(
                fields=["party", "-at"],
                name="grading_assessment_advice_idx",
                condition=models.Q(is_advice=True),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.as_of} {self.grade or self.get_outcome_display()}"

    def get_absolute_url(self) -> str:
        """The page that shows this decision and replays it."""
        return reverse("grading:assessment", args=[self.pk])


class Standing(models.Model):
    """Where a customer stands now (当前评级): the latest assessment and the class in effect, copied flat so that lists stay fast.

    ``risk_class`` is the class in effect (生效分类): it follows the assessed one down after a review, and up after its cool-down.
    """

    party = models.OneToOneField(
        "parties.Party", models.PROTECT, primary_key=True, related_name="standing", verbose_name=_("客户")
    )
    assessment = models.ForeignKey(
        Assessment, models.PROTECT, related_name="+", db_index=False, verbose_name=_("评估")
    )
    policy = models.ForeignKey(
        "policy.PolicyVersion", models.PROTECT, related_name="+", verbose_name=_("政策版本")
    )
    as_of = models.DateField(_("数据截止日"))
    assessed_at = models.DateTimeField(_("评估时间"))
    outcome = models.CharField(_("评估结果"), max_length=12, choices=Outcome)
    score = models.IntegerField(_("评分"), null=True)
    grade = models.CharField(_("等级"), max_length=8, blank=True)
    grade_rank = models.SmallIntegerField(_("等级次序"), null=True)
    risk_class = models.CharField(_("客户分类"), max_length=20, blank=True)
    assessed_class = models.CharField(_("评估分类"), max_length=20, blank=True, db_default="")
    value_class = models.CharField(_("价值分类"), max_length=20, blank=True, db_default="")
    limit = models.DecimalField(_("建议额度"), max_digits=16, decimal_places=2)
    missing_count = models.PositiveSmallIntegerField(_("缺少的资料项数"), default=0)
    previous_grade = models.CharField(_("原等级"), max_length=8, blank=True)
    previous_class = models.CharField(_("原分类"), max_length=20, blank=True)
    previous_limit = models.DecimalField(_("原建议额度"), max_digits=16, decimal_places=2, null=True)
    direction = models.CharField(_("变动方向"), max_length=6, choices=Direction, default=Direction.NEW)
    # While a person's override lives, grade, class and limit are its; the assessment keeps the model's.
    override = models.ForeignKey(
        "grading.Override", models.PROTECT, null=True, related_name="+", verbose_name=_("人工调整")
    )
    # When the grade last moved, which is not when it was last confirmed.
    changed_at = models.DateTimeField(_("变动时间"))

    class Meta:
        verbose_name = _("当前评级")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(direction__in=Direction.values), name="grading_standing_direction_known"
            ),
        ]
        indexes: ClassVar = [
            # The customer list filters by class and grade, and sorts by score and by limit.
            models.Index(fields=["risk_class", "grade_rank"], name="grading_standing_class_idx"),
            models.Index(fields=["-score", "party"], name="grading_standing_score_idx"),
            models.Index(fields=["-limit", "party"], name="grading_standing_limit_idx"),
            # What changed lately, by direction.
            models.Index(fields=["direction", "-changed_at"], name="grading_standing_changed_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.grade or self.get_outcome_display()}"
