"""Accounts of staff: opened when the installation is set up, taken out of use at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vouch.platform.identity import permissions
from vouch.platform.identity.actions.session import close_sessions
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.terms import EndOfSession, Scope, roles_fault
from vouch.platform.ledger.action import Entry, action


@dataclass(frozen=True, slots=True)
class StaffDetails:
    """What the institution writes down when someone joins; ``password`` is never kept in the clear."""

    username: str
    name: str
    unit: Unit
    roles: Sequence[str]
    scope: str = Scope.OWN
    password: str | None = None


class WrongRights(ValueError):
    """These rights cannot be held, or not by this person now; ``str()`` is the Chinese message."""


@action("identity.user.appointed", may=permissions.may_appoint)
def appoint_staff(entry: Entry, *, actor: Actor, at: datetime, details: StaffDetails) -> User:
    """Open an account while the installation is set up. Without a password they cannot sign in yet.

    People ask for one with ``request_change`` instead, which takes two of them. Raises WrongRights.
    """
    user, after = open_account(details, at=at)
    entry.about("user", user.pk, after=after)
    return user


def open_account(details: StaffDetails, *, at: datetime) -> tuple[User, dict[str, object]]:
    """Inside an action: the new account, and what the ledger says of it. Raises WrongRights."""
    fault = roles_fault(details.roles)
    if fault:
        raise WrongRights(fault)
    user = User(
        username=details.username,
        name=details.name,
        unit=details.unit,
        roles=sorted(details.roles),
        scope=details.scope,
        joined_at=at,
    )
    if details.password is None:
        user.set_unusable_password()
    else:
        user.set_password(details.password)
    user.save(force_insert=True)
    after: dict[str, object] = {
        "username": user.username,
        "name": user.name,
        "unit": details.unit.code,
        "roles": user.roles,
        "scope": str(user.scope),
    }
    return user, after


@action("identity.user.suspended", may=permissions.may_suspend)
def suspend_account(entry: Entry, *, actor: Actor, at: datetime, user: User, reason: str) -> None:
    """Shut somebody out at once (停用). One person may: it takes rights away. Opening again takes two."""
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if not locked.is_active:
        entry.nothing()
        return
    shut_out(locked, at=at)
    entry.about("user", user.pk, before={"is_active": True}, after={"is_active": False})
    entry.purpose(reason)


def shut_out(user: User, *, at: datetime) -> None:
    """Inside an action: the account is out of use, its password is gone and its sessions are worthless."""
    user.is_active = False
    # What was known of it before is worth nothing should the account open again.
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    close_sessions(user, why=EndOfSession.ACCOUNT_CLOSED, at=at)
