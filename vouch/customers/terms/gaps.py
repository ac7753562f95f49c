"""Words of what a file lacks (缺漏), and of the errands that fetch it (补资料任务)."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class GapState(models.TextChoices):
    """How one requirement stands (资料情况)."""

    MET = "met", _("齐全")
    STALE = "stale", _("已过时")
    MISSING = "missing", _("缺少")


class Evidence(models.TextChoices):
    """By what a requirement is met (满足方式)."""

    DOCUMENT = "document", _("证照与影像")
    MATERIAL = "material", _("已录入的资料")
    REPORT = "report", _("信用报告")
    CONSENT = "consent", _("授权")
    ANSWERS = "answers", _("评级问卷")


class Fetcher(models.TextChoices):
    """Who is to get what is missing (补充人)."""

    MANAGER = "manager", _("管户经理（A角）")
    SECOND = "second", _("协办经理（B角）")
    RISK = "risk", _("风险经理")


class ErrandState(models.TextChoices):
    """What became of an errand (任务状态)."""

    OPEN = "open", _("待补")
    DONE = "done", _("已补齐")
    CANCELLED = "cancelled", _("已取消")


ERRAND_TRANSITIONS: Mapping[str, frozenset[str]] = {
    ErrandState.OPEN: frozenset({ErrandState.DONE, ErrandState.CANCELLED}),
    ErrandState.DONE: frozenset(),
    ErrandState.CANCELLED: frozenset(),
}
