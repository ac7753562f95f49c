"""What in a report should make a reader stop, in words, the gravest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from vouch.engine.credit_report.codes import REPAYMENTS
from vouch.engine.credit_report.figures import Figures
from vouch.engine.credit_report.report import Report


class Weight(IntEnum):
    """How grave it is."""

    NOTE = 1
    CAUTION = 2
    GRAVE = 3


@dataclass(frozen=True, slots=True)
class Alert:
    """One sentence."""

    weight: Weight
    text: str


def alerts_of(report: Report, figures: Figures) -> list[Alert]:
    """Every alert, the gravest first, within a weight in the order of the report."""
    told = [
        *_default(figures),
        *_overdue(figures),
        *_for_others(figures),
        *_public(figures),
        *_queries(figures),
        *_report(report, figures),
    ]
    return sorted(told, key=lambda one: -one.weight)


def _sentence(weight: Weight, value: int | None, text: str, amount: int | None = None) -> Iterator[Alert]:
    """Nothing where the figure is zero or unknown."""
    if value is not None and value > 0:
        money = f"，金额 {wan(amount)} 万元" if amount else ""
        yield Alert(weight, text.format(value) + money)


def wan(fen: int) -> str:
    """Fen as 万元 with two decimals."""
    return f"{fen / 1_000_000:,.2f}"


def _default(one: Figures) -> Iterator[Alert]:
    grave = Weight.GRAVE
    yield from _sentence(grave, one.bad_debts, "呆账账户 {} 个", one.bad_debt_balance)
    yield from _sentence(
        grave, one.collected, "被追偿（催收、资产处置、垫款）账户 {} 个", one.collected_balance
    )
    yield from _sentence(grave, one.compensated, "曾由担保人（第三方）代偿的账户 {} 个")
    yield from _sentence(grave, one.in_court, "司法追偿账户 {} 个")
    yield from _money(grave, one.bad_balance, "不良类余额")
    yield from _money(Weight.CAUTION, one.special_mention_balance, "关注类余额")
    yield from _money(grave, one.bad_guarantee_balance, "不良类担保交易余额")
    yield from _money(Weight.CAUTION, one.special_guarantee_balance, "关注类担保交易余额")
    for event, months in (
        ("D", one.guarantor_paid_24m),
        ("Z", one.asset_paid_24m),
        ("G", one.abnormal_end_24m),
        ("B", one.bad_debt_24m),
    ):
        yield from _sentence(grave, months, f"近24个月还款记录出现“{REPAYMENTS[event]}”（{event}）{{}} 次")
    yield from _sentence(Weight.CAUTION, one.special_trades, "展期、代偿、以资抵债等特殊交易 {} 笔")


def _overdue(one: Figures) -> Iterator[Alert]:
    yield from _sentence(Weight.GRAVE, one.overdue_accounts, "当前逾期账户 {} 个", one.overdue_amount)
    if one.worst_24m:
        weight = Weight.GRAVE if one.worst_24m >= 3 else Weight.CAUTION
        text = (
            f"近24个月最差为{REPAYMENTS[str(one.worst_24m)]}，各账户逾期共 {one.late_months_24m} 个月，单户最多"
            f" {one.most_late_months_24m} 个月"
        )
        yield Alert(weight, text)
    yield from _money(Weight.CAUTION, one.history_bad_balance, "负债历史中不良类余额最高")
    yield from _sentence(Weight.CAUTION, one.history_bad_months, "负债历史中有不良或逾期的月份 {} 个")
    yield from _money(Weight.CAUTION, one.interest_arrears, "欠息余额")
    yield from _money(Weight.NOTE, one.unpaid_bills, "后付费或公用事业欠费")
    if one.limit_total and one.limit_used is not None and one.limit_used * 10 >= one.limit_total * 9:
        yield Alert(Weight.CAUTION, f"授信额度已用 {one.limit_used * 100 // one.limit_total}%")


def _for_others(one: Figures) -> Iterator[Alert]:
    yield from _sentence(Weight.GRAVE, one.bad_duties, "为他人担保的债务中不良 {} 笔", one.bad_duties_balance)
    yield from _sentence(Weight.CAUTION, one.overdue_duties, "为他人担保的债务中逾期 {} 笔")
    yield from _sentence(Weight.NOTE, one.duties, "为他人承担相关还款责任 {} 笔", one.duties_balance)


def _public(one: Figures) -> Iterator[Alert]:
    yield from _sentence(Weight.GRAVE, one.enforcements, "强制执行记录 {} 条")
    yield from _sentence(Weight.CAUTION, one.judgments, "民事判决记录 {} 条")
    yield from _sentence(Weight.CAUTION, one.tax_arrears, "欠税记录 {} 条", one.tax_arrears_amount)
    yield from _sentence(Weight.CAUTION, one.penalties, "行政处罚记录 {} 条")
    if one.has_controller is False:
        yield Alert(Weight.NOTE, "报告没有列明实际控制人")


def _queries(one: Figures) -> Iterator[Alert]:
    asked = (one.loan_queries_3m or 0) + (one.card_queries_3m or 0) + (one.guarantee_queries_3m or 0)
    weight = Weight.CAUTION if asked >= 6 else Weight.NOTE
    yield from _sentence(weight, asked, "近3个月因贷款、信用卡、担保被查询 {} 次")


def _report(report: Report, one: Figures) -> Iterator[Alert]:
    if one.has_fraud_alert:
        yield Alert(Weight.GRAVE, "报告有防欺诈警示")
    yield from _sentence(Weight.CAUTION, one.disputes, "正在处理的异议 {} 笔")
    yield from _sentence(Weight.CAUTION, one.unread, "报告中有 {} 处内容未能识别，请查阅原件")
    if not report.records:
        yield Alert(Weight.CAUTION, "报告里没有可以读取的内容")


def _money(weight: Weight, amount: int | None, text: str) -> Iterator[Alert]:
    if amount is not None and amount > 0:
        yield Alert(weight, f"{text} {wan(amount)} 万元")
