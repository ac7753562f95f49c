"""Facts of taxes, electricity, water and gas: each with one SQL, for one customer or for all, as of a day.

Of the same tax and days, or the same meter's month, the newest material in force speaks alone. A period counts in the
rolling months in which its last day lies. What was paid later than the day is not paid yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from vouch.customers.facts.statement import rate
from vouch.customers.queries.materials import COUNTED
from vouch.engine.facts import Fact, FactFrame, FactKind
from vouch.parties.queries import end_of, grouped_rows

_NO_TAX, _NO_BILL = "没有纳税记录时缺失", "没有水电气缴费记录时缺失"
_TAX, _BILL = "纳税记录", "水电气缴费"
TAX_FACTS = (
    Fact(
        name="tax.declared_revenue_12m", kind=FactKind.MONEY, unit="元", source=_TAX, title="近12个月申报销售收入",
        definition="近12个月各所属期增值税申报的销售收入合计", missing="近12个月没有增值税申报收入时缺失",
    ),
    Fact(
        name="tax.paid_12m", kind=FactKind.MONEY, unit="元", source=_TAX, title="近12个月实缴税费",
        definition="近12个月各所属期已缴的各税种合计", missing=_NO_TAX,
    ),
    Fact(
        name="tax.late_payments_12m", kind=FactKind.INTEGER, unit="次", source=_TAX, title="近12个月逾期缴税次数",
        definition="缴款期限在近12个月内、到期未缴清或在期限之后才缴的申报笔数", missing=_NO_TAX,
    ),
    Fact(
        name="tax.arrears", kind=FactKind.MONEY, unit="元", source=_TAX, title="欠税余额",
        definition="缴款期限已过、截至评估日仍未缴清的税额合计", missing=_NO_TAX,
    ),
    Fact(
        name="tax.months_covered_12m", kind=FactKind.INTEGER, unit="月", source=_TAX, title="近12个月纳税覆盖月数",
        definition="近12个月中，至少有一天在某税种所属期内的月数", missing=_NO_TAX,
    ),
)  # fmt: skip
UTILITY_FACTS = (
    Fact(
        name="utility.electricity_12m", kind=FactKind.INTEGER, unit="千瓦时", source=_BILL, title="近12个月用电量",
        definition="近12个月各月用电量合计，四舍五入到千瓦时", missing="近12个月没有用电量时缺失",
    ),
    Fact(
        name="utility.electricity_change_12m", kind=FactKind.RATE, source=_BILL, title="用电量变动率",
        definition="近12个月用电量比再往前12个月增长的比例",
        missing="两个12个月中有一个不足12个月的用电量，或前一个没有用电时缺失",
    ),
    Fact(
        name="utility.electricity_months_12m", kind=FactKind.INTEGER, unit="月", source=_BILL, title="近12个月用电覆盖月数",
        definition="近12个月中有用电量的月数", missing=_NO_BILL,
    ),
    Fact(
        name="utility.cost_12m", kind=FactKind.MONEY, unit="元", source=_BILL, title="近12个月水电气费",
        definition="近12个月各月水、电、气费合计", missing=_NO_BILL,
    ),
    Fact(
        name="utility.overdue_months_12m", kind=FactKind.INTEGER, unit="月", source=_BILL, title="近12个月水电气逾期月数",
        definition="近12个月中有逾期缴费的月数：来源注明逾期，或缴费在期限之后，或到期未缴", missing=_NO_BILL,
    ),
)  # fmt: skip

_SINCE = "(%(as_of)s::date + 1 - interval '12 months')::date"
_ASK_TAX = """
WITH held AS MATERIALIZED (
    SELECT x.*, m.party_id, CASE WHEN x.paid_on > %(as_of)s::date THEN 0 ELSE x.paid END AS paid_by
    FROM customers_taxperiod AS x JOIN customers_material AS m ON m.id = x.material_id
    WHERE {counted} AND {scope} AND x.period_until <= %(as_of)s::date
),
line AS MATERIALIZED (
    SELECT
        h.*, h.period_until >= {since} AS recent,
        h.due_on BETWEEN {since} AND %(as_of)s::date AND h.due > 0
            AND (h.paid_by < h.due OR h.paid_on > h.due_on) AS is_late
    FROM held AS h
    WHERE NOT EXISTS (
        SELECT FROM held AS n
        WHERE n.party_id = h.party_id AND n.tax = h.tax AND n.material_id > h.material_id
          AND n.period_from <= h.period_until AND n.period_until >= h.period_from
    )
),
covered AS (
    SELECT l.party_id, count(DISTINCT k) AS months
    FROM line AS l JOIN generate_series(0, 11) AS k
        ON l.period_from < (%(as_of)s::date + 1 - k * interval '1 month')::date
        AND l.period_until >= (%(as_of)s::date + 1 - (k + 1) * interval '1 month')::date
    GROUP BY l.party_id
)
SELECT
    party_id, max(period_until),
    sum(revenue * 100) FILTER (WHERE recent AND tax = 'vat'),
    coalesce(sum(paid_by * 100) FILTER (WHERE recent), 0),
    count(*) FILTER (WHERE is_late),
    coalesce(sum(greatest(due - paid_by, 0) * 100) FILTER (WHERE due_on < %(as_of)s::date), 0),
    coalesce(max(covered.months), 0)
FROM line LEFT JOIN covered USING (party_id)
GROUP BY party_id ORDER BY party_id
"""
_ASK_UTILITY = """
WITH held AS MATERIALIZED (
    SELECT
        x.*, m.party_id, (x.month + interval '1 month')::date - 1 AS ends,
        x.is_overdue OR (x.due_on < %(as_of)s::date AND coalesce(x.paid_on, 'infinity') > x.due_on) AS is_late
    FROM customers_utilitybill AS x JOIN customers_material AS m ON m.id = x.material_id
    WHERE {counted} AND {scope} AND (x.month + interval '1 month')::date - 1 <= %(as_of)s::date
),
line AS MATERIALIZED (
    SELECT h.*, ends >= {since} AS recent, ends < {since} AND ends >= ({since} - interval '12 months')::date AS earlier
    FROM held AS h
    WHERE NOT EXISTS (
        SELECT FROM held AS n
        WHERE n.party_id = h.party_id AND n.kind = h.kind AND n.month = h.month AND n.material_id > h.material_id
    )
),
total AS (
    SELECT
        party_id, max(ends) AS last_on,
        sum(quantity) FILTER (WHERE recent AND kind = 'electricity') AS used,
        sum(quantity) FILTER (WHERE earlier AND kind = 'electricity') AS used_before,
        count(DISTINCT month) FILTER (WHERE recent AND kind = 'electricity' AND quantity IS NOT NULL) AS months,
        count(DISTINCT month) FILTER (WHERE earlier AND kind = 'electricity' AND quantity IS NOT NULL) AS months_before,
        coalesce(sum(amount * 100) FILTER (WHERE recent), 0) AS cost,
        count(DISTINCT month) FILTER (WHERE recent AND is_late) AS overdue
    FROM line GROUP BY party_id
)
SELECT
    party_id, last_on, round(used), CASE WHEN months >= 12 AND months_before >= 12 THEN {change} END, months, cost, overdue
FROM total ORDER BY party_id
"""


def ask_tax(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """The facts of taxes of these parties, or of all with records, as of the end of a day."""
    return _ask(_ASK_TAX, TAX_FACTS, subjects, as_of)


def ask_utility(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """The facts of electricity, water and gas, likewise."""
    return _ask(_ASK_UTILITY, UTILITY_FACTS, subjects, as_of)


def _ask(statement: str, facts: Sequence[Fact], subjects: Sequence[int] | None, as_of: date) -> FactFrame:
    scope = "TRUE" if subjects is None else "m.party_id = ANY(%(parties)s)"
    change = rate("used - used_before", "used_before")
    sql = statement.format(counted=COUNTED, scope=scope, since=_SINCE, change=change)
    rows = grouped_rows(sql, {"as_of": as_of, "end": end_of(as_of), "parties": list(subjects or ())})
    return FactFrame.of_rows(facts, rows)
