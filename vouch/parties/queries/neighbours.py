"""Who is in the building that a customer is registered in, as SQL for the facts of every room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from vouch.parties.queries.history import end_of, known

_NEIGHBOURS = """
places AS (
    SELECT o.party_id, coalesce(b.canonical_id, b.id) AS building_id, u.floor, u.label, o.starts_on
    FROM parties_occupancy o JOIN parties_building b ON b.id = o.building_id
    LEFT JOIN parties_buildingunit u ON u.id = o.unit_id
    WHERE o.role = 'registered' AND {known} AND {scope}
),
mine AS (
    SELECT DISTINCT ON (party_id) party_id, building_id, floor, label FROM places
    JOIN parties_party p ON p.id = party_id AND p.status <> 'erased'
    ORDER BY party_id, starts_on DESC NULLS LAST, building_id, floor, label
),
names AS (
    SELECT DISTINCT building_id AS id, building_id FROM mine
    UNION SELECT b.id, b.canonical_id FROM parties_building b JOIN mine ON mine.building_id = b.canonical_id
),
there AS (
    SELECT names.building_id, o.party_id, o.role, u.floor, u.label, o.starts_on
    FROM parties_occupancy o JOIN names ON names.id = o.building_id
    JOIN parties_party p ON p.id = o.party_id AND p.status <> 'erased'
    LEFT JOIN parties_buildingunit u ON u.id = o.unit_id
    WHERE {known}
)"""


def neighbours(subjects: Sequence[int] | None, *, as_of: date) -> tuple[str, dict[str, Any]]:
    """Common table expressions for ``grouped_rows``, and the values they name.

    ``mine`` has each of these customers (or all) once: party_id, building_id, floor, label; where merged records give
    two registered addresses, the later one. ``there`` has everybody in those buildings: building_id, party_id, role,
    floor, label, starts_on. A building that is another by a second name is that one (``names``: id, building_id).
    """
    scope = "TRUE" if subjects is None else "o.party_id = ANY(%(parties)s)"
    values: dict[str, Any] = {"as_of": as_of, "moment": end_of(as_of)}
    if subjects is not None:
        values["parties"] = list(subjects)
    return _NEIGHBOURS.format(known=known("o"), scope=scope), values
