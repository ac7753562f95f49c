"""From queued to sent: a batch is taken in one transaction, sent outside of any, and its end noted in another.

A worker that dies in between leaves the batch in ``sending``; the next one sends it again under the same id. So a message may arrive
twice, but never under two ids, and never not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vouch.platform.courier import permissions, queries
from vouch.platform.courier.actions.lanes import stable, wake
from vouch.platform.courier.models import Channel, Delivery
from vouch.platform.courier.terms import (
    BACKOFF,
    DIGEST_FROM,
    DIGEST_MAX,
    TRANSITIONS,
    WAITING,
    ChannelKind,
    DeliveryState,
    NotNow,
    Urgency,
)  # fmt: skip
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action

MAX_ATTEMPTS = len(BACKOFF) + 1
CAUSE_MAX = 300


@dataclass(frozen=True, slots=True)
class Batch:
    """What travels as one, under one id: one delivery, or a digest of several to the same address."""

    id: UUID
    channel: Channel
    rows: Sequence[Delivery]

    @property
    def is_head(self) -> bool:
        """Whether it carries a head of the ledger."""
        return self.rows[0].head_size is not None

    @property
    def attempts(self) -> int:
        """How often it was tried, this time included."""
        return max(row.attempts for row in self.rows)


@action("courier.batch.begun", may=permissions.may_deliver)
def begin_batch(entry: Entry, *, actor: Actor, at: datetime, lane: str) -> Batch | None:
    """Take what is to be sent next in a lane: first what a dead worker had in hand. Leaves no entry; its end does."""
    entry.nothing()
    usable = Delivery.objects.select_for_update(of=("self",)).select_related("channel")
    usable = usable.filter(lane=lane, channel__is_paused=False, channel__removed_at=None)
    orphan = usable.filter(state=DeliveryState.SENDING).order_by("tried_at", "id").first()
    if orphan is not None:
        rows = list(
            usable.filter(state=DeliveryState.SENDING, batch=orphan.batch).order_by("created_at", "id")
        )
    else:
        rows = _next(usable.filter(state__in=WAITING, due_at__lte=at))
    if not rows:
        return None
    # The same ones make the same id, also where somebody asks for a given-up one again.
    number = rows[0].pk if len(rows) == 1 else stable("digest", *sorted(str(row.pk) for row in rows))
    for row in rows:
        move(row, DeliveryState.SENDING)
        row.batch, row.tried_at, row.attempts = number, at, row.attempts + 1
    Delivery.objects.bulk_update(rows, ["state", "batch", "tried_at", "attempts"])
    return Batch(number, rows[0].channel, rows)


def _next(due: QuerySet[Delivery]) -> list[Delivery]:
    """The oldest one, urgent ones before others; or all that wait for the same address, where they are many."""
    first = (
        due.filter(urgency=Urgency.URGENT).order_by("due_at", "id").first()
        or due.order_by("due_at", "id").first()
    )
    if first is None:
        return []
    if first.channel.kind == ChannelKind.WEBHOOK or first.head_size is not None:
        return [first]
    beside = due.filter(recipient=first.recipient_id, head_size=None).order_by("created_at", "id")
    rows = list(beside[:DIGEST_MAX])
    return rows if len(rows) >= DIGEST_FROM and first in rows else [first]


def move(row: Delivery, state: DeliveryState) -> None:
    """Raises NotNow where the state machine has no such step."""
    if state not in TRANSITIONS[row.state]:
        raise NotNow(
            _("投递现为“%(now)s”，不能改为“%(then)s”。")
            % {"now": row.get_state_display(), "then": state.label}
        )
    row.state = state


def _end(batch: Batch, *, at: datetime, state: DeliveryState, cause: str = "") -> bool:
    """Note the end of a batch; False where somebody else did meanwhile (a worker that was only thought dead)."""
    mine = Delivery.objects.select_for_update().filter(
        batch=batch.id, state=DeliveryState.SENDING, pk__in=[row.pk for row in batch.rows]
    )
    rows = list(mine)
    for row in rows:
        move(row, state)
        row.cause, row.finished_at = cause[:CAUSE_MAX], at
    Delivery.objects.bulk_update(rows, ["state", "cause", "finished_at"])
    return bool(rows)


def _note_end(entry: Entry, batch: Batch, *, is_ended: bool, cause: str = "") -> None:
    if not is_ended:
        entry.nothing()
        return
    after: dict[str, object] = {
        "channel": batch.channel.name,
        "messages": [row.stable_id for row in batch.rows],
        "attempts": batch.attempts,
    }
    entry.about("delivery", batch.id, after=after | ({"cause": cause} if cause else {}))


@action("courier.delivery.sent", may=permissions.may_deliver)
def record_sent(entry: Entry, *, actor: Actor, at: datetime, batch: Batch) -> None:
    """The receiver took it."""
    _note_end(entry, batch, is_ended=_end(batch, at=at, state=DeliveryState.SENT))


@action("courier.head.sent", may=permissions.may_deliver)
def record_head_sent(entry: Entry, *, actor: Actor, at: datetime, batch: Batch) -> None:
    """A receiver took a head; an event of its own, so that its entry alone does not make the next head worth sending."""
    _note_end(entry, batch, is_ended=_end(batch, at=at, state=DeliveryState.SENT))


@action("courier.delivery.abandoned", may=permissions.may_deliver)
def abandon_batch(entry: Entry, *, actor: Actor, at: datetime, batch: Batch, cause: str) -> None:
    """It will not arrive by itself any more; it waits in the log for somebody to try again."""
    ended = _end(batch, at=at, state=DeliveryState.GIVEN_UP, cause=cause)
    _note_end(entry, batch, is_ended=ended, cause=cause)


@action("courier.head.abandoned", may=permissions.may_deliver)
def abandon_head(entry: Entry, *, actor: Actor, at: datetime, batch: Batch, cause: str) -> None:
    """As ``abandon_batch``, for a head."""
    ended = _end(batch, at=at, state=DeliveryState.GIVEN_UP, cause=cause)
    _note_end(entry, batch, is_ended=ended, cause=cause)


@action("courier.delivery.postponed", may=permissions.may_deliver)
def postpone_batch(
    entry: Entry, *, actor: Actor, at: datetime, batch: Batch, cause: str, with_lane: bool
) -> None:
    """It failed and is tried again later; ``with_lane``: what waits behind it would fail as well. Leaves no entry."""
    entry.nothing()
    due = at + BACKOFF[min(batch.attempts, len(BACKOFF)) - 1]
    if not _end(batch, at=at, state=DeliveryState.FAILED, cause=cause):
        return
    Delivery.objects.filter(pk__in=[row.pk for row in batch.rows]).update(due_at=due, finished_at=None)
    if with_lane:
        waiting = Delivery.objects.filter(lane=batch.rows[0].lane, state__in=WAITING, due_at__lt=due)
        waiting.update(due_at=due)


@action("courier.delivery.retried", may=permissions.may_manage_channels)
def retry_delivery(entry: Entry, *, actor: Actor, at: datetime, delivery: Delivery) -> None:
    """Send a given-up one again, under the same id. Raises NotNow."""
    row = Delivery.objects.select_for_update().get(pk=delivery.pk)
    before = {"state": row.state, "cause": row.cause}
    move(row, DeliveryState.QUEUED)
    row.attempts, row.cause, row.due_at, row.finished_at = 0, "", at, None
    row.save(update_fields=["state", "attempts", "cause", "due_at", "finished_at"])
    wake([row.lane])
    entry.about("delivery", row.pk, before=before, after={"state": row.state})


@action("courier.lanes.swept", may=permissions.may_deliver)
def sweep(entry: Entry, *, actor: Actor, at: datetime) -> int:
    """Wake the lanes in which something is due and nobody works: quiet hours that ended, backoffs, dead workers."""
    entry.nothing()
    lanes = queries.lanes_due(at)
    wake(lanes)
    return len(lanes)
