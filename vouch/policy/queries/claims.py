"""What was paid and what ended, asked of the room above that keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Flows:
    """Fen of a period: guarantees that ended (解除担保额), claims paid, what came back."""

    ended: int = 0
    paid: int = 0
    recovered: int = 0


class Ask(Protocol):
    """What flowed from a day (None: ever since) to another, both included."""

    def __call__(self, since: date | None, until: date) -> Flows: ...


_providers: list[Ask] = []


def register_claims(ask: Ask) -> None:
    """Say who answers; registered again, it replaces what was."""
    _providers[:] = [ask]


def flows(since: date | None, until: date) -> Flows:
    """What flowed, nothing where no room keeps it."""
    return _providers[0](since, until) if _providers else Flows()
