"""Jobs on a real queue, run by real worker processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from vouch.platform.jobs.defer import UnknownTaskError, defer
from vouch.platform.jobs.tests import sample_tasks  # noqa: F401 - registers the tasks
from vouch.platform.jobs.worker import GIVE_UP_AFTER

pytestmark = pytest.mark.django_db(transaction=True)

PROGRAM = """
import sys, django
django.setup()
from vouch.platform.jobs.tests import sample_tasks
from vouch.platform.jobs.worker import run_worker
run_worker(wait=sys.argv[1] == "wait")
"""
StartWorker = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start_worker() -> Iterator[StartWorker]:
    """Start worker processes on the test database; what still runs at the end is killed."""
    place = settings.DATABASES["default"]
    address = f"postgresql:///{place['NAME']}?host={place['HOST']}&user={place['USER']}"
    environment = os.environ | {
        "DATABASE_URL": (os.environ.get("DATABASE_URL") and _on_test_database()) or address,
        "VOUCH_RESCUE_SECONDS": "2",
        "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
    }
    started: list[subprocess.Popen[bytes]] = []

    def start(*, wait: bool = True) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "wait" if wait else "empty"],
            env=environment,
            stdin=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def _on_test_database() -> str:
    place = settings.DATABASES["default"]
    return f"postgresql://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"


def statuses() -> list[tuple[int, str, int]]:
    """Of what the test asked for: the queue's own housekeeping falls due once a day, whatever a worker is started for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, status, attempts FROM procrastinate_jobs WHERE task_name <> 'jobs.tidy' ORDER BY id"
        )
        return list(cursor.fetchall())


def wait_until(condition: Callable[[], bool], *, seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still waiting after {seconds} s: {statuses()}"
        time.sleep(0.05)


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def test_a_job_of_a_transaction_that_is_rolled_back_does_not_exist() -> None:
    with transaction.atomic():
        defer("sample.note", file="nowhere", text="never")
        assert len(statuses()) == 1
        transaction.set_rollback(True)
    assert statuses() == []


def test_a_name_that_no_room_declares_is_refused() -> None:
    with pytest.raises(UnknownTaskError, match=r"sample\.nobody"):
        defer("sample.nobody")


def test_a_worker_runs_what_was_committed_and_a_failing_task_again(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    told, failing = tmp_path / "told", tmp_path / "failing"
    with transaction.atomic():
        defer("sample.note", file=str(told), text="客户")
        defer("sample.fail_once", file=str(failing))
    start_worker()
    wait_until(lambda: [status for _, status, _ in statuses()] == ["succeeded", "succeeded"])
    assert lines(told) == ["客户"]
    assert lines(failing) == ["tried", "tried"]


def test_the_job_of_a_worker_killed_with_9_is_finished_by_the_next_one(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    file = tmp_path / "slow"
    defer("sample.slow_once", file=str(file), lock="party:1")
    victim = start_worker()
    wait_until(lambda: len(lines(file)) == 1)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert [status for _, status, _ in statuses()] == ["doing"]
    start_worker()
    wait_until(lambda: [status for _, status, _ in statuses()] == ["succeeded"])
    begun = [line for line in lines(file) if line.startswith("begun")]
    assert len(begun) == 2
    assert begun[0] != begun[1]
    assert lines(file)[-1] == "done"


def test_a_job_that_kills_every_worker_is_given_up(start_worker: StartWorker, tmp_path: Path) -> None:
    file = tmp_path / "slow"
    job = defer("sample.slow_once", file=str(file))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', attempts = %s WHERE id = %s",
            [GIVE_UP_AFTER, job],
        )
    start_worker()
    wait_until(lambda: [status for _, status, _ in statuses()] == ["failed"])
    assert lines(file) == []


def test_waiting_jobs_of_one_subject_are_one_run_that_sees_all_their_changes(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    file = tmp_path / "seen"
    for number in range(5):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, '', now())",
                [f"key{number}"],
            )
            defer("sample.count_sessions", lock="party:1", file=str(file))
    defer("sample.count_sessions", lock="party:2", file=str(tmp_path / "other"))
    worker = start_worker(wait=False)
    assert worker.wait(90) == 0
    assert sorted(status for _, status, _ in statuses()) == ["cancelled"] * 4 + ["succeeded"] * 2
    assert lines(file) == ["saw 5"]


def test_jobs_that_differ_in_their_arguments_are_not_coalesced(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    file = tmp_path / "told"
    for text in ("one", "two", "two"):
        defer("sample.note", lock="party:1", file=str(file), text=text)
    assert start_worker(wait=False).wait(90) == 0
    assert lines(file) == ["one", "two"]


def test_a_stopping_worker_finishes_the_job_it_has_begun(start_worker: StartWorker, tmp_path: Path) -> None:
    file = tmp_path / "slow"
    defer("sample.note", file=str(file), text="first")  # then slow_once takes only a moment
    worker = start_worker()
    wait_until(lambda: lines(file) == ["first"])
    defer("sample.slow_once", file=str(file))
    worker.terminate()
    assert worker.wait(90) == 0
    assert all(status in {"todo", "succeeded"} for _, status, _ in statuses())
