"""When a backup and a drill are due, and which backups are kept. Plain dates and times; no clock of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from vouch.platform.database.home import InstallationError

K = TypeVar("K", bound=Hashable)
DRILL_LATER = timedelta(hours=1)
LAST_SAFE_DAY = 28  # every month has it


@dataclass(frozen=True, slots=True)
class Keep:
    """How many backups stay: the newest of so many days, weeks (Monday to Sunday) and months."""

    daily: int
    weekly: int
    monthly: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The schedule as the settings say it; ``drill_day`` 0 is never."""

    folder: Path
    at: time
    keep: Keep
    drill_day: int


def plan() -> Plan | None:
    """The schedule, or None where VOUCH_BACKUP_DIR is not set. Raises InstallationError (Chinese)."""
    if not settings.BACKUP_DIR:
        return None
    if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", settings.BACKUP_TIME) is None:
        raise InstallationError(f"VOUCH_BACKUP_TIME 应形如 02:30，现为“{settings.BACKUP_TIME}”。")
    at = time.fromisoformat(settings.BACKUP_TIME)
    if re.fullmatch(r"[1-9]\d*,\d+,\d+", settings.BACKUP_KEEP) is None:
        raise InstallationError(
            f"VOUCH_BACKUP_KEEP 应为日,周,月三个保留数（日至少为 1），例如 7,4,12，现为“{settings.BACKUP_KEEP}”。"
        )
    daily, weekly, monthly = (int(part) for part in settings.BACKUP_KEEP.split(","))
    if not (settings.DRILL_DAY.isdigit() and int(settings.DRILL_DAY) <= LAST_SAFE_DAY):
        raise InstallationError(f"VOUCH_DRILL_DAY 应为 0 至 {LAST_SAFE_DAY}，现为“{settings.DRILL_DAY}”。")
    folder = Path(settings.BACKUP_DIR).expanduser().absolute()
    return Plan(folder, at, Keep(daily, weekly, monthly), int(settings.DRILL_DAY))


def backup_slot(now: datetime, at: time) -> datetime:
    """The newest daily moment that is not after ``now`` (an aware moment in local time)."""
    today = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def drill_slot(now: datetime, at: time, day: int) -> datetime:
    """The newest monthly moment, an hour after the backup of that day."""
    moment = now.replace(day=day, hour=at.hour, minute=at.minute, second=0, microsecond=0) + DRILL_LATER
    if moment <= now:
        return moment
    before = now.replace(day=1) - timedelta(days=1)
    return before.replace(day=day, hour=at.hour, minute=at.minute, second=0, microsecond=0) + DRILL_LATER


def folder_of(plan: Plan, slot: datetime) -> Path:
    """Where the backup of a slot goes."""
    return plan.folder / f"vouch-{slot:%Y%m%d-%H%M}"


def kept(made: Mapping[K, datetime], keep: Keep) -> set[K]:
    """Those that stay, given when (local time) each was made: the newest of each of the last days, weeks and months that have one."""
    newest_first = sorted(made, key=lambda key: made[key], reverse=True)
    stay: set[K] = set(newest_first[:1])
    for count, group in _groups(keep):
        seen: set[Hashable] = set()
        for key in newest_first:
            mark = group(made[key])
            if mark in seen:
                continue
            if len(seen) == count:
                break
            seen.add(mark)
            stay.add(key)
    return stay


def _groups(keep: Keep) -> tuple[tuple[int, Callable[[datetime], Hashable]], ...]:
    return (
        (keep.daily, lambda moment: moment.date()),
        (keep.weekly, lambda moment: moment.isocalendar()[:2]),
        (keep.monthly, lambda moment: (moment.year, moment.month)),
    )
