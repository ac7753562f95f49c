"""Verbs of risk assessment."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from vouch.engine import scorecard_file
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.risk import permissions, queries
from vouch.risk.models import Scorecard


@action("risk.scorecard.registered", may=permissions.may_register)
def register_scorecard(entry: Entry, *, actor: Actor, at: datetime, document: bytes) -> Scorecard:
    """Put a card into the register, once; the same content again is the same card.

    Raises vouch.engine.canonical.FileError, which names every fault, for a file that is no card.
    """
    card = scorecard_file.read(document)
    known = queries.scorecard_with(card.sha256)
    if known is not None:
        entry.nothing()
        return known
    latest = Scorecard.objects.filter(name=card.name).aggregate(latest=Max("version"))["latest"]
    row = Scorecard.objects.create(
        name=card.name,
        version=(latest or 0) + 1,
        title=card.title,
        kind=card.kind,
        sha256=card.sha256,
        document=document.decode("utf-8-sig"),
        registered_at=at,
        registered_by=actor.id,
        registered_by_label=actor.label,
    )
    after = {"name": row.name, "version": row.version, "kind": row.kind, "sha256": row.sha256}
    entry.about("scorecard", row.pk, after=after)
    return row
