"""What this room does by itself: it looks for records that are one customer's, and reads addresses to the door."""

from __future__ import annotations

from django.utils import timezone

from vouch.parties.actions import look_for_duplicates, merge_by_itself
from vouch.parties.actions.addresses import CHUNK, read_addresses
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


@task("parties.read_address")
def read_address(subject_id: str) -> None:
    """Read the customer's registered address, if it is another one than was read."""
    read_addresses(actor=system_actor("addresses"), at=timezone.now(), party_ids=[int(subject_id)])


@task("parties.read_addresses")
def read_all_addresses(subject_id: str = "") -> None:
    """Read every address that nobody has read as it stands now, a chunk in each transaction; a crash loses one chunk."""
    while read_addresses(actor=system_actor("addresses"), at=timezone.now()) == CHUNK:
        pass


@beat("parties.read_addresses_every_day", seconds=DAY)
def read_addresses_every_day() -> None:
    """What was there before addresses were read, or came in by a way that told nobody."""
    defer("parties.read_addresses", lock="parties.read_addresses")
