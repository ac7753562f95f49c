"""The one SQL behind every invoice fact, for one customer or for all.

Every number is exact: amounts are summed as numeric fen, and a rate or an average is one integer division of
exact sums, rounded half away from zero (四舍五入). Windows are *rolling months* counted back from the day of
judgement: month 0 ends on it, and where it is the last of a month, rolling months are calendar months.

The stages:  calendar (each day's rolling month) → line (the invoices) → month (per party, side and month)
             → total (per party) · gap (pauses between sales) · side (who the partners are) → the facts
"""

from __future__ import annotations


def half_up(dividend: str, divisor: str, *, scale: int = 1) -> str:
    """SQL for dividend × scale / divisor as a bigint, half away from zero; NULL unless the divisor is positive."""
    a, b = f"({dividend})::numeric", f"({divisor})::numeric"
    quotient = f"sign({a}) * div(abs({a}) * {2 * scale} + {b}, {b} * 2)"
    return f"CASE WHEN {b} > 0 THEN ({quotient})::bigint END"


def rate(dividend: str, divisor: str) -> str:
    """SQL for a fraction in millionths."""
    return half_up(dividend, divisor, scale=1_000_000)


def variation(months: str, squares: str, total: str) -> str:
    """SQL for the coefficient of variation, in millionths, of monthly sums of which empty months are zero.

    Population standard deviation over mean = √(n·Σx² − (Σx)²) / Σx; the root is drawn to 30 decimals.
    """
    root = f"sqrt(round({months} * {squares} - {total} * {total}, 30))"
    return f"CASE WHEN {months} >= 3 THEN {rate(root, total)} END"


_STAGES = """
WITH calendar AS MATERIALIZED (
    -- ks[1 + days before as_of] is that day's rolling month: a subscript, where a join would cost every row a probe.
    SELECT array_agg(
        (
            (date_part('year', n) - date_part('year', d)) * 12 + date_part('month', n) - date_part('month', d)
            - (date_part('day', d) >= date_part('day', n) OR date_part('day', d + 1) = 1)::int
        )::int
        ORDER BY d DESC
    ) AS ks
    FROM (
        SELECT %(as_of)s::date - back AS d, %(as_of)s::date + 1 AS n
        FROM generate_series(
            0, %(as_of)s::date - (SELECT min(issued_on) FROM customers_invoice WHERE {scope})
        ) AS back
    ) AS days
),
line AS NOT MATERIALIZED (
    SELECT
        party_id, direction = 'out' AS sale, counterparty, issued_on,
        (SELECT ks FROM calendar)[1 + (%(as_of)s::date - issued_on)] AS k,
        -- 1 January 2000 was a Saturday.
        ((issued_on - date '2000-01-01') %% 7 + 7) %% 7 < 2 AS weekend,
        state = 'valid' AS valid, amount, tax, total
    FROM customers_invoice
    WHERE {scope}
),
month AS MATERIALIZED (
    SELECT
        party_id, sale, k,
        count(*) AS all_count,
        count(*) FILTER (WHERE NOT valid) AS void_count,
        count(*) FILTER (WHERE valid AND amount > 0) AS positive_count,
        count(*) FILTER (WHERE valid AND amount < 0) AS negative_count,
        count(*) FILTER (WHERE valid AND amount > 0 AND mod(total, 1000) = 0) AS round_count,
        count(*) FILTER (WHERE valid AND amount > 0 AND weekend) AS weekend_count,
        (
            coalesce(sum(amount) FILTER (WHERE valid AND amount > 0), 0)
            + coalesce(sum(amount) FILTER (WHERE valid AND amount < 0), 0)
        ) * 100 AS net,
        coalesce(sum(amount) FILTER (WHERE valid AND amount > 0), 0) * 100 AS positive,
        coalesce(sum(amount) FILTER (WHERE NOT valid AND amount > 0), 0) * 100 AS void_positive,
        coalesce(sum(tax) FILTER (WHERE valid), 0) * 100 AS tax,
        coalesce(max(amount) FILTER (WHERE valid AND amount > 0), 0) * 100 AS largest,
        max(issued_on) FILTER (WHERE valid AND amount > 0) AS traded_on,
        min(issued_on) AS first_on,
        max(issued_on) AS last_on
    FROM line
    GROUP BY party_id, sale, k
),
total AS (
    SELECT
        party_id,
        min(first_on) AS first_on, max(last_on) AS last_on, max(k) + 1 AS observed, {totals}
    FROM month
    GROUP BY party_id
),
gap AS (
    SELECT party_id, max(months) AS months
    FROM (
        SELECT party_id, k - coalesce(lag(k) OVER (PARTITION BY party_id ORDER BY k), -1) - 1 AS months
        FROM month
        WHERE sale AND positive_count > 0
    ) AS pauses
    GROUP BY party_id
),
partner AS (
    SELECT
        party_id, sale, counterparty,
        sum(amount) * 100 AS net,
        sum(amount) FILTER (WHERE k < 12) * 100 AS net_12,
        sum(amount) FILTER (WHERE k BETWEEN 12 AND 23) * 100 AS net_before,
        min(k) FILTER (WHERE amount > 0) < max(k) FILTER (WHERE amount > 0) AS repeated,
        max(issued_on) FILTER (WHERE amount > 0) AS traded_on
    FROM line
    WHERE valid
    GROUP BY party_id, sale, counterparty
),
ranked AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY party_id, sale ORDER BY net DESC, counterparty) AS place,
        row_number() OVER (PARTITION BY party_id, sale ORDER BY net_12 DESC NULLS LAST) AS place_12
    FROM partner
),
side AS (
    SELECT
        party_id, sale,
        count(*) FILTER (WHERE net > 0) AS partners,
        count(*) FILTER (WHERE net_12 > 0) AS partners_12,
        count(*) FILTER (WHERE net > 0 AND repeated) AS repeated,
        sum(net) FILTER (WHERE net > 0) AS base,
        sum(net_12) FILTER (WHERE net_12 > 0) AS base_12,
        max(net) FILTER (WHERE net > 0) AS top1,
        max(net_12) FILTER (WHERE net_12 > 0) AS top1_12,
        sum(net) FILTER (WHERE net > 0 AND place <= 5) AS top5,
        sum(net_12) FILTER (WHERE net_12 > 0 AND place_12 <= 5) AS top5_12,
        sum(net * net) FILTER (WHERE net > 0) AS squares,
        coalesce(sum(net_12) FILTER (WHERE net_12 > 0 AND net_before > 0), 0) AS kept,
        max(traded_on) FILTER (WHERE net > 0 AND place = 1) AS top_traded_on
    FROM ranked
    GROUP BY party_id, sale
)
SELECT t.party_id, t.last_on, {facts}
FROM total AS t
LEFT JOIN gap USING (party_id)
LEFT JOIN side AS b ON b.party_id = t.party_id AND b.sale
LEFT JOIN side AS s ON s.party_id = t.party_id AND NOT s.sale
ORDER BY t.party_id
"""

_SUMMED = ("all_count", "void_count", "positive_count", "negative_count", "net", "positive", "tax")
_WINDOWS = {"": "true", "_12": "k < 12"}


def _totals() -> str:
    """SQL of the sums per party: ``sales_net_12`` is the sales side's net of the last 12 months."""
    columns = {}
    for side, condition in (("sales", "sale"), ("purchases", "NOT sale")):
        for window, within in _WINDOWS.items():
            where = f"FILTER (WHERE {condition} AND {within})"
            for name in _SUMMED:
                columns[f"{side}_{name}{window}"] = f"coalesce(sum({name}) {where}, 0)"
            columns[f"{side}_months{window}"] = (
                f"count(*) FILTER (WHERE {condition} AND {within} AND positive_count > 0)"
            )
        columns[f"{side}_traded_on"] = f"max(traded_on) FILTER (WHERE {condition})"
    for name, within in {
        "sales_net_3": "k < 3",
        "sales_net_6": "k < 6",
        "sales_net_6_before": "k BETWEEN 6 AND 11",
        "sales_net_6_year_ago": "k BETWEEN 12 AND 17",
        "sales_net_12_before": "k BETWEEN 12 AND 23",
    }.items():
        columns[name] = f"coalesce(sum(net) FILTER (WHERE sale AND {within}), 0)"
    columns["sales_months_24"] = "count(*) FILTER (WHERE sale AND k < 24 AND positive_count > 0)"
    columns["sales_squares"] = "coalesce(sum(net * net) FILTER (WHERE sale), 0)"
    columns["sales_squares_12"] = "coalesce(sum(net * net) FILTER (WHERE sale AND k < 12), 0)"
    columns["sales_largest"] = "coalesce(max(largest) FILTER (WHERE sale), 0)"
    for name in ("void_positive", "round_count", "weekend_count"):
        columns[f"sales_{name}"] = f"coalesce(sum({name}) FILTER (WHERE sale), 0)"
    return ", ".join(f"{expression} AS {name}" for name, expression in columns.items())


def statement(facts: list[str], *, scoped: bool) -> str:
    """The whole SELECT: party, day of its last invoice, then these expressions in order.

    Parameters: ``as_of`` (a date) and, if scoped, ``parties`` (an array of party ids).
    """
    scope = "issued_on <= %(as_of)s::date" + (" AND party_id = ANY(%(parties)s)" if scoped else "")
    numbered = ", ".join(f"{expression} AS f{place}" for place, expression in enumerate(facts))
    return _STAGES.format(scope=scope, totals=_totals(), facts=numbered)
