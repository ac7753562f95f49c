"""What a person or a unit has in hand, as the rooms above tell it.

    register_holding(Holding(name="parties.manager", title=_("管户（A角）"), count=…, items=…, hand_over=…))

A holding must be empty before the account is closed; what can be handed over shows on the page of the hand-over.
Rooms register from ``apps.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from vouch.platform.identity.actor import Actor


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in somebody's hands, as the actor may see it."""

    pk: int
    title: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """``count(user_id)`` counts all; ``items(actor, user_id)`` lists those that the actor sees;
    ``named(actor, pks)`` finds them again for the receipt. ``hand_over(actor=, at=, giver=, receiver=, pks=)`` is
    an action of the room: it gives these, or all where ``pks`` is None, and returns which went over.
    """

    name: str
    title: str | Promise
    count: Callable[[int], int]
    items: Callable[[Actor, int], Sequence[Item]]
    named: Callable[[Actor, Iterable[int]], Sequence[Item]]
    hand_over: Callable[..., list[int]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitUse:
    """What keeps a unit open: ``count(unit_id)`` things that still belong to it."""

    name: str
    title: str | Promise
    count: Callable[[int], int]


_holdings: dict[str, Holding] = {}
_unit_uses: dict[str, UnitUse] = {}


def register_holding(holding: Holding) -> None:
    """Add one; the same name again replaces it."""
    _holdings[holding.name] = holding


def register_unit_use(use: UnitUse) -> None:
    """Add one; the same name again replaces it."""
    _unit_uses[use.name] = use


def holdings() -> list[Holding]:
    """All of them, in the order in which the rooms told them."""
    return list(_holdings.values())


def unit_uses() -> list[UnitUse]:
    """All of them."""
    return list(_unit_uses.values())
