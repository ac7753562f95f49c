"""Signing in and out, as the ledger keeps it."""

from __future__ import annotations

from datetime import datetime

from vouch.platform.identity import permissions
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action


@action("identity.session.started", may=permissions.may_sign_in)
def record_sign_in(entry: Entry, *, actor: Actor, at: datetime, address: str) -> None:
    """Note who signed in, and from which network address."""
    entry.about("user", actor.user_id, after={"address": address})
