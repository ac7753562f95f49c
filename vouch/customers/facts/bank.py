"""Facts from bank statements: one SQL answers all of them for one customer or for every customer, as of a day.

A day of an account that several statements cover is told by the newest of them alone. Windows are rolling months as
in ``statement``; ends of months are those of the calendar, because that is when balances are made for show.

Of a natural person they are answered only while an authorisation of bank data lives at the moment of reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from vouch.customers.facts.statement import half_up, rate
from vouch.customers.queries.consent import BANK_ALLOWED
from vouch.customers.queries.materials import COUNTED
from vouch.engine.bank_statement.figures import MONTH_END_DAYS, ROUND_TRIP_DAYS
from vouch.engine.facts import FactFrame, FactKind, SqlFact
from vouch.parties.queries import end_of, grouped_rows

COUNT, MONEY, RATE = FactKind.INTEGER, FactKind.MONEY, FactKind.RATE
_NONE = "没有银行流水，或个人没有有效的银行流水授权时缺失"
_NO_INFLOW = "近12个月没有流入时缺失"
_NO_BALANCE = "近12个月的各月末都没有流水覆盖，或流水没有余额时缺失"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFact(SqlFact):
    """A fact of bank statements; ``t`` totals, ``r`` round trips, ``p`` counterparties, ``b`` balances."""

    source: str = "银行流水"
    missing: str = _NONE


BANK_FACTS = (
    BankFact(
        name="bank.inflow_12m", kind=MONEY, title="近12个月流入", definition="近12个月各账户收入合计", sql="t.money_in",
    ),
    BankFact(
        name="bank.outflow_12m", kind=MONEY, title="近12个月流出", definition="近12个月各账户支出合计", sql="t.money_out",
    ),
    BankFact(
        name="bank.inflow_net_12m", kind=MONEY, title="近12个月净流入（剔除往返）",
        definition=f"近12个月流入减去往返资金：同一对手、金额相同、方向相反、相隔不超过{ROUND_TRIP_DAYS}天的收支各用一次",
        sql="t.money_in - coalesce(r.money_in, 0)",
    ),
    BankFact(
        name="bank.round_trips_12m", kind=COUNT, unit="次", title="近12个月往返次数",
        definition="收入在近12个月内的往返资金次数", sql="coalesce(r.trips, 0)",
    ),
    BankFact(
        name="bank.round_trip_rate_12m", kind=RATE, title="近12个月往返资金占比", definition="往返资金的收入 ÷ 近12个月流入",
        sql=rate("coalesce(r.money_in, 0)", "t.money_in"), missing=_NO_INFLOW,
    ),
    BankFact(
        name="bank.months_covered_12m", kind=COUNT, unit="月", title="近12个月流水覆盖月数",
        definition="近12个月中，至少有一天在某份流水起止日期内的月数", sql="coalesce(c.months, 0)",
    ),
    BankFact(
        name="bank.month_end_balance_12m", kind=MONEY, title="近12个月月末平均余额",
        definition="近12个月内有流水覆盖的各月末，各账户余额合计的平均数", sql=half_up("b.total", "b.months"),
        missing=_NO_BALANCE,
    ),
    BankFact(
        name="bank.month_end_balance_min_12m", kind=MONEY, title="近12个月月末最低余额",
        definition="近12个月内有流水覆盖的各月末，各账户余额合计的最低数", sql="b.least", missing=_NO_BALANCE,
    ),
    BankFact(
        name="bank.top_payer_rate_12m", kind=RATE, title="第一大付款方占比",
        definition="近12个月转入最多的对手 ÷ 近12个月流入；没有户名的交易和银行结息收费不作为对手",
        sql=rate("coalesce(p.money_in, 0)", "t.money_in"), missing=_NO_INFLOW,
    ),
    BankFact(
        name="bank.top_payee_rate_12m", kind=RATE, title="第一大收款方占比",
        definition="近12个月转出最多的对手 ÷ 近12个月流出；没有户名的交易和银行结息收费不作为对手",
        sql=rate("coalesce(p.money_out, 0)", "t.money_out"), missing="近12个月没有流出时缺失",
    ),
    BankFact(
        name="bank.window_dressing_months_12m", kind=COUNT, unit="月", title="近12个月月末冲量月数",
        definition=f"近12个月的月末中，最后{MONTH_END_DAYS}天流入占当月一半以上、且次月头{MONTH_END_DAYS}天流出不少于其八成的月数",
        sql="coalesce(d.months, 0)",
    ),
    BankFact(
        name="bank.days_since_transaction", kind=COUNT, unit="天", title="距最近交易天数",
        definition="最近一笔交易到评估日的天数", sql="%(as_of)s::date - t.last_on",
    ),
    BankFact(
        name="bank.breaks_12m", kind=COUNT, unit="处", title="近12个月余额断点",
        definition="近12个月内余额与上一笔余额和本笔金额对不上的行数", sql="t.breaks",
    ),
    BankFact(
        name="bank.cash_rate_12m", kind=RATE, title="近12个月现金交易占比",
        definition="摘要为现金存取的收支 ÷ 近12个月全部收支", sql=rate("t.cash", "t.money_in + t.money_out"),
        missing="近12个月没有收支时缺失",
    ),
)  # fmt: skip

_STAGES = """
WITH span AS MATERIALIZED (
    SELECT (%(as_of)s::date + 1 - interval '12 months')::date AS since
),
held AS MATERIALIZED (
    SELECT m.id, m.party_id, s.account_index AS account, s.period_from, s.period_until
    FROM customers_bankstatement AS s JOIN customers_material AS m ON m.id = s.material_id
    WHERE {counted} AND {allowed} AND {scope}
),
line AS MATERIALIZED (
    SELECT
        h.party_id, h.account, h.id AS statement, t.position, t.happened_on AS day,
        (t.amount * 100)::bigint AS fen, (t.balance * 100)::bigint AS balance, t.gap IS NOT NULL AS is_broken,
        t.counterparty AS name, t.is_charge, t.is_cash, t.happened_on >= (SELECT since FROM span) AS recent
    FROM held AS h JOIN customers_banktransaction AS t ON t.statement_id = h.id
    WHERE t.happened_on <= %(as_of)s::date AND NOT EXISTS (
        SELECT FROM held AS n
        WHERE n.party_id = h.party_id AND n.account = h.account AND n.id > h.id
          AND t.happened_on BETWEEN n.period_from AND n.period_until
    )
),
total AS (
    SELECT
        party_id, max(day) AS last_on,
        coalesce(sum(fen) FILTER (WHERE recent AND fen > 0), 0) AS money_in,
        coalesce(-sum(fen) FILTER (WHERE recent AND fen < 0), 0) AS money_out,
        coalesce(sum(abs(fen)) FILTER (WHERE recent AND is_cash), 0) AS cash,
        count(*) FILTER (WHERE recent AND is_broken) AS breaks
    FROM line GROUP BY party_id
),
paired AS (
    SELECT
        party_id, abs(fen) AS fen, day, fen > 0 AS is_in,
        (customers_pairs(day - date '2000-01-01', sign(fen)::int, %(trip_days)s) OVER (
            PARTITION BY party_id, name, abs(fen) ORDER BY day, statement, position ROWS UNBOUNDED PRECEDING
        ))[1] AS before
    FROM line WHERE name <> '' AND fen <> 0
),
round AS (
    SELECT party_id, sum(fen) AS money_in, count(*) AS trips
    FROM paired
    WHERE before >= 0 AND CASE WHEN is_in THEN day ELSE date '2000-01-01' + before END >= (SELECT since FROM span)
    GROUP BY party_id
),
party_to AS (
    SELECT party_id, max(money_in) AS money_in, max(money_out) AS money_out
    FROM (
        SELECT
            party_id, name,
            sum(fen) FILTER (WHERE fen > 0) AS money_in, -sum(fen) FILTER (WHERE fen < 0) AS money_out
        FROM line WHERE recent AND name <> '' AND NOT is_charge
        GROUP BY party_id, name
    ) AS names
    GROUP BY party_id
),
month_end AS MATERIALIZED (
    SELECT (first + interval '1 month')::date - 1 AS day
    FROM generate_series(
        date_trunc('month', (SELECT since FROM span)::timestamp), %(as_of)s::timestamp, interval '1 month'
    ) AS first
    WHERE (first + interval '1 month')::date - 1 BETWEEN (SELECT since FROM span) AND %(as_of)s::date
),
closing AS (
    SELECT *, lead(month) OVER (PARTITION BY party_id, account ORDER BY month) AS following
    FROM (
        SELECT DISTINCT ON (party_id, account, date_trunc('month', day))
            party_id, account, date_trunc('month', day)::date AS month, balance
        FROM line WHERE balance IS NOT NULL
        ORDER BY party_id, account, date_trunc('month', day), day DESC, statement DESC, position DESC
    ) AS last_of_month
),
balance AS (
    SELECT party_id, sum(total) AS total, min(total) AS least, count(*) AS months
    FROM (
        SELECT c.party_id, e.day, sum(c.balance) AS total
        FROM closing AS c JOIN month_end AS e
            ON e.day >= c.month AND (c.following IS NULL OR e.day < c.following)
        WHERE EXISTS (
            SELECT FROM held AS h
            WHERE h.party_id = c.party_id AND h.account = c.account AND e.day BETWEEN h.period_from AND h.period_until
        )
        GROUP BY c.party_id, e.day
    ) AS ends
    GROUP BY party_id
),
dressing AS (
    SELECT party_id, count(*) AS months
    FROM (
        SELECT party_id, ends
        FROM (
            SELECT
                party_id, (date_trunc('month', day) + interval '1 month')::date - 1 AS ends,
                fen AS total, CASE WHEN day > (date_trunc('month', day) + interval '1 month')::date - 1 - %(end_days)s
                    THEN fen ELSE 0 END AS came, 0 AS went
            FROM line WHERE fen > 0
            UNION ALL
            SELECT party_id, date_trunc('month', day)::date - 1, 0, 0, -fen
            FROM line WHERE fen < 0 AND date_part('day', day) <= %(end_days)s
        ) AS moves
        WHERE ends BETWEEN (SELECT since FROM span) AND %(as_of)s::date
        GROUP BY party_id, ends
        HAVING sum(came) > 0 AND sum(came) * 2 >= sum(total) AND sum(went) * 5 >= sum(came) * 4
    ) AS dressed
    GROUP BY party_id
),
covered AS (
    SELECT h.party_id, count(DISTINCT k) AS months
    FROM held AS h JOIN generate_series(0, 11) AS k
        ON h.period_from < (%(as_of)s::date + 1 - k * interval '1 month')::date
        AND h.period_until >= (%(as_of)s::date + 1 - (k + 1) * interval '1 month')::date
    GROUP BY h.party_id
)
SELECT t.party_id, t.last_on, {facts}
FROM total AS t
LEFT JOIN round AS r USING (party_id)
LEFT JOIN party_to AS p USING (party_id)
LEFT JOIN balance AS b USING (party_id)
LEFT JOIN dressing AS d USING (party_id)
LEFT JOIN covered AS c USING (party_id)
ORDER BY t.party_id
"""


def ask_bank(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """Every fact of bank statements of these parties, or of all with transactions, as of the end of a day."""
    scope = "TRUE" if subjects is None else "m.party_id = ANY(%(parties)s)"
    numbered = ", ".join(f"{entry.sql} AS f{place}" for place, entry in enumerate(BANK_FACTS))
    parameters: dict[str, Any] = {
        "as_of": as_of,
        "end": end_of(as_of),
        "parties": list(subjects or ()),
        "trip_days": ROUND_TRIP_DAYS,
        "end_days": MONTH_END_DAYS,
    }
    rows = grouped_rows(
        _STAGES.format(counted=COUNTED, allowed=BANK_ALLOWED, scope=scope, facts=numbered), parameters
    )
    return FactFrame.of_rows(BANK_FACTS, rows)
