"""Classes of customers: proposed, reviewed, in effect, run out."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.grading.models.assessment import Assessment
from vouch.grading.terms import (
    BINDING,
    CLASS_TRANSITIONS,
    OPEN,
    ClassMove,
    ClassOrigin,
    ClassReason,
    ClassState,
)


class Classification(models.Model):
    """One class of one customer (客户分类) from the first thought of it to its end; rows end and stay.

    ``effective_at`` to ``ended_at`` is the time in which it binds. ``consequences`` are kept when it takes effect: what in fact
    changed for the customer.
    """

    party = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        related_name="classifications",
        db_index=False,
        verbose_name=_("客户"),
    )
    policy = models.ForeignKey(
        "policy.PolicyVersion", models.PROTECT, related_name="+", verbose_name=_("政策版本")
    )
    # None where nobody's assessment led to it: a person proposed it, or its time had come.
    assessment = models.ForeignKey(
        Assessment, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("评估")
    )
    state = models.CharField(_("状态"), max_length=10, choices=ClassState)
    origin = models.CharField(_("来由"), max_length=10, choices=ClassOrigin)
    move = models.CharField(_("方向"), max_length=6, choices=ClassMove)
    risk_class = models.CharField(_("风险分类"), max_length=20)
    # Position in the policy's list of classes, 0 the best.
    class_rank = models.SmallIntegerField(_("分类次序"))
    previous_class = models.CharField(_("原风险分类"), max_length=20, blank=True)
    value_class = models.CharField(_("价值分类"), max_length=20, blank=True)
    reason = models.CharField(_("原因"), max_length=16, choices=ClassReason)
    evidence = models.CharField(_("依据"), max_length=500, blank=True)
    proposer_id = models.CharField(_("提出人编号"), max_length=80)
    proposer_label = models.CharField(_("提出人"), max_length=160)
    proposed_at = models.DateTimeField(_("提出时间"))
    # Each better class → the day since which it has held; empty for all but improvements that an assessment began.
    holding = models.JSONField(_("保持起始日"), default=dict)
    # An improvement goes to review on this day, not before.
    ready_on = models.DateField(_("可复核日"), null=True)
    reviewer_id = models.CharField(_("复核人编号"), max_length=80, blank=True)
    reviewer_label = models.CharField(_("复核人"), max_length=160, blank=True)
    reviewed_at = models.DateTimeField(_("复核时间"), null=True)
    note = models.CharField(_("复核意见"), max_length=500, blank=True)
    # The signed exception to an institution's own rule that the confirmation rests on.
    exception = models.CharField(_("例外"), max_length=300, blank=True)
    effective_at = models.DateTimeField(_("生效时间"), null=True)
    next_check_on = models.DateField(_("下次检查日"), null=True)
    ended_at = models.DateTimeField(_("失效时间"), null=True)
    consequences = models.JSONField(_("后果"), default=list)

    class Meta:
        verbose_name = _("客户分类")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party"], condition=Q(state__in=BINDING), name="grading_classification_one_binds"
            ),
            models.UniqueConstraint(
                fields=["party"], condition=Q(state__in=OPEN), name="grading_classification_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ClassState.values), name="grading_classification_state_known"
            ),
            models.CheckConstraint(
                condition=Q(effective_at__isnull=False, next_check_on__isnull=False)
                ^ ~Q(state__in=[*BINDING, ClassState.REPLACED]),
                name="grading_classification_effective_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False) ^ ~Q(state=ClassState.REPLACED),
                name="grading_classification_replaced_has_end",
            ),
            # Two persons: whoever proposed it does not confirm it.
            models.CheckConstraint(
                condition=~Q(reviewer_id=models.F("proposer_id")) | Q(reviewer_id=""),
                name="grading_classification_two_persons",
            ),
        ]
        indexes: ClassVar = [
            # A customer's history, the newest first.
            models.Index(fields=["party", "-proposed_at", "-id"], name="grading_class_party_idx"),
            # The queue of reviews.
            models.Index(
                fields=["state", "move", "proposed_at"],
                name="grading_class_open_idx",
                condition=Q(state__in=OPEN),
            ),
            # Whose check is due.
            models.Index(
                fields=["next_check_on"],
                name="grading_class_due_idx",
                condition=Q(state=ClassState.EFFECTIVE),
            ),
            # Who stood in which class on a day.
            models.Index(
                fields=["effective_at", "ended_at"],
                name="grading_class_span_idx",
                condition=Q(effective_at__isnull=False),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="kept_for_good", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="states_in_order",
                field="state",
                transitions=[
                    (before, after)
                    for before, afters in CLASS_TRANSITIONS.items()
                    for after in sorted(afters)
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.risk_class}（{self.get_state_display()}）"

    def get_absolute_url(self) -> str:
        """Its page: what it changes, and who decided."""
        return reverse("grading:classification", args=[self.pk])
