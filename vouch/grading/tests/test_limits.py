"""Limits: two persons, days, what replaces what, and what an expired one leaves."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests.limits import granted
from tests.networks import control, firm
from vouch.grading.actions import (
    LimitDetails,
    NotALimit,
    decide_limit,
    end_limit,
    lower_limit,
    propose_limit,
    withdraw_limit,
)
from vouch.grading.actions.upkeep import follow_groups, keep_limits
from vouch.grading.models import Limit, LimitSubject
from vouch.grading.queries import ceilings, limits_visible_to, subjects_visible_to
from vouch.grading.queries.limit import group_members
from vouch.grading.terms import LimitKind, LimitNature, LimitOf, LimitState
from vouch.grading.tests.conftest import Firms
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def amount_on(limit: Limit, moment: datetime) -> Decimal | None:
    (found,) = ceilings([limit.subject], on=moment.date())
    return found.amount


def test_whoever_proposed_does_not_grant_and_the_front_office_does_neither(
    firms: Firms, units: dict[str, Unit], staff: dict[str, User], actors: dict[str, Actor], now: datetime
) -> None:
    party = firms("两人企业", unit=units["YW1"], manager=staff["liqiang"])
    of = LimitOf(kind=LimitKind.CUSTOMER, party_id=party.pk)
    details = LimitDetails(amount=Decimal(1_000_000), reason="首次授信")
    made = propose_limit(actor=actors["liqiang"], at=now, of=of, details=details)
    assert amount_on(made, now) is None
    for who in ("liqiang", "wangfang"):  # no assessment tells a path: the heads decide
        with pytest.raises(Refused):
            decide_limit(actor=actors[who], at=now, limit=made, is_granted=True)
    decide_limit(actor=actors["chenjing"], at=now, limit=made, is_granted=True)
    assert amount_on(made, now) == Decimal(1_000_000)
    raised = LimitDetails(amount=Decimal(2_000_000), reason="调高")
    other = firms("自批企业")
    mine = propose_limit(
        actor=actors["chenjing"], at=now, of=LimitOf(kind=LimitKind.CUSTOMER, party_id=other.pk), details=raised
    )  # fmt: skip
    with pytest.raises(Refused, match="提出人以外"):
        decide_limit(actor=actors["chenjing"], at=now, limit=mine, is_granted=True)


def test_a_new_base_takes_the_place_of_the_former_and_the_history_stays(
    firms: Firms, actor: Actor, now: datetime
) -> None:
    party = firms("调额企业")
    first = granted(party, 1_000_000, at=now)
    second = granted(party, 3_000_000, at=now + DAY)
    third = lower_limit(
        actor=actor, at=now + 2 * DAY, limit=second, amount=Decimal(500_000), reason="销售下滑"
    )
    assert amount_on(first, now + 2 * DAY) == Decimal(500_000)
    history = Limit.objects.filter(subject=first.subject).order_by("pk").values_list("amount", "state")
    assert list(history) == [
        (Decimal(1_000_000), LimitState.SUPERSEDED),
        (Decimal(3_000_000), LimitState.SUPERSEDED),
        (Decimal(500_000), LimitState.GRANTED),
    ]
    third.refresh_from_db()
    assert (third.supersedes, second.pk) == (Limit.objects.get(pk=second.pk), third.supersedes_id)
    with pytest.raises(Refused, match="调高"):
        lower_limit(actor=actor, at=now, limit=third, amount=Decimal(500_000), reason="没有变")
    end_limit(actor=actor, at=now + 3 * DAY, limit=third, reason="不再合作")
    assert amount_on(first, now + 3 * DAY) is None


def test_temporary_limits_add_or_replace_for_their_days_alone(
    firms: Firms, actor: Actor, now: datetime
) -> None:
    party = firms("旺季企业")
    base = granted(party, 1_000_000, at=now)
    granted(
        party, 200_000, at=now, nature=LimitNature.ADDITION,
        since=(now + 2 * DAY).date(), until=(now + 4 * DAY).date(),
    )  # fmt: skip
    granted(
        party, 3_000_000, at=now, nature=LimitNature.REPLACEMENT,
        since=(now + 4 * DAY).date(), until=(now + 5 * DAY).date(),
    )  # fmt: skip
    found = [int(amount_on(base, now + day * DAY) or 0) for day in range(7)]
    assert found == [1_000_000, 1_000_000, 1_200_000, 1_200_000, 3_200_000, 3_000_000, 1_000_000]


def test_an_expired_limit_leaves_nothing_and_says_so_by_itself_once(
    firms: Firms, actor: Actor, now: datetime
) -> None:
    base = granted(firms("到期企业"), 1_000_000, at=now, until=(now + 3 * DAY).date())
    assert amount_on(base, now + 3 * DAY) == Decimal(1_000_000)
    # Before the beat came round too.
    assert amount_on(base, now + 4 * DAY) == Decimal(0)
    keep_limits(actor=actor, at=now + 3 * DAY)
    assert not Entry.objects.filter(event="grading.limit.expired").exists()
    for _round in range(2):
        keep_limits(actor=actor, at=now + 4 * DAY)
    assert Entry.objects.filter(event="grading.limit.expired", subject_id=str(base.pk)).count() == 1
    assert amount_on(base, now + 4 * DAY) == Decimal(0)
    granted(LimitSubject.objects.get(pk=base.subject_id).party, 2_000_000, at=now + 5 * DAY)  # type: ignore[arg-type]
    assert amount_on(base, now + 5 * DAY) == Decimal(2_000_000)


def test_what_cannot_be_a_limit_is_told(firms: Firms, actor: Actor, now: datetime) -> None:
    party = firms("问题企业")
    of = LimitOf(kind=LimitKind.CUSTOMER, party_id=party.pk)

    def ask(**details: object) -> Limit:
        given = LimitDetails(**{"amount": Decimal(1), "reason": "问", **details})  # type: ignore[arg-type]
        return propose_limit(actor=actor, at=now, of=of, details=given)

    with pytest.raises(NotALimit, match="到期日"):
        ask(nature=LimitNature.ADDITION)
    with pytest.raises(NotALimit, match="到期日"):
        ask(ends_on=(now - DAY).date())
    first = ask()
    with pytest.raises(NotALimit, match="等待批准"):
        ask()
    withdraw_limit(actor=actor, at=now, limit=first)
    ask()
    with pytest.raises(NotALimit, match="同属一个集团"):
        propose_limit(
            actor=actor, at=now, of=LimitOf(kind=LimitKind.GROUP, party_id=party.pk),
            details=LimitDetails(amount=Decimal(1), reason="问"),
        )  # fmt: skip


def test_a_group_keeps_its_head_and_follows_the_register(actor: Actor, now: datetime) -> None:
    head, daughter, joins = firm("集团母公司"), firm("集团子公司"), firm("后来的子公司")
    control(head, daughter)
    of = LimitOf(kind=LimitKind.GROUP, party_id=head.pk)
    limit = granted(of, 5_000_000, at=now)
    assert set(group_members(limit.subject)) == {head.pk, daughter.pk}
    line = control(daughter, joins)
    follow_groups(actor=actor, at=now + DAY)
    assert set(group_members(limit.subject)) == {head.pk, daughter.pk, joins.pk}
    with writing():
        line.ended_at = now
        line.save(update_fields=["ended_at"])
    for _round in range(2):
        follow_groups(actor=actor, at=now + 2 * DAY)
    assert set(group_members(limit.subject)) == {head.pk, daughter.pk}
    assert limit.subject.members.filter(party=joins, left_at=now + 2 * DAY).exists()
    assert Entry.objects.filter(event="grading.group.followed").count() == 2


def test_the_database_refuses_a_second_base_and_a_subject_of_two_kinds(
    firms: Firms, actor: Actor, now: datetime
) -> None:
    limit = granted(firms("约束企业"), 1, at=now)
    with writing(), pytest.raises(IntegrityError, match="grading_limit_one_base"), transaction.atomic():
        Limit.objects.create(
            subject=limit.subject, nature=LimitNature.BASE, amount=2, starts_on=now.date(), reason="二",
            state=LimitState.GRANTED, proposed_at=now,
        )  # fmt: skip
    with writing(), pytest.raises(IntegrityError, match="grading_limitsubject_named"), transaction.atomic():
        LimitSubject.objects.create(kind=LimitKind.BANK, industry="C", opened_at=now)


def test_limits_are_seen_with_their_customer_and_the_house_s_by_those_who_may_see_sums(
    firms: Firms, units: dict[str, Unit], staff: dict[str, User], actors: dict[str, Actor], now: datetime
) -> None:
    own = granted(firms("一部企业", unit=units["YW1"], manager=staff["liqiang"]), 1, at=now)
    bank = granted(LimitOf(kind=LimitKind.BANK, bank="江州银行"), 1, at=now)
    assert list(subjects_visible_to(actors["liqiang"])) == [own.subject]
    assert list(limits_visible_to(actors["wuting"])) == []
    assert set(subjects_visible_to(actors["chenjing"])) == {own.subject, bank.subject}
