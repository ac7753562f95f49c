"""Answers to the rating sheet's questions: who gave them, in which round, by which version of the questionnaire."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vouch.customers.models.materials import Material
from vouch.customers.terms import Round

WORD = 40


class AnswerSheet(models.Model):
    """One person's answers of one day (评级问卷). Risk management's stand beside the ones that they looked at."""

    material = models.OneToOneField(
        Material, models.PROTECT, primary_key=True, related_name="sheet", verbose_name=_("资料")
    )
    round = models.CharField(_("评级轮次"), max_length=8, choices=Round)
    questionnaire = models.CharField(_("问卷"), max_length=WORD)
    version = models.PositiveSmallIntegerField(_("问卷版本"))
    basis = models.ForeignKey(
        "self", models.PROTECT, related_name="reviews", null=True, blank=True, verbose_name=_("所复核的初评")
    )

    class Meta:
        verbose_name = _("评级问卷")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(round=Round.FIRST, basis=None) | Q(round=Round.SECOND, basis__isnull=False),
                name="customers_answersheet_second_has_basis",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_round_display()} {self.questionnaire} v{self.version}"


class Answer(models.Model):
    """One question and the answer chosen; ``note`` says why risk management answers differently (答案)."""

    sheet = models.ForeignKey(
        AnswerSheet, models.PROTECT, related_name="answers", verbose_name=_("问卷"), db_index=False
    )
    question = models.CharField(_("问题"), max_length=WORD)
    choice = models.CharField(_("答案"), max_length=WORD)
    note = models.CharField(_("理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("问卷答案")
        constraints: ClassVar = [
            # Serves the reading of a sheet too.
            models.UniqueConstraint(fields=["sheet", "question"], name="customers_answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.choice}"
