"""Addresses that many customers share (同址), and who is where on a round of visits (扫楼)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.urls import reverse

from vouch.business.terms import GuaranteeState
from vouch.desk.queries.buildings import Building, who_in_sql
from vouch.desk.queries.occupants import Occupant, occupants
from vouch.parties.queries import sites
from vouch.platform.identity.actor import Actor

__all__ = ["Stop", "route", "shared_addresses"]


@dataclass(frozen=True, slots=True)
class SharedAddress:
    """A door, or a building, at which several customers are registered; money in yuan.

    ``elsewhere`` have a place of work in another building, or behind another door of this one. ``alone`` have none, and no guarantee in force: what is left of them
    is an address that others have too. ``same_head`` is the most that have one legal representative.
    """

    building_id: int
    building: str
    door: str
    customers: int
    elsewhere: int
    alone: int
    same_head: int
    guaranteed: int
    balance: Decimal

    @property
    def url(self) -> str:
        """The building's page."""
        return reverse("desk:building", args=[self.building_id])


_SHARED = """
WITH {who.listed} registered AS (
    SELECT coalesce(b.canonical_id, o.building_id) AS building_id, coalesce(m.canonical_id, o.party_id) AS party_id,
        u.floor, u.label
    FROM parties_occupancy o {who.places} LEFT JOIN parties_buildingunit u ON u.id = o.unit_id
    WHERE o.ended_at IS NULL AND o.role = 'registered' AND {who.told} AND {who.seen}
),
operating AS (
    SELECT coalesce(b.canonical_id, o.building_id) AS building_id, coalesce(m.canonical_id, o.party_id) AS party_id,
        u.floor, u.label
    FROM parties_occupancy o {who.places} LEFT JOIN parties_buildingunit u ON u.id = o.unit_id
    WHERE o.ended_at IS NULL AND o.role = 'operating'
),
here AS (
    -- A door is a floor and a label: where buildings were joined it may be a row in each of them. Where the address of
    -- one of the two comes no nearer than the building, nobody knows whether they are one door.
    SELECT r.building_id, {floor} AS floor, {label} AS label, r.party_id,
        coalesce(bool_or(w.building_id <> r.building_id OR w.label <> r.label OR w.floor <> r.floor), FALSE) AS works
    FROM registered r LEFT JOIN operating w USING (party_id) WHERE {counted} GROUP BY 1, 2, 3, 4
),
many AS (
    SELECT building_id, floor, label FROM here GROUP BY 1, 2, 3 HAVING count(*) >= %(least)s
),
book AS (
    SELECT coalesce(m.canonical_id, g.party_id) AS party_id, sum(g.balance) AS balance
    FROM business_guarantee g LEFT JOIN parties_party m ON m.id = g.party_id AND m.canonical_id IS NOT NULL
    WHERE g.state = %(in_force)s GROUP BY 1
),
lines AS (
    SELECT here.building_id, here.floor, here.label, here.party_id, here.works,
        coalesce(book.balance, 0) AS balance, nullif(e.representative_hash, '') AS head
    FROM here JOIN many ON many.building_id = here.building_id AND many.label = here.label
        AND many.floor IS NOT DISTINCT FROM here.floor
    LEFT JOIN book USING (party_id) LEFT JOIN parties_enterprise e ON e.party_id = here.party_id
),
heads AS (
    SELECT building_id, floor, label, max(n) AS most FROM (
        SELECT building_id, floor, label, head, count(*) AS n FROM lines WHERE head IS NOT NULL GROUP BY 1, 2, 3, 4
    ) AS of_head GROUP BY 1, 2, 3
),
summed AS (
    SELECT building_id, floor, label, count(*) AS customers, count(*) FILTER (WHERE works) AS elsewhere,
        count(*) FILTER (WHERE NOT works AND balance = 0) AS alone,
        count(*) FILTER (WHERE balance > 0) AS guaranteed, sum(balance) AS balance
    FROM lines GROUP BY 1, 2, 3
)
SELECT b.id, b.name, summed.label, summed.customers, summed.elsewhere, summed.alone,
    coalesce(heads.most, 0), summed.guaranteed, summed.balance
FROM summed JOIN parties_building b ON b.id = summed.building_id
LEFT JOIN heads ON heads.building_id = summed.building_id AND heads.label = summed.label
    AND heads.floor IS NOT DISTINCT FROM summed.floor
ORDER BY summed.customers DESC, b.id
"""


def shared_addresses(actor: Actor, *, by: str, least: int, text: str = "") -> list[SharedAddress]:
    """Doors (``by`` is "door") or buildings at which so many customers are registered whom the actor sees."""
    values: dict[str, Any] = {"least": least, "in_force": str(GuaranteeState.IN_FORCE)}
    who = who_in_sql(actor, values)
    is_door = by == "door"
    statement = _SHARED.format(
        floor="r.floor" if is_door else "NULL::smallint",
        label="r.label" if is_door else "''",
        counted="r.label IS NOT NULL" if is_door else "TRUE",
        who=who,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = [SharedAddress(*row) for row in cursor.fetchall()]
    wanted = text.strip()
    return [one for one in found if wanted in one.building]


@dataclass(frozen=True, slots=True)
class Stop:
    """One customer on a round of visits, where to find it, and when somebody was there last."""

    order: int
    building: Building
    occupant: Occupant
    visited_on: date | None
    visit_note: str

    @property
    def floor(self) -> str:
        """As people say it."""
        unit = self.occupant.unit
        if unit is None or unit.floor is None:
            return ""
        return f"{unit.floor}层" if unit.floor > 0 else f"负{-unit.floor}层"


def route(actor: Actor, user_id: int, *, unvisited_since: date | None = None) -> list[Stop]:
    """Whom the steward calls on, building by building, from the lowest floor up; five queries however many there are.

    With ``unvisited_since`` those alone whom nobody called on since that day.
    """
    buildings: list[Any] = sites.stewarded_by(actor, user_id)
    standing: dict[int, Building] = {}
    for building in buildings:
        standing |= dict.fromkeys((building.pk, *(other.pk for other in building.other_names)), building)
    place = {building.pk: number for number, building in enumerate(buildings)}
    visits = sites.last_visits(actor, list(standing))
    found = sorted(
        occupants(actor, list(standing)),
        key=lambda one: (place[standing[one.occupancy.building_id].pk], *_door(one), one.party.pk),
    )
    stops: list[Stop] = []
    for one in found:
        visit = visits.get(one.party.pk)
        if unvisited_since and visit and visit.visited_on >= unvisited_since:
            continue
        there = standing[one.occupancy.building_id]
        stops.append(
            Stop(
                len(stops) + 1,
                there,
                one,
                visit.visited_on if visit else None,
                visit.note if visit else "",
            )
        )
    return stops


def _door(one: Occupant) -> tuple[bool, int, str]:
    unit = one.unit
    if unit is None or unit.floor is None:
        return True, 0, unit.label if unit else "\uffff"
    return False, unit.floor, unit.label
