"""What runs out by itself, and what follows the register: asked for again and again, written only where something is due."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from vouch.grading.actions.hold import expire_hold, settle_hold
from vouch.grading.actions.limit import expire_limit, follow_group, open_building
from vouch.grading.queries import limit as queries
from vouch.grading.queries.takings import book, told_of
from vouch.parties.queries import canonical_id, control_groups
from vouch.platform.identity.actor import Actor

MOST = 500
"""Rows of one kind in one round: the next one comes in a minute."""


def keep_limits(*, actor: Actor, at: datetime) -> None:
    """Expire what is past its time, let the register take over what it tells, and let buildings' limits stand among the others."""
    for hold in queries.ended_reservations(at)[:MOST]:
        expire_hold(actor=actor, at=at, hold=hold)
    for limit in queries.ended_limits(timezone.localdate(at))[:MOST]:
        expire_limit(actor=actor, at=at, limit=limit)
    for building in queries.unopened_buildings()[:MOST]:
        open_building(actor=actor, at=at, building=building)
    used = list(queries.used_holds())
    known = book().named({one.guarantee_number for one in used})
    for hold in used:
        registered = told_of(hold, known)
        if registered is not None and hold.used_on is not None and registered.as_of > hold.used_on:
            settle_hold(actor=actor, at=at, hold=hold)


def follow_groups(*, actor: Actor, at: datetime) -> None:
    """Let every group with a limit have the members that the register gives it now: whoever hangs together with its head.

    A head that no longer belongs to a group is a group of its own.
    """
    subjects = list(queries.limited_groups())
    if not subjects:
        return
    group_of = {pk: members for members in control_groups(as_of=timezone.localdate(at)) for pk in members}
    for subject in subjects:
        head = canonical_id(subject.party_id or 0)
        follow_group(actor=actor, at=at, subject=subject, members=group_of.get(head, (head,)))
