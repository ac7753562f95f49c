"""Words of policy, and the states a version goes through."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PolicyState(TextChoices):
    """Where a version stands (政策状态)."""

    DRAFT = "draft", _("草稿")
    REVIEWED = "reviewed", _("已复核")
    SCHEDULED = "scheduled", _("已发布，待生效")
    PUBLISHED = "published", _("已发布")
    RETIRED = "retired", _("已停用")


TRANSITIONS: Mapping[str, frozenset[str]] = {
    PolicyState.DRAFT: frozenset({PolicyState.REVIEWED, PolicyState.RETIRED}),
    PolicyState.REVIEWED: frozenset({PolicyState.SCHEDULED, PolicyState.PUBLISHED, PolicyState.RETIRED}),
    PolicyState.SCHEDULED: frozenset({PolicyState.PUBLISHED, PolicyState.RETIRED}),
    PolicyState.PUBLISHED: frozenset({PolicyState.RETIRED}),
    PolicyState.RETIRED: frozenset(),
}


OUT = (PolicyState.SCHEDULED, PolicyState.PUBLISHED, PolicyState.RETIRED)
"""States in which a version may no longer be changed in anything but its state."""


class CustomerKind(TextChoices):
    """Whom a policy judges (适用对象)."""

    ENTERPRISE = "enterprise", _("企业")
    PERSON = "person", _("个人")


class Step(TextChoices):
    """What the gate judges before it is done (闸口步骤)."""

    GRANT_LIMIT = "grant_limit", _("核定额度")
    RAISE_LIMIT = "raise_limit", _("调高额度")
    DRAW = "draw", _("使用额度")
    CONFIRM_CLASS = "confirm_class", _("确认分类")
    PUBLISH_POLICY = "publish_policy", _("发布政策")


class Severity(TextChoices):
    """What follows where a rule is not kept (严重程度)."""

    BLOCK = "block", _("阻断")
    APPROVE = "approve", _("审批")
    HINT = "hint", _("提示")


class Jurisdiction(TextChoices):
    """Whose rule it is (适用范围); a province may be stricter than the country, never milder (只严不松)."""

    NATIONAL = "national", _("全国")
    PROVINCE = "province", _("省级")
    INSTITUTION = "institution", _("本机构")


class Measure(TextChoices):
    """What a rule holds against its limit (判断方式); closed, because each is reckoned by the engine."""

    NONE = "none", _("不由系统判断")
    LEVERAGE = "leverage", _("放大倍数")
    SINGLE = "single", _("单户集中度")
    GROUP = "group", _("集团集中度")
    SOUND_ASSETS = "sound_assets", _("净资产与准备金占资产比例")
    FIRST_TWO_TIERS = "first_two_tiers", _("Ⅰ级、Ⅱ级资产占比")
    FIRST_TIER = "first_tier", _("Ⅰ级资产占比")
    THIRD_TIER = "third_tier", _("Ⅲ级资产占比")
    NET_ASSETS_AGE = "net_assets_age", _("净资产数据的月龄")
    CONTROLLER = "controller", _("是否本机构控股股东、实际控制人")
    AFFILIATE = "affiliate", _("是否本机构其他关联方")
    ACTIVITY = "activity", _("是否禁止的业务")
    AMOUNT = "amount", _("本笔金额")
    CUSTOMER_BALANCE = "customer_balance", _("客户在保余额合计")
    EXPRESSION = "expression", _("按算式")


AT_LEAST = frozenset({Measure.SOUND_ASSETS, Measure.FIRST_TWO_TIERS, Measure.FIRST_TIER})
"""Measures that must reach their limit; those of AT_MOST must not go beyond it, the others have none."""

AT_MOST = frozenset(
    {
        Measure.LEVERAGE,
        Measure.SINGLE,
        Measure.GROUP,
        Measure.THIRD_TIER,
        Measure.NET_ASSETS_AGE,
        Measure.AMOUNT,
        Measure.CUSTOMER_BALANCE,
    }
)


class Activity(TextChoices):
    """条例 23: what a guarantee company must not do (禁止的业务)."""

    DEPOSITS = "deposits", _("吸收或变相吸收存款")
    OWN_LENDING = "own_lending", _("自营贷款")
    ENTRUSTED_LENDING = "entrusted_lending", _("受托贷款")
    ENTRUSTED_INVESTMENT = "entrusted_investment", _("受托投资")


class SignedState(TextChoices):
    """Where something stands that two persons must sign (双人确认)."""

    PROPOSED = "proposed", _("待确认")
    CONFIRMED = "confirmed", _("已确认")
    REFUSED = "refused", _("已退回")


SIGNED_TRANSITIONS: Mapping[str, frozenset[str]] = {
    SignedState.PROPOSED: frozenset({SignedState.CONFIRMED, SignedState.REFUSED}),
    SignedState.CONFIRMED: frozenset(),
    SignedState.REFUSED: frozenset(),
}

LAWYER_AT = 90
"""A rule of which we are no surer than this (percent) is shown as 待律师确认."""


class AssetKind(TextChoices):
    """Kinds of assets that the tiers tell apart (资产种类); values are those of ``engine.ratios.Asset``."""

    CASH = "cash", _("现金")
    DEPOSITS = "deposits", _("银行存款")
    MARGINS = "margins", _("存出保证金")
    MONEY_FUNDS = "money_funds", _("货币市场基金")
    TREASURIES = "treasuries", _("国债、金融债券")
    SHORT_WEALTH = "short_wealth", _("可随时赎回或三个月内到期的银行理财")
    AAA_BONDS = "aaa_bonds", _("AAA级债券")
    OTHER_MONEY = "other_money", _("其他货币资金")
    OTHER_WEALTH = "other_wealth", _("其他银行理财")
    AA_BONDS = "aa_bonds", _("AA级、AA+级债券")
    GUARANTOR_EQUITY = "guarantor_equity", _("对其他融资担保、再担保公司的股权投资")
    CUSTOMER_EQUITY = "customer_equity", _("对在保客户的股权投资")
    SHORT_ENTRUSTED = "short_entrusted", _("对在保客户六个月以内的委托贷款")
    OWN_PREMISES = "own_premises", _("自用型房产")
    OTHER_EQUITY = "other_equity", _("其他股权类资产")
    LOW_BONDS = "low_bonds", _("AA-级以下或无评级债券")
    PLANS = "plans", _("信托、资管计划、基金、资产支持证券")
    OTHER_ENTRUSTED = "other_entrusted", _("其他委托贷款")
    OTHER_PREMISES = "other_premises", _("非自用型房产")
    OTHER_RECEIVABLES = "other_receivables", _("其他应收款")
    CLAIMS_RECEIVABLE = "claims_receivable", _("应收代偿款")
    UNCLASSED = "unclassed", _("不列入各级的其他资产")


class ScopeReading(TextChoices):
    """X2; values are those of ``engine.ratios.ThresholdScope``."""

    CUSTOMER_LOANS = "customer_loans", _("客户的全部借款类，不含住房置业")
    CUSTOMER_FINANCING = "customer_financing", _("客户的全部融资担保")
    CONTRACT = "contract", _("逐笔合同")


class ThresholdReading(TextChoices):
    """X3; values are those of ``engine.ratios.ThresholdAmount``."""

    OWN_SHARE = "own_share", _("本机构承担部分")
    FULL = "full", _("债务全额")


class NetAssetsReading(TextChoices):
    """X7; values are those of ``engine.ratios.NetAssetsDate``."""

    LATEST_MONTH = "latest_month", _("最近月末，未审计的注明")
    AUDITED_YEAR = "audited_year", _("最近经审计的年末")


class OverlapReading(TextChoices):
    """X10; values are those of ``engine.ratios.Overlap``."""

    BY_RECORD = "by_record", _("以借款人登记身份为准")
    FARMER_FIRST = "farmer_first", _("先按农户")


class LineName(TextChoices):
    """Lines of the measure (计量办法); values are those of ``engine.ratios.Line``."""

    SMALL_LOANS = "small_loans", _("小微企业借款（单户 500 万元以下）")
    FARMER_LOANS = "farmer_loans", _("农户借款（单户 200 万元以下）")
    HOUSING = "housing", _("住房置业担保")
    OTHER_LOANS = "other_loans", _("其他借款")
    RATED_BONDS = "rated_bonds", _("发行债券（主体 AA 级以上）")
    OTHER_BONDS = "other_bonds", _("其他发行债券")
    OTHER_FINANCING = "other_financing", _("其他融资担保")
    NON_FINANCING = "non_financing", _("非融资担保（计入）")
    APART = "apart", _("单独列示（不计入）")
