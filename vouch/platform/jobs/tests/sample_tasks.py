"""Tasks for the tests: each leaves a line in a file, so that two processes can be watched from a third."""

import os
import time
from pathlib import Path

from django.db import connection

from vouch.platform.jobs.task import task


def _note(file: str, text: str) -> None:
    with Path(file).open("a", encoding="utf-8") as out:
        out.write(f"{text}\n")


@task("sample.note")
def note(*, file: str, text: str) -> None:
    _note(file, text)


@task("sample.slow_once")
def slow_once(*, file: str) -> None:
    """Hangs the first time, so that its worker can be killed; done at once the second time."""
    lines = Path(file).read_text(encoding="utf-8").splitlines() if Path(file).exists() else []
    _note(file, f"begun {os.getpid()}")
    if not lines:
        time.sleep(60)
    _note(file, "done")


@task("sample.fail_once", retries=2)
def fail_once(*, file: str) -> None:
    first = not Path(file).exists()
    _note(file, "tried")
    if first:
        message = "the first time fails"
        raise RuntimeError(message)


@task("sample.count_sessions")
def count_sessions(*, file: str) -> None:
    """Writes what is committed when it runs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        _note(file, f"saw {cursor.fetchone()[0]}")
