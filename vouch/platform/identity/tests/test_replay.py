"""A used code is used up for every process of the installation, and stays so when they start again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings

from vouch.platform.identity.models import User
from vouch.platform.identity.tests.door import PASSWORD, SECRET, code_of, enrol_app, give_password

ROOT = Path(__file__).resolve().parents[4]
# One period as long as the test may take: a code that is refused is refused for having been used.
PERIOD = 1_000_000

PROCESS = """
import json, sys
import django
django.setup()
from django.conf import settings
settings.MFA_TOTP_PERIOD = int(sys.argv[1])
settings.ALLOWED_HOSTS = ["testserver"]
from django.test import Client
client = Client()
client.post("/sign-in/", {"login": "wangfang", "password": sys.argv[2]})
print(json.dumps("ready"), flush=True)
for line in sys.stdin:
    client.post("/sign-in/second-step/", {"code": line.strip()})
    print(json.dumps(client.get("/account/").status_code == 200), flush=True)
"""


class Process:
    """A process of the product that somebody has given their password to, and that waits for a code."""

    def __init__(self) -> None:
        place = settings.DATABASES["default"]
        user, name = place["USER"], place["NAME"]
        if os.environ.get("DATABASE_URL"):
            address = f"postgresql://{user}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{name}"
        else:
            address = f"postgresql:///{name}?host={place['HOST']}&user={user}"
        self.running = subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(PERIOD), PASSWORD],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "vouch.config.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def says(self) -> object:
        assert self.running.stdout is not None
        line = self.running.stdout.readline()
        assert line, "the process ended"
        return json.loads(line)

    def give(self, code: str) -> None:
        assert self.running.stdin is not None
        self.running.stdin.write(code + "\n")
        self.running.stdin.flush()


@contextmanager
def processes(count: int) -> Iterator[list[Process]]:
    started = [Process() for _ in range(count)]
    try:
        for one in started:
            assert one.says() == "ready"
        yield started
    finally:
        for one in started:
            one.running.kill()
            one.running.wait()


@pytest.mark.django_db(transaction=True)
def test_a_code_that_was_used_is_refused_by_another_process_and_after_a_restart(
    staff: dict[str, User], now: datetime
) -> None:
    give_password(staff["wangfang"], at=now)
    enrol_app(staff["wangfang"], at=now)
    code = code_of(SECRET, period=PERIOD)
    with processes(3) as (one, two, three):
        for each in (one, two, three):
            each.give(code)
        answers = [each.says() for each in (one, two, three)]
        assert sorted(answers) == [False, False, True]  # type: ignore[type-var]
    with processes(1) as (again,):
        again.give(code)
        assert again.says() is False
