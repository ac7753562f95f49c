"""Facts of financial statements: the latest full year that was known, and the year before where a ratio needs it.

Several statements may tell of one year: that of the most trusted basis counts (核实, 审计, 税务, 申报), of the same basis the
one that tells of it as its own year, then the one known last. A value that somebody chose among contradicting claims
(数据核对) takes the place of the statement's. The ratios are those of ``engine.financials.ratios``, to the last digit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from vouch.customers.facts.statement import half_up
from vouch.customers.queries.claims import BEYOND, chosen_sql, scope_of, sql_parameters
from vouch.customers.queries.materials import COUNTED
from vouch.customers.terms import BASES
from vouch.engine.facts import FactFrame, FactKind, SqlFact
from vouch.engine.financials.lines import LINES
from vouch.engine.financials.ratios import DAYS, FORMULAS, ratios
from vouch.parties.queries import grouped_rows

NO_YEAR = "没有已知的完整年度财务报表时缺失"
YEAR = "最近一个已知完整年度的"


@dataclass(frozen=True, slots=True, kw_only=True)
class FinanceFact(SqlFact):
    """A fact of statements: ``t`` the lines in fen (``…_b`` of the year before), ``n`` the year, ``o`` all periods."""

    source: str = "财务报表"
    missing: str = NO_YEAR


def _twice_average(code: str) -> str:
    """Opening and closing together; the closing twice where the year before does not tell it."""
    return f"(t.{code} + coalesce(t.{code}_b, t.{code}))"


def _some(*codes: str) -> str:
    return "(" + " + ".join(f"coalesce(t.{code}, 0)" for code in codes) + ")"


_DEBT = _some("short_borrowings", "long_borrowings", "bonds", "current_long_debt", "notes_payable")
_INTEREST = "coalesce(t.interest_expenses, t.finance_expenses)"
_PARTS: dict[str, tuple[str, str]] = {
    "debt_ratio": ("t.total_liabilities", "t.total_assets"),
    "current_ratio": ("t.current_assets", "t.current_liabilities"),
    "quick_ratio": (f"t.current_assets - t.inventories - {_some('prepayments')}", "t.current_liabilities"),
    "cash_ratio": (f"t.cash + {_some('trading_assets')}", "t.current_liabilities"),
    "debt_to_equity": (_DEBT, "t.equity"),
    "interest_cover": (f"t.total_profit + {_INTEREST}", _INTEREST),
    "gross_margin": ("t.revenue - t.cost", "t.revenue"),
    "net_margin": ("t.net_profit", "t.revenue"),
    "return_on_equity": ("t.net_profit * 2", _twice_average("equity")),
    "return_on_assets": (f"(t.total_profit + {_INTEREST}) * 2", _twice_average("total_assets")),
    "receivable_days": (f"{_twice_average('receivables')} * {DAYS}", "t.revenue * 2"),
    "inventory_days": (f"{_twice_average('inventories')} * {DAYS}", "t.cost * 2"),
    "payable_days": (f"{_twice_average('payables')} * {DAYS}", "t.cost * 2"),
    "asset_turnover": ("t.revenue * 2", _twice_average("total_assets")),
    "cash_to_revenue": ("t.cash_from_sales", "t.revenue"),
    "operating_cash_to_debt": ("t.operating_cash", _DEBT),
    "revenue_growth": ("t.revenue - t.revenue_b", "t.revenue_b"),
    "profit_growth": ("t.net_profit - t.net_profit_b", "t.net_profit_b"),
    "equity_growth": ("t.equity - t.equity_b", "t.equity_b"),
}


def _quotient(code: str, *, scale: int) -> str:
    dividend, divisor = _PARTS[code]
    return f"CASE WHEN abs({dividend}) < ({divisor}) * {BEYOND} THEN {half_up(dividend, divisor, scale=scale)} END"


def _ratio_facts() -> list[FinanceFact]:
    found = []
    for code, ratio in ratios({}).items():
        is_days = ratio.unit == "天"
        found.append(
            FinanceFact(
                name=f"finance.{code}",
                kind=FactKind.INTEGER if is_days else FactKind.RATE,
                title=ratio.title,
                definition=f"{YEAR}{FORMULAS[code]}",
                sql=_quotient(code, scale=1 if is_days else 1_000_000),
                unit=ratio.unit if is_days else "",
                missing="没有已知的完整年度报表、缺少其中一项或除数不为正数时缺失",
            )
        )
    return found


def _amount(code: str, *, before: bool = False) -> FinanceFact:
    title = LINES[code].title
    return FinanceFact(
        name=f"finance.{code}_before" if before else f"finance.{code}",
        kind=FactKind.MONEY,
        title=f"上年{title}" if before else title,
        definition=f"{YEAR}上一年度的{title}" if before else f"{YEAR}{title}",
        sql=f"t.{code}_b::bigint" if before else f"t.{code}::bigint",
        missing=f"没有已知的{'上一年度' if before else '完整年度'}报表，或报表没有该项时缺失",
    )


_AMOUNTS = (
    "revenue", "net_profit", "total_profit", "total_assets", "total_liabilities", "equity", "cash",
    "receivables", "inventories", "operating_cash",
)  # fmt: skip
FACTS = (
    *(_amount(code) for code in _AMOUNTS),
    *(_amount(code, before=True) for code in ("revenue", "net_profit", "total_assets", "equity")),
    FinanceFact(
        name="finance.interest_bearing_debt", kind=FactKind.MONEY, title="有息负债",
        definition=f"{YEAR}短期借款、长期借款、应付债券、一年内到期的非流动负债与应付票据之和，没有列示的按零计",
        sql=f"CASE WHEN n.id IS NOT NULL THEN {_DEBT}::bigint END",
    ),
    *_ratio_facts(),
    FinanceFact(
        name="finance.year_end_on", kind=FactKind.DATE, title="最近完整年度截止日", sql="n.ends_on",
        definition="最近一个已知完整年度（利润表涵盖12个月）的截止日",
    ),
    FinanceFact(
        name="finance.basis", kind=FactKind.TEXT, title="所用报表口径", sql="n.basis",
        definition=f"{YEAR}报表所用口径：verified 核实、audit 审计、tax 税务、declared 申报，依此顺序采用",
    ),
    FinanceFact(
        name="finance.is_balanced", kind=FactKind.BOOLEAN, title="报表勾稽平衡", sql="n.imbalance_count = 0",
        definition=f"{YEAR}报表在登记时没有任何一项勾稽不平",
    ),
    FinanceFact(
        name="finance.year_count", kind=FactKind.INTEGER, title="已知报表年数", unit="年", sql="o.years",
        definition="已知完整年度报表的年数，报表上期列的年度也算", missing="没有任何财务报表时缺失",
    ),
    FinanceFact(
        name="finance.months_since_latest", kind=FactKind.INTEGER, title="距最近一期报表月数", unit="月",
        definition="最近一期（年、季、月）报表的截止日到评估日的整月数",
        # Both days pushed on by one: every period ends with a month, so the day of the month cannot borrow one.
        sql="((date_part('year', %(as_of)s::date + 1) - date_part('year', o.last_on + 1)) * 12"
        " + date_part('month', %(as_of)s::date + 1) - date_part('month', o.last_on + 1))::int",
        missing="没有任何财务报表时缺失",
    ),
)  # fmt: skip
_EXPRESSIONS = [entry.sql for entry in FACTS]
_COLUMNS = sorted(set(re.findall(r"\bt\.(\w+)", " ".join(_EXPRESSIONS))))

_ASK = f"""
WITH told AS MATERIALIZED (
    SELECT m.party_id, p.id, p.ends_on, p.months, p.is_former, p.imbalance_count, s.basis, m.known_at,
        array_position(%(bases)s::text[], s.basis::text) AS trust
    FROM customers_statementperiod AS p
    JOIN customers_financialstatement AS s ON s.material_id = p.statement_id
    JOIN customers_material AS m ON m.id = s.material_id
    WHERE {{scope}} AND p.ends_on <= %(as_of)s AND {COUNTED}
),
held AS (
    SELECT party_id, max(ends_on) AS last_on, count(DISTINCT ends_on) FILTER (WHERE months = 12) AS years
    FROM told GROUP BY party_id
),
latest AS MATERIALIZED (
    SELECT DISTINCT ON (party_id) * FROM told WHERE months = 12
    ORDER BY party_id, ends_on DESC, trust, is_former, known_at DESC, id DESC
),
earlier AS (
    -- Growth compares like with like: the same basis first.
    SELECT DISTINCT ON (b.party_id) b.*
    FROM latest AS n JOIN told AS b ON b.party_id = n.party_id AND b.months = 12
        AND b.ends_on = make_date(date_part('year', n.ends_on)::int - 1, 12, 31)
    ORDER BY b.party_id, (b.basis = n.basis) DESC, b.trust, b.is_former, b.known_at DESC, b.id DESC
),
side AS (
    SELECT party_id, id, ends_on, '' AS suffix FROM latest
    UNION ALL SELECT party_id, id, ends_on, '_b' FROM earlier
),
chosen AS MATERIALIZED ({{chosen}}),
line AS (
    SELECT f.party_id, l.code || f.suffix AS name, l.amount * 100 AS fen
    FROM side AS f JOIN customers_statementline AS l ON l.period_id = f.id
    WHERE NOT EXISTS (
        SELECT FROM chosen AS c WHERE c.party_id = f.party_id AND c.day = f.ends_on AND c.figure = l.code
    )
    UNION ALL
    SELECT f.party_id, c.figure || f.suffix, c.amount * 100
    FROM side AS f JOIN chosen AS c ON c.party_id = f.party_id AND c.day = f.ends_on
),
pivot AS (
    SELECT party_id, {", ".join(f"max(fen) FILTER (WHERE name = '{name}') AS {name}" for name in _COLUMNS)}
    FROM line GROUP BY party_id
)
SELECT o.party_id, coalesce(n.ends_on, o.last_on), o.last_on,
    {", ".join(f"{expression} AS f{place}" for place, expression in enumerate(_EXPRESSIONS))}
FROM held AS o LEFT JOIN latest AS n ON n.party_id = o.party_id LEFT JOIN pivot AS t ON t.party_id = o.party_id
ORDER BY o.party_id
"""  # noqa: S608 - names and expressions of this module alone
_WHOLE_NUMBERS = {FactKind.INTEGER, FactKind.MONEY, FactKind.RATE}


def ask_finance(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """Every fact of the statements of these parties, or of all who have any, as of the end of a day, with one SQL."""
    scoped = subjects is not None
    sql = _ASK.format(scope=scope_of("m.party_id", scoped=scoped), chosen=chosen_sql(scoped=scoped))
    parameters = sql_parameters(None if subjects is None else list(subjects), as_of=as_of)
    rows = grouped_rows(sql, {**parameters, "bases": [basis.value for basis in BASES]})
    frame = FactFrame.of_rows(
        FACTS, [(party, year_on, *values) for party, year_on, _last_on, *values in rows]
    )
    frame.dated_on["finance.months_since_latest"] = [row[2] for row in rows]
    return frame
