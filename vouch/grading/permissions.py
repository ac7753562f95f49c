"""Who may judge whom."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q

from vouch.customers.permissions import may_answer_request
from vouch.grading.models import Classification, Hold, Limit, LimitSubject, Standing
from vouch.grading.terms import BINDING, Draw, HoldStep, LimitKind, LimitOf
from vouch.parties import queries as parties
from vouch.parties.permissions import may_see_building_sums
from vouch.parties.terms import ORGANISATIONS
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import ApiScope, Role, Scope
from vouch.policy import queries as policies

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


# Whoever watches or judges may stop the use of a limit; to let it go again takes those who answer for it.
FREEZING_ROLES = (*ASSESSING_ROLES, Role.INSPECTOR, Role.COMPLIANCE)
LIFTING_ROLES = (Role.RISK_REVIEWER, Role.CRO)


def may_freeze(actor: Actor, party_id: int) -> bool:
    """Those who watch, judge or keep the law, for customers that they see."""
    return actor.has_role(*FREEZING_ROLES) and parties.visible_to(actor).filter(pk=party_id).exists()


def may_lift_freeze(actor: Actor, party_id: int) -> bool:
    """Those who answer for limits, for customers that they see; the action refuses whoever froze it."""
    return actor.has_role(*LIFTING_ROLES) and parties.visible_to(actor).filter(pk=party_id).exists()


# A front office proposes for its customers; limits of groups, industries, banks and the house are the middle office's.
FRONT_ROLES = (Role.ACCOUNT_MANAGER, Role.TEAM_LEAD)
LIMITING_ROLES = (Role.RISK_REVIEWER, Role.CRO, Role.EXECUTIVE)
GRANTING_ROLES = (Role.CRO, Role.EXECUTIVE)
"""Who grants whatever a customer's path does not leave to a risk reviewer."""
DRAWING_ROLES = (*FRONT_ROLES, Role.RELEASE_OFFICER, *GRANTING_ROLES)
USING_ROLES = (Role.RELEASE_OFFICER, Role.CASHIER)
RELEASING_ROLES = (*USING_ROLES, *FRONT_ROLES, Role.INSPECTOR)
REVIEWER = "风险经理"


def is_front(actor: Actor) -> bool:
    """Whether the actor acts for the front office."""
    return not actor.is_system and actor.has_role(*FRONT_ROLES)


def may_propose_some_limit(actor: Actor) -> bool:
    """Who finds the form."""
    return actor.has_role(*FRONT_ROLES, *LIMITING_ROLES)


def may_propose_limit(actor: Actor, of: LimitOf) -> bool:
    """The front office for customers that it sees, those who answer for limits for whatever they see."""
    if of.party_id is not None and not parties.visible_to(actor).filter(pk=of.party_id).exists():
        return False
    if of.building_id is not None and not parties.buildings_visible_to(actor).filter(pk=of.building_id):
        return False
    return actor.has_role(*LIMITING_ROLES) or (of.kind == LimitKind.CUSTOMER and actor.has_role(*FRONT_ROLES))


def may_decide_some_limit(actor: Actor) -> bool:
    """Who finds the button."""
    return actor.has_role(*LIMITING_ROLES)


def may_decide_limit(actor: Actor, limit: Limit) -> bool:
    """A reviewer where class and path both leave it to one, else the heads of risk and of the house."""
    roles = LIMITING_ROLES if deciders_of(limit.subject) == {REVIEWER} else GRANTING_ROLES
    return actor.has_role(*roles) and _sees(actor, limit.subject)


def may_approve(actor: Actor) -> bool:
    """Whose doing it is the approval that a rule asks for: a person at the head of risk or of the house, never a program."""
    return not actor.is_system and actor.has_role(*GRANTING_ROLES)


def may_restrain_limit(actor: Actor, limit: Limit) -> bool:
    """Lowering and ending never wait: whoever answers for limits, alone."""
    return actor.has_role(*LIMITING_ROLES) and _sees(actor, limit.subject)


def may_withdraw_limit(actor: Actor, limit: Limit) -> bool:
    """Whoever proposed it."""
    return limit.proposed_by_id == actor.id


def may_open_limits(actor: Actor) -> bool:
    """Who finds the limits at all; which ones is a matter of scope."""
    return actor.has_role(*(role for role in Role if role not in {Role.ADMIN, Role.STEWARD}))


def may_reserve_some(actor: Actor) -> bool:
    """Who finds the form for a draw."""
    return actor.has_role(*DRAWING_ROLES, ApiScope.LIMITS_USE)


def may_use_some(actor: Actor) -> bool:
    """Who finds the form for using what is reserved."""
    return actor.has_role(*USING_ROLES)


def may_release_some(actor: Actor) -> bool:
    """Who finds the form for giving back."""
    return actor.has_role(*RELEASING_ROLES)


def may_freeze_some(actor: Actor) -> bool:
    """Who finds the form for a freeze."""
    return actor.has_role(*FREEZING_ROLES)


def may_lift_some(actor: Actor) -> bool:
    """Who finds the form for lifting one."""
    return actor.has_role(*LIFTING_ROLES)


def may_reserve(actor: Actor, draw: Draw) -> bool:
    """Whoever prepares a draw, for customers that they see."""
    return may_reserve_some(actor) and parties.visible_to(actor).filter(pk=draw.party_id).exists()


def may_use(actor: Actor, hold: Hold) -> bool:
    """Whoever pays out."""
    return actor.has_role(*USING_ROLES, ApiScope.LIMITS_USE) and _holds(actor, hold)


def may_release(actor: Actor, hold: Hold, step: str) -> bool:
    """What is reserved by whoever prepared, pays or looks after it; what is used by who pays alone: the guarantee still stands."""
    roles = USING_ROLES if step == HoldStep.REPAY else RELEASING_ROLES
    return actor.has_role(*roles, ApiScope.LIMITS_USE) and _holds(actor, hold)


def may_keep_limits(actor: Actor) -> bool:
    """The installation alone: what runs out by itself."""
    return actor.is_system


def may_read_limits_by_key(actor: Actor) -> bool:
    """Programs with a key for it."""
    return actor.has_role(ApiScope.LIMITS_READ, ApiScope.LIMITS_USE)


def may_use_limits_by_key(actor: Actor) -> bool:
    """Programs with a key for it."""
    return actor.has_role(ApiScope.LIMITS_USE)


def deciders_of(subject: LimitSubject) -> set[str]:
    """Who decides on a customer by the class that binds it and by the path of its latest assessment; empty where neither is known."""
    if subject.kind != LimitKind.CUSTOMER or subject.party_id is None:
        return set()
    customer = parties.canonical_id(subject.party_id)
    records = Q(party=customer) | Q(party__canonical=customer)
    found: set[str] = set()
    for row in Classification.objects.filter(records, state__in=BINDING).select_related("policy__scorecard"):
        policy = policies.policy_of(row.policy)
        terms = policy.class_by_name[row.risk_class]
        found.update((terms.authority, *policy.path_by_name[terms.path].steps[-1:]))
    standing = _standing_of(customer)
    if standing is not None:
        path = policies.policy_of(standing.assessment.policy).path_by_name.get(standing.assessment.path)
        found.update(path.steps[-1:] if path else ())
    return found - {""}


def advised_limit(subject: LimitSubject) -> Decimal | None:
    """What the latest assessment of a customer recommends, in yuan; None of other subjects, and without one."""
    if subject.kind != LimitKind.CUSTOMER or subject.party_id is None:
        return None
    standing = _standing_of(parties.canonical_id(subject.party_id))
    return None if standing is None else standing.assessment.limit


def _standing_of(customer: int) -> Standing | None:
    rows = Standing.objects.filter(Q(party=customer) | Q(party__canonical=customer))
    return rows.select_related("assessment__policy__scorecard").order_by("-as_of", "party_id").first()


def may_see_sums(actor: Actor) -> bool:
    """Whether sums may include customers out of the actor's sight: those who answer for concentration."""
    return actor.scope == Scope.ALL or may_see_building_sums(actor)


def _sees(actor: Actor, subject: LimitSubject) -> bool:
    if subject.party_id is not None:
        return parties.visible_to(actor).filter(pk=subject.party_id).exists()
    if subject.building_id is not None:
        return parties.buildings_visible_to(actor).filter(pk=subject.building_id).exists()
    return may_see_sums(actor)


def _holds(actor: Actor, hold: Hold) -> bool:
    return parties.visible_to(actor).filter(pk=hold.party_id).exists()


def may_read_by_key(actor: Actor) -> bool:
    """Programs with a key for it."""
    return actor.has_role(ApiScope.ASSESSMENTS_READ)


# The front office knows the customer, whoever watches or judges sees it move; the middle office alone confirms.
CLASSING_ROLES = (Role.ACCOUNT_MANAGER, Role.TEAM_LEAD, Role.INSPECTOR, *ASSESSING_ROLES)
CONFIRMING_ROLES = (Role.RISK_REVIEWER, Role.CRO)


def may_open_proposal(actor: Actor) -> bool:
    """Who may propose some customer's class at all."""
    return actor.has_role(*CLASSING_ROLES)


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


def may_propose_override(actor: Actor, party_id: int) -> bool:
    """Whoever deals with the customer or judges it, for customers that they see; never the machine."""
    seen = parties.visible_to(actor).filter(pk=party_id, kind__in=ORGANISATIONS)
    return actor.user_id is not None and actor.has_role(*PROPOSING_ROLES) and seen.exists()


def may_open_overrides(actor: Actor) -> bool:
    """Who finds the page of overrides: who proposes, who decides, and who supervises."""
    return actor.has_role(*PROPOSING_ROLES, *SUPERVISING_ROLES)


def may_decide_override(actor: Actor, override: Any) -> bool:
    """A second person of risk management, for customers that they see; nobody for whom they stand in proposed it."""
    seen = parties.visible_to(actor).filter(pk=override.party_id)
    own = {actor.id, *(f"user:{pk}" for pk in actor.own_ids)}
    is_another = actor.user_id is not None and override.proposed_by_id not in own
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
