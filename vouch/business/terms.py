"""Words of guarantees: kinds, states, classes, and what the register is counted by."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class GuaranteeKind(models.TextChoices):
    """What is guaranteed (业务种类; 计量办法 2: 借款类, 发行债券, 其他融资担保; 补充规定: 住房置业; 条例 12: 非融资)."""

    LOAN = "loan", _("借款类")
    HOUSING = "housing", _("住房置业")
    BOND = "bond", _("发行债券")
    OTHER = "other", _("其他融资")
    PROTECTED_FUND = "protected_fund", _("保本基金")
    NON_FINANCING = "non_financing", _("非融资")


class IssuerRating(models.TextChoices):
    """主体信用评级 of a bond's issuer, best first; 计量办法 8 asks whether it is AA or better."""

    AAA = "AAA", "AAA"
    AA_PLUS = "AA+", "AA+"
    AA = "AA", "AA"
    AA_MINUS = "AA-", "AA-"
    A_PLUS = "A+", "A+"
    A = "A", "A"
    A_MINUS = "A-", "A-"
    BBB = "BBB", _("BBB及以下")


AA_OR_BETTER = frozenset({IssuerRating.AAA, IssuerRating.AA_PLUS, IssuerRating.AA})


class GuaranteeState(models.TextChoices):
    """How far a guarantee is (状态)."""

    IN_FORCE = "in_force", _("在保")
    RELEASED = "released", _("已解保")
    CLAIMED = "claimed", _("已代偿")


TRANSITIONS: Mapping[str, frozenset[str]] = {
    GuaranteeState.IN_FORCE: frozenset({GuaranteeState.RELEASED, GuaranteeState.CLAIMED}),
    GuaranteeState.RELEASED: frozenset(),
    # What was paid for and then given up by the bank in full ends as released.
    GuaranteeState.CLAIMED: frozenset({GuaranteeState.RELEASED}),
}


class FiveClass(models.TextChoices):
    """五级分类 of a guarantee, best first."""

    NORMAL = "normal", _("正常")
    ATTENTION = "attention", _("关注")
    SUBSTANDARD = "substandard", _("次级")
    DOUBTFUL = "doubtful", _("可疑")
    LOSS = "loss", _("损失")
    UNCLASSED = "unclassed", _("未分类")


class Dimension(models.TextChoices):
    """What the register can be counted by (透视维度)."""

    BANK = "bank", _("银行")
    PRODUCT = "product", _("产品")
    KIND = "kind", _("业务种类")
    FIVE_CLASS = "five_class", _("五级分类")
    STATE = "state", _("状态")
    UNIT = "unit", _("管户机构")
    MANAGER = "manager", _("管户经理")
    INDUSTRY = "industry", _("行业门类")
    PROVINCE = "province", _("省份")
    COUNTED_YEAR = "counted_year", _("计入在保年份")
    DUE_MONTH = "due_month", _("到期月份")
    OVERDUE = "overdue", _("逾期情况")
    CUSTOMER = "customer", _("客户")


class Measure(models.TextChoices):
    """What is added up (透视指标)."""

    BALANCE = "balance", _("在保余额")
    DEBT_BALANCE = "debt_balance", _("债务余额")
    CONTRACT_AMOUNT = "contract_amount", _("合同金额")
    OVERDUE_AMOUNT = "overdue_amount", _("逾期金额")
    COUNT = "count", _("笔数")
    CUSTOMERS = "customers", _("户数")
