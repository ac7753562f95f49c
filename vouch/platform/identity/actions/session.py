"""Signing in and out: sessions, and what went wrong at the door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from axes.utils import reset
from django.contrib.sessions.models import Session as StoredSession

from vouch.platform.identity import permissions
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Session, User
from vouch.platform.identity.terms import EndOfSession
from vouch.platform.ledger.action import Entry, action

SHOWN_AGENT = 300


@dataclass(frozen=True, slots=True)
class SignIn:
    """How someone came in: the digest of the session, the network address, what the browser calls itself, the means."""

    digest: str
    address: str
    agent: str
    means: str


@action("identity.session.started", may=permissions.may_sign_in, is_reading=True)
def start_session(entry: Entry, *, actor: Actor, at: datetime, user: User, sign_in: SignIn) -> Session:
    """Note who signed in, from where and how."""
    session = Session.objects.create(
        user=user,
        digest=sign_in.digest,
        started_at=at,
        address=sign_in.address,
        agent=sign_in.agent[:SHOWN_AGENT],
        means=sign_in.means,
    )
    entry.about("user", user.pk, after={"address": sign_in.address, "means": sign_in.means})
    return session


def close_sessions(
    user: User, *, why: str, at: datetime, only: int | None = None, digest: str = "", except_for: str = ""
) -> int:
    """Inside an action: end the person's open sessions, one of them, or all but one; returns how many ended.

    Their stored data goes at once, so the next request with such a cookie finds nobody signed in.
    """
    rows = Session.objects.filter(user=user, ended_at=None)
    if only is not None:
        rows = rows.filter(pk=only)
    if digest:
        rows = rows.filter(digest=digest)
    if except_for:
        rows = rows.exclude(digest=except_for)
    digests = list(rows.values_list("digest", flat=True))
    StoredSession.objects.filter(session_key__in=digests).delete()
    return Session.objects.filter(digest__in=digests).update(ended_at=at, ended_why=why)


@action("identity.session.ended", may=permissions.may_end_sessions)
def end_sessions(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    user: User,
    why: str,
    only: int | None = None,
    except_for: str = "",
) -> int:
    """End all of a person's sessions, the one with this number, or all but the one with this digest."""
    ended = close_sessions(user, why=why, at=at, only=only, except_for=except_for)
    if not ended:
        entry.nothing()
    entry.about("user", user.pk, after={"reason": EndOfSession(why).value, "sessions_ended": ended})
    return ended


@action("identity.session.left", may=permissions.may_end_sessions, is_reading=True)
def leave_session(entry: Entry, *, actor: Actor, at: datetime, user: User, digest: str, why: str) -> None:
    """End one session: its owner signs out, or its time is up."""
    if not close_sessions(user, why=why, at=at, digest=digest):
        entry.nothing()
    entry.about("user", user.pk, after={"reason": EndOfSession(why).value})


@action("identity.session.renamed", may=permissions.may_change_own_access)
def move_session(entry: Entry, *, actor: Actor, at: datetime, user: User, pk: int, digest: str) -> None:
    """Follow a session whose key was changed; leaves no entry."""
    entry.nothing()
    Session.objects.filter(pk=pk, user=user, ended_at=None).update(digest=digest)


@action("identity.sign_in.failed", may=permissions.may_watch_the_door)
def record_failure(
    entry: Entry, *, actor: Actor, at: datetime, user: User | None, address: str, means: str
) -> None:
    """Note a wrong password, code or token. Names that nobody has are not kept: people type passwords there."""
    entry.about("user", user.pk if user else "unknown", after={"address": address, "means": means})


@action("identity.sign_in.locked", may=permissions.may_watch_the_door)
def record_lock(
    entry: Entry, *, actor: Actor, at: datetime, user: User | None, address: str, means: str
) -> None:
    """Note that too many wrong tries have shut the door for a while."""
    entry.about("user", user.pk if user else "unknown", after={"address": address, "means": means})


@action("identity.sign_in.unlocked", may=permissions.may_manage_staff)
def unlock(entry: Entry, *, actor: Actor, at: datetime, user: User) -> None:
    """Open the door again before its time."""
    reset(username=user.username)
    entry.about("user", user.pk)


@action("identity.single_sign_on.linked", may=permissions.may_change_own_access)
def link_account(
    entry: Entry, *, actor: Actor, at: datetime, user: User, subject: str, link: Callable[[], object]
) -> None:
    """Bind a person to the subject by which the single sign-on knows them, from their first coming on."""
    link()
    entry.about("user", user.pk, after={"subject": subject})


@action("identity.sessions.tidied", may=permissions.may_watch_the_door)
def tidy_sessions(entry: Entry, *, actor: Actor, at: datetime) -> int:
    """Throw away stored sessions that are over, and say so in the list; returns how many ended. Leaves no entry."""
    entry.nothing()
    StoredSession.objects.filter(expire_date__lt=at).delete()
    gone = Session.objects.filter(ended_at=None).exclude(
        digest__in=StoredSession.objects.values("session_key")
    )
    return gone.update(ended_at=at, ended_why=EndOfSession.TOO_LONG)
