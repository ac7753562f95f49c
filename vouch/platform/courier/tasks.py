"""What the workers do for messages."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.utils import timezone

from vouch.platform.courier import actions, queries
from vouch.platform.identity.actor import system_actor
from vouch.platform.jobs.beat import beat
from vouch.platform.jobs.defer import defer
from vouch.platform.jobs.task import task
from vouch.platform.ledger.queries import history_of
from vouch.platform.ledger.terms import event_title

COURIER = system_actor("courier")
SWEEP_SECONDS = float(os.environ.get("VOUCH_COURIER_SWEEP_SECONDS", "15"))
WATCH_SECONDS = 60
KNOWN_FOR = timedelta(days=90)
LOOK_BACK = timedelta(hours=1)
ACCESS_EVENTS = (
    "identity.password.changed",
    "identity.password.renewed",
    "identity.second_factor.added",
    "identity.second_factor.removed",
    "identity.second_factor.reset",
    "identity.recovery_codes.renewed",
    "identity.single_sign_on.linked",
    "identity.sign_in.locked",
)
"""After these a person is told; the switchboard wires each of them."""


@task("courier.deliver", queue="messages", retries=3)
def deliver(*, lane: str) -> None:
    """Work through a lane."""
    # Apprise takes a third of a second to load, which only those who send should pay.
    from vouch.platform.courier._delivering import deliver_lane  # noqa: PLC0415

    if deliver_lane(lane, clock=timezone.now):
        defer("courier.deliver", lock=f"courier:{lane}", lane=lane)


@task("courier.notify")
def notify(
    *,
    recipients: Sequence[int],
    template: str,
    stable_id: str,
    subject: Sequence[str] = (),
    values: Mapping[str, str] | None = None,
    urgency: str = "",
) -> None:
    """Give notice on behalf of a room below this one, which names the task instead of importing it."""
    actions.notify(
        at=timezone.now(),
        recipients=recipients,
        template=template,
        stable_id=stable_id,
        subject=(subject[0], subject[1]) if subject else None,
        values=values,
        urgency=urgency,
    )


@task("courier.tell_of_sign_in")
def tell_of_sign_in(*, subject_id: str) -> None:
    """After a sign-in: tell the person where its network address is new."""
    now = timezone.now()
    found = queries.strange_sign_ins(int(subject_id), since=now - LOOK_BACK, known_since=now - KNOWN_FOR)
    for one in found:
        actions.notify(
            at=now,
            recipients=[int(subject_id)],
            template="courier.strange_sign_in",
            stable_id=f"sign-in:{one.entry_id}",
            values={
                "address": one.address or "—",
                "at": timezone.localtime(one.at).strftime("%Y-%m-%d %H:%M"),
            },
        )


@task("courier.tell_of_access")
def tell_of_access(*, subject_id: str) -> None:
    """After a change to how somebody signs in, or a lock-out: tell the person, whoever did it."""
    now = timezone.now()
    if not subject_id.isdigit():  # a lock for a name that nobody has
        return
    for entry in history_of("user", subject_id).filter(event__in=ACCESS_EVENTS, at__gte=now - LOOK_BACK):
        actions.notify(
            at=now,
            recipients=[int(subject_id)],
            template="courier.access_changed",
            stable_id=f"access:{entry.pk}",
            values={
                "what": event_title(entry.event),
                "at": timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M"),
            },
        )


@beat("courier.sweep", seconds=SWEEP_SECONDS)
def sweep() -> None:
    """Wake what is due and has no job."""
    if queries.lanes_due(timezone.now()):
        actions.sweep(actor=COURIER, at=timezone.now())


@beat("courier.heads", seconds=WATCH_SECONDS)
def send_heads() -> None:
    """Send the newest head away where it is time."""
    actions.queue_head(actor=COURIER, at=timezone.now())


@beat("courier.failures", seconds=WATCH_SECONDS)
def tell_of_failures() -> None:
    """Tell the administrators of jobs that failed for good."""
    newest, failed = queries.failed_jobs_since(queries.last_told_failure())
    admins = queries.admins()
    if not failed or not admins:
        return
    actions.notify(
        at=timezone.now(),
        recipients=admins,
        template="courier.jobs_failed",
        stable_id=f"jobs-failed:{newest}",
        values={
            "count": str(sum(failed.values())),
            "tasks": "、".join(f"{name}（{count}）" for name, count in failed.items())[:400],
        },
    )
