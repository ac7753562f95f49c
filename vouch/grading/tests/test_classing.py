"""Classes in effect: down at once, up after the cool-down, confirmed by a second person, with what follows in writing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from conftest import NOW
from tests.tables import all_rows, differences
from vouch.grading import queries
from vouch.grading.actions import (
    ClassError,
    ClassProposal,
    assess_customers,
    assess_party,
    confirm_class,
    follow_assessments,
    freeze_use,
    propose_class,
    reopen_class,
    return_class,
    tend_classes,
)
from vouch.grading.models import Assessment, Classification, Freeze, Limit, LimitSubject, Standing
from vouch.grading.queries.consequences import Consequence
from vouch.grading.terms import (
    ClassMove,
    ClassOrigin,
    ClassReason,
    ClassState,
    LimitKind,
    LimitNature,
    LimitState,
)
from vouch.grading.tests.conftest import AS_OF, Firms, Sells
from vouch.parties.actions import merge_parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db

GOOD, FAIR, POOR = "优质", "一般", "高风险"
COOL_DOWN = 90
# The floors of the classes in the shipped policy and the points above them that an improvement needs.
SCORES = {GOOD: 845, FAIR: 660, POOR: 500}
BAND = 10


class Lives:
    """A customer whose assessments are made up, day by day: what follows from them is the product's own."""

    def __init__(self, party: Party, policy: PolicyVersion, began: datetime) -> None:
        self.party, self.policy, self.began, self.day = party, policy, began, 0

    @property
    def at(self) -> datetime:
        return self.began + timedelta(days=self.day)

    def judged(self, risk_class: str, score: int | None = None) -> None:
        """One day passes, and the customer is assessed: by tables alone, so that a year is lived in seconds."""
        self.day += 1
        values = {"risk_class": risk_class, "score": SCORES.get(risk_class) if score is None else score}
        common = {"policy": self.policy, "as_of": self.at.date(), "outcome": "graded", "limit": Decimal(0)}
        with writing(), transaction.atomic():
            made = Assessment.objects.create(
                party=self.party,
                at=self.at,
                reasons=[],
                snapshot={"facts": {}},
                snapshot_sha256="",
                **common,
                **values,
            )
            known = Standing.objects.filter(party=self.party).values_list("risk_class", flat=True).first()
            Standing.objects.update_or_create(
                party=self.party,
                defaults={
                    **common, "assessment": made, "assessed_at": self.at, "changed_at": self.at,
                    "score": values["score"], "assessed_class": risk_class, "risk_class": known or risk_class,
                },
            )  # fmt: skip
            follow_assessments([self.party.pk], at=self.at)

    def tended(self) -> None:
        while tend_classes(actor=system_actor("grading"), at=self.at):
            pass

    @property
    def held(self) -> Classification:
        found = queries.class_in_effect(self.party.pk)
        assert found is not None
        assert Standing.objects.get(party=self.party).risk_class == found.risk_class
        return found

    @property
    def waiting(self) -> Classification | None:
        return queries.open_classes([self.party.pk]).get(self.party.pk)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is proposed or in review."""
        return self.waiting is None

    @property
    def is_frozen(self) -> bool:
        return self.party.pk in queries.frozen([self.party.pk])


@pytest.fixture
def lives(policy: PolicyVersion, firms: Firms, now: datetime) -> Lives:
    return Lives(firms("某企业"), policy, now)


def confirmed(life: Lives, actor: Actor) -> Classification | None:
    """A second person confirms whatever waits, on the day."""
    waiting = life.waiting
    if waiting is None or waiting.state != ClassState.IN_REVIEW:
        return None
    return confirm_class(actor=actor, at=life.at, pk=waiting.pk)


def test_the_first_class_takes_effect_by_itself_with_an_end(lives: Lives) -> None:
    lives.judged(FAIR)
    held = lives.held
    assert (held.risk_class, held.state, held.move) == (FAIR, ClassState.EFFECTIVE, ClassMove.FIRST)
    assert held.next_check_on == lives.at.date() + timedelta(days=90)
    assert Entry.objects.filter(event="grading.classes.begun").count() == 1


def test_a_worsening_freezes_in_the_same_transaction_and_waits_for_its_review(lives: Lives) -> None:
    lives.judged(GOOD)
    lives.judged(FAIR)
    assert lives.held.risk_class == GOOD
    assert lives.waiting is not None
    assert (lives.waiting.state, lives.waiting.move) == (ClassState.IN_REVIEW, ClassMove.WORSE)
    assert lives.is_frozen
    lives.judged(FAIR)
    assert Classification.objects.count() == 2, "the same worsening is proposed once"
    assert Freeze.objects.count() == 1


def test_a_worsening_freezes_within_the_run_that_found_it(
    policy: PolicyVersion, firms: Firms, sells: Sells, actor: Actor, now: datetime
) -> None:
    """By the real way: facts, policy, assessment; for one on demand and for a batch."""
    one, other = (firms(name, monthly=3_000_000, buyers=20) for name in ("甲企业", "乙企业"))
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    assert {one.pk: GOOD, other.pk: GOOD} == dict(Standing.objects.values_list("party", "risk_class"))
    later = AS_OF + timedelta(days=300)
    assess_party(actor=actor, at=now, party_id=one.pk, as_of=later)
    assert set(queries.frozen([one.pk, other.pk])) == {one.pk}
    assess_customers(actor=actor, at=now, as_of=later)
    assert set(queries.frozen([one.pk, other.pk])) == {one.pk, other.pk}
    assert set(Standing.objects.values_list("risk_class", "assessed_class")) == {(GOOD, POOR)}


def test_what_fails_leaves_neither_freeze_nor_assessment(
    policy: PolicyVersion, firms: Firms, actor: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = firms("甲企业", monthly=3_000_000, buyers=20)
    assess_party(actor=actor, at=now, party_id=party.pk, as_of=AS_OF)
    monkeypatch.setattr("vouch.grading.actions.following.propose_by_itself", lambda **_given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        assess_party(actor=actor, at=now, party_id=party.pk, as_of=AS_OF + timedelta(days=300))
    assert not queries.frozen([party.pk])
    assert Assessment.objects.count() == 1


def test_a_score_that_crosses_daily_for_a_year_brings_no_improvement(
    lives: Lives, actors: dict[str, Actor]
) -> None:
    lives.judged(FAIR)
    improved = 0
    for day in range(365):
        lives.judged(GOOD if day % 2 else FAIR, SCORES[GOOD] + BAND if day % 2 else SCORES[FAIR])
        lives.tended()
        made = confirmed(lives, actors["wangfang"])
        improved += made is not None and made.move == ClassMove.BETTER
    assert improved == 0 <= 365 // COOL_DOWN
    assert lives.held.risk_class == FAIR


def test_the_fastest_year_brings_one_improvement_in_each_cool_down(
    lives: Lives, actors: dict[str, Actor]
) -> None:
    """Good for just as long as it takes, bad for a day, and so on; everything is confirmed on the day."""
    lives.judged(FAIR)
    improved = []
    for day in range(365):
        is_bad = day % (COOL_DOWN + 2) == COOL_DOWN + 1
        lives.judged(FAIR if is_bad else GOOD, None if is_bad else SCORES[GOOD] + BAND)
        lives.tended()
        made = confirmed(lives, actors["wangfang"])
        if made is not None and made.move == ClassMove.BETTER:
            improved.append(lives.day)
    assert 2 <= len(improved) <= 365 // COOL_DOWN
    assert min(b - a for a, b in pairwise(improved)) > COOL_DOWN


def test_a_lasting_improvement_arrives_on_the_last_day_of_the_cool_down(
    lives: Lives, actors: dict[str, Actor]
) -> None:
    lives.judged(FAIR)
    lives.judged(GOOD, SCORES[GOOD] + BAND)
    began = lives.day
    assert lives.waiting is not None
    assert (lives.waiting.state, lives.waiting.ready_on) == (
        ClassState.PROPOSED,
        lives.at.date() + timedelta(days=COOL_DOWN),
    )
    while lives.held.risk_class == FAIR and lives.day < 200:
        # Nothing happens to the customer any more: the clock alone brings it.
        lives.day += 1
        lives.tended()
        confirmed(lives, actors["wangfang"])
    assert lives.day - began == COOL_DOWN
    assert lives.held.risk_class == GOOD


def test_an_improvement_that_no_longer_holds_is_withdrawn_even_in_review(lives: Lives) -> None:
    lives.judged(FAIR)
    lives.judged(GOOD, SCORES[GOOD] + BAND)
    lives.day += COOL_DOWN
    lives.tended()
    assert lives.waiting is not None
    assert lives.waiting.state == ClassState.IN_REVIEW
    lives.judged(FAIR)
    assert lives.is_idle
    assert Classification.objects.filter(state=ClassState.WITHDRAWN).count() == 1
    assert lives.held.holding == {}


def test_below_the_band_nothing_is_proposed(lives: Lives) -> None:
    lives.judged(FAIR)
    lives.judged(GOOD, SCORES[GOOD] + BAND - 1)
    assert lives.is_idle


def test_a_class_runs_out_and_goes_on_binding_until_somebody_has_looked(
    lives: Lives, actors: dict[str, Actor]
) -> None:
    lives.judged(FAIR)
    lives.day += 89
    lives.tended()
    assert lives.held.state == ClassState.EFFECTIVE
    lives.day += 1
    lives.tended()
    lives.tended()
    assert lives.held.state == ClassState.EXPIRED
    assert lives.waiting is not None
    assert (lives.waiting.origin, lives.waiting.move) == (ClassOrigin.EXPIRY, ClassMove.SAME)
    made = confirmed(lives, actors["wangfang"])
    assert made is not None
    assert lives.held == made
    assert {one["subject"] for one in made.consequences} == {"分类状态", "下次检查日"}


def state_of(life: Lives) -> queries.Bound:
    return queries.bound_of([life.party.pk], at=life.at)[life.party.pk]


def limited(party: Party, amount: int, now: datetime) -> None:
    """The customer has a limit of its own."""
    with writing():
        subject = LimitSubject.objects.create(kind=LimitKind.CUSTOMER, party=party, opened_at=now)
        Limit.objects.create(
            subject=subject, nature=LimitNature.BASE, amount=amount, starts_on=now.date(), reason="流贷",
            state=LimitState.GRANTED, proposed_at=now, decided_at=now,
        )  # fmt: skip


@pytest.mark.parametrize(("before", "after"), [(GOOD, FAIR), (GOOD, POOR), (FAIR, POOR), (POOR, GOOD)])
def test_the_consequences_that_were_read_are_those_that_came(
    lives: Lives, actors: dict[str, Actor], before: str, after: str
) -> None:
    """States of everything before and after: what the page foretold, what is kept, and what the tables say are one."""
    other = Lives(lives.party, lives.policy, lives.began)
    other.judged(before)
    lives.day = other.day
    if after == GOOD:
        lives.judged(GOOD, SCORES[GOOD] + BAND)
        lives.day += COOL_DOWN
        lives.tended()
    else:
        lives.judged(after)
    limited(lives.party, 3_000_000, lives.at)
    row = lives.waiting
    assert row is not None
    foretold = queries.consequences_of([row], at=lives.at)[row.pk]
    was, rows = state_of(lives), all_rows()
    made = confirm_class(actor=actors["wangfang"], at=lives.at, pk=row.pk, seen=queries.digest_of(foretold))
    became = state_of(lives)
    assert foretold == queries.changes(was, became) == queries.consequences_of([made], at=lives.at)[made.pk]
    subjects = {one.subject: one for one in foretold}
    assert {"风险分类", "担保费率", "额度上限", "审批路径", "审批权限", "检查频率", "保障措施"} <= set(
        subjects
    )
    # And nothing else in the whole database moved.
    changed = differences(rows, all_rows())
    allowed = {"grading_classification", "grading_standing", "identity_part"}
    if "额度使用" in subjects:
        allowed.add("grading_freeze")
    assert set(changed) <= allowed
    assert len(changed["grading_standing"]) == 2, "one row, before and after"


def test_the_words_of_a_worsening_say_what_tightens(lives: Lives, actors: dict[str, Actor]) -> None:
    lives.judged(FAIR)
    lives.judged(POOR)
    row = lives.waiting
    assert row is not None
    found = {one.subject: one for one in queries.consequences_of([row], at=lives.at)[row.pk]}
    assert (found["检查频率"].before, found["检查频率"].after) == ("每 90 天", "每 30 天")
    assert (found["额度上限"].before, found["额度上限"].after) == ("200.00 万元", "0.00 万元")
    assert (found["审批权限"].before, found["审批权限"].after) == ("首席风险官", "评审委员会")
    assert {found[name].weight for name in ("检查频率", "额度上限", "审批权限")} == {"tighter"}
    assert "额度使用" not in found, "frozen already, and a class without a limit leaves it so"
    confirmed(lives, actors["wangfang"])
    assert lives.is_frozen


def test_a_review_lifts_what_the_worsening_froze_and_nothing_else(
    lives: Lives, actors: dict[str, Actor], actor: Actor
) -> None:
    lives.judged(GOOD)
    lives.judged(FAIR)
    freeze_use(actor=actor, at=lives.at, party_id=lives.party.pk, reason="诉讼保全")
    confirmed(lives, actors["wangfang"])
    assert [one.reason for one in Freeze.objects.filter(lifted_at=None)] == ["诉讼保全"]


def test_consequences_that_changed_since_they_were_read_are_not_confirmed(
    lives: Lives, actors: dict[str, Actor], actor: Actor
) -> None:
    lives.judged(GOOD)
    lives.judged(FAIR)
    row = lives.waiting
    assert row is not None
    read = queries.digest_of(queries.consequences_of([row], at=lives.at)[row.pk])
    freeze_use(actor=actor, at=lives.at, party_id=lives.party.pk, reason="诉讼保全")
    with pytest.raises(ClassError, match="后果在您阅读之后有变化"):
        confirm_class(actor=actors["wangfang"], at=lives.at, pk=row.pk, seen=read)


@pytest.mark.parametrize("worse", [FAIR, POOR])
def test_a_returned_worsening_thaws_and_comes_back_only_when_something_has_changed(
    lives: Lives, actors: dict[str, Actor], worse: str
) -> None:
    lives.judged(GOOD)
    lives.judged(worse)
    row = lives.waiting
    assert row is not None
    return_class(actor=actors["wangfang"], at=lives.at, pk=row.pk, note="一次性因素")
    assert not lives.is_frozen
    assert lives.held.risk_class == GOOD
    lives.judged(worse)
    assert lives.is_idle
    lives.judged(GOOD)
    lives.judged(worse)
    assert lives.waiting is not None
    assert lives.is_frozen


def test_a_return_can_be_taken_back_for_an_hour_by_whoever_made_it(
    lives: Lives, actors: dict[str, Actor]
) -> None:
    lives.judged(GOOD)
    lives.judged(FAIR)
    row = lives.waiting
    assert row is not None
    return_class(actor=actors["wangfang"], at=lives.at, pk=row.pk, note="点错了")
    for who, after in (("chenjing", timedelta(0)), ("wangfang", timedelta(minutes=61))):
        with pytest.raises(ClassError, match="一小时以内"):
            reopen_class(actor=actors[who], at=lives.at + after, pk=row.pk)
    reopen_class(actor=actors["wangfang"], at=lives.at + timedelta(minutes=59), pk=row.pk)
    assert lives.waiting == row
    assert lives.is_frozen


BY_HAND = ClassProposal(POOR, ClassReason.OVERDUE, "三月、四月均欠息，见台账")


def test_what_a_person_proposes_somebody_else_confirms(lives: Lives, actors: dict[str, Actor]) -> None:
    lives.judged(FAIR)
    proposed = propose_class(actor=actors["chenjing"], at=lives.at, party_id=lives.party.pk, proposal=BY_HAND)
    assert proposed.state == ClassState.IN_REVIEW
    assert lives.is_frozen
    with pytest.raises(Refused, match="提出人以外"):
        confirm_class(actor=actors["chenjing"], at=lives.at, pk=proposed.pk)
    for name in ("liqiang", "zhaomin", "sunlei", "zhoujie"):
        with pytest.raises(Refused):
            confirm_class(actor=actors[name], at=lives.at, pk=proposed.pk)
    confirm_class(actor=actors["wangfang"], at=lives.at, pk=proposed.pk)
    assert (lives.held.risk_class, lives.held.reviewer_label) == (POOR, actors["wangfang"].label)
    with writing(), pytest.raises(IntegrityError), transaction.atomic():
        Classification.objects.filter(pk=proposed.pk).update(reviewer_id=proposed.proposer_id)


def test_an_improvement_by_hand_waits_as_any_other_unless_the_class_was_wrong(
    lives: Lives, actors: dict[str, Actor]
) -> None:
    lives.judged(FAIR)
    better = ClassProposal(GOOD, ClassReason.OPERATION, "新签三年订单")
    waits = propose_class(actor=actors["chenjing"], at=lives.at, party_id=lives.party.pk, proposal=better)
    assert (waits.state, waits.ready_on) == (
        ClassState.PROPOSED,
        lives.at.date() + timedelta(days=COOL_DOWN),
    )
    with pytest.raises(ClassError, match="不能复核"):
        confirm_class(actor=actors["wangfang"], at=lives.at, pk=waits.pk)
    with pytest.raises(ClassError, match="已有一项"):
        propose_class(actor=actors["chenjing"], at=lives.at, party_id=lives.party.pk, proposal=better)
    lives.day += COOL_DOWN
    lives.tended()
    waits.refresh_from_db()
    assert waits.state == ClassState.IN_REVIEW
    return_class(actor=actors["wangfang"], at=lives.at, pk=waits.pk, note="订单未核实")
    wrong = ClassProposal(GOOD, ClassReason.CORRECTION, "上次录错了报表")
    at_once = propose_class(actor=actors["chenjing"], at=lives.at, party_id=lives.party.pk, proposal=wrong)
    assert at_once.state == ClassState.IN_REVIEW


def test_a_person_may_not_propose_for_a_customer_out_of_sight_nor_what_stands_already(
    lives: Lives, actors: dict[str, Actor]
) -> None:
    lives.judged(POOR)
    with pytest.raises(Refused):
        propose_class(actor=actors["wuting"], at=lives.at, party_id=lives.party.pk, proposal=BY_HAND)
    with pytest.raises(ClassError, match="现在就是"):
        propose_class(actor=actors["wangfang"], at=lives.at, party_id=lives.party.pk, proposal=BY_HAND)


def test_of_two_records_the_worse_class_binds_until_the_customer_is_classed_anew(
    policy: PolicyVersion, firms: Firms, actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    kept, gone = Lives(firms("保留企业"), policy, now), Lives(firms("并入企业"), policy, now)
    kept.judged(GOOD)
    gone.judged(POOR)
    merged(gone.party, kept.party, actor, now)
    kept.judged(GOOD)
    assert kept.held.party == gone.party
    assert kept.held.risk_class == POOR
    assert Standing.objects.get(party=kept.party).risk_class == POOR
    kept.day += COOL_DOWN
    kept.judged(GOOD, SCORES[GOOD] + BAND)
    kept.day += COOL_DOWN
    kept.tended()
    confirmed(kept, actors["wangfang"])
    assert kept.held.party == kept.party
    assert kept.held.risk_class == FAIR


def merged(gone: Party, kept: Party, actor: Actor, now: datetime) -> None:
    merge_parties(actor=actor, at=now, party=gone, canonical=kept, reason="同一客户")


def test_standings_from_before_classes_had_a_table_get_theirs_from_the_clock(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr("vouch.grading.tests.test_classing.follow_assessments", lambda *_given, **_at: None)
        lives.judged(FAIR)
    assert not Classification.objects.exists()
    lives.tended()
    assert lives.held.risk_class == FAIR
    assert tend_classes(actor=system_actor("grading"), at=lives.at) == 0


def test_what_is_kept_of_a_class_cannot_be_removed_or_sent_backwards(lives: Lives) -> None:
    lives.judged(FAIR)
    row = lives.held
    with writing(), pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        row.delete()
    row.state = ClassState.IN_REVIEW
    with writing(), pytest.raises(Exception, match="Invalid transition|constraint"), transaction.atomic():
        row.save()


@pytest.mark.parametrize(
    "ask", [partial(queries.bound_of, at=NOW), queries.binding_classes, queries.open_classes]
)
def test_what_binds_is_asked_for_many_as_for_one(
    policy: PolicyVersion, firms: Firms, now: datetime, ask: Callable[[Iterable[int]], object]
) -> None:
    made = [Lives(firms(f"第{number}企业"), policy, now) for number in range(6)]
    for life in made:
        life.judged(GOOD)
        life.judged(FAIR)
    counts = []
    for chosen in (made[:1], made):
        with CaptureQueriesContext(connection) as asked:
            ask([life.party.pk for life in chosen])
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 6


def test_a_consequence_reads_as_a_sentence() -> None:
    assert str(Consequence("检查频率", "每 90 天", "每 30 天")) == "检查频率：每 90 天 → 每 30 天"
