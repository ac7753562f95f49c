"""Questions about buildings: which the actor sees, who is in them, who looks after them, and what may stand there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce, Length

from vouch.parties.models import (
    Building,
    BuildingLimit,
    BuildingUnit,
    BuildingVisit,
    Occupancy,
    Party,
    Site,
    Steward,
)
from vouch.parties.queries.party import in_sight_of, visible_to
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import active_staff
from vouch.platform.identity.terms import Scope

FEWEST_LETTERS = 2
"""One character is in every second name."""


def occupancies_visible_to(actor: Actor) -> QuerySet[Occupancy]:
    """Who is or was where, of the customers that the actor sees."""
    found = Occupancy.objects.all()
    return found if actor.scope == Scope.ALL else found.filter(party__in=visible_to(actor))


def buildings_visible_to(actor: Actor) -> QuerySet[Building]:
    """The buildings in which a customer is or was whom the actor sees; whoever sees every customer sees all."""
    found = Building.objects.all()
    if actor.scope == Scope.ALL:
        return found
    there = occupancies_visible_to(actor).order_by()
    joined = there.filter(building__canonical__isnull=False)
    return found.filter(Q(pk__in=there.values("building")) | Q(pk__in=joined.values("building__canonical")))


def units_visible_to(actor: Actor) -> QuerySet[BuildingUnit]:
    """The doors behind which a customer is or was whom the actor sees."""
    if actor.scope == Scope.ALL:
        return BuildingUnit.objects.all()
    return BuildingUnit.objects.filter(pk__in=occupancies_visible_to(actor).order_by().values("unit"))


def visits_visible_to(actor: Actor) -> QuerySet[BuildingVisit]:
    """Visits to the customers that the actor sees."""
    found = BuildingVisit.objects.all()
    return found if actor.scope == Scope.ALL else found.filter(party__in=visible_to(actor))


def stewards_visible_to(actor: Actor) -> QuerySet[Steward]:
    """Who looks after the buildings that the actor sees."""
    return Steward.objects.filter(building__in=buildings_visible_to(actor))


def limits_visible_to(actor: Actor) -> QuerySet[BuildingLimit]:
    """The limits of the buildings that the actor sees."""
    return BuildingLimit.objects.filter(building__in=buildings_visible_to(actor))


def building_of(actor: Actor, pk: int) -> Building | None:
    """One building with its site and the building that it is another name of, if the actor may see it."""
    return buildings_visible_to(actor).select_related("site", "canonical").filter(pk=pk).first()


def found_buildings(actor: Actor, text: str, *, most: int) -> list[Building]:
    """The buildings whose own name, or that of their site, holds every word of the text; the shortest name first.

    One that is another by a second name leads to that. Where the actor does not see everybody, somebody in it must be seen.
    """
    words = text.split()
    if max(map(len, words), default=0) < FEWEST_LETTERS:
        return []
    named = Building.objects.all()
    for word in words:
        named = named.filter(Q(name__icontains=word) | Q(site__name__icontains=word))
    if actor.scope != Scope.ALL:
        there = Occupancy.objects.filter(in_sight_of(actor, "party"), building__in=named.values("pk"))
        named = named.filter(pk__in=there.order_by().values("building"))
    found = named.select_related("site", "canonical__site").order_by(Length("name"), "name", "pk")
    return list(dict.fromkeys(one.canonical or one for one in found[: 2 * most]))[:most]


def names_of(building: Building) -> list[int]:
    """The ids of a building and of those that are it by another name."""
    return [building.pk, *Building.objects.filter(canonical=building).values_list("pk", flat=True)]


def names_of_all(building_ids: Iterable[int]) -> list[int]:
    """The ids of these buildings and of those that are one of them by another name."""
    ids = list(building_ids)
    return list(Building.objects.filter(Q(pk__in=ids) | Q(canonical__in=ids)).values_list("pk", flat=True))


def ever_in(building_ids: Iterable[int]) -> list[int]:
    """The parties that are or were in these buildings, whoever asks: for use where visibility is asked afterwards."""
    rows = Occupancy.objects.filter(building__in=list(building_ids)).order_by()
    return list(rows.values_list("party", flat=True).distinct())


def joined_to(actor: Actor, building: Building) -> list[Building]:
    """The other names of a building, as far as the actor sees them."""
    return list(buildings_visible_to(actor).filter(canonical=building).order_by("name"))


def alike(actor: Actor, building: Building, *, most: int = 5) -> list[Building]:
    """Buildings whose key ends as this one's: with or without the town or district, it may be the same one."""
    parts = building.key.split("|")
    if len(parts) < 2:
        return []
    found = buildings_visible_to(actor).filter(canonical=None, key__endswith="|".join(parts[-2:]))
    mine = set(parts)
    return [
        one
        for one in found.exclude(pk=building.pk).order_by("key", "pk")[:200]
        # What one has more must be an area that the other leaves out, not another road.
        if mine < set(one.key.split("|")) or mine > set(one.key.split("|"))
    ][:most]


def occupants_of(actor: Actor, building_ids: Sequence[int]) -> QuerySet[Occupancy]:
    """Who is in these buildings now, of the customers that the actor sees."""
    found = occupancies_visible_to(actor).filter(building__in=list(building_ids), ended_at=None)
    return found.select_related("unit", "party__enterprise", "party__canonical").order_by("pk")


def left_after(actor: Actor, building_ids: Sequence[int], day: date) -> list[tuple[Party, Occupancy]]:
    """Customers who left these buildings after a day and are in none of them now, with their last place there; the latest
    first. Of those that the actor sees; two queries.
    """
    there = occupancies_visible_to(actor).filter(building__in=list(building_ids), is_mistake=False)
    here = there.filter(ended_at=None).order_by()
    present = set(here.values_list(Coalesce("party__canonical", "party"), flat=True))
    found: dict[int, tuple[Party, Occupancy]] = {}
    gone = there.filter(ends_on__gt=day).select_related("unit", "party__canonical")
    for row in gone.order_by("-ends_on", "-pk"):
        party = row.party.canonical or row.party
        if party.pk not in present:
            found.setdefault(party.pk, (party, row))
    return list(found.values())


def places_of(party: Party) -> list[Occupancy]:
    """Where a customer is and was, now first; mistakes are left out. The caller has checked visibility."""
    records = Q(party=party) | Q(party__canonical=party)
    found = Occupancy.objects.filter(records, is_mistake=False)
    found = found.select_related("building__canonical", "building__site", "unit", "party")
    return sorted(found, key=lambda one: (one.ended_at is not None, one.role, -one.pk))


def sites() -> QuerySet[Site]:
    """Every site, by name."""
    return Site.objects.order_by("name")


def stewards_of(building_ids: Iterable[int]) -> dict[int, User]:
    """Building → who looks after it now."""
    rows = Steward.objects.filter(building__in=list(building_ids), ends_on=None).select_related("user")
    return {row.building_id: row.user for row in rows}


def limit_of(building: Building) -> BuildingLimit | None:
    """How much may stand in it now."""
    return BuildingLimit.objects.filter(building=building, ends_on=None).first()


def stewarded_by(actor: Actor, user_id: int) -> list[Building]:
    """The buildings that somebody looks after, as far as the actor sees them, with their other names."""
    mine = Steward.objects.filter(user=user_id, ends_on=None)
    found = buildings_visible_to(actor).filter(canonical=None, pk__in=mine.values("building"))
    other = Prefetch("merged", Building.objects.order_by("pk"), to_attr="other_names")
    return list(found.select_related("site").prefetch_related(other).order_by("site__name", "name", "pk"))


def possible_stewards() -> QuerySet[User]:
    """Who may look after a building: everybody who works here."""
    return active_staff().order_by("name")


def last_visits(actor: Actor, building_ids: Sequence[int]) -> dict[int, BuildingVisit]:
    """Customer → the last visit to it in these buildings, of those that the actor sees.

    What was noted of a merged record is of the customer it was merged into.
    """
    rows = visits_visible_to(actor).filter(building__in=list(building_ids)).select_related("party")
    return {row.party.canonical_id or row.party_id: row for row in rows.order_by("visited_on", "pk")}


def visits_of(party: Party, *, most: int = 10) -> list[BuildingVisit]:
    """The last visits to a customer, the newest first. The caller has checked visibility."""
    records = Q(party=party) | Q(party__canonical=party)
    rows = BuildingVisit.objects.filter(records).select_related("building")
    return list(rows.order_by("-visited_on", "-pk")[:most])
