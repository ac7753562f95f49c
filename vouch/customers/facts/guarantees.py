"""Facts of guarantees that a customer has given for others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from vouch.customers.facts.asking import answered, money
from vouch.customers.queries.guarantees import CURRENT_GUARANTEES
from vouch.customers.terms import RELATED
from vouch.engine.facts import Fact, FactFrame, FactKind, SqlFact, catalogue

SOURCE = "对外担保清单"
NEVER = "从未登记对外担保清单时缺失；登记为没有对外担保的，为零"
TIED = "g.tie IN ({})".format(", ".join(f"'{tie.value}'" for tie in sorted(RELATED)))
EQUITY = "finance.equity"
"""The name under which financial statements tell a firm's equity (所有者权益)."""

LISTED = (
    SqlFact(
        name="guarantee_given.count", kind=FactKind.INTEGER, unit="笔", title="对外担保笔数",
        definition="余额大于零的对外担保笔数", sql="count(g.id)", source=SOURCE, missing=NEVER,
    ),
    SqlFact(
        name="guarantee_given.balance", kind=FactKind.MONEY, title="对外担保余额", definition="对外担保余额合计",
        sql=money("coalesce(sum(g.balance), 0)"), source=SOURCE, missing=NEVER,
    ),
    SqlFact(
        name="guarantee_given.largest", kind=FactKind.MONEY, title="最大单笔对外担保余额",
        definition="余额最大的一笔对外担保的余额", sql=money("coalesce(max(g.balance), 0)"), source=SOURCE, missing=NEVER,
    ),
    SqlFact(
        name="guarantee_given.related_count", kind=FactKind.INTEGER, unit="笔", title="关联担保笔数",
        definition="为股东、实际控制人、子公司、同一控制下企业、亲属提供的对外担保笔数",
        sql=f"count(g.id) FILTER (WHERE {TIED})", source=SOURCE, missing=NEVER,
    ),
    SqlFact(
        name="guarantee_given.related_balance", kind=FactKind.MONEY, title="关联担保余额",
        definition="为股东、实际控制人、子公司、同一控制下企业、亲属提供的对外担保余额合计",
        sql=money(f"coalesce(sum(g.balance) FILTER (WHERE {TIED}), 0)"), source=SOURCE, missing=NEVER,
    ),
    SqlFact(
        name="guarantee_given.mutual_balance", kind=FactKind.MONEY, title="互保余额", definition="为互保企业提供的对外担保余额合计",
        sql=money("coalesce(sum(g.balance) FILTER (WHERE g.tie = 'mutual'), 0)"), source=SOURCE, missing=NEVER,
    ),
    SqlFact(
        name="guarantee_given.days_since_statement", kind=FactKind.INTEGER, unit="天", title="距最近对外担保清单天数",
        definition="最近一份对外担保清单的所属日期到评估日的天数", sql="%(as_of)s::date - known.last_on",
        source=SOURCE, missing="从未登记对外担保清单时缺失",
    ),
)  # fmt: skip
TO_EQUITY = Fact(
    name="guarantee_given.equity_rate",
    title="对外担保与所有者权益之比",
    definition="对外担保余额 ÷ 同一评估日已知的所有者权益，可超过 100%",
    kind=FactKind.RATE,
    source=SOURCE,
    missing="没有对外担保清单、没有财务报表，或所有者权益不为正时缺失",
)
GUARANTEE_FACTS = (*LISTED, TO_EQUITY)

_ASK = f"""
WITH {CURRENT_GUARANTEES},
known AS (SELECT party_id, max(as_of) AS last_on FROM statements GROUP BY party_id)
SELECT known.party_id, known.last_on, {", ".join(fact.sql for fact in LISTED)}
FROM known LEFT JOIN guarantees g ON g.party_id = known.party_id
GROUP BY known.party_id, known.last_on ORDER BY known.party_id
"""  # noqa: S608 - of constants


def ask_guarantees(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """The facts of these parties, or of all with a list, as of the end of a day: one SQL, and equity by its name."""
    found = answered(_ASK, LISTED, subjects, as_of=as_of, scope="m.party_id = ANY(%(parties)s)")
    if EQUITY in catalogue and found.subjects:
        equity = catalogue.ask([EQUITY], found.subjects, as_of=as_of).columns[EQUITY]
    else:
        equity = [None] * len(found)
    balances = found.columns["guarantee_given.balance"]
    rates = [_rate(balance, own) for balance, own in zip(balances, equity, strict=True)]
    dated = found.dated_on["guarantee_given.balance"]
    return FactFrame(
        found.subjects,
        {**found.columns, TO_EQUITY.name: rates},  # type: ignore[dict-item]
        {**found.dated_on, TO_EQUITY.name: dated},
    )


def _rate(balance: object, equity: object) -> int | None:
    """Millionths, rounded half up; both are fen and not negative."""
    if not isinstance(balance, int) or not isinstance(equity, int) or equity <= 0:
        return None
    return (balance * 2_000_000 + equity) // (2 * equity)
