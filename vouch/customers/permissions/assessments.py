"""Who writes impact assessments, and who reviews them."""

from __future__ import annotations

from vouch.customers.models import ImpactAssessment
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role

DRAFTING_ROLES = (Role.COMPLIANCE, Role.LAWYER, Role.CRO, Role.RISK_REVIEWER)
REVIEWING_ROLES = (Role.COMPLIANCE, Role.CRO)


def may_draft_assessments(actor: Actor) -> bool:
    """Compliance, lawyers and risk management describe what is processed, how and with which risk."""
    return actor.has_role(*DRAFTING_ROLES)


def may_review_assessments(actor: Actor) -> bool:
    """Who finds the review at all: compliance and the chief risk officer."""
    return actor.has_role(*REVIEWING_ROLES)


def may_review_assessment(actor: Actor, assessment: ImpactAssessment) -> bool:
    """A second person: whoever wrote a word of it does not review it."""
    if not may_review_assessments(actor):
        return False
    return actor.is_system or actor.own_ids.isdisjoint(assessment.author_ids)


def may_keep_assessments(actor: Actor) -> bool:
    """The installation itself, on schedule."""
    return actor.is_system
