"""Facts of the file itself: how complete it is, what is missing or stale, how old the oldest is.

Measured against the shipped list of requirements for the default product. Of credit reports only whether a fresh one is kept
counts, and nothing at all without a live authorisation; their age is a guarded fact of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from vouch.customers.queries.gaps import Summary, summaries_of
from vouch.engine.facts import Fact, FactFrame, FactKind, Value

SOURCE = "客户资料"
FILE_FACTS = (
    Fact(
        name="file.completeness",
        title="资料完整度",
        definition="资料要求清单（借款担保）中齐全且未过时的项数 ÷ 适用项数，各项权重相同",
        kind=FactKind.RATE,
        source=SOURCE,
    ),
    Fact(
        name="file.missing_count",
        title="缺少的资料项数",
        definition="资料要求清单中缺少或份数不足的项数；被核实为不属实的资料不算，没有有效授权时信用报告算缺少",
        kind=FactKind.INTEGER,
        unit="项",
        source=SOURCE,
    ),
    Fact(
        name="file.stale_count",
        title="过时的资料项数",
        definition="资料要求清单中有资料、但超过规定天数或已过有效期的项数",
        kind=FactKind.INTEGER,
        unit="项",
        source=SOURCE,
    ),
    Fact(
        name="file.oldest_days",
        title="最旧资料天数",
        definition="须定期更新的各项中，最新一份资料的所属日期到评估日天数的最大值；不含信用报告",
        kind=FactKind.INTEGER,
        unit="天",
        source=SOURCE,
        missing="没有任何须定期更新的资料时缺失",
    ),
)

MILLION = 1_000_000


def ask_file(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """The facts of these parties, or of all, as of the end of a day, with one SQL."""
    found = summaries_of(subjects, as_of=as_of)
    columns: dict[str, list[Value]] = {
        "file.completeness": [_rate(one) for one in found],
        "file.missing_count": [one.missing_count for one in found],
        "file.stale_count": [one.stale_count for one in found],
        "file.oldest_days": [one.oldest_days for one in found],
    }
    days = [one.last_on for one in found]
    return FactFrame([one.party_id for one in found], columns, dict.fromkeys(columns, days))


def _rate(one: Summary) -> int:
    """In millionths, rounded half up."""
    return (one.met * MILLION * 2 + one.total) // (one.total * 2)
