"""When a backup is due, and which ones stay."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from vouch.platform.database.home import InstallationError
from vouch.platform.identity.actor import system_actor
from vouch.platform.operations import actions, tasks
from vouch.platform.operations._schedule import Keep, backup_slot, drill_slot, folder_of, kept, plan
from vouch.platform.operations.models import Backup, Drill

SHANGHAI = ZoneInfo("Asia/Shanghai")
HALF_PAST_TWO = time(2, 30)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-11-22 02:30", "2026-11-22 02:30"),
        ("2026-11-22 23:59", "2026-11-22 02:30"),
        ("2026-11-22 02:29", "2026-11-21 02:30"),
        ("2026-03-01 00:00", "2026-02-28 02:30"),
    ],
)
def test_a_backup_is_due_once_a_day(now: str, slot: str) -> None:
    assert backup_slot(moment(now), HALF_PAST_TWO) == moment(slot)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-11-01 03:30", "2026-11-01 03:30"),
        ("2026-11-01 03:29", "2026-10-01 03:30"),
        ("2026-01-01 00:00", "2025-12-01 03:30"),
        ("2026-12-31 12:00", "2026-12-01 03:30"),
    ],
)
def test_a_drill_is_due_once_a_month_an_hour_after_the_backup(now: str, slot: str) -> None:
    assert drill_slot(moment(now), HALF_PAST_TWO, 1) == moment(slot)


def test_the_newest_of_each_day_week_and_month_stays() -> None:
    newest = moment("2026-11-22 02:30")  # a Sunday
    made = {number: newest - timedelta(days=number) for number in range(400)}
    stay = kept(made, Keep(daily=7, weekly=4, monthly=12))
    days = {made[number].date().isoformat() for number in stay}
    assert {f"2026-11-{day}" for day in range(16, 23)} <= days
    assert {"2026-11-15", "2026-11-08", "2026-11-01"} <= days  # Sundays: the last of their weeks
    assert {"2026-10-31", "2026-02-28", "2025-12-31"} <= days  # the last of their months
    assert "2025-11-30" not in days
    # November and its newest week are among the days already.
    assert len(stay) == 7 + 3 + 11


@given(
    st.dictionaries(st.integers(), st.datetimes(timezones=st.just(SHANGHAI)), min_size=1, max_size=60),
    st.builds(Keep, daily=st.integers(1, 9), weekly=st.integers(0, 9), monthly=st.integers(0, 9)),
)
def test_the_newest_always_stays_and_no_more_than_asked(made: dict[int, datetime], keep: Keep) -> None:
    stay = kept(made, keep)
    assert max(made.values()) in {made[key] for key in stay}
    assert len(stay) <= keep.daily + keep.weekly + keep.monthly
    # Cleaning up again takes nothing more.
    assert kept({key: made[key] for key in stay}, keep) == stay


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("BACKUP_TIME", "2点半"),
        ("BACKUP_TIME", "25:00"),
        ("BACKUP_KEEP", "7"),
        ("BACKUP_KEEP", "0,4,12"),
        ("DRILL_DAY", "31"),
    ],
)
def test_a_schedule_that_cannot_be_read_is_said_in_plain_words(
    settings: Settings, tmp_path: Path, setting: str, value: str
) -> None:
    settings.BACKUP_DIR = str(tmp_path)
    setattr(settings, setting, value)
    with pytest.raises(InstallationError, match=f"VOUCH_{setting} 应.*{value}"):
        plan()


@pytest.mark.django_db
def test_the_beat_orders_a_slot_once_and_only_where_there_is_a_schedule(
    settings: Settings, tmp_path: Path
) -> None:
    settings.BACKUP_DIR = ""
    tasks.order_what_is_due()
    assert not Backup.objects.exists()
    settings.BACKUP_DIR = str(tmp_path)
    tasks.order_what_is_due()
    tasks.order_what_is_due()
    [backup] = Backup.objects.all()
    wanted = plan()
    assert wanted is not None
    assert backup.due_at is not None
    assert Path(backup.folder) == folder_of(wanted, backup.due_at.astimezone(SHANGHAI))
    # A drill needs a backup that is whole.
    assert not Drill.objects.exists()
    at = backup.ordered_at
    actions.start_backup(actor=system_actor("t"), at=at, backup_id=backup.pk)
    figures = actions.BackupFigures(1, 1, 1, 0, "")
    actions.finish_backup(actor=system_actor("t"), at=at, backup_id=backup.pk, figures=figures)
    tasks.order_what_is_due()
    tasks.order_what_is_due()
    [drill] = Drill.objects.all()
    assert drill.backup == backup
