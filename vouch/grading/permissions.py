"""Who may judge whom."""

from __future__ import annotations

from typing import Any

from vouch.customers.permissions import may_answer_request
from vouch.parties import queries as parties
from vouch.parties.terms import ORGANISATIONS
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import ApiScope, Role

# The middle office judges; what the front office corrects is judged again by itself.
ASSESSING_ROLES = (Role.RISK_REVIEWER, Role.CRO, Role.MONITOR)
# Who may say that the model is wrong about a customer, and who decides whether it is.
PROPOSING_ROLES = (Role.ACCOUNT_MANAGER, Role.TEAM_LEAD, *ASSESSING_ROLES)
DECIDING_ROLES = (Role.RISK_REVIEWER, Role.CRO)
SUPERVISING_ROLES = (Role.COMPLIANCE, Role.AUDITOR, Role.EXECUTIVE)


def may_assess(actor: Actor, party_id: int) -> bool:
    """Those who work with risk, for enterprises that they see; persons are not judged by themselves."""
    seen = parties.visible_to(actor).filter(pk=party_id, kind__in=ORGANISATIONS)
    return actor.has_role(*ASSESSING_ROLES) and seen.exists()


def may_open_assessment(actor: Actor) -> bool:
    """Who may have some customer judged at all."""
    return actor.has_role(*ASSESSING_ROLES)


def may_assess_book(actor: Actor) -> bool:
    """Risk management judges the whole book; the installation does on schedule and from the command line."""
    return actor.has_role(Role.RISK_REVIEWER, Role.CRO)


def may_read_by_key(actor: Actor) -> bool:
    """Programs with a key for it."""
    return actor.has_role(ApiScope.ASSESSMENTS_READ)


def may_propose_override(actor: Actor, party_id: int) -> bool:
    """Whoever deals with the customer or judges it, for customers that they see; never the machine."""
    seen = parties.visible_to(actor).filter(pk=party_id, kind__in=ORGANISATIONS)
    return actor.user_id is not None and actor.has_role(*PROPOSING_ROLES) and seen.exists()


def may_open_overrides(actor: Actor) -> bool:
    """Who finds the page of overrides: who proposes, who decides, and who supervises."""
    return actor.has_role(*PROPOSING_ROLES, *SUPERVISING_ROLES)


def may_decide_override(actor: Actor, override: Any) -> bool:
    """A second person of risk management, for customers that they see."""
    seen = parties.visible_to(actor).filter(pk=override.party_id)
    is_another = actor.user_id is not None and actor.id != override.proposed_by_id
    return is_another and actor.has_role(*DECIDING_ROLES) and seen.exists()


def may_withdraw_override(actor: Actor, override: Any) -> bool:
    """Whoever proposed it."""
    return actor.user_id is not None and actor.id == override.proposed_by_id


def may_lift_override(actor: Actor, override: Any) -> bool:
    """Risk management, the one who approved it included: back to the model needs no second person."""
    seen = parties.visible_to(actor).filter(pk=override.party_id)
    return actor.user_id is not None and actor.has_role(*DECIDING_ROLES) and seen.exists()


def may_end_overrides(actor: Actor) -> bool:
    """The calendar alone."""
    return actor.is_system


def may_decide_advice(actor: Actor, assessment: Any) -> bool:
    """A person who works with risk, for customers that they see; never the machine."""
    seen = parties.visible_to(actor).filter(pk=assessment.party_id)
    return actor.user_id is not None and actor.has_role(*ASSESSING_ROLES) and seen.exists()


def may_decide_waiting(actor: Actor) -> bool:
    """Whom what waits for a person waits for."""
    return actor.user_id is not None and actor.has_role(*DECIDING_ROLES)


def may_open_advice(actor: Actor) -> bool:
    """Who finds what waits for a person."""
    return actor.has_role(*ASSESSING_ROLES, *SUPERVISING_ROLES)


def may_issue_letter(actor: Actor, assessment: Any) -> bool:
    """Whoever tells the customer, for customers that they see: its manager, risk management, compliance and the law."""
    seen = parties.visible_to(actor).filter(pk=assessment.party_id)
    return actor.user_id is not None and may_open_letters(actor) and seen.exists()


def may_answer_review(actor: Actor, request: Any) -> bool:
    """A person who took the request up and had no part in the decision."""
    return actor.user_id is not None and may_answer_request(actor, request)


def may_open_letter(actor: Actor, letter: Any) -> bool:
    """Whoever may issue one, and those who supervise."""
    seen = parties.visible_to(actor).filter(pk=letter.party_id)
    return may_open_letters(actor) and seen.exists()


def may_open_letters(actor: Actor) -> bool:
    """Who opens letters at all."""
    return actor.has_role(*PROPOSING_ROLES, *SUPERVISING_ROLES, Role.LAWYER)
