"""Words of importing (数据导入)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ImportStatus(TextChoices):
    """How far an import is."""

    DRAFT = "draft", _("待确认")
    WAITING = "waiting", _("排队中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("失败")
    CANCELLED = "cancelled", _("已取消")
    UNDOING = "undoing", _("撤销中")
    UNDONE = "undone", _("已撤销")


TRANSITIONS: dict[str, frozenset[str]] = {
    ImportStatus.DRAFT: frozenset({ImportStatus.WAITING, ImportStatus.CANCELLED}),
    ImportStatus.WAITING: frozenset({ImportStatus.RUNNING, ImportStatus.CANCELLED, ImportStatus.FAILED}),
    # A worker that died leaves it running; the next one goes on from the last chunk.
    ImportStatus.RUNNING: frozenset({ImportStatus.RUNNING, ImportStatus.DONE, ImportStatus.FAILED}),
    ImportStatus.FAILED: frozenset({ImportStatus.WAITING, ImportStatus.UNDOING}),
    ImportStatus.DONE: frozenset({ImportStatus.UNDOING}),
    ImportStatus.CANCELLED: frozenset(),
    # What cannot be undone after all stays as it was.
    ImportStatus.UNDOING: frozenset({ImportStatus.UNDONE, ImportStatus.DONE, ImportStatus.FAILED}),
    ImportStatus.UNDONE: frozenset(),
}
UNFINISHED = (ImportStatus.WAITING, ImportStatus.RUNNING)
MOVING = (*UNFINISHED, ImportStatus.UNDOING)
"""States in which a worker has it, or will."""

JOURNAL_DAYS = 90
"""How long an import can be undone: after that the journal of what it changed is forgotten."""


class Verdict(TextChoices):
    """Why a row is kept in the list."""

    REJECTED = "rejected", _("未导入")
    WARNED = "warned", _("已导入，有提示")
    REPEATED = "repeated", _("重复")


class RowState(TextChoices):
    """What a person did about a kept row."""

    OPEN = "open", _("待处理")
    CORRECTED = "corrected", _("已更正")
    ACCEPTED = "accepted", _("已接受")
    DISMISSED = "dismissed", _("不导入")


ROW_TRANSITIONS: dict[str, frozenset[str]] = {
    RowState.OPEN: frozenset({RowState.CORRECTED, RowState.ACCEPTED, RowState.DISMISSED}),
    RowState.DISMISSED: frozenset({RowState.CORRECTED, RowState.ACCEPTED}),
    RowState.CORRECTED: frozenset(),
    RowState.ACCEPTED: frozenset(),
}
