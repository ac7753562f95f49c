"""The keys of the installation."""

from __future__ import annotations

from datetime import datetime

from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.platform.operations import permissions
from vouch.platform.vault.ring import ring, rotate_ring


@action("operations.key_ring.rotated", may=permissions.may_manage_keys)
def rotate_keys(entry: Entry, *, actor: Actor, at: datetime) -> int:
    """Add an outer key and make it current; no row is rewritten. Returns its version. Raises VaultError."""
    before = ring().current
    after = rotate_ring().current
    entry.about("key_ring", "outer", before={"version": before}, after={"version": after})
    return after
