"""Guarantees by part of their number or their contract's."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, IntegerField, Q, Value, When

from vouch.business.models import Guarantee
from vouch.business.permissions import may_open_register
from vouch.parties import queries as parties
from vouch.platform.identity.actor import Actor

FEWEST_LETTERS = 3
"""Less has no index, and is in half of all numbers."""


def found_guarantees(actor: Actor, text: str, *, most: int) -> Sequence[Guarantee]:
    """Those whose number or contract number holds the text, the exact one first; nobody's who is not to be found."""
    word = parties.plain_text(text).strip()
    if len(word) < FEWEST_LETTERS or not may_open_register(actor):
        return []
    place = Case(
        When(Q(number__iexact=word) | Q(contract_number__iexact=word), then=Value(0)),
        When(Q(number__istartswith=word) | Q(contract_number__istartswith=word), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = (
        Guarantee.objects.filter(parties.in_sight_of(actor, "party"))
        .filter(Q(number__icontains=word) | Q(contract_number__icontains=word))
        # Where the customer is not to be found, no record of theirs is.
        .exclude(party__status__in=parties.NOT_FOUND)
        .exclude(party__canonical__status__in=parties.NOT_FOUND)
    )
    return list(
        found.select_related("party").annotate(place=place).order_by("place", "state", "number")[:most]
    )
