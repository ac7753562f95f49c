"""Departures from the model: by two, for a time, seen, counted, and ended by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from vouch.customers.models import RightsRequest
from vouch.customers.permissions import is_barred
from vouch.customers.terms import RequestKind
from vouch.grading import tasks
from vouch.grading.actions import (
    ClassProposal,
    NotNow,
    OverrideDetails,
    approve_override,
    assess_customers,
    assess_party,
    confirm_class,
    decide_advice,
    expire_override,
    lift_override,
    propose_class,
    propose_override,
    refuse_override,
    withdraw_override,
)
from vouch.grading.forms import NoteForm
from vouch.grading.models import Override, Standing
from vouch.grading.queries import LetterAbout, letter_of, result_at, took_part, watch_of
from vouch.grading.terms import ClassReason, Direction, LetterKind, OverrideState
from vouch.grading.tests.conftest import AS_OF, Firms, Sells
from vouch.parties.models import Party
from vouch.platform.courier.models import Message
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import User
from vouch.platform.identity.terms import Role
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(policy: PolicyVersion, firms: Firms, staff: dict[str, User], actor: Actor, now: datetime) -> Party:
    """A firm of 李强's, graded by the model."""
    party = firms("可调企业", monthly=400_000, buyers=6, manager=staff["liqiang"])
    assess_party(actor=actor, at=now, party_id=party.pk, as_of=AS_OF)
    return party


def details(now: datetime, grade: str = "B", days: int = 60) -> OverrideDetails:
    until = timezone.localdate(now) + timedelta(days=days)
    return OverrideDetails(
        grade=grade, reason="related", expires_on=until, note="实际控制人名下另一企业已被起诉"
    )


def live(actors: dict[str, Actor], party: Party, now: datetime, grade: str = "B") -> Override:
    proposed = propose_override(
        actor=actors["wangfang"], at=now, party_id=party.pk, details=details(now, grade)
    )
    return approve_override(actor=actors["chenjing"], at=now, override=proposed, note="同意")


def test_an_approved_override_moves_the_standing_and_the_models_own_result_stays_beside_it(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    before = Standing.objects.get(party=firm)
    assert (before.grade, before.override_id) != ("B", None)
    override = live(actors, firm, now + timedelta(hours=1))
    standing = Standing.objects.select_related("assessment__policy__scorecard").get(party=firm)
    result = result_at(standing.assessment, "B")
    assert result is not None
    assert (standing.grade, standing.grade_rank, standing.risk_class) == ("B", result.rank, "一般")
    assert standing.limit == Decimal(result.limit).scaleb(-2) != before.limit
    assert standing.override == override
    assert (standing.assessment.grade, standing.assessment.limit) == (before.grade, before.limit)
    assert (standing.direction, standing.previous_grade) == (Direction.DOWN, before.grade)
    assert standing.changed_at == now + timedelta(hours=1)


def test_one_proposes_and_another_approves(firm: Party, actors: dict[str, Actor], now: datetime) -> None:
    proposed = propose_override(actor=actors["wangfang"], at=now, party_id=firm.pk, details=details(now))
    with pytest.raises(Refused):
        approve_override(actor=actors["wangfang"], at=now, override=proposed)
    # Not of the trade, of another branch, the machine.
    for other in (actors["liqiang"], actors["zhoujie"], actors["wuting"], system_actor("x")):
        with pytest.raises(Refused):
            approve_override(actor=other, at=now, override=proposed)
    with pytest.raises(Refused):
        propose_override(actor=system_actor("x"), at=now, party_id=firm.pk, details=details(now))
    with writing(), pytest.raises(Error, match="two_persons"), transaction.atomic():
        Override.objects.filter(pk=proposed.pk).update(
            state=OverrideState.LIVE, decided_by_id=proposed.proposed_by_id, decided_at=now
        )
    assert Standing.objects.get(party=firm).override is None


def test_what_is_wrong_with_a_proposal_is_said(firm: Party, actors: dict[str, Actor], now: datetime) -> None:
    model = Standing.objects.get(party=firm).grade
    good = details(now)
    wrong = [
        (replace(good, grade=model), "与模型等级相同"),
        (replace(good, grade="Z"), "没有等级"),
        (details(now, days=91), "90 天内"),
        (details(now, days=-1), "90 天内"),
        (replace(good, note="不好"), "佐证资料"),
        (replace(good, note="见 110101199003078515 的案件材料"), "证件号码"),
        (replace(good, evidence_id=10**9), "该客户有效的资料"),
    ]
    for proposal, said in wrong:
        with pytest.raises(NotNow, match=said):
            propose_override(actor=actors["wangfang"], at=now, party_id=firm.pk, details=proposal)
    propose_override(actor=actors["wangfang"], at=now, party_id=firm.pk, details=good)
    with pytest.raises(NotNow, match="请先处理"):
        propose_override(actor=actors["wangfang"], at=now, party_id=firm.pk, details=good)


def test_no_number_of_a_person_is_written_into_a_decision(
    firm: Party, shop: Party, actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    said = "见 110101199003078515 的案件材料"
    advice = assess_party(actor=actor, at=now, party_id=shop.pk, as_of=AS_OF)
    proposed = propose_override(actor=actors["wangfang"], at=now, party_id=firm.pk, details=details(now))
    decides: dict[str, Any] = {"actor": actors["chenjing"], "at": now, "note": said}
    with pytest.raises(NotNow, match="证件号码"):
        approve_override(override=proposed, **decides)
    with pytest.raises(NotNow, match="证件号码"):
        refuse_override(override=proposed, **decides)
    approve_override(actor=actors["chenjing"], at=now, override=proposed)
    with pytest.raises(NotNow, match="证件号码"):
        lift_override(override=proposed, **decides)
    with pytest.raises(NotNow, match="证件号码"):
        decide_advice(assessment=advice, is_adopted=False, **decides)
    assert "note" in NoteForm({"note": said}).errors
    assert not Entry.objects.filter(purpose__contains="1101011990").exists()


def test_the_database_keeps_what_was_proposed_and_how_long_it_may_last(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    override = live(actors, firm, now)
    with writing():
        for change in ({"grade": "A"}, {"expires_on": "2030-01-01"}, {"reason": "review"}):
            with pytest.raises(Error, match="Cannot update"), transaction.atomic():
                Override.objects.filter(pk=override.pk).update(**change)
        with pytest.raises(Error, match="Invalid transition"), transaction.atomic():
            Override.objects.filter(pk=override.pk).update(state=OverrideState.PROPOSED, ended_at=None)
        with pytest.raises(Error, match="Cannot delete"), transaction.atomic():
            Override.objects.filter(pk=override.pk).delete()
        override.pk, override.state, override.ended_at = None, OverrideState.EXPIRED, now
        override.expires_on = timezone.localdate(now) + timedelta(days=91)
        with pytest.raises(Error, match="lasts too long"), transaction.atomic():
            override.save(force_insert=True)


def test_a_knock_out_cannot_be_overridden_and_ends_the_effect_of_a_live_one(
    policy: PolicyVersion, firms: Firms, actors: dict[str, Actor], actor: Actor, now: datetime, firm: Party
) -> None:
    stopped = firms("停业企业", monthly=200_000, buyers=3, until=date(2019, 4, 30))
    assess_party(actor=actor, at=now, party_id=stopped.pk, as_of=AS_OF)
    with pytest.raises(NotNow, match="准入否决"):
        propose_override(actor=actors["wangfang"], at=now, party_id=stopped.pk, details=details(now))
    live(actors, firm, now, grade="AAA")
    assert Standing.objects.get(party=firm).grade == "AAA"
    assess_party(actor=actor, at=now + timedelta(days=1), party_id=firm.pk, as_of=AS_OF + timedelta(days=300))
    standing = Standing.objects.get(party=firm)
    assert (standing.outcome, standing.grade, standing.limit) == ("knocked_out", "C", Decimal(0))
    assert standing.override is None


def test_a_new_assessment_keeps_the_overrides_grade_and_counts_its_limit_anew(
    firm: Party, sells: Sells, actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    override = live(actors, firm, now)
    was = Standing.objects.get(party=firm)
    sells(firm, monthly=900_000, months=12, buyers=9, until=AS_OF)
    assess_customers(actor=actor, at=now + timedelta(hours=1), as_of=AS_OF)
    standing = Standing.objects.get(party=firm)
    assert (standing.grade, standing.override_id) == ("B", override.pk)
    assert standing.assessment_id != was.assessment_id
    assert standing.limit > was.limit
    # The grade did not move, so nothing says that it did.
    assert standing.changed_at == was.changed_at


def test_past_its_day_it_ends_by_itself_says_so_and_the_manager_is_told(
    firm: Party, actors: dict[str, Actor], actor: Actor, now: datetime, staff: dict[str, User],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    model = Standing.objects.get(party=firm)
    override = live(actors, firm, now)
    # Not on its last day.
    last = datetime.combine(override.expires_on, now.timetz())
    expire_override(actor=system_actor("overrides"), at=last, override=override)
    assert Standing.objects.get(party=firm).override == override
    after = last + timedelta(days=1)
    monkeypatch.setattr("vouch.grading.tasks.timezone.now", lambda: after)
    tasks.end_overrides()
    tasks.end_overrides()
    override.refresh_from_db()
    standing = Standing.objects.get(party=firm)
    assert (override.state, override.ended_at) == (OverrideState.EXPIRED, after)
    assert (standing.grade, standing.limit, standing.override) == (model.grade, model.limit, None)
    entry = Entry.objects.get(event="grading.override.expired")
    assert (entry.subject_id, entry.actor_id) == (str(override.pk), "system:overrides")
    told = Message.objects.filter(template="grading.override.expired")
    assert {one.recipient_id for one in told} == {staff["liqiang"].pk, staff["wangfang"].pk}
    with pytest.raises(Refused):
        expire_override(actor=actors["chenjing"], at=after, override=override)


def test_it_is_refused_withdrawn_or_lifted_with_the_models_grade_back(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    model = Standing.objects.get(party=firm)
    first = propose_override(actor=actors["wangfang"], at=now, party_id=firm.pk, details=details(now))
    refuse_override(actor=actors["chenjing"], at=now, override=first, note="依据不足")
    with pytest.raises(NotNow, match="未批准"):
        approve_override(actor=actors["chenjing"], at=now, override=first)
    second = propose_override(actor=actors["wangfang"], at=now, party_id=firm.pk, details=details(now))
    with pytest.raises(Refused):
        withdraw_override(actor=actors["chenjing"], at=now, override=second)
    withdraw_override(actor=actors["wangfang"], at=now, override=second)
    third = live(actors, firm, now)
    lift_override(actor=actors["wangfang"], at=now, override=third, note="关联案件已撤诉")
    standing = Standing.objects.get(party=firm)
    assert (standing.grade, standing.limit, standing.override) == (model.grade, model.limit, None)


def test_overrides_are_counted_by_month_person_reason_and_side_and_a_high_rate_warns(
    policy: PolicyVersion, firms: Firms, actors: dict[str, Actor], actor: Actor, now: datetime, sells: Sells
) -> None:
    parties = [firms(f"第{number}企业", monthly=400_000, buyers=6) for number in range(10)]
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    live(actors, parties[0], now)
    watch = watch_of(actors["chenjing"], at=now)
    assert [(month.overrides, month.judged) for month in watch.months[-2:]] == [(0, 0), (1, 10)]
    assert not watch.is_high
    live(actors, parties[1], now, grade="AAA")
    # The model comes to agree with the one who lowered, and not with the one who raised.
    for party in parties[:2]:
        sells(party, monthly=1_000_000, months=3, buyers=1, until=AS_OF)
    assess_customers(actor=actor, at=now + timedelta(hours=1), as_of=AS_OF)
    with CaptureQueriesContext(connection) as few:
        watch = watch_of(actors["chenjing"], at=now)
    assert watch.months[-1].rate == Decimal("0.2")
    assert watch.is_high
    assert [(one.title, one.count, one.up, one.down) for one in watch.by_person] == [
        (actors["wangfang"].label, 2, 1, 1)
    ]
    assert [(one.title, one.count) for one in watch.by_reason] == [("关联方或实际控制人的风险", 2)]
    assert {one.title: one.count for one in watch.fared} == {"上调": 1, "下调": 1}
    for party in parties[2:]:
        live(actors, party, now)
    with CaptureQueriesContext(connection) as many:
        watch_of(actors["chenjing"], at=now)
    assert len(many) == len(few)
    # Who sees none of these customers counts none.
    assert watch_of(actors["wuting"], at=now).by_reason == ()


def test_who_made_the_grade_or_the_class_has_no_say_in_the_review_nor_whoever_stands_in_for_them(
    firm: Party, sells: Sells, actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    live(actors, firm, now + timedelta(hours=1))
    sells(firm, monthly=900_000, months=12, buyers=9, until=AS_OF)
    later = assess_party(actor=actor, at=now + timedelta(hours=2), party_id=firm.pk, as_of=AS_OF)
    assert took_part(actors["wangfang"].id, later)
    assert took_part(actors["chenjing"].id, later)
    assert not took_part(actors["sunlei"].id, later)
    request = RightsRequest(party=firm, kind=RequestKind.REVIEW, matter=f"assessment:{later.pk}")
    stand_in = replace(actors["sunlei"], delegators=frozenset({actors["chenjing"].user_id or 0}))
    assert is_barred(stand_in, request)
    assert not is_barred(actors["sunlei"], request)
    said = letter_of(
        LetterAbout(
            kind=LetterKind.EXPLANATION, number="HJ1", assessment=later, made_on=now.date(), made_by="王芳"
        )
    )
    assert "此前经两名人员审批" in said["opening"][-1]
    assert not any("结论由系统按公布的政策计算得出" in line for line in said["opening"])


def test_the_letter_names_the_class_in_effect_where_it_is_another(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    found = Standing.objects.get(party=firm).assessment
    wrong = ClassProposal("高风险", ClassReason.OVERDUE, "三月、四月均欠息，见台账")
    row = propose_class(actor=actors["chenjing"], at=now, party_id=firm.pk, proposal=wrong)
    confirm_class(actor=actors["wangfang"], at=now, pk=row.pk)
    about = LetterAbout(
        kind=LetterKind.EXPLANATION, number="HJ1", assessment=found, made_on=now.date(), made_by="王芳"
    )
    assert ["现在生效的分类", "高风险"] in letter_of(about)["decision"]
    assert took_part(actors["wangfang"].id, found)


def test_nobody_approves_what_was_proposed_by_whom_they_stand_in_for_nor_acts_in_two_offices(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    proposed = propose_override(actor=actors["liqiang"], at=now, party_id=firm.pk, details=details(now))
    stand_in = replace(actors["chenjing"], delegators=frozenset({actors["liqiang"].user_id or 0}))
    with pytest.raises(Refused):
        approve_override(actor=stand_in, at=now, override=proposed)
    both = replace(actors["liqiang"], roles=frozenset({Role.RISK_REVIEWER}))
    with pytest.raises(Refused):
        assess_party(actor=both, at=now, party_id=firm.pk, as_of=AS_OF)
    approve_override(actor=actors["chenjing"], at=now, override=proposed)
