"""What each figure of a report means, in words that a risk officer can check."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from vouch.engine.credit_report.report import ReportKind


class Measure(StrEnum):
    """What a figure is."""

    COUNT = "count"
    AMOUNT = "amount"
    FLAG = "flag"


class Figure(NamedTuple):
    """``of`` None: both kinds of reports tell it."""

    measure: Measure
    title: str
    definition: str
    unit: str = ""
    of: ReportKind | None = None


COUNT, AMOUNT, FLAG = Measure.COUNT, Measure.AMOUNT, Measure.FLAG
PERSON, ENTERPRISE = ReportKind.PERSON, ReportKind.ENTERPRISE
_GRAVER = "；报告的汇总与明细不一致时取较重者"


def _count(title: str, definition: str, unit: str = "个", of: ReportKind | None = None) -> Figure:
    return Figure(COUNT, title, definition, unit, of)


def _amount(title: str, definition: str, of: ReportKind | None = None) -> Figure:
    return Figure(AMOUNT, title, definition, "元", of)


def _queries() -> dict[str, Figure]:
    kinds = {
        "loan": ("贷款类", "贷款审批、融资审批、额度审批"),
        "card": ("信用卡类", "信用卡审批"),
        "guarantee": ("担保类", "担保资格审查、保前审查"),
        "other": ("其他原因", "以上三类之外的原因（含贷后、保后管理）"),
    }
    return {
        f"{name}_queries_{months}m": _count(
            f"近{months}个月{title}查询次数",
            f"报告日往前{months}个月内，查询原因为{reasons}的查询记录数",
            "次",
            PERSON,
        )
        for name, (title, reasons) in kinds.items()
        for months in (1, 3, 6)
    }


FIGURES: Mapping[str, Figure] = {
    "accounts": _count("借贷账户数", "报告列出的全部借贷账户，含已结清、销户、转出；企业含贴现汇总的账户数"),
    "open_accounts": _count("未结清账户数", "没有结清、销户或转出的借贷账户；企业含未结清的贴现账户"),
    "balance": _amount("借贷余额合计", f"未结清账户的余额（贷记卡为已用额度）之和{_GRAVER}"),
    "limit_total": _amount("授信额度合计", "个人为循环贷、贷记卡、准贷记卡的授信总额，企业为信用额度合计；报告没有汇总时按账户或授信协议相加"),
    "limit_used": _amount("已用授信额度", "与授信额度合计同一口径的已用部分"),
    "overdue_accounts": _count("当前逾期账户数", "状态为逾期或当前逾期总额大于零的未结清账户"),
    "overdue_amount": _amount("当前逾期总额", f"未结清账户的当前逾期总额之和{_GRAVER}"),
    "overdue_months": _count("当前最长逾期期数", "未结清账户当前逾期期数（企业为逾期月数）的最大值", "期"),
    "worst_24m": _count("近24个月最差逾期级别", "报告月往前24个月还款状态中的最大数字（1至7）；D、Z、G、B 是事件，不计入", "级", PERSON),
    "late_months_24m": _count("近24个月逾期月数", "近24个月还款状态为1至7的月数，各账户相加", "月", PERSON),
    "most_late_months_24m": _count("近24个月单户最多逾期月数", "近24个月还款状态为1至7的月数，取最多的一个账户", "月", PERSON),
    "guarantor_paid_24m": _count("近24个月担保人代还月数", "近24个月还款状态为 D 的月数", "月", PERSON),
    "asset_paid_24m": _count("近24个月以资抵债月数", "近24个月还款状态为 Z 的月数", "月", PERSON),
    "abnormal_end_24m": _count("近24个月非正常结束月数", "近24个月还款状态为 G 的月数", "月", PERSON),
    "bad_debt_24m": _count("近24个月呆账月数", "近24个月还款状态为 B 的月数", "月", PERSON),
    "bad_debts": _count("呆账账户数", f"账户状态为呆账的账户：D1、R1、R4 为代码4，R2、R3 为代码5{_GRAVER}"),
    "bad_debt_balance": _amount("呆账余额", f"呆账账户的余额{_GRAVER}"),
    "collected": _count("被追偿账户数", f"未结束的催收（C1）账户；企业含资产处置和垫款{_GRAVER}"),
    "collected_balance": _amount("被追偿余额", f"未结束的催收账户余额{_GRAVER}"),
    "compensated": _count("代偿账户数", "业务种类为代偿债务（B1），或特殊交易中有担保人（第三方）代偿的账户"),
    "special_trades": _count("特殊交易数", "展期、代偿、以资抵债、强制平仓、司法追偿、减免、剥离、转让、个性化分期、纾困延期；不含提前还款、提前结清和其他", "笔"),
    "in_court": _count("司法追偿账户数", "账户状态为司法追偿"),
    "special_mention_balance": _amount("关注类余额", f"五级分类为关注的未结清余额{_GRAVER}"),
    "bad_balance": _amount("不良类余额", f"五级分类为次级、可疑、损失、违约，或状态为呆账、司法追偿、催收的未结清余额{_GRAVER}"),
    "duties": _count("相关还款责任笔数", "为他人借款、担保交易承担的还款责任；按机构汇总的按其账户数", "笔"),
    "duties_amount": _amount("相关还款责任金额", "承担的还款责任金额之和"),
    "duties_balance": _amount("相关还款责任余额", f"所担保债务的余额之和{_GRAVER}"),
    "bad_duties": _count("不良的相关还款责任笔数", "所担保债务的五级分类为次级、可疑、损失、违约", "笔"),
    "bad_duties_balance": _amount("不良的相关还款责任余额", f"上述责任的余额，企业含被追偿业务{_GRAVER}"),
    "overdue_duties": _count("逾期的相关还款责任笔数", "所担保债务的逾期月数大于零", "笔"),
    **_queries(),
    "history_months": _count("信用历史月数", "最早的开户（或首笔业务发放、首次有信贷交易）到报告日的整月数", "月"),
    "history_special_balance": _amount("负债历史最高关注类余额", "负债历史各月关注类余额的最大值", ENTERPRISE),
    "history_bad_balance": _amount("负债历史最高不良类余额", "负债历史各月不良类余额的最大值", ENTERPRISE),
    "history_overdue": _amount("负债历史最高逾期总额", "负债历史各月逾期总额的最大值", ENTERPRISE),
    "history_bad_months": _count("负债历史有不良或逾期的月数", "负债历史中不良类余额或逾期总额大于零的月数", "月", ENTERPRISE),
    "judgments": _count("民事判决记录数", f"报告列出的民事判决记录{_GRAVER}", "条"),
    "enforcements": _count("强制执行记录数", f"报告列出的强制执行记录{_GRAVER}", "条"),
    "penalties": _count("行政处罚记录数", f"报告列出的行政处罚记录{_GRAVER}", "条"),
    "tax_arrears": _count("欠税记录数", f"报告列出的欠税记录{_GRAVER}", "条"),
    "tax_arrears_amount": _amount("欠税总额", "欠税记录的欠税总额之和"),
    "guarantee_balance": _amount("担保交易余额", f"银行承兑、信用证、保函等担保交易的余额{_GRAVER}", ENTERPRISE),
    "special_guarantee_balance": _amount("关注类担保交易余额", f"五级分类为关注的担保交易余额{_GRAVER}", ENTERPRISE),
    "bad_guarantee_balance": _amount("不良类担保交易余额", f"五级分类为不良的担保交易余额{_GRAVER}", ENTERPRISE),
    "interest_arrears": _amount("欠息余额", "欠息信息的余额之和", ENTERPRISE),
    "unpaid_bills": _amount("非信贷欠费", f"后付费或公用事业账户的欠费{_GRAVER}"),
    "has_controller": Figure(FLAG, "报告列明实际控制人", "实际控制人信息中至少有一个名称", "", ENTERPRISE),
    "disputes": _count("异议标注数", "报告头的异议标注数", "笔"),
    "has_fraud_alert": Figure(FLAG, "有防欺诈警示", "报告头有防欺诈警示"),
    "unread": _count("未能读取的内容数", "报告中未能识别的信息单元、字段和还款状态，以及不可能的数额；大于零时应查阅原件", "处"),
}  # fmt: skip
"""Name → meaning, in the order of ``figures.Figures``."""
