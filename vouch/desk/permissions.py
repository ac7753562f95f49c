"""Who may see figures that mix rooms."""

from __future__ import annotations

from vouch.parties.permissions import may_see_building_sums
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Scope


def may_see_sums(actor: Actor) -> bool:
    """Whether sums may include customers out of the actor's sight (a group's balance): risk, compliance, audit, management."""
    return actor.scope == Scope.ALL or may_see_building_sums(actor)
