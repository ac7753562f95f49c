"""Setting up the institution's channels."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from vouch.platform.courier import permissions, queries
from vouch.platform.courier.actions.lanes import channel_lane, mail_lane, stable, wake
from vouch.platform.courier.models import Channel, Delivery
from vouch.platform.courier.templates import template_named
from vouch.platform.courier.terms import CARRIED, ChannelKind, DeliveryState, NotNow
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import ensure_keys, number_row
from vouch.platform.vault.fields import place_of

TEST = "courier.test"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDetails:
    """``config`` holds addresses and secrets, open; it is sealed before it is written and stands in no entry."""

    name: str
    config: Mapping[str, Any]
    groups: Sequence[str] = field(default_factory=tuple)
    carries_heads: bool = False


def _fill(channel: Channel, details: ChannelDetails, *, at: datetime) -> None:
    """Raises NotNow for a name that is taken, and for a channel with nobody at its end."""
    forwards = bool(details.groups or details.carries_heads)
    if channel.kind == ChannelKind.SMTP and forwards and not details.config.get("to"):
        raise NotNow(_("要让邮件通道转发消息或发送树头，请填写固定收件人。"))
    channel.name, channel.carries_heads = details.name, details.carries_heads
    channel.groups = [group for group in CARRIED if group in details.groups]
    key = ensure_keys("channel", [channel.pk], at=at)[str(channel.pk)]
    text = json.dumps(dict(details.config), ensure_ascii=False, sort_keys=True)
    channel.config = key.seal(text, place=place_of(channel, "config"))
    try:
        with transaction.atomic():
            channel.save()
    except IntegrityError as error:
        raise NotNow(_("已有名为“%s”的通道。") % details.name) from error


def _shown(channel: Channel) -> dict[str, Any]:
    return {
        "name": channel.name,
        "kind": channel.kind,
        "groups": list(channel.groups),
        "carries_heads": channel.carries_heads,
    }


@action("courier.channel.added", may=permissions.may_manage_channels)
def add_channel(
    entry: Entry, *, actor: Actor, at: datetime, kind: ChannelKind, details: ChannelDetails
) -> Channel:
    """Open a way out of the house. Raises NotNow."""
    channel = Channel(kind=kind, made_at=at)
    number_row(channel)
    _fill(channel, details, at=at)
    entry.about("channel", channel.pk, after=_shown(channel))
    return channel


@action("courier.channel.changed", may=permissions.may_manage_channels)
def change_channel(
    entry: Entry, *, actor: Actor, at: datetime, channel: Channel, details: ChannelDetails
) -> None:
    """Change its name, its end or what it carries; the entry says whether addresses or secrets changed, not to what."""
    locked = _locked(channel)
    before, old = _shown(locked), queries.config_of(locked)
    _fill(locked, details, at=at)
    fields = sorted(name for name in {*old, *details.config} if old.get(name) != details.config.get(name))
    entry.about("channel", locked.pk, before=before, after=_shown(locked) | {"config_changed": fields})


@action("courier.channel.paused", may=permissions.may_manage_channels)
def pause_channel(entry: Entry, *, actor: Actor, at: datetime, channel: Channel) -> None:
    """Nothing leaves by it until it goes on; what is queued waits."""
    _set_paused(entry, channel, is_paused=True)


@action("courier.channel.resumed", may=permissions.may_manage_channels)
def resume_channel(entry: Entry, *, actor: Actor, at: datetime, channel: Channel) -> None:
    """Go on, with what waited first."""
    locked = _set_paused(entry, channel, is_paused=False)
    due = Delivery.objects.filter(channel=locked, state=DeliveryState.QUEUED, due_at__lte=at)
    wake(due.values_list("lane", flat=True).distinct())


@action("courier.channel.removed", may=permissions.may_manage_channels)
def remove_channel(entry: Entry, *, actor: Actor, at: datetime, channel: Channel) -> None:
    """Close it for good; the log goes on naming it. Raises NotNow while something waits to leave by it."""
    locked = _locked(channel)
    unfinished = [DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.FAILED, DeliveryState.SENDING]
    if Delivery.objects.filter(channel=locked, state__in=unfinished).exists():
        raise NotNow(_("还有消息等待经此通道发送，请先处理或暂停。"))
    locked.removed_at = at
    locked.save(update_fields=["removed_at"])
    entry.about("channel", locked.pk, before=_shown(locked), after={"state": "removed"})


@action("courier.channel.tested", may=permissions.may_manage_channels)
def test_channel(entry: Entry, *, actor: Actor, at: datetime, channel: Channel) -> Delivery:
    """Send a word over it, by the same job as everything else. Raises NotNow where there is nobody to send it to."""
    locked = _locked(channel)
    if locked.is_paused:
        raise NotNow(_("通道已暂停，请先恢复。"))
    template = template_named(TEST)
    text = queries.text_in_force(template).filled({"channel": locked.name, "person": actor.label})
    content = json.dumps({"title": text.title, "body": text.body}, ensure_ascii=False)
    own = queries.addresses_of(actor.user_id or 0).get("mail", "")
    to_me = locked.kind == ChannelKind.SMTP and not queries.config_of(locked).get("to")
    if to_me and not own:
        raise NotNow(_("请先填写固定收件人，或在“我的消息设置”中填写自己的邮箱。"))
    number = f"test:{locked.pk}:{at:%Y%m%d%H%M%S%f}"
    row = Delivery(
        id=stable("delivery", number),
        stable_id=number,
        channel=locked,
        recipient_id=actor.user_id if to_me else None,
        template=TEST,
        group=template.group,
        urgency=template.urgency,
        lane=mail_lane(locked.pk, actor.user_id or 0) if to_me else channel_lane(locked.pk),
        created_at=at,
        due_at=at,
    )
    owner = ("user", actor.user_id) if to_me else ("channel", locked.pk)
    key = ensure_keys(owner[0], [owner[1]], at=at)[str(owner[1])]
    row.content = key.seal(content, place=place_of(row, "content"))
    if to_me:
        row.address = key.seal(own, place=place_of(row, "address"))
    row.save(force_insert=True)
    wake([row.lane])
    entry.about("channel", locked.pk, after={"delivery": str(row.pk)})
    return row


@action("courier.channel.retried", may=permissions.may_manage_channels)
def retry_channel(entry: Entry, *, actor: Actor, at: datetime, channel: Channel) -> int:
    """Send everything again that was given up on this channel. Returns how many."""
    locked = _locked(channel)
    rows = Delivery.objects.select_for_update().filter(channel=locked, state=DeliveryState.GIVEN_UP)
    lanes = list(rows.values_list("lane", flat=True))
    count = rows.update(state=DeliveryState.QUEUED, attempts=0, cause="", due_at=at, finished_at=None)
    wake(lanes)
    if count:
        entry.about("channel", locked.pk, after={"rows": count})
    else:
        entry.nothing()
    return count


def _set_paused(entry: Entry, channel: Channel, *, is_paused: bool) -> Channel:
    locked = _locked(channel)
    if locked.is_paused == is_paused:
        entry.nothing()
        return locked
    locked.is_paused = is_paused
    locked.save(update_fields=["is_paused"])
    entry.about("channel", locked.pk, before={"paused": not is_paused}, after={"paused": is_paused})
    return locked


def _locked(channel: Channel) -> Channel:
    return Channel.objects.select_for_update().get(pk=channel.pk, removed_at=None)
