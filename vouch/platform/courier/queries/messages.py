"""One's own messages, and opening what is sealed."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from vouch.platform.courier.models import Delivery, Message
from vouch.platform.courier.templates import Text
from vouch.platform.identity.actor import Actor
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.models import DataKey
from vouch.platform.vault.queries import opened
from vouch.platform.vault.terms import VaultError

BELL_MAX = 99
LOST = "（密钥已销毁，内容不可读）"


def unread_count(user_id: int) -> int:
    """How many messages wait to be read; counts no further than 100, by a partial index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM courier_message WHERE recipient_id = %s AND read_at IS NULL"
            " LIMIT %s) AS unread",
            [user_id, BELL_MAX + 1],
        )
        return int(cursor.fetchone()[0])


def visible_to(actor: Actor) -> QuerySet[Message]:
    """One's own messages and nobody else's, with what is needed to open them."""
    if actor.user_id is None:
        return Message.objects.none()
    rows: QuerySet[Message] = with_key(
        Message.objects.filter(recipient=actor.user_id), "user", "recipient_id"
    )
    return rows


def messages_where(actor: Actor, *, state: str = "", group: str = "") -> QuerySet[Message]:
    """The visible ones, by ``unread`` or ``read`` and by group."""
    rows = visible_to(actor)
    if state:
        rows = rows.filter(read_at__isnull=state == "unread")
    return rows.filter(group=group) if group else rows


def text_of(row: Message | Delivery) -> Text:
    """The title and body of a row that was asked for with its key."""
    kind, pk = owner_of(row)
    try:
        content = json.loads(key_beside(row, kind, pk).open(row.content, place=place_of(row, "content")))
    except VaultError:
        return Text(_(LOST), "")
    return Text(content["title"], content["body"])


def owner_of(row: Message | Delivery) -> tuple[str, str]:
    """Whose key a row is sealed with."""
    if row.recipient_id is not None:
        return "user", str(row.recipient_id)
    return "channel", str(getattr(row, "channel_id", ""))


def with_key(rows: QuerySet[Any], kind: str, path: str) -> QuerySet[Any]:
    """Each row with its owner's wrapped key beside it, so that a list opens its rows without a query each."""
    keys = DataKey.objects.filter(subject_kind=kind, subject_id=Cast(OuterRef(path), CharField()))
    annotated: QuerySet[Any] = rows.annotate(
        key_wrapped=Subquery(keys.values("wrapped")[:1]),
        key_version=Subquery(keys.values("ring_version")[:1]),
    )
    return annotated


def key_beside(row: Any, kind: str, pk: str) -> Any:
    if row.key_version is None:
        raise VaultError(LOST)
    return opened(
        DataKey(subject_kind=kind, subject_id=pk, ring_version=row.key_version, wrapped=row.key_wrapped)
    )
