"""``vouch keys``: what there is, and rotating it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.queries import history_of
from vouch.platform.ledger.testing import writing
from vouch.platform.operations.actions import rotate_keys
from vouch.platform.vault import ring as ring_module
from vouch.platform.vault.actions import destroy_key, ensure_key
from vouch.platform.vault.ring import new_ring, ring, ring_file
from vouch.platform.vault.terms import Subject

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring_module, "home", lambda: tmp_path)
    monkeypatch.setattr(ring_module, "_kept", ring_module._Kept())
    monkeypatch.delenv("VOUCH_KEY_RING", raising=False)


def test_rotating_leaves_an_entry_and_the_status_counts(
    now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    with writing():
        ensure_key(Subject("party", "1"), at=now)
    call_command("keys", "rotate")
    with writing():
        ensure_key(Subject("party", "2"), at=now)
        destroy_key(Subject("party", "3"), at=now)
    [entry] = history_of("key_ring", "outer")
    assert (entry.before, entry.after) == ({"version": 1}, {"version": 2})
    capsys.readouterr()
    call_command("keys", "status")
    told = capsys.readouterr().out
    assert "第 1 版 指纹" in told
    assert "第 2 版（当前）" in told
    assert told.count("封装 1 个数据密钥") == 2
    assert "已销毁的数据密钥：1 个" in told
    assert not any(material.hex() in told for material in ring().materials.values())


def test_a_ring_that_lost_a_key_is_reported_with_exit_code_1(now: datetime) -> None:
    rotate_keys(actor=Actor("system:t", "t", None, frozenset(), "all"), at=now)
    with writing():
        ensure_key(Subject("party", "1"), at=now)
    ring_file().write_bytes(new_ring().to_json())
    with pytest.raises(CommandError, match="第 2 版"):
        call_command("keys", "status")


def test_a_ring_of_the_environment_is_not_rotated_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_KEY_RING", new_ring().to_json().decode())
    with pytest.raises(CommandError, match="VOUCH_KEY_RING"):
        call_command("keys", "rotate")
    assert not history_of("key_ring", "outer").exists()


def test_only_an_administrator_rotates_keys(actors: dict[str, Actor], now: datetime) -> None:
    with pytest.raises(Refused):
        rotate_keys(actor=actors["wangfang"], at=now)
    assert rotate_keys(actor=actors["zhoujie"], at=now) == 2
