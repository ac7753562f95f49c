"""What people do with their own messages and settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from vouch.platform.courier import permissions, queries
from vouch.platform.courier.models import Address, Message, Preference
from vouch.platform.courier.terms import CARRIED, MANDATORY
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import ensure_keys, number_row
from vouch.platform.vault.fields import place_of


@action("courier.message.read", may=permissions.may_change_own)
def read_message(entry: Entry, *, actor: Actor, at: datetime, pk: UUID) -> None:
    """Note that one's own message was opened; a second time changes nothing."""
    unread = Message.objects.filter(pk=pk, recipient=actor.user_id, read_at=None)
    if unread.update(read_at=at):
        entry.about("message", pk)
    else:
        entry.nothing()


@action("courier.messages.read", may=permissions.may_change_own)
def read_all(entry: Entry, *, actor: Actor, at: datetime) -> int:
    """Note all of one's own messages as read. Returns how many were not."""
    count = Message.objects.filter(recipient=actor.user_id, read_at=None, created_at__lte=at).update(
        read_at=at
    )
    if count:
        entry.about("user", actor.user_id, after={"rows": count})
    else:
        entry.nothing()
    return count


@action("courier.address.changed", may=permissions.may_change_own)
def set_addresses(entry: Entry, *, actor: Actor, at: datetime, mail: str, phone: str) -> None:
    """Where a person wants to be reached; empty texts remove. The entry keeps both sides under the person's key."""
    user_id = actor.user_id or 0
    old = queries.addresses_of(user_id)
    new = {name: text for name, text in (("mail", mail), ("phone", phone)) if text}
    if old == new:
        entry.nothing()
        return
    key = ensure_keys("user", [user_id], at=at)[str(user_id)]
    row = Address.objects.filter(user=user_id).first() or Address(user_id=user_id)
    number_row(row)
    for name in ("mail", "phone"):
        text = new.get(name)
        setattr(row, name, None if text is None else key.seal(text, place=place_of(row, name)))
    row.changed_at = at
    row.save()
    entry.about("user", user_id)
    for name in ("mail", "phone"):
        if old.get(name) != new.get(name):
            entry.protect(key, name, before=old.get(name), after=new.get(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """``hours`` None: as the institution has them."""

    hours: tuple[time, time] | None
    rests: bool
    muted: Sequence[str]


@action("courier.preference.changed", may=permissions.may_change_own)
def set_preference(entry: Entry, *, actor: Actor, at: datetime, wished: Wished) -> None:
    """When and with what not to disturb; nobody opts out of mandatory ones."""
    row = queries.preference_of(actor.user_id or 0)
    before = _shown(row)
    row.quiet_from, row.quiet_to = wished.hours or (None, None)
    row.rests = wished.rests
    row.muted = [group for group in CARRIED if group in wished.muted and group not in MANDATORY]
    if row.pk is not None and _shown(row) == before:
        entry.nothing()
        return
    row.save()
    entry.about("user", actor.user_id, before=before, after=_shown(row))


def _shown(row: Preference) -> dict[str, object]:
    hours = f"{row.quiet_from:%H:%M}-{row.quiet_to:%H:%M}" if row.quiet_from and row.quiet_to else ""
    return {"quiet_hours": hours, "quiet_rest_days": row.rests, "muted": list(row.muted)}
