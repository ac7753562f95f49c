"""What a killed test run leaves behind does not disturb the next one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vouch.platform.database.pytest_plugin import RUN, end_leftovers


def sleeper(run: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", "import time; print(flush=True); time.sleep(600)"],
        env={**os.environ, RUN: str(run)},
        stdout=subprocess.PIPE,
    )


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="leftovers are found where there is a /proc")
def test_processes_of_a_dead_run_are_ended_and_those_of_a_living_one_are_not() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    orphan, ours = sleeper(gone.pid), sleeper(os.getpid())
    try:
        for process in (orphan, ours):
            assert process.stdout is not None
            process.stdout.readline()
        assert orphan.pid in end_leftovers()
        assert orphan.wait(20) == -9
        assert ours.poll() is None
    finally:
        for process in (orphan, ours):
            process.kill()
            process.communicate()
