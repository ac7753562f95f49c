"""The web process is killed with -9 around a commit, and the client asks again with the same key."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.interface.conftest import Callers
from vouch.parties.models import Party
from vouch.platform.identity.models import AnsweredRequest
from vouch.platform.ledger.models import Entry

ROOT = Path(__file__).resolve().parents[2]
FIRM = {"name": "江阴示范精工有限公司", "code": "91110000802100433B"}
PROGRAM = """
import os
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server
Server("tests.interface.dying:application", address="127.0.0.1", port=int(os.environ["PORT"]), interface=Interfaces.WSGI,
       workers=1, blocking_threads=4, log_level=LogLevels.critical).serve()
"""


class WebServer:
    """A real server on the test database; it can be started again after its death."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        place = settings.DATABASES["default"]
        user, name = place["USER"], place["NAME"]
        if os.environ.get("DATABASE_URL"):
            address = f"postgresql://{user}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{name}"
        else:
            address = f"postgresql:///{name}?host={place['HOST']}&user={user}"
        self.environment = {
            **os.environ,
            "DATABASE_URL": address,
            "PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
        }
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 60
        while True:
            assert self.process.poll() is None, "the web server ended by itself"
            assert time.monotonic() < deadline, "the web server does not answer"
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)

    def post(self, secret: str, key: str, **headers: str) -> tuple[int, Any, bool]:
        """Status, body, and whether it was a repeat. Raises OSError or HTTPException where the line is cut."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request(
                "POST",
                "/api/v1/customers/enterprises",
                body=json.dumps(FIRM).encode(),
                headers={
                    "Authorization": f"Bearer {secret}",
                    "Content-Type": "application/json",
                    "Idempotency-Key": key,
                    **headers,
                },
            )
            answer = line.getresponse()
            return answer.status, json.loads(answer.read()), answer.headers["Idempotent-Replayed"] == "true"
        finally:
            line.close()


@pytest.fixture
def web(transactional_db: None) -> Iterator[WebServer]:
    server = WebServer()
    yield server
    # The server's own workers too, which hold connections to the test database.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_around_the_commit_the_repeat_finds_one_result(
    web: WebServer, caller: Callers, moment: str
) -> None:
    call = caller()
    with pytest.raises((OSError, http.client.HTTPException)):
        web.post(call.secret, "k1", **{"X-Die": moment})
    assert web.process.wait(30) == -9
    was_done = moment == "after"
    assert Party.objects.filter(name=FIRM["name"]).exists() is was_done
    assert AnsweredRequest.objects.exists() is was_done

    web.start()
    status, body, is_repeat = web.post(call.secret, "k1")
    assert (status, is_repeat) == (201, was_done)
    [made] = Party.objects.filter(name=FIRM["name"])
    assert body["number"] == made.number
    assert web.post(call.secret, "k1") == (201, body, True)
    assert Entry.objects.filter(event="parties.enterprise.registered").count() == 1
