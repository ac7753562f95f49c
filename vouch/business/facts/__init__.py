"""Facts of the book: what stands guaranteed for a customer, how late it is, what was paid and came back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import translation

from vouch.business.terms import FiveClass
from vouch.engine.facts import Fact, FactFrame, FactKind
from vouch.parties.queries import end_of, grouped_rows

SOURCE = "担保台账"
NOTHING = "台账中从未有过该客户的业务时缺失"


def _fact(name: str, kind: FactKind, title: str, definition: str, unit: str = "") -> Fact:
    return Fact(
        name=f"book.{name}",
        kind=kind,
        title=title,
        definition=definition,
        unit=unit,
        source=SOURCE,
        missing=NOTHING,
    )


INTEGER, MONEY, TEXT, DATE = FactKind.INTEGER, FactKind.MONEY, FactKind.TEXT, FactKind.DATE
FACTS = (
    _fact("count", INTEGER, "在保笔数", "评估日状态为在保的业务笔数", "笔"),
    _fact("closed_count", INTEGER, "已结清笔数", "评估日已解保的业务笔数，代偿的不算", "笔"),
    _fact("balance", MONEY, "在保余额", "在保业务的债务余额 × 本机构承担比例，逐笔四舍五入到分后相加"),
    _fact("debt_balance", MONEY, "担保债务余额", "在保业务的债务余额之和"),
    _fact("overdue_days", INTEGER, "最长逾期天数", "在保业务的逾期天数中最大的", "天"),
    _fact("overdue_amount", MONEY, "逾期金额", "在保业务的逾期金额之和"),
    _fact("worst_class", TEXT, "最差五级分类", "在保业务中最差的五级分类；未分类的不算"),
    _fact("first_counted_on", DATE, "首次计入在保日", "最早一笔业务的计入在保日"),
    _fact(
        "yearly_fee",
        MONEY,
        "年担保费",
        "在保业务的债务余额 × 年担保费率，逐笔四舍五入到分后相加；费率未登记的不算",
    ),
    _fact("years", INTEGER, "合作年数", "首次计入在保日至评估日的整年数", "年"),
    _fact("days_to_due", INTEGER, "距最近到期天数", "在保业务中最近的到期日减评估日，已过期的为负", "天"),
    _fact("claims_paid", MONEY, "累计代偿", "评估日及以前付款的代偿金额之和"),
    _fact("claims_recovered", MONEY, "累计追偿回收", "评估日及以前收到的追偿回收之和"),
    _fact("claims_open", MONEY, "未收回代偿", "累计代偿减累计追偿回收，不小于零"),
)

# What was said by the end of the day, of a day no later than it.
_ASK = """
WITH latest AS (
    SELECT DISTINCT ON (v.guarantee_id) v.*, g.party_id, g.counted_on, g.fee_rate
    FROM business_guaranteeversion v JOIN business_guarantee g ON g.id = v.guarantee_id
    WHERE v.known_at < %(end)s AND v.as_of <= %(as_of)s AND {scope}
    ORDER BY v.guarantee_id, v.as_of DESC, v.known_at DESC, v.id DESC
),
paid AS (
    SELECT g.party_id, sum(c.amount) AS amount
    FROM business_claim c JOIN business_guarantee g ON g.id = c.guarantee_id
    WHERE c.known_at < %(end)s AND c."on" <= %(as_of)s AND {scope} GROUP BY g.party_id
),
back AS (
    SELECT g.party_id, sum(r.amount) AS amount
    FROM business_recovery r JOIN business_guarantee g ON g.id = r.guarantee_id
    WHERE r.known_at < %(end)s AND r."on" <= %(as_of)s AND {scope} GROUP BY g.party_id
),
book AS (
    SELECT party_id, max(as_of) AS told_on,
        count(*) FILTER (WHERE state = 'in_force') AS in_force,
        count(*) FILTER (WHERE state = 'released') AS released,
        coalesce(sum(round(debt_balance * share_rate, 2)) FILTER (WHERE state = 'in_force'), 0) AS balance,
        coalesce(sum(debt_balance) FILTER (WHERE state = 'in_force'), 0) AS debt,
        coalesce(sum(round(debt_balance * fee_rate, 2)) FILTER (WHERE state = 'in_force'), 0) AS yearly_fee,
        coalesce(max(overdue_days) FILTER (WHERE state = 'in_force'), 0) AS overdue_days,
        coalesce(sum(overdue_amount) FILTER (WHERE state = 'in_force'), 0) AS overdue_amount,
        (%(labels)s::text[])[
            max(array_position(%(classes)s::text[], five_class::text)) FILTER (WHERE state = 'in_force')
        ] AS worst,
        min(counted_on) AS first_on,
        min(due_on) FILTER (WHERE state = 'in_force') - %(as_of)s::date AS days_to_due
    FROM latest GROUP BY party_id
)
SELECT party_id, told_on, in_force, released, balance * 100, debt * 100, overdue_days, overdue_amount * 100, worst,
    first_on, yearly_fee * 100, extract(year FROM age(%(as_of)s::date, first_on)), days_to_due, coalesce(paid.amount, 0) * 100, coalesce(back.amount, 0) * 100,
    greatest(coalesce(paid.amount, 0) - coalesce(back.amount, 0), 0) * 100
FROM book LEFT JOIN paid USING (party_id) LEFT JOIN back USING (party_id) ORDER BY party_id
"""

CLASSES = tuple(one for one in FiveClass if one is not FiveClass.UNCLASSED)


def ask(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """The facts of these customers, or of all in the register, as of the end of a day, with one SQL.

    Of each guarantee the newest ledger that was known by then counts.
    """
    scope = "TRUE" if subjects is None else "g.party_id = ANY(%(parties)s)"
    # A fact says the same whatever its reader's language.
    with translation.override("zh-hans"):
        labels = [str(one.label) for one in CLASSES]
    parameters: dict[str, Any] = {
        "as_of": as_of,
        "end": end_of(as_of),
        "parties": list(subjects or ()),
        "classes": [one.value for one in CLASSES],
        "labels": labels,
    }
    rows = grouped_rows(_ASK.format(scope=scope), parameters)
    return FactFrame.of_rows(FACTS, rows)
