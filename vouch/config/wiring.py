"""What follows what: ledger event → names of the tasks that react to it, one line each."""

from __future__ import annotations

REACTIONS: dict[str, tuple[str, ...]] = {}
