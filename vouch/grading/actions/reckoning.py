"""One at a time: whatever changes what is taken, or how much may be, reckons alone."""

from __future__ import annotations

from django.db import connection

_LOCK = (0x564F4C4D, 0)  # "VOLM": the advisory lock of limits


def reckon_alone() -> None:
    """Wait until no other transaction reckons with limits, and keep them waiting until this one ends.

    A draw takes its customer's limit, its group's, its building's, its industry's, its bank's and the institution's, and the gate
    weighs it against the whole book. So any two draws share a sum, and one lock that all of them take is both enough and free of
    deadlocks. It comes after the lock of a matter (``take_part``) and before any row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _LOCK)
