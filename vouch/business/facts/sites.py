"""What stands guaranteed in the building (楼栋) that a customer is registered in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from vouch.business.facts import SOURCE
from vouch.engine.facts import Fact, FactFrame, FactKind
from vouch.parties.queries import grouped_rows
from vouch.parties.queries.neighbours import neighbours


def _fact(name: str, kind: FactKind, title: str, definition: str, unit: str = "") -> Fact:
    return Fact(
        name=f"site.{name}",
        kind=kind,
        title=title,
        definition=definition,
        unit=unit,
        source=SOURCE,
        missing="登记地址没有识别到楼栋时缺失",
    )


FACTS = (
    _fact("guaranteed", FactKind.INTEGER, "同楼在保户数", "评估日在楼内且有在保余额的客户数，含本客户", "户"),
    _fact("balance", FactKind.MONEY, "同楼在保余额", "评估日在楼内的客户的在保余额之和，含本客户"),
    _fact(
        "overdue", FactKind.INTEGER, "同楼逾期户数", "评估日在楼内且有在保业务逾期的客户数，含本客户", "户"
    ),
)

# Of each guarantee the newest ledger that was known by then counts, as in the facts of the book.
_ASK = """
WITH {neighbours},
people AS (SELECT DISTINCT building_id, party_id FROM there),
latest AS (
    SELECT DISTINCT ON (v.guarantee_id) g.party_id, v.state, v.overdue_days,
        round(v.debt_balance * v.share_rate, 2) AS balance
    FROM business_guaranteeversion v JOIN business_guarantee g ON g.id = v.guarantee_id
    WHERE v.known_at < %(moment)s AND v.as_of <= %(as_of)s AND g.party_id IN (SELECT party_id FROM people)
    ORDER BY v.guarantee_id, v.as_of DESC, v.known_at DESC, v.id DESC
),
book AS (
    SELECT party_id, sum(balance) AS balance, bool_or(overdue_days > 0) AS is_overdue
    FROM latest WHERE state = 'in_force' GROUP BY party_id
),
summed AS (
    SELECT building_id, count(*) FILTER (WHERE balance > 0) AS guaranteed, coalesce(sum(balance), 0) AS balance,
        count(*) FILTER (WHERE is_overdue) AS overdue
    FROM people LEFT JOIN book USING (party_id) GROUP BY building_id
)
SELECT m.party_id, s.guaranteed, s.balance * 100, s.overdue
FROM mine m JOIN summed s USING (building_id) ORDER BY m.party_id
"""


def ask(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """These facts of these customers, or of all whose registered address led to a building by then, with one SQL."""
    found, values = neighbours(subjects, as_of=as_of)
    return FactFrame.of_rows(FACTS, grouped_rows(_ASK.format(neighbours=found), values), is_dated=False)
