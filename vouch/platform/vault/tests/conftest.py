"""A ring of the test's own, and both ciphers."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from vouch.platform.vault import ring as ring_module


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(ring_module, "home", lambda: tmp_path)
    monkeypatch.setattr(ring_module, "_kept", ring_module._Kept())
    monkeypatch.delenv("VOUCH_KEY_RING", raising=False)
    return tmp_path


@pytest.fixture(autouse=True, params=["aes-256-gcm", "sm4-gcm"])
def cipher(request: pytest.FixtureRequest, settings: Settings) -> str:
    """Every test of the vault runs under both."""
    settings.VOUCH_CIPHER = request.param
    return str(request.param)
