"""Passwords: given by an administrator, changed by their owner."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from vouch.platform.identity import permissions
from vouch.platform.identity.actions.session import close_sessions
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import UsedPassword, User
from vouch.platform.identity.terms import EndOfSession
from vouch.platform.ledger.action import Entry, Refused, action
from vouch.platform.ledger.queries import history_of

BOTH_HALVES = timedelta(days=7)
"""Within this time one administrator may not renew both the password and the second factor of one person."""


def note_password(user: User, *, at: datetime, is_one_time: bool = False) -> None:
    """Inside an action: keep the hash of the password just set, so that it is not taken again soon."""
    UsedPassword.objects.create(user=user, hash=user.password, set_at=at, is_one_time=is_one_time)


@action("identity.password.changed", may=permissions.may_manage_staff)
def set_password(
    entry: Entry, *, actor: Actor, at: datetime, user: User, password: str, one_time: bool = False
) -> None:
    """Give someone a new password and end their sessions; the ledger keeps that it was done, not what it is.

    A ``one_time`` password must be changed at the first sign-in with it. Raises Refused where the same administrator
    took this person's second factor away a short while ago: together the two would be their account.
    """
    if one_time and actor.user_id is not None:
        refuse_both_halves(actor, user, other="identity.second_factor.reset", at=at)
    user.set_password(password)
    user.save(update_fields=["password"])
    note_password(user, at=at, is_one_time=one_time)
    ended = close_sessions(user, why=EndOfSession.CREDENTIALS_CHANGED, at=at)
    entry.about("user", user.pk, after={"one_time": one_time, "sessions_ended": ended})


@action("identity.password.renewed", may=permissions.may_renew_password)
def renew_password(
    entry: Entry, *, actor: Actor, at: datetime, user: User, password: str, this: str = ""
) -> None:
    """Let someone change their own password; the page has checked the old one. Their other sessions end."""
    user.set_password(password)
    user.save(update_fields=["password"])
    note_password(user, at=at)
    ended = close_sessions(user, why=EndOfSession.CREDENTIALS_CHANGED, at=at, except_for=this)
    entry.about("user", user.pk, after={"sessions_ended": ended})


def refuse_both_halves(actor: Actor, user: User, *, other: str, at: datetime) -> None:
    """Raises Refused where the actor did the other half to this person's access within the last week."""
    recent = history_of("user", user.pk).filter(event=other, actor_id=actor.id, at__gt=at - BOTH_HALVES)
    if recent.exists():
        raise Refused(_("重置密码与重置两步验证须由两名管理员分别办理：您一周内已为此人办理过另一项。"))
