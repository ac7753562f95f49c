"""Giving notice: one message to each person, and its deliveries, in a constant number of queries."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from vouch.platform.courier import permissions, queries
from vouch.platform.courier.actions.lanes import channel_lane, mail_lane, stable, wake
from vouch.platform.courier.models import Address, Channel, Delivery, Message
from vouch.platform.courier.templates import Template, Text, checked_values, template_named
from vouch.platform.courier.terms import ChannelKind, DeliveryState, NoticeError, Urgency
from vouch.platform.database.copy import copy_rows
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import ensure_keys
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.keys import SubjectKey
from vouch.platform.vault.queries import keys_of

STABLE_ID_MAX = 80

MESSAGE_COLUMNS = (
    "id", "stable_id", "recipient_id", "template", "group", "urgency", "subject_kind", "subject_id", "content",
    "created_at",
)  # fmt: skip
DELIVERY_COLUMNS = (
    "id", "stable_id", "channel_id", "recipient_id", "template", "group", "urgency", "lane", "address", "content",
    "head_size", "state", "attempts", "cause", "created_at", "due_at", "finished_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is to be told: ``subject`` is what it is about, ``stable_id`` makes a repeat a repeat."""

    recipients: Sequence[int]
    template: str
    stable_id: str
    subject: tuple[str, str] | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    urgency: str = ""


def notify(
    *,
    at: datetime,
    recipients: Sequence[int],
    template: str,
    stable_id: str,
    subject: tuple[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    urgency: str = "",
) -> int:
    """Tell people something, in this transaction; it leaves the house by a job after commit. Returns how many are new.

    ``recipients`` are ids of staff; those who left are skipped. The same ``stable_id`` reaches a person once.
    Raises NoticeError, ProtectedValue.
    """
    notice = Notice(
        recipients=recipients,
        template=template,
        stable_id=stable_id,
        subject=subject,
        values=values or {},
        urgency=urgency,
    )
    return queue_notice(actor=system_actor("courier"), at=at, notice=notice)


@action("courier.notice.queued", may=permissions.may_notify)
def queue_notice(entry: Entry, *, actor: Actor, at: datetime, notice: Notice) -> int:
    """Write the messages and what is to be sent. Leaves no entry where everybody was told before."""
    template = template_named(notice.template)
    urgency = Urgency(notice.urgency or template.urgency)
    if not notice.stable_id or len(notice.stable_id) > STABLE_ID_MAX:
        raise NoticeError(_("消息编号应有 1 至 %d 个字符。") % STABLE_ID_MAX)
    values = checked_values(template, notice.values)
    with connection.cursor() as cursor:
        # Of two that tell the same at once one waits, and finds it told.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"courier:{notice.stable_id}"]
        )
    told = Message.objects.filter(stable_id=notice.stable_id).values("recipient")
    wanted = User.objects.filter(pk__in=set(notice.recipients), is_active=True).exclude(pk__in=told)
    people = sorted(wanted.values_list("pk", flat=True))
    text = queries.text_in_force(template).filled(values)
    writer = _Writer(notice, template=template, urgency=urgency, text=text, at=at)
    keys = ensure_keys("user", people, at=at)
    people = [pk for pk in people if str(pk) in keys]
    copy_rows(Message, MESSAGE_COLUMNS, (writer.message(pk, keys[str(pk)]) for pk in people))
    rows = [*writer.personal(people, keys), *writer.of_channels()]
    copy_rows(Delivery, DELIVERY_COLUMNS, rows)
    lane, state, due = (DELIVERY_COLUMNS.index(name) for name in ("lane", "state", "due_at"))
    wake(row[lane] for row in rows if row[state] == DeliveryState.QUEUED and row[due] <= at)
    if not people and not rows:
        entry.nothing()
    else:
        ids = [str(pk).encode() for pk in people]
        entry.bulk("courier_notice", notice.stable_id, rows=ids, recipients=len(people), deliveries=len(rows))
        entry.purpose(template.name)
    return len(people)


class _Writer:
    """Rows of one notice."""

    def __init__(
        self, notice: Notice, *, template: Template, urgency: Urgency, text: Text, at: datetime
    ) -> None:
        self._notice, self._template, self._urgency, self._at = notice, template, urgency, at
        self._content = json.dumps({"title": text.title, "body": text.body}, ensure_ascii=False)
        self._house = queries.house_quiet()

    def message(self, user_id: int, key: SubjectKey) -> tuple[Any, ...]:
        """A row of Message."""
        row = Message(id=stable("message", self._notice.stable_id, user_id))
        kind, pk = self._notice.subject or ("", "")
        content = key.seal(self._content, place=place_of(row, "content"))
        return (
            row.pk, self._notice.stable_id, user_id, self._template.name, str(self._template.group),
            str(self._urgency), kind, str(pk), content, self._at,
        )  # fmt: skip

    def personal(self, people: Collection[int], keys: Mapping[str, SubjectKey]) -> list[tuple[Any, ...]]:
        """Rows of Delivery to people's own mailboxes."""
        channel = queries.mail_channel()
        addresses = queries.mails_of(people) if channel else {}
        wishes = queries.wishes_of(addresses) if addresses else {}
        rows = []
        for user_id, address in addresses.items():
            wished = wishes.get(user_id) or queries.Wishes(self._house)
            state, due = self._when(wished)
            if self._template.group in wished.muted and not self._template.is_mandatory:
                state, due = DeliveryState.SUPPRESSED, self._at
            rows.append(self._mail(channel, address, keys[str(user_id)], state=state, due=due))
        return rows

    def _mail(
        self, channel: Any, address: Address, key: SubjectKey, *, state: DeliveryState, due: datetime
    ) -> tuple[Any, ...]:
        user_id = address.user_id
        row = Delivery(id=stable("delivery", self._notice.stable_id, channel.pk, user_id))
        mail = key.open(address.mail or b"", place=place_of(address, "mail"))
        return self._row(
            row,
            (channel.pk, user_id, mail_lane(channel.pk, user_id)),
            address=key.seal(mail, place=place_of(row, "address")),
            content=key.seal(self._content, place=place_of(row, "content")),
            when=(state, due),
        )

    def of_channels(self) -> list[tuple[Any, ...]]:
        """Rows of Delivery to the institution's own channels; one for each notice, however many people it is for."""
        told = Delivery.objects.filter(stable_id=self._notice.stable_id, recipient=None).values("channel")
        found = queries.channels().filter(groups__contains=[self._template.group]).exclude(pk__in=told)
        channels = list(found)
        keys = keys_of("channel", [channel.pk for channel in channels])
        rows = []
        for channel in channels:
            key = keys.get(str(channel.pk))
            if key is None:
                continue
            row = Delivery(id=stable("delivery", self._notice.stable_id, channel.pk, ""))
            content = key.seal(self._content, place=place_of(row, "content"))
            rows.append(
                self._row(
                    row,
                    (channel.pk, None, channel_lane(channel.pk)),
                    address=None,
                    content=content,
                    when=self._when_of_channel(channel),
                )
            )
        return rows

    def _when_of_channel(self, channel: Channel) -> tuple[DeliveryState, datetime]:
        # Systems do not sleep.
        if channel.kind == ChannelKind.WEBHOOK:
            return DeliveryState.QUEUED, self._at
        return self._when(queries.Wishes(self._house))

    def _when(self, wished: queries.Wishes) -> tuple[DeliveryState, datetime]:
        if self._urgency == Urgency.URGENT:
            return DeliveryState.QUEUED, self._at
        due = wished.quiet.lasts_until(self._at)
        return (DeliveryState.QUEUED if due == self._at else DeliveryState.HELD), due

    def _row(
        self,
        row: Delivery,
        whither: tuple[int, int | None, str],
        *,
        address: bytes | None,
        content: bytes,
        when: tuple[DeliveryState, datetime],
    ) -> tuple[Any, ...]:
        state, due = when
        ended = self._at if state == DeliveryState.SUPPRESSED else None
        channel_id, user_id, lane = whither
        return (
            row.pk, self._notice.stable_id, channel_id, user_id, self._template.name, str(self._template.group),
            str(self._urgency), lane, address, content, None, str(state), 0, "", self._at, due, ended,
        )  # fmt: skip
