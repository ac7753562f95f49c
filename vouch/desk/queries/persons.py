"""The list of persons, and whoever goes by a number."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor

__all__ = ["MOST_FOUND", "Party", "WantedPersons", "found_by_number", "persons"]

MOST_FOUND = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPersons:
    """What the list is filtered by; blanks mean all."""

    text: str = ""
    kind: str = ""
    unit_id: int | None = None
    manager_id: int | None = None


def persons(actor: Actor, wanted: WantedPersons) -> QuerySet[Party]:
    """The persons that the actor may see, each with what the list shows masked."""
    found = parties.listed(parties.visible_to(actor))
    if wanted.text:
        found = parties.search(found, wanted.text)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.unit_id is not None:
        found = parties.in_unit(found, wanted.unit_id)
    if wanted.manager_id is not None:
        found = parties.managed_by(found, wanted.manager_id)
    return parties.with_keys(found)


def found_by_number(actor: Actor, text: str) -> list[Party]:
    """Those whom the actor may see and who go by exactly this number, or whose name or code holds the text."""
    seen = parties.visible_to(actor)
    holders = parties.with_number(seen, text).values("pk")
    # Who goes by the number of a record that was merged is found as the customer.
    by_number = Q(pk__in=holders) | Q(pk__in=Party.objects.filter(pk__in=holders).values("canonical"))
    by_text = Q(pk__in=parties.search(seen, text).values("pk"))
    found = parties.listed(seen).filter(by_number | by_text) if text.strip() else seen.none()
    return list(found.order_by("name", "pk")[:MOST_FOUND])
