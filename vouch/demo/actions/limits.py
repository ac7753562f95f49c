"""Limits of the invented institution: most are used in part, one is nearly full, one ran out, one waits, one is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from vouch.business.models import Guarantee
from vouch.business.terms import GuaranteeState
from vouch.demo.actions.book import BANKS
from vouch.demo.actions.consent import Cast
from vouch.grading.actions import LimitDetails, decide_limit, freeze_use, propose_limit, reserve, use
from vouch.grading.terms import Draw, LimitKind, LimitNature, LimitOf
from vouch.parties.models import Control, Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import actor_of
from vouch.policy.actions import GateRefused

WAN = Decimal(10_000)
LIMITED = 36


def grant_limits(staff: Mapping[str, User], cast: Cast, *, today: date, at: datetime) -> None:
    """Managers propose for their customers, 陈静 grants; then a few draws, a freeze and what waits."""
    head = actor_of(staff["chenjing"], at=at)
    reviewer = actor_of(staff["wangfang"], at=at)
    in_force = Guarantee.objects.filter(state=GuaranteeState.IN_FORCE, party__canonical=None)
    sums = in_force.order_by().values_list("party").annotate(total=Sum("balance")).order_by("party")
    known = [(pk, total) for pk, total in sums if pk in cast.managers][:LIMITED]
    for place, (pk, total) in enumerate(known):
        asked = max(total * (11 + place % 5) / 10, total + 30 * WAN).quantize(WAN * 10) + 10 * WAN
        if place == 1:
            asked = total + 2 * WAN
        ends_on = today - timedelta(days=3) if place == 2 else today + timedelta(days=150 + 7 * place)
        # Granted a year ago, so that one has run out by itself.
        then = at - timedelta(days=200)
        of = LimitOf(kind=LimitKind.CUSTOMER, party_id=pk)
        _granted(
            cast.managers[pk],
            head,
            of,
            LimitDetails(amount=asked, ends_on=ends_on, reason="年度授信"),
            at=then,
        )
    _shared(reviewer, head, sum((total for _pk, total in sums), Decimal(0)), at=at)
    _drawn([pk for pk, _total in known[5:10]], cast, at=at)
    pk = known[4][0]
    freeze_use(actor=reviewer, at=at, party_id=pk, reason="近期涉诉，待核实")
    of = LimitOf(kind=LimitKind.CUSTOMER, party_id=known[6][0])
    peak = LimitDetails(
        amount=50 * WAN,
        nature=LimitNature.ADDITION,
        starts_on=today,
        ends_on=today + timedelta(days=60),
        reason="旺季备货",
    )
    propose_limit(actor=cast.managers[known[6][0]], at=at, of=of, details=peak)


def _granted(proposer: Actor, head: Actor, of: LimitOf, details: LimitDetails, *, at: datetime) -> None:
    """What a rule refuses stays proposed."""
    made = propose_limit(actor=proposer, at=at, of=of, details=details)
    try:
        decide_limit(actor=head, at=at, limit=made, is_granted=True, note="同意")
    except GateRefused:
        return


def _shared(reviewer: Actor, head: Actor, total: Decimal, *, at: datetime) -> None:
    """Of the house, a bank, an industry, and the first group that the register knows."""
    wanted = [
        (LimitOf(kind=LimitKind.INSTITUTION), total * 2, "年度经营计划"),
        (LimitOf(kind=LimitKind.BANK, bank=BANKS[0]), total / 3, "银担合作协议的授信规模"),
        (LimitOf(kind=LimitKind.INDUSTRY, industry="F"), total / 2, "行业集中度"),
    ]
    line = Control.objects.filter(ended_at=None, controller__isnull=False).order_by("pk").first()
    if line is not None and line.controller is not None:
        owner: Party = line.controller
        wanted.append(
            (
                LimitOf(kind=LimitKind.GROUP, party_id=owner.canonical_id or owner.pk),
                1_500 * WAN,
                "集团统一授信",
            )
        )
    for of, amount, reason in wanted:
        _granted(reviewer, head, of, LimitDetails(amount=amount.quantize(WAN * 100), reason=reason), at=at)


def _drawn(party_ids: list[int], cast: Cast, *, at: datetime) -> None:
    """A reservation each, every second one used in part."""
    for place, pk in enumerate(party_ids):
        draw = Draw(
            party_id=pk, amount=(10 + 5 * place) * WAN, purpose="流动资金贷款担保", bank=BANKS[place % 2],
            share_rate=Decimal("0.8"),
        )  # fmt: skip
        try:
            hold = reserve(actor=cast.managers[pk], at=at, draw=draw)
            if place % 2:
                use(
                    actor=cast.system,
                    at=at,
                    hold=hold,
                    amount=draw.amount / 2,
                    guarantee_number=f"DB{at:%Y%m}X{place}",
                )
        except GateRefused:
            continue
