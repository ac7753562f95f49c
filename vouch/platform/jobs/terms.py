"""Words of jobs (后台任务)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

TASK_TITLES: dict[str, str] = {}
"""Task → what a person reads; the switchboard, which knows all rooms, fills it."""


class JobState(TextChoices):
    """What a job is doing; the words of the queue."""

    WAITING = "todo", _("等待")
    RUNNING = "doing", _("运行中")
    DONE = "succeeded", _("完成")
    FAILED = "failed", _("失败")
    CANCELLED = "cancelled", _("已取消")
    ABORTED = "aborted", _("已中止")


def task_title(name: str) -> str:
    """The task in words, or its name where nobody gave it any."""
    return TASK_TITLES.get(name, name)
