"""Who may see figures that mix rooms."""

from __future__ import annotations

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role, Scope

SUMMING_ROLES = (
    Role.RISK_REVIEWER, Role.MONITOR, Role.COMPLIANCE, Role.CRO, Role.EXECUTIVE, Role.AUDITOR,
)  # fmt: skip


def may_see_sums(actor: Actor) -> bool:
    """Whether sums may include customers out of the actor's sight (a group's balance): risk, compliance, audit, management."""
    return actor.scope == Scope.ALL or actor.has_role(*SUMMING_ROLES)
