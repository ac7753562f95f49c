"""Facts about whom a customer trades with, what it earns on it, and how its invoices look."""

from __future__ import annotations

from vouch.customers.facts.definitions import (
    COUNT,
    MONEY,
    NO_PURCHASE,
    NO_SALE,
    NO_TURNOVER,
    RATE,
    YOUNG,
    InvoiceFact,
    windows,
)
from vouch.customers.facts.statement import rate

PARTNERS = (
    *windows(InvoiceFact(
        name="invoice.buyer_count", kind=COUNT, unit="户", title="客户数", definition="销售净额为正的购方数",
        sql="coalesce(b.partners{w}, 0)",
    )),
    *windows(InvoiceFact(
        name="invoice.supplier_count", kind=COUNT, unit="户", title="供应商数", definition="采购净额为正的销方数",
        sql="coalesce(s.partners{w}, 0)",
    )),
    *windows(InvoiceFact(
        name="invoice.buyer_top1_rate", kind=RATE, title="第一大客户占比",
        definition="最大购方的销售净额 ÷ 各购方正数销售净额之和", sql=rate("b.top1{w}", "b.base{w}"),
        missing=NO_SALE,
    )),
    *windows(InvoiceFact(
        name="invoice.buyer_top5_rate", kind=RATE, title="前五大客户占比",
        definition="前五大购方的销售净额 ÷ 各购方正数销售净额之和", sql=rate("b.top5{w}", "b.base{w}"),
        missing=NO_SALE,
    )),
    InvoiceFact(
        name="invoice.buyer_hhi", kind=RATE, title="客户集中度", definition="各购方占比的平方和（赫芬达尔指数），1 为只有一个客户",
        sql=rate("b.squares", "b.base * b.base"), missing=NO_SALE,
    ),
    *windows(InvoiceFact(
        name="invoice.supplier_top1_rate", kind=RATE, title="第一大供应商占比",
        definition="最大销方的采购净额 ÷ 各销方正数采购净额之和", sql=rate("s.top1{w}", "s.base{w}"),
        missing=NO_PURCHASE,
    )),
    InvoiceFact(
        name="invoice.supplier_top5_rate", kind=RATE, title="前五大供应商占比",
        definition="前五大销方的采购净额 ÷ 各销方正数采购净额之和", sql=rate("s.top5", "s.base"),
        missing=NO_PURCHASE,
    ),
    InvoiceFact(
        name="invoice.supplier_hhi", kind=RATE, title="供应商集中度",
        definition="各销方占比的平方和（赫芬达尔指数），1 为只有一个供应商",
        sql=rate("s.squares", "s.base * s.base"), missing=NO_PURCHASE,
    ),
    InvoiceFact(
        name="invoice.buyer_stability_12m", kind=RATE, title="客户稳定度",
        definition="近12个月销售额中，来自再往前12个月也曾购买的购方的比例",
        sql=YOUNG.format(months=24, value=rate("b.kept", "b.base_12")),
        missing="观察不足24个月，或近12个月没有销售时缺失",
    ),
    InvoiceFact(
        name="invoice.supplier_stability_12m", kind=RATE, title="供应商稳定度",
        definition="近12个月采购额中，来自再往前12个月也曾供货的销方的比例",
        sql=YOUNG.format(months=24, value=rate("s.kept", "s.base_12")),
        missing="观察不足24个月，或近12个月没有采购时缺失",
    ),
    InvoiceFact(
        name="invoice.buyer_repeat_rate", kind=RATE, title="回头客占比", definition="在两个以上月份购买过的购方数 ÷ 客户数",
        sql=rate("b.repeated", "b.partners"), missing=NO_SALE,
    ),
    InvoiceFact(
        name="invoice.top_buyer_days", kind=COUNT, unit="天", title="距第一大客户最近购买天数",
        definition="累计销售净额最大的购方最近一次购买到评估日的天数",
        sql="%(as_of)s::date - b.top_traded_on", missing=NO_SALE,
    ),
)  # fmt: skip

MARGIN = (
    *windows(InvoiceFact(
        name="invoice.purchase_sale_rate", kind=RATE, title="进销比", definition="采购额 ÷ 开票销售额",
        sql=rate("t.purchases_net{w}", "t.sales_net{w}"), missing=NO_TURNOVER,
    )),
    InvoiceFact(
        name="invoice.margin_12m", kind=MONEY, title="近12个月进销差额",
        definition="近12个月开票销售额 − 采购额；工资、房租等没有进项发票，所以不是利润",
        sql="t.sales_net_12 - t.purchases_net_12",
    ),
    *windows(InvoiceFact(
        name="invoice.margin_rate", kind=RATE, title="进销毛利率（估算）", definition="（开票销售额 − 采购额）÷ 开票销售额",
        sql=rate("t.sales_net{w} - t.purchases_net{w}", "t.sales_net{w}"), missing=NO_TURNOVER,
    )),
    InvoiceFact(
        name="invoice.sales_tax_rate", kind=RATE, title="销项实际税率", definition="有效销项税额 ÷ 开票销售额",
        sql=rate("t.sales_tax", "t.sales_net"), missing=NO_TURNOVER,
    ),
    InvoiceFact(
        name="invoice.purchases_tax_rate", kind=RATE, title="进项实际税率", definition="有效进项税额 ÷ 采购额",
        sql=rate("t.purchases_tax", "t.purchases_net"), missing="采购净额不为正时缺失",
    ),
    InvoiceFact(
        name="invoice.net_tax_12m", kind=MONEY, title="近12个月销项减进项税额",
        definition="近12个月有效销项税额 − 有效进项税额，可为负", sql="t.sales_tax_12 - t.purchases_tax_12",
    ),
)  # fmt: skip

HABITS = (
    InvoiceFact(
        name="invoice.largest_sale_rate", kind=RATE, title="最大单张发票占比",
        definition="金额最大的有效销项发票 ÷ 有效正数销项金额",
        sql=rate("t.sales_largest", "t.sales_positive"), missing=NO_SALE,
    ),
    InvoiceFact(
        name="invoice.round_sale_rate", kind=RATE, title="整千元销项发票占比",
        definition="价税合计为整千元的有效正数销项发票张数占比",
        sql=rate("t.sales_round_count", "t.sales_positive_count"), missing=NO_SALE,
    ),
    InvoiceFact(
        name="invoice.weekend_sale_rate", kind=RATE, title="周末开票占比",
        definition="周六、周日开具的有效正数销项发票张数占比",
        sql=rate("t.sales_weekend_count", "t.sales_positive_count"), missing=NO_SALE,
    ),
)  # fmt: skip
