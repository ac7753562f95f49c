"""Facts of credit reports: how often and how lately a party was asked about, and the figures of the latest report.

Guarded: the catalogue asks consent for the purpose before it asks here. What counts is what was known at the end of the
day: reports taken in by then and not yet destroyed; of these the latest alone, be it one that is not read (PDF).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from vouch.customers.facts.statement import rate
from vouch.engine.credit_report.definitions import FIGURES, Measure
from vouch.engine.credit_report.report import ReportKind
from vouch.engine.facts import Fact, FactFrame, FactKind, Value
from vouch.parties.queries import end_of, grouped_rows

_NEVER = "没有有效授权，或从未查询过时缺失"
_UNREAD = "没有有效授权，最近一份报告已销毁或为 PDF（不读取）时缺失"
_OF = {None: "", ReportKind.PERSON: "；企业报告没有此项", ReportKind.ENTERPRISE: "；个人报告没有此项"}
_KINDS = {Measure.COUNT: FactKind.INTEGER, Measure.AMOUNT: FactKind.MONEY, Measure.FLAG: FactKind.BOOLEAN}


def _fact(
    name: str, kind: FactKind, title: str, definition: str, *, unit: str = "", missing: str = _UNREAD
) -> Fact:
    return Fact(
        name=f"credit.{name}",
        title=title,
        definition=definition,
        kind=kind,
        unit=unit,
        source="信用报告",
        field_class="credit",
        missing=missing,
    )


QUERY_FACTS = (
    _fact(
        "queries_6m",
        FactKind.INTEGER,
        "近6个月信用报告查询次数",
        "评估日往前6个月内，本机构留存的该客户信用报告份数，按查询日期计",
        unit="次",
        missing=_NEVER,
    ),
    _fact(
        "days_since_report",
        FactKind.INTEGER,
        "距最近信用报告天数",
        "最近一份信用报告的查询日期到评估日的天数",
        unit="天",
        missing=_NEVER,
    ),
)
REPORT_FACTS = (
    *(
        _fact(
            name,
            _KINDS[one.measure],
            one.title,
            f"最近一份信用报告：{one.definition}",
            unit=one.unit,
            missing=_UNREAD + _OF[one.of],
        )
        for name, one in FIGURES.items()
    ),
    _fact(
        "use_rate",
        FactKind.RATE,
        "授信额度使用率",
        "最近一份信用报告：已用授信额度除以授信额度合计，四舍五入",
        missing=f"{_UNREAD}；授信额度合计不大于零时缺失",
    ),
    _fact(
        "has_events_24m",
        FactKind.BOOLEAN,
        "近24个月有代还、抵债、非正常结束或呆账",
        "最近一份信用报告：近24个月还款状态出现过 D、Z、G 或 B",
        missing=_UNREAD + _OF[ReportKind.PERSON],
    ),
)
CREDIT_FACTS = (*QUERY_FACTS, *REPORT_FACTS)

_COLUMNS = ", ".join(
    [
        *(f"f.{name}" for name in FIGURES),
        rate("f.limit_used", "f.limit_total"),
        "f.guarantor_paid_24m + f.asset_paid_24m + f.abnormal_end_24m + f.bad_debt_24m > 0",
    ]
)
_ASK = """
WITH asked AS (
    SELECT party_id, max(queried_on) AS last_on,
        count(*) FILTER (WHERE queried_on > (%(as_of)s::date - interval '6 months')::date) AS times
    FROM customers_creditreport
    WHERE queried_on <= %(as_of)s AND uploaded_at < %(end)s AND {scope}
    GROUP BY party_id
), latest AS (
    SELECT DISTINCT ON (party_id) party_id, id, queried_on, keep_until
    FROM customers_creditreport
    WHERE queried_on <= %(as_of)s AND uploaded_at < %(end)s AND (removed_at IS NULL OR removed_at >= %(end)s) AND {scope}
    ORDER BY party_id, queried_on DESC, uploaded_at DESC, id DESC
)
SELECT asked.party_id, asked.last_on, latest.queried_on, asked.times, %(as_of)s::date - asked.last_on, {columns}
FROM asked
LEFT JOIN latest ON latest.party_id = asked.party_id
LEFT JOIN customers_creditfigures f ON f.report_id = latest.id AND latest.keep_until >= %(as_of)s
ORDER BY asked.party_id
"""


def ask_credit(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """The facts of these parties, or of all with reports, as of the end of a day, with one SQL."""
    scope = "TRUE" if subjects is None else "party_id = ANY(%(parties)s)"
    given: dict[str, Any] = {"as_of": as_of, "end": end_of(as_of), "parties": list(subjects or ())}
    rows = grouped_rows(_ASK.format(scope=scope, columns=_COLUMNS), given)
    columns: dict[str, list[Value]] = {}
    dated: dict[str, list[date | None]] = {}
    for place, fact in enumerate(CREDIT_FACTS, start=3):
        columns[fact.name] = [row[place] for row in rows]
        dated[fact.name] = [row[1 if fact in QUERY_FACTS else 2] for row in rows]
    return FactFrame([row[0] for row in rows], columns, dated)
