"""`vouch run` as a person starts it: a real process, a fresh installation, a real port."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from vouch.platform.database.cluster import Cluster
from vouch.platform.operations.management.commands.run import answers

ROOT = Path(__file__).resolve().parents[4]


def eventually(condition: Callable[[], bool], *, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def page(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def children(parent: int, part: str) -> list[int]:
    """Ids of the processes right below this one that are this part of it."""
    found = subprocess.run(
        ["pgrep", "-P", str(parent), "-f", f"_child {part}"], capture_output=True, text=True, check=False
    )
    return [int(line) for line in found.stdout.split()]


class Installation:
    """`vouch run` on a home and a port of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.process = self.start()

    def start(self) -> subprocess.Popen[str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("DATABASE_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "vouch", "run", "--port", str(self.port)],
            cwd=ROOT,
            env={**environment, "VOUCH_HOME": str(self.home), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return self.process

    def stop(self, number: signal.Signals = signal.SIGINT) -> str:
        os.killpg(self.process.pid, number)
        return self.process.communicate(timeout=60)[0]


@pytest.fixture
def installation(fresh_home: Path) -> Iterator[Installation]:
    running = Installation(fresh_home)
    yield running
    if running.process.poll() is None:
        running.stop(signal.SIGKILL)
    eventually(lambda: not Cluster(fresh_home).is_running())


def test_it_starts_restarts_what_dies_and_leaves_nothing_running_when_stopped_or_killed(
    installation: Installation,
) -> None:
    eventually(lambda: answers(installation.port))
    assert page(installation.port, "/sign-in/") == 200

    (worker,) = children(installation.process.pid, "worker")
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: children(installation.process.pid, "worker") not in ([], [worker]))

    (web,) = children(installation.process.pid, "web")
    os.kill(web, signal.SIGKILL)
    eventually(
        lambda: children(installation.process.pid, "web") not in ([], [web]) and answers(installation.port)
    )

    said = installation.stop()
    assert installation.process.returncode == 0
    assert f"http://127.0.0.1:{installation.port}/" in said
    assert "已停止" in said
    assert not answers(installation.port)
    assert not Cluster(installation.home).is_running()

    installation.start()
    eventually(lambda: answers(installation.port))
    assert children(installation.process.pid, "web")
    said = installation.stop(signal.SIGKILL)
    assert "正在升级数据库结构" not in said
    eventually(lambda: not answers(installation.port))
    eventually(lambda: not Cluster(installation.home).is_running())


def below(parent: int) -> list[int]:
    """Ids of all processes below this one, and of the server that it holds."""
    found = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False)
    children = [int(line) for line in found.stdout.split()]
    return [*children, *(grandchild for child in children for grandchild in below(child))]


def test_after_everything_was_killed_at_once_it_comes_back_by_itself(installation: Installation) -> None:
    eventually(lambda: answers(installation.port))
    cluster = Cluster(installation.home)
    server = int((cluster.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
    for process in [installation.process.pid, *below(installation.process.pid), server, *below(server)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    installation.process.wait()
    installation.start()
    eventually(lambda: answers(installation.port))
    assert page(installation.port, "/sign-in/") == 200
    installation.stop()
    assert installation.process.returncode == 0
    eventually(lambda: not cluster.is_running())


def test_a_port_that_is_taken_is_said_in_plain_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CommandError, match=r"端口 \d+ 已被占用.*--port"):
            call_command("run", port=taken.getsockname()[1])
