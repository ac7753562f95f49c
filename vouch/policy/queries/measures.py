"""How each measure of the rule library judges a proposal: nothing where the rule is kept, else the numbers and what would satisfy it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from vouch.engine.ratios import Quotient
from vouch.engine.ratios.quotient import Amount, half_up
from vouch.parties.terms import Affiliation
from vouch.platform.web import figures
from vouch.policy.models import Rule
from vouch.policy.queries.formula import is_kept, shown_values, values_for, words_of
from vouch.policy.queries.weighing import NOBODY, Weighing, most_allowed
from vouch.policy.terms import AT_LEAST, Activity, Measure, Step

CONTROLLING = frozenset({Affiliation.HOLDER, Affiliation.CONTROLLER})
Numbers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """That a rule is not kept: the numbers that it was held against, and what would satisfy it."""

    numbers: Numbers
    remedy: str
    # What of the numbers is told to whoever may not see sums over other people's customers; None for all of them.
    without_sums: Numbers | None = None


Judge = Callable[[Rule, Weighing], Fault | None]


def judged(rule: Rule, weighing: Weighing) -> Fault | None:
    """Hold a proposal against one rule."""
    found = JUDGES[Measure(rule.measure)]
    return found(rule, weighing)


def wan(amount: Amount) -> str:
    """Fen as 万元, as a person reads them."""
    return _("%(amount)s 万元") % {"amount": figures.wan(half_up(Fraction(amount) / 100, 2))}


def _down(amount: int) -> str:
    """The same, never more than it is: what may be done must hold when it is done."""
    return wan(amount - amount % 10_000)


def _up(amount: Fraction) -> str:
    return wan(-(-amount // 10_000) * 10_000)


def shown(quotient: Quotient) -> str:
    """A quotient in percent, four places as returns ask for."""
    found = quotient.percent()
    return _("无法计算") if found is None else f"{found}%"


def limit_of(rule: Rule) -> Fraction:
    """The limit, exactly."""
    return Fraction(rule.limit or 0)


def _percent(limit: Fraction) -> str:
    return f"{half_up(limit * 100, 2).normalize():f}%"


def missing_figures(weighing: Weighing) -> Fault | None:
    """What stops every limit that is measured by net assets: none are known, or the base is nought or less."""
    if weighing.standing is None:
        is_audited = weighing.setting.net_assets == "audited_year"
        lacking = _("没有已确认的经审计年末数据（口径 X7）") if is_audited else _("没有已确认的机构月度数据")
        remedy = _("请在“监管指标 → 机构数据”录入净资产，并由第二人确认。")
        return Fault(((_("净资产基数"), lacking),), remedy)
    if weighing.base <= 0:
        row = weighing.standing.row
        numbers = (
            (_("月份"), f"{row.month_end:%Y-%m}"),
            (_("净资产"), wan(int(row.net_assets * 100))),
            (_("对其他担保公司的股权投资"), wan(int(row.guarantor_equity * 100))),
            (_("净资产基数"), wan(weighing.base)),
        )
        return Fault(numbers, _("净资产基数不大于零，任何比例都无法满足；补充资本或更正“机构数据”后再办理。"))
    return None


def _based(weighing: Weighing) -> Numbers:
    return ((_("净资产基数"), wan(weighing.base)),)


def _amount_or_base(most: int | None, weighed: Amount, limit: Fraction) -> str:
    """What would satisfy a limit on a quotient over the base: a smaller amount, or a larger base."""
    base = _("净资产基数达到 %s") % _up(Fraction(weighed) / limit)
    if most is None:
        return _("目前已经超过限值，须先降低在保余额，或%s。") % base
    if not most:
        return _("目前没有余地，须先降低在保余额，或%s。") % base
    return _("本笔不超过 %(most)s，或%(base)s。") % {"most": _down(most), "base": base}


def _is_of_many(weighing: Weighing) -> bool:
    """A limit that customers share: none of them is measured by it. The largest limit of a policy is one customer's."""
    return weighing.customer == NOBODY and weighing.proposal.step != Step.PUBLISH_POLICY


def _single(rule: Rule, weighing: Weighing) -> Fault | None:
    if _is_of_many(weighing):
        return None
    return _concentration(rule, weighing, weighing.single, ())


def _group(rule: Rule, weighing: Weighing) -> Fault | None:
    if not weighing.group:
        # Nobody beside the customer: its own limit is the stricter one.
        return missing_figures(weighing)
    members = ((_("关联方户数"), str(len(weighing.group))),)
    return _concentration(rule, weighing, weighing.grouped, members)


def _concentration(
    rule: Rule, weighing: Weighing, quotient: Callable[[int], Quotient], beside: Numbers
) -> Fault | None:
    lacking = missing_figures(weighing)
    if lacking is not None:
        return lacking
    limit, found = limit_of(rule), quotient(weighing.amount)
    if found.at_most(limit):
        return None
    numbers = (
        (_("本笔金额"), wan(weighing.amount)),
        *beside,
        (_("已有责任余额"), wan(quotient(0).numerator)),
        (_("含本笔责任余额"), wan(found.numerator)),
        *_based(weighing),
        (_("占比"), shown(found)),
        (_("限值"), _percent(limit)),
    )
    most = most_allowed(lambda amount: quotient(amount).at_most(limit), weighing.amount)
    return Fault(numbers, _amount_or_base(most, found.numerator, limit), numbers[-2:] if beside else None)


def leverage_limit(rule: Rule, *, is_small: bool) -> Fraction:
    """10 times, or 15 for who mainly serves small firms and farmers."""
    return Fraction(rule.limit_of_small) if is_small and rule.limit_of_small else limit_of(rule)


def _leverage(rule: Rule, weighing: Weighing) -> Fault | None:
    lacking = missing_figures(weighing)
    if lacking is not None:
        return lacking

    def holds(amount: int) -> bool:
        limit = leverage_limit(rule, is_small=weighing.is_small_house(amount))
        return weighing.leverage(amount).at_most(limit)

    if holds(weighing.amount):
        return None
    found = weighing.leverage(weighing.amount)
    limit = leverage_limit(rule, is_small=weighing.is_small_house(weighing.amount))
    numbers = (
        (_("本笔金额"), wan(weighing.amount)),
        (_("含本笔融资担保责任余额"), wan(found.numerator)),
        *_based(weighing),
        (_("放大倍数"), _("%s 倍") % found.rounded()),
        (_("限值"), _("%s 倍") % f"{half_up(limit, 2).normalize():f}"),
    )
    most = most_allowed(holds, weighing.amount)
    return Fault(numbers, _amount_or_base(most, found.numerator, limit), numbers[-2:])


_TESTS: Mapping[str, Callable[[Weighing], Quotient]] = {
    Measure.SOUND_ASSETS: lambda one: one.standing.ratios.sound,  # type: ignore[union-attr]
    Measure.FIRST_TWO_TIERS: lambda one: one.standing.ratios.first_two,  # type: ignore[union-attr]
    Measure.FIRST_TIER: lambda one: one.standing.ratios.first,  # type: ignore[union-attr]
    Measure.THIRD_TIER: lambda one: one.standing.ratios.third,  # type: ignore[union-attr]
}


def _assets(rule: Rule, weighing: Weighing) -> Fault | None:
    standing = weighing.standing
    if standing is None or not standing.has_assets:
        remedy = _("请在“监管指标 → 机构数据”录入各类资产，并由第二人确认。")
        return Fault(((_("资产明细"), _("没有已确认的数据")),), remedy)
    found, limit = _TESTS[rule.measure](weighing), limit_of(rule)
    is_floor = rule.measure in AT_LEAST
    if found.at_least(limit) if is_floor else found.at_most(limit):
        return None
    numbers = (
        (_("月份"), f"{standing.row.month_end:%Y-%m}"),
        (_("分子"), wan(found.numerator)),
        (_("分母"), wan(found.denominator)),
        (_("占比"), shown(found)),
        (_("不低于") if is_floor else _("不高于"), _percent(limit)),
    )
    return Fault(numbers, _("请调整资产结构；数据有误的，在“机构数据”更正。"))


def _net_assets_age(rule: Rule, weighing: Weighing) -> Fault | None:
    latest = weighing.latest_month
    if latest is None:
        return missing_figures(weighing)
    months = (weighing.day.year - latest.year) * 12 + weighing.day.month - latest.month
    if months <= limit_of(rule):
        return None
    numbers = (
        (_("最近一期机构数据"), f"{latest:%Y-%m}"),
        (_("距今"), _("%d 个月") % months),
        (_("不超过"), _("%d 个月") % int(limit_of(rule))),
    )
    return Fault(numbers, _("请在“监管指标 → 机构数据”录入最近月末的数据，并由第二人确认。"))


def _unknown_house(weighing: Weighing) -> Fault | None:
    """Why it cannot be told who controls the institution; what cannot be told is not let through."""
    if not weighing.setting.own_code:
        remedy = _("请在“监管指标 → 监管口径”登记本机构统一社会信用代码，并由第二人确认。")
        return Fault(((_("本机构"), _("尚未登记")),), remedy)
    if weighing.own_party is None:
        remedy = _("请把本机构建为客户档案，并登记其股东和实际控制人。")
        return Fault(((_("本机构"), _("客户档案中没有 %s") % weighing.setting.own_code),), remedy)
    # A director alone says nothing of who owns it, and the state as its owner has no record to be affiliated by.
    if not weighing.is_house_known:
        remedy = _("请在本机构的档案中登记股东或实际控制人。")
        return Fault(((_("本机构的股东和实际控制人"), _("尚未登记")),), remedy)
    return None


def _controller(_rule: Rule, weighing: Weighing) -> Fault | None:
    if weighing.customer == NOBODY:
        return None
    unknown = _unknown_house(weighing)
    if unknown is not None:
        return unknown
    reason = weighing.house_reason
    if reason is None or reason not in CONTROLLING:
        return None
    numbers = ((_("与本机构的关系"), str(Affiliation(reason).label)), (_("本笔金额"), wan(weighing.amount)))
    return Fault(numbers, _("不得办理。该关系有误的，先在关系登记中更正。"))


def _affiliate(_rule: Rule, weighing: Weighing) -> Fault | None:
    reason = weighing.house_reason
    if weighing.customer == NOBODY or reason is None or reason in CONTROLLING:
        return None
    numbers = ((_("与本机构的关系"), str(Affiliation(reason).label)), (_("本笔金额"), wan(weighing.amount)))
    return Fault(
        numbers, _("条件不得优于非关联方，经审批后办理，并在提供担保之日起 30 日内报告、在附注中披露。")
    )


def _activity(_rule: Rule, weighing: Weighing) -> Fault | None:
    said = weighing.proposal.facts.get("proposal.activity")
    if not isinstance(said, str) or said not in Activity.values:
        return None
    numbers = ((_("业务性质"), str(Activity(said).label)),)
    return Fault(numbers, _("融资担保公司不得从事，不得办理。"))


def _amount(rule: Rule, weighing: Weighing) -> Fault | None:
    limit = limit_of(rule) * 100
    if _is_of_many(weighing) or weighing.amount <= limit:
        return None
    numbers = ((_("本笔金额"), wan(weighing.amount)), (_("限值"), wan(limit)))
    return Fault(numbers, _("本笔不超过 %s。") % wan(limit))


def _customer_balance(rule: Rule, weighing: Weighing) -> Fault | None:
    if _is_of_many(weighing):
        return None
    before = sum(one.balance(weighing.reading) for one in weighing.own)
    total, limit = before + weighing.new(weighing.amount).balance(weighing.reading), limit_of(rule) * 100
    if total <= limit:
        return None

    def holds(amount: int) -> bool:
        return before + weighing.new(amount).balance(weighing.reading) <= limit

    numbers = ((_("已有在保余额"), wan(before)), (_("含本笔"), wan(total)), (_("限值"), wan(limit)))
    most = most_allowed(holds, weighing.amount)
    remedy = _("本笔不超过 %s。") % _down(most) if most else _("没有余地，须先降低该客户的在保余额。")
    return Fault(numbers, remedy)


def _expression(rule: Rule, weighing: Weighing) -> Fault | None:
    proposal = weighing.proposal
    given = {
        **proposal.facts,
        "proposal.amount": weighing.amount,
        "proposal.kind": str(proposal.kind),
        "proposal.share_rate": int(proposal.share_rate * 1_000_000),
        "proposal.step": str(proposal.step),
    }
    party_id = None if weighing.customer == NOBODY else weighing.customer
    values = values_for(rule.expression, given, party_id=party_id, day=weighing.day)
    if is_kept(rule.expression, values):
        return None
    return Fault(tuple(shown_values(values)), _("须满足：%s。") % words_of(rule.expression))


JUDGES: Mapping[Measure, Judge] = {
    Measure.NONE: lambda _rule, _weighing: None,
    Measure.LEVERAGE: _leverage,
    Measure.SINGLE: _single,
    Measure.GROUP: _group,
    Measure.SOUND_ASSETS: _assets,
    Measure.FIRST_TWO_TIERS: _assets,
    Measure.FIRST_TIER: _assets,
    Measure.THIRD_TIER: _assets,
    Measure.NET_ASSETS_AGE: _net_assets_age,
    Measure.CONTROLLER: _controller,
    Measure.AFFILIATE: _affiliate,
    Measure.ACTIVITY: _activity,
    Measure.AMOUNT: _amount,
    Measure.CUSTOMER_BALANCE: _customer_balance,
    Measure.EXPRESSION: _expression,
}


def shown_limits(rule: Rule) -> list[str]:
    """A rule's limits as a person reads them; none for one that has none."""
    if rule.limit is None:
        return []
    match rule.measure:
        case Measure.LEVERAGE:
            multiples = [rule.limit, *([rule.limit_of_small] if rule.limit_of_small else [])]
            return [_("≤ %s 倍") % f"{one.normalize():f}" for one in multiples]
        case Measure.NET_ASSETS_AGE:
            return [_("≤ %d 个月") % int(rule.limit)]
        case Measure.AMOUNT | Measure.CUSTOMER_BALANCE:
            return [f"≤ {wan(limit_of(rule) * 100)}"]
        case _:
            return [f"{'≥' if rule.measure in AT_LEAST else '≤'} {_percent(limit_of(rule))}"]
