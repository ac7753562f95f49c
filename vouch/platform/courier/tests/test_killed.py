"""A worker killed with -9 between sending and noting it: the message may come twice, under one id, and never not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as django_settings
from procrastinate.contrib.django.models import ProcrastinateJob

from vouch.platform.courier.models import Channel, Delivery
from vouch.platform.courier.terms import DeliveryState
from vouch.platform.courier.tests.conftest import Receiver, Tell
from vouch.platform.identity.models import User
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)

PROGRAM = """
import django
django.setup()
from vouch.platform.jobs.worker import run_worker
run_worker()
"""
StartWorker = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start_worker() -> Iterator[StartWorker]:
    place = django_settings.DATABASES["default"]
    address = f"postgresql:///{place['NAME']}?host={place['HOST']}&user={place['USER']}"
    if os.environ.get("DATABASE_URL"):
        address = f"postgresql://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": address,
        "VOUCH_RESCUE_SECONDS": "2",
        "VOUCH_BEATS": "off",
        "VOUCH_COURIER_NETWORKS": "127.0.0.0/8",
        "VOUCH_COURIER_TIMEOUT": "30",
    }
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, stdin=subprocess.DEVNULL)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], bool], *, seconds: float = 40.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, list(ProcrastinateJob.objects.values("task_name", "status"))
        time.sleep(0.05)


def test_what_a_killed_worker_had_sent_comes_again_under_the_same_id(
    webhook: Channel, receiver: Receiver, staff: dict[str, User], tell: Tell, start_worker: StartWorker
) -> None:
    receiver.answer(after=60)  # taken, but the worker never hears so
    tell(staff["liqiang"])
    tell(staff["liqiang"], stable_id="greeting:2")
    victim = start_worker()
    assert receiver.arrived.wait(40)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["queued", "sending"]
    start_worker()
    wait_until(lambda: not Delivery.objects.exclude(state=DeliveryState.SENT).exists())
    ids = [taken.json["id"] for taken in receiver.taken]
    assert len(ids) == 3
    assert ids[0] == ids[1]
    assert len(set(ids)) == 2
    assert Entry.objects.filter(event="courier.delivery.sent").count() == 2
