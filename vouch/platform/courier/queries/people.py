"""Where, when and with what people want to be reached."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import time

from django.conf import settings

from vouch.platform.courier._quiet import Quiet, read_hours
from vouch.platform.courier.models import Address, Message, Preference
from vouch.platform.identity.models import User
from vouch.platform.identity.terms import Role
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.queries import key_of, keys_of
from vouch.platform.vault.terms import Subject, VaultError


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
