"""Ways round a class, its freeze and its cool-down that lead nowhere."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from vouch.grading.actions import (
    ClassError,
    ClassProposal,
    confirm_class,
    freeze_use,
    lift_freeze,
    propose_class,
    reopen_class,
    return_class,
)
from vouch.grading.models import Classification
from vouch.grading.terms import ClassMove, ClassOrigin, ClassReason, ClassState
from vouch.grading.tests.conftest import Firms
from vouch.grading.tests.test_classing import BAND, COOL_DOWN, FAIR, GOOD, POOR, SCORES, Lives, confirmed
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.terms import PartyKind
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db

CLEAR = SCORES[GOOD] + BAND


@pytest.fixture
def lives(policy: PolicyVersion, firms: Firms, now: datetime) -> Lives:
    return Lives(firms("某企业"), policy, now)


def by_hand(
    life: Lives, actor: Actor, risk_class: str, reason: ClassReason = ClassReason.OPERATION
) -> Classification:
    proposal = ClassProposal(risk_class, reason, "三月起订单减少，见台账")
    return propose_class(actor=actor, at=life.at, party_id=life.party.pk, proposal=proposal)


@pytest.mark.parametrize("kind", [PartyKind.SOLE_TRADER, PartyKind.COOPERATIVE])
def test_every_kind_of_organisation_is_classed_and_stands_in_the_queue_with_its_consequences(
    policy: PolicyVersion, head_office: Unit, staff: dict[str, User], actors: dict[str, Actor], actor: Actor,
    client: Client, kind: PartyKind,
) -> None:  # fmt: skip
    began = datetime.now(tz=staff["wangfang"].joined_at.tzinfo) - timedelta(days=4)
    registration = Registration(EnterpriseDetails(name="王家农产"), kind=kind)
    life = Lives(
        register_enterprise(actor=actor, at=began, unit=head_office, registration=registration), policy, began
    )
    life.judged(GOOD)
    life.judged(POOR)
    client.force_login(staff["wangfang"], backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("grading:reviews"))
    assert {one.subject for one in page.context["sums"]} >= {"风险分类", "额度上限"}
    foretold = client.get(reverse("grading:foretell_class", args=[life.party.pk]), {"risk_class": FAIR})
    assert "额度上限" in foretold.content.decode()
    made = confirmed(life, actors["wangfang"])
    assert made is not None
    assert life.held.risk_class == POOR
    assert by_hand(life, actors["chenjing"], FAIR).state == ClassState.PROPOSED


def test_a_milder_class_by_hand_that_is_returned_leaves_the_worsening_frozen_and_in_review(
    lives: Lives, actors: dict[str, Actor]
) -> None:
    lives.judged(GOOD)
    lives.judged(POOR)
    milder = by_hand(lives, actors["chenjing"], FAIR)
    assert lives.waiting == milder
    return_class(actor=actors["wangfang"], at=lives.at, pk=milder.pk, note="依据不足")
    assert lives.waiting is not None
    assert (lives.waiting.risk_class, lives.waiting.origin) == (POOR, ClassOrigin.ASSESSMENT)
    assert lives.is_frozen


def test_an_improvement_by_hand_that_is_returned_leaves_what_an_assessment_froze_meanwhile(
    lives: Lives, actors: dict[str, Actor]
) -> None:
    lives.judged(FAIR)
    better = by_hand(lives, actors["chenjing"], GOOD, ClassReason.CORRECTION)
    lives.judged(POOR)
    assert (lives.waiting, lives.is_frozen) == (better, True)
    return_class(actor=actors["wangfang"], at=lives.at, pk=better.pk, note="依据不足")
    assert lives.waiting is not None
    assert lives.waiting.risk_class == POOR
    assert lives.is_frozen


def test_what_a_worsening_froze_is_lifted_by_its_review_alone(
    lives: Lives, actors: dict[str, Actor], actor: Actor
) -> None:
    lives.judged(GOOD)
    lives.judged(POOR)
    for name in ("wangfang", "chenjing"):
        with pytest.raises(Refused, match="分类复核"):
            lift_freeze(actor=actors[name], at=lives.at, party_id=lives.party.pk, reason="已核实")
    confirmed(lives, actors["wangfang"])
    assert lives.is_idle
    with pytest.raises(Refused, match="保持冻结"):
        lift_freeze(actor=actors["chenjing"], at=lives.at, party_id=lives.party.pk, reason="已核实")
    other = Lives(lives.party, lives.policy, lives.began)
    other.day = lives.day + 1
    better = by_hand(other, actors["chenjing"], FAIR, ClassReason.CORRECTION)
    freeze_use(actor=actor, at=other.at, party_id=lives.party.pk, reason="诉讼保全")
    confirm_class(actor=actors["wangfang"], at=other.at, pk=better.pk)
    # What a person froze is lifted as before.
    assert lift_freeze(actor=actors["chenjing"], at=other.at, party_id=lives.party.pk, reason="已解封") == 1


def test_a_first_class_by_hand_does_not_lift_what_an_assessment_has_begun_meanwhile(
    lives: Lives, actors: dict[str, Actor]
) -> None:
    lives.day = 1
    first = by_hand(lives, actors["chenjing"], GOOD)
    assert (first.move, first.state) == (ClassMove.FIRST, ClassState.IN_REVIEW)
    lives.judged(POOR)
    assert lives.held.risk_class == POOR
    with pytest.raises(ClassError, match="现分类已有变化"):
        confirm_class(actor=actors["wangfang"], at=lives.at, pk=first.pk)
    assert lives.held.risk_class == POOR


def test_a_return_is_not_taken_back_once_another_class_binds(lives: Lives, actors: dict[str, Actor]) -> None:
    lives.judged(GOOD)
    lives.judged(FAIR)
    assert lives.waiting is not None
    returned = return_class(actor=actors["wangfang"], at=lives.at, pk=lives.waiting.pk, note="一次性因素")
    worse = by_hand(lives, actors["chenjing"], POOR, ClassReason.OVERDUE)
    confirm_class(actor=actors["wangfang"], at=lives.at + timedelta(minutes=5), pk=worse.pk)
    with pytest.raises(ClassError, match="现分类已有变化"):
        reopen_class(actor=actors["wangfang"], at=lives.at + timedelta(minutes=10), pk=returned.pk)
    assert lives.held.risk_class == POOR


def ripe(life: Lives) -> Classification:
    """An improvement that has held for its whole cool-down."""
    life.judged(FAIR)
    life.judged(GOOD, CLEAR)
    life.day += COOL_DOWN
    life.tended()
    assert life.waiting is not None
    return life.waiting


def test_a_returned_improvement_begins_its_cool_down_anew(lives: Lives, actors: dict[str, Actor]) -> None:
    return_class(actor=actors["wangfang"], at=lives.at, pk=ripe(lives).pk, note="报表未审计")
    lives.judged(GOOD, CLEAR)
    waiting = lives.waiting
    assert waiting is not None
    if waiting.origin == ClassOrigin.EXPIRY:
        # The class in effect ran out meanwhile; its own check goes on.
        assert lives.held.holding == {GOOD: lives.at.date().isoformat()}
    else:
        assert (waiting.state, waiting.ready_on) == (
            ClassState.PROPOSED,
            lives.at.date() + timedelta(days=COOL_DOWN),
        )


def test_a_returned_improvement_that_is_taken_back_is_as_ripe_as_it_was(
    lives: Lives, actors: dict[str, Actor]
) -> None:
    row = ripe(lives)
    return_class(actor=actors["wangfang"], at=lives.at, pk=row.pk, note="点错了")
    reopen_class(actor=actors["wangfang"], at=lives.at + timedelta(minutes=5), pk=row.pk)
    lives.judged(GOOD, CLEAR)
    assert lives.waiting is not None
    assert (lives.waiting, lives.waiting.state) == (row, ClassState.IN_REVIEW)


def test_a_class_that_ran_out_stands_in_the_queue_again_when_another_is_returned(
    lives: Lives, actors: dict[str, Actor]
) -> None:
    lives.judged(GOOD)
    lives.day += 200
    lives.tended()
    lives.judged(POOR)
    worse = lives.waiting
    assert worse is not None
    assert worse.risk_class == POOR
    return_class(actor=actors["wangfang"], at=lives.at, pk=worse.pk, note="一次性因素")
    assert lives.waiting is not None
    assert (lives.waiting.origin, lives.is_frozen) == (ClassOrigin.EXPIRY, False)
    reopen_class(actor=actors["wangfang"], at=lives.at, pk=worse.pk)
    assert lives.waiting == worse
    assert lives.is_frozen
