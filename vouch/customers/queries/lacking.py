"""Whose files lack what, across the customers in somebody's hands: one row for each customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from vouch.customers.models import Errand
from vouch.customers.queries.errands import open_errands_of
from vouch.customers.queries.gaps import Summary, summaries_of
from vouch.parties import queries as parties
from vouch.parties.models import Assignment, Party
from vouch.platform.identity.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class LackingWanted:
    """What the list is cut down to; empty values cut nothing."""

    text: str = ""
    item: str = ""
    unit: str = ""
    manager: str = ""
    standing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LackingRow:
    """One customer's file: who looks after it, what it lacks, and who was sent for it."""

    duty: Assignment
    summary: Summary
    errands: Sequence[Errand]
    late: int

    @property
    def pk(self) -> int:
        """The customer's."""
        return self.duty.party_id

    @property
    def name(self) -> str:
        """The customer's."""
        return self.duty.party.name

    @property
    def percent(self) -> int:
        """Completeness."""
        return self.summary.percent

    @property
    def missing_count(self) -> int:
        """How many things are not there."""
        return self.summary.missing_count

    @property
    def stale_count(self) -> int:
        """How many are too old."""
        return self.summary.stale_count

    @property
    def oldest_days(self) -> int | None:
        """The age of the oldest, in days."""
        return self.summary.oldest_days

    @property
    def open_count(self) -> int:
        """How many errands are open."""
        return len(self.errands)

    @property
    def lacks(self) -> str:
        """What is missing and stale, in words."""
        return "、".join(one.title for one in (*self.summary.missing, *self.summary.stale))


def lacking_files(
    actor: Actor, wanted: LackingWanted, *, at: datetime, is_own: bool = False
) -> list[LackingRow]:
    """The files of customers whom somebody looks after and the actor sees, in four queries however many there are.

    Customers in nobody's hands are left out: nobody would fetch anything for them.
    """
    duties = {duty.party_id: duty for duty in _duties(actor, wanted, is_own=is_own)}
    today = timezone.localdate(at)
    summaries = summaries_of(list(duties), as_of=today, at=at)
    errands = open_errands_of(duties)
    rows = [
        LackingRow(
            duty=duties[one.party_id],
            summary=one,
            errands=errands.get(one.party_id, ()),
            late=sum(errand.due_on < today for errand in errands.get(one.party_id, ())),
        )
        for one in summaries
    ]
    return [row for row in rows if _is_wanted(row, wanted)]


def _duties(actor: Actor, wanted: LackingWanted, *, is_own: bool) -> QuerySet[Assignment]:
    seen: QuerySet[Party] = parties.visible_to(actor)
    if wanted.text:
        seen = parties.search(seen, wanted.text)
    found = Assignment.objects.filter(ends_on=None, manager__isnull=False, party__in=seen)
    if is_own:
        found = found.filter(manager__in=actor.own_ids)
    if wanted.unit.isdecimal():
        found = found.filter(unit=int(wanted.unit))
    if wanted.manager.isdecimal():
        found = found.filter(manager=int(wanted.manager))
    return found.select_related("party", "unit", "manager")


def _is_wanted(row: LackingRow, wanted: LackingWanted) -> bool:
    if wanted.item and wanted.item not in {one.name for one in (*row.summary.missing, *row.summary.stale)}:
        return False
    is_complete = row.summary.met == row.summary.total
    return {
        "missing": row.missing_count > 0,
        "stale": row.stale_count > 0,
        "late": row.late > 0,
        "idle": not is_complete and not row.errands,
        "complete": is_complete,
    }.get(wanted.standing, True)
