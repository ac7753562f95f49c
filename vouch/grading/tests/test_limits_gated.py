"""Limits beside the rules in force: what a grant is weighed by, and that one person alone never widens one."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.institution import figures_of, house, read_as, rules_in_force
from tests.limits import GRANTER, PROPOSER, drawn, granted
from tests.networks import control, firm
from vouch.grading.actions import LimitDetails, decide_limit, end_limit, lower_limit, propose_limit
from vouch.grading.models import Assessment, Limit, Standing
from vouch.grading.queries import ceilings
from vouch.grading.terms import LimitKind, LimitNature, LimitOf, LimitState
from vouch.grading.tests.conftest import Firms
from vouch.grading.tests.test_classing import GOOD, Lives
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role, Scope
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.testing import writing
from vouch.policy.actions import GateRefused
from vouch.policy.models import PolicyVersion
from vouch.policy.queries import Proposal, judge
from vouch.policy.terms import Step

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BANK = LimitOf(kind=LimitKind.BANK, bank="江州银行")


def ruled(now: datetime) -> None:
    """1,000 万元 of net assets: 100 万元 is the most for one customer (条例 16)."""
    house()
    read_as(now)
    rules_in_force(now)
    figures_of(now, net_assets="1000")


def proposed(limit: Limit, now: datetime, amount: int, **details: Any) -> Limit:
    subject = limit.subject
    of = LimitOf(kind=subject.kind, party_id=subject.party_id, bank=subject.bank)
    given = LimitDetails(amount=Decimal(amount), reason="调高", **details)
    return propose_limit(actor=PROPOSER, at=now, of=of, details=given)


def amount_of(limit: Limit, now: datetime) -> Decimal | None:
    (found,) = ceilings([limit.subject], on=now.date())
    return found.amount


def test_a_base_raised_under_a_temporary_limit_passes_the_gate(firms: Firms, now: datetime) -> None:
    added, replaced = granted(firms("增额企业"), 500_000, at=now), granted(firms("替代企业"), 500_000, at=now)
    until = (now + 30 * DAY).date()
    granted(added.subject.party, 600_000, at=now, nature=LimitNature.ADDITION, until=until)  # type: ignore[arg-type]
    granted(replaced.subject.party, 2_000_000, at=now, nature=LimitNature.REPLACEMENT, until=until)  # type: ignore[arg-type]
    ruled(now)
    # 90 万元 is less than the 110 that stand, and comes to 150 with what was added.
    for base, amount in ((added, 900_000), (replaced, 1_000_001)):
        with pytest.raises(GateRefused, match="TL-16-1"):
            decide_limit(actor=GRANTER, at=now, limit=proposed(base, now, amount), is_granted=True)


def test_what_is_added_for_days_to_come_counts_with_what_is_added_already(
    firms: Firms, now: datetime
) -> None:
    base = granted(firms("旺季企业"), 500_000, at=now)
    ruled(now)
    days = {"nature": LimitNature.ADDITION, "starts_on": (now + 5 * DAY).date(), "ends_on": (now + 9 * DAY).date()}  # fmt: skip
    decide_limit(actor=GRANTER, at=now, limit=proposed(base, now, 300_000, **days), is_granted=True)
    with pytest.raises(GateRefused, match="TL-16-1"):
        decide_limit(actor=GRANTER, at=now, limit=proposed(base, now, 300_000, **days), is_granted=True)


def test_what_customers_share_is_no_single_customer_s(now: datetime) -> None:
    head, daughter = firm("共享母公司"), firm("共享子公司")
    control(head, daughter)
    ruled(now)
    for of in (
        BANK,
        LimitOf(kind=LimitKind.GROUP, party_id=head.pk),
        LimitOf(kind=LimitKind.INDUSTRY, industry="C"),
        LimitOf(kind=LimitKind.INSTITUTION),
    ):
        assert granted(of, 5_000_000, at=now).state == LimitState.GRANTED
    with pytest.raises(GateRefused, match="TL-16-1"):
        granted(head, 5_000_000, at=now)
    # The house as a whole stays within ten times its net assets.
    with pytest.raises(GateRefused, match="TL-15"):
        granted(LimitOf(kind=LimitKind.INSTITUTION), 100_000_001, at=now)


def test_sums_of_others_are_not_told_to_who_may_not_see_them(now: datetime) -> None:
    head, daughter = firm("关联母公司"), firm("关联子公司")
    control(head, daughter)
    for one in (head, daughter):
        granted(one, 2_000_000, at=now)
    ruled(now)
    drawn(daughter, 900_000, actor=GRANTER, at=now)
    manager = Actor(
        id="user:1", label="客户经理", user_id=1, roles=frozenset({Role.ACCOUNT_MANAGER}), scope=Scope.OWN,
        delegators=frozenset(),
    )  # fmt: skip
    verdict = judge(Proposal(step=Step.DRAW, party_id=head.pk, amount=Decimal(900_000)), at=now)
    (refusal,) = verdict.refusals
    assert (refusal.rule, dict(refusal.numbers)["已有责任余额"]) == ("TL-16-2", "90.00 万元")
    (told,) = verdict.told_to(manager).refusals
    assert [label for label, _text in told.numbers] == ["占比", "限值"]
    assert told.remedy == refusal.remedy
    with pytest.raises(GateRefused, match="已有责任余额"):
        drawn(head, 900_000, actor=GRANTER, at=now)


def test_nobody_widens_a_limit_by_ending_one(firms: Firms, actor: Actor, now: datetime) -> None:
    bank = granted(BANK, 1_000_000, at=now, until=(now + 3 * DAY).date())
    own = granted(firms("收紧企业"), 1_000_000, at=now)
    tight = granted(
        own.subject.party, 100_000, at=now, nature=LimitNature.REPLACEMENT, until=(now + 9 * DAY).date()  # type: ignore[arg-type]
    )  # fmt: skip
    for one, moment in ((bank, now), (bank, now + 5 * DAY), (tight, now)):
        with pytest.raises(Refused, match="他人批准"):
            end_limit(actor=actor, at=moment, limit=one, reason="放开")
    assert amount_of(bank, now + 5 * DAY) == 0
    assert amount_of(tight, now) == 100_000
    # Less than before is nobody's favour.
    end_limit(actor=actor, at=now + 10 * DAY, limit=own, reason="不再合作")
    assert amount_of(own, now + 10 * DAY) is None


def test_a_base_that_ran_out_is_not_lowered_but_granted_anew(
    firms: Firms, actor: Actor, now: datetime
) -> None:
    base = granted(firms("昨天到期企业"), 1_000_000, at=now, until=now.date())
    with pytest.raises(Refused, match="已到期"):
        lower_limit(actor=actor, at=now + DAY, limit=base, amount=Decimal(1), reason="调低")


def test_a_reviewer_grants_what_was_recommended_and_the_heads_what_is_above(
    policy: PolicyVersion, firms: Firms, actors: dict[str, Actor], now: datetime
) -> None:
    life = Lives(firms("建议企业"), policy, now - 3 * DAY)
    life.judged(GOOD)
    with writing():
        advised = Assessment.objects.create(
            party=life.party, policy=policy, at=now, as_of=now.date(), outcome="graded", risk_class=GOOD,
            limit=Decimal(1_000_000), path="fast", reasons=[], snapshot={"facts": {}}, snapshot_sha256="",
        )  # fmt: skip
        Standing.objects.update(assessment=advised)
    of = LimitOf(kind=LimitKind.CUSTOMER, party_id=life.party.pk)

    def asked(amount: int, **days: Any) -> Limit:
        details = LimitDetails(amount=Decimal(amount), reason="授信", **days)
        return propose_limit(actor=PROPOSER, at=now, of=of, details=details)

    reviewer = actors["wangfang"]
    decide_limit(actor=reviewer, at=now, limit=asked(1_000_000), is_granted=True)
    above = asked(1, nature=LimitNature.ADDITION, ends_on=(now + DAY).date())
    with pytest.raises(Refused, match="高于最近一次评估建议"):
        decide_limit(actor=reviewer, at=now, limit=above, is_granted=True)
    decide_limit(actor=actors["chenjing"], at=now, limit=above, is_granted=True)
