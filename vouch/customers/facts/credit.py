"""Facts of the credit reports that we keep: how often and how lately a party was asked about.

Guarded: the catalogue asks consent for the purpose before it asks here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection

from vouch.engine.facts import Fact, FactFrame, FactKind

CREDIT_FACTS = (
    Fact(
        name="credit.queries_6m",
        title="近6个月信用报告查询次数",
        definition="评估日往前6个月内，本机构留存的该客户信用报告份数，按查询日期计",
        kind=FactKind.INTEGER,
        unit="次",
        source="信用报告",
        field_class="credit",
        missing="没有有效授权，或从未查询过时缺失",
    ),
    Fact(
        name="credit.days_since_report",
        title="距最近信用报告天数",
        definition="最近一份信用报告的查询日期到评估日的天数",
        kind=FactKind.INTEGER,
        unit="天",
        source="信用报告",
        field_class="credit",
        missing="没有有效授权，或从未查询过时缺失",
    ),
)

_ASK = """
SELECT party_id, max(queried_on),
    count(*) FILTER (WHERE queried_on > (%(as_of)s::date - interval '6 months')::date),
    %(as_of)s::date - max(queried_on)
FROM customers_creditreport
WHERE queried_on <= %(as_of)s AND {scope}
GROUP BY party_id ORDER BY party_id
"""


def ask_credit(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """The facts of these parties, or of all with reports, as of the end of a day, with one SQL."""
    scope = "TRUE" if subjects is None else "party_id = ANY(%(parties)s)"
    with connection.cursor() as cursor:
        cursor.execute(_ASK.format(scope=scope), {"as_of": as_of, "parties": list(subjects or ())})
        rows = cursor.fetchall()
    last_on = [row[1] for row in rows]
    columns = {fact.name: [row[place] for row in rows] for place, fact in enumerate(CREDIT_FACTS, start=2)}
    return FactFrame([row[0] for row in rows], columns, dict.fromkeys(columns, last_on))
