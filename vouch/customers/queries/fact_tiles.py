"""Facts of one customer as a page's tiles show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from vouch.engine.facts import FactKind, Purpose, Value, catalogue
from vouch.platform.web import figures


@dataclass(frozen=True, slots=True)
class FactTile:
    """A fact's title, its value as text, its unit, and what it means exactly."""

    title: str
    value: str
    unit: str
    definition: str


def facts_told(
    names: Sequence[str], party_id: int, *, as_of: date, purpose: str = "", at: datetime | None = None
) -> list[FactTile]:
    """These facts of one party, as of a day. The caller has checked that the party is visible.

    Facts of a guarded class need the ``purpose`` and the moment of reading.
    """
    reading = None if at is None else Purpose(code=purpose, at=at)
    row = catalogue.ask(names, [party_id], as_of=as_of, purpose=reading).row(party_id)
    return [_tile(name, row[name]) for name in names]


def _tile(name: str, value: Value) -> FactTile:
    fact = catalogue[name]
    text, unit = figures.MISSING, ""
    if isinstance(value, int):
        if fact.kind is FactKind.MONEY:
            text, unit = figures.wan_or_yi(Decimal(value).scaleb(-2))
        elif fact.kind is FactKind.RATE:
            text = figures.percent(Decimal(value).scaleb(-6), 1)
        else:
            text, unit = figures.grouped(value), fact.unit
    return FactTile(fact.title, text, unit, fact.definition)
