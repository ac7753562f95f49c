"""Early pytest plug-in (`-p vouch.platform.database.pytest_plugin`): the server is up before Django's settings are used, and no
test writes outside an action. `conftest.py` would be too late.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from vouch.platform.database import guard, supervisor
from vouch.platform.database.cluster import Cluster


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
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
