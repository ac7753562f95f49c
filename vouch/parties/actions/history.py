"""Former values are kept when a value is replaced; for use inside this room's actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from vouch.parties.actions.sealing import fill, key_for
from vouch.parties.models import FormerValue, Party
from vouch.parties.queries.history import spelled
from vouch.parties.terms import NATURAL_PERSONS, PROTECTED, ChangeNature, RecordSource
from vouch.platform.identity.actor import Actor


@dataclass(frozen=True, slots=True)
class Change:
    """Why recorded values are replaced, and where the new ones come from. ``changed_on`` is the world's day."""

    nature: str = ChangeNature.CORRECTION
    source: str = RecordSource.CUSTOMER
    changed_on: date | None = None
    reason: str = ""
    import_id: int | None = None


def keep_former(
    party: Party, old: Mapping[str, object], *, change: Change, actor: Actor, at: datetime
) -> None:
    """Keep what these fields were until now."""
    protected = PROTECTED.keys() if party.kind in NATURAL_PERSONS else frozenset()
    for field, value in old.items():
        row = FormerValue(
            party=party,
            field=field,
            replaced_at=at,
            replaced_by=actor.label,
            ended_on=change.changed_on,
            nature=change.nature,
            source=change.source,
            reason=change.reason,
            batch_id=change.import_id,
        )
        text = spelled(value)
        if field in protected and text:
            fill(row, key_for(party, at=at), sealed=text)
        else:
            row.value = text
        row.save(force_insert=True)
