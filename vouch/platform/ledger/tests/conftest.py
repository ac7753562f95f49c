"""A ledger with something in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from vouch.platform.ledger.action import Entry, action
from vouch.platform.ledger.actions import Sealer, seal_entries


class Clerk:
    id = "user:1"
    label = "李强（业务一部）"

    def has_role(self, *roles: str) -> bool:
        return "auditor" in roles


def anyone(actor: Clerk) -> bool:
    return True


@action("test.amount.changed", may=anyone)
def change_amount(entry: Entry, *, actor: Clerk, at: datetime, number: int) -> None:
    entry.about(
        "account",
        number % 7,
        before={"amount": number, "rate": 0.1 * number, "note": None},
        after={"amount": number + 1, "rate": 1e22, "note": "调整“额度”", "list": [1, 2.50, True, {"a": {}}]},
    )
    if number % 3:
        entry.purpose("测试")


@action("test.rows.loaded", may=anyone)
def load_rows(entry: Entry, *, actor: Clerk, at: datetime, number: int) -> None:
    entry.bulk("import", number, rows=[b"a", b"b"], file_sha256="00", accepted=2)


@pytest.fixture(autouse=True)
def heads_dir(settings: Settings, tmp_path: Path) -> Path:
    folder = tmp_path / "heads"
    settings.LEDGER_HEADS_DIR = folder
    return folder


@pytest.fixture
def write(now: datetime) -> Callable[[int], None]:
    """Write so many entries."""
    written = 0

    def run(count: int) -> None:
        nonlocal written
        for _ in range(count):
            verb = load_rows if written % 10 == 9 else change_amount
            verb(actor=Clerk(), at=now + timedelta(seconds=written), number=written)
            written += 1

    return run


@pytest.fixture
def seal(now: datetime) -> Callable[[], int]:
    """Seal what waits, a little later each time."""
    turn = 0

    def run() -> int:
        nonlocal turn
        turn += 1
        return seal_entries(actor=Sealer(), at=now + timedelta(hours=turn), everything=True).count

    return run
