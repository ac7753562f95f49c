"""Limits: proposed by one, granted by another, lowered or ended at once, never edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.grading import permissions
from vouch.grading.actions.reckoning import need_signature, reckon_alone
from vouch.grading.models import GroupMember, Limit, LimitSubject
from vouch.grading.queries.limit import (
    LIVE,
    Ceiling,
    Room,
    ceilings,
    group_members,
    group_of,
    peak_with,
    room_of,
)
from vouch.grading.queries.refusals import over_class
from vouch.grading.terms import LIMIT_TRANSITIONS, LimitKind, LimitNature, LimitOf, LimitState
from vouch.parties.models import Building
from vouch.parties.queries import canonical_id
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, Refused, action
from vouch.policy.actions import GateRefused, pass_gate
from vouch.policy.queries import Proposal, Verdict
from vouch.policy.terms import Step

ZERO = Decimal("0.00")


class NotALimit(ValueError):
    """What was asked cannot be a limit; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitDetails:
    """An amount in yuan with its days, both included. A base begins on the day on which it is granted."""

    amount: Decimal
    reason: str
    nature: str = LimitNature.BASE
    starts_on: date | None = None
    ends_on: date | None = None


@action("grading.limit.proposed", may=permissions.may_propose_limit)
def propose_limit(entry: Entry, *, actor: Actor, at: datetime, of: LimitOf, details: LimitDetails) -> Limit:
    """Ask for a limit, or for another amount of one (拟定额度); it counts once somebody else has granted it. Raises NotALimit."""
    today = timezone.localdate(at)
    _take_part(actor, of.party_id, at)
    starts_on = today if details.nature == LimitNature.BASE else details.starts_on or today
    if details.ends_on is not None and details.ends_on < max(starts_on, today):
        raise NotALimit(_("到期日不能早于起始日，也不能早于今天。"))
    if details.nature != LimitNature.BASE and details.ends_on is None:
        raise NotALimit(_("临时额度须写明到期日。"))
    if of.kind == LimitKind.BUILDING and details.nature == LimitNature.BASE:
        raise NotALimit(_("楼栋的基本额度就是楼栋限额，请在楼栋页设定；这里只办理临时额度。"))
    subject = _opened(of, at)
    try:
        with transaction.atomic():
            made = Limit.objects.create(
                subject=subject,
                nature=details.nature,
                amount=details.amount,
                starts_on=starts_on,
                ends_on=details.ends_on,
                reason=details.reason,
                proposed_at=at,
                proposed_by=actor.label,
                proposed_by_id=actor.id,
            )
    except IntegrityError:
        raise NotALimit(_("已有一笔额度等待批准，请先批准、退回或撤回。")) from None
    entry.about("limit", made.pk, after=_told(made))
    entry.purpose(details.reason)
    return made


def _take_part(actor: Actor, party_id: int | None, at: datetime) -> None:
    """The front office proposes for its customers, the middle office for what it watches and whatever it decides."""
    if party_id is not None:
        office = Office.FRONT if permissions.is_front(actor) else Office.MIDDLE
        take_part(actor=actor, matter=("party", str(canonical_id(party_id))), office=office, at=at)


def _opened(of: LimitOf, at: datetime) -> LimitSubject:
    """The subject, opened where there is none yet; a group with whoever the register connects with its head."""
    party_id = None if of.party_id is None else canonical_id(of.party_id)
    named = {
        "kind": of.kind, "party_id": party_id, "building_id": of.building_id,
        "industry": of.industry, "bank": of.bank.strip(),
    }  # fmt: skip
    found, is_new = LimitSubject.objects.get_or_create(**named, defaults={"opened_at": at})
    if is_new and found.kind == LimitKind.GROUP and party_id is not None:
        members = group_of(party_id, on=timezone.localdate(at))
        if len(members) < 2:
            raise NotALimit(_("登记的股权和控制关系中，没有与该客户同属一个集团的主体。"))
        GroupMember.objects.bulk_create(
            GroupMember(subject=found, party_id=pk, joined_at=at) for pk in members
        )
    return found


@action("grading.limit.decided", may=permissions.may_decide_limit)
def decide_limit(
    entry: Entry, *, actor: Actor, at: datetime, limit: Limit, is_granted: bool, note: str = ""
) -> Limit:
    """Grant what somebody else proposed (批准), or send it back.

    The gate judges a grant or a raise first. Raises Refused, vouch.policy.actions.GateRefused.
    """
    _take_part(actor, limit.subject.party_id, at)
    reckon_alone()
    held = _proposed(limit)
    if held.proposed_by_id in {actor.id, *(f"user:{pk}" for pk in actor.own_ids)}:
        raise Refused(_("额度须由提出人以外的有权人批准。"))
    if is_granted:
        _grant(entry, held, actor=actor, at=at)
    else:
        _move(held, LimitState.REJECTED)
    held.decided_at, held.decided_by, held.decision_note = at, actor.label, note
    held.save()
    entry.about("limit", held.pk, before={"state": LimitState.PROPOSED}, after=_told(held))
    entry.purpose(note)
    return held


def _proposed(limit: Limit) -> Limit:
    found = Limit.objects.select_for_update(of=("self",)).select_related("subject__party").get(pk=limit.pk)
    if found.state != LimitState.PROPOSED:
        raise Refused(_("这笔额度已经处理过。"))
    return found


def _grant(entry: Entry, held: Limit, *, actor: Actor, at: datetime) -> None:
    today = timezone.localdate(at)
    if held.ends_on is not None and held.ends_on < today:
        raise Refused(_("这笔额度的到期日已过，不能再批准。"))
    (ceiling,) = ceilings([held.subject], on=today)
    room = room_of(held.subject, ceiling, at=at)
    base, after = _base_of(ceiling, on=today), peak_with(held, ceiling, on=today)
    # What stands for a while hides how the base moves, so each is asked; more on top is always more.
    is_more = held.amount > base or after > (ceiling.amount or ZERO)
    if is_more or held.nature == LimitNature.ADDITION:
        _refuse_alone(held, after, actor)
        over = None
        if held.subject.kind == LimitKind.CUSTOMER:
            over = over_class(canonical_id(held.subject.party_id or 0), after)
        if over is not None:
            raise GateRefused(Verdict(refusals=(over,)))
        is_first = ceiling.base is None and ceiling.building is None
        step = Step.GRANT_LIMIT if is_first else Step.RAISE_LIMIT
        proposal = _weighed(step, held, room, after)
        need_signature(pass_gate(entry, proposal, actor=actor, at=at), actor)
    if held.nature == LimitNature.BASE:
        _supersede(held, at=at)
        held.starts_on = today
    _move(held, LimitState.GRANTED)


def _base_of(ceiling: Ceiling, *, on: date) -> Decimal:
    """What the base by itself allows on a day."""
    if ceiling.building is not None:
        return ceiling.building.max_balance or ZERO
    base = ceiling.base
    return ZERO if base is None or (base.ends_on is not None and base.ends_on < on) else base.amount


def _refuse_alone(held: Limit, after: Decimal, actor: Actor) -> None:
    """The path of an assessment is chosen for the limit that it recommends: above it, the heads decide. Raises Refused."""
    advised = permissions.advised_limit(held.subject)
    if advised is not None and after > advised and not actor.has_role(*permissions.GRANTING_ROLES):
        raise Refused(
            _("额度将达 %(after)s 元，高于最近一次评估建议的 %(advised)s 元，须由首席风险官或总经理批准。")
            % {"after": f"{after:,.2f}", "advised": f"{advised:,.2f}"}
        )


def _weighed(step: Step, limit: Limit, room: Room, after: Decimal) -> Proposal:
    """The limit as if it were drawn in full: what comes on top of what is taken already.

    A group's or a building's is no single customer's: it is weighed against the whole book here, and customer by customer when
    something is drawn.
    """
    subject = limit.subject
    return Proposal(
        step=step,
        party_id=subject.party_id if subject.kind == LimitKind.CUSTOMER else None,
        amount=max(ZERO, after - room.taken.total),
        facts={"proposal.is_temporary": limit.is_temporary},
    )


def _supersede(made: Limit, *, at: datetime) -> None:
    """The base that stood so far ends with the new one."""
    former = Limit.objects.select_for_update().filter(
        subject=made.subject, nature=LimitNature.BASE, state__in=LIVE
    )
    for one in former:
        _move(one, LimitState.SUPERSEDED)
        one.closed_at, one.closing_note = at, _("由新的额度替代")
        one.save()
        made.supersedes = one


def _move(limit: Limit, state: LimitState) -> None:
    if state not in LIMIT_TRANSITIONS[limit.state]:
        raise Refused(_("这笔额度已经处理过。"))
    limit.state = state


@action("grading.limit.withdrawn", may=permissions.may_withdraw_limit)
def withdraw_limit(entry: Entry, *, actor: Actor, at: datetime, limit: Limit) -> Limit:
    """Take back what oneself proposed (撤回). Raises Refused."""
    held = _proposed(limit)
    _move(held, LimitState.WITHDRAWN)
    held.closed_at = at
    held.save()
    entry.about("limit", held.pk, before={"state": LimitState.PROPOSED}, after=_told(held))
    return held


@action("grading.limit.lowered", may=permissions.may_restrain_limit)
def lower_limit(
    entry: Entry, *, actor: Actor, at: datetime, limit: Limit, amount: Decimal, reason: str
) -> Limit:
    """Less than before, at once (调低): a new base takes the former one's place; what is used already stays used.

    Raises Refused.
    """
    _take_part(actor, limit.subject.party_id, at)
    reckon_alone()
    former = _living(limit)
    if former.ends_on is not None and former.ends_on < timezone.localdate(at):
        raise Refused(_("这笔额度已到期，请续作并经批准。"))
    if former.nature != LimitNature.BASE or former.state != LimitState.GRANTED or amount >= former.amount:
        raise Refused(_("只能把生效的基本额度调低；调高请另行提出并由他人批准。"))
    made = Limit(
        subject=former.subject, nature=LimitNature.BASE, amount=amount, ends_on=former.ends_on, reason=reason,
        starts_on=timezone.localdate(at), state=LimitState.GRANTED, proposed_at=at, proposed_by=actor.label,
        proposed_by_id=actor.id, decided_at=at, decided_by=actor.label,
    )  # fmt: skip
    _supersede(made, at=at)
    made.save()
    entry.about("limit", made.pk, before=_told(former), after=_told(made))
    entry.purpose(reason)
    return made


@action("grading.limit.ended", may=permissions.may_restrain_limit)
def end_limit(entry: Entry, *, actor: Actor, at: datetime, limit: Limit, reason: str) -> Limit:
    """No more of it from now on (终止): a customer without a limit draws nothing.

    Raises Refused where more could be drawn without it: that takes a second person.
    """
    _take_part(actor, limit.subject.party_id, at)
    reckon_alone()
    held = _living(limit)
    before = _told(held)
    first = max(timezone.localdate(at), held.starts_on)
    (so_far,) = ceilings([held.subject], on=first)
    _move(held, LimitState.ENDED)
    held.closed_at, held.closing_note = at, reason
    held.save()
    (left,) = ceilings([held.subject], on=first)
    is_open = left.amount is None and so_far.amount is not None and held.subject.kind != LimitKind.CUSTOMER
    if is_open or (left.amount or ZERO) > (so_far.amount or ZERO):
        raise Refused(_("终止后可用额度会变大，须另行提出并由他人批准。"))
    entry.about("limit", held.pk, before=before, after=_told(held))
    entry.purpose(reason)
    return held


def _living(limit: Limit) -> Limit:
    found = Limit.objects.select_for_update(of=("self",)).select_related("subject").get(pk=limit.pk)
    if found.state not in LIVE:
        raise Refused(_("这笔额度没有生效，或已经结束。"))
    return found


@action("grading.limit.expired", may=permissions.may_keep_limits)
def expire_limit(entry: Entry, *, actor: Actor, at: datetime, limit: Limit) -> None:
    """Say in the ledger that a limit ran out by itself; a repeat says nothing."""
    held = Limit.objects.select_for_update().filter(pk=limit.pk, state=LimitState.GRANTED).first()
    if held is None or held.ends_on is None or held.ends_on >= timezone.localdate(at):
        entry.nothing()
        return
    before = _told(held)
    _move(held, LimitState.EXPIRED)
    held.closed_at, held.closing_note = at, _("到期自动失效")
    held.save()
    entry.about("limit", held.pk, before=before, after=_told(held))


@action("grading.building.opened", may=permissions.may_keep_limits)
def open_building(entry: Entry, *, actor: Actor, at: datetime, building: Building) -> None:
    """Let a building that has a limit on its own page stand among the limits; a repeat says nothing."""
    made, is_new = LimitSubject.objects.get_or_create(
        kind=LimitKind.BUILDING, building=building, defaults={"opened_at": at}
    )
    if is_new:
        entry.about("limit_subject", made.pk, after={"building": building.name})
    else:
        entry.nothing()


@action("grading.group.followed", may=permissions.may_keep_limits)
def follow_group(
    entry: Entry, *, actor: Actor, at: datetime, subject: LimitSubject, members: tuple[int, ...]
) -> None:
    """Let a group with a limit have the members that the register gives it (canonical records); a repeat says nothing."""
    reckon_alone()
    known = group_members(subject)
    joined, left = set(members) - known.keys(), known.keys() - set(members)
    if not joined and not left:
        entry.nothing()
        return
    GroupMember.objects.filter(pk__in=[known[pk].pk for pk in left]).update(left_at=at)
    GroupMember.objects.bulk_create(
        GroupMember(subject=subject, party_id=pk, joined_at=at) for pk in sorted(joined)
    )
    entry.about(
        "limit_subject", subject.pk, before={"members": sorted(known)}, after={"members": sorted(members)}
    )


def _told(limit: Limit) -> dict[str, Any]:
    return {
        "limit_subject": limit.subject_id,
        "nature": limit.nature,
        "limit": limit.amount,
        "starts_on": limit.starts_on,
        "ends_on": limit.ends_on,
        "state": limit.state,
    }
