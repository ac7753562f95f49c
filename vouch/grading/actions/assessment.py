"""Verbs of judgement: one customer on demand, or the book in chunks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.types.json import Jsonb

from vouch.customers.terms import Purpose as ReadFor
from vouch.engine.canonical import canonical_json, digest_of
from vouch.engine.decide import decide_many
from vouch.engine.decision import Decision, ReasonKind
from vouch.engine.facts import FactFrame, Purpose, catalogue
from vouch.engine.policy import Policy
from vouch.engine.reclass import value_of
from vouch.engine.snapshot import Snapshot, SnapshotFact
from vouch.grading import permissions, queries
from vouch.grading.actions.following import follow_assessments
from vouch.grading.actions.standing import move_standings, rest_standing
from vouch.grading.models import Assessment, AssessmentRun, Standing
from vouch.grading.queries import compact
from vouch.grading.terms import Outcome, RunState
from vouch.parties.models import Party
from vouch.parties.terms import PartyStatus
from vouch.platform.database.copy import copy_rows
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Office
from vouch.platform.jobs.defer import defer
from vouch.platform.ledger.action import Entry, Refused, action
from vouch.policy import queries as policies
from vouch.policy.models import PolicyVersion

CHUNK = 5000
"""Customers judged in one transaction, with one ledger entry: a few seconds' work, lost at most in a crash."""

Progress = Callable[[AssessmentRun], None]

_COLUMNS = (
    "party_id", "run_id", "policy_id", "as_of", "at", "outcome", "score", "grade", "grade_rank", "risk_class",
    "value_class", "limit", "fee_rate", "path", "reasons", "snapshot", "snapshot_sha256", "is_advice",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """One customer's decision, ready to be stored."""

    party_id: int
    decision: Decision
    value_class: str
    snapshot: dict[str, Any]
    spelled: bytes
    """The snapshot as canonical JSON: written once for its digest, its row and the ledger."""
    sha256: str
    is_advice: bool = False


@action("grading.customer.assessed", may=permissions.may_assess)
def assess_party(entry: Entry, *, actor: Actor, at: datetime, party_id: int, as_of: date) -> Assessment:
    """Judge one customer now, by the policy in force, on the facts as of a day.

    The same facts under the same policy are the same assessment: a repeat finds it and leaves no entry. Raises
    vouch.policy.queries.NoPolicyInForceError.
    """
    take_part(actor=actor, matter=("party", str(party_id)), office=Office.MIDDLE, at=at)
    party = Party.objects.get(pk=party_id)
    if party.canonical_id is not None:
        raise Refused(_("该记录已并入其他客户，请评估保留的客户。"))
    if party.status == PartyStatus.RESTRICTED:
        raise Refused(_("该客户已被限制处理，除存储外不得评估。"))
    # One policy judges every kind of organisation, here as in a batch.
    version = policies.policy_in_force(at=at)
    (judged,) = _judge([party_id], version=version, as_of=as_of, at=at)
    if _reads_guarded(version):
        entry.purpose(str(ReadFor.REVIEW.label))
    known = queries.assessments_of(party_id).filter(as_of=as_of, policy=version).first()
    if known is not None and known.snapshot_sha256 == judged.sha256:
        # Nothing new is known; but a cool-down may be over, or a record with an override may have come or gone by a merge.
        rest_standing(known, at=at)
        entry.nothing()
        return known
    row = dict(zip(_COLUMNS, _row(judged, version=version, as_of=as_of, at=at, run=None), strict=True))
    found = Assessment.objects.create(**{**row, "snapshot": judged.snapshot})
    before = Standing.objects.filter(party=party_id).values("grade", "risk_class", "limit", "as_of").first()
    move_standings([party_id], version=version, as_of=as_of, at=at)
    follow_assessments([party_id], at=at)
    after = {
        "outcome": found.outcome,
        "score": found.score,
        "grade": found.grade,
        "risk_class": found.risk_class,
        "limit": found.limit,
        "as_of": found.as_of,
        "policy": version.sha256,
        "snapshot": found.snapshot_sha256,
    }
    entry.about("party", party_id, before=before, after=after)
    return found


def assess_customers(
    *,
    actor: Actor,
    at: datetime,
    as_of: date,
    party_ids: Sequence[int] | None = None,
    progress: Progress | None = None,
) -> AssessmentRun:
    """Judge every enterprise, or these, in chunks; each chunk is a transaction with its own ledger entry.

    Raises vouch.policy.queries.NoPolicyInForceError. An interrupted run is taken up by ``resume_run``.
    """
    run = start_run(actor=actor, at=at, as_of=as_of, party_ids=party_ids)
    return resume_run(actor=actor, at=at, run=run, progress=progress)


def resume_run(
    *, actor: Actor, at: datetime, run: AssessmentRun, progress: Progress | None = None
) -> AssessmentRun:
    """Judge whoever the run has not reached yet, under the policy that it began with."""
    while run.state == RunState.RUNNING:
        run = assess_chunk(actor=actor, at=at, run=run)
        if progress is not None and run.state == RunState.RUNNING:
            progress(run)
    return run


@action("grading.run.ordered", may=permissions.may_assess_book)
def order_run(
    entry: Entry, *, actor: Actor, at: datetime, as_of: date, party_ids: Sequence[int] | None = None
) -> AssessmentRun:
    """Open a batch over every enterprise, or these, and leave the work to a job.

    A batch over everybody that is under way is that batch.
    """
    version = policies.policy_in_force(at=at)
    run = None if party_ids is not None else queries.unfinished_run(as_of=as_of, policy_id=version.pk)
    if run is None:
        run = start_run(actor=actor, at=at, as_of=as_of, party_ids=party_ids)
    defer("grading.continue_run", lock=f"run:{run.pk}", run_id=run.pk)
    entry.about("run", run.pk, after={"as_of": as_of, "policy": version.sha256, "total": run.total})
    return run


@action("grading.run.scheduled", may=permissions.may_assess_book)
def order_due(entry: Entry, *, actor: Actor, at: datetime) -> AssessmentRun | None:
    """Open a batch over the customers whose turn it is, as of today; None where it is nobody's.

    Raises vouch.policy.queries.NoPolicyInForceError.
    """
    with connection.cursor() as cursor:
        # Workers keep the same beat: one looks, the others find its batch.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('grading.run.scheduled'))")
    version = policies.policy_in_force(at=at)
    under_way = queries.running_run_of(actor.id)
    due = [] if under_way is not None else queries.due_customers(version, at=at)
    if not due:
        entry.nothing()
        return under_way
    run = order_run(actor=actor, at=at, as_of=timezone.localdate(at), party_ids=due)
    entry.about("run", run.pk, after={"as_of": run.as_of, "policy": version.sha256, "total": run.total})
    return run


@action("grading.run.started", may=permissions.may_assess_book)
def start_run(
    entry: Entry, *, actor: Actor, at: datetime, as_of: date, party_ids: Sequence[int] | None
) -> AssessmentRun:
    """Open a batch under the policy in force."""
    version = policies.policy_in_force(at=at)
    chosen = None if party_ids is None else sorted(set(party_ids))
    run = AssessmentRun.objects.create(
        policy=version,
        as_of=as_of,
        started_at=at,
        actor_id=actor.id,
        actor_label=actor.label,
        party_ids=chosen,
        total=queries.assessable(chosen).count(),
    )
    after = {"as_of": as_of, "policy": version.sha256, "total": run.total}
    entry.about("run", run.pk, after=after)
    return run


@action("grading.customers.assessed", may=permissions.may_assess_book)
def assess_chunk(entry: Entry, *, actor: Actor, at: datetime, run: AssessmentRun) -> AssessmentRun:
    """Judge the next customers of a run; the chunk that finds nobody left closes it."""
    run = (
        AssessmentRun.objects.select_for_update(of=("self",))
        .select_related("policy__scorecard")
        .get(pk=run.pk)
    )
    waiting = queries.assessable(run.party_ids).filter(pk__gt=run.reached_party_id).order_by("pk")
    party_ids = list(waiting.values_list("pk", flat=True)[:CHUNK])
    if not party_ids or run.state != RunState.RUNNING:
        entry.nothing()
        return finish_run(actor=actor, at=at, run=run)
    judged = _judge(party_ids, version=run.policy, as_of=run.as_of, at=at)
    if _reads_guarded(run.policy):
        entry.purpose(str(ReadFor.REVIEW.label))
    known = queries.latest_digests(party_ids, as_of=run.as_of, policy_id=run.policy_id)
    fresh = [one for one in judged if known.get(one.party_id) != one.sha256]
    rows = (_row(one, version=run.policy, as_of=run.as_of, at=at, run=run) for one in fresh)
    copy_rows(Assessment, _COLUMNS, rows)
    move_standings([one.party_id for one in fresh], version=run.policy, as_of=run.as_of, at=at)
    follow_assessments(party_ids, at=at)
    run.done += len(judged)
    run.unchanged += len(judged) - len(fresh)
    run.reached_party_id = party_ids[-1]
    run.save(update_fields=["done", "unchanged", "reached_party_id"])
    outcomes = [one.decision.outcome.value for one in fresh]
    entry.bulk(
        "run",
        run.pk,
        rows=(one.spelled for one in fresh),
        unchanged=len(judged) - len(fresh),
        graded=outcomes.count(Outcome.GRADED.value),
        knocked_out=outcomes.count(Outcome.KNOCKED_OUT.value),
        insufficient=outcomes.count(Outcome.INSUFFICIENT.value),
    )
    return run


@action("grading.run.finished", may=permissions.may_assess_book)
def finish_run(entry: Entry, *, actor: Actor, at: datetime, run: AssessmentRun) -> AssessmentRun:
    """Close a batch when nobody is left; a repeat changes nothing."""
    if run.state == RunState.FINISHED:
        entry.nothing()
        return run
    run.state, run.finished_at = RunState.FINISHED, at
    run.save(update_fields=["state", "finished_at"])
    entry.about("run", run.pk, after={"done": run.done, "unchanged": run.unchanged})
    return run


def _reads_guarded(version: PolicyVersion) -> bool:
    """Whether the policy asks facts that the customer must have authorised: the entry then names the purpose."""
    return any(catalogue.is_guarded(fact.name) for fact in policies.policy_of(version).facts)


def _judge(party_ids: list[int], *, version: PolicyVersion, as_of: date, at: datetime) -> list[Judged]:
    """Ask the facts of these customers with one question, and decide; the same code for one and for all.

    Credit facts are read for the review before a guarantee, of those who have authorised that at this moment.
    """
    policy = policies.policy_of(version)
    names = [fact.name for fact in policy.facts]
    purpose = Purpose(code=ReadFor.REVIEW, at=at)
    frame = catalogue.ask(names, party_ids, as_of=as_of, purpose=purpose)
    advised = queries.only_advised(party_ids, at=at)
    return list(_judged(policy, frame, as_of=as_of, advised=advised))


def _judged(policy: Policy, frame: FactFrame, *, as_of: date, advised: Collection[int]) -> Iterator[Judged]:
    decisions = decide_many(policy, frame)
    sources = {fact.name: catalogue[fact.name].source for fact in policy.facts}
    # Tens of thousands of registered firms have no invoice at all: one decision says it for all of them.
    unknown: Decision | None = None
    for place, (party_id, row) in enumerate(zip(frame.subjects, frame.rows(), strict=True)):
        facts = {
            name: SnapshotFact(value, _day(frame, name, place), sources[name])
            for name, value in row.items()
            if value is not None
        }
        if facts:
            decision: Decision = decisions[place]
        else:
            unknown = unknown or decisions[place]
            decision = unknown
        found = compact(Snapshot(party_id, as_of, facts, decision))
        value = value_of(policy, row)
        worth = "" if value is None else value.name
        spelled = canonical_json(found)
        yield Judged(
            party_id, decision, worth, found, spelled, digest_of(spelled), is_advice=party_id in advised
        )


def _day(frame: FactFrame, name: str, place: int) -> date | None:
    days = frame.dated_on.get(name)
    return None if days is None else days[place]


def _row(
    judged: Judged, *, version: PolicyVersion, as_of: date, at: datetime, run: AssessmentRun | None
) -> tuple[Any, ...]:
    """The assessment's columns, in the order of _COLUMNS."""
    decision = judged.decision
    policy = policies.policy_of(version)
    rank = None if decision.grade is None else [grade.name for grade in policy.grades].index(decision.grade)
    return (
        judged.party_id,
        None if run is None else run.pk,
        version.pk,
        as_of,
        at,
        decision.outcome.value,
        decision.score,
        decision.grade or "",
        rank,
        decision.customer_class or "",
        judged.value_class,
        Decimal(decision.limit or 0).scaleb(-2),
        None if decision.fee_rate is None else Decimal(decision.fee_rate).scaleb(-6),
        decision.path,
        _reasons(decision),
        Jsonb(judged.snapshot, dumps=lambda _snapshot: judged.spelled),
        judged.sha256,
        judged.is_advice,
    )


def _reasons(decision: Decision) -> list[str]:
    """The reasons in words, with what they cost; where facts are missing, which ones, and nothing of points."""
    if decision.missing and not decision.rule_hits:
        return [reason.text for reason in decision.reasons if reason.kind is ReasonKind.MISSING]
    return [
        f"{reason.text}（-{reason.points}分）" if reason.kind is ReasonKind.LOST else reason.text
        for reason in decision.reasons
    ]
