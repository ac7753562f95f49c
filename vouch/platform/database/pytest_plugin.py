"""Early pytest plug-in (`-p vouch.platform.database.pytest_plugin`): the server is up before Django's settings are used, and no
test writes outside an action. `conftest.py` would be too late.
"""

import os
from collections.abc import Iterator

import pytest

from vouch.platform.database import guard, supervisor


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    supervisor.start()
    guard.arm()
    os.environ.setdefault(
        "VOUCH_BEATS", "off"
    )  # workers that a test starts do what the test asked for, nothing beside
    yield


def pytest_unconfigure() -> None:
    supervisor.stop()
