"""Who is meant by a few letters: the best of those whom somebody may see, for one box that finds everything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length

from vouch.engine.pinyin import asked_sounds
from vouch.parties.models import FormerValue, Party
from vouch.parties.queries.party import in_sight_of, listed, plain_text, search
from vouch.parties.queries.persons import masked_document, with_keys, with_number
from vouch.parties.terms import NATURAL_PERSONS, PartyStatus
from vouch.platform.identity.actor import Actor

NOT_FOUND = (PartyStatus.RESTRICTED, PartyStatus.ERASED)
"""Kept and nothing else, or gone: nobody comes upon them by searching."""
MOST_CANDIDATES = 1000
"""Beyond so many the text says too little for an order to be worth its time."""


@dataclass(frozen=True, slots=True)
class FoundParty:
    """A customer, and what they were found by where their name does not show it."""

    party: Party
    about: str = ""
    known_as: str = ""


def findable(actor: Actor) -> QuerySet[Party]:
    """The customers whom the actor may come upon by searching."""
    return listed(Party.objects.filter(in_sight_of(actor, "pk"))).exclude(status__in=NOT_FOUND)


def found_by_text(actor: Actor, text: str, *, are_persons: bool, most: int) -> list[FoundParty]:
    """The best of those whose names, codes or number the text is part of, or whose names sound like it.

    First whose name begins with it, then whose name holds it, then whose name sounds like it from the start.
    """
    if not text.strip():
        return []
    kinds = Q(kind__in=NATURAL_PERSONS)
    found = search(findable(actor).filter(kinds if are_persons else ~kinds), text)
    best = (
        Party.objects.filter(pk__in=found.order_by().values("pk")[:MOST_CANDIDATES])
        .annotate(place=_places(text), length=Length("name"))
        .order_by("place", "length", "name", "pk")[:most]
    )
    parties = list(best)
    others = _other_names([party.pk for party in parties])
    return [FoundParty(party, known_as=_known_as(party, text, others.get(party.pk, ()))) for party in parties]


def _places(text: str) -> Case:
    """How well a name fits, 0 the best."""
    word = text.strip()
    begins: list[Q] = [Q(name__istartswith=word), Q(name__icontains=word)]
    sounds = [spelled for spelled in asked_sounds(text) if spelled.strip().islower()]
    begins += [Q(sound_text__contains=f" {spelled.strip()}") for spelled in sounds]
    places = [When(condition, then=Value(place)) for place, condition in enumerate(begins)]
    return Case(*places, default=Value(len(places)), output_field=IntegerField())


def found_by_number(actor: Actor, text: str, *, most: int) -> list[FoundParty]:
    """Those who go by exactly this identity number, telephone or account, their documents masked."""
    if not text.strip():
        return []
    seen = Party.objects.filter(in_sight_of(actor, "pk")).exclude(status__in=NOT_FOUND)
    holders = with_number(seen, text).values("pk")
    # Who goes by the number of a record that was merged is found as the customer.
    met = Q(pk__in=holders) | Q(pk__in=Party.objects.filter(pk__in=holders).values("canonical"))
    found = list(findable(actor).filter(met).order_by("name", "pk")[:most])
    persons = {party.pk: party for party in with_keys(Party.objects.filter(pk__in=[one.pk for one in found]))}
    return [FoundParty(one, masked_document(persons[one.pk]) if one.pk in persons else "") for one in found]


def _other_names(party_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """Names that firms had before, and those of records that were merged into one."""
    found: dict[int, list[str]] = {}
    former = FormerValue.objects.filter(party__in=party_ids, field="name").exclude(value="")
    merged = Party.objects.filter(canonical__in=party_ids).exclude(status__in=NOT_FOUND)
    rows = former.values_list("party_id", "value").union(merged.values_list("canonical_id", "name"), all=True)
    for party_id, name in rows:
        found.setdefault(party_id, []).append(name)
    return found


def _known_as(party: Party, text: str, names: Iterable[str]) -> str:
    """The other name that holds the text, if the present one does not."""
    words = plain_text(text).split()

    def holds(name: str) -> bool:
        return all(word in plain_text(name) for word in words)

    return "" if holds(party.name) else next((name for name in names if holds(name)), "")
