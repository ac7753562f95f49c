"""The lines of the three statements, and the words that firms use for them.

Source: the formats of 财会〔2019〕6号 (enterprises that apply the general standards) and of 小企业会计准则 (财会〔2011〕17号).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Sheet(StrEnum):
    """Which statement a line stands in."""

    BALANCE = "balance"
    INCOME = "income"
    CASH = "cash"


SHEET_TITLES: Mapping[Sheet, str] = {
    Sheet.BALANCE: "资产负债表",
    Sheet.INCOME: "利润表",
    Sheet.CASH: "现金流量表",
}


@dataclass(frozen=True, slots=True)
class Line:
    """``words`` are other headings of the same line; the title is one itself."""

    code: str
    title: str
    sheet: Sheet
    words: tuple[str, ...] = ()


def _lines(sheet: Sheet, table: str) -> list[Line]:
    found = []
    for row in table.strip().splitlines():
        code, title, *words = row.split()
        found.append(Line(code, title, sheet, tuple(words)))
    return found


_ALL = [
    *_lines(
        Sheet.BALANCE,
        """
        cash 货币资金 现金及银行存款
        trading_assets 交易性金融资产 短期投资
        notes_receivable 应收票据
        receivables 应收账款 应收帐款
        prepayments 预付款项 预付账款
        other_receivables 其他应收款
        inventories 存货
        current_assets 流动资产合计
        long_investments 长期股权投资
        fixed_assets 固定资产 固定资产净值 固定资产账面价值
        construction 在建工程
        intangibles 无形资产
        noncurrent_assets 非流动资产合计
        total_assets 资产总计 资产合计 资产总额
        short_borrowings 短期借款
        notes_payable 应付票据
        payables 应付账款 应付帐款
        advances 预收款项 预收账款 合同负债
        taxes_payable 应交税费
        other_payables 其他应付款
        current_long_debt 一年内到期的非流动负债
        current_liabilities 流动负债合计
        long_borrowings 长期借款
        bonds 应付债券
        noncurrent_liabilities 非流动负债合计
        total_liabilities 负债合计 负债总计 负债总额
        paid_in_capital 实收资本 股本 实收资本（或股本）
        capital_reserve 资本公积
        surplus_reserve 盈余公积
        retained_earnings 未分配利润
        equity 所有者权益合计 股东权益合计 所有者权益（或股东权益）合计 所有者权益总计 净资产
        liabilities_and_equity 负债和所有者权益总计 负债及所有者权益总计 负债和所有者权益（或股东权益）总计 负债和股东权益总计 负债及所有者权益合计
        """,
    ),
    *_lines(
        Sheet.INCOME,
        """
        revenue 营业收入 主营业务收入 营业总收入
        cost 营业成本 主营业务成本
        taxes_and_surcharges 税金及附加 营业税金及附加
        selling_expenses 销售费用 营业费用
        admin_expenses 管理费用
        research_expenses 研发费用
        finance_expenses 财务费用
        interest_expenses 利息费用 利息支出
        operating_profit 营业利润
        nonoperating_income 营业外收入
        nonoperating_expenses 营业外支出
        total_profit 利润总额
        income_tax 所得税费用 所得税
        net_profit 净利润
        """,
    ),
    *_lines(
        Sheet.CASH,
        """
        cash_from_sales 销售商品、提供劳务收到的现金 销售产成品、商品、提供劳务收到的现金
        operating_inflow 经营活动现金流入小计
        operating_outflow 经营活动现金流出小计
        operating_cash 经营活动产生的现金流量净额
        investing_cash 投资活动产生的现金流量净额
        borrowed 取得借款收到的现金
        repaid 偿还债务支付的现金 偿还借款本金支付的现金
        financing_cash 筹资活动产生的现金流量净额
        fx_effect 汇率变动对现金及现金等价物的影响 汇率变动对现金的影响
        net_cash_increase 现金及现金等价物净增加额 现金净增加额
        opening_cash 期初现金及现金等价物余额 期初现金余额
        closing_cash 期末现金及现金等价物余额 期末现金余额
        """,
    ),
]
LINES: Mapping[str, Line] = {line.code: line for line in _ALL}

_PREFIX = re.compile(
    r"^(?:[一二三四五六七八九十]+[、.．]|[(（][一二三四五六七八九十0-9]+[)）]|[0-9]+[、.．]|其中|加|减|[:：*△▲])+[:：]?"
)
_TAIL = re.compile(r"[(（](?:亏损|净亏损|损失|亏损总额|减少|元|人民币|单位).*$")


def label_key(text: str) -> str:
    """A heading without numbering, 加 and 减, what it is when negative, blanks and the width of its letters."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    plain = _PREFIX.sub("", plain)
    return _TAIL.sub("", plain).strip(":： ")


_BY_WORD = {label_key(word): line for line in _ALL for word in (line.title, *line.words)}


def line_named(text: str) -> Line | None:
    """The line that a heading means; None for one that no format has."""
    return _BY_WORD.get(label_key(text))
