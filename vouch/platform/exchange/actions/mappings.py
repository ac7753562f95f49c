"""How files with the same headings are read: remembered for the next time, and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from vouch.platform.exchange import permissions
from vouch.platform.exchange.models import Import, ImportFile, SavedMapping
from vouch.platform.exchange.queries import headings_hash
from vouch.platform.exchange.tabular import Chosen
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action


@action("exchange.mapping.saved", may=permissions.may_run)
def save_mapping(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    batch: Import,
    file: ImportFile,
    headings: Sequence[str],
    chosen: Chosen,
) -> SavedMapping:
    """Remember what was said of a file for those of the unit with the same headings; saying the same changes nothing."""
    named: dict[str, Any] = {
        "unit": batch.unit,
        "kind": batch.kind,
        "source": file.source,
        "headings_hash": headings_hash(headings),
    }
    known = SavedMapping.objects.select_for_update().filter(**named).first()
    mapping, units = dict(chosen.mapping), dict(chosen.units)
    if known is not None and (known.mapping, known.units) == (mapping, units):
        entry.nothing()
        return known
    values = {
        "headings": list(headings),
        "mapping": mapping,
        "units": units,
        "saved_at": at,
        "saved_by": actor.label,
    }
    saved, _is_new = SavedMapping.objects.update_or_create(**named, defaults=values)
    before = {"mapping": known.mapping, "units": known.units} if known else None
    entry.about(
        "saved_mapping",
        saved.pk,
        before=before,
        after={"kind": batch.kind, "mapping": mapping, "units": units},
    )
    return saved


@action("exchange.mapping.forgotten", may=permissions.may_forget_mapping)
def forget_mapping(entry: Entry, *, actor: Actor, at: datetime, mapping: SavedMapping) -> None:
    """The next file with these headings is guessed at again."""
    entry.about("saved_mapping", mapping.pk, before={"kind": mapping.kind, "mapping": mapping.mapping})
    mapping.delete()
