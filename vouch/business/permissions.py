"""Who reads the register of guarantees, and who writes to it."""

from __future__ import annotations

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role

READING_ROLES = tuple(role for role in Role if role not in {Role.ADMIN, Role.STEWARD})
"""Everyone who works on guarantees: all but the administrator and the steward of buildings."""


def may_open_register(actor: Actor) -> bool:
    """Who finds the register at all; which rows is a matter of scope."""
    return actor.has_role(*READING_ROLES)
