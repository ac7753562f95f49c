"""Who sends others to get what a file lacks, and who closes such an errand."""

from __future__ import annotations

from typing import Any

from vouch.customers.models import Errand
from vouch.customers.permissions.materials import RECORDING_ROLES, may_record_material
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role

REMINDING_ROLES = (Role.TEAM_LEAD, Role.RISK_REVIEWER, Role.INSPECTOR, Role.MONITOR)


def may_order_errand(actor: Actor, party: Any) -> bool:
    """Whoever may add to the file may send somebody for it."""
    return may_record_material(actor, party)


def may_close_errand(actor: Actor, errand: Errand) -> bool:
    """The one who is to get it, the one who ordered it, and those who lead or review, for customers that they see."""
    if not may_record_material(actor, errand.party):
        return False
    is_theirs = not {errand.assignee_id, errand.ordered_by_id}.isdisjoint(actor.own_ids)
    return actor.is_system or is_theirs or actor.has_role(*REMINDING_ROLES)


def may_remind(actor: Actor) -> bool:
    """Those who lead a unit or review files."""
    return actor.has_role(*REMINDING_ROLES)


def may_see_errands(actor: Actor) -> bool:
    """Whoever adds to files has errands."""
    return actor.has_role(*RECORDING_ROLES)


def may_keep_errands(actor: Actor) -> bool:
    """The installation itself, on schedule and after material came in."""
    return actor.is_system
