"""Whoever's facts changed is judged again: once, at once, and many in one batch."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from vouch.customers.actions import FigureDetails, record_figure
from vouch.customers.models import Material
from vouch.customers.terms import Figure
from vouch.grading import tasks
from vouch.grading.actions import assess_customers, assess_party, order_due
from vouch.grading.models import Assessment, AssessmentRun, Standing
from vouch.grading.queries import due_customers, standing_customers, touched_by_import
from vouch.grading.terms import RunState
from vouch.grading.tests.conftest import AS_OF, Firms, Sells
from vouch.parties.actions import restrict_party
from vouch.parties.models import Party
from vouch.platform.exchange.models import Import, ImportChange
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import Unit
from vouch.platform.ledger.testing import writing
from vouch.policy.actions import retire_policy
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db


def waiting(task: str) -> list[str]:
    jobs = ProcrastinateJob.objects.filter(task_name=task, status="todo").order_by("pk")
    return [job.lock for job in jobs]


def imported(parties: list[Party], unit: Unit, now: datetime) -> Import:
    """An import that touched these: of half of them the party, of the others an invoice."""
    with writing():
        batch = Import.objects.create(
            kind="invoices", unit=unit, actor_id="x", actor_label="x", created_at=now
        )
        ImportChange.objects.bulk_create(
            ImportChange(
                batch=batch, table_name="parties_party", row_key=str(party.pk), after={"id": party.pk}
            )
            if place % 2
            else ImportChange(
                batch=batch, table_name="customers_invoice", row_key=str(place), after={"party_id": party.pk}
            )
            for place, party in enumerate(parties)
        )
    return batch


def test_a_paper_of_the_file_leads_to_its_customers_own_job_and_ten_of_them_to_one(
    policy: PolicyVersion, firms: Firms, actor: Actor, now: datetime
) -> None:
    party = firms("材料企业", monthly=40_000)
    for year in range(2016, 2020):
        details = FigureDetails(figure=Figure.HEADCOUNT, day=date(year, 12, 31), amount=Decimal(year))
        record_figure(actor=actor, at=now, party=party, details=details)
    materials = list(Material.objects.filter(party=party))
    assert len(waiting("grading.reassess_of_material")) == len(materials) == 4
    for one in materials:
        tasks.reassess_of_material(str(one.pk))
    # One lock and the same argument: the first that runs does the work of all (jobs.task).
    assert set(waiting("grading.reassess")[-4:]) == {f"grading.reassess:party:{party.pk}"}


def test_a_current_standing_is_judged_as_of_today_and_a_look_back_as_of_its_own_day(
    policy: PolicyVersion, firms: Firms, actor: Actor, now: datetime
) -> None:
    today = timezone.localdate(now)
    current, past = firms("现行企业", monthly=40_000), firms("回看企业", monthly=40_000)
    assess_party(actor=actor, at=now, party_id=current.pk, as_of=today - timedelta(days=30))
    assess_party(actor=actor, at=now, party_id=past.pk, as_of=AS_OF)
    assert standing_customers([current.pk, past.pk], today=today) == {today: [current.pk], AS_OF: [past.pk]}


def test_who_has_no_standing_or_may_not_be_processed_is_left_alone(
    policy: PolicyVersion, firms: Firms, actor: Actor, now: datetime
) -> None:
    new, restricted = firms("新客户企业", monthly=40_000), firms("限制企业", monthly=40_000)
    assess_party(actor=actor, at=now, party_id=restricted.pk, as_of=AS_OF)
    restrict_party(actor=actor, at=now, party=restricted, reason="本人要求")
    for party in (new, restricted):
        tasks.reassess(str(party.pk))
    assert Assessment.objects.count() == 1


def test_an_import_that_touched_many_is_one_batch_over_these(
    policy: PolicyVersion, firms: Firms, sells: Sells, head_office: Unit, actor: Actor, now: datetime
) -> None:
    parties = [firms(f"第{number}企业", monthly=20_000, months=3) for number in range(25)]
    untouched = firms("未触及企业", monthly=20_000, months=3)
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    for party in (*parties, untouched):
        sells(party, monthly=90_000, months=2, buyers=3, until=AS_OF)
    batch = imported(parties, head_office, now)
    assert touched_by_import(batch.pk) == sorted(party.pk for party in parties)
    made, runs = Assessment.objects.count(), AssessmentRun.objects.count()
    tasks.reassess_import(str(batch.pk))
    run = AssessmentRun.objects.latest("pk")
    assert AssessmentRun.objects.count() == runs + 1
    assert (run.total, run.as_of) == (25, AS_OF)
    # Nobody has a job of their own.
    assert waiting("grading.continue_run") == [f"run:{run.pk}"]
    tasks.continue_run(run_id=run.pk)
    assert Assessment.objects.count() == made + 25
    assert not Assessment.objects.filter(run=run, party=untouched).exists()


def test_a_few_whom_an_import_touched_are_judged_each_with_an_entry(
    policy: PolicyVersion, firms: Firms, sells: Sells, head_office: Unit, actor: Actor, now: datetime
) -> None:
    party = firms("少量企业", monthly=20_000, months=3)
    assess_party(actor=actor, at=now, party_id=party.pk, as_of=AS_OF)
    sells(party, monthly=90_000, months=2, buyers=3, until=AS_OF)
    tasks.reassess_import(str(imported([party], head_office, now).pk))
    assert Assessment.objects.filter(party=party).count() == 2
    assert not AssessmentRun.objects.exists()


def test_the_calendar_takes_whoever_was_last_judged_as_long_ago_as_its_class_is_checked(
    policy: PolicyVersion, book_of_firms: list[Party], actor: Actor, now: datetime
) -> None:
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    classes = dict(Standing.objects.values_list("party_id", "risk_class"))
    assert due_customers(policy, at=now + timedelta(days=29)) == []
    for days, due in (
        (31, {"高风险", ""}),
        (91, {"高风险", "", "一般"}),
        (181, {"高风险", "", "一般", "优质"}),
    ):
        found = due_customers(policy, at=now + timedelta(days=days))
        assert set(found) == {pk for pk, name in classes.items() if name in due}


def test_two_workers_open_one_scheduled_batch_and_the_next_round_finds_nobody(
    policy: PolicyVersion, book_of_firms: list[Party], now: datetime
) -> None:
    schedule = system_actor("schedule")
    first = order_due(actor=schedule, at=now)
    second = order_due(actor=schedule, at=now)
    assert first is not None
    assert second == first
    assert first.total == len(book_of_firms)
    tasks.continue_run(run_id=first.pk)
    first.refresh_from_db()
    assert first.state == RunState.FINISHED
    assert order_due(actor=schedule, at=now) is None
    assert AssessmentRun.objects.count() == 1


def test_without_a_policy_the_jobs_of_events_and_of_the_calendar_end_quietly(
    policy: PolicyVersion, firms: Firms, actor: Actor, actors: dict[str, Actor], now: datetime
) -> None:
    party = firms("无政策企业", monthly=20_000)
    assess_party(actor=actor, at=now, party_id=party.pk, as_of=AS_OF)
    retire_policy(actor=actors["chenjing"], at=now, version=policy)
    tasks.reassess(str(party.pk))
    tasks.assess_due()
    assert Assessment.objects.count() == 1
