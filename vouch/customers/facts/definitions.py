"""What each invoice fact means, next to the SQL that says it exactly.

The columns used stand in ``statement``: ``t`` totals per party, ``b`` the buyers' side, ``s`` the suppliers'.
Amounts are 金额, without tax; turnover and purchases count valid invoices net of red ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from vouch.customers.facts.statement import half_up, rate, variation
from vouch.engine.facts import FactKind, SqlFact

NO_INVOICE = "没有任何发票时缺失"
NO_SALE = "没有有效的正数销项发票时缺失"
NO_PURCHASE = "没有有效的正数进项发票时缺失"
NO_TURNOVER = "开票销售净额不为正时缺失"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFact(SqlFact):
    """A fact of invoices."""

    source: str = "增值税发票明细"
    missing: str = NO_INVOICE


def windows(whole: InvoiceFact) -> Iterator[InvoiceFact]:
    """The fact over everything observed, and over the last 12 months (``{w}`` in its SQL is the window)."""
    yield replace(whole, title=whole.title, sql=whole.sql.format(w=""))
    yield replace(
        whole,
        name=f"{whole.name}_12m",
        title=f"近12个月{whole.title.removeprefix('累计')}",
        definition=f"近12个月内：{whole.definition}",
        sql=whole.sql.format(w="_12"),
        missing=whole.missing if whole.missing == NO_INVOICE else f"近12个月内{whole.missing}",
    )


DATE, COUNT, MONEY, RATE = FactKind.DATE, FactKind.INTEGER, FactKind.MONEY, FactKind.RATE
YOUNG = "CASE WHEN t.observed >= {months} THEN {value} END"


def _growth(name: str, *, title: str, definition: str, pair: tuple[str, str], months: int) -> InvoiceFact:
    last, before = pair
    return InvoiceFact(
        name=f"invoice.{name}", kind=RATE, title=title, definition=definition,
        sql=YOUNG.format(months=months, value=rate(f"{last} - {before}", before)),
        missing=f"观察不足{months}个月，或对比期销售净额不为正时缺失",
    )  # fmt: skip


PRESENCE = (
    InvoiceFact(
        name="invoice.first_issued_on", kind=DATE, title="首张发票日期", definition="最早一张发票（不分方向和状态）的开票日期",
        sql="t.first_on",
    ),
    InvoiceFact(
        name="invoice.last_issued_on", kind=DATE, title="最近发票日期", definition="最近一张发票（不分方向和状态）的开票日期",
        sql="t.last_on",
    ),
    InvoiceFact(
        name="invoice.observed_months", kind=COUNT, unit="月", title="发票观察月数",
        definition="从首张发票到评估日的月数，评估日往回按月数，首张发票所在的月也算", sql="t.observed",
    ),
    InvoiceFact(
        name="invoice.active_months", kind=COUNT, unit="月", title="有销售月数",
        definition="至少有一张有效正数销项发票的月数", sql="t.sales_months",
    ),
    InvoiceFact(
        name="invoice.active_months_12m", kind=COUNT, unit="月", title="近12个月有销售月数",
        definition="近12个月中至少有一张有效正数销项发票的月数", sql="t.sales_months_12",
    ),
    InvoiceFact(
        name="invoice.active_months_24m", kind=COUNT, unit="月", title="近24个月有销售月数",
        definition="近24个月中至少有一张有效正数销项发票的月数", sql="t.sales_months_24",
    ),
    InvoiceFact(
        name="invoice.active_month_rate", kind=RATE, title="有销售月份占比", definition="有销售月数 ÷ 发票观察月数",
        sql=rate("t.sales_months", "t.observed"),
    ),
    InvoiceFact(
        name="invoice.active_month_rate_12m", kind=RATE, title="近12个月有销售月份占比",
        definition="近12个月有销售月数 ÷ 12（观察不足12个月的，除以观察月数）",
        sql=rate("t.sales_months_12", "least(12, t.observed)"),
    ),
    InvoiceFact(
        name="invoice.purchase_months_12m", kind=COUNT, unit="月", title="近12个月有采购月数",
        definition="近12个月中至少有一张有效正数进项发票的月数", sql="t.purchases_months_12",
    ),
    InvoiceFact(
        name="invoice.longest_gap_months", kind=COUNT, unit="月", title="最长无销售月数",
        definition="首次销售之后连续没有销售的最长月数，包括截至评估日仍未恢复的一段",
        sql="gap.months", missing=NO_SALE,
    ),
    InvoiceFact(
        name="invoice.days_since_sale", kind=COUNT, unit="天", title="距最近销售天数",
        definition="最近一张有效正数销项发票到评估日的天数",
        sql="%(as_of)s::date - t.sales_traded_on", missing=NO_SALE,
    ),
    InvoiceFact(
        name="invoice.days_since_purchase", kind=COUNT, unit="天", title="距最近采购天数",
        definition="最近一张有效正数进项发票到评估日的天数",
        sql="%(as_of)s::date - t.purchases_traded_on", missing=NO_PURCHASE,
    ),
)  # fmt: skip

SIZE = (
    *windows(InvoiceFact(
        name="invoice.turnover", kind=MONEY, title="累计开票销售额", definition="有效销项发票金额（不含税）合计，红字冲减",
        sql="t.sales_net{w}",
    )),
    InvoiceFact(
        name="invoice.turnover_6m", kind=MONEY, title="近6个月开票销售额",
        definition="近6个月有效销项发票金额（不含税）合计，红字冲减", sql="t.sales_net_6",
    ),
    InvoiceFact(
        name="invoice.turnover_3m", kind=MONEY, title="近3个月开票销售额",
        definition="近3个月有效销项发票金额（不含税）合计，红字冲减", sql="t.sales_net_3",
    ),
    InvoiceFact(
        name="invoice.turnover_previous_12m", kind=MONEY, title="上一个12个月开票销售额",
        definition="再往前12个月（第13至24个月）的开票销售额", sql="t.sales_net_12_before",
    ),
    InvoiceFact(
        name="invoice.turnover_previous_6m", kind=MONEY, title="上一个6个月开票销售额",
        definition="再往前6个月（第7至12个月）的开票销售额", sql="t.sales_net_6_before",
    ),
    InvoiceFact(
        name="invoice.turnover_monthly", kind=MONEY, title="月均开票销售额", definition="累计开票销售额 ÷ 发票观察月数",
        sql=half_up("t.sales_net", "t.observed"),
    ),
    InvoiceFact(
        name="invoice.turnover_monthly_12m", kind=MONEY, title="近12个月月均开票销售额",
        definition="近12个月开票销售额 ÷ 12（观察不足12个月的，除以观察月数）",
        sql=half_up("t.sales_net_12", "least(12, t.observed)"),
    ),
    InvoiceFact(
        name="invoice.turnover_active_month", kind=MONEY, title="有销售月份月均销售额",
        definition="累计开票销售额 ÷ 有销售月数", sql=half_up("t.sales_net", "t.sales_months"), missing=NO_SALE,
    ),
    *windows(InvoiceFact(
        name="invoice.purchases", kind=MONEY, title="累计采购额", definition="有效进项发票金额（不含税）合计，红字冲减",
        sql="t.purchases_net{w}",
    )),
    *windows(InvoiceFact(
        name="invoice.sale_count", kind=COUNT, unit="张", title="有效销项发票张数", definition="有效正数销项发票的张数",
        sql="t.sales_positive_count{w}",
    )),
    *windows(InvoiceFact(
        name="invoice.purchase_count", kind=COUNT, unit="张", title="有效进项发票张数", definition="有效正数进项发票的张数",
        sql="t.purchases_positive_count{w}",
    )),
    InvoiceFact(
        name="invoice.average_sale", kind=MONEY, title="平均单张销售额", definition="有效正数销项发票的平均金额（不含税）",
        sql=half_up("t.sales_positive", "t.sales_positive_count"), missing=NO_SALE,
    ),
)  # fmt: skip

TREND = (
    _growth(
        "turnover_growth_12m", title="近12个月销售增长率",
        definition="近12个月销售额比再往前12个月增长的比例",
        pair=("t.sales_net_12", "t.sales_net_12_before"), months=24,
    ),
    _growth(
        "turnover_growth_6m", title="近6个月销售环比增长率", definition="近6个月销售额比再往前6个月增长的比例",
        pair=("t.sales_net_6", "t.sales_net_6_before"), months=12,
    ),
    _growth(
        "turnover_growth_6m_yoy", title="近6个月销售同比增长率",
        definition="近6个月销售额比上年同期6个月增长的比例",
        pair=("t.sales_net_6", "t.sales_net_6_year_ago"), months=18,
    ),
    InvoiceFact(
        name="invoice.turnover_pace_3m", kind=RATE, title="近3个月销售节奏",
        definition="近3个月月均销售额 ÷ 近12个月月均销售额；1 表示与全年持平",
        sql=YOUNG.format(months=3, value=rate("t.sales_net_3 * least(12, t.observed)", "t.sales_net_12 * 3")),
        missing="观察不足3个月，或近12个月销售净额不为正时缺失",
    ),
    InvoiceFact(
        name="invoice.turnover_volatility", kind=RATE, title="月销售波动系数",
        definition="各月销售额的标准差 ÷ 平均数，没有销售的月份按零计",
        sql=variation("t.observed", "t.sales_squares", "t.sales_net"),
        missing="观察不足3个月，或销售净额不为正时缺失",
    ),
    InvoiceFact(
        name="invoice.turnover_volatility_12m", kind=RATE, title="近12个月月销售波动系数",
        definition="近12个月各月销售额的标准差 ÷ 平均数，没有销售的月份按零计",
        sql=variation("least(12, t.observed)", "t.sales_squares_12", "t.sales_net_12"),
        missing="观察不足3个月，或近12个月销售净额不为正时缺失",
    ),
)  # fmt: skip

VOID_AND_RED = (
    *windows(InvoiceFact(
        name="invoice.sales_void_rate", kind=RATE, title="销项作废率", definition="作废销项发票张数 ÷ 全部销项发票张数",
        sql=rate("t.sales_void_count{w}", "t.sales_all_count{w}"), missing="没有销项发票时缺失",
    )),
    InvoiceFact(
        name="invoice.sales_void_amount_rate", kind=RATE, title="销项作废金额占比",
        definition="作废正数销项金额 ÷（作废与有效的正数销项金额之和）",
        sql=rate("t.sales_void_positive", "t.sales_void_positive + t.sales_positive"),
        missing="没有正数销项发票时缺失",
    ),
    InvoiceFact(
        name="invoice.purchases_void_rate", kind=RATE, title="进项作废率", definition="作废进项发票张数 ÷ 全部进项发票张数",
        sql=rate("t.purchases_void_count", "t.purchases_all_count"), missing="没有进项发票时缺失",
    ),
    InvoiceFact(
        name="invoice.sales_void_count", kind=COUNT, unit="张", title="销项作废张数", definition="作废销项发票的张数",
        sql="t.sales_void_count",
    ),
    *windows(InvoiceFact(
        name="invoice.sales_negative_rate", kind=RATE, title="销项红字率", definition="有效红字销项发票张数 ÷ 有效销项发票张数",
        sql=rate("t.sales_negative_count{w}", "t.sales_all_count{w} - t.sales_void_count{w}"),
        missing="没有有效销项发票时缺失",
    )),
    *windows(InvoiceFact(
        name="invoice.sales_negative_amount_rate", kind=RATE, title="销项红字金额占比",
        definition="有效红字销项金额（绝对值）÷ 有效正数销项金额，可超过 100%",
        sql=rate("t.sales_positive{w} - t.sales_net{w}", "t.sales_positive{w}"), missing=NO_SALE,
    )),
    InvoiceFact(
        name="invoice.sales_negative_count", kind=COUNT, unit="张", title="销项红字张数", definition="有效红字销项发票的张数",
        sql="t.sales_negative_count",
    ),
    InvoiceFact(
        name="invoice.purchases_negative_rate", kind=RATE, title="进项红字率",
        definition="有效红字进项发票张数 ÷ 有效进项发票张数",
        sql=rate("t.purchases_negative_count", "t.purchases_all_count - t.purchases_void_count"),
        missing="没有有效进项发票时缺失",
    ),
    InvoiceFact(
        name="invoice.purchases_negative_amount_rate", kind=RATE, title="进项红字金额占比",
        definition="有效红字进项金额（绝对值）÷ 有效正数进项金额，可超过 100%",
        sql=rate("t.purchases_positive - t.purchases_net", "t.purchases_positive"), missing=NO_PURCHASE,
    ),
)  # fmt: skip
