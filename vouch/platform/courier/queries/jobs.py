"""What the jobs ask: what is due, what failed, whether a head is worth sending, strange sign-ins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from vouch.platform.courier.models import Delivery, Message
from vouch.platform.courier.terms import WAITING, DeliveryState
from vouch.platform.ledger.models import Entry, Head, Leaf

HEAD_EVENTS = ("courier.head.queued", "courier.head.sent", "courier.head.abandoned")


def lanes_due(at: datetime) -> list[str]:
    """Lanes in which something is due, or lies half-sent, and for which no job waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT lane FROM courier_delivery AS delivery
            JOIN courier_channel AS channel ON channel.id = delivery.channel_id
            WHERE state = ANY(%s) AND due_at <= %s AND NOT channel.is_paused AND channel.removed_at IS NULL
              AND NOT EXISTS (
                SELECT FROM procrastinate_jobs AS job
                WHERE job.lock = 'courier:' || delivery.lane AND job.status IN ('todo', 'doing'))
            """,
            [[*WAITING, DeliveryState.SENDING], at],
        )
        return [row[0] for row in cursor.fetchall()]


def failed_jobs_since(event_id: int) -> tuple[int, Mapping[str, int]]:
    """The newest failure's event id, and task → how many failed, of the failures after ``event_id``."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT job.task_name, count(*), max(event.id) FROM procrastinate_events AS event
            JOIN procrastinate_jobs AS job ON job.id = event.job_id
            WHERE event.type = 'failed' AND event.id > %s AND job.status = 'failed'
              AND event.at > now() - interval '1 day'
            GROUP BY job.task_name ORDER BY job.task_name
            """,
            [event_id],
        )
        rows = cursor.fetchall()
    return max((row[2] for row in rows), default=event_id), {row[0]: row[1] for row in rows}


def last_told_failure() -> int:
    """The event id of the last failure that administrators were told of."""
    newest = Message.objects.filter(template="courier.jobs_failed").order_by("-created_at").first()
    return int(newest.stable_id.rpartition(":")[2]) if newest else 0


def newest_head_size() -> int:
    """How many leaves the newest signed head covers; 0 before the first."""
    return Head.objects.order_by("-size").values_list("size", flat=True).first() or 0


def last_head_delivery() -> Delivery | None:
    """The newest head that was queued for anybody."""
    return Delivery.objects.filter(head_size__isnull=False).order_by("-head_size").first()


def has_news(since: int, until: int) -> bool:
    """Whether the leaves from ``since`` to ``until`` tell of anything but the sending of heads."""
    entries = Leaf.objects.filter(number__gte=since, number__lt=until).values("entry_id")
    return Entry.objects.filter(pk__in=entries).exclude(event__in=HEAD_EVENTS).exists()


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in from an address that this person did not use before."""

    entry_id: UUID
    address: str
    at: datetime


SIGN_IN = "identity.session.started"


def strange_sign_ins(user_id: int, *, since: datetime, known_since: datetime) -> list[SignIn]:
    """Sign-ins since a moment from network addresses not seen from ``known_since`` until then; the first ever is none."""
    rows = list(
        Entry.objects.filter(subject_kind="user", subject_id=str(user_id), event=SIGN_IN, at__gte=known_since)
        .order_by("at", "recorded_at")
        .values_list("pk", "after__address", "at")
    )
    known: set[str] = set()
    found = []
    for place, (pk, address, at) in enumerate(rows):
        if place and address not in known and at >= since:
            found.append(SignIn(pk, str(address or ""), at))
        known.add(address)
    return found
