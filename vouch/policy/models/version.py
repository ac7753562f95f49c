"""Policy versions."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.policy.terms import OUT, TRANSITIONS, CustomerKind, PolicyState

# Who did what with it and when it begins, which stand for good once it is published.
_COURSE = (
    "author_id", "author_label", "drafted_at", "reviewer_id", "reviewer_label", "reviewed_at", "publisher_id",
    "publisher_label", "published_at", "effective_at",
)  # fmt: skip
_CONTENT = ("identifier", "version", "title", "kind", "sha256", "document", "scorecard_id")


class PolicyVersion(models.Model):
    """One version of an institution's rules for judging one kind of customer (政策版本).

    ``document`` is the file as it was handed in; ``sha256``, the hash of its canonical content, is its
    identity. The people are named by id and label, as the ledger names them.
    """

    identifier = models.CharField(_("政策标识"), max_length=80)
    version = models.PositiveIntegerField(_("版本"))
    title = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("适用对象"), max_length=10, choices=CustomerKind)
    state = models.CharField(_("状态"), max_length=10, choices=PolicyState, default=PolicyState.DRAFT)
    sha256 = models.CharField(_("内容摘要"), max_length=64)
    document = models.TextField(_("原文"))
    scorecard = models.ForeignKey(
        "risk.Scorecard", models.PROTECT, related_name="policy_versions", verbose_name=_("评分卡")
    )
    author_id = models.CharField(_("拟定人编号"), max_length=80)
    author_label = models.CharField(_("拟定人"), max_length=160)
    drafted_at = models.DateTimeField(_("拟定时间"))
    reviewer_id = models.CharField(_("复核人编号"), max_length=80, blank=True)
    reviewer_label = models.CharField(_("复核人"), max_length=160, blank=True)
    reviewed_at = models.DateTimeField(_("复核时间"), null=True)
    publisher_id = models.CharField(_("发布人编号"), max_length=80, blank=True)
    publisher_label = models.CharField(_("发布人"), max_length=160, blank=True)
    published_at = models.DateTimeField(_("发布时间"), null=True)
    # From this moment it judges; the version before judges until then, whatever a job has done about it.
    effective_at = models.DateTimeField(_("生效时间"), null=True)
    retired_at = models.DateTimeField(_("停用时间"), null=True)

    class Meta:
        verbose_name = _("政策版本")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sha256"], name="policy_version_content_once"),
            models.UniqueConstraint(fields=["identifier", "version"], name="policy_version_number_once"),
            # Two policies in force for one kind of customer would be two answers to one question.
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(state=PolicyState.PUBLISHED),
                name="policy_version_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(state=PolicyState.SCHEDULED),
                name="policy_version_one_to_come",
            ),
            models.CheckConstraint(
                condition=models.Q(published_at=None, effective_at=None)
                | models.Q(effective_at__gte=models.F("published_at")),
                name="policy_version_effective_after",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=PolicyState.values), name="policy_version_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=False)
                | ~models.Q(state__in=[PolicyState.SCHEDULED, PolicyState.PUBLISHED]),
                name="policy_version_published_has_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(retired_at__isnull=True) ^ models.Q(state=PolicyState.RETIRED),
                name="policy_version_retired_has_moment",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="kept_for_good", operation=pgtrigger.Delete),
            # Decisions replay from the stored text: whatever a version says, it says for good.
            pgtrigger.Protect(name="content_is_fixed", operation=pgtrigger.UpdateOf(*_CONTENT)),  # type: ignore[no-untyped-call]
            pgtrigger.Protect(
                name="course_is_fixed",
                operation=pgtrigger.UpdateOf(*_COURSE),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__state__in=OUT),
            ),
            pgtrigger.Protect(
                name="retired_for_good",
                operation=pgtrigger.UpdateOf("retired_at"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__state=PolicyState.RETIRED),
            ),
            pgtrigger.FSM(
                name="states_in_order",
                field="state",
                transitions=[
                    (before, after) for before, afters in TRANSITIONS.items() for after in sorted(afters)
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"

    def get_absolute_url(self) -> str:
        """The readable page of this version."""
        return reverse("policy:version", args=[self.pk])
