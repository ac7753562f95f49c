"""Facts of contradicting sources: how far they lie apart, and how many conflicts wait for somebody's decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from vouch.customers.queries.claims import SPREAD, chosen_sql, claims_sql, sql_parameters
from vouch.customers.terms import Figure
from vouch.engine.facts import Fact, FactFrame, FactKind
from vouch.parties.queries import grouped_rows

NO_CLAIM = "没有任何来源提供关键数据时缺失"
SOURCE = "数据核对"


def _spread(figure: Figure) -> Fact:
    return Fact(
        name=f"figure.{figure.value}_spread",
        title=f"{figure.label}来源差异",
        definition=f"最近一个有两个以上来源的{figure.label}：（最大值 − 最小值）÷ 中位数的绝对值",
        kind=FactKind.RATE,
        source=SOURCE,
        missing="不足两个来源，或中位数为零时缺失",
    )


FIGURE_FACTS = (
    Fact(
        name="figure.open_conflicts",
        title="未决数据冲突数",
        definition="各来源相差超过中位数 5% 而尚无有效采用决定的关键数据项数（每个年度或时点各算一项）",
        kind=FactKind.INTEGER,
        unit="项",
        source=SOURCE,
        missing=NO_CLAIM,
    ),
    Fact(
        name="figure.conflicts",
        title="数据冲突数",
        definition="各来源相差超过中位数 5% 的关键数据项数，包括已作采用决定的",
        kind=FactKind.INTEGER,
        unit="项",
        source=SOURCE,
        missing=NO_CLAIM,
    ),
    *(_spread(figure) for figure in Figure),
)
_LATEST = ", ".join(
    f"(array_agg(spread_rate ORDER BY day DESC) FILTER (WHERE figure = '{one.value}' AND claims > 1))[1]"
    for one in Figure
)
_ASK = f"""
WITH claim AS MATERIALIZED ({{claims}}), chosen AS ({{chosen}}),
valued AS (
    SELECT s.*, c.id AS choice_id FROM ({SPREAD}) AS s
    LEFT JOIN chosen AS c ON c.party_id = s.party_id AND c.figure = s.figure AND c.day = s.day
)
SELECT party_id, max(day), count(*) FILTER (WHERE is_conflict AND choice_id IS NULL),
    count(*) FILTER (WHERE is_conflict), {_LATEST}
FROM valued GROUP BY party_id ORDER BY party_id
"""  # noqa: S608 - names of this module alone


def ask_figures(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """The facts of these parties, or of all of whom any source tells, as of the end of a day, with one SQL."""
    scoped = subjects is not None
    sql = _ASK.format(claims=claims_sql(scoped=scoped), chosen=chosen_sql(scoped=scoped))
    rows = grouped_rows(sql, sql_parameters(None if subjects is None else list(subjects), as_of=as_of))
    return FactFrame.of_rows(FIGURE_FACTS, rows)
