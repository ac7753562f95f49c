"""Facts of lists: whether a customer stands on one, as compliance has confirmed, and what still waits for its word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from vouch.customers.facts.asking import answered
from vouch.customers.terms import HitState, ListKind
from vouch.engine.facts import FactFrame, FactKind, SqlFact

SOURCE = "名单筛查"
NO_LIST = "评估日本机构还没有这类名单时缺失"


def _on(kind: ListKind) -> str:
    """Whether a hit on such a list was confirmed; unknown while there is no such list."""
    return (
        f"CASE WHEN '{kind.value}' = ANY(l.kinds) THEN coalesce(bool_or(h.kind = '{kind.value}' "
        f"AND h.state = '{HitState.CONFIRMED.value}'), FALSE) END"
    )


_OWNER = f"h.tie IN ('share', 'control') AND h.state = '{HitState.CONFIRMED.value}'"

WATCH_FACTS = (
    SqlFact(
        name="list.is_blacklisted", kind=FactKind.BOOLEAN, title="是否在本机构黑名单",
        definition="客户本身，或其任职人员、股东（逐层）、实际控制人命中本机构黑名单且经合规岗确认", sql=_on(ListKind.OWN), source=SOURCE, missing=NO_LIST,
    ),
    SqlFact(
        name="list.aml_hit", kind=FactKind.BOOLEAN, title="是否命中反洗钱与制裁名单",
        definition="客户本身，或其任职人员、股东（逐层）、实际控制人命中反洗钱与制裁名单且经合规岗确认（反洗钱法40条）", sql=_on(ListKind.AML), source=SOURCE, missing=NO_LIST,
    ),
    SqlFact(
        name="list.is_dishonest", kind=FactKind.BOOLEAN, title="是否在失信被执行人名单",
        definition="客户本身，或其任职人员、股东（逐层）、实际控制人命中官方失信被执行人名单且经合规岗确认", sql=_on(ListKind.DISHONEST), source=SOURCE, missing=NO_LIST,
    ),
    SqlFact(
        name="list.open_hits", kind=FactKind.INTEGER, unit="条", title="待核实名单命中数",
        definition="命中任一名单、评估日尚未由合规岗确认或排除的条数",
        sql=f"CASE WHEN l.kinds IS NOT NULL THEN count(h.id) FILTER (WHERE h.state = '{HitState.OPEN.value}') END",
        source=SOURCE, missing="评估日本机构还没有任何名单时缺失",
    ),
    SqlFact(
        name="list.listed_owner_count", kind=FactKind.INTEGER, unit="个", title="名单内股东与实际控制人数",
        definition="命中任一名单且经合规岗确认的股东（逐层）与实际控制人的个数",
        sql=f"CASE WHEN l.kinds IS NOT NULL THEN count(DISTINCT h.via_id) FILTER (WHERE {_OWNER}) END",
        source=SOURCE, missing="评估日本机构还没有任何名单时缺失",
    ),
    SqlFact(
        name="list.listed_owner_rate", kind=FactKind.RATE, title="名单内股东最高持股比例",
        definition="命中任一名单且经合规岗确认的股东与实际控制人中，沿持股路径相乘的最高持股比例",
        sql=f"(max(h.share) FILTER (WHERE {_OWNER}) * 1000000)::bigint", source=SOURCE,
        missing="没有这样的股东或实际控制人，或持股比例没有登记时缺失",
    ),
)  # fmt: skip

_ASK = f"""
WITH lists AS (SELECT array_agg(DISTINCT kind::text) AS kinds FROM customers_watchlist WHERE opened_at < %(end)s),
hits AS (
    SELECT h.id, h.party_id, h.via_id, h.tie, h.share, w.kind, h.found_at, coalesce((
        SELECT d.state FROM customers_hitdecision d WHERE d.hit_id = h.id AND d.at < %(end)s
        ORDER BY d.at DESC, d.id DESC LIMIT 1
    ), '{HitState.OPEN.value}') AS state
    FROM customers_watchhit h JOIN customers_watchentry e ON e.id = h.entry_id
    JOIN customers_watchlist w ON w.id = e.list_id
    WHERE h.found_at < %(end)s AND (h.ended_at IS NULL OR h.ended_at >= %(end)s)
)
SELECT p.id, CASE WHEN l.kinds IS NOT NULL THEN %(as_of)s::date END, {", ".join(fact.sql for fact in WATCH_FACTS)}
FROM parties_party p CROSS JOIN lists l LEFT JOIN hits h ON h.party_id = p.id
WHERE p.created_at < %(end)s AND {{scope}} GROUP BY p.id, l.kinds ORDER BY p.id
"""  # noqa: S608 - of constants


def ask_hits(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """The facts of these parties, or of all, as of the end of a day, with one SQL."""
    return answered(_ASK, WATCH_FACTS, subjects, as_of=as_of, scope="p.id = ANY(%(parties)s)")
