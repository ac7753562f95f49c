"""Early pytest plug-in (`-p vouch.platform.database.pytest_plugin`): the server is up before Django's settings are used, and no
test writes outside an action. `conftest.py` would be too late.
"""

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from vouch.platform.database import guard, supervisor
from vouch.platform.database.cluster import Cluster

# Carries the run's process id to everything that its tests start.
RUN = "VOUCH_TEST_RUN"


def end_leftovers() -> list[int]:
    """Kill what the tests of a run that is dead itself have started; returns the process ids.

    A worker of a killed run would otherwise wait for the server to come back, and take the next run's jobs. Where there is no /proc,
    none are found.
    """
    ended = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid != os.geteuid():
                continue
            variables = (folder / "environ").read_bytes().split(b"\0")
            runs = [
                one.partition(b"=")[2].decode() for one in variables if one.startswith(f"{RUN}=".encode())
            ]
            if runs and not Path("/proc", runs[0]).exists():
                os.kill(int(folder.name), signal.SIGKILL)
                ended.append(int(folder.name))
    return ended


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    end_leftovers()
    os.environ[RUN] = str(os.getpid())
    supervisor.start()
    guard.arm()
    # Workers that a test starts do what the test asked for, nothing beside.
    os.environ.setdefault("VOUCH_BEATS", "off")
    # As `vouch` does: narrow matrices, and a machine that others use too. NumPy reads it when it is first imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    yield


def pytest_unconfigure() -> None:
    supervisor.stop()


@pytest.fixture
def fresh_home() -> Iterator[Path]:
    """An empty VOUCH_HOME with a blank and Chinese in its path, that a server lent to another user can reach."""
    outer = Path(tempfile.mkdtemp(prefix="vouch-test-"))
    outer.chmod(0o711)
    home = outer / "担保 数据"
    home.mkdir()
    home.chmod(0o711 if os.geteuid() == 0 else 0o700)
    yield home
    Cluster(home).stop(patience=1)
    shutil.rmtree(outer, ignore_errors=True)
