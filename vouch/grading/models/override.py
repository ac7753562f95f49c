"""A person's departure from the model's grade: proposed by one, approved by another, for a time."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.grading.terms import (
    EVIDENCE_LEAST,
    OPEN_OVERRIDES,
    OVERRIDE_DAYS,
    OVERRIDE_TRANSITIONS,
    OverrideReason,
    OverrideState,
    Side,
)

_CONTENT = (
    "party_id", "assessment_id", "grade", "model_grade", "side", "reason", "note", "evidence_id", "proposed_by_id",
    "proposed_by_label", "proposed_at", "expires_on",
)  # fmt: skip


class Override(models.Model):
    """One override of a grade (人工调整). Class and limit follow from the grade by the policy's own formulas.

    While it lives the customer's standing shows its grade; the assessment that the standing rests on keeps the
    model's. What was proposed is never changed, only decided on and ended.
    """

    party = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="overrides", db_index=False, verbose_name=_("客户")
    )
    assessment = models.ForeignKey(
        "grading.Assessment", models.PROTECT, related_name="+", verbose_name=_("所依据的评估")
    )
    model_grade = models.CharField(_("模型等级"), max_length=8)
    grade = models.CharField(_("调整为"), max_length=8)
    side = models.CharField(_("方向"), max_length=4, choices=Side)
    reason = models.CharField(_("原因"), max_length=12, choices=OverrideReason)
    note = models.TextField(_("说明"), blank=True)
    evidence = models.ForeignKey(
        "customers.Material", models.PROTECT, null=True, related_name="+", verbose_name=_("佐证资料")
    )
    expires_on = models.DateField(_("有效期至"))
    state = models.CharField(_("状态"), max_length=10, choices=OverrideState, default=OverrideState.PROPOSED)
    # The people are named by id and label, as the ledger names them.
    proposed_by_id = models.CharField(_("提出人编号"), max_length=80)
    proposed_by_label = models.CharField(_("提出人"), max_length=160)
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by_id = models.CharField(_("审批人编号"), max_length=80, blank=True)
    decided_by_label = models.CharField(_("审批人"), max_length=160, blank=True)
    decided_at = models.DateTimeField(_("审批时间"), null=True)
    decision_note = models.CharField(_("审批意见"), max_length=400, blank=True)
    ended_at = models.DateTimeField(_("终止时间"), null=True)
    end_note = models.CharField(_("终止说明"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("人工调整")
        constraints: ClassVar = [
            # Two departures at once would be two answers.
            models.UniqueConstraint(
                fields=["party"], condition=Q(state__in=OPEN_OVERRIDES), name="grading_override_one_open"
            ),
            models.CheckConstraint(condition=~Q(grade=F("model_grade")), name="grading_override_departs"),
            models.CheckConstraint(
                condition=Q(evidence__isnull=False) | Q(note__regex=f".{{{EVIDENCE_LEAST},}}"),
                name="grading_override_has_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(decided_by_id=F("proposed_by_id")), name="grading_override_two_persons"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[OverrideState.LIVE, OverrideState.LIFTED])
                | Q(decided_at__isnull=False),
                name="grading_override_live_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_OVERRIDES) ^ Q(ended_at__isnull=False),
                name="grading_override_ended_has_moment",
            ),
        ]
        indexes: ClassVar = [
            # A customer's, newest first.
            models.Index(fields=["party", "-proposed_at"], name="grading_override_party_idx"),
            # The page of overrides, and its months.
            models.Index(fields=["-proposed_at"], name="grading_override_proposed_idx"),
            # What ends, looked for every few minutes.
            models.Index(
                fields=["expires_on"], condition=Q(state__in=OPEN_OVERRIDES), name="grading_override_ends_idx"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="override_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(name="override_is_fixed", operation=pgtrigger.UpdateOf(*_CONTENT)),  # type: ignore[no-untyped-call]
            pgtrigger.FSM(
                name="override_in_order",
                field="state",
                transitions=[
                    (before, after)
                    for before, afters in OVERRIDE_TRANSITIONS.items()
                    for after in sorted(afters)
                ],
            ),
            pgtrigger.Trigger(
                name="override_is_short",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=(
                    f"IF NEW.expires_on > (NEW.proposed_at AT TIME ZONE 'Asia/Shanghai')::date + {OVERRIDE_DAYS} THEN "
                    "RAISE EXCEPTION 'an override lasts too long'; END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_grade} → {self.grade}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("grading:override", args=[self.pk])
