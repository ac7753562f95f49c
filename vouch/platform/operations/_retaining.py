"""Removing backups whose time is over: scheduled ones only, and only folders that are backups of ours."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from vouch.platform.identity.actor import Actor
from vouch.platform.operations import actions
from vouch.platform.operations._archive import BackupBroken, read_manifest
from vouch.platform.operations._schedule import Plan, kept
from vouch.platform.operations.models import Backup
from vouch.platform.operations.queries import scheduled_backups


def remove_old_backups(plan: Plan, *, actor: Actor, clock: Callable[[], datetime]) -> list[Backup]:
    """Remove what the plan no longer keeps; returns those removed. Raises OSError where a folder cannot go."""
    present = list(scheduled_backups())
    stay = kept({one.pk: timezone.localtime(one.due_at) for one in present if one.due_at}, plan.keep)
    gone = []
    for backup in present:
        folder = Path(backup.folder)
        if backup.pk in stay or not _is(backup, folder):
            continue
        if folder.exists():
            # Beside first: what is half removed must not look like a backup.
            leaving = folder.with_name(f".{folder.name}.removing")
            folder.rename(leaving)
            shutil.rmtree(leaving)
        actions.note_removed(actor=actor, at=clock(), backup_id=backup.pk)
        gone.append(backup)
    return gone


def _is(backup: Backup, folder: Path) -> bool:
    """Whether the folder is this backup, or is gone already."""
    if not folder.exists():
        return True
    try:
        return read_manifest(folder)[0].id == backup.pk
    except BackupBroken:
        return False
