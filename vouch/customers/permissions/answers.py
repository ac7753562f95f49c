"""Who answers the rating sheet's questions: the A角 first, risk management then, and never the same person."""

from __future__ import annotations

from typing import Any

from vouch.customers.models import AnswerSheet
from vouch.customers.permissions.materials import may_record_material
from vouch.customers.terms import Round
from vouch.parties.queries import current_assignment
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role

FRONT_ROLES = (Role.ACCOUNT_MANAGER, Role.TEAM_LEAD)


def may_answer(actor: Actor, party: Any, which: str) -> bool:
    """Which round an actor may answer for this customer at all."""
    if not may_record_material(actor, party):
        return False
    if which == Round.SECOND:
        return actor.has_role(Role.RISK_REVIEWER)
    if actor.is_system:
        return True
    if not actor.has_role(*FRONT_ROLES) or actor.has_role(Role.RISK_REVIEWER):
        return False
    present = current_assignment(party)
    # Where nobody is the A角 the unit's head answers.
    if present is None or present.manager_id is None:
        return actor.has_role(Role.TEAM_LEAD)
    return present.manager_id in actor.own_ids


def may_review_answers(actor: Actor, sheet: AnswerSheet) -> bool:
    """Risk management, and not whoever gave the answers."""
    if not may_answer(actor, sheet.material.party, Round.SECOND):
        return False
    return actor.is_system or sheet.material.recorded_by_id not in actor.own_ids
