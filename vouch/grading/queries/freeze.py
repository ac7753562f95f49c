"""Whose limit is frozen, why, and by whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Q, QuerySet

from vouch.grading.models import Freeze
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Scope


def frozen(party_ids: Collection[int]) -> Mapping[int, Freeze]:
    """Those of these parties whose customer is frozen, each with the freeze that stands the longest; two queries.

    A freeze of one record is the customer's: the record that stands and all that were merged into it.
    """
    stands_for = dict(Party.objects.filter(pk__in=list(party_ids)).values_list("pk", "canonical"))
    customers = {pk: canonical or pk for pk, canonical in stands_for.items()}
    first: dict[int, Freeze] = {}
    for freeze in standing_freezes(set(customers.values())):
        first.setdefault(freeze.party.canonical_id or freeze.party_id, freeze)
    return {pk: first[customer] for pk, customer in customers.items() if customer in first}


def standing_freezes(customers: Collection[int]) -> QuerySet[Freeze]:
    """The freezes that stand of these customers (canonical records), those of merged records too; the oldest first."""
    ids = list(customers)
    found = Freeze.objects.filter(Q(party__in=ids) | Q(party__canonical__in=ids), lifted_at=None)
    return found.select_related("party").order_by("frozen_at", "pk")


def freezes_of(party_id: int) -> QuerySet[Freeze]:
    """Every freeze of a customer (canonical record), the newest first. The caller has checked visibility."""
    found = Freeze.objects.filter(Q(party=party_id) | Q(party__canonical=party_id))
    return found.order_by("-frozen_at", "-pk")


def freezes_visible_to(actor: Actor) -> QuerySet[Freeze]:
    """The freezes of the customers that the actor sees."""
    found = Freeze.objects.all()
    return found if actor.scope == Scope.ALL else found.filter(party__in=parties.visible_to(actor))
