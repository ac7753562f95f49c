"""Who may judge whom."""

from __future__ import annotations

from vouch.parties import queries as parties
from vouch.parties.terms import ORGANISATIONS
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import ApiScope, Role

# The middle office judges; what the front office corrects is judged again by itself.
ASSESSING_ROLES = (Role.RISK_REVIEWER, Role.CRO, Role.MONITOR)


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


# Whoever watches or judges may stop the use of a limit; to let it go again takes those who answer for it.
FREEZING_ROLES = (*ASSESSING_ROLES, Role.INSPECTOR, Role.COMPLIANCE)
LIFTING_ROLES = (Role.RISK_REVIEWER, Role.CRO)


def may_freeze(actor: Actor, party_id: int) -> bool:
    """Those who watch, judge or keep the law, for customers that they see."""
    return actor.has_role(*FREEZING_ROLES) and parties.visible_to(actor).filter(pk=party_id).exists()


def may_lift_freeze(actor: Actor, party_id: int) -> bool:
    """Those who answer for limits, for customers that they see; the action refuses whoever froze it."""
    return actor.has_role(*LIFTING_ROLES) and parties.visible_to(actor).filter(pk=party_id).exists()


def may_read_by_key(actor: Actor) -> bool:
    """Programs with a key for it."""
    return actor.has_role(ApiScope.ASSESSMENTS_READ)


# The front office knows the customer, whoever watches or judges sees it move; the middle office alone confirms.
PROPOSING_ROLES = (Role.ACCOUNT_MANAGER, Role.TEAM_LEAD, Role.INSPECTOR, *ASSESSING_ROLES)
CONFIRMING_ROLES = (Role.RISK_REVIEWER, Role.CRO)


def may_open_proposal(actor: Actor) -> bool:
    """Who may propose some customer's class at all."""
    return actor.has_role(*PROPOSING_ROLES)


def may_propose_class(actor: Actor, party_id: int) -> bool:
    """Those who know or watch customers, for organisations that they see; persons are not classed by themselves."""
    seen = parties.visible_to(actor).filter(pk=party_id, kind__in=ORGANISATIONS)
    return may_open_proposal(actor) and seen.exists()


def may_review_classes(actor: Actor) -> bool:
    """Who decides on proposals; the action refuses whoever made them."""
    return actor.has_role(*CONFIRMING_ROLES)


def may_review_class(actor: Actor, party_id: int) -> bool:
    """The same for a customer that they see."""
    return may_review_classes(actor) and parties.visible_to(actor).filter(pk=party_id).exists()


def may_follow_classes(actor: Actor) -> bool:
    """What follows from assessments and from the clock is done by the installation alone."""
    return actor.is_system
