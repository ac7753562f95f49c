"""Workers killed with -9 at every step of a ten-step job: it finishes every time, and every side effect is there once."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from django.db import connection

from tests.survival.conftest import Start, wait_until
from tests.survival.steps import AFTER, INSIDE, SIDE_BY_SIDE, STEPS, WORKER
from vouch.platform.identity.models import Unit
from vouch.platform.jobs.defer import defer
from vouch.platform.jobs.worker import GIVE_UP_AFTER
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)


def statuses() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE task_name = 'survival.ten_steps'")
        return [row[0] for row in cursor.fetchall()]


def effects(work: str) -> tuple[int, int]:
    """Units made and entries left by one job."""
    return (
        Unit.objects.filter(code__startswith=f"{work}-").count(),
        Entry.objects.filter(event="test.step.taken", subject_id__startswith=f"{work}-").count(),
    )


@pytest.mark.parametrize("where", [INSIDE, AFTER])
def test_a_job_whose_worker_dies_at_any_one_step_finishes_with_each_side_effect_once(
    head_office: Unit, start: Start, tmp_path: Path, where: str
) -> None:
    """Ten jobs, the first to die at step 0, the last at step 9; two workers run them all and die with all of them."""
    works = [f"w{number}" for number in range(STEPS)]
    for number, work in enumerate(works):
        defer("survival.ten_steps", work=work, where=where, at_steps=[number], marks=str(tmp_path))
    victims = [start(*WORKER) for _ in range(STEPS // SIDE_BY_SIDE)]
    wait_until(lambda: all((tmp_path / f"{work}-{number}").exists() for number, work in enumerate(works)))
    committed = 1 if where == AFTER else 0
    assert [effects(work)[0] for work in works] == [number + committed for number in range(STEPS)]
    for victim in victims:
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    assert statuses() == ["doing"] * STEPS
    start(*WORKER)
    wait_until(lambda: statuses() == ["succeeded"] * STEPS)
    assert [effects(work) for work in works] == [(STEPS, STEPS)] * STEPS


def test_one_job_that_loses_its_worker_at_every_one_of_its_steps_finishes_too(
    head_office: Unit, start: Start, tmp_path: Path
) -> None:
    assert GIVE_UP_AFTER > STEPS
    every = list(range(STEPS))
    defer("survival.ten_steps", work="w", where=INSIDE, at_steps=every, marks=str(tmp_path))
    victim = start(*WORKER)
    for number in every:
        wait_until((tmp_path / f"w-{number}").exists)
        successor = start(*WORKER)  # up already when the other dies: only the rescue is waited for
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        victim = successor
    wait_until(lambda: statuses() == ["succeeded"])
    assert effects("w") == (STEPS, STEPS)
