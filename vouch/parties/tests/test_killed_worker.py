"""A worker that is killed with -9 in the middle of an import: another finishes it, nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.conf import settings

from vouch.engine.identifiers import uscc_check_character
from vouch.parties.models import Assignment, Enterprise, Identifier, Party
from vouch.parties.tests.conftest import HEAD
from vouch.platform.exchange import actions
from vouch.platform.exchange.models import Import
from vouch.platform.exchange.queries import kept_rows
from vouch.platform.exchange.terms import ImportStatus
from vouch.platform.exchange.testing import kept
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)

FIRMS = 4_000
# Small chunks, so that a death is in the middle of the work and not between two of three chunks.
PROGRAM = """
import django
django.setup()
from vouch.parties.actions.intake import EnterpriseImporter
from vouch.platform.jobs.worker import run_worker
EnterpriseImporter.chunk_rows = 100
run_worker()
"""
StartWorker = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start_worker() -> Iterator[StartWorker]:
    """Start real workers on the test database."""
    place = settings.DATABASES["default"]
    if os.environ.get("DATABASE_URL"):
        address = f"postgresql://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
    else:
        address = f"postgresql:///{place['NAME']}?host={place['HOST']}&user={place['USER']}"
    environment = os.environ | {"DATABASE_URL": address, "VOUCH_RESCUE_SECONDS": "2"}
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", PROGRAM]
        started.append(subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def delivery() -> str:
    """Rows of firms, each with a right code, except every thousandth."""
    lines = []
    for number in range(FIRMS):
        first = f"91510100{number:09d}"
        check = uscc_check_character(first) if number % 1000 else "?"
        lines.append(f"第{number}有限公司,{first}{check},2003-01-01,{number + 1}(万元),四川\n")
    return HEAD + "".join(lines)


def wait_until(condition: Callable[[], bool], *, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still waiting after {seconds} s"
        time.sleep(0.01)


def test_an_import_whose_workers_are_killed_is_finished_by_the_next_one(
    head_office: Unit, actor: Actor, now: datetime, start_worker: StartWorker
) -> None:
    file = kept(delivery(), name="企业.csv")
    batch = actions.receive_import(
        actor=actor, at=now, unit=head_office, delivery=actions.Delivery("enterprises", [file], is_draft=True)
    )
    actions.queue_import(actor=actor, at=now, batch=batch, chosen={})

    def rows_done() -> int:
        batch.refresh_from_db()
        return batch.rows_done

    for stage in (500, 1_500):
        victim = start_worker()
        wait_until(lambda: rows_done() > stage)  # noqa: B023 - called at once
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        assert rows_done() < FIRMS
        assert batch.status == ImportStatus.RUNNING
        # What is counted is written, and nothing else: a chunk is all or nothing.
        assert Party.objects.count() == batch.accepted

    start_worker()
    wait_until(lambda: Import.objects.get(pk=batch.pk).status == ImportStatus.DONE)
    batch.refresh_from_db()
    assert (batch.accepted, batch.unchanged, batch.rejected, batch.warned) == (FIRMS - 4, 0, 4, 0)
    assert [row.line for row in kept_rows(batch)] == [number + 2 for number in range(0, FIRMS, 1000)]
    names = set(Party.objects.values_list("name", flat=True))
    assert names == {f"第{number}有限公司" for number in range(FIRMS) if number % 1000}
    for model in (Party, Enterprise, Identifier, Assignment):
        assert model.objects.count() == FIRMS - 4
    bulks = Entry.objects.filter(event="exchange.chunk.taken").values_list("bulk", flat=True)
    assert sum(bulk["rows"] for bulk in bulks if bulk) == FIRMS - 4
    assert Entry.objects.filter(event="exchange.import.started").count() >= 3
