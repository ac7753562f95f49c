"""What this room does by itself: it looks for records that are one customer's."""

from __future__ import annotations

from django.utils import timezone

from vouch.parties.actions import look_for_duplicates, merge_by_itself
from vouch.parties.actions.merging import SEARCH_LOCK
from vouch.parties.queries.duplicates import brought_parties
from vouch.platform.identity.actor import system_actor
from vouch.platform.jobs.beat import DAY, beat
from vouch.platform.jobs.defer import defer
from vouch.platform.jobs.task import task


@task("parties.find_duplicates")
def find_duplicates() -> None:
    """Compare the whole book, bring the queue up to date, and merge what leaves no doubt."""
    actor, now = system_actor("duplicates"), timezone.now()
    look_for_duplicates(actor=actor, at=now)
    merge_by_itself(actor=actor, at=now)


@task("parties.look_after_import")
def look_after_import(subject_id: str) -> None:
    """An import is in: if it brought or changed customers, look for those who were here before."""
    if brought_parties(int(subject_id)):
        defer("parties.find_duplicates", lock=SEARCH_LOCK)


@beat("parties.look_every_day", seconds=DAY)
def look_every_day() -> None:
    """What was entered by hand since."""
    defer("parties.find_duplicates", lock=SEARCH_LOCK)
