"""What stands guaranteed, asked of the rooms above by what they register: the gate weighs it, and this room may not name them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from vouch.engine.ratios import Exposure


class Ask(Protocol):
    """Exposures of these customers, by any of their records, or of all; ``customer`` is the record that stands."""

    def __call__(self, party_ids: Collection[int] | None, *, as_of: date) -> list[Exposure]: ...


Changed = Callable[[datetime], set[int]]
"""Records whose exposures may be others than they were at a moment."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A room that answers. One that cannot say what ``changed`` is asked for everything at each judgement, so it must be short."""

    ask: Ask
    changed: Changed | None


_providers: list[Provider] = []


def register_exposures(ask: Ask, *, changed: Changed | None = None) -> None:
    """Add what a room answers for; what several answer adds up. Registered again, it replaces itself."""
    _providers[:] = [one for one in _providers if one.ask != ask]
    _providers.append(Provider(ask, changed))


def exposures(party_ids: Collection[int] | None, *, as_of: date) -> list[Exposure]:
    """Everything that stands for these customers on a day, or for all."""
    return [exposure for one in _providers for exposure in one.ask(party_ids, as_of=as_of)]


def kept_exposures(party_ids: Collection[int] | None, *, as_of: date) -> list[Exposure]:
    """Of rooms that can say what changed since: their sums are kept."""
    return [
        exposure
        for one in _providers
        if one.changed is not None
        for exposure in one.ask(party_ids, as_of=as_of)
    ]


def changed_since(moment: datetime, *, as_of: date) -> set[int]:
    """Records whose exposures the kept sums may not have as they stand now."""
    found: set[int] = set()
    for one in _providers:
        if one.changed is not None:
            found |= one.changed(moment)
        else:
            found.update(int(str(exposure.customer)) for exposure in one.ask(None, as_of=as_of))
    return found
