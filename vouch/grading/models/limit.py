"""Limits (额度): of what, how much, from when to when, proposed by whom and granted by whom."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.grading.terms import TEMPORARY, LimitKind, LimitNature, LimitState
from vouch.platform.web.subjects import Watched

FILLED = {
    LimitKind.CUSTOMER: Q(party__isnull=False, building=None, industry="", bank=""),
    LimitKind.GROUP: Q(party__isnull=False, building=None, industry="", bank=""),
    LimitKind.BUILDING: Q(party=None, building__isnull=False, industry="", bank=""),
    LimitKind.INDUSTRY: Q(party=None, building=None, bank="") & ~Q(industry=""),
    LimitKind.BANK: Q(party=None, building=None, industry="") & ~Q(bank=""),
    LimitKind.INSTITUTION: Q(party=None, building=None, industry="", bank=""),
}
"""Kind of limit → what names its subject, and nothing else."""


def _named_by_its_kind() -> Q:
    found = Q()
    for kind, filled in FILLED.items():
        found |= Q(kind=kind) & filled
    return found


def _once(kind: LimitKind, *fields: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=[*fields] or ["kind"], condition=Q(kind=kind), name=f"grading_limitsubject_{kind.value}_once"
    )


class LimitSubject(Watched):
    """What a limit is of (额度对象): it keeps its identity while amounts come and go.

    ``party`` is the customer, or the head of a group: the group is whoever the register connects with the head. ``industry``
    is the beginning of a code of GB/T 4754; ``bank`` a creditor's name as the register of guarantees has it.
    """

    subject_kind = "limit_subject"

    kind = models.CharField(_("种类"), max_length=12, choices=LimitKind)
    party = models.ForeignKey(
        "parties.Party", models.PROTECT, null=True, blank=True, related_name="limit_subjects",
        verbose_name=_("客户或集团牵头方"),
    )  # fmt: skip
    building = models.ForeignKey(
        "parties.Building", models.PROTECT, null=True, blank=True, related_name="limit_subjects",
        verbose_name=_("楼栋"),
    )  # fmt: skip
    industry = models.CharField(_("行业代码"), max_length=5, blank=True)
    bank = models.CharField(_("银行"), max_length=120, blank=True)
    opened_at = models.DateTimeField(_("设立时间"))

    class Meta:
        verbose_name = _("额度对象")
        constraints: ClassVar = [
            models.CheckConstraint(condition=_named_by_its_kind(), name="grading_limitsubject_named"),
            _once(LimitKind.CUSTOMER, "party"),
            _once(LimitKind.GROUP, "party"),
            _once(LimitKind.BUILDING, "building"),
            _once(LimitKind.INDUSTRY, "industry"),
            _once(LimitKind.BANK, "bank"),
            _once(LimitKind.INSTITUTION),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        """The page with what takes the limit up."""
        return reverse("grading:limit", args=[self.pk])


class GroupMember(models.Model):
    """Who belongs to a group with a limit (集团成员), since when and until when; it follows the register."""

    subject = models.ForeignKey(
        LimitSubject, models.PROTECT, related_name="members", db_index=False, verbose_name=_("集团")
    )
    party = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="limited_groups", verbose_name=_("成员")
    )
    joined_at = models.DateTimeField(_("加入时间"))
    left_at = models.DateTimeField(_("退出时间"), null=True)

    class Meta:
        verbose_name = _("集团成员")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject", "party"], condition=Q(left_at=None), name="grading_groupmember_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id}: {self.party_id}"


class Limit(models.Model):
    """One amount for a subject (额度), never edited: another row takes its place.

    Which days it counts is told by ``starts_on`` and ``ends_on`` (both included, None: until ended) alone; ``state`` says
    what was decided, and is moved to 已到期 by the beat.
    """

    subject = models.ForeignKey(
        LimitSubject, models.PROTECT, related_name="limits", db_index=False, verbose_name=_("额度对象")
    )
    nature = models.CharField(_("性质"), max_length=12, choices=LimitNature)
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2)
    starts_on = models.DateField(_("起始日"))
    ends_on = models.DateField(_("到期日"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=LimitState, default=LimitState.PROPOSED)
    reason = models.CharField(_("理由"), max_length=200)
    proposed_at = models.DateTimeField(_("提出时间"))
    proposed_by = models.CharField(_("提出人"), max_length=160)
    proposed_by_id = models.CharField(_("提出人编号"), max_length=80)
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    decided_by = models.CharField(_("决定人"), max_length=160, blank=True)
    decision_note = models.CharField(_("决定意见"), max_length=200, blank=True)
    # The base that this one took the place of.
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("替代")
    )
    closed_at = models.DateTimeField(_("结束时间"), null=True)
    closing_note = models.CharField(_("结束原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("额度")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="grading_limit_not_negative"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="grading_limit_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(nature=LimitNature.BASE) | Q(ends_on__isnull=False),
                name="grading_limit_temporary_ends",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LimitState.values) & Q(nature__in=LimitNature.values),
                name="grading_limit_words_known",
            ),
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(nature=LimitNature.BASE, state__in=[LimitState.GRANTED, LimitState.EXPIRED]),
                name="grading_limit_one_base",
            ),
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(nature=LimitNature.BASE, state=LimitState.PROPOSED),
                name="grading_limit_one_base_proposed",
            ),
        ]
        indexes: ClassVar = [
            # A subject's history, the newest first.
            models.Index(fields=["subject", "-proposed_at"], name="grading_limit_subject_idx"),
            # What ran out and was not told yet.
            models.Index(
                fields=["ends_on"],
                condition=Q(state=LimitState.GRANTED, ends_on__isnull=False),
                name="grading_limit_ending_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} {self.amount}"

    def get_absolute_url(self) -> str:
        """The page of its subject."""
        return reverse("grading:limit", args=[self.subject_id])

    @property
    def is_temporary(self) -> bool:
        """Whether it counts for a while only."""
        return self.nature in TEMPORARY
