"""Who may run the installation."""

from __future__ import annotations

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role


def may_manage_keys(actor: Actor) -> bool:
    """System administrators, and whoever has the machine's command line."""
    return actor.has_role(Role.ADMIN)


def may_back_up(actor: Actor) -> bool:
    """System administrators, the schedule, and whoever has the machine's command line."""
    return actor.has_role(Role.ADMIN)
