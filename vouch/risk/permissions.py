"""Who may register scorecards."""

from __future__ import annotations

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role


def may_register(actor: Actor) -> bool:
    """Those who build and review models, and the installation itself."""
    return actor.has_role(Role.RISK_REVIEWER, Role.CRO)
