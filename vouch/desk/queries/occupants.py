"""Who is in a building now: customer by customer and door by door, with what stands guaranteed for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vouch.business.terms import FiveClass, GuaranteeState
from vouch.desk.queries.buildings import BAD, ZERO
from vouch.desk.queries.customers import class_of
from vouch.desk.terms import CLASSES, NOT_ASSESSED
from vouch.parties.models import Occupancy
from vouch.parties.queries import sites
from vouch.parties.terms import INDUSTRIES
from vouch.platform.identity.actor import Actor

Door = tuple[int | None, str]
"""A door of a building: floor and label. Where buildings were joined it may be a row in each of them."""


def _door(row: Occupancy) -> Door | None:
    return (row.unit.floor, row.unit.label) if row.unit is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupant:
    """A customer at a place in a building, with where it stands; money in yuan."""

    party: Any
    occupancy: Occupancy
    risk_class: str
    balance: Decimal
    overdue_days: int
    five_class: str
    industry: str

    @property
    def unit(self) -> Any:
        """The door; None where the address comes no nearer than the building."""
        return self.occupancy.unit

    @property
    def door(self) -> Door | None:
        """What stands on the door and on which floor: the same in every name of a building."""
        return _door(self.occupancy)

    @property
    def is_marked(self) -> bool:
        """Whether something of it is overdue or classified 次级 or worse."""
        return self.overdue_days > 0 or self.five_class in BAD

    @property
    def five_class_label(self) -> str:
        """The worst class of its guarantees in words; empty without one."""
        return str(FiveClass(self.five_class).label) if self.five_class else ""

    @property
    def overdue_shown(self) -> str:
        """How late it is, in words."""
        return _("逾期 %d 天") % self.overdue_days

    @property
    def since(self) -> date | None:
        """Since when it is there, as far as known."""
        return self.occupancy.starts_on


def occupants(actor: Actor, building_ids: Sequence[int]) -> list[Occupant]:
    """Who is in these buildings now, of the customers that the actor sees: two queries, however many there are.

    A customer that is at one door in two records or two roles stands there once for each.
    """
    found: QuerySet[Any] = sites.occupants_of(actor, building_ids)
    found = found.select_related(
        "party__standing", "party__canonical__standing", "party__canonical__enterprise"
    )
    rows = list(found)
    standing_for = {row.pk: row.party.canonical or row.party for row in rows}
    book = book_of({party.pk for party in standing_for.values()})
    seen: set[tuple[int, Door | None, str]] = set()
    made = []
    for row in rows:
        party = standing_for[row.pk]
        place = (party.pk, _door(row), row.role)
        if place in seen:
            continue
        seen.add(place)
        balance, late, worst = book.get(party.pk, (ZERO, 0, ""))
        enterprise = getattr(party, "enterprise", None)
        section = enterprise.industry_code[:1] if enterprise else ""
        made.append(
            Occupant(
                party=party, occupancy=row, risk_class=_class(party, actor), balance=balance, overdue_days=late,
                five_class=worst, industry=INDUSTRIES.get(section, ""),
            )
        )  # fmt: skip
    return made


def _class(party: Any, actor: Actor) -> str:
    standing = getattr(party, "standing", None)
    return class_of(standing if standing is not None and actor.looks_at(standing.as_of) else None)


_BOOK = """
WITH records AS (
    SELECT id, id AS party_id FROM unnest(%(parties)s::bigint[]) AS id
    UNION ALL SELECT id, canonical_id FROM parties_party WHERE canonical_id = ANY(%(parties)s)
)
SELECT records.party_id, sum(g.balance), max(g.overdue_days),
    (%(classes)s::text[])[max(array_position(%(classes)s::text[], g.five_class::text))]
FROM records JOIN business_guarantee g ON g.party_id = records.id
WHERE g.state = %(in_force)s GROUP BY 1
"""


def book_of(party_ids: set[int]) -> Mapping[int, tuple[Decimal, int, str]]:
    """Customer → what stands guaranteed, the most days overdue, and the worst 五级分类."""
    classes = [str(one) for one in FiveClass if one is not FiveClass.UNCLASSED]
    values: dict[str, Any] = {
        "classes": classes, "in_force": str(GuaranteeState.IN_FORCE), "parties": sorted(party_ids),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_BOOK, values)
        return {pk: (balance, late, worst or "") for pk, balance, late, worst in cursor.fetchall()}


def classes_of(found: Sequence[Occupant]) -> list[tuple[str, int]]:
    """How many customers are of which class, best first, each customer once."""
    of = {one.party.pk: one.risk_class for one in found}
    counted = {name: sum(1 for one in of.values() if one == name) for name in (*CLASSES, NOT_ASSESSED)}
    return [(name, count) for name, count in counted.items() if count]


def industries_of(found: Sequence[Occupant]) -> list[tuple[str, int, Decimal]]:
    """Industry, customers and balance, the most customers first; each customer once."""
    of = {one.party.pk: one for one in found}
    counted: dict[str, list[Any]] = {}
    for one in of.values():
        line = counted.setdefault(one.industry, [0, ZERO])
        line[0] += 1
        line[1] += one.balance
    return sorted(((name, n, sum_) for name, (n, sum_) in counted.items()), key=lambda one: (-one[1], one[0]))
