"""Heads of the ledger leave by mail and webhook, to witnesses that nobody here can reach."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from vouch.platform.courier import permissions, queries
from vouch.platform.courier.actions.deliveries import abandon_head, record_head_sent
from vouch.platform.courier.actions.lanes import channel_lane, stable, wake
from vouch.platform.courier.models import Delivery
from vouch.platform.courier.templates import template_named
from vouch.platform.courier.terms import ChannelKind
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.platform.ledger.queries import newest_head
from vouch.platform.vault.actions import ensure_keys
from vouch.platform.vault.fields import place_of

__all__ = ["abandon_head", "queue_head", "record_head_sent"]

TEMPLATE = "courier.head"
LOCK = 0x766F756369  # "vouci": one process at a time decides whether a head leaves


@action("courier.head.queued", may=permissions.may_deliver)
def queue_head(entry: Entry, *, actor: Actor, at: datetime) -> int:
    """Queue the newest head for every channel that carries heads. Returns for how many.

    Not more often than VOUCH_COURIER_HEADS_SECONDS, and only where the ledger has grown by anything but the sending
    of heads: else each head's own entries would make the next one, for ever.
    """
    entry.nothing()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    channels = list(queries.channels().filter(carries_heads=True, is_paused=False))
    head = newest_head()
    if not channels or head is None:
        return 0
    last = queries.last_head_delivery()
    if last is not None:
        fresh = at - last.created_at >= timedelta(seconds=settings.COURIER_HEADS_SECONDS)
        if not fresh or not queries.has_news(last.head_size or 0, head.size):
            return 0
    template = template_named(TEMPLATE)
    text = queries.text_in_force(template).filled(
        {
            "size": str(head.size),
            "root": head.root.hex()[:16],
            "at": timezone.localtime(datetime.fromisoformat(head.at)).strftime("%Y-%m-%d %H:%M"),
        }
    )
    file = json.dumps(head.document, ensure_ascii=False, indent=2) + "\n"
    content = {"title": text.title, "body": text.body, "files": {f"head-{head.size}.json": file}}
    content["fields"] = {"head": head.document}
    keys = ensure_keys("channel", [channel.pk for channel in channels], at=at)
    rows = []
    for channel in channels:
        if channel.kind not in {ChannelKind.SMTP, ChannelKind.WEBHOOK} or str(channel.pk) not in keys:
            continue
        number = f"head:{head.size}"
        row = Delivery(
            id=stable("delivery", number, channel.pk, ""),
            stable_id=number,
            channel=channel,
            template=TEMPLATE,
            group=template.group,
            urgency=template.urgency,
            lane=channel_lane(channel.pk),
            head_size=head.size,
            created_at=at,
            due_at=at,
        )
        plain = json.dumps(content, ensure_ascii=False)
        row.content = keys[str(channel.pk)].seal(plain, place=place_of(row, "content"))
        rows.append(row)
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    wake(row.lane for row in rows)
    return len(rows)
