"""The supervisor's measures through the rooms: the book imported, the figures confirmed, the gate asked."""

from __future__ import annotations

import random
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from tests.institution import figures_of, house, read_as, rules_in_force, yuan
from tests.networks import control, firm
from vouch.business.tests.conftest import Load
from vouch.business.tests.measured import HEAD, example, medium, natural, row, small, sole_trader
from vouch.engine.ratios import Kind, Line, liability
from vouch.parties.models import Party
from vouch.platform.identity.actor import system_actor
from vouch.platform.ledger.testing import writing
from vouch.policy.actions import take_tally
from vouch.policy.queries import Proposal, Verdict, exposures, judge
from vouch.policy.queries.setting import reading_of, setting_in_force
from vouch.policy.queries.tally import book
from vouch.policy.queries.weighing import Weighing
from vouch.policy.terms import Step

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def customers(load: Load, now: datetime) -> dict[str, Party]:
    """The example's book, the institution's figures, its record and the rules."""
    found, text = example()
    load("guarantees", text)
    house()
    read_as(now)
    rules_in_force(now)
    figures_of(now, net_assets="60000", guarantor_equity="2000", assets={"guarantor_equity": "2000"})
    return found


def asked(party: Party | None, wan: str, *, at: datetime, **others: Any) -> Verdict:
    values: dict[str, Any] = {"step": Step.DRAW, "amount": yuan(wan)} | others
    return judge(Proposal(party_id=None if party is None else party.pk, **values), at=at)


def refused_by(verdict: Verdict) -> set[str]:
    return {one.rule for one in verdict.refusals}


def total(at: datetime) -> Decimal:
    """责任余额 of the whole book in 万元, as the gate takes it."""
    reading = reading_of(setting_in_force(at=at))
    return Decimal(str(float(book(at=at, as_of=DAY, reading=reading).total.liability))) / 1_000_000


def test_the_example_weighs_what_the_regulation_says(customers: dict[str, Party], now: datetime) -> None:
    found = liability(exposures(None, as_of=DAY), reading_of(setting_in_force(at=now)))
    wan = {name: getattr(found, name) / 1_000_000 for name in ("loans", "bonds", "other", "total", "balance")}
    assert {name: f"{float(value):.2f}" for name, value in wan.items()} == {
        "loans": "2621.02", "bonds": "13000.00", "other": "2000.00", "total": "17621.02", "balance": "20000.02",
    }  # fmt: skip
    weighing = Weighing(Proposal(step=Step.DRAW, party_id=None, amount=Decimal(0)), now)
    assert weighing.base == 58_000 * 1_000_000
    assert str(weighing.leverage(0).rounded()) == "0.3038"


def test_each_guarantee_of_the_example_weighs_by_itself(customers: dict[str, Party], now: datetime) -> None:
    reading = reading_of(setting_in_force(at=now))
    expected = {
        "C1": "360.00", "C2": "375.00", "C3": "500.01", "C4": "150.00", "C5": "200.01", "C6": "1000.00",
        "C7": "36.00", "C8": "8000.00", "C9": "5000.00", "C10": "2000.00",
    }  # fmt: skip
    found = {
        name: f"{float(liability(exposures([party.pk], as_of=DAY), reading).total / 1_000_000):.2f}"
        for name, party in customers.items()
    }
    assert found == expected


def test_v_conc_1_and_2_a_bond_weighs_by_its_issuer(customers: dict[str, Party], now: datetime) -> None:
    (refusal,) = asked(customers["C8"], "0.01", at=now, kind=Kind.OTHER).refusals
    assert refusal.rule == "TL-16-1"
    assert ("占比", "10.3448%") in refusal.numbers
    weighing = Weighing(Proposal(step=Step.DRAW, party_id=customers["C8"].pk, amount=Decimal(0)), now)
    assert str(weighing.single(0).percent()) == "10.3448"
    read_as(now, eases_rated_bonds=False, starts_on=date(2026, 1, 2))
    again = Weighing(weighing.proposal, now)
    assert str(again.single(0).percent()) == "13.7931"
    with writing(), connection.cursor() as cursor:
        cursor.execute("UPDATE business_guarantee SET issuer_rating = 'AA-' WHERE number = 'G9'")
    assert str(Weighing(weighing.proposal, now).single(0).percent()) == "17.2414"


def test_v_conc_3_a_group_is_weighed_together(customers: dict[str, Party], now: datetime) -> None:
    control(customers["C8"], customers["C6"])
    control(customers["C8"], customers["C10"])
    verdict = asked(customers["C6"], "0.01", at=now)
    (refusal,) = verdict.refusals
    assert (refusal.rule, refusal.title) == ("TL-16-2", "集团集中度")
    assert ("占比", "15.5173%") in refusal.numbers
    weighing = Weighing(Proposal(step=Step.DRAW, party_id=customers["C6"].pk, amount=Decimal(0)), now)
    assert str(weighing.grouped(0).percent()) == "15.5172"


def test_v_head_what_may_still_be_done_is_named_exactly(customers: dict[str, Party], now: datetime) -> None:
    newcomer = firm("新客户")
    assert asked(newcomer, "5800", at=now).passes
    (refusal,) = asked(newcomer, "5800.01", at=now).refusals
    assert refusal.remedy.startswith("本笔不超过 5,800.00 万元")
    rated: dict[str, Any] = {"kind": Kind.BOND, "facts": {"proposal.issuer_rating": "AA"}}
    (refusal,) = asked(newcomer, "9700", at=now, **rated).refusals
    assert refusal.remedy.startswith("本笔不超过 9,666.66 万元")
    assert asked(newcomer, "9666.66", at=now, **rated).passes
    assert not asked(newcomer, "9666.67", at=now, **rated).passes


def test_v_cliff_a_little_more_weighs_the_whole_customer(customers: dict[str, Party], now: datetime) -> None:
    weighing = Weighing(Proposal(step=Step.DRAW, party_id=customers["C1"].pk, amount=yuan("20.01")), now)
    added = weighing.whole(weighing.amount).liability - weighing.whole(0).liability
    assert added == Decimal("140.01") * 1_000_000
    # At 20.00 the customer stands at 500 exactly, and still has the lower weight.
    assert weighing.whole(20 * 1_000_000).liability - weighing.whole(0).liability == 15 * 1_000_000


def test_the_cliff_decides_at_the_gate(load: Load, now: datetime) -> None:
    """A base that holds 375 and not 375.01: 480 + 20 passes, 480 + 20.01 weighs 500.01 and does not."""
    customer = small("甲一")
    load("guarantees", HEAD + row("G1", customer, "480"))
    house()
    read_as(now)
    rules_in_force(now)
    figures_of(now, net_assets="3750")
    assert asked(customer, "20", at=now).passes
    (refusal,) = asked(customer, "20.01", at=now).refusals
    assert ("已有责任余额", "360.00 万元") in refusal.numbers
    assert ("含本笔责任余额", "500.01 万元") in refusal.numbers
    assert refusal.remedy == "本笔不超过 20.00 万元，或净资产基数达到 5,000.10 万元。"


@pytest.mark.parametrize(
    ("book_wan", "is_small", "passes"),
    [
        ("580000", False, True),
        ("580000.01", False, False),
        ("870000", True, True),
        ("870000.01", True, False),
    ],
)
def test_v_lev_ten_and_fifteen_times_to_the_cent(
    load: Load, now: datetime, book_wan: str, is_small: bool, passes: bool
) -> None:
    """Whole books at the limit; a tenth of a hair more, and one more yuan is refused."""
    others = [small(f"小微{place}") for place in range(9)] if is_small else []
    # The one large customer stands at another's door: nine of ten customers and most of the balance are small.
    large = medium("大户")
    lines = [row(f"S{place}", one, "70000") for place, one in enumerate(others)]
    rest = Decimal(book_wan) - 70_000 * len(others)
    house()
    load("guarantees", HEAD + "".join(lines) + row("L", large, str(rest)))
    read_as(now)
    rules_in_force(now)
    figures_of(now, net_assets="58000")
    verdict = asked(None, "0", at=now)
    assert ("TL-15" not in refused_by(verdict)) is passes
    if not passes:
        (refusal,) = [one for one in verdict.refusals if one.rule == "TL-15"]
        assert ("限值", f"{15 if is_small else 10} 倍") in refusal.numbers
        assert refusal.remedy.startswith("目前已经超过限值")


@pytest.mark.parametrize(
    ("small_wan", "large_wan", "small_count", "large_count", "is_eligible"),
    [
        ("5000", "5000", 80, 20, True),
        ("4999.99", "5000.01", 80, 20, False),
        ("9000", "1000", 79, 21, False),
    ],
)
def test_v_15x_both_parts_are_needed(
    load: Load,
    now: datetime,
    small_wan: str,
    large_wan: str,
    small_count: int,
    large_count: int,
    is_eligible: bool,
) -> None:
    lines = [
        row(f"{kind}{place}", make(f"{kind}{place}"), _part(wan, count, place))
        for kind, make, wan, count in (
            ("小", small, small_wan, small_count),
            ("大", medium, large_wan, large_count),
        )
        for place in range(count)
    ]
    load("guarantees", HEAD + "".join(lines))
    read_as(now)
    figures_of(now, net_assets="100")
    weighing = Weighing(Proposal(step=Step.DRAW, party_id=None, amount=Decimal(0)), now)
    assert weighing.is_small_house(0) is is_eligible


def _part(wan: str, count: int, place: int) -> str:
    """An even part, the last one with the rest."""
    part = (Decimal(wan) / count).quantize(Decimal("0.01"))
    return str(part if place else Decimal(wan) - part * (count - 1))


def test_v_neg_without_a_positive_base_nothing_passes_and_it_says_why(load: Load, now: datetime) -> None:
    customer = small("甲一")
    house()
    read_as(now)
    rules_in_force(now)
    verdict = asked(customer, "1", at=now)
    assert refused_by(verdict) == {"TL-15", "TL-16-1", "TL-16-2"}
    assert all(("净资产基数", "没有已确认的机构月度数据") in one.numbers for one in verdict.refusals)
    assert all("机构数据" in one.remedy for one in verdict.refusals)
    figures_of(now, net_assets="2000", guarantor_equity="2000")
    verdict = asked(customer, "1", at=now)
    assert refused_by(verdict) == {"TL-15", "TL-16-1", "TL-16-2"}
    assert all(("净资产基数", "0.00 万元") in one.numbers for one in verdict.refusals)
    assert (
        Weighing(Proposal(step=Step.DRAW, party_id=customer.pk, amount=Decimal(1)), now).leverage(0).value
        is None
    )
    figures_of(now, net_assets="1999.99", guarantor_equity="2000")
    assert refused_by(asked(customer, "1", at=now)) == {"TL-15", "TL-16-1", "TL-16-2"}
    figures_of(now, net_assets="2010.01", guarantor_equity="2000")
    assert asked(customer, "1", at=now).passes


SWITCHES: tuple[tuple[str, Any, str], ...] = (
    # X1: B1 leaves the lower weight: 500 × 25 %.
    ("includes_boundary", False, "125"),
    # X2: B2 and B3, 501 together, each stay below 500: 501 × 25 % less.
    ("scope", "contract", "-125.25"),
    # X2: B4's customer has 550 with its other financing: 100 × 25 % more.
    ("scope", "customer_financing", "25"),
    # X3: B6 is 700 in full: 140 × 25 % more.
    ("amount", "full", "35"),
    # X5: 40 % of B7 leaves.
    ("deducts_ceded", True, "-240"),
    # X6, X9: B8, B9 count.
    ("counts_non_financing", True, "70"),
    ("excludes_protected_funds", False, "90"),
    # X10: a farmer's threshold is 200, so B10 weighs whole.
    ("overlap", "farmer_first", "75"),
)
"""By how much the book below weighs more (万元) under the other setting."""


def _switched_book() -> str:
    boundary, two, mixed, shared = small("边界"), small("两笔"), small("兼有"), small("分险")
    ceded, bail, fund = medium("分出"), medium("保函"), medium("基金")
    trader = sole_trader("农户小店", natural("店主", is_farmer=True))
    return HEAD + "".join(
        (
            # Exactly 500 by loans, and 1000 of which half is ours: both at the boundary.
            row("B1", boundary, "500"),
            row("B2", two, "250"), row("B3", two, "251"),
            row("B4", mixed, "100"), row("B5", mixed, "450", kind="其他融资"),
            row("B6", shared, "700", share="20%"),
            row("B7", ceded, "600", ceded="40%"),
            row("B8", bail, "70", kind="非融资"),
            row("B9", fund, "90", kind="保本基金", on="2016-05-01"),
            row("B10", trader, "300"),
        )
    )  # fmt: skip


@pytest.mark.parametrize(("name", "value", "expected"), SWITCHES)
def test_every_switch_changes_the_book_as_it_should(
    load: Load, now: datetime, name: str, value: Any, expected: str
) -> None:
    load("guarantees", _switched_book())
    read_as(now)
    take_tally(actor=system_actor("policy"), at=now)
    before = total(now)
    read_as(now, **{name: value}, starts_on=date(2026, 1, 2))
    assert (total(now) - before).quantize(Decimal("0.01")) == Decimal(expected)


def test_x4_and_x7_change_the_base(now: datetime) -> None:
    figures_of(
        now, month_end=date(2025, 12, 31), is_audited=True, net_assets="50000", guarantor_equity="1000"
    )
    figures_of(now, net_assets="60000", guarantor_equity="2000")
    proposal = Proposal(step=Step.DRAW, party_id=None, amount=Decimal(0))
    bases = []
    readings: tuple[dict[str, Any], ...] = ({}, {"deducts_equity": False}, {"net_assets": "audited_year"})
    for place, switches in enumerate(readings, start=2):
        read_as(now, starts_on=date(2026, 1, place), **switches)
        bases.append(Weighing(proposal, now).base // 1_000_000)
    assert bases == [58_000, 60_000, 49_000]


def test_v_share_our_part_decides_or_the_whole_debt(load: Load, now: datetime) -> None:
    load("guarantees", HEAD + row("G1", small("甲一"), "600", share="80%"))
    read_as(now)
    assert total(now) == 360
    read_as(now, amount="full", starts_on=date(2026, 1, 2))
    assert total(now) == 480


def independent(at: datetime) -> Decimal:
    """The liability under the default reading by one statement of its own over the tables."""
    with connection.cursor() as cursor:
        cursor.execute("""
            WITH one AS (
                SELECT coalesce(p.canonical_id, p.id) AS who, g.kind, g.issuer_rating, g.counted_on,
                    round(g.debt_balance * g.share_rate, 2) AS own
                FROM business_guarantee g JOIN parties_party p ON p.id = g.party_id WHERE g.state = 'in_force'
            ), loans AS (SELECT who, sum(own) AS loans FROM one WHERE kind = 'loan' GROUP BY who)
            SELECT coalesce(sum(own * CASE
                WHEN one.kind = 'loan' AND w.kind = 'farmer' THEN CASE WHEN loans <= 2000000 THEN 0.75 ELSE 1 END
                WHEN one.kind = 'loan' AND loans <= 5000000
                    AND (w.kind = 'sole_trader' OR (e.staff_count < 300 AND e.revenue IS NOT NULL)) THEN 0.75
                WHEN one.kind = 'housing' THEN 0.3
                WHEN one.kind = 'bond' AND issuer_rating IN ('AAA', 'AA+', 'AA') THEN 0.8
                WHEN one.kind = 'non_financing' THEN 0
                WHEN one.kind = 'protected_fund' AND counted_on < '2017-10-01' THEN 0
                ELSE 1 END), 0)
            FROM one LEFT JOIN loans USING (who) JOIN parties_party w ON w.id = one.who
                LEFT JOIN parties_enterprise e ON e.party_id = one.who
        """)
        return Decimal(cursor.fetchone()[0]) / 10_000


@pytest.mark.parametrize("seed", range(4))
def test_the_liability_of_a_book_of_chance_is_an_independent_sum(
    load: Load, now: datetime, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a book, not a secret
    makers = (small, medium, natural, sole_trader, lambda name: natural(name, is_farmer=True))
    people = [chance.choice(makers)(f"客户{seed}-{place}") for place in range(40)]
    with writing():
        for merged, stays in ((people[0], people[1]), (people[2], people[3])):
            Party.objects.filter(pk=merged.pk).update(canonical=stays)
    kinds = ("借款类", "借款类", "借款类", "住房置业", "发行债券", "其他融资", "保本基金", "非融资")
    lines = [
        row(
            f"R{place}",
            chance.choice(people),
            str(
                Decimal(chance.choice((100, 200, 250, 500, chance.randint(1, 90_000) / 100))).quantize(
                    Decimal("0.01")
                )
            ),
            kind=chance.choice(kinds),
            share=chance.choice(("100%", "80%", "60%", "33.3333%")),
            rating=chance.choice(("AAA", "AA", "AA-", "")),
            on=chance.choice(("2016-05-01", "2026-01-05")),
        )
        for place in range(160)
    ]
    load("guarantees", HEAD + "".join(lines))
    read_as(now)
    assert total(now).quantize(Decimal("0.000001")) == independent(now).quantize(Decimal("0.000001"))
    # Kept sums say the same, and so they do after a later ledger that they have not seen.
    take_tally(actor=system_actor("policy"), at=now)
    assert total(now).quantize(Decimal("0.000001")) == independent(now).quantize(Decimal("0.000001"))
    changed = [
        row(f"R{place}", _whose(f"R{place}"), "77.77", as_of="20261110")
        for place in chance.sample(range(160), 30)
    ]
    load("guarantees", HEAD + "".join(changed))
    assert total(now).quantize(Decimal("0.000001")) == independent(now).quantize(Decimal("0.000001"))


def _whose(number: str) -> Party:
    return Party.objects.get(guarantees__number=number)


def test_what_a_month_end_weighed_is_told_by_the_ledgers_of_then(load: Load, now: datetime) -> None:
    customer = small("甲一")
    load("guarantees", HEAD + row("G1", customer, "480", as_of="20260930"))
    load("guarantees", HEAD + row("G1", customer, "400", as_of="20261031"))
    read_as(now)
    then = liability(exposures(None, as_of=date(2026, 9, 30)), reading_of(setting_in_force(at=now)))
    assert then.balances[Line.SMALL_LOANS] == 480 * 1_000_000
    assert total(now) == 300
