"""Verbs of overrides: proposed by one, decided by another, ended by hand or by the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.engine.identifiers import holds_protected
from vouch.grading import permissions, queries
from vouch.grading.actions.standing import rest_standing
from vouch.grading.models import Override, Standing
from vouch.grading.terms import (
    EVIDENCE_LEAST,
    OVERRIDE_DAYS,
    OVERRIDE_TRANSITIONS,
    Outcome,
    OverrideState,
    Side,
)
from vouch.parties.models import Assignment, Party
from vouch.parties.queries import canonical_id
from vouch.platform.courier.actions import notify
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, action
from vouch.policy import queries as policies

EXPIRED = "grading.override.expired"
# What was proposed is fixed in the database: only these columns are named in an update.
_CHANGING = (
    "state", "decided_by_id", "decided_by_label", "decided_at", "decision_note", "ended_at", "end_note",
)  # fmt: skip


class NotNow(ValueError):
    """It cannot be done as things stand, or as it was asked; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideDetails:
    """What somebody proposes. ``evidence_id`` is a material of the customer's file; without one the note is the evidence."""

    grade: str
    reason: str
    expires_on: date
    note: str = ""
    evidence_id: int | None = None


@action("grading.override.proposed", may=permissions.may_propose_override)
def propose_override(
    entry: Entry, *, actor: Actor, at: datetime, party_id: int, details: OverrideDetails
) -> Override:
    """Propose another grade than the model's for a customer that is graded. Raises NotNow and Refused."""
    office = Office.FRONT if permissions.is_front(actor) else Office.MIDDLE
    take_part(actor=actor, matter=("party", str(canonical_id(party_id))), office=office, at=at)
    Party.objects.select_for_update(no_key=True).get(pk=party_id)
    standing = Standing.objects.select_related("assessment__policy__scorecard").filter(party=party_id).first()
    if standing is None or standing.outcome != Outcome.GRADED:
        raise NotNow(_("只有已评级的客户可以调整；准入否决和资料不足不能靠调整等级越过。"))
    if queries.open_override(party_id) is not None:
        raise NotNow(_("该客户已有待批准或生效中的人工调整，请先处理。"))
    assessment = standing.assessment
    _check(details, party_id=party_id, today=timezone.localdate(at))
    ranks = [one.name for one in policies.policy_of(assessment.policy).grades]
    if details.grade not in ranks:
        raise NotNow(_("政策中没有等级“%(grade)s”。") % {"grade": details.grade})
    if details.grade == assessment.grade:
        raise NotNow(_("调整后的等级与模型等级相同。"))
    side = Side.UP if ranks.index(details.grade) < ranks.index(assessment.grade) else Side.DOWN
    made = Override.objects.create(
        party_id=party_id,
        assessment=assessment,
        model_grade=assessment.grade,
        grade=details.grade,
        side=side,
        reason=details.reason,
        note=details.note,
        evidence_id=details.evidence_id,
        expires_on=details.expires_on,
        proposed_by_id=actor.id,
        proposed_by_label=actor.label,
        proposed_at=at,
    )
    after = {"grade": made.grade, "override_reason": made.reason, "valid_until": made.expires_on}
    entry.about("override", made.pk, before={"grade": made.model_grade}, after=after)
    return made


def _check(details: OverrideDetails, *, party_id: int, today: date) -> None:
    if not today <= details.expires_on <= today + timedelta(days=OVERRIDE_DAYS):
        raise NotNow(_("有效期至应在今天至 %(days)d 天内。") % {"days": OVERRIDE_DAYS})
    if details.evidence_id is None and len(details.note.strip()) < EVIDENCE_LEAST:
        raise NotNow(_("请附佐证资料，或用至少 %(least)d 个字写明依据。") % {"least": EVIDENCE_LEAST})
    _without_numbers(details.note)
    if details.evidence_id is not None and not queries.is_evidence(details.evidence_id, party_id):
        raise NotNow(_("佐证资料应是该客户有效的资料。"))


@action("grading.override.approved", may=permissions.may_decide_override)
def approve_override(
    entry: Entry, *, actor: Actor, at: datetime, override: Override, note: str = ""
) -> Override:
    """Let it live; by somebody other than who proposed it. Raises NotNow."""
    _without_numbers(note)
    held = _locked(override)
    take_part(actor=actor, matter=("party", str(held.party_id)), office=Office.MIDDLE, at=at)
    if held.expires_on < timezone.localdate(at):
        raise NotNow(_("有效期已过，不能再批准。"))
    held.decided_by_id, held.decided_by_label, held.decided_at, held.decision_note = (
        actor.id,
        actor.label,
        at,
        note,
    )
    _move(entry, held, OverrideState.LIVE)
    _rest(held, at=at)
    return held


@action("grading.override.refused", may=permissions.may_decide_override)
def refuse_override(entry: Entry, *, actor: Actor, at: datetime, override: Override, note: str) -> Override:
    """Do not let it live, and say why. Raises NotNow."""
    _without_numbers(note)
    held = _locked(override)
    held.decided_by_id, held.decided_by_label, held.decided_at, held.decision_note = (
        actor.id,
        actor.label,
        at,
        note,
    )
    held.ended_at = at
    _move(entry, held, OverrideState.REFUSED)
    entry.purpose(note)
    return held


@action("grading.override.withdrawn", may=permissions.may_withdraw_override)
def withdraw_override(entry: Entry, *, actor: Actor, at: datetime, override: Override) -> Override:
    """Take back one's own proposal. Raises NotNow."""
    held = _locked(override)
    held.ended_at = at
    _move(entry, held, OverrideState.WITHDRAWN)
    return held


@action("grading.override.lifted", may=permissions.may_lift_override)
def lift_override(entry: Entry, *, actor: Actor, at: datetime, override: Override, note: str) -> Override:
    """End a live one before its day; the model's grade stands again. Raises NotNow."""
    _without_numbers(note)
    held = _locked(override)
    held.ended_at, held.end_note = at, note
    _move(entry, held, OverrideState.LIFTED)
    entry.purpose(note)
    _rest(held, at=at)
    return held


@action("grading.override.expired", may=permissions.may_end_overrides)
def expire_override(entry: Entry, *, actor: Actor, at: datetime, override: Override) -> Override:
    """End one whose last day has passed; the model's grade stands again, and the manager is told. A repeat changes nothing."""
    held = Override.objects.select_for_update().get(pk=override.pk)
    if OverrideState.EXPIRED not in OVERRIDE_TRANSITIONS[held.state] or held.expires_on >= timezone.localdate(
        at
    ):
        entry.nothing()
        return held
    was_live = held.state == OverrideState.LIVE
    held.ended_at = at
    _move(entry, held, OverrideState.EXPIRED)
    if was_live:
        _rest(held, at=at)
    _tell(held, at=at)
    return held


def _without_numbers(note: str) -> None:
    """What people write stands in the ledger for good. Raises NotNow."""
    if holds_protected(note):
        raise NotNow(_("说明中请不要写证件号码、电话或账号。"))


def _locked(override: Override) -> Override:
    return Override.objects.select_for_update().get(pk=override.pk)


def _move(entry: Entry, held: Override, state: OverrideState) -> None:
    """Raises NotNow where the state machine does not lead there."""
    if state not in OVERRIDE_TRANSITIONS[held.state]:
        raise NotNow(
            _("人工调整现为“%(state)s”，不能改为“%(wanted)s”。")
            % {"state": held.get_state_display(), "wanted": state.label}
        )
    before = {"state": str(held.state)}
    held.state = state
    held.save(update_fields=_CHANGING)
    after = {"state": str(state), "grade": held.grade, "valid_until": held.expires_on}
    entry.about("override", held.pk, before=before, after=after)


def _rest(held: Override, *, at: datetime) -> None:
    """Of a record that was merged the customer's standing moves, and its own, so that a separation finds it right."""
    records = {held.party_id, canonical_id(held.party_id)}
    standings = Standing.objects.select_related("assessment__policy__scorecard").filter(party__in=records)
    for standing in standings.order_by("party"):
        rest_standing(standing.assessment, at=at)


def _tell(held: Override, *, at: datetime) -> None:
    """Whoever looks after the customer, and who proposed it."""
    present = Assignment.objects.filter(party=held.party_id, ends_on=None, manager__isnull=False)
    people = {pk for pk in present.values_list("manager_id", flat=True) if pk is not None}
    kind, _colon, pk = held.proposed_by_id.partition(":")
    if kind == "user":
        people.add(int(pk))
    party = Party.objects.get(pk=held.party_id)
    notify(
        at=at,
        recipients=sorted(people),
        template=EXPIRED,
        stable_id=f"override:{held.pk}",
        subject=("override", str(held.pk)),
        values={
            "name": party.name,
            "grade": held.grade,
            "model": held.model_grade,
            "day": str(held.expires_on),
        },
    )
