"""监管指标: where the institution stands, each figure with the two parts of its quotient, its limit and its rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from vouch.engine.ratios import Claims, Line, Quotient, headroom
from vouch.engine.ratios.leverage import SMALL_BALANCE_AT_LEAST, SMALL_CUSTOMERS_AT_LEAST
from vouch.engine.ratios.liability import WEIGHTS
from vouch.engine.ratios.quotient import Amount, half_up
from vouch.parties.models import Party
from vouch.parties.queries import control_groups, seen_among
from vouch.platform.identity.actor import Actor
from vouch.policy.models import CustomerTally, Rule, Tally
from vouch.policy.queries.claims import flows
from vouch.policy.queries.exposures import exposures
from vouch.policy.queries.figures import fen, months_known, standing_among
from vouch.policy.queries.measures import leverage_limit, limit_of
from vouch.policy.queries.moment import Moment
from vouch.policy.queries.rule import rules_in_force
from vouch.policy.queries.tally import Book, Weighed, book, newest_tally, weigh
from vouch.policy.queries.weighing import mostly_small
from vouch.policy.terms import AT_LEAST, LineName, Measure

LARGEST = 20


def yuan(amount: Amount) -> Decimal:
    """Fen as yuan, for display."""
    return half_up(Fraction(amount) / 100, 2)


@dataclass(frozen=True)
class Ratio:
    """One figure held against its limit; money in yuan. ``holds`` is None where there is no limit or nothing to hold."""

    title: str
    quotient: Quotient
    rule: Rule | None = None
    limit: Fraction | None = None
    is_floor: bool = False
    is_multiple: bool = False
    note: str = ""
    parts: tuple[str, str] = ("", "")

    @property
    def shown(self) -> str:
        """The quotient as returns ask for it."""
        if self.quotient.value is None:
            return _("无法计算")
        return _("%s 倍") % self.quotient.rounded() if self.is_multiple else f"{self.quotient.percent()}%"

    @property
    def shown_limit(self) -> str:
        """The limit in words."""
        if self.limit is None:
            return "—"
        number = self.limit if self.is_multiple else self.limit * 100
        text = f"{half_up(number, 2).normalize():f}" + (_(" 倍") if self.is_multiple else "%")
        return f"{'≥' if self.is_floor else '≤'} {text}"

    @property
    def numerator(self) -> Decimal:
        """In yuan."""
        return yuan(self.quotient.numerator)

    @property
    def denominator(self) -> Decimal:
        """In yuan."""
        return yuan(self.quotient.denominator)

    @property
    def holds(self) -> bool | None:
        """Whether the limit is kept."""
        if self.limit is None:
            return None
        return self.quotient.at_least(self.limit) if self.is_floor else self.quotient.at_most(self.limit)


@dataclass(frozen=True, slots=True)
class LineShare:
    """One line of the measure: balance and what it weighs, in yuan."""

    title: str
    balance: Decimal
    weight: int
    weighed: Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """A customer or a group among the largest: who (None: out of sight), its weight, its part of the base, what is left."""

    party: Party | None
    members: int
    weighed: Decimal
    share: str
    holds: bool
    left: Decimal


@dataclass(frozen=True)
class Position(Moment):
    """The institution at a moment."""

    at: datetime

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """For each measure the strictest rule in force that has a limit; the country's first."""
        found: dict[str, Rule] = {}
        for rule in rules_in_force(at=self.at, province=self.setting.province):
            known = found.get(rule.measure)
            if rule.limit is not None and rule.is_statutory and (known is None or _is_stricter(rule, known)):
                found[rule.measure] = rule
        return found

    @cached_property
    def tally(self) -> Tally | None:
        """The newest kept sums."""
        return newest_tally(self.reading)

    @cached_property
    def book(self) -> Book:
        """The whole book, as the gate takes it."""
        return book(at=self.at, as_of=self.day, reading=self.reading)

    @property
    def total(self) -> Weighed:
        """Its sums."""
        return self.book.total

    @property
    def balance(self) -> Decimal:
        """在保余额 of everything, in yuan."""
        return yuan(self.total.balance)

    @cached_property
    def claims_balance(self) -> Decimal:
        """K4 代偿余额: paid, less what came back and what is lost, in yuan."""
        ever = flows(None, self.day)
        lost = 0 if self.standing is None else fen(self.standing.row.losses_total)
        return yuan(ever.paid - ever.recovered - lost)

    @cached_property
    def lines(self) -> list[LineShare]:
        """Line by line as last kept; added up anew where nothing is kept."""
        if self.tally is not None:
            balances = {Line(name): Decimal(amount) for name, amount in self.tally.lines.items()}
        else:
            _parts, fens = weigh(exposures(None, as_of=self.day), self.reading)
            balances = {line: yuan(amount) for line, amount in fens.items()}
        return [
            LineShare(
                str(LineName(line).label), balances[line], WEIGHTS[line], balances[line] * WEIGHTS[line] / 100
            )
            for line in Line
        ]

    @cached_property
    def leverage(self) -> Ratio:
        """放大倍数."""
        rule = self.rules.get(Measure.LEVERAGE)
        limit = None if rule is None else leverage_limit(rule, is_small=mostly_small(self.total))
        return Ratio(
            _("放大倍数"), Quotient(self.total.liability, self.base), rule, limit, is_multiple=True,
            parts=(_("融资担保责任余额"), _("净资产基数")),
        )  # fmt: skip

    @cached_property
    def eligibility(self) -> list[Ratio]:
        """The two conditions of 15 times: of balances and of customers."""
        total = self.total
        return [
            Ratio(
                _("小微企业和农户在保余额占比"), Quotient(total.small, total.financing),
                limit=SMALL_BALANCE_AT_LEAST, is_floor=True, parts=(_("小微企业和农户"), _("融资担保在保余额")),
            ),
            Ratio(
                # Customers as fen of yuan, so that the page shows them as they are.
                _("小微企业和农户户数占比"),
                Quotient(total.small_customers * 100, total.financing_customers * 100),
                limit=SMALL_CUSTOMERS_AT_LEAST, is_floor=True, parts=(_("小微企业和农户（户）"), _("融资担保（户）")),
                note="customers",
            ),
        ]  # fmt: skip

    @cached_property
    def assets(self) -> list[Ratio]:
        """A1 to A4; nothing where no assets were entered."""
        if self.standing is None or not self.standing.has_assets:
            return []
        ratios = self.standing.ratios
        rest = _("资产总额 − 应收代偿款")
        told = (
            (Measure.SOUND_ASSETS, ratios.sound, (_("净资产 + 两项准备金"), _("资产总额"))),
            (Measure.FIRST_TWO_TIERS, ratios.first_two, (_("Ⅰ级 + Ⅱ级资产"), rest)),
            (Measure.FIRST_TIER, ratios.first, (_("Ⅰ级资产"), rest)),
            (Measure.THIRD_TIER, ratios.third, (_("Ⅲ级资产"), rest)),
        )
        found = []
        for measure, quotient, parts in told:
            rule = self.rules.get(measure)
            limit = None if rule is None else limit_of(rule)
            title = str(Measure(measure).label)
            found.append(Ratio(title, quotient, rule, limit, is_floor=measure in AT_LEAST, parts=parts))
        return found

    @cached_property
    def reserves(self) -> list[tuple[str, Decimal, Decimal, str]]:
        """Title, what there is, what there should be (yuan), how that is reckoned: R1, and R2 with R3."""
        if self.standing is None:
            return []
        row, due = self.standing.row, self.standing.compensation_due(self.total.liability)
        return [
            (
                _("未到期责任准备金"), row.unexpired_reserve, yuan(self.standing.unexpired_due),
                _("当年担保费收入 × 50%"),
            ),
            (
                _("担保赔偿准备金"), row.compensation_reserve, yuan(due.closing),
                _("上年末 − 动用 + 转回 + 本年应提（责任余额 1%，累计达 10% 后差额提取）"),
            ),
        ]  # fmt: skip

    @cached_property
    def statistics(self) -> list[tuple[str, str, Ratio]]:
        """K1 to K7: number, of which period, the quotient."""
        begun = date(self.day.year, 1, 1)
        year, ever = flows(begun, self.day), flows(None, self.day)
        row = None if self.standing is None else self.standing.row
        lost_year = 0 if row is None or row.month_end.year != self.day.year else fen(row.losses_year)
        lost = 0 if row is None else fen(row.losses_total)
        before = max(ever.paid - year.paid - (ever.recovered - year.recovered) - (lost - lost_year), 0)
        this = Claims(
            ended=year.ended, paid=year.paid, recovered=year.recovered, lost=lost_year, open_before=before
        )
        all_of = Claims(ended=ever.ended, paid=ever.paid, recovered=ever.recovered, lost=lost)
        reserves = 0 if self.standing is None else self.standing.reserves
        in_year, in_all = _("本年"), _("累计")
        ended, paid, back = _("解除担保额"), _("代偿额"), _("代偿回收额")
        return [
            ("K1", in_year, Ratio(_("担保代偿率"), this.claim_rate, parts=(paid, ended))),
            ("K2", in_all, Ratio(_("累计担保代偿率"), all_of.claim_rate, parts=(paid, ended))),
            ("K3", in_all, Ratio(_("担保损失率"), all_of.loss_rate, parts=(_("代偿损失额"), ended))),
            ("K3b", in_all, Ratio(_("代偿损失率"), all_of.claim_loss_rate, parts=(_("代偿损失额"), paid))),
            ("K5", in_year, Ratio(_("代偿回收率"), this.recovery_rate, parts=(back, _("期初代偿余额 + 代偿额")))),
            ("K5", in_all, Ratio(_("累计代偿回收率"), all_of.recovery_rate, parts=(back, paid))),
            ("K6", in_all, Ratio(
                _("拨备覆盖率"), all_of.coverage(reserves), parts=(_("三项准备金"), _("代偿余额")))),
            ("K7", in_all, Ratio(
                _("风险准备金覆盖率"), Quotient(reserves, self.total.balance),
                parts=(_("三项准备金"), _("在保余额")))),
        ]  # fmt: skip


def _is_stricter(one: Rule, other: Rule) -> bool:
    mine, theirs = limit_of(one), limit_of(other)
    return mine > theirs if one.measure in AT_LEAST else mine < theirs


def largest_customers(position: Position, actor: Actor) -> list[Place]:
    """Those who take up most of the base, by the newest kept sums; who is out of the actor's sight has no name."""
    rule = position.rules.get(Measure.SINGLE)
    if position.tally is None:
        return []
    rows = list(
        CustomerTally.objects.filter(tally=position.tally)
        .order_by("-concentrated", "party")
        .values_list("party", "concentrated")[:LARGEST]
    )
    seen = _seen(actor, [pk for pk, _amount in rows])
    return [_place(position, rule, seen.get(pk), 1, amount) for pk, amount in rows]


def largest_groups(position: Position, actor: Actor) -> list[Place]:
    """Groups by control and marriage that take up most of the base; named by their largest member that the actor sees."""
    rule = position.rules.get(Measure.GROUP)
    if position.tally is None:
        return []
    weights = dict(CustomerTally.objects.filter(tally=position.tally).values_list("party", "concentrated"))
    found: list[tuple[Decimal, list[int]]] = []
    for group in control_groups(as_of=position.day):
        members = sorted((pk for pk in group if pk in weights), key=lambda pk: (-weights[pk], pk))
        if len(members) > 1:
            found.append((sum((weights[pk] for pk in members), Decimal(0)), members))
    found.sort(key=lambda one: (-one[0], one[1]))
    top = found[:LARGEST]
    seen = _seen(actor, [pk for _amount, members in top for pk in members])
    return [
        _place(position, rule, next((seen[pk] for pk in members if pk in seen), None), len(members), amount)
        for amount, members in top
    ]


def _seen(actor: Actor, party_ids: Collection[int]) -> Mapping[int, Party]:
    return Party.objects.in_bulk(seen_among(actor, party_ids))


def _place(
    position: Position, rule: Rule | None, party: Party | None, members: int, amount: Decimal
) -> Place:
    quotient = Quotient(Fraction(amount) * 100, position.base)
    limit = Fraction(0) if rule is None else limit_of(rule)
    share = quotient.percent()
    return Place(
        party,
        members,
        amount.quantize(Decimal("0.01")),
        _("无法计算") if share is None else f"{share}%",
        rule is None or quotient.at_most(limit),
        yuan(headroom(quotient, limit)),
    )


def by_month(position: Position, months: int = 24) -> list[tuple[date, Decimal, Decimal | None]]:
    """Month's end, what the book weighed (yuan) and 放大倍数 by the figures of then: one kept sum for each month."""
    monthly = Tally.objects.annotate(month=TruncMonth("as_of")).order_by("-month", "-as_of", "-at", "-pk")
    known = months_known(at=position.at)
    told: list[tuple[date, Decimal, Decimal | None]] = []
    for row in reversed(monthly.distinct("month")[:months]):
        # Before the first ledger nothing is known, which is not the same as nothing guaranteed.
        if not told and not row.weighed:
            continue
        standing = standing_among(known, row.as_of, position.reading)
        multiple = None
        if standing is not None and standing.base > 0:
            multiple = half_up(Fraction(row.weighed) * 100 / standing.base, 4)
        told.append((row.as_of, row.weighed, multiple))
    return told
