"""Industries in the buildings (行业分布): how many customers and how much of the book, and where each crowds together."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.urls import reverse

from vouch.business.terms import GuaranteeState
from vouch.desk.queries.buildings import share, who_in_sql
from vouch.parties.queries.sites import sites
from vouch.parties.terms import INDUSTRIES
from vouch.platform.identity.actor import Actor

__all__ = ["IndustryLine", "industry_lines", "sites"]


@dataclass(frozen=True, slots=True)
class IndustryLine:
    """One section of GB/T 4754 in the buildings, of the customers that the actor sees; money in yuan."""

    section: str
    customers: int
    buildings: int
    guaranteed: int
    balance: Decimal
    high_risk: int
    top_id: int
    top: str
    top_customers: int

    @property
    def title(self) -> str:
        """The section's name."""
        return INDUSTRIES.get(self.section, "行业未登记")

    @property
    def top_rate(self) -> Decimal:
        """The share of its customers in the building that has the most of them."""
        return share(self.top_customers, self.customers)

    @property
    def high_rate(self) -> Decimal:
        """The share of its customers of the class 高风险."""
        return share(self.high_risk, self.customers)

    @property
    def top_url(self) -> str:
        """The page of that building."""
        return reverse("desk:building", args=[self.top_id])


_LINES = """
WITH {who.listed} here AS (
    SELECT DISTINCT coalesce(b.canonical_id, o.building_id) AS building_id,
        coalesce(m.canonical_id, o.party_id) AS party_id
    FROM parties_occupancy o {who.places} WHERE o.ended_at IS NULL AND {who.told} AND {who.seen} AND {site}
),
named AS (
    SELECT here.*, coalesce(left(e.industry_code, 1), '') AS section
    FROM here LEFT JOIN parties_enterprise e ON e.party_id = here.party_id
),
book AS (
    SELECT coalesce(m.canonical_id, g.party_id) AS party_id, sum(g.balance) AS balance
    FROM business_guarantee g LEFT JOIN parties_party m ON m.id = g.party_id AND m.canonical_id IS NOT NULL
    WHERE g.state = %(in_force)s GROUP BY 1
),
customers AS (
    SELECT section, count(*) AS customers, count(*) FILTER (WHERE book.balance > 0) AS guaranteed,
        coalesce(sum(book.balance), 0) AS balance, count(*) FILTER (WHERE s.risk_class = '高风险') AS high_risk
    FROM (SELECT DISTINCT section, party_id FROM named) AS once LEFT JOIN book USING (party_id)
    LEFT JOIN grading_standing s ON s.party_id = once.party_id AND s.as_of BETWEEN %(since)s AND %(until)s
    GROUP BY 1
),
top AS (
    SELECT DISTINCT ON (section) section, building_id, n, count(*) OVER (PARTITION BY section) AS buildings
    FROM (SELECT section, building_id, count(*) AS n FROM named GROUP BY 1, 2) AS of_building
    ORDER BY section, n DESC, building_id
)
SELECT section, customers, top.buildings, guaranteed, balance, high_risk, top.building_id, b.name, top.n
FROM customers JOIN top USING (section) JOIN parties_building b ON b.id = top.building_id
ORDER BY customers DESC, section
"""


_OF_SITE = (
    "coalesce(b.canonical_id, o.building_id) IN (SELECT id FROM parties_building WHERE site_id = %(site)s)"
)


def industry_lines(actor: Actor, *, site_id: int | None = None) -> list[IndustryLine]:
    """Every section that has a customer in a building (of a site), the most customers first: two queries at most."""
    values: dict[str, Any] = {
        "in_force": str(GuaranteeState.IN_FORCE),
        "since": actor.period[0] if actor.period else "0001-01-01",
        "until": actor.period[1] if actor.period else "9999-12-31",
        "site": site_id,
    }
    who = who_in_sql(actor, values)
    site = "TRUE" if site_id is None else _OF_SITE
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(who=who, site=site), values)
        return [IndustryLine(*row) for row in cursor.fetchall()]
