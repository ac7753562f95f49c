"""Who may send, set up channels, read the log, and whose messages are whose."""

from __future__ import annotations

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role

LOG_READERS = (Role.ADMIN, Role.AUDITOR, Role.COMPLIANCE)


def may_notify(actor: Actor) -> bool:
    """The installation itself, on behalf of the action or event that causes the message."""
    return actor.is_system


def may_deliver(actor: Actor) -> bool:
    """The installation itself."""
    return actor.is_system


def may_use_messages(actor: Actor) -> bool:
    """Everyone who signs in: their own messages, their own settings."""
    return actor.user_id is not None


def may_change_own(actor: Actor) -> bool:
    """As above, but for accounts that only read."""
    return may_use_messages(actor) and not actor.is_read_only


def may_manage_channels(actor: Actor) -> bool:
    """System administrators: channels hold secrets, and texts go out in the institution's name."""
    return actor.has_role(Role.ADMIN) and not actor.is_read_only


def may_read_deliveries(actor: Actor) -> bool:
    """Administrators, and those who supervise."""
    return actor.has_role(*LOG_READERS)
