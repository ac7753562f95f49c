"""The bureau's code tables that risk depends on (regulation fact sheet §7.2; 授信机构版数据字典).

The state of an account means different things for different kinds of account: 4 is 呆账 for loans and 销户 for cards.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Standing(StrEnum):
    """How an account stands, whatever its kind (账户状态)."""

    NORMAL = "normal"
    OVERDUE = "overdue"
    SETTLED = "settled"
    BAD_DEBT = "bad_debt"
    TRANSFERRED = "transferred"
    FROZEN = "frozen"
    NOT_ACTIVATED = "not_activated"
    COLLATERAL_SHORT = "collateral_short"
    FORCED_SALE = "forced_sale"
    IN_COURT = "in_court"
    COLLECTED = "collected"
    UNKNOWN = "unknown"


STANDING_TITLES: Mapping[Standing, str] = {
    Standing.NORMAL: "正常",
    Standing.OVERDUE: "逾期",
    Standing.SETTLED: "结清或销户",
    Standing.BAD_DEBT: "呆账",
    Standing.TRANSFERRED: "转出",
    Standing.FROZEN: "冻结或止付",
    Standing.NOT_ACTIVATED: "未激活",
    Standing.COLLATERAL_SHORT: "担保物不足",
    Standing.FORCED_SALE: "强制平仓",
    Standing.IN_COURT: "司法追偿",
    Standing.COLLECTED: "催收",
    Standing.UNKNOWN: "未知",
}

_CARDS = {
    "1": Standing.NORMAL,
    "2": Standing.FROZEN,
    "3": Standing.FROZEN,
    "31": Standing.FROZEN,
    "4": Standing.SETTLED,
    "5": Standing.BAD_DEBT,
    "6": Standing.NOT_ACTIVATED,
    "8": Standing.IN_COURT,
}
_LOANS = {
    "1": Standing.NORMAL,
    "2": Standing.OVERDUE,
    "3": Standing.SETTLED,
    "4": Standing.BAD_DEBT,
    "6": Standing.COLLATERAL_SHORT,
    "8": Standing.IN_COURT,
}
STANDINGS: Mapping[str, Mapping[str, Standing]] = {
    "D1": _LOANS | {"5": Standing.TRANSFERRED, "7": Standing.FORCED_SALE},
    "R4": _LOANS,
    "R1": _LOANS | {"5": Standing.FROZEN},
    "R2": _CARDS,
    "R3": _CARDS,
    "C1": {"1": Standing.COLLECTED, "2": Standing.SETTLED},
}
"""Of persons: account type → state code → standing."""

ACCOUNT_TYPES: Mapping[str, str] = {
    "D1": "非循环贷账户",
    "D2": "贴现账户",
    "R1": "循环贷账户",
    "R2": "贷记卡账户",
    "R3": "准贷记卡账户",
    "R4": "循环额度下分账户",
    "C1": "催收账户（被追偿）",
}
FIVE_CLASSES: Mapping[str, str] = {
    "1": "正常",
    "2": "关注",
    "3": "次级",
    "4": "可疑",
    "5": "损失",
    "6": "违约",
    "9": "未分类",
}
BAD_CLASSES = frozenset({"3", "4", "5", "6"})
"""次级、可疑、损失、违约: what the trade calls 不良."""

REPAYMENTS: Mapping[str, str] = {
    "N": "正常",
    "1": "逾期1—30天",
    "2": "逾期31—60天",
    "3": "逾期61—90天",
    "4": "逾期91—120天",
    "5": "逾期121—150天",
    "6": "逾期151—180天",
    "7": "逾期180天以上",
    "*": "当月无需还款",
    "#": "未知",
    "/": "未开立账户",
    "C": "结清或正常销户",
    "D": "担保人代还",
    "Z": "以资抵债",
    "G": "结束（非正常）",
    "B": "呆账",
    "M": "约定还款日后月底前还款",
    "A": "账单日调整不出单",
}
EVENTS = frozenset("DZGB")
"""Marks that are events and not degrees of lateness: a guarantor paid, assets given for debt, an abnormal end, 呆账."""

SPECIAL_TRADES: Mapping[str, str] = {
    "1": "展期",
    "2": "担保人（第三方）代偿",
    "3": "以资抵债",
    "4": "提前还款",
    "5": "提前结清",
    "6": "强制平仓，未结清",
    "7": "强制平仓，已结清",
    "8": "司法追偿",
    "9": "其他",
    "11": "债务减免",
    "12": "资产剥离",
    "13": "资产转让",
    "14": "信用卡个性化分期",
    "16": "纾困延期",
    "17": "强制平仓",
}
QUERY_REASONS: Mapping[str, str] = {
    "01": "贷后管理",
    "02": "贷款审批",
    "03": "信用卡审批",
    "08": "担保资格审查",
    "09": "司法调查",
    "16": "公积金提取复核",
    "18": "股指期货开户",
    "19": "特约商户实名审查",
    "20": "保前审查",
    "21": "保后管理",
    "22": "法人代表、负责人、高管等资信审查",
    "23": "客户准入资格审查",
    "24": "融资审批",
    "25": "资信审查",
    "26": "额度审批",
}

BUSINESSES: Mapping[str, str] = {
    "11": "个人住房商业贷款", "12": "个人商用房贷款", "13": "个人住房公积金贷款", "21": "个人汽车消费贷款", "31": "个人助学贷款",
    "32": "国家助学贷款", "33": "商业助学贷款", "41": "个人经营性贷款", "42": "创业担保贷款", "51": "农户贷款", "52": "农户贷款",
    "53": "农户贷款", "71": "准贷记卡", "81": "贷记卡", "82": "大额专项分期卡", "91": "其他个人消费贷款", "92": "融资租赁",
    "99": "其他贷款", "A1": "资产处置", "B1": "代偿债务",
}  # fmt: skip
"""业务种类 of a person's accounts."""
INSTITUTIONS: Mapping[str, str] = {
    "11": "商业银行", "12": "村镇银行", "51": "小额贷款公司", "53": "融资担保公司", "54": "商业保理公司", "99": "其他机构",
}  # fmt: skip
"""机构类型 of who asked or lends."""

QUERY_CLASSES: Mapping[str, frozenset[str] | None] = {
    "loan": frozenset({"02", "24", "26"}),
    "card": frozenset({"03"}),
    "guarantee": frozenset({"08", "20"}),
    "other": None,
}
"""Why somebody asked, in classes: for credit, for a card, for a guarantee; None: anything else."""

THIRD_PARTY_PAID, COMPENSATED_BUSINESS = "2", "B1"
"""特殊交易 2 担保人（第三方）代偿; 业务种类 B1 代偿债务."""
DISTRESS_TRADES = frozenset(SPECIAL_TRADES) - {"4", "5", "9"}
"""Special trades that tell of distress: all but paying early, and what says nothing (其他)."""

UNIT_YUAN: Mapping[str, int] = {"person": 1, "enterprise": 10_000}
"""Yuan in a report's unit: 元 for persons, 万元 for enterprises (报告说明: 金额类数据项单位).

The published structure does not repeat it in the file; hold it against the 数据字典 of the installed interface.
"""


def standing_of(account_type: str, code: str) -> Standing:
    """A person's account: what its state code means for its type; UNKNOWN for a code that the table does not have."""
    return STANDINGS.get(account_type, {}).get(code, Standing.UNKNOWN)
