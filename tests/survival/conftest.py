"""Processes on the test database, and a second installation beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from vouch.platform.operations._keys_kept import all_keys

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[..., "subprocess.Popen[bytes]"]


def wait_until(condition: Callable[[], object], *, seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still waiting after {seconds} s"
        time.sleep(0.03)


@pytest.fixture(autouse=True)
def own_folders(settings: Settings, tmp_path: Path) -> None:
    """Kept files and heads of the test database are not the installation's."""
    settings.IMPORTS_DIR = tmp_path / "imports"
    settings.LEDGER_HEADS_DIR = tmp_path / "heads"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a process of ours on the test database; what still runs at the end is killed."""
    place = django_settings.DATABASES["default"]
    if os.environ.get("DATABASE_URL"):
        address = f"postgresql://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
    else:
        address = f"postgresql:///{place['NAME']}?host={place['HOST']}&user={place['USER']}"
    environment = os.environ | {
        "DATABASE_URL": address,
        "VOUCH_HEADS_DIR": str(tmp_path / "heads"),
        "VOUCH_RESCUE_SECONDS": "2",
        "PYTHONPATH": str(ROOT),
    }
    started: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()


class Elsewhere:
    """Another installation: an empty home, a cluster of its own, and our keys unless they are taken away."""

    def __init__(self, home: Path) -> None:
        self.home = home
        removed = {"DATABASE_URL", "DATABASE_OWNER_URL", "VOUCH_HEADS_DIR"}
        self.environment = {name: value for name, value in os.environ.items() if name not in removed}
        self.environment |= all_keys() | {
            "VOUCH_HOME": str(home),
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def elsewhere(fresh_home: Path) -> Elsewhere:
    return Elsewhere(fresh_home)
