"""Two records that may be one customer's, and merges, which can be undone."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.parties.models.party import Party
from vouch.parties.terms import DuplicateState


class Duplicate(models.Model):
    """Two records that may be one customer's (疑似重复), the lower id first, with what speaks for and against.

    ``evidence`` is a list of {field, text, bits}; ``evidence_sha256`` is what a decision rested on: a pair that was
    found to be two comes back only with other evidence.
    """

    one = models.ForeignKey(Party, models.CASCADE, related_name="+", verbose_name=_("记录一"))
    other = models.ForeignKey(Party, models.CASCADE, related_name="+", verbose_name=_("记录二"))
    bits = models.DecimalField(_("证据强度"), max_digits=5, decimal_places=1)
    has_identifier = models.BooleanField(_("有标识证据"), default=False)
    evidence = models.JSONField(_("证据"))
    evidence_sha256 = models.CharField(_("证据摘要"), max_length=64)
    state = models.CharField(_("状态"), max_length=10, choices=DuplicateState, default=DuplicateState.OPEN)
    later_until = models.DateField(_("暂缓到"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    found_at = models.DateTimeField(_("发现时间"))
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    decided_by = models.CharField(_("处理人"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("疑似重复")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["one", "other"], name="parties_duplicate_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="parties_duplicate_lower_first"),
            models.CheckConstraint(
                condition=Q(state__in=DuplicateState.values), name="parties_duplicate_state_known"
            ),
        ]
        indexes: ClassVar = [
            # The queue, the strongest first.
            models.Index(fields=["state", "-bits", "id"], name="parties_duplicate_queue_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id}–{self.other_id}"

    def get_absolute_url(self) -> str:
        """The two side by side."""
        return reverse("parties:duplicate", args=[self.pk])


class Merge(models.Model):
    """One record was merged into another (合并); the rows of both stay where they are, so undoing it is exact."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="merges", verbose_name=_("并入的记录"))
    canonical = models.ForeignKey(Party, models.CASCADE, related_name="+", verbose_name=_("保留的记录"))
    is_automatic = models.BooleanField(_("自动合并"), default=False)
    evidence = models.JSONField(_("证据"))
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    merged_at = models.DateTimeField(_("合并时间"))
    merged_by = models.CharField(_("合并人"), max_length=80)
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    undone_by = models.CharField(_("撤销人"), max_length=80, blank=True)
    undo_reason = models.CharField(_("撤销理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("客户合并")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(party=F("canonical")), name="parties_merge_of_two"),
            models.UniqueConstraint(fields=["party"], condition=Q(undone_at=None), name="parties_merge_once"),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} → {self.canonical_id}"
