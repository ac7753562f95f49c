"""What each source claims of a material value, and which claim was chosen: SQL for one customer or for all, as of a day.

A source registers once what it claims (``register_claims``). Facts and pages read the same union of all sources, so a new
source shows up in both by its registration alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from vouch.customers.queries.materials import COUNTED
from vouch.customers.terms import MEASURES, SPREAD_TOLERANCE, STATEMENT_FIGURES, Basis, Confidence, Figure
from vouch.parties.queries import end_of, grouped_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSource:
    """One source. ``sql`` selects party_id, figure, day, amount, source, material_id, is_former; ``{scope}`` stands for the customers.

    ``party`` is the SQL name of the customer's column, ``titles`` says in words what each ``source`` is. A claim that is
    worked out of many records has no material; ``origin`` says whence and ``confidence`` how far it is believed.
    Parameters: ``as_of``, and ``end``, the moment at which that day is over.
    """

    name: str
    titles: Mapping[str, str | Promise]
    party: str
    sql: str
    origin: str | Promise = ""
    confidence: Confidence = Confidence.MEDIUM


_sources: dict[str, ClaimSource] = {}


def register_claims(source: ClaimSource) -> None:
    """Make a source known; called from ``apps.py``. Registering again replaces."""
    _sources[source.name] = source


def source_of(code: str) -> ClaimSource:
    """The source that a claim's code belongs to. Raises KeyError."""
    return next(one for one in _sources.values() if code in one.titles)


def title_of(code: str) -> str:
    """A source's code in words; a source that no room registers any more names itself."""
    return next((str(one.titles[code]) for one in _sources.values() if code in one.titles), code)


def scope_of(column: str, *, scoped: bool) -> str:
    """SQL: the customers asked about (parameter ``parties``), or all."""
    return f"{column} = ANY(%(parties)s)" if scoped else "TRUE"


def claims_sql(*, scoped: bool) -> str:
    """SQL of every source's claims, one below the other."""
    parts = [one.sql.format(scope=scope_of(one.party, scoped=scoped)) for one in _sources.values()]
    return " UNION ALL ".join(f"({part})" for part in parts)


_CHOSEN = f"""
SELECT c.party_id, c.figure, c.day, c.amount, c.id
FROM customers_figurechoice AS c LEFT JOIN customers_material AS m ON m.id = c.material_id
WHERE {{scope}} AND c.day <= %(as_of)s
    AND c.decided_at < %(end)s AND (c.ended_at IS NULL OR c.ended_at >= %(end)s)
    AND (c.material_id IS NULL OR ({COUNTED}))
"""  # noqa: S608 - no value of anybody's


def chosen_sql(*, scoped: bool) -> str:
    """SQL of the choices in force: at most one for each customer, figure and day."""
    return _CHOSEN.format(scope=scope_of("c.party_id", scoped=scoped))


BEYOND = 1_000_000_000_000
"""A quotient of a trillion says that the divisor is as good as nothing; as a rate it would leave the engine's integers."""
SPREAD = f"""
SELECT *, high - low AS spread,
    CASE WHEN median <> 0 AND high - low < abs(median) * {BEYOND}
        THEN (div((high - low) * 2000000 + abs(median), abs(median) * 2))::bigint END AS spread_rate,
    claims > 1 AND (high - low) * 1000000 > abs(median) * {SPREAD_TOLERANCE} AS is_conflict
FROM (
    SELECT party_id, figure, day, count(*) AS claims, min(amount) AS low, max(amount) AS high,
        -- The lower and the upper middle: exact, where percentile_cont would answer in floating point.
        (percentile_disc(0.5) WITHIN GROUP (ORDER BY amount)
            + percentile_disc(0.5) WITHIN GROUP (ORDER BY amount DESC)) / 2 AS median
    FROM claim GROUP BY party_id, figure, day
) AS spreads
"""  # noqa: S608
"""SQL over ``claim``: how far the claims of one value lie apart; the rate in millionths of the median."""


def sql_parameters(parties: list[int] | None, *, as_of: date) -> dict[str, Any]:
    """What the SQL above is asked with."""
    found: dict[str, Any] = {"as_of": as_of, "end": end_of(as_of)}
    return found if parties is None else {**found, "parties": parties}


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim as its source tells it."""

    figure: Figure
    day: date
    amount: Decimal
    source: str
    material_id: int | None
    is_former: bool

    @property
    def key(self) -> str:
        """What names it in a form: the source and the material."""
        return f"{self.source}:{self.material_id or ''}:{int(self.is_former)}"


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """How far the claims of one value lie apart. ``rate`` is in millionths of the median, None where that is zero."""

    figure: Figure
    day: date
    claims: int
    low: Decimal
    high: Decimal
    median: Decimal
    spread: Decimal
    rate: int | None
    is_conflict: bool
    choice_id: int | None


def claims_of(party_id: int, *, as_of: date) -> list[ClaimRow]:
    """Every claim of one customer's values, with one SQL. The caller has checked that the customer is visible."""
    sql = f"SELECT figure, day, amount, source, material_id, is_former FROM ({claims_sql(scoped=True)}) AS claim"  # noqa: S608
    ordered = f"{sql} ORDER BY figure, day, amount, source"
    rows = grouped_rows(ordered, sql_parameters([party_id], as_of=as_of))
    return [ClaimRow(Figure(row[0]), *row[1:]) for row in rows]


def spreads_of(party_id: int, *, as_of: date) -> list[SpreadRow]:
    """The spread of every value that anybody tells of, and the choice in force."""
    sql = f"""
        WITH claim AS MATERIALIZED ({claims_sql(scoped=True)}), chosen AS ({chosen_sql(scoped=True)})
        SELECT s.figure, s.day, claims, low, high, median, spread, spread_rate, is_conflict, c.id
        FROM ({SPREAD}) AS s LEFT JOIN chosen AS c
            ON c.party_id = s.party_id AND c.figure = s.figure AND c.day = s.day
        ORDER BY s.day DESC, s.figure
    """  # noqa: S608
    rows = grouped_rows(sql, sql_parameters([party_id], as_of=as_of))
    return [SpreadRow(Figure(row[0]), *row[1:]) for row in rows]


def _quoted(codes: list[Figure]) -> str:
    return ", ".join(f"'{code.value}'" for code in codes)


_MOMENTS = _quoted([one for one in STATEMENT_FIGURES if MEASURES[one].is_moment])
STATEMENTS = ClaimSource(
    name="statements",
    titles={
        f"statement.{basis.value}": format_lazy(_("财务报表（{basis}）"), basis=basis.label)
        for basis in Basis
    },
    party="m.party_id",
    # A statement and the earlier column of the next one often say the same; what is said twice is one claim.
    sql=f"""
        SELECT DISTINCT ON (m.party_id, l.code, p.ends_on, s.basis, l.amount)
            m.party_id, l.code AS figure, p.ends_on AS day, l.amount,
            'statement.' || s.basis AS source, m.id AS material_id, p.is_former
        FROM customers_statementline AS l
        JOIN customers_statementperiod AS p ON p.id = l.period_id
        JOIN customers_financialstatement AS s ON s.material_id = p.statement_id
        JOIN customers_material AS m ON m.id = s.material_id
        WHERE {{scope}} AND p.ends_on <= %(as_of)s AND {COUNTED}
            AND l.code IN ({_quoted(list(STATEMENT_FIGURES))}) AND (p.months = 12 OR l.code IN ({_MOMENTS}))
        ORDER BY m.party_id, l.code, p.ends_on, s.basis, l.amount, p.is_former, m.known_at DESC, m.id DESC
    """,  # noqa: S608
)
BY_HAND = ClaimSource(
    name="by_hand",
    titles={"figure": _("核实数据")},
    party="m.party_id",
    sql=f"""
        SELECT m.party_id, f.figure, f.day, f.amount, 'figure' AS source, m.id AS material_id, FALSE AS is_former
        FROM customers_verifiedfigure AS f JOIN customers_material AS m ON m.id = f.material_id
        WHERE {{scope}} AND f.day <= %(as_of)s AND {COUNTED}
    """,  # noqa: S608
)
INVOICES = ClaimSource(
    name="invoices",
    titles={"invoice": _("销项发票合计（不含税）")},
    origin=_("由发票明细计算"),
    party="i.party_id",
    # A year counts that was observed whole: invoices from its January on, and still in its December.
    sql="""
        SELECT party_id, 'revenue' AS figure, make_date(year, 12, 31) AS day, amount,
            'invoice' AS source, NULL::bigint AS material_id, FALSE AS is_former
        FROM (
            SELECT i.party_id, date_part('year', i.issued_on)::int AS year,
                coalesce(sum(i.amount) FILTER (WHERE i.direction = 'out' AND i.state = 'valid'), 0) AS amount,
                min(min(i.issued_on)) OVER (PARTITION BY i.party_id) AS first_on,
                max(max(i.issued_on)) OVER (PARTITION BY i.party_id) AS last_on
            FROM customers_invoice AS i WHERE {scope} AND i.issued_on <= %(as_of)s
            GROUP BY i.party_id, 2
        ) AS years
        WHERE make_date(year, 12, 31) <= %(as_of)s AND amount > 0
            AND first_on <= make_date(year, 1, 31) AND last_on >= make_date(year, 12, 1)
    """,
)
