"""A request that is sent twice is done once.

The row that remembers the answer is written in the transaction of the action itself: where the client lost the
answer (a cut line, a killed server), either nothing was done and the repeat does it, or all was done and the repeat
gets the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from vouch.platform.identity import permissions
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import AnsweredRequest
from vouch.platform.ledger.action import Entry, action

KEEP_DAYS = 7


class KeyTaken(ValueError):
    """The key was used for another request; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """The key that the client chose, and a digest of what it asks for."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the client is told; ``body`` is JSON-able and holds no protected value."""

    status: int
    body: Mapping[str, Any]
    is_repeat: bool = False


@action("identity.request.answered", may=permissions.may_repeat)
def answer_once(
    entry: Entry, *, actor: Actor, at: datetime, request: KeyedRequest, answer: Callable[[], Answer]
) -> Answer:
    """Run ``answer`` (which calls one action) unless this actor's key was answered before. Raises KeyTaken.

    Of two at the same moment the second waits for the first. What raises is not remembered. Leaves no entry: the
    action inside leaves its own.
    """
    entry.nothing()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity_answeredrequest (actor_id, key, digest, status, body, at)"
            " VALUES (%s, %s, %s, 0, '{}', %s) ON CONFLICT (actor_id, key) DO NOTHING RETURNING id",
            [actor.id, request.key, request.digest, at],
        )
        made = cursor.fetchone()
    if made is None:
        before = AnsweredRequest.objects.get(actor_id=actor.id, key=request.key)
        if before.digest != request.digest:
            raise KeyTaken(_("这个 Idempotency-Key 已用于另一请求，请换一个。"))
        return Answer(before.status, before.body, is_repeat=True)
    given = answer()
    AnsweredRequest.objects.filter(pk=made[0]).update(status=given.status, body=given.body)
    return given


@action("identity.answers.forgotten", may=permissions.may_forget_answers)
def forget_answers(entry: Entry, *, actor: Actor, at: datetime) -> int:
    """Forget answers older than KEEP_DAYS; a repeat that comes later is a new request."""
    entry.nothing()
    count, _models = AnsweredRequest.objects.filter(at__lt=at - timedelta(days=KEEP_DAYS)).delete()
    return count
