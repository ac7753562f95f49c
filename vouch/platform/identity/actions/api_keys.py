"""Keys of the programming interface: proposed, approved by a second person, handed out once, revoked."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from vouch.platform.identity import permissions
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import ApiKey, Unit, User
from vouch.platform.identity.queries import digest_of_key
from vouch.platform.ledger.action import Entry, action


class KeyNotReady(ValueError):
    """The key's state does not allow it; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class KeyDetails:
    """What a key is for, what it may ask for, whose customers it reaches, until when, and how often a minute."""

    name: str
    holder: str
    scopes: Sequence[str]
    unit: Unit
    data_scope: str
    expires_at: datetime
    per_minute: int = 60


@action("identity.api_key.proposed", may=permissions.may_propose_key)
def propose_key(entry: Entry, *, actor: Actor, at: datetime, details: KeyDetails) -> ApiKey:
    """Ask for a key; nothing opens yet."""
    key = ApiKey.objects.create(
        name=details.name,
        holder=details.holder,
        scopes=sorted(details.scopes),
        unit=details.unit,
        data_scope=details.data_scope,
        per_minute=details.per_minute,
        expires_at=details.expires_at,
        proposed_by=_person(actor),
        proposed_at=at,
    )
    entry.about("api_key", key.pk, after=_shown(key))
    return key


@action("identity.api_key.approved", may=permissions.may_approve_key)
def approve_key(entry: Entry, *, actor: Actor, at: datetime, key: ApiKey) -> None:
    """Let the proposed key be handed out. Raises KeyNotReady."""
    locked = _locked(key)
    if locked.approved_at is not None or locked.revoked_at is not None:
        raise KeyNotReady(_("该密钥已批准或已吊销。"))
    locked.approved_by = _person(actor)
    locked.approved_at = at
    locked.save(update_fields=["approved_by", "approved_at"])
    entry.about("api_key", key.pk, after=_shown(locked))


@action("identity.api_key.issued", may=permissions.may_issue_key)
def issue_key(entry: Entry, *, actor: Actor, at: datetime, key: ApiKey) -> str:
    """Make the key and return it: nobody can read it again. Raises KeyNotReady."""
    locked = _locked(key)
    if locked.approved_at is None:
        raise KeyNotReady(_("该密钥尚待另一名管理员批准。"))
    if locked.issued_at is not None or locked.revoked_at is not None or locked.expires_at <= at:
        raise KeyNotReady(_("该密钥已发放、已吊销或已到期；如已遗失，请另行申请。"))
    locked.prefix = secrets.token_hex(5)
    secret = f"vouch_{locked.prefix}_{secrets.token_urlsafe(32)}"
    locked.digest, locked.issued_at = digest_of_key(secret), at
    locked.save(update_fields=["prefix", "digest", "issued_at"])
    entry.about("api_key", key.pk, after={"prefix": locked.prefix})
    return secret


@action("identity.api_key.revoked", may=permissions.may_revoke_key)
def revoke_key(entry: Entry, *, actor: Actor, at: datetime, key: ApiKey) -> None:
    """End the key at once."""
    locked = _locked(key)
    if locked.revoked_at is not None:
        entry.nothing()
        return
    locked.revoked_at = at
    locked.save(update_fields=["revoked_at"])
    entry.about("api_key", key.pk, after={"revoked_at": at.isoformat()})


@action("identity.api_key.used", may=permissions.may_use_key)
def count_call(entry: Entry, *, actor: Actor, at: datetime, key: ApiKey) -> int:
    """Count a call, and return how many there were in this minute; one statement, so that none is lost.

    Leaves no entry: what the call does leaves its own.
    """
    entry.nothing()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE identity_apikey SET last_used_at = %(at)s, window_at = date_trunc('minute', %(at)s),"
            " window_count = CASE WHEN window_at = date_trunc('minute', %(at)s) THEN window_count + 1 ELSE 1 END"
            " WHERE id = %(pk)s RETURNING window_count",
            {"at": at, "pk": key.pk},
        )
        return int(cursor.fetchone()[0])


def _person(actor: Actor) -> User:
    """The permission has made sure that it is one."""
    return User.objects.get(pk=actor.user_id or 0)


def _locked(key: ApiKey) -> ApiKey:
    return ApiKey.objects.select_for_update(of=("self",)).get(pk=key.pk)


def _shown(key: ApiKey) -> dict[str, object]:
    return {
        "name": key.name,
        "holder": key.holder,
        "scopes": key.scopes,
        "unit": key.unit.code,
        "scope": str(key.data_scope),
        "per_minute": key.per_minute,
        "expires_at": key.expires_at.isoformat(),
    }
