"""Second factors. Their rows are the library's; these actions stand around what it does, so that both happen or neither."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from allauth.mfa.models import Authenticator

from vouch.platform.identity import permissions
from vouch.platform.identity.actions.password import refuse_both_halves
from vouch.platform.identity.actions.session import close_sessions
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.identity.terms import EndOfSession
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import ensure_key
from vouch.platform.vault.terms import Subject

R = TypeVar("R")


@action("identity.secrets.prepared", may=permissions.may_sign_in)
def prepare_secrets(entry: Entry, *, actor: Actor, at: datetime) -> None:
    """See that the actor has a data key, before a page makes a secret; leaves no entry."""
    entry.nothing()
    ensure_key(Subject("user", str(actor.user_id)), at=at)


@action("identity.second_factor.added", may=permissions.may_change_own_access)
def add_factor(
    entry: Entry, *, actor: Actor, at: datetime, user: User, kind: str, this: str, enrol: Callable[[], R]
) -> R:
    """Let the library enrol a factor of this kind; the person's other sessions end."""
    ensure_key(Subject("user", str(user.pk)), at=at)
    result = enrol()
    ended = close_sessions(user, why=EndOfSession.CREDENTIALS_CHANGED, at=at, except_for=this)
    entry.about("user", user.pk, after={"kind": kind, "sessions_ended": ended})
    return result


@action("identity.second_factor.removed", may=permissions.may_change_own_access)
def remove_factor(
    entry: Entry, *, actor: Actor, at: datetime, user: User, kind: str, this: str, remove: Callable[[], R]
) -> R:
    """Let the library take a factor away; the person's other sessions end."""
    result = remove()
    ended = close_sessions(user, why=EndOfSession.CREDENTIALS_CHANGED, at=at, except_for=this)
    entry.about("user", user.pk, before={"kind": kind}, after={"sessions_ended": ended})
    return result


@action("identity.recovery_codes.renewed", may=permissions.may_change_own_access)
def renew_codes(entry: Entry, *, actor: Actor, at: datetime, user: User, renew: Callable[[], R]) -> R:
    """Let the library make new recovery codes in place of the old."""
    ensure_key(Subject("user", str(user.pk)), at=at)
    result = renew()
    entry.about("user", user.pk)
    return result


@action("identity.second_factor.reset", may=permissions.may_manage_others)
def reset_factors(entry: Entry, *, actor: Actor, at: datetime, user: User) -> int:
    """Take all factors of someone who lost them; returns how many. Raises Refused where the same administrator renewed the password."""
    refuse_both_halves(actor, user, other="identity.password.changed", at=at)
    rows = Authenticator.objects.filter(user_id=user.pk)
    kinds = sorted(rows.values_list("type", flat=True))
    rows.delete()
    ended = close_sessions(user, why=EndOfSession.CREDENTIALS_CHANGED, at=at)
    entry.about("user", user.pk, before={"kinds": kinds}, after={"kinds": [], "sessions_ended": ended})
    return len(kinds)
