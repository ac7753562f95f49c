"""Judging one and all: the same digits, once, and never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext

from vouch.engine.canonical import canonical_json, digest
from vouch.grading import queries
from vouch.grading.actions import assess_customers, assess_party, resume_run, start_run
from vouch.grading.models import Assessment, AssessmentRun, Standing
from vouch.grading.tasks import reassess
from vouch.grading.terms import Direction, Outcome, RunState
from vouch.grading.tests.conftest import AS_OF, Firms, Sells
from vouch.parties.actions import EnterpriseDetails, correct_enterprise
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.terms import Scope
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.merkle import root_hash
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing
from vouch.policy.actions import LIBRARY, draft_policy, publish_policy, review_policy
from vouch.policy.models import PolicyVersion
from vouch.policy.queries import NoPolicyInForceError

pytestmark = pytest.mark.django_db


def test_the_book_comes_out_in_order_of_strength(
    policy: PolicyVersion, book_of_firms: list[Party], actor: Actor, now: datetime
) -> None:
    run = assess_customers(actor=actor, at=now, as_of=AS_OF)
    found = {row.party.name: row for row in Assessment.objects.select_related("party")}
    assert (run.state, run.total, run.done) == (RunState.FINISHED, 6, 6)
    scores = [found[name].score or 0 for name in ("甲大企业", "乙中企业", "丙小企业", "丁微企业")]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4
    assert found["甲大企业"].risk_class == "优质"
    assert found["甲大企业"].limit == 5_000_000
    assert found["丁微企业"].risk_class == "高风险"
    assert all(len(row.reasons) >= 3 for row in found.values())


def test_one_customer_on_demand_comes_out_as_in_the_batch(
    policy: PolicyVersion, book_of_firms: list[Party], actor: Actor, now: datetime
) -> None:
    one_by_one = {}
    for party in book_of_firms:
        # Rolled back, so that the batch has to decide by itself.
        with transaction.atomic():
            row = assess_party(actor=actor, at=now, party_id=party.pk, as_of=AS_OF)
            one_by_one[party.pk] = (row.snapshot, row.snapshot_sha256, row.score, row.limit, row.reasons)
            transaction.set_rollback(True)
    assert not Assessment.objects.exists()
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    assert one_by_one == {
        row.party_id: (row.snapshot, row.snapshot_sha256, row.score, row.limit, row.reasons)
        for row in Assessment.objects.all()
    }


def test_a_firm_that_stopped_selling_is_knocked_out_with_a_score_and_no_limit(
    policy: PolicyVersion, book_of_firms: list[Party], actor: Actor, now: datetime
) -> None:
    row = assess_party(actor=actor, at=now, party_id=book_of_firms[4].pk, as_of=AS_OF)
    assert row.outcome == Outcome.KNOCKED_OUT
    assert (row.grade, row.risk_class) == ("C", "高风险")
    assert row.limit == 0
    assert row.score is not None
    assert "疑似停业" in row.reasons[0]


def test_a_firm_without_invoices_lacks_papers_and_every_missing_fact_is_named(
    policy: PolicyVersion, book_of_firms: list[Party], actor: Actor, now: datetime
) -> None:
    row = assess_party(actor=actor, at=now, party_id=book_of_firms[5].pk, as_of=AS_OF)
    assert row.outcome == Outcome.INSUFFICIENT
    assert row.score is None
    assert (row.grade, row.risk_class) == ("", "")
    assert row.limit == 0
    assert row.path == "collect"
    assert "缺少：近12个月开票销售额" in row.reasons
    assert all(reason.startswith("缺少：") for reason in row.reasons)
    # Tens of thousands of registered firms are like it.
    assert len(canonical_json(row.snapshot)) < 250
    assert queries.replay(row).same
    assert queries.explanation_of(row).missing == tuple(
        reason.removeprefix("缺少：") for reason in row.reasons
    )


def test_a_repeat_finds_the_same_and_leaves_nothing_behind(
    policy: PolicyVersion, book_of_firms: list[Party], actor: Actor, now: datetime
) -> None:
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    later = now + timedelta(days=1)
    run = assess_customers(actor=actor, at=later, as_of=AS_OF)
    single = assess_party(actor=actor, at=later, party_id=book_of_firms[0].pk, as_of=AS_OF)
    assert (run.done, run.unchanged) == (6, 6)
    assert Assessment.objects.count() == 6
    assert single.at == now
    assert not Entry.objects.filter(event="grading.customer.assessed").exists()


def test_the_ledger_keeps_one_entry_a_chunk_with_the_root_over_its_snapshots(
    policy: PolicyVersion, book_of_firms: list[Party], actor: Actor, now: datetime
) -> None:
    run = assess_customers(actor=actor, at=now, as_of=AS_OF)
    entry = Entry.objects.get(event="grading.customers.assessed")
    leaves = [canonical_json(row.snapshot) for row in Assessment.objects.order_by("party_id")]
    assert entry.subject_id == str(run.pk)
    assert entry.bulk is not None
    assert entry.bulk["root"] == root_hash(leaves).hex()
    assert (entry.bulk["graded"], entry.bulk["knocked_out"], entry.bulk["insufficient"]) == (4, 1, 1)


def test_an_interrupted_batch_is_taken_up_where_it_stopped(
    policy: PolicyVersion,
    book_of_firms: list[Party],
    actor: Actor,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vouch.grading.actions.assessment.CHUNK", 2)

    def stop(run: AssessmentRun) -> None:
        if run.done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assess_customers(actor=actor, at=now, as_of=AS_OF, progress=stop)
    begun = queries.unfinished_run(as_of=AS_OF, policy_id=policy.pk)
    assert begun is not None
    assert (begun.done, Assessment.objects.count()) == (4, 4)
    done = resume_run(actor=actor, at=now, run=begun)
    assert (done.done, done.state) == (6, RunState.FINISHED)
    assert Assessment.objects.values("party").distinct().count() == Assessment.objects.count() == 6
    assert queries.unfinished_run(as_of=AS_OF, policy_id=policy.pk) is None


def test_a_batch_of_chosen_customers_judges_these_alone(
    policy: PolicyVersion, book_of_firms: list[Party], actor: Actor, now: datetime
) -> None:
    chosen = [book_of_firms[2].pk, book_of_firms[0].pk]
    run = assess_customers(actor=actor, at=now, as_of=AS_OF, party_ids=chosen)
    assert (run.total, run.done) == (2, 2)
    assert set(Standing.objects.values_list("party_id", flat=True)) == set(chosen)


def test_a_batch_asks_as_often_for_one_customer_as_for_thirty(
    policy: PolicyVersion, firms: Firms, actor: Actor, now: datetime
) -> None:
    parties = [firms(f"第{number}企业", monthly=10_000 * (number + 1), months=3) for number in range(30)]
    counts = []
    for chosen in (parties[:1], parties):
        with CaptureQueriesContext(
            connection,
        ) as queries_made:
            assess_customers(actor=actor, at=now, as_of=AS_OF, party_ids=[party.pk for party in chosen])
        counts.append(len(queries_made))
        # The COPY of the rows does not pass Django's cursor wrapper and is not counted.
    # The second batch meets one who has a class by now: the policy and card that it rests on are read.
    assert counts == [39, 41]


def test_a_snapshot_replays_to_the_same_digits_after_policy_and_facts_have_changed(
    policy: PolicyVersion,
    book_of_firms: list[Party],
    actors: dict[str, Actor],
    actor: Actor,
    now: datetime,
    sells: Sells,
) -> None:
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    before = {row.pk: (row.score, row.grade, row.limit) for row in Assessment.objects.all()}
    stricter = (LIBRARY / "small-firm-invoices.policy.yaml").read_bytes()
    stricter = stricter.replace(b"version: 2\n", b"version: 3\n", 1).replace(b"from: 875", b"from: 990")
    version = draft_policy(actor=actors["wangfang"], at=now, document=stricter)
    review_policy(actor=actors["chenjing"], at=now, version=version)
    publish_policy(actor=actors["chenjing"], at=now + timedelta(hours=1), version=version)
    sells(book_of_firms[2], monthly=900_000, months=12, buyers=5, until=AS_OF)
    later = now + timedelta(days=1)
    assert queries.older_standings(actor, policy_id=version.pk).count() == 6
    for row in Assessment.objects.select_related("policy__scorecard"):
        again = queries.replay(row)
        assert again.same, again.differences
        decided = again.decision
        limit = Decimal(decided.limit or 0).scaleb(-2)
        assert (decided.score, decided.grade or "", limit) == before[row.pk]
    second = assess_party(actor=actor, at=later, party_id=book_of_firms[0].pk, as_of=AS_OF)
    assert (second.policy, second.grade) == (version, "AA")


def test_a_snapshot_that_was_tampered_with_does_not_replay(
    policy: PolicyVersion, book_of_firms: list[Party], actor: Actor, now: datetime
) -> None:
    row = assess_party(actor=actor, at=now, party_id=book_of_firms[1].pk, as_of=AS_OF)
    row.snapshot["facts"]["invoice.turnover_12m"]["value"] *= 100
    assert "快照内容与其摘要不符" in queries.replay(row).differences
    # Even with a digest made to fit, the figures do not follow from the facts.
    row.snapshot_sha256 = digest(row.snapshot)
    assert "各项得分与快照不同" in queries.replay(row).differences


def test_better_words_of_a_later_release_do_not_break_a_replay(
    policy: PolicyVersion, book_of_firms: list[Party], actor: Actor, now: datetime
) -> None:
    row = assess_party(actor=actor, at=now, party_id=book_of_firms[1].pk, as_of=AS_OF)
    for step in row.snapshot["decision"]["limit_steps"]:
        step["filled"] = "旧的说法"
    row.snapshot_sha256 = digest(row.snapshot)
    assert queries.replay(row).same
    row.snapshot["decision"]["limit_steps"][0]["value"] += "1"
    row.snapshot_sha256 = digest(row.snapshot)
    assert queries.replay(row).differences == ("额度的计算步骤与快照不同",)


def test_the_database_refuses_to_change_or_remove_an_assessment(
    policy: PolicyVersion, book_of_firms: list[Party], actor: Actor, now: datetime
) -> None:
    row = assess_party(actor=actor, at=now, party_id=book_of_firms[1].pk, as_of=AS_OF)
    with writing():
        with pytest.raises(Error, match="Cannot update or delete"), transaction.atomic():
            Assessment.objects.filter(pk=row.pk).update(limit=1)
        with pytest.raises(Error, match="Cannot update or delete"), transaction.atomic():
            Assessment.objects.filter(pk=row.pk)._raw_delete("default")


def test_without_a_policy_in_force_nobody_is_judged(
    book_of_firms: list[Party], actor: Actor, now: datetime
) -> None:
    with pytest.raises(NoPolicyInForceError):
        assess_party(actor=actor, at=now, party_id=book_of_firms[0].pk, as_of=AS_OF)


def test_the_middle_office_judges_what_it_sees_and_the_front_office_nothing(
    policy: PolicyVersion,
    firms: Firms,
    units: dict[str, Unit],
    staff: dict[str, User],
    actors: dict[str, Actor],
    now: datetime,
) -> None:
    own = firms("李强的客户", unit=units["YW1"], manager=staff["liqiang"], monthly=50_000)
    foreign = firms("吴婷的客户", unit=units["YW2"], manager=staff["wuting"], monthly=50_000)
    reviewer = replace(actors["wangfang"], scope=Scope.UNIT, unit_ids=frozenset({units["YW1"].pk}))
    assert assess_party(actor=reviewer, at=now, party_id=own.pk, as_of=AS_OF).score
    for refused, party_id in (
        (reviewer, foreign.pk),
        (actors["liqiang"], own.pk),
        (actors["sunlei"], own.pk),
    ):
        with pytest.raises(Refused):
            assess_party(actor=refused, at=now, party_id=party_id, as_of=AS_OF)


def test_whoever_described_a_customer_does_not_judge_it(
    policy: PolicyVersion, firms: Firms, actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    firm = firms("两手抓企业", monthly=50_000)
    details = EnterpriseDetails(name="两手抓企业", staff_count=500)
    correct_enterprise(actor=actors["wangfang"], at=now, party=firm, details=details, reason="补录人数")
    with pytest.raises(Refused, match="您已以前台身份办理过这一业务，不能再以中台身份办理"):
        assess_party(actor=actors["wangfang"], at=now, party_id=firm.pk, as_of=AS_OF)
    # Somebody else of the middle office does, and then does not describe it.
    assert assess_party(actor=actors["chenjing"], at=now, party_id=firm.pk, as_of=AS_OF).score is not None
    with pytest.raises(Refused, match="中台"):
        correct_enterprise(actor=actors["chenjing"], at=now, party=firm, details=details, reason="改回")
    with pytest.raises(Refused):
        start_run(actor=actors["liqiang"], at=now, as_of=AS_OF, party_ids=None)


def test_the_job_of_reassessment_moves_who_has_a_standing_and_is_idempotent(
    policy: PolicyVersion, firms: Firms, sells: Sells, actor: Actor, now: datetime
) -> None:
    party = firms("待补票企业", monthly=5_000, months=6)
    reassess(subject_id=str(party.pk))
    assert not Assessment.objects.exists()
    assess_party(actor=actor, at=now, party_id=party.pk, as_of=AS_OF)
    sells(party, monthly=500_000, months=12, buyers=8, until=AS_OF)
    reassess(subject_id=str(party.pk))
    reassess(subject_id=str(party.pk))
    standing = Standing.objects.get(party=party)
    assert Assessment.objects.count() == 2
    assert (standing.direction, standing.as_of) == (Direction.UP, AS_OF)


def test_facts_of_a_later_day_do_not_reach_an_assessment(
    policy: PolicyVersion, firms: Firms, actor: Actor, now: datetime
) -> None:
    party = firms("后来兴旺企业", monthly=2_000_000, months=3, until=date(2020, 12, 31))
    row = assess_party(actor=actor, at=now, party_id=party.pk, as_of=AS_OF)
    assert row.outcome == Outcome.INSUFFICIENT
