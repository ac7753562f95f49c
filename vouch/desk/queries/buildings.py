"""Buildings as the book has them (楼栋): who is in them, what stands guaranteed there, how good and how mixed they are.

Counted by customer: what stands in a merged record is that of the one it was merged into, and a building that is
another by a second name is that one. Sums over customers whom the actor may not see are told to those alone who may
see such sums (``desk.permissions.may_see_sums``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from vouch.business.terms import FiveClass, GuaranteeState
from vouch.desk.permissions import may_see_sums
from vouch.parties.models import Building
from vouch.parties.queries import sites, visible_to
from vouch.parties.terms import CROWDED
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Scope

__all__ = ["Building", "BuildingLine", "BuildingsWanted", "building_lines"]

CHURN_DAYS = 90
ZERO = Decimal("0.00")
BAD = (FiveClass.SUBSTANDARD, FiveClass.DOUBTFUL, FiveClass.LOSS)
"""五级分类 of what is lost or may be (不良)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingsWanted:
    """Which buildings the list shows; blanks mean all. ``least`` is how many customers the actor sees in each."""

    text: str = ""
    site_id: int | None = None
    steward_id: int | None = None
    least: int = 2
    only: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingLine:
    """One building; money in yuan. ``hidden`` are customers whom the actor may not see, counted in the sums.

    ``is_whole`` says that the sums are those of everybody in it; else they are those of the customers that the actor sees.
    """

    pk: int
    name: str
    site: str
    customers: int
    hidden: int
    guaranteed: int
    balance: Decimal
    largest: Decimal
    high_risk: int
    good: int
    marked: int
    industry_hhi: Decimal | None
    most_at_door: int
    entered: int
    left: int
    steward: str
    max_balance: Decimal | None
    max_customers: int | None
    book: Decimal
    is_whole: bool

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("desk:building", args=[self.pk])

    @property
    def everybody(self) -> int:
        """Customers in it, seen or not."""
        return self.customers + self.hidden

    @property
    def high_rate(self) -> Decimal:
        """The share of customers of the class 高风险."""
        return share(self.high_risk, self.everybody)

    @property
    def book_rate(self) -> Decimal:
        """The share of the whole book in force that the actor is told of."""
        return share(self.balance, self.book)

    @property
    def largest_rate(self) -> Decimal | None:
        """The largest customer's share of what stands in the building; None where nothing does."""
        return share(self.largest, self.balance) if self.balance else None

    @property
    def others(self) -> str:
        """How many more there are than those whom the actor sees; empty for none."""
        return _("另有 %d 个无权查看的主体，计入合计") % self.hidden if self.hidden else ""

    @property
    def limit_rate(self) -> Decimal | None:
        """How far the limit is used, by the tighter of its two figures; None without one, or without the whole sum."""
        if not self.is_whole:
            return None
        used = []
        if self.max_balance is not None:
            used.append(_used(self.balance, self.max_balance))
        if self.max_customers is not None:
            used.append(_used(Decimal(self.guaranteed), Decimal(self.max_customers)))
        return max(used, default=None)

    @property
    def is_over_limit(self) -> bool:
        """Whether more stands here than may: to the last fen, which a rate does not show."""
        if not self.is_whole:
            return False
        return (self.max_balance is not None and self.balance > self.max_balance) or (
            self.max_customers is not None and self.guaranteed > self.max_customers
        )


def share(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """A part of a whole as a fraction; nothing of nothing."""
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.0001")) if whole else Decimal(0)


def _used(part: Decimal, limit: Decimal) -> Decimal:
    """Of a limit of nothing, whatever stands there is beyond it."""
    return share(part, limit) if limit else Decimal(1 if not part else 9)


_LINES = """
WITH {who.listed} there AS NOT MATERIALIZED (
    SELECT coalesce(b.canonical_id, o.building_id) AS building_id, coalesce(m.canonical_id, o.party_id) AS party_id,
        o.unit_id, o.role, o.starts_on, o.ends_on, o.ended_at, o.is_mistake, {who.seen} AS is_seen
    FROM parties_occupancy o {who.places} WHERE {who.told} AND {there}
),
places AS (
    SELECT building_id, party_id, bool_or(is_seen) AS is_seen
    FROM there WHERE ended_at IS NULL GROUP BY 1, 2
),
crowd AS (
    SELECT building_id FROM places GROUP BY 1 HAVING count(*) FILTER (WHERE is_seen) >= %(least)s
),
book AS (
    SELECT coalesce(m.canonical_id, g.party_id) AS party_id, sum(g.balance) AS balance,
        bool_or(g.overdue_days > 0 OR g.five_class = ANY(%(bad)s)) AS is_marked
    FROM business_guarantee g LEFT JOIN parties_party m ON m.id = g.party_id AND m.canonical_id IS NOT NULL
    WHERE g.state = %(in_force)s AND {booked} GROUP BY 1
),
lines AS (
    SELECT places.building_id, places.party_id, places.is_seen, coalesce(book.balance, 0) AS balance,
        coalesce(book.is_marked, FALSE) AS is_marked, s.risk_class, left(e.industry_code, 1) AS industry
    FROM places JOIN crowd USING (building_id) LEFT JOIN book USING (party_id)
    LEFT JOIN grading_standing s ON s.party_id = places.party_id AND s.as_of BETWEEN %(since)s AND %(until)s
    LEFT JOIN parties_enterprise e ON e.party_id = places.party_id
),
mixed AS (
    SELECT building_id, sum(n * n) / (sum(n) * sum(n)) AS hhi
    FROM (SELECT building_id, industry, count(*) AS n FROM lines WHERE industry > '' GROUP BY 1, 2) AS of_industry
    GROUP BY 1
),
doors AS (
    SELECT building_id, max(n) AS most FROM (
        SELECT there.building_id, count(DISTINCT party_id) AS n
        FROM there JOIN parties_buildingunit u ON u.id = there.unit_id
        WHERE ended_at IS NULL AND role = 'registered' GROUP BY 1, u.floor, u.label
    ) AS of_door GROUP BY 1
),
moves AS (
    SELECT building_id, count(*) FILTER (WHERE is_there AND is_new) AS entered,
        count(*) FILTER (WHERE NOT is_there AND has_left) AS "left"
    FROM (
        SELECT building_id, party_id, bool_or(ended_at IS NULL) AS is_there, bool_or(ends_on > %(churn)s) AS has_left,
            bool_and(coalesce(starts_on > %(churn)s, FALSE)) AS is_new
        FROM there WHERE NOT is_mistake GROUP BY 1, 2
    ) AS of_party GROUP BY 1
),
summed AS (
    SELECT building_id, count(*) FILTER (WHERE is_seen) AS customers, count(*) FILTER (WHERE NOT is_seen) AS hidden,
        count(*) FILTER (WHERE balance > 0) AS guaranteed, sum(balance) AS balance, max(balance) AS largest,
        count(*) FILTER (WHERE risk_class = '高风险') AS high_risk, count(*) FILTER (WHERE risk_class = '优质') AS good,
        count(*) FILTER (WHERE is_marked) AS marked
    FROM lines GROUP BY 1
)
SELECT b.id, b.name, coalesce(site.name, ''), summed.customers, summed.hidden, summed.guaranteed, summed.balance,
    summed.largest, summed.high_risk, summed.good, summed.marked, mixed.hhi, coalesce(doors.most, 0),
    coalesce(moves.entered, 0), coalesce(moves."left", 0), coalesce(u.name, ''), l.max_balance, l.max_customers,
    %(book)s::numeric, %(is_whole)s
FROM summed JOIN parties_building b ON b.id = summed.building_id
LEFT JOIN parties_site site ON site.id = b.site_id
LEFT JOIN mixed ON mixed.building_id = b.id LEFT JOIN doors ON doors.building_id = b.id
LEFT JOIN moves ON moves.building_id = b.id
LEFT JOIN parties_steward w ON w.building_id = b.id AND w.ends_on IS NULL
LEFT JOIN identity_user u ON u.id = w.user_id
LEFT JOIN parties_buildinglimit l ON l.building_id = b.id AND l.ends_on IS NULL
WHERE {wanted}
ORDER BY b.id
"""
# Of a few buildings the guarantees are looked up by customer; of all buildings the book is added up once.
_OF_THOSE_THERE = """g.party_id IN (
    SELECT party_id FROM places UNION
    SELECT id FROM parties_party WHERE canonical_id IN (SELECT party_id FROM places)
)"""
COLUMNS = tuple(BuildingLine.__dataclass_fields__)


def building_lines(
    actor: Actor,
    wanted: BuildingsWanted,
    *,
    today: date,
    only: Sequence[int] | None = None,
    book: Decimal = ZERO,
) -> list[BuildingLine]:
    """The buildings that the actor sees and the filter lets through, each with its figures: three queries at most.

    ``only`` are the ids of some buildings with those of their other names. ``book`` is what shares are taken of
    (``book_total``); the shares of a caller who does not ask for them are nought.
    """
    values: dict[str, Any] = {
        "least": wanted.least,
        "bad": [str(one) for one in BAD],
        "in_force": str(GuaranteeState.IN_FORCE),
        "churn": today - timedelta(days=CHURN_DAYS),
        "since": actor.period[0] if actor.period else date.min,
        "until": actor.period[1] if actor.period else date.max,
        "book": book,
        "is_whole": may_see_sums(actor),
    }
    conditions = ["TRUE"]
    for name, condition, value in (
        ("text", "b.name ILIKE %(text)s", f"%{_escaped(wanted.text)}%" if wanted.text else None),
        ("site", "b.site_id = %(site)s", wanted.site_id),
        ("steward", "w.user_id = %(steward)s", wanted.steward_id),
    ):
        if value is not None:
            conditions.append(condition)
            values[name] = value
    there, booked, among = "TRUE", "TRUE", None
    if only is not None:
        there, booked = "o.building_id = ANY(%(only)s)", _OF_THOSE_THERE
        values["only"] = list(only)
        among = sites.ever_in(only)
    who = who_in_sql(actor, values, among=among)
    statement = _LINES.format(who=who, there=there, booked=booked, wanted=" AND ".join(conditions))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        lines = [BuildingLine(**dict(zip(COLUMNS, row, strict=True))) for row in cursor.fetchall()]
    return [line for line in lines if _is_wanted(line, wanted.only)]


def book_total(actor: Actor) -> Decimal:
    """What stands guaranteed in all, as far as the actor is told: two queries at most."""
    values: dict[str, Any] = {"in_force": str(GuaranteeState.IN_FORCE)}
    who = who_in_sql(actor, values)
    with connection.cursor() as cursor:
        listed = f"WITH {who.listed.removesuffix(',')}" if who.listed else ""
        cursor.execute(_TOTAL.format(who=who, listed=listed), values)
        total: Decimal = cursor.fetchone()[0]
    return total


_TOTAL = """
{listed} SELECT coalesce(sum(g.balance), 0) FROM business_guarantee g {who.guarantees}
WHERE g.state = %(in_force)s AND {who.told}
"""


def _is_wanted(line: BuildingLine, only: str) -> bool:
    if only == "over":
        return line.is_over_limit
    if only == "marked":
        return line.marked > 0
    if only == "crowded":
        return line.most_at_door >= CROWDED
    return True


@dataclass(frozen=True, slots=True)
class WhoInSql:
    """Pieces of a statement about places ``o`` or guarantees ``g``: whom the actor sees, and who is counted for it at all.

    ``listed`` stands behind WITH, ``places`` and ``guarantees`` behind the table, ``seen`` and ``told`` are conditions. Behind
    ``places``, ``m`` is the party where it was merged and ``b`` the building where it is another by a second name.
    """

    listed: str
    places: str
    guarantees: str
    seen: str
    told: str


# Only those that stand for another: few, and found by an index; no other row of the two tables is read.
_STANDING = """LEFT JOIN parties_party m ON m.id = o.party_id AND m.canonical_id IS NOT NULL
    LEFT JOIN parties_building b ON b.id = o.building_id AND b.canonical_id IS NOT NULL"""


def who_in_sql(actor: Actor, values: dict[str, Any], *, among: Sequence[int] | None = None) -> WhoInSql:
    """The pieces for this actor; what they name is added to ``values``. ``among`` are the parties that can matter."""
    if actor.scope == Scope.ALL:
        return WhoInSql("", _STANDING, "", "TRUE", "TRUE")
    # A table to join: the planner would weigh every one of the ids of a list by itself.
    seen_by_actor = visible_to(actor) if among is None else visible_to(actor).filter(pk__in=among)
    values["seen"] = list(seen_by_actor.order_by().values_list("pk", flat=True))
    listed = "seen AS MATERIALIZED (SELECT unnest(%(seen)s::bigint[]) AS id),"
    seen = "seen.id IS NOT NULL"
    told = "TRUE" if may_see_sums(actor) else seen
    places = f"{_STANDING} LEFT JOIN seen ON seen.id = o.party_id"
    return WhoInSql(listed, places, "LEFT JOIN seen ON seen.id = g.party_id", seen, told)


def _escaped(text: str) -> str:
    return text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
