"""Passwords: given by an administrator, changed by their owner."""

from __future__ import annotations

from datetime import datetime

from vouch.platform.identity import permissions
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.action import Entry, action


@action("identity.password.changed", may=permissions.may_manage_staff)
def set_password(entry: Entry, *, actor: Actor, at: datetime, user: User, password: str) -> None:
    """Give someone a new password; the ledger keeps that it was done, not what it is."""
    user.set_password(password)
    user.save(update_fields=["password"])
    entry.about("user", user.pk)


@action("identity.password.renewed", may=permissions.may_renew_password)
def renew_password(entry: Entry, *, actor: Actor, at: datetime, user: User, password: str) -> None:
    """Let someone change their own password; the page has checked the old one."""
    user.set_password(password)
    user.save(update_fields=["password"])
    entry.about("user", user.pk)
