"""One at a time, and signed: whatever changes what is taken, or how much may be, reckons alone and has who may approve it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from vouch.grading.permissions import may_approve
from vouch.platform.identity.actor import Actor
from vouch.policy.actions import GateRefused
from vouch.policy.queries import Verdict

_LOCK = (0x564F4C4D, 0)  # "VOLM": the advisory lock of limits


def reckon_alone() -> None:
    """Wait until no other transaction reckons with limits, and keep them waiting until this one ends.

    A draw takes its customer's limit, its group's, its building's, its industry's, its bank's and the institution's, and the gate
    weighs it against the whole book. So any two draws share a sum, and one lock that all of them take is both enough and free of
    deadlocks. It comes after the lock of a matter (``take_part``) and before any row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _LOCK)


def need_signature(verdict: Verdict, actor: Actor, *, approved: Collection[str] = ()) -> None:
    """What a rule wants approved is done by those alone who may approve it; for everybody else it is refused. Raises GateRefused.

    ``approved`` are codes of rules for which somebody gave it before.
    """
    wanted = tuple(one for one in verdict.approvals if one.rule not in approved)
    if wanted and not may_approve(actor):
        raise GateRefused(Verdict(refusals=wanted))
