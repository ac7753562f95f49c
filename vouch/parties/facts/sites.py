"""Facts of the building (楼栋) that a customer is registered in: who else is there, how mixed, who came and went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from vouch.engine.facts import FactFrame, FactKind, SqlFact
from vouch.parties.queries.grouping import grouped_rows
from vouch.parties.queries.neighbours import neighbours
from vouch.parties.terms import CROWDED

INTEGER, RATE, BOOLEAN = FactKind.INTEGER, FactKind.RATE, FactKind.BOOLEAN
CHURN_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFact(SqlFact):
    """A fact of the building that a customer is registered in, on the columns of ``_STATEMENT``."""

    source: str = "登记地址识别"
    missing: str = "登记地址没有识别到楼栋时缺失"


_NO_DOOR = "登记地址没有识别到房间时缺失"
FACTS = (
    SiteFact(
        name="site.customers", kind=INTEGER, unit="户", title="同楼客户数",
        definition="评估日在客户登记的楼栋内（登记、经营、仓储、居住或押品所在）的客户数，含本客户", sql="c.customers",
    ),
    SiteFact(
        name="site.at_door", kind=INTEGER, unit="户", title="同房间登记客户数",
        definition="评估日登记在同一楼栋、同一房间的客户数，含本客户", sql="d.customers", missing=_NO_DOOR,
    ),
    SiteFact(
        name="site.is_crowded_door", kind=BOOLEAN, title="集中登记地址",
        definition=f"同一房间登记的客户达到 {CROWDED} 户；是需要核实的线索，不是结论", sql=f"d.customers >= {CROWDED}",
        missing=_NO_DOOR,
    ),
    SiteFact(
        name="site.same_industry", kind=INTEGER, unit="户", title="同楼同业客户数",
        definition="同楼客户中与本客户同一行业门类的客户数，含本客户", sql="i.customers",
        missing="登记地址没有识别到楼栋，或没有登记行业时缺失",
    ),
    SiteFact(
        name="site.industry_hhi", kind=RATE, title="楼栋行业集中度",
        definition="同楼登记了行业的客户，各行业门类户数占比的平方和", sql="round(h.hhi * 1000000)",
        missing="登记地址没有识别到楼栋，或楼内没有客户登记行业时缺失",
    ),
    SiteFact(
        name="site.entered_90d", kind=INTEGER, unit="户", title="90天迁入户数",
        definition=f"评估日在楼内、起始日期在评估日前 {CHURN_DAYS} 天内的客户数；起始日期未登记的不算",
        sql="coalesce(e.entered, 0)",
    ),
    SiteFact(
        name="site.left_90d", kind=INTEGER, unit="户", title="90天迁出户数",
        definition=f"评估日前 {CHURN_DAYS} 天内终止占用、评估日不在楼内的客户数", sql='coalesce(l."left", 0)',
    ),
)  # fmt: skip

_STATEMENT = """
WITH {neighbours},
customers AS (SELECT building_id, count(DISTINCT party_id) AS customers FROM there GROUP BY 1),
doors AS (
    SELECT building_id, floor, label, count(DISTINCT party_id) AS customers
    FROM there WHERE role = 'registered' AND label IS NOT NULL GROUP BY 1, 2, 3
),
sections AS (
    SELECT there.building_id, left(e.industry_code, 1) AS section, count(DISTINCT there.party_id) AS customers
    FROM there JOIN parties_enterprise e USING (party_id) WHERE e.industry_code <> '' GROUP BY 1, 2
),
mixed AS (
    SELECT building_id, sum(customers * customers) / (sum(customers) * sum(customers)) AS hhi
    FROM sections GROUP BY 1
),
entered AS (
    SELECT building_id, count(*) AS entered FROM (
        SELECT building_id, party_id FROM there GROUP BY 1, 2
        HAVING bool_and(coalesce(starts_on > %(as_of)s::date - %(days)s, FALSE))
    ) AS new GROUP BY 1
),
gone AS (
    SELECT names.building_id, count(DISTINCT o.party_id) AS "left"
    FROM parties_occupancy o JOIN names ON names.id = o.building_id
    JOIN parties_party p ON p.id = o.party_id AND p.status <> 'erased'
    WHERE o.ended_at < %(moment)s AND NOT o.is_mistake
        AND o.ends_on > %(as_of)s::date - %(days)s AND o.ends_on <= %(as_of)s
        AND NOT EXISTS (SELECT 1 FROM there t WHERE t.building_id = names.building_id AND t.party_id = o.party_id)
    GROUP BY 1
)
SELECT m.party_id, {expressions}
FROM mine m
JOIN customers c USING (building_id)
LEFT JOIN doors d ON d.building_id = m.building_id AND d.floor IS NOT DISTINCT FROM m.floor AND d.label = m.label
LEFT JOIN parties_enterprise own ON own.party_id = m.party_id
LEFT JOIN sections i ON i.building_id = m.building_id AND i.section = left(own.industry_code, 1)
LEFT JOIN mixed h ON h.building_id = m.building_id
LEFT JOIN entered e ON e.building_id = m.building_id
LEFT JOIN gone l ON l.building_id = m.building_id
ORDER BY m.party_id
"""


def ask(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """Every fact of the buildings of these customers, or of all, as it was recorded at the end of a day, with one SQL.

    A customer whose registered address led to no building by then is not in the frame. Industries are today's, and so
    is which buildings are one.
    """
    found, values = neighbours(subjects, as_of=as_of)
    statement = _STATEMENT.format(neighbours=found, expressions=", ".join(fact.sql for fact in FACTS))
    return FactFrame.of_rows(FACTS, grouped_rows(statement, values | {"days": CHURN_DAYS}), is_dated=False)
