"""What every test may ask for: the cast, the clock, and the public data."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, settings

from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.terms import HEAD_OFFICE_CODE, Role, Scope
from vouch.platform.ledger._keys import entry_key, signing_key
from vouch.platform.ledger.testing import writing
from vouch.platform.vault.ring import ring

# No test measures time; and a check of a change answers for the change, so it draws the same examples each time.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "check", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("check" if os.environ.get("CI") else "here")

ROOT = Path(__file__).resolve().parent
NOW = datetime(2026, 11, 20, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))

CAST: Mapping[str, tuple[str, str, tuple[str, ...], str]] = {
    # username: name, unit, roles, scope
    "liqiang": ("李强", "YW1", (Role.ACCOUNT_MANAGER,), Scope.OWN),
    "zhaomin": ("赵敏", "YW1", (Role.TEAM_LEAD,), Scope.UNIT_BELOW),
    "wangfang": ("王芳", "FK", (Role.RISK_REVIEWER,), Scope.ALL),
    "chenjing": ("陈静", HEAD_OFFICE_CODE, (Role.CRO,), Scope.ALL),
    "sunlei": ("孙磊", HEAD_OFFICE_CODE, (Role.AUDITOR,), Scope.ALL),
    "zhoujie": ("周杰", HEAD_OFFICE_CODE, (Role.ADMIN,), Scope.ALL),
    # Of another branch: sees none of the first one's customers.
    "wuting": ("吴婷", "YW2", (Role.ACCOUNT_MANAGER,), Scope.OWN),
}


@pytest.fixture(scope="session", autouse=True)
def keys_of_this_run() -> None:
    """Made where the run has its home: a process keeps them, and a test that moves VOUCH_HOME must not be the first to ask."""
    entry_key()
    signing_key()
    ring()


QUICKER = {
    # A million rounds would cost every password of a test half a second.
    "PASSWORD_HASHERS": ["tests.hashing.QuickHasher"],
    # Every test's browser would read a thousand assets' headers from the disk; so they are looked up when asked for.
    "WHITENOISE_AUTOREFRESH": True,
}


@pytest.fixture(scope="session", autouse=True)
def quicker() -> Iterator[None]:
    """What the product does slowly or once for good reason, a test does quickly and each time."""
    with override_settings(**QUICKER):
        yield


@pytest.fixture(scope="session", autouse=True)
def _imports_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The files of imports lie in a folder of this run; a test that counts them makes one of its own."""
    with override_settings(IMPORTS_DIR=tmp_path_factory.mktemp("kept") / "imports"):
        yield


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def actor() -> Actor:
    """The installation itself."""
    return system_actor("test")


@pytest.fixture
def head_office(db: None) -> Unit:
    """Transactional tests empty the tables, the migration's head office included."""
    with writing():
        return Unit.objects.get_or_create(parent=None, defaults={"code": HEAD_OFFICE_CODE, "name": "总部"})[0]


@pytest.fixture
def units(head_office: Unit) -> dict[str, Unit]:
    """The head office, two branches (业务一部, 业务二部) and the risk department (风险管理部)."""
    found = {HEAD_OFFICE_CODE: head_office}
    with writing():
        for code, name in (("YW1", "业务一部"), ("YW2", "业务二部"), ("FK", "风险管理部")):
            found[code] = Unit.objects.create(code=code, name=name, parent=head_office)
    return found


@pytest.fixture
def staff(units: dict[str, Unit]) -> dict[str, User]:
    """The cast, by username; nobody has a password."""
    found = {}
    with writing():
        for username, (name, unit, roles, scope) in CAST.items():
            user = User(
                username=username, name=name, unit=units[unit], roles=list(roles), scope=scope, joined_at=NOW
            )
            user.set_unusable_password()
            user.save()
            found[username] = user
    return found


@pytest.fixture
def actors(staff: dict[str, User]) -> dict[str, Actor]:
    """The cast as actors, by username."""
    return {username: actor_of(user) for username, user in staff.items()}


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("VOUCH_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the public data sets are not here ({folder}); set VOUCH_SHARED_DATA to their folder")
    return folder
