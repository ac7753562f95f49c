"""Facts of parties against the same facts in plain Python, on random histories; and nothing learned later counts."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vouch.engine.facts import catalogue, check_column
from vouch.parties.facts import FACTS, ask
from vouch.parties.models import Party
from vouch.parties.tests.worlds import World
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit

pytestmark = pytest.mark.django_db

CHINA = ZoneInfo("Asia/Shanghai")


def facts_of(pk: int, day: date) -> dict[str, Any]:
    frame = ask([pk], as_of=day)
    row = frame.row(pk) if frame.subjects else {}
    return {name.removeprefix("party."): value for name, value in row.items()}


@pytest.mark.parametrize("seed", range(6))
def test_facts_on_random_histories_equal_an_independent_computation(
    seed: int, head_office: Unit, actor: Actor
) -> None:
    world = World.of(seed, actor=actor, unit=head_office)
    for _step in range(60):
        world.step()
    days = world.days(6)
    for day in days:
        everyone = ask(None, as_of=day)
        expected = world.expected(day)
        assert set(everyone.subjects) == set(expected)
        for pk, facts in expected.items():
            row = {name.removeprefix("party."): value for name, value in everyone.row(pk).items()}
            assert row == facts, (seed, day, pk)
            # One alone gives the same as all together.
            assert facts_of(pk, day) == facts


@pytest.mark.parametrize("seed", range(3))
def test_an_earlier_day_is_answered_with_nothing_that_was_learned_later(
    seed: int, head_office: Unit, actor: Actor
) -> None:
    world = World.of(100 + seed, actor=actor, unit=head_office)
    for _step in range(30):
        world.step()
    day = world.today
    world.sleep()
    before = ask(None, as_of=day)
    asked = {pk: before.row(pk) for pk in before.subjects}
    for _step in range(40):
        world.step()
    after = ask(None, as_of=day)
    assert {pk: after.row(pk) for pk in after.subjects} == asked


def test_every_fact_has_the_kind_it_says_and_is_in_the_catalogue(head_office: Unit, actor: Actor) -> None:
    world = World.of(7, actor=actor, unit=head_office)
    for _step in range(40):
        world.step()
    frame = ask(None, as_of=world.today)
    for fact in FACTS:
        check_column(fact, frame.columns[fact.name])
        assert catalogue[fact.name] == fact


def test_one_statement_answers_for_one_and_for_all(head_office: Unit, actor: Actor) -> None:
    world = World.of(8, actor=actor, unit=head_office)
    for _step in range(20):
        world.step()
    pk = Party.objects.order_by("pk").values_list("pk", flat=True)[0]
    for subjects in ([pk], None):
        with CaptureQueriesContext(connection) as captured:
            ask(subjects, as_of=world.today)
        # Who is merged into whom, and the answer.
        assert len(captured) == 2
