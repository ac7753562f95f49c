"""A home of its own for tests that start and kill servers."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from vouch.platform.database.cluster import Cluster


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
