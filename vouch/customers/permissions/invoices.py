"""Who may do what with a customer's data."""

from __future__ import annotations

from vouch.parties import queries as parties
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role

RECORDING_ROLES = (Role.ACCOUNT_MANAGER, Role.TEAM_LEAD, Role.RISK_REVIEWER, Role.INSPECTOR, Role.MONITOR)


def may_record_invoices(actor: Actor, party_id: int) -> bool:
    """Those who work on customers, for customers that they see."""
    return actor.has_role(*RECORDING_ROLES) and parties.visible_to(actor).filter(pk=party_id).exists()
