"""Facts of collateral: what it is worth, what may be lent against it, how old that is, and what ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from vouch.customers.facts.asking import answered, money, rate
from vouch.customers.queries.collateral import CURRENT_COLLATERAL
from vouch.customers.terms import RegistrationState
from vouch.engine.facts import FactFrame, FactKind, SqlFact

SOURCE = "抵质押物台账"
NONE, UNVALUED = "没有登记抵质押物时缺失", "没有登记抵质押物，或都没有估值时缺失"
DONE = "c.registration IN ({})".format(
    ", ".join(f"'{one.value}'" for one in (RegistrationState.REGISTERED, RegistrationState.NOT_NEEDED))
)

COLLATERAL_FACTS = (
    SqlFact(
        name="collateral.count", kind=FactKind.INTEGER, unit="件", title="抵质押物件数", definition="未注销登记的抵质押物件数",
        sql="count(*)", source=SOURCE, missing=NONE,
    ),
    SqlFact(
        name="collateral.unvalued_count", kind=FactKind.INTEGER, unit="件", title="未估值抵质押物件数",
        definition="没有任何估值的抵质押物件数", sql="count(*) FILTER (WHERE c.value IS NULL)", source=SOURCE, missing=NONE,
    ),
    SqlFact(
        name="collateral.value", kind=FactKind.MONEY, title="抵质押物评估价值", definition="各件最近一次估值合计，没有估值的不计",
        sql=money("sum(c.value)"), source=SOURCE, missing=UNVALUED,
    ),
    SqlFact(
        name="collateral.net_value", kind=FactKind.MONEY, title="抵质押物净值",
        definition="各件最近一次估值减在先债权（不足零按零）合计", sql=money("sum(c.net)"), source=SOURCE, missing=UNVALUED,
    ),
    SqlFact(
        name="collateral.weighted_value", kind=FactKind.MONEY, title="抵质押物可担保价值",
        definition="各件净值乘抵质押率（四舍五入到分）合计", sql=money("sum(c.weighted)"), source=SOURCE, missing=UNVALUED,
    ),
    SqlFact(
        name="collateral.oldest_valuation_days", kind=FactKind.INTEGER, unit="天", title="最旧估值天数",
        definition="各件最近一次估值的估值日中，距评估日最久的天数", sql="%(as_of)s::date - min(c.valued_on)", source=SOURCE, missing=UNVALUED,
    ),
    SqlFact(
        name="collateral.registered_rate", kind=FactKind.RATE, title="已登记净值占比",
        definition="已登记或无需登记的抵质押物净值 ÷ 全部净值",
        sql=rate(f"coalesce(sum(c.net) FILTER (WHERE {DONE}), 0)", "sum(c.net)"),
        source=SOURCE, missing="没有登记抵质押物、都没有估值，或净值合计为零时缺失",
    ),
    SqlFact(
        name="collateral.days_to_expiry", kind=FactKind.INTEGER, unit="天", title="登记最近到期天数",
        definition="各件登记到期日中最早的一个距评估日的天数，已过期为负",
        sql="min(c.registered_until) - %(as_of)s::date", source=SOURCE, missing="没有抵质押物，或都没有登记到期日时缺失",
    ),
    SqlFact(
        name="collateral.days_to_insurance_end", kind=FactKind.INTEGER, unit="天", title="保险最近到期天数",
        definition="各件保险到期日中最早的一个距评估日的天数，已过期为负",
        sql="min(c.insured_until) - %(as_of)s::date", source=SOURCE, missing="没有抵质押物，或都没有保险到期日时缺失",
    ),
)  # fmt: skip

_ASK = f"""
WITH {CURRENT_COLLATERAL}
SELECT c.party_id, greatest(max(c.as_of), max(c.valued_on)), {", ".join(fact.sql for fact in COLLATERAL_FACTS)}
FROM collateral c GROUP BY c.party_id ORDER BY c.party_id
"""  # noqa: S608 - of constants


def ask_collateral(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """The facts of these parties, or of all with collateral, as of the end of a day, with one SQL."""
    return answered(_ASK, COLLATERAL_FACTS, subjects, as_of=as_of, scope="m.party_id = ANY(%(parties)s)")
