"""Holds: a limit is reserved, used and given back; every sum is reckoned alone, and none goes over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.engine.identifiers import holds_protected
from vouch.engine.ratios import Kind
from vouch.grading import permissions
from vouch.grading.actions.reckoning import need_signature, reckon_alone
from vouch.grading.models import Hold, HoldMove
from vouch.grading.queries.freeze import frozen
from vouch.grading.queries.limit import is_of_bank, limited_banks, rooms_for
from vouch.grading.queries.refusals import frozen_refusal, no_limit_refusal, over_class, room_refusals
from vouch.grading.queries.takings import book, our_share, told_of
from vouch.grading.terms import RESERVED_DAYS_MOST, RESERVED_HOURS, Draw, HoldState, HoldStep, LimitKind
from vouch.parties.models import Party
from vouch.parties.queries import canonical_id
from vouch.parties.terms import PartyStatus
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.policy.actions import GateRefused, pass_gate
from vouch.policy.queries import Proposal, Verdict
from vouch.policy.terms import Step

ZERO = Decimal("0.00")


class NotHeld(ValueError):
    """What was asked of a hold cannot be; ``str()`` is the Chinese message."""


@action("grading.hold.reserved", may=permissions.may_reserve)
def reserve(entry: Entry, *, actor: Actor, at: datetime, draw: Draw) -> Hold:
    """Keep so much of every limit that applies free for this (预占), until it is used or the time is up.

    All of them or none. Raises NotHeld, vouch.policy.actions.GateRefused.
    """
    if draw.amount <= 0 or not 0 < draw.share_rate <= 1:
        raise NotHeld(_("金额须大于零，承担比例须大于零且不超过百分之百。"))
    _refuse_protected(draw.purpose)
    draw = replace(draw, bank=draw.bank.strip(), guarantee_number=draw.guarantee_number.strip())
    expires_at = draw.expires_at or at + timedelta(hours=RESERVED_HOURS)
    if not at < expires_at <= at + timedelta(days=RESERVED_DAYS_MOST):
        raise NotHeld(_("预占的到期时间须晚于现在，且不超过 %d 天。") % RESERVED_DAYS_MOST)
    reckon_alone()
    _check_bank(draw.bank, at=at)
    customer = _customer(draw.party_id)
    if customer.status != PartyStatus.ACTIVE:
        raise NotHeld(_("该客户已停用或被限制处理，不能使用额度。"))
    if draw.guarantee_number:
        _check_number(draw.guarantee_number, customer.pk)
    verdict = _pass(entry, customer, _proposal(draw, draw.amount), draw.bank, actor=actor, at=at)
    need_signature(verdict, actor)
    made = Hold.objects.create(
        party_id=draw.party_id, bank=draw.bank, kind=draw.kind, share_rate=draw.share_rate, purpose=draw.purpose,
        guarantee_number=draw.guarantee_number, amount=draw.amount, reserved=draw.amount, reserved_at=at,
        reserved_by=actor.label, expires_at=expires_at, approved=[one.rule for one in verdict.approvals],
    )  # fmt: skip
    _note(made, HoldStep.RESERVE, draw.amount, actor=actor, at=at)
    entry.about("hold", made.pk, after={"party": draw.party_id, **_told(made)})
    entry.purpose(draw.purpose)
    return made


@action("grading.hold.used", may=permissions.may_use)
def use(
    entry: Entry, *, actor: Actor, at: datetime, hold: Hold, amount: Decimal, guarantee_number: str = ""
) -> Hold:
    """Use what was reserved, or a part of it (占用), for the guarantee of this number; the rest stays reserved.

    A freeze since, a limit that was lowered or ran out since, and every rule of the gate refuse it here once more.
    Raises NotHeld, vouch.policy.actions.GateRefused.
    """
    reckon_alone()
    held, before = _held(hold)
    number = guarantee_number.strip() or held.guarantee_number
    if held.expires_at <= at:
        raise NotHeld(_("预占已到期，请重新预占。"))
    if not 0 < amount <= held.reserved:
        raise NotHeld(_("本次占用须大于零，且不超过预占的 %s 元。") % f"{held.reserved:,.2f}")
    if not number:
        raise NotHeld(_("占用须写明业务编号，台账导入后据此认出同一笔业务。"))
    if held.guarantee_number not in {"", number}:
        raise NotHeld(_("这笔预占用于业务 %s，不能改用于别的业务。") % held.guarantee_number)
    customer = _customer(held.party_id)
    if not held.guarantee_number:
        _check_number(number, customer.pk)
    # What is reserved is weighed already.
    verdict = _pass(entry, customer, _proposal(held, ZERO), held.bank, actor=actor, at=at)
    need_signature(verdict, actor, approved=held.approved)
    if not held.used:
        held.guarantee_number = number
        known = told_of(held, book().named([number]))
        held.registered_before = known.balance if known else ZERO
    held.guarantee_number, held.used_on = number, timezone.localdate(at)
    held.reserved -= amount
    held.used += amount
    held.save()
    _note(held, HoldStep.USE, amount, actor=actor, at=at)
    entry.about("hold", held.pk, before=before, after=_told(held))
    return held


@action("grading.hold.released", may=permissions.may_release)
def release(
    entry: Entry, *, actor: Actor, at: datetime, hold: Hold, step: str, amount: Decimal | None = None, note: str = ""
) -> Hold:  # fmt: skip
    """Give back of what is used (HoldStep.REPAY) or reserved (HoldStep.CANCEL): so much, or None for all of it. Raises NotHeld."""
    _refuse_protected(note)
    reckon_alone()
    held, before = _held(hold)
    have = held.used if step == HoldStep.REPAY else held.reserved
    given = have if amount is None else amount
    if not 0 < given <= have:
        raise NotHeld(_("释放的金额须大于零，且不超过现有的 %s 元。") % f"{have:,.2f}")
    _give_back(held, HoldStep(step), given, at=at)
    _note(held, HoldStep(step), given, actor=actor, at=at, note=note)
    entry.about("hold", held.pk, before=before, after=_told(held))
    entry.purpose(note)
    return held


@action("grading.hold.expired", may=permissions.may_keep_limits)
def expire_hold(entry: Entry, *, actor: Actor, at: datetime, hold: Hold) -> None:
    """Say in the ledger that a reservation ran out by itself (预占到期); a repeat says nothing."""
    reckon_alone()
    held = Hold.objects.select_for_update().filter(pk=hold.pk, state=HoldState.OPEN).first()
    if held is None or held.expires_at > at or not held.reserved:
        entry.nothing()
        return
    before, gone = _told(held), held.reserved
    _give_back(held, HoldStep.EXPIRE, gone, at=at)
    _note(held, HoldStep.EXPIRE, gone, actor=actor, at=at)
    entry.about("hold", held.pk, before=before, after=_told(held))


@action("grading.hold.settled", may=permissions.may_keep_limits)
def settle_hold(entry: Entry, *, actor: Actor, at: datetime, hold: Hold) -> None:
    """Close a hold whose guarantee the register tells by a ledger of a later day: from then on it alone counts."""
    reckon_alone()
    rows = Hold.objects.select_for_update(of=("self",)).select_related("party")
    held = rows.filter(pk=hold.pk, state=HoldState.OPEN).first()
    known = told_of(held, book().named([held.guarantee_number])) if held else None
    if (
        held is None
        or known is None
        or held.used_on is None
        or known.as_of <= held.used_on
        or held.reserved
        or not held.used
    ):
        entry.nothing()
        return
    before, gone = _told(held), held.used
    _give_back(held, HoldStep.REGISTER, gone, at=at)
    _note(held, HoldStep.REGISTER, gone, actor=actor, at=at)
    entry.about("hold", held.pk, before=before, after=_told(held))


def _refuse_protected(text: str) -> None:
    """What a hold is for stays readable for ever, by whatever face it came."""
    if holds_protected(text):
        raise NotHeld(_("这里的文字会长期保存，请不要写证件号码、电话或账号。"))


def _customer(party_id: int) -> Party:
    return Party.objects.select_related("enterprise").get(pk=canonical_id(party_id))


def _held(hold: Hold) -> tuple[Hold, dict[str, Any]]:
    held = Hold.objects.select_for_update(of=("self",)).select_related("party").get(pk=hold.pk)
    if held.state != HoldState.OPEN:
        raise NotHeld(_("这笔占用已经结束。"))
    return held, _told(held)


def _check_bank(bank: str, *, at: datetime) -> None:
    """A bank that is not named, or named otherwise than its limit names it, would take nothing of that limit."""
    limited = limited_banks(on=timezone.localdate(at))
    if limited and not bank:
        raise NotHeld(_("已有银行额度，须写明银行（债权人）。"))
    meant = None if bank in limited else next((one for one in limited if is_of_bank(bank, one)), None)
    if meant is not None:
        raise NotHeld(_("“%(bank)s”须按银行额度的名称写作“%(meant)s”。") % {"bank": bank, "meant": meant})


def _check_number(number: str, customer: int) -> None:
    """A number that another hold or another customer's guarantee bears would hide one behind the other."""
    known = book().named([number]).get(number)
    if known is not None and known.customer_id != customer:
        raise NotHeld(_("业务编号 %s 在台账里是别的客户的业务。") % number)
    if Hold.objects.filter(guarantee_number=number, state=HoldState.OPEN).exists():
        raise NotHeld(_("业务编号 %s 已有一笔未结束的占用。") % number)


def _proposal(of: Draw | Hold, amount: Decimal) -> Proposal:
    return Proposal(
        step=Step.DRAW, party_id=of.party_id, amount=amount, kind=Kind(of.kind), share_rate=of.share_rate
    )


def _pass(
    entry: Entry, customer: Party, proposal: Proposal, bank: str, *, actor: Actor, at: datetime
) -> Verdict:
    """Ask the freeze, every limit and the gate. Raises GateRefused with everything that the limits refuse, or with the rules."""
    freeze = frozen([customer.pk]).get(customer.pk)
    asked = our_share(proposal.amount, proposal.share_rate)
    rooms = rooms_for(customer, bank=bank, at=at)
    refusals = [] if freeze is None else [frozen_refusal(freeze)]
    own = [one for one in rooms if one.subject.kind == LimitKind.CUSTOMER]
    if not own:
        refusals.append(no_limit_refusal(asked))
    elif (over := over_class(customer.pk, own[0].taken.total + asked)) is not None:
        refusals.append(over)
    refusals += room_refusals(rooms, asked, customer=customer.pk, actor=actor, at=at)
    if refusals:
        raise GateRefused(Verdict(refusals=tuple(refusals)))
    return pass_gate(entry, proposal, actor=actor, at=at)


def _give_back(held: Hold, step: HoldStep, amount: Decimal, *, at: datetime) -> None:
    if step in {HoldStep.REPAY, HoldStep.REGISTER}:
        held.used -= amount
    else:
        held.reserved -= amount
    if not held.reserved and not held.used:
        was_used = step in {HoldStep.REPAY, HoldStep.REGISTER} or bool(held.guarantee_number and held.used_on)
        is_over = step == HoldStep.EXPIRE and not was_used
        held.state = HoldState.EXPIRED if is_over else HoldState.RELEASED
        held.closed_at = at
    held.save()


def _note(
    hold: Hold, step: HoldStep, amount: Decimal, *, actor: Actor, at: datetime, note: str = ""
) -> None:  # fmt: skip
    HoldMove.objects.create(hold=hold, step=step, amount=amount, at=at, by=actor.label, note=note)


def _told(hold: Hold) -> dict[str, Any]:
    return {
        "amount": hold.amount,
        "reserved": hold.reserved,
        "used": hold.used,
        "guarantee_number": hold.guarantee_number,
        "state": hold.state,
    }
