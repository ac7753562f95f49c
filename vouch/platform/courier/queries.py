"""Questions about messages."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from vouch.platform.courier._quiet import Quiet, read_hours
from vouch.platform.courier.models import Address, Channel, Delivery, Message, Preference, Wording
from vouch.platform.courier.permissions import may_read_deliveries
from vouch.platform.courier.templates import Template, Text, template_named
from vouch.platform.courier.terms import WAITING, ChannelKind, DeliveryState, NoticeError
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.identity.terms import Role
from vouch.platform.ledger.models import Entry, Head, Leaf
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.masks import masked
from vouch.platform.vault.models import DataKey
from vouch.platform.vault.queries import key_of, keys_of, opened
from vouch.platform.vault.terms import Subject, VaultError
from vouch.platform.web.faces import Visible

BELL_MAX = 99
LOST = "（密钥已销毁，内容不可读）"
HEAD_EVENTS = ("courier.head.queued", "courier.head.sent", "courier.head.abandoned")


# --- one's own messages


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
    rows: QuerySet[Message] = _with_key(
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
        content = json.loads(_key_beside(row, kind, pk).open(row.content, place=place_of(row, "content")))
    except VaultError:
        return Text(_(LOST), "")
    return Text(content["title"], content["body"])


def owner_of(row: Message | Delivery) -> tuple[str, str]:
    """Whose key a row is sealed with."""
    if row.recipient_id is not None:
        return "user", str(row.recipient_id)
    return "channel", str(getattr(row, "channel_id", ""))


def _with_key(rows: QuerySet[Any], kind: str, path: str) -> QuerySet[Any]:
    """Each row with its owner's wrapped key beside it, so that a list opens its rows without a query each."""
    keys = DataKey.objects.filter(subject_kind=kind, subject_id=Cast(OuterRef(path), CharField()))
    annotated: QuerySet[Any] = rows.annotate(
        key_wrapped=Subquery(keys.values("wrapped")[:1]),
        key_version=Subquery(keys.values("ring_version")[:1]),
    )
    return annotated


def _key_beside(row: Any, kind: str, pk: str) -> Any:
    if row.key_version is None:
        raise VaultError(LOST)
    return opened(
        DataKey(subject_kind=kind, subject_id=pk, ring_version=row.key_version, wrapped=row.key_wrapped)
    )


# --- the log


def deliveries_visible_to(actor: Actor) -> QuerySet[Delivery]:
    """The log, for those who run or supervise it."""
    if not may_read_deliveries(actor):
        return Delivery.objects.none()
    rows: QuerySet[Delivery] = _with_key(
        Delivery.objects.select_related("channel", "recipient"), "user", "recipient_id"
    )
    return rows


def deliveries_where(
    actor: Actor,
    *,
    text: str = "",
    state: str = "",
    channel: str = "",
    group: str = "",
    days: tuple[date | None, date | None] = (None, None),
) -> QuerySet[Delivery]:
    """The log by recipient's name or message id, state, channel, group and local days (inclusive)."""
    rows = deliveries_visible_to(actor)
    if text:
        rows = rows.filter(Q(recipient__name__contains=text) | Q(stable_id=text))
    if state:
        rows = rows.filter(state=state)
    if channel:
        rows = rows.filter(channel_id=int(channel))
    if group:
        rows = rows.filter(group=group)
    since, until = days
    if since is not None:
        rows = rows.filter(created_at__date__gte=since)
    if until is not None:
        rows = rows.filter(created_at__date__lte=until)
    return rows


def masked_address(row: Delivery) -> str:
    """Where the delivery went, as it may be shown; empty for the channel itself."""
    if row.address is None or row.recipient_id is None:
        return ""
    try:
        text = _key_beside(row, "user", str(row.recipient_id)).open(
            row.address, place=place_of(row, "address")
        )
    except VaultError:
        return _(LOST)
    return masked_mail(text)


def masked_mail(text: str) -> str:
    """z***@example.com: the first letter, and where the mailbox is."""
    name, _at, host = text.rpartition("@")
    return f"{name[:1]}***@{host}" if name else masked(text, kind="phone")


def given_up_count() -> int:
    """How many deliveries wait for somebody to look at them."""
    return Delivery.objects.filter(state=DeliveryState.GIVEN_UP).count()


# --- channels


def channels() -> QuerySet[Channel]:
    """Those in use or paused, by name."""
    return Channel.objects.filter(removed_at=None).order_by("name")


def config_of(channel: Channel) -> dict[str, Any]:
    """The channel's addresses, passwords and tokens. Raises VaultError."""
    key = key_of(Subject("channel", str(channel.pk)))
    config: dict[str, Any] = json.loads(key.open(channel.config or b"", place=place_of(channel, "config")))
    return config


def shown_config(channel: Channel) -> dict[str, str]:
    """What a page may say of the channel: hosts and senders, and of secrets the last four characters."""
    try:
        config = config_of(channel)
    except VaultError:
        return {"状态": _(LOST)}
    if channel.kind == ChannelKind.SMTP:
        shown = {
            _("服务器"): f"{config['host']}:{config['port']}（{config['security']}）",
            _("发件地址"): masked_mail(config["sender"]),
            _("用户名"): masked_mail(config["user"]) if config.get("user") else "—",
            _("密码"): "******" if config.get("password") else "—",
        }
        if config.get("to"):
            shown[_("固定收件人")] = "、".join(masked_mail(one) for one in config["to"])
        return shown
    if channel.kind == ChannelKind.WEBHOOK:
        host = config["url"].split("/")[2] if config["url"].count("/") > 1 else "?"
        return {_("地址"): f"{host}/…{config['url'][-4:]}", _("签名密钥"): _tail(config.get("secret"))}
    return {
        _("服务"): config["base"],
        "Token": _tail(config.get("token")),
        _("加签密钥"): _tail(config.get("secret")),
    }


def _tail(secret: str | None) -> str:
    if not secret:
        return "—"
    return f"****{secret[-4:]}" if len(secret) >= 12 else "******"


def last_deliveries() -> dict[int, Delivery]:
    """The newest ended or failed delivery of each channel."""
    rows = Delivery.objects.filter(tried_at__isnull=False).order_by("channel_id", "-tried_at")
    return {row.channel_id: row for row in rows.distinct("channel_id")}


def mail_channel() -> Channel | None:
    """The mail server that personal messages leave by: the oldest in use."""
    return Channel.objects.filter(kind=ChannelKind.SMTP, removed_at=None).order_by("pk").first()


# --- people's wishes


@dataclass(frozen=True, slots=True)
class Wishes:
    """When and with what a person is not to be disturbed."""

    quiet: Quiet
    muted: frozenset[str] = frozenset()


def house_hours() -> tuple[time, time]:
    """The institution's quiet hours (VOUCH_QUIET_HOURS)."""
    return read_hours(settings.COURIER_QUIET_HOURS)


def house_quiet() -> Quiet:
    """The institution's quiet hours, days off included."""
    return Quiet(*house_hours())


def wishes_of(users: Collection[int]) -> dict[int, Wishes]:
    """Of those who set anything; the others have the institution's."""
    house = house_hours()
    found = {}
    for row in Preference.objects.filter(user__in=users):
        if row.quiet_from is None or row.quiet_to is None:
            quiet = Quiet(*house, rests=row.rests)
        else:
            quiet = Quiet(row.quiet_from, row.quiet_to, rests=row.rests)
        found[row.user_id] = Wishes(quiet, frozenset(row.muted))
    return found


def preference_of(user_id: int) -> Preference:
    """What the person set, or what holds without."""
    return Preference.objects.filter(user=user_id).first() or Preference(user_id=user_id)


def addresses_of(user_id: int) -> dict[str, str]:
    """``mail`` and ``phone`` of one person, open; for the person's own page and for changes."""
    row = Address.objects.filter(user=user_id).first()
    if row is None:
        return {}
    try:
        key = key_of(Subject("user", str(user_id)))
        return {
            name: key.open(getattr(row, name), place=place_of(row, name))
            for name in ("mail", "phone")
            if getattr(row, name) is not None
        }
    except VaultError:
        return {}


def mails_of(users: Collection[int]) -> dict[int, Address]:
    """Those of the people who gave a mail address; sealed."""
    return {row.user_id: row for row in Address.objects.filter(user__in=users, mail__isnull=False)}


def phones_of_notice(stable_ids: Iterable[str], *, most: int = 20) -> list[str]:
    """Phones of those whom the notices are for, to name them in a DingTalk group."""
    people = Message.objects.filter(stable_id__in=list(stable_ids)).values("recipient")
    rows = list(Address.objects.filter(user__in=people, phone__isnull=False).order_by("user")[:most])
    keys = keys_of("user", [row.user_id for row in rows])
    return [
        keys[str(row.user_id)].open(row.phone, place=place_of(row, "phone"))
        for row in rows
        if row.phone is not None and str(row.user_id) in keys
    ]


def admins() -> list[int]:
    """Ids of the system administrators."""
    return list(
        User.objects.filter(is_active=True, roles__contains=[Role.ADMIN]).values_list("pk", flat=True)
    )


# --- texts


def wordings_in_force() -> dict[str, Wording]:
    """The newest wording of each template that has any."""
    rows = Wording.objects.order_by("template", "-version").distinct("template")
    return {row.template: row for row in rows}


def wordings_of(template: str) -> QuerySet[Wording]:
    """Every version, newest first."""
    return Wording.objects.filter(template=template).order_by("-version")


def text_in_force(template: Template) -> Text:
    """The institution's text, or the one that the product came with."""
    newest = wordings_of(template.name).first()
    return wording_text(template, newest)


def wording_text(template: Template, newest: Wording | None) -> Text:
    """The text that a newest wording leaves in force."""
    if newest is None or newest.is_reset:
        return Text(str(template.title), str(template.body))
    return Text(newest.title, newest.body)


def label_of(name: str) -> str:
    """A template in words: its title, with dots for its values."""
    try:
        template = template_named(name)
    except NoticeError:
        return name
    return Text(template.title, "").filled(dict.fromkeys(template.samples, "…")).title


# --- what the jobs ask


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


VISIBLE: Visible = {
    Message: visible_to,
    Delivery: deliveries_visible_to,
    Address: lambda actor: Address.objects.filter(user=actor.user_id),
    Preference: lambda actor: Preference.objects.filter(user=actor.user_id),
    Channel: "通道是设置，不含客户资料；凭系统管理员岗位进入页面",
    Wording: "消息文案是设置，不含客户资料",
}
"""How rows of each table are seen."""
