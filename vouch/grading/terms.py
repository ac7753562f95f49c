"""Words of judgement."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Outcome(TextChoices):
    """How an assessment came out (评估结果)."""

    GRADED = "graded", _("已评级")
    KNOCKED_OUT = "knocked_out", _("准入否决")
    INSUFFICIENT = "insufficient", _("资料不足")


class Direction(TextChoices):
    """How a grade last moved (变动方向); it stays until the grade moves again."""

    NEW = "new", _("首次评估")
    UP = "up", _("上调")
    DOWN = "down", _("下调")
    LOST = "lost", _("转为资料不足")
    GAINED = "gained", _("补齐资料")


class RunState(TextChoices):
    """Where a batch stands (批次状态)."""

    RUNNING = "running", _("进行中")
    FINISHED = "finished", _("已完成")
