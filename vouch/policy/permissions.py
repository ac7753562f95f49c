"""Who may write, review and publish policies."""

from __future__ import annotations

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role
from vouch.policy.models import PolicyVersion


def may_draft(actor: Actor) -> bool:
    """Risk officers write policies."""
    return actor.has_role(Role.RISK_REVIEWER, Role.CRO)


def may_review(actor: Actor, version: PolicyVersion) -> bool:
    """Another pair of eyes from risk or compliance; the installation may, for what it ships."""
    return actor.has_role(Role.RISK_REVIEWER, Role.CRO, Role.COMPLIANCE) and _is_another(actor, version)


def may_publish(actor: Actor, version: PolicyVersion) -> bool:
    """The chief risk officer or the general manager, and never the author."""
    return actor.has_role(Role.CRO, Role.EXECUTIVE) and _is_another(actor, version)


def may_retire(actor: Actor) -> bool:
    """Those who may publish."""
    return actor.has_role(Role.CRO, Role.EXECUTIVE)


def may_read(actor: Actor) -> bool:
    """Everyone who signs in reads the rules they work by."""
    return actor.user_id is not None or actor.is_system


def _is_another(actor: Actor, version: PolicyVersion) -> bool:
    # The installation installs what it ships on its own: there is nobody else yet at the first run.
    return actor.is_system or actor.id != version.author_id
