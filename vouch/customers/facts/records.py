"""Facts of public records. What was never searched is missing and not nought: not to have looked is not to have found nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from vouch.customers.facts.asking import answered, money, months_before
from vouch.customers.queries.records import CURRENT_RECORDS
from vouch.customers.terms import RecordKind, RecordState
from vouch.engine.facts import FactFrame, FactKind, SqlFact

SOURCE = "公共记录查询"
OPEN = f"r.state = '{RecordState.OPEN.value}'"
TWO_YEARS = f"r.opened_on > {months_before(24)}"
UNSEARCHED = "该类既没有全量查询过、也没有登记过记录时缺失"


def _of(kind: RecordKind, *conditions: str) -> str:
    return " AND ".join((f"r.kind = '{kind.value}'", *conditions))


def _looked(kind: RecordKind, value: str) -> str:
    """The value, where somebody looked for the kind or something of it is recorded."""
    return f"CASE WHEN k.kinds @> ARRAY['{kind.value}'] OR count(r.id) FILTER (WHERE {_of(kind)}) > 0 THEN {value} END"


def _count(name: str, kind: RecordKind, *conditions: str, title: str, definition: str) -> SqlFact:
    counted = f"count(r.id) FILTER (WHERE {_of(kind, *conditions)})"
    return SqlFact(
        name=f"record.{name}", kind=FactKind.INTEGER, unit="条", title=title, definition=definition,
        sql=_looked(kind, counted), source=SOURCE, missing=UNSEARCHED,
    )  # fmt: skip


def _amount(name: str, kind: RecordKind, *conditions: str, title: str, definition: str) -> SqlFact:
    summed = money(f"coalesce(sum(r.amount) FILTER (WHERE {_of(kind, *conditions)}), 0)")
    return SqlFact(
        name=f"record.{name}", kind=FactKind.MONEY, title=title, definition=f"{definition}，没有金额的按零计",
        sql=_looked(kind, summed), source=SOURCE, missing=UNSEARCHED,
    )  # fmt: skip


def _is(name: str, kind: RecordKind, *, title: str, definition: str) -> SqlFact:
    some = f"count(r.id) FILTER (WHERE {_of(kind, OPEN)}) > 0"
    # Something open is known though the whole was not searched; nothing open is known by a whole search alone.
    sql = f"CASE WHEN {some} THEN TRUE WHEN k.kinds @> ARRAY['{kind.value}'] THEN FALSE END"
    return SqlFact(
        name=f"record.{name}", kind=FactKind.BOOLEAN, title=title, definition=definition, sql=sql,
        source=SOURCE, missing="该类没有全量查询过、又没有未结记录时缺失",
    )  # fmt: skip


DEFENDANT, PLAINTIFF = "r.side = 'defendant'", "r.side = 'plaintiff'"
RECORD_FACTS = (
    _count(
        "open_enforcement_count", RecordKind.ENFORCEMENT, OPEN, title="未结被执行案件数",
        definition="状态为未结的被执行人记录条数",
    ),
    _amount(
        "open_enforcement_amount", RecordKind.ENFORCEMENT, OPEN, title="未结执行标的",
        definition="状态为未结的被执行人记录的金额合计",
    ),
    _is(
        "is_dishonest", RecordKind.DISHONESTY, title="是否失信被执行人",
        definition="有未结的失信被执行人记录为是；全量查询无未结记录为否",
    ),
    _is(
        "is_restricted", RecordKind.RESTRICTION, title="是否被限制高消费",
        definition="有未结的限制高消费记录为是；全量查询无未结记录为否",
    ),
    _count(
        "terminated_count", RecordKind.TERMINATED, OPEN, title="终本案件数", definition="状态为未结的终结本次执行案件条数",
    ),
    _amount(
        "terminated_amount", RecordKind.TERMINATED, OPEN, title="终本案件未履行金额",
        definition="状态为未结的终结本次执行案件的金额合计",
    ),
    _count(
        "defendant_count_24m", RecordKind.LITIGATION, DEFENDANT, TWO_YEARS, title="近24个月被诉件数",
        definition="评估日往前24个月内立案、诉讼地位为被告的涉诉记录条数",
    ),
    _amount(
        "defendant_amount_24m", RecordKind.LITIGATION, DEFENDANT, TWO_YEARS, title="近24个月被诉金额",
        definition="评估日往前24个月内立案、诉讼地位为被告的涉诉记录金额合计",
    ),
    _count(
        "defendant_open_count", RecordKind.LITIGATION, DEFENDANT, OPEN, title="未结被诉件数",
        definition="状态为未结、诉讼地位为被告的涉诉记录条数，不限立案时间",
    ),
    _count(
        "plaintiff_count_24m", RecordKind.LITIGATION, PLAINTIFF, TWO_YEARS, title="近24个月起诉件数",
        definition="评估日往前24个月内立案、诉讼地位为原告的涉诉记录条数",
    ),
    _count(
        "penalty_count_24m", RecordKind.PENALTY, TWO_YEARS, title="近24个月行政处罚次数",
        definition="评估日往前24个月内决定的行政处罚条数",
    ),
    _amount(
        "penalty_amount_24m", RecordKind.PENALTY, TWO_YEARS, title="近24个月行政处罚金额",
        definition="评估日往前24个月内决定的行政处罚金额合计",
    ),
    _is(
        "is_abnormal", RecordKind.ABNORMAL, title="是否列入经营异常名录",
        definition="有未移出的经营异常名录记录为是；全量查询无未移出记录为否",
    ),
    _is(
        "is_serious", RecordKind.SERIOUS, title="是否列入严重违法失信名单",
        definition="有未移出的严重违法失信名单记录为是；全量查询无未移出记录为否",
    ),
    _amount(
        "tax_arrears_amount", RecordKind.TAX_ARREARS, OPEN, title="欠税公告余额", definition="状态为未结的欠税公告金额合计",
    ),
    _count(
        "equity_pledge_count", RecordKind.EQUITY_PLEDGE, OPEN, title="股权出质笔数", definition="状态为未结的股权出质条数",
    ),
    _count(
        "equity_freeze_count", RecordKind.EQUITY_FREEZE, OPEN, title="股权冻结笔数", definition="状态为未结的股权冻结条数",
    ),
    _amount(
        "chattel_mortgage_amount", RecordKind.CHATTEL_MORTGAGE, OPEN, title="动产抵押金额",
        definition="状态为未结的动产抵押金额合计",
    ),
    SqlFact(
        name="record.days_since_search", kind=FactKind.INTEGER, unit="天", title="距最近公共记录查询天数",
        definition="最近一次全量查询（不论种类）到评估日的天数", sql="%(as_of)s::date - k.latest",
        source=SOURCE, missing="从未全量查询时缺失",
    ),
    SqlFact(
        name="record.searched_kinds", kind=FactKind.INTEGER, unit="类", title="已全量查询的种类数",
        definition=f"至少全量查询过一次的公共记录种类数，共 {len(RecordKind)} 类", sql="coalesce(cardinality(k.kinds), 0)",
        source=SOURCE, missing="没有任何公共记录资料时缺失",
    ),
    SqlFact(
        name="record.oldest_search_days", kind=FactKind.INTEGER, unit="天", title="最久未更新的查询天数",
        definition="查询过的各类中，最近一次全量查询距评估日最久的天数", sql="%(as_of)s::date - k.oldest",
        source=SOURCE, missing="从未全量查询时缺失",
    ),
)  # fmt: skip

_ASK = f"""
WITH {CURRENT_RECORDS},
kinds_searched AS (
    SELECT party_id, array_agg(kind::text) AS kinds, max(as_of) AS latest, min(as_of) AS oldest
    FROM last_complete GROUP BY party_id
),
known AS (SELECT party_id, max(as_of) AS last_on FROM searches GROUP BY party_id)
SELECT known.party_id, known.last_on, {", ".join(fact.sql for fact in RECORD_FACTS)}
FROM known LEFT JOIN kinds_searched k ON k.party_id = known.party_id
LEFT JOIN records r ON r.party_id = known.party_id
GROUP BY known.party_id, known.last_on, k.kinds, k.latest, k.oldest ORDER BY known.party_id
"""  # noqa: S608 - of constants


def ask_records(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """The facts of these parties, or of all with searches, as of the end of a day, with one SQL."""
    return answered(_ASK, RECORD_FACTS, subjects, as_of=as_of, scope="m.party_id = ANY(%(parties)s)")
