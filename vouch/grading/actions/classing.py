"""Verbs of classes that people use: propose, confirm, return; each by somebody other than the one before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.engine.policy import Policy
from vouch.engine.reclass import is_worse, ripe_on
from vouch.grading import permissions
from vouch.grading.actions.following import follow_assessments, queue_checks, told_of, withdraw_class
from vouch.grading.actions.freeze import freeze_use
from vouch.grading.models import Classification, Freeze, Standing
from vouch.grading.queries.classing import binding_classes, class_in_effect, open_classes
from vouch.grading.queries.consequences import (
    FREEZE,
    as_stored,
    bound_of,
    changes,
    customer_of,
    digest_of,
    foreseen,
    freeze_reason,
    keeps_frozen,
    next_check,
    weighed,
)
from vouch.grading.queries.freeze import standing_freezes
from vouch.grading.terms import BINDING, ClassMove, ClassOrigin, ClassReason, ClassState
from vouch.parties.models import Party
from vouch.parties.queries import canonical_id
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.terms import Office, Role
from vouch.platform.ledger.action import Entry, Refused, action
from vouch.policy import queries as policies
from vouch.policy.actions import pass_gate
from vouch.policy.models import PolicyVersion

UNDO_FOR = timedelta(hours=1)
"""So long a return can be taken back by whoever made it."""


class ClassError(ValueError):
    """The class cannot go that way now; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class ClassProposal:
    """What a person proposes: which class, why, and what shows it."""

    risk_class: str
    reason: str
    evidence: str


@action("grading.class.proposed_by_hand", may=permissions.may_propose_class)
def propose_class(
    entry: Entry, *, actor: Actor, at: datetime, party_id: int, proposal: ClassProposal
) -> Classification:
    """Propose another class for a customer; a worsening freezes at once, an improvement waits for its cool-down.

    What an assessment had proposed gives way to it. Raises ClassError, NoPolicyInForceError and Refused.
    """
    customer = canonical_id(party_id)
    _take_part(actor, customer, at)
    Party.objects.select_for_update().get(pk=customer)
    # One policy judges every kind of organisation, as in assessments.
    version = policies.policy_in_force(at=at)
    policy = policies.policy_of(version)
    if proposal.risk_class not in policy.class_by_name:
        raise ClassError(_("现行政策没有“%s”这一类。") % proposal.risk_class)
    held = class_in_effect(customer)
    if held is not None and held.risk_class == proposal.risk_class and held.state == ClassState.EFFECTIVE:
        raise ClassError(_("该客户现在就是“%s”，检查日前无须再提。") % held.risk_class)
    waiting = open_classes([customer]).get(customer)
    if waiting is not None and waiting.origin == ClassOrigin.BY_HAND:
        raise ClassError(_("该客户已有一项待复核的分类调整，请先处理。"))
    if waiting is not None:
        withdraw_class(actor=system_actor("grading"), at=at, row=waiting, note=_("改为人工提出"))
    move = _move(policy, held, proposal.risk_class)
    ready_on = _ready_on(policy, held, proposal, at=at) if move == ClassMove.BETTER else None
    standing = Standing.objects.filter(party=customer).first()
    row = Classification.objects.create(
        party_id=customer,
        policy=version,
        assessment_id=standing.assessment_id if standing else None,
        state=ClassState.PROPOSED if ready_on and ready_on > timezone.localdate(at) else ClassState.IN_REVIEW,
        origin=ClassOrigin.BY_HAND,
        move=move,
        risk_class=proposal.risk_class,
        class_rank=policy.classes.index(policy.class_by_name[proposal.risk_class]),
        previous_class=held.risk_class if held else "",
        value_class=standing.value_class if standing else "",
        reason=proposal.reason,
        evidence=proposal.evidence,
        proposer_id=actor.id,
        proposer_label=actor.label,
        proposed_at=at,
        ready_on=ready_on,
    )
    if move == ClassMove.WORSE:
        _freeze(row, at)
    entry.about("party", customer, before={"risk_class": row.previous_class}, after=told_of(row))
    entry.purpose(proposal.evidence)
    return row


def _move(policy: Policy, held: Classification | None, risk_class: str) -> ClassMove:
    if held is None:
        return ClassMove.FIRST
    if held.risk_class == risk_class or held.risk_class not in policy.class_by_name:
        return ClassMove.SAME
    return ClassMove.WORSE if is_worse(policy, risk_class, held.risk_class) else ClassMove.BETTER


def _ready_on(policy: Policy, held: Classification | None, proposal: ClassProposal, *, at: datetime) -> date:
    """An improvement by hand waits like any other; where the class was wrong from the start there is nothing to wait for."""
    today = timezone.localdate(at)
    if held is None or held.effective_at is None or proposal.reason == ClassReason.CORRECTION:
        return today
    kept = held.holding.get(proposal.risk_class)
    since = date.fromisoformat(kept) if kept else timezone.localdate(held.effective_at)
    return max(today, ripe_on(policy, proposal.risk_class, since))


@action("grading.class.confirmed", may=permissions.may_review_classes)
def confirm_class(
    entry: Entry, *, actor: Actor, at: datetime, pk: int, seen: str = "", note: str = ""
) -> Classification:
    """A second person confirms: the class binds from now on, and what it changed is kept with it.

    ``seen`` is the digest of the consequences that the person read; others are not confirmed. The gate judges it first; what a
    rule leaves to approval is the 首席风险官's. Raises ClassError, NoPolicyInForceError, GateRefused and Refused.
    """
    row = _in_review(actor, pk, at)
    customer = customer_of(row)
    Party.objects.select_for_update().get(pk=customer)
    version = policies.policy_in_force(at=at)
    policy = policies.policy_of(version)
    if row.risk_class not in policy.class_by_name:
        raise ClassError(_("现行政策没有“%s”这一类，请退回后重新提出。") % row.risk_class)
    held = class_in_effect(customer)
    # What binds may have changed since it was proposed: nothing becomes an improvement without its cool-down.
    if _move(policy, held, row.risk_class) == ClassMove.BETTER and row.move != ClassMove.BETTER:
        raise ClassError(_("现分类已有变化，请退回后重新提出。"))
    before = bound_of([customer], at=at)[customer]
    expected = changes(before, foreseen(before, policy, row.risk_class, at=at))
    if seen and seen != digest_of(expected):
        raise ClassError(_("后果在您阅读之后有变化，请重新核对后再确认。"))
    verdict = pass_gate(entry, weighed(row), actor=actor, at=at)
    if verdict.approvals and not actor.has_role(Role.CRO):
        said = "\n".join(str(one) for one in verdict.approvals)
        raise ClassError(_("须由首席风险官确认：%s") % said)
    row.exception = "；".join(f"{refusal.rule}：例外 {one.pk}" for refusal, one in verdict.excused)[:300]
    row.reviewer_id, row.reviewer_label, row.reviewed_at, row.note = actor.id, actor.label, at, note
    _take_effect(row, version, at=at)
    changed = changes(before, bound_of([customer], at=at)[customer])
    row.consequences = as_stored(changed)
    row.save(update_fields=["consequences"])
    entry.about(
        "party",
        customer,
        before={one.subject: one.before for one in changed},
        after={one.subject: one.after for one in changed},
    )
    return row


def _take_effect(row: Classification, version: PolicyVersion, *, at: datetime) -> None:
    """Put the class in the place of what bound the customer until now, in all its records."""
    customer = customer_of(row)
    policy = policies.policy_of(version)
    terms = policy.class_by_name[row.risk_class]
    held = binding_classes([customer]).get(customer)
    _binding(customer).update(state=ClassState.REPLACED, ended_at=at)
    row.state, row.policy, row.effective_at = ClassState.EFFECTIVE, version, at
    row.class_rank = policy.classes.index(terms)
    row.next_check_on = next_check(terms, at=at)
    # A class better than this one that has held already goes on holding.
    row.holding = {
        name: since
        for name, since in (held.holding if held else {}).items()
        if is_worse(policy, row.risk_class, name)
    }
    row.save()
    Standing.objects.filter(party=customer).update(risk_class=row.risk_class)
    if not keeps_frozen(terms):
        _lift(customer, actor_label=row.reviewer_label, at=at, reason=_("分类复核已完成"))


@action("grading.class.returned", may=permissions.may_review_classes)
def return_class(entry: Entry, *, actor: Actor, at: datetime, pk: int, note: str) -> Classification:
    """A second person says no, and why: the class in effect stays, and what the proposal had frozen is free again.

    What the last assessment calls for beside what was returned freezes and is proposed at once; an improvement of its begins
    its cool-down anew.
    """
    row = _in_review(actor, pk, at)
    customer = customer_of(row)
    row.state, row.reviewer_id, row.reviewer_label = ClassState.RETURNED, actor.id, actor.label
    row.reviewed_at, row.note = at, note
    held = class_in_effect(customer)
    is_watched = row.origin == ClassOrigin.ASSESSMENT and row.move == ClassMove.BETTER
    if is_watched and held is not None:
        row.holding = held.holding
        _binding(customer).update(holding={})
    row.save(update_fields=["state", "reviewer_id", "reviewer_label", "reviewed_at", "note", "holding"])
    _lift(customer, actor_label=actor.label, at=at, reason=note)
    if not is_watched:
        follow_assessments([customer], at=at)
    if row.origin != ClassOrigin.EXPIRY:
        queue_checks([customer], actor=system_actor("grading"), at=at)
    entry.about("party", customer, after=told_of(row))
    entry.purpose(note)
    return row


@action("grading.class.reopened", may=permissions.may_review_classes)
def reopen_class(entry: Entry, *, actor: Actor, at: datetime, pk: int) -> Classification:
    """Take a return back, within the hour and by whoever made it; a worsening freezes again. Raises ClassError."""
    row = _locked(actor, pk)
    is_own = row.state == ClassState.RETURNED and row.reviewer_id == actor.id
    if not is_own or row.reviewed_at is None or at - row.reviewed_at > UNDO_FOR:
        raise ClassError(_("只能撤回本人一小时以内的退回。"))
    customer = customer_of(row)
    waiting = open_classes([customer]).get(customer)
    if waiting is not None and waiting.origin != ClassOrigin.EXPIRY:
        raise ClassError(_("该客户之后已有新的分类提议。"))
    if waiting is not None:
        withdraw_class(actor=system_actor("grading"), at=at, row=waiting, note=_("退回已撤回"))
    held = class_in_effect(customer)
    if held is not None and held.effective_at is not None and held.effective_at > row.reviewed_at:
        raise ClassError(_("现分类已有变化，请重新提出。"))
    row.state, row.reviewer_id, row.reviewer_label = ClassState.IN_REVIEW, "", ""
    row.reviewed_at, row.note = None, ""
    row.save(update_fields=["state", "reviewer_id", "reviewer_label", "reviewed_at", "note"])
    if row.move == ClassMove.WORSE:
        _freeze(row, at)
    elif row.holding:
        _binding(customer).update(holding=row.holding)
    entry.about("party", customer, after=told_of(row))
    return row


def _binding(customer: int) -> QuerySet[Classification]:
    """What binds the customer, of all its records."""
    return Classification.objects.filter(Q(party=customer) | Q(party__canonical=customer), state__in=BINDING)


def _locked(actor: Actor, pk: int) -> Classification:
    row = (
        Classification.objects.select_for_update(of=("self",))
        .select_related("party", "policy__scorecard")
        .get(pk=pk)
    )
    if not permissions.may_review_class(actor, row.party_id):
        raise Refused(_("您没有执行此操作的权限。"))
    return row


def _in_review(actor: Actor, pk: int, at: datetime) -> Classification:
    """The row, locked, if it waits for a review by this actor. Raises ClassError and Refused."""
    row = _locked(actor, pk)
    if row.state != ClassState.IN_REVIEW:
        raise ClassError(_("这项提议目前是“%s”，不能复核。") % row.get_state_display())
    if row.proposer_id in {actor.id, *(f"user:{one}" for one in actor.own_ids)}:
        raise Refused(_("分类须由提出人以外的人员复核。"))
    take_part(actor=actor, matter=("party", str(customer_of(row))), office=Office.MIDDLE, at=at)
    return row


def _take_part(actor: Actor, customer: int, at: datetime) -> None:
    is_front = actor.roles & {Role.ACCOUNT_MANAGER, Role.TEAM_LEAD}
    office = Office.FRONT if is_front else Office.MIDDLE
    take_part(actor=actor, matter=("party", str(customer)), office=office, at=at)


def _freeze(row: Classification, at: datetime) -> None:
    reason = freeze_reason(row.previous_class, row.risk_class)
    freeze_use(actor=system_actor("grading"), at=at, party_id=customer_of(row), reason=reason)


def _lift(customer: int, *, actor_label: str, at: datetime, reason: str) -> None:
    """Lift what a worsening had frozen, and nothing that others froze."""
    own = standing_freezes([customer]).filter(reason__startswith=FREEZE)
    Freeze.objects.filter(pk__in=[one.pk for one in own]).update(
        lifted_at=at, lifted_by=actor_label, lift_reason=reason[:200]
    )
