"""The register of scorecards."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from vouch.risk.terms import CardKind


class Scorecard(models.Model):
    """One scorecard as it was registered (评分卡): its text, and the hash that is its identity."""

    name = models.CharField(_("标识"), max_length=80)
    version = models.PositiveIntegerField(_("版本"))
    title = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("类型"), max_length=10, choices=CardKind)
    sha256 = models.CharField(_("内容摘要"), max_length=64)
    document = models.TextField(_("原文"))
    registered_at = models.DateTimeField(_("登记时间"))
    registered_by = models.CharField(_("登记人编号"), max_length=80)
    registered_by_label = models.CharField(_("登记人"), max_length=160)

    class Meta:
        verbose_name = _("评分卡")
        constraints: ClassVar = [
            # A card's content is its identity; the same content is the same card.
            models.UniqueConstraint(fields=["sha256"], name="risk_scorecard_content_once"),
            models.UniqueConstraint(fields=["name", "version"], name="risk_scorecard_version_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=CardKind.values), name="risk_scorecard_kind_known"
            ),
        ]
        triggers: ClassVar = [
            # Decisions replay from the stored text: it is never edited and never removed.
            pgtrigger.Protect(name="registered_for_good", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"
