"""Facts of social information: few, plain, of the latest observation of each page in the last twelve months.

Guarded (``field_class="social"``): the catalogue asks ``queries.social.assessed`` at the moment of reading, so that without
an assessment in force and the institution's switch every one of them is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from vouch.customers.facts.asking import answered, months_before
from vouch.customers.terms import SIGNAL_MONTHS
from vouch.engine.facts import FactFrame, FactKind, SqlFact

_SHUT = f"没有开启社交信息、影响评估不在有效期内，或近{SIGNAL_MONTHS}个月没有这类观察时缺失"
_LATEST = f"近{SIGNAL_MONTHS}个月内每个页面只取最近一次观察"


def _of(kind: str, aggregate: str) -> str:
    return f"{aggregate} FILTER (WHERE l.kind = '{kind}')"


def _fact(name: str, *, kind: FactKind, title: str, definition: str, sql: str, unit: str = "") -> SqlFact:
    return SqlFact(
        name=f"social.{name}", kind=kind, title=title, definition=f"{definition}；{_LATEST}", sql=sql, unit=unit,
        source="企业公开页面", field_class="social", missing=_SHUT,
    )  # fmt: skip


SOCIAL_FACTS = (
    _fact(
        "page_count", kind=FactKind.INTEGER, unit="个", title="观察到的公开页面数", definition="官方账号、店铺、招聘、投诉、报道的页面数",
        sql="count(*)",
    ),
    _fact(
        "days_since_seen", kind=FactKind.INTEGER, unit="天", title="距最近观察天数", definition="最近一次观察到评估日的天数",
        sql="%(as_of)s::date - max(l.seen_on)",
    ),
    _fact(
        "days_since_post", kind=FactKind.INTEGER, unit="天", title="距官方账号最近发布天数",
        definition="各官方账号最近发布日期中最晚的一天到评估日的天数", sql=f"%(as_of)s::date - {_of('account', 'max(l.last_post_on)')}",
    ),
    _fact(
        "store_score_rate", kind=FactKind.RATE, title="店铺评分占满分比例", definition="各店铺评分 ÷ 满分的平均数",
        sql=f"round({_of('rating', 'avg(l.rating * 1000000 / l.rating_most)')})",
    ),
    _fact(
        "review_count", kind=FactKind.INTEGER, unit="条", title="店铺评价条数", definition="各店铺评价条数合计",
        sql=_of("rating", "sum(l.count)"),
    ),
    _fact(
        "open_positions", kind=FactKind.INTEGER, unit="个", title="在招岗位数", definition="各招聘页面在招岗位合计",
        sql=_of("hiring", "sum(l.count)"),
    ),
    _fact(
        "complaint_count", kind=FactKind.INTEGER, unit="条", title="公开投诉条数", definition="各投诉页面针对该企业的投诉条数合计",
        sql=_of("complaint", "sum(l.count)"),
    ),
    _fact(
        "negative_news_count", kind=FactKind.INTEGER, unit="篇", title="负面报道篇数", definition="倾向为负面的报道页面数，没有负面为零",
        sql=f"CASE WHEN {_of('news', 'count(*)')} > 0 THEN count(*) FILTER (WHERE l.kind = 'news' AND l.tone = 'negative') END",
    ),
)  # fmt: skip

_ASK = f"""
WITH latest AS (
    SELECT DISTINCT ON (s.party_id, s.kind, s.page_url) s.*
    FROM customers_socialsignal s
    WHERE {{scope}} AND s.seen_on <= %(as_of)s AND s.seen_on > {months_before(SIGNAL_MONTHS)}
        AND s.noted_at < %(end)s AND (s.ended_at IS NULL OR s.ended_at >= %(end)s)
    ORDER BY s.party_id, s.kind, s.page_url, s.seen_on DESC, s.noted_at DESC, s.id DESC
)
SELECT l.party_id, max(l.seen_on), {", ".join(fact.sql for fact in SOCIAL_FACTS)}
FROM latest l GROUP BY l.party_id ORDER BY l.party_id
"""  # noqa: S608 - of constants


def ask_social(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """The facts of these parties, or of all with observations, as of the end of a day, with one SQL.

    Called by the catalogue alone, which has asked the gate before.
    """
    return answered(_ASK, SOCIAL_FACTS, subjects, as_of=as_of, scope="s.party_id = ANY(%(parties)s)")
