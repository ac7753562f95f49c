"""What a delivery holds read in full: an entry with its purpose."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from vouch.platform.exchange import permissions
from vouch.platform.exchange.models import Import
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action


@action("exchange.import.read", may=permissions.may_read_in_full, is_reading=True)
def read_in_full(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    batch: Import,
    field_classes: Collection[str],
    what: str,
    purpose: str,
) -> None:
    """Note that somebody reads values of these classes in an import: ``what`` says which part of it."""
    after = {"read": what, "field_classes": sorted(map(str, field_classes))}
    entry.about("import", batch.pk, after=after)
    entry.purpose(purpose)
