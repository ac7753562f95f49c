"""What follows for classes from assessments and from the clock: done by the installation, never by a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.engine.policy import Policy
from vouch.engine.reclass import Move, Seen, Step, next_step, ripe_on
from vouch.grading import permissions
from vouch.grading.actions.freeze import freeze_use
from vouch.grading.models import Assessment, Classification, Standing
from vouch.grading.queries.classing import (
    binding_classes,
    due_classes,
    open_classes,
    ready_classes,
    standings_without_class,
)
from vouch.grading.queries.consequences import customer_of, freeze_reason, next_check
from vouch.grading.terms import ClassMove, ClassOrigin, ClassReason, ClassState
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.ledger.action import Entry, action
from vouch.policy import queries as policies

BATCH = 1000
"""Classes moved by the clock in one transaction."""


def follow_assessments(party_ids: Collection[int], *, at: datetime) -> None:
    """Let the classes of these customers follow where they stand now; called by whatever moved the standings, in its transaction.

    A first class takes effect, a worsening freezes and goes to review, an improvement is watched until its cool-down is over.
    """
    standings = list(
        Standing.objects.filter(party__in=party_ids, party__canonical=None)
        .select_related("override")
        .prefetch_related("policy__scorecard")
        .order_by("party_id")
    )
    held, waiting = binding_classes(party_ids), open_classes(party_ids)
    first: list[Standing] = []
    for standing in standings:
        policy = policies.policy_of(standing.policy)
        row, today = held.get(standing.party_id), timezone.localdate(at)
        step = next_step(
            policy,
            None if row is None else row.risk_class,
            {} if row is None else _days(row.holding),
            seen=_seen(standing, policy),
            today=today,
        )
        if step.move is Move.FIRST:
            first.append(standing)
        elif row is not None:
            _follow(standing, row, waiting.get(standing.party_id), step, policy=policy, at=at)
    actor = system_actor("grading")
    for place in range(0, len(first), BATCH):
        begin_classes(actor=actor, at=at, standings=first[place : place + BATCH])
    _show(held, standings)


def _seen(standing: Standing, policy: Policy) -> Seen:
    """What the standing says. Where two persons stand for another grade than the model's, no score has to clear a band."""
    score = policy.card.highest if standing.override_id is not None else standing.score
    return Seen(standing.assessed_class or None, score)


def _follow(
    standing: Standing,
    row: Classification,
    waiting: Classification | None,
    step: Step,
    *,
    policy: Policy,
    at: datetime,
) -> None:
    """Act on the step of one customer with a class in effect."""
    actor = system_actor("grading")
    if dict(step.holding) != _days(row.holding):
        Classification.objects.filter(pk=row.pk).update(
            holding={name: since.isoformat() for name, since in step.holding.items()}
        )
    is_own = waiting is not None and waiting.origin != ClassOrigin.BY_HAND
    if step.move in {Move.NONE, Move.FADE}:
        if waiting is not None and is_own and waiting.move == ClassMove.BETTER:
            withdraw_class(actor=actor, at=at, row=waiting, note=_("评估结果不再支持上调"))
    elif step.move in {Move.WATCH, Move.IMPROVE}:
        _improve(standing, waiting, step, policy=policy, at=at)
    elif not _is_settled(standing, row, waiting, step.target):
        move = ClassMove.WORSE if step.move is Move.WORSEN else ClassMove.SAME
        if waiting is not None and is_own:
            withdraw_class(actor=actor, at=at, row=waiting, note=_("评估结果又有变化"))
            waiting = None
        _worsen(standing, waiting, step.target, move=move, policy=policy, at=at)


def _worsen(
    standing: Standing,
    waiting: Classification | None,
    target: str,
    *,
    move: ClassMove,
    policy: Policy,
    at: datetime,
) -> None:
    """Freeze at once; put it to review unless a person has proposed something already."""
    actor = system_actor("grading")
    if move == ClassMove.WORSE:
        reason = freeze_reason(standing.risk_class, target)
        freeze_use(actor=actor, at=at, party_id=standing.party_id, reason=reason)
    if waiting is None:
        propose_by_itself(
            actor=actor,
            at=at,
            standing=standing,
            target=target,
            move=move,
            ready_on=None,
        )


def _improve(
    standing: Standing, waiting: Classification | None, step: Step, *, policy: Policy, at: datetime
) -> None:
    """Show the improvement as 拟定 until it is ripe, then as 复核; what a person proposed, or a worsening, comes first."""
    actor, is_ripe = system_actor("grading"), step.move is Move.IMPROVE
    if waiting is not None and waiting.origin == ClassOrigin.EXPIRY and is_ripe:
        withdraw_class(actor=actor, at=at, row=waiting, note=_("已满足上调条件"))
        waiting = None
    if waiting is not None and (waiting.origin != ClassOrigin.ASSESSMENT or waiting.move != ClassMove.BETTER):
        return
    if waiting is not None and (
        waiting.risk_class != step.target or (waiting.state == ClassState.IN_REVIEW and not is_ripe)
    ):
        withdraw_class(actor=actor, at=at, row=waiting, note=_("上调的目标分类有变化"))
        waiting = None
    if waiting is None:
        propose_by_itself(
            actor=actor,
            at=at,
            standing=standing,
            target=step.target,
            move=ClassMove.BETTER,
            ready_on=ripe_on(policy, step.target, step.holding[step.target]),
        )
    elif is_ripe and waiting.state == ClassState.PROPOSED:
        send_to_review(actor=actor, at=at, row=waiting)


def _is_settled(standing: Standing, row: Classification, waiting: Classification | None, target: str) -> bool:
    """Whether the worsening is in review already, or was looked at and returned while nothing has changed since."""
    if waiting is not None and waiting.origin == ClassOrigin.ASSESSMENT and waiting.risk_class == target:
        return True
    returned = (
        Classification.objects.filter(
            party_id=standing.party_id,
            state=ClassState.RETURNED,
            origin=ClassOrigin.ASSESSMENT,
            risk_class=target,
            reviewed_at__gte=row.effective_at,
        )
        .order_by("-reviewed_at")
        .first()
    )
    if returned is None or returned.reviewed_at is None:
        return False
    ran_out_since = (
        row.next_check_on is not None and timezone.localdate(returned.reviewed_at) < row.next_check_on
    )
    if row.state == ClassState.EXPIRED and ran_out_since:
        return False
    decided_at = None if standing.override is None else standing.override.decided_at
    if decided_at is not None and decided_at <= returned.reviewed_at:
        # The class is the override's, whatever the model has said since.
        return True
    since = Assessment.objects.filter(party_id=standing.party_id, at__gt=returned.reviewed_at)
    return not since.exclude(risk_class=target).exists()


def _show(held: Mapping[int, Classification], standings: Sequence[Standing]) -> None:
    """Where the record that stands shows another class than the one that binds (records were merged), show that."""
    for standing in standings:
        row = held.get(standing.party_id)
        if row is not None and row.risk_class != standing.risk_class:
            Standing.objects.filter(pk=standing.pk).update(risk_class=row.risk_class)


def _days(holding: Mapping[str, str]) -> dict[str, date]:
    return {name: date.fromisoformat(day) for name, day in holding.items()}


def new_class(standing: Standing, *, actor: Actor, at: datetime, **values: Any) -> Classification:
    """A row about where the customer stands, not yet saved."""
    return Classification(
        party_id=standing.party_id,
        policy=standing.policy,
        assessment_id=standing.assessment_id,
        value_class=standing.value_class,
        proposer_id=actor.id,
        proposer_label=actor.label,
        proposed_at=at,
        **values,
    )


@action("grading.classes.begun", may=permissions.may_follow_classes)
def begin_classes(entry: Entry, *, actor: Actor, at: datetime, standings: Sequence[Standing]) -> int:
    """The first class of these customers takes effect at once: it is what the published policy says of them."""
    rows = []
    for standing in standings:
        policy = policies.policy_of(standing.policy)
        terms = policy.class_by_name[standing.assessed_class]
        rows.append(
            new_class(
                standing,
                actor=actor,
                at=at,
                state=ClassState.EFFECTIVE,
                origin=ClassOrigin.FIRST,
                move=ClassMove.FIRST,
                risk_class=terms.name,
                class_rank=policy.classes.index(terms),
                reason=ClassReason.SCORE,
                effective_at=at,
                next_check_on=next_check(terms, at=at),
            )
        )
    Classification.objects.bulk_create(rows)
    shown = Standing.objects.filter(pk__in=[one.pk for one in standings])
    shown.exclude(risk_class=F("assessed_class")).update(risk_class=F("assessed_class"))
    if len(rows) == 1:
        after = {"risk_class": rows[0].risk_class, "next_check_on": rows[0].next_check_on}
        entry.about("party", rows[0].party_id, after=after)
    else:
        said = (f"{row.party_id} {row.risk_class} {row.next_check_on}".encode() for row in rows)
        entry.bulk("policy", standings[0].policy_id, rows=said)
    return len(rows)


@action("grading.class.proposed", may=permissions.may_follow_classes)
def propose_by_itself(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    standing: Standing,
    target: str,
    move: ClassMove,
    ready_on: date | None,
) -> Classification:
    """An assessment calls for another class: to review, or 拟定 until the day on which an improvement has held long enough."""
    policy = policies.policy_of(standing.policy)
    waits = ready_on is not None and ready_on > timezone.localdate(at)
    row = new_class(
        standing,
        actor=actor,
        at=at,
        state=ClassState.PROPOSED if waits else ClassState.IN_REVIEW,
        origin=ClassOrigin.ASSESSMENT,
        move=move,
        risk_class=target,
        class_rank=policy.classes.index(policy.class_by_name[target]),
        previous_class=standing.risk_class,
        reason=ClassReason.SCORE,
        ready_on=ready_on,
    )
    row.save()
    entry.about("party", standing.party_id, before={"risk_class": row.previous_class}, after=told_of(row))
    return row


@action("grading.class.withdrawn", may=permissions.may_follow_classes)
def withdraw_class(
    entry: Entry, *, actor: Actor, at: datetime, row: Classification, note: str
) -> Classification:
    """What an assessment had called for no longer holds."""
    row.state, row.note, row.reviewed_at = ClassState.WITHDRAWN, note, at
    row.save(update_fields=["state", "note", "reviewed_at"])
    entry.about("party", customer_of(row), after=told_of(row))
    entry.purpose(note)
    return row


@action("grading.class.sent_to_review", may=permissions.may_follow_classes)
def send_to_review(entry: Entry, *, actor: Actor, at: datetime, row: Classification) -> Classification:
    """The cool-down is over."""
    row.state = ClassState.IN_REVIEW
    row.save(update_fields=["state"])
    entry.about("party", customer_of(row), after=told_of(row))
    return row


@action("grading.classes.tended", may=permissions.may_follow_classes)
def tend_classes(entry: Entry, *, actor: Actor, at: datetime) -> int:
    """One batch of what the clock brings: improvements whose cool-down is over, classes whose check is due, first classes.

    Gives how many were moved; nothing is left to do when it gives 0. A repeat finds what is left.
    """
    today = timezone.localdate(at)
    ready = list(ready_classes(today).select_for_update(of=("self",)).order_by("pk")[:BATCH])
    for row in ready:
        send_to_review(actor=actor, at=at, row=row)
    due = list(due_classes(today).select_for_update(of=("self",)).order_by("pk")[:BATCH])
    _expire(due, actor=actor, at=at)
    begun = list(standings_without_class().order_by("pk").values_list("pk", flat=True)[:BATCH])
    if begun:
        follow_assessments(begun, at=at)
    moved = len(ready) + len(due) + len(begun)
    if moved:
        said = (f"{row.party_id} {row.risk_class} {row.state}".encode() for row in (*ready, *due))
        entry.bulk("classes", today, rows=said, ready=len(ready), due=len(due), begun=len(begun))
    else:
        entry.nothing()
    return moved


def _expire(due: Sequence[Classification], *, actor: Actor, at: datetime) -> None:
    """The check is due: the class binds on, and stands in the queue unless something else about the customer does."""
    Classification.objects.filter(pk__in=[row.pk for row in due]).update(state=ClassState.EXPIRED)
    queue_checks({customer_of(row) for row in due}, actor=actor, at=at)


def queue_checks(customers: Collection[int], *, actor: Actor, at: datetime) -> None:
    """Put those of these customers whose class has run out to review, unless something else about them is; inside an action."""
    busy, bound = open_classes(customers), binding_classes(customers)
    Classification.objects.bulk_create(
        Classification(
            party_id=customer,
            policy_id=row.policy_id,
            state=ClassState.IN_REVIEW,
            origin=ClassOrigin.EXPIRY,
            move=ClassMove.SAME,
            risk_class=row.risk_class,
            class_rank=row.class_rank,
            previous_class=row.risk_class,
            value_class=row.value_class,
            reason=ClassReason.EXPIRY,
            proposer_id=actor.id,
            proposer_label=actor.label,
            proposed_at=at,
        )
        for customer, row in bound.items()
        # Of several records another may still bind, and not be due.
        if customer not in busy and row.state == ClassState.EXPIRED
    )


def told_of(row: Classification) -> dict[str, Any]:
    """What the ledger says of a class."""
    return {
        "risk_class": row.risk_class,
        "class_state": row.get_state_display(),
        "reason_code": row.get_reason_display(),
        "ready_on": row.ready_on,
    }
