"""What flows claim of a year: money that came in, sales declared to the tax office, electricity that was billed.

A year counts that is covered whole; each is worked out of many records, so a claim has no single material. As in the
facts, of several materials that tell of the same days the newest alone speaks.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vouch.customers.queries.claims import ClaimSource
from vouch.customers.queries.consent import BANK_ALLOWED
from vouch.customers.queries.materials import COUNTED
from vouch.customers.terms import Confidence
from vouch.engine.bank_statement.figures import ROUND_TRIP_DAYS

_YEAR = "daterange(make_date(year, 1, 1), make_date(year, 12, 31), '[]')"
DECLARED = ClaimSource(
    name="taxes",
    titles={"tax.declared": _("增值税申报收入")},
    origin=_("由各期纳税申报合计"),
    confidence=Confidence.HIGH,
    party="m.party_id",
    sql=f"""
        WITH held AS (
            SELECT x.*, m.party_id
            FROM customers_taxperiod AS x JOIN customers_material AS m ON m.id = x.material_id
            WHERE {COUNTED} AND {{scope}} AND x.tax = 'vat' AND x.revenue IS NOT NULL
                AND x.period_until <= %(as_of)s::date
        ),
        line AS (
            SELECT h.*, date_part('year', h.period_until)::int AS year FROM held AS h
            WHERE NOT EXISTS (
                SELECT FROM held AS n
                WHERE n.party_id = h.party_id AND n.material_id > h.material_id
                    AND n.period_from <= h.period_until AND n.period_until >= h.period_from
            )
        )
        SELECT party_id, 'revenue' AS figure, make_date(year, 12, 31) AS day, sum(revenue) AS amount,
            'tax.declared' AS source, NULL::bigint AS material_id, FALSE AS is_former
        FROM line GROUP BY party_id, year
        HAVING range_agg(daterange(period_from, period_until, '[]')) @> {_YEAR}
    """,  # noqa: S608
)
BILLED = ClaimSource(
    name="bills",
    titles={"bill.electricity": _("电费账单")},
    origin=_("由各月电费账单合计"),
    confidence=Confidence.HIGH,
    party="m.party_id",
    sql=f"""
        SELECT party_id, 'electricity' AS figure, make_date(year, 12, 31) AS day, sum(quantity) AS amount,
            'bill.electricity' AS source, NULL::bigint AS material_id, FALSE AS is_former
        FROM (
            SELECT DISTINCT ON (m.party_id, x.month)
                m.party_id, x.month, sum(x.quantity) AS quantity, date_part('year', x.month)::int AS year
            FROM customers_utilitybill AS x JOIN customers_material AS m ON m.id = x.material_id
            WHERE {COUNTED} AND {{scope}} AND x.kind = 'electricity' AND x.quantity IS NOT NULL
                AND (x.month + interval '1 month')::date - 1 <= %(as_of)s::date
            -- Of the same month the newest material, with all its meters.
            GROUP BY m.party_id, x.month, x.material_id
            ORDER BY m.party_id, x.month, x.material_id DESC
        ) AS months
        GROUP BY party_id, year HAVING count(*) = 12
    """,  # noqa: S608
)
INFLOW = ClaimSource(
    name="bank",
    titles={"bank.inflow": _("银行流水流入（剔除往返）")},
    origin=_("由银行流水计算"),
    party="m.party_id",
    sql=f"""
        WITH held AS MATERIALIZED (
            SELECT m.id, m.party_id, s.account_index AS account, s.period_from, s.period_until
            FROM customers_bankstatement AS s JOIN customers_material AS m ON m.id = s.material_id
            WHERE {COUNTED} AND {BANK_ALLOWED} AND {{scope}}
        ),
        line AS MATERIALIZED (
            SELECT h.party_id, h.id AS statement, t.position, t.happened_on AS day, t.amount, t.counterparty AS name
            FROM held AS h JOIN customers_banktransaction AS t ON t.statement_id = h.id
            WHERE t.happened_on <= %(as_of)s::date AND NOT EXISTS (
                SELECT FROM held AS n
                WHERE n.party_id = h.party_id AND n.account = h.account AND n.id > h.id
                    AND t.happened_on BETWEEN n.period_from AND n.period_until
            )
        ),
        paired AS (
            SELECT party_id, day, amount,
                (customers_pairs(day - date '2000-01-01', sign(amount)::int, {ROUND_TRIP_DAYS}) OVER (
                    PARTITION BY party_id, name, abs(amount)
                    ORDER BY day, statement, position ROWS UNBOUNDED PRECEDING
                ))[1] AS before
            FROM line WHERE name <> '' AND amount <> 0
        ),
        moved AS (
            SELECT party_id, date_part('year', day)::int AS year, amount FROM line WHERE amount > 0
            UNION ALL
            -- A round trip is taken out of the year in which its money came in.
            SELECT party_id,
                date_part('year', CASE WHEN amount > 0 THEN day ELSE date '2000-01-01' + before END)::int, -abs(amount)
            FROM paired WHERE before >= 0
        ),
        covered AS (
            SELECT party_id, range_agg(daterange(period_from, period_until, '[]')) AS days FROM held GROUP BY party_id
        )
        SELECT v.party_id, 'revenue' AS figure, make_date(year, 12, 31) AS day, sum(v.amount) AS amount,
            'bank.inflow' AS source, NULL::bigint AS material_id, FALSE AS is_former
        FROM moved AS v JOIN covered AS c USING (party_id)
        WHERE make_date(year, 12, 31) <= %(as_of)s::date
        GROUP BY v.party_id, year, c.days HAVING c.days @> {_YEAR} AND sum(v.amount) > 0
    """,  # noqa: S608
)
ALL = (DECLARED, BILLED, INFLOW)
