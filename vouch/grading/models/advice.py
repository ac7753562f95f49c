"""Decisions on persons that wait for a person, and the letters that tell of decisions."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.grading.terms import LetterKind


class AdviceDecision(models.Model):
    """What a person made of an assessment that is advice alone (建议的确认): PIPL 24, no large effect by the machine alone."""

    assessment = models.OneToOneField(
        "grading.Assessment",
        models.PROTECT,
        primary_key=True,
        related_name="advice_decision",
        verbose_name=_("评估"),
    )
    party = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="advice_decisions", verbose_name=_("客户")
    )
    is_adopted = models.BooleanField(_("采纳"))
    note = models.CharField(_("说明"), max_length=400, blank=True)
    by_id = models.CharField(_("确认人编号"), max_length=80)
    by_label = models.CharField(_("确认人"), max_length=160)
    at = models.DateTimeField(_("确认时间"))

    class Meta:
        verbose_name = _("建议的确认")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(is_adopted=True) | ~Q(note=""), name="grading_advice_refusal_says_why"
            ),
            # The machine does not confirm what the machine advises.
            models.CheckConstraint(
                condition=~Q(by_id__startswith="system:"), name="grading_advice_by_a_person"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="advice_is_fixed", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} {'采纳' if self.is_adopted else '不采纳'}"


class Letter(models.Model):
    """A letter to a customer about an assessment (函件), kept sealed as it was handed out."""

    assessment = models.ForeignKey(
        "grading.Assessment", models.PROTECT, related_name="letters", verbose_name=_("评估")
    )
    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="letters", verbose_name=_("客户"))
    # The request for a human review that the letter answers, where it does.
    request = models.ForeignKey(
        "customers.RightsRequest", models.PROTECT, null=True, related_name="+", verbose_name=_("复核请求")
    )
    kind = models.CharField(_("种类"), max_length=12, choices=LetterKind)
    document = models.OneToOneField(
        "vault.Document", models.PROTECT, related_name="+", verbose_name=_("文件")
    )
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    made_by_id = models.CharField(_("出具人编号"), max_length=80)
    made_by_label = models.CharField(_("出具人"), max_length=160)
    made_at = models.DateTimeField(_("出具时间"))

    class Meta:
        verbose_name = _("函件")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind=LetterKind.REVIEW) ^ Q(request=None), name="grading_letter_review_answers"
            ),
        ]
        indexes: ClassVar = [
            # Those of one assessment, newest first.
            models.Index(fields=["assessment", "-made_at"], name="grading_letter_of_idx"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="letter_is_fixed", operation=pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The decision that it is about, where it is opened."""
        return reverse("grading:assessment", args=[self.assessment_id])

    @property
    def number(self) -> str:
        """The number that people quote."""
        return f"HJ{self.pk:08d}"
