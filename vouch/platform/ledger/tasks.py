"""What the workers do for the ledger."""

from __future__ import annotations

import os

from django.utils import timezone

from vouch.platform.jobs.beat import beat
from vouch.platform.ledger.actions import Sealer, seal_entries

SEAL_SECONDS = float(os.environ.get("VOUCH_SEAL_SECONDS", "5"))
FULL_LOOK_SECONDS = 3600

_looks: dict[str, float] = {}


@beat("ledger.seal", seconds=SEAL_SECONDS)
def seal_what_waits() -> None:
    """Seal new entries; once an hour, and at first, look through the whole ledger for late ones."""
    now = timezone.now()
    last = _looks.get("full")
    is_full = last is None or now.timestamp() - last >= FULL_LOOK_SECONDS
    seal_entries(actor=Sealer(), at=now, everything=is_full)
    if is_full:
        _looks["full"] = now.timestamp()
