"""What the supervisor's rules make of a book, against worked examples and an independent sum."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.engine.ratios import (
    GROUP,
    LEVERAGE,
    LEVERAGE_OF_SMALL,
    SINGLE,
    Asset,
    Claims,
    Exposure,
    Interpretation,
    Kind,
    Line,
    NetAssets,
    NetAssetsDate,
    Overlap,
    PublicPurpose,
    Quotient,
    ThresholdAmount,
    ThresholdScope,
    added_by,
    asset_ratios,
    average_fee_rate,
    compensation_reserve,
    concentrated,
    headroom,
    is_mostly_small,
    leverage,
    liability,
    lines_of,
    net_asset_base,
    net_assets_for,
    shared_loss,
    small_parts,
    unexpired_reserve,
)

USUAL = Interpretation()


def wan(text: str) -> int:
    """万元 in fen."""
    fen = Decimal(text) * 1_000_000
    assert fen == int(fen)
    return int(fen)


def loan(customer: str, amount: str, **more: object) -> Exposure:
    return replace(Exposure(customer=customer, kind=Kind.LOAN, debt=wan(amount)), **more)  # type: ignore[arg-type]


def of_kind(customer: str, amount: str, kind: Kind, **more: object) -> Exposure:
    return loan(customer, amount, kind=kind, **more)


G1 = loan("C1", "480", is_small=True)
G6 = loan("C5", "200.01", is_farmer=True, is_natural=True)
MEDIUM = loan("C6", "1000")
AA = of_kind("C8", "10000", Kind.BOND, is_rated=True)
TRUST = of_kind("C10", "2000", Kind.OTHER)
BOOK = (
    G1,
    loan("C2", "500", is_small=True),
    loan("C3", "300", is_small=True),
    loan("C3", "200.01", is_small=True),
    loan("C4", "200", is_farmer=True, is_natural=True),
    G6,
    MEDIUM,
    of_kind("C7", "120", Kind.HOUSING, is_natural=True),
    AA,
    of_kind("C9", "5000", Kind.BOND),
    TRUST,
)
BASE = net_asset_base(wan("60000"), wan("2000"), USUAL)


def total(book: Sequence[Exposure], **reading: object) -> Fraction:
    return liability(book, replace(USUAL, **reading)).total  # type: ignore[arg-type]


def test_the_worked_book_weighs_what_it_should() -> None:
    found = liability(BOOK, USUAL)
    assert [found.loans, found.bonds, found.other] == [wan("2621.02"), wan("13000"), wan("2000")]
    assert found.total == wan("17621.02")
    assert found.balance == wan("20000.02")
    assert leverage(found.total, BASE).rounded() == Decimal("0.3038")
    assert wan("58000") == BASE


@pytest.mark.parametrize(
    ("guarantees", "expected"),
    [
        (BOOK[:1], "360"),
        (BOOK[1:2], "375"),
        (BOOK[2:4], "500.01"),
        (BOOK[4:5], "150"),
        (BOOK[5:6], "200.01"),
        (BOOK[6:7], "1000"),
        (BOOK[7:8], "36"),
        (BOOK[8:9], "8000"),
        (BOOK[9:10], "5000"),
        (BOOK[10:], "2000"),
    ],
)
def test_each_guarantee_of_the_worked_book_has_its_weight(
    guarantees: Sequence[Exposure], expected: str
) -> None:
    assert total(guarantees) == wan(expected)


def test_one_customer_may_be_too_much() -> None:
    eased = concentrated([AA], BASE, USUAL)
    assert (eased.percent(), eased.at_most(SINGLE)) == (Decimal("10.3448"), False)
    below = concentrated([replace(AA, is_rated=False)], BASE, USUAL)
    assert (below.percent(), below.at_most(SINGLE)) == (Decimal("17.2414"), False)
    group = concentrated([AA, MEDIUM, TRUST], BASE, USUAL)
    assert (group.numerator, group.percent(), group.at_most(GROUP)) == (
        wan("9000"),
        Decimal("15.5172"),
        False,
    )


def test_head_room_is_cut_to_the_fen() -> None:
    nothing = concentrated([], BASE, USUAL)
    assert headroom(nothing, SINGLE) == wan("5800")
    assert headroom(nothing, GROUP) == wan("8700")
    assert headroom(nothing, SINGLE, weight=60) == 9_666_666_666
    assert headroom(concentrated([AA], BASE, USUAL), SINGLE) == 0
    assert headroom(Quotient(0, 0), SINGLE) == 0


@pytest.mark.parametrize(
    ("weighed", "ten", "fifteen"),
    [
        ("580000", True, True),
        ("580000.01", False, True),
        ("870000", False, True),
        ("870000.01", False, False),
    ],
)
def test_leverage_holds_to_the_fen(weighed: str, ten: bool, fifteen: bool) -> None:
    found = leverage(Fraction(wan(weighed)), BASE)
    assert (found.at_most(LEVERAGE), found.at_most(LEVERAGE_OF_SMALL)) == (ten, fifteen)


@pytest.mark.parametrize(
    ("balance", "customers", "is_eligible"),
    [
        (("5000", "10000"), (80, 100), True),
        (("4999.99", "10000"), (80, 100), False),
        (("9000", "10000"), (799, 1000), False),
    ],
)
def test_fifteen_times_needs_both_parts(
    balance: tuple[str, str], customers: tuple[int, int], is_eligible: bool
) -> None:
    small, whole = map(wan, balance)
    assert is_mostly_small(Quotient(small, whole), Quotient(*customers)) is is_eligible


def test_the_parts_of_small_firms_and_farmers_are_counted_by_customer() -> None:
    balance, customers = small_parts(BOOK, USUAL)
    assert (balance.numerator, balance.denominator) == (wan("1880.02"), wan("20000.02"))
    assert (customers.numerator, customers.denominator) == (5, 10)


def test_a_little_more_can_weigh_the_whole_customer_anew() -> None:
    assert added_by(BOOK, loan("C1", "20.01", is_small=True), USUAL) == wan("140.01")
    assert total([*BOOK, loan("C1", "20.01", is_small=True)]) == wan("17761.03")


def test_without_a_base_every_limit_is_breached_and_has_no_quotient() -> None:
    for base in (0, -wan("1")):
        found = leverage(Fraction(0), base)
        assert found.value is None
        assert found.rounded() is None
        assert not found.at_most(LEVERAGE)
        assert not found.at_least(0)


# The readings, one by one: what they are by default, and what the other one makes of the same book.


def test_x1_the_boundary_itself() -> None:
    edge = [loan("C", "500", is_small=True)]
    assert total(edge) == wan("375")
    assert total(edge, includes_boundary=False) == wan("500")
    farmer = [loan("C", "200", is_farmer=True, is_natural=True)]
    assert total(farmer, includes_boundary=False) == wan("200")


def test_x2_what_of_a_customer_counts_towards_the_threshold() -> None:
    housed = [loan("C", "450", is_small=True), of_kind("C", "100", Kind.HOUSING, is_small=True)]
    assert total(housed) == wan("337.5") + wan("30")
    bonded = [loan("C", "450", is_small=True), of_kind("C", "100", Kind.OTHER, is_small=True)]
    assert total(bonded) == wan("437.5")
    assert total(bonded, scope=ThresholdScope.CUSTOMER_FINANCING) == wan("550")
    twice = [loan("C", "300", is_small=True)] * 2
    assert total(twice) == wan("600")
    assert total(twice, scope=ThresholdScope.CONTRACT) == wan("450")


def test_x3_the_share_or_the_full_amount() -> None:
    shared = [loan("C", "600", is_small=True, share=800_000)]
    assert shared[0].balance(USUAL) == wan("480")
    assert total(shared) == wan("360")
    assert total(shared, amount=ThresholdAmount.FULL) == wan("480")


def test_x4_equity_in_other_guarantors() -> None:
    assert net_asset_base(wan("60000"), wan("2000"), replace(USUAL, deducts_equity=False)) == wan("60000")


def test_x5_what_re_guarantors_took_over() -> None:
    ceded = [loan("C", "1000", ceded=400_000)]
    assert total(ceded) == wan("1000")
    assert total(ceded, deducts_ceded=True) == wan("600")


def test_x6_guarantees_that_finance_nothing() -> None:
    bids = [*BOOK, of_kind("C11", "50", Kind.NON_FINANCING)]
    assert total(bids) == total(BOOK)
    assert liability(bids, USUAL).apart == wan("50")
    assert total(bids, counts_non_financing=True) == total(BOOK) + wan("50")


def test_x7_whose_net_assets() -> None:
    figures = [
        NetAssets(date(2025, 12, 31), wan("60000"), is_audited=True),
        NetAssets(date(2026, 9, 30), wan("61000"), is_audited=False),
        NetAssets(date(2026, 10, 31), wan("62000"), is_audited=False),
        NetAssets(date(2026, 6, 30), wan("60500"), is_audited=True),
    ]
    found = net_assets_for(figures, date(2026, 10, 30), USUAL)
    assert found is not None
    assert (found.amount, found.is_audited) == (wan("61000"), False)
    yearly = replace(USUAL, net_assets=NetAssetsDate.AUDITED_YEAR)
    assert net_assets_for(figures, date(2026, 10, 30), yearly) == figures[0]
    assert net_assets_for(figures, date(2025, 12, 30), yearly) is None
    audited = NetAssets(date(2026, 9, 30), wan("60900"), is_audited=True)
    assert net_assets_for([audited, *figures], date(2026, 10, 30), USUAL) == audited


def test_x8_bonds_in_a_concentration() -> None:
    assert concentrated([AA], BASE, replace(USUAL, eases_rated_bonds=False)).numerator == wan("8000")


def test_x9_funds_from_before_the_ordinance() -> None:
    fund = [*BOOK, of_kind("C12", "700", Kind.PROTECTED_FUND)]
    assert (total(fund), liability(fund, USUAL).apart) == (total(BOOK), wan("700"))
    assert total(fund, excludes_protected_funds=False) == total(BOOK) + wan("700")


def test_x10_a_farmer_who_also_trades() -> None:
    trading = loan("C", "300", is_farmer=True, is_small=True)
    natural = replace(trading, is_natural=True)
    assert lines_of([trading], USUAL) == [Line.SMALL_LOANS]
    assert lines_of([natural], USUAL) == [Line.OTHER_LOANS]
    first = replace(USUAL, overlap=Overlap.FARMER_FIRST)
    assert lines_of([trading], first) == [Line.OTHER_LOANS]
    assert lines_of([natural], first) == [Line.OTHER_LOANS]


# A book of chance, summed in another way.

FEN = st.integers(0, 60_000_000_000)
EXPOSURES = st.lists(
    st.builds(
        Exposure,
        customer=st.integers(0, 6),
        kind=st.sampled_from(Kind),
        debt=st.one_of(FEN, st.sampled_from([20_000_000_000, 50_000_000_000, 50_000_000_001])),
        share=st.sampled_from([1_000_000, 800_000, 333_333]),
        ceded=st.sampled_from([0, 400_000]),
        is_small=st.booleans(),
        is_farmer=st.booleans(),
        is_natural=st.booleans(),
        is_rated=st.booleans(),
    ),
    max_size=25,
)
READINGS = st.builds(
    Interpretation,
    includes_boundary=st.booleans(),
    scope=st.sampled_from(ThresholdScope),
    amount=st.sampled_from(ThresholdAmount),
    deducts_ceded=st.booleans(),
    counts_non_financing=st.booleans(),
    excludes_protected_funds=st.booleans(),
    overlap=st.sampled_from(Overlap),
)


def by_hand(book: Sequence[Exposure], reading: Interpretation) -> Decimal:
    """The total in yuan, guarantee by guarantee, as a clerk would with a calculator."""
    cent, whole = Decimal("0.01"), Decimal(0)

    def own(one: Exposure) -> Decimal:
        share = (Decimal(one.debt) / 100 * one.share / 1_000_000).quantize(cent, "ROUND_HALF_UP")
        ceded = (share * one.ceded / 1_000_000).quantize(cent, "ROUND_HALF_UP")
        return share - ceded if reading.deducts_ceded else share

    def counted(one: Exposure) -> Decimal:
        return own(one) if reading.amount is ThresholdAmount.OWN_SHARE else Decimal(one.debt) / 100

    for one in book:
        weight = Decimal(1)
        if one.kind is Kind.LOAN:
            if reading.scope is ThresholdScope.CONTRACT:
                held = counted(one)
            elif reading.scope is ThresholdScope.CUSTOMER_LOANS:
                held = sum(
                    (counted(o) for o in book if o.customer == one.customer and o.kind is Kind.LOAN),
                    Decimal(0),
                )
            else:
                held = sum(
                    (
                        counted(o)
                        for o in book
                        if o.customer == one.customer and o.kind is not Kind.NON_FINANCING
                    ),
                    Decimal(0),
                )
            is_farmer = one.is_farmer and (one.is_natural or reading.overlap is Overlap.FARMER_FIRST)
            most = Decimal(2_000_000) if is_farmer else Decimal(5_000_000)
            is_within = held <= most if reading.includes_boundary else held < most
            if is_within and (is_farmer or one.is_small):
                weight = Decimal("0.75")
        elif one.kind is Kind.HOUSING:
            weight = Decimal("0.3")
        elif one.kind is Kind.BOND and one.is_rated:
            weight = Decimal("0.8")
        elif (one.kind is Kind.PROTECTED_FUND and reading.excludes_protected_funds) or (
            one.kind is Kind.NON_FINANCING and not reading.counts_non_financing
        ):
            weight = Decimal(0)
        whole += own(one) * weight
    return whole


@given(EXPOSURES, READINGS)
def test_a_book_of_chance_equals_the_sum_by_hand(book: list[Exposure], reading: Interpretation) -> None:
    found = liability(book, reading)
    assert found.total / 100 == Fraction(by_hand(book, reading))
    assert found.balance + found.apart == sum(one.balance(reading) for one in book)


@given(EXPOSURES, EXPOSURES.filter(bool), READINGS)
def test_what_one_more_adds_is_the_difference_of_the_totals(
    book: list[Exposure], more: list[Exposure], reading: Interpretation
) -> None:
    assert (
        added_by(book, more[0], reading)
        == liability([*book, more[0]], reading).total - liability(book, reading).total
    )


# 资产比例

SHEET = {
    Asset.CASH: "4000", Asset.DEPOSITS: "12000", Asset.MARGINS: "3000", Asset.TREASURIES: "2000",
    Asset.SHORT_WEALTH: "3000", Asset.OTHER_WEALTH: "6000", Asset.AA_BONDS: "5000", Asset.GUARANTOR_EQUITY: "2000",
    Asset.CUSTOMER_EQUITY: "1000", Asset.SHORT_ENTRUSTED: "1500", Asset.OWN_PREMISES: "20000",
    Asset.OTHER_EQUITY: "1500", Asset.LOW_BONDS: "800", Asset.PLANS: "2500", Asset.OTHER_ENTRUSTED: "1000",
    Asset.OTHER_PREMISES: "700", Asset.OTHER_RECEIVABLES: "900", Asset.CLAIMS_RECEIVABLE: "5000",
    Asset.UNCLASSED: "600",
}  # fmt: skip
RESERVES: Any = {"net_assets": wan("60000"), "unexpired": wan("600"), "compensation": wan("1800")}


def test_the_worked_balance_sheet_stands_in_its_tiers() -> None:
    found = asset_ratios({asset: wan(amount) for asset, amount in SHEET.items()}, **RESERVES)
    assert found.tiers == (wan("24000"), wan("31800"), wan("11100"))
    assert (found.sound.denominator, found.first.denominator) == (wan("72500"), wan("67500"))
    assert [one.percent() for one in (found.sound, found.first_two, found.first, found.third)] == [
        Decimal("86.0690"),
        Decimal("82.6667"),
        Decimal("35.5556"),
        Decimal("16.4444"),
    ]
    assert found.holds == (True, True, True, True)


def test_public_funds_held_for_others_leave_tiers_and_total() -> None:
    sheet = {asset: wan(amount) for asset, amount in SHEET.items()}
    found = asset_ratios(sheet, entrusted={Asset.DEPOSITS: wan("5000")}, **RESERVES)
    assert [one.percent() for one in (found.sound, found.first, found.first_two, found.third)] == [
        Decimal("92.4444"),
        Decimal("30.4000"),
        Decimal("81.2800"),
        Decimal("17.7600"),
    ]
    with pytest.raises(ValueError, match="deposits"):
        asset_ratios(sheet, entrusted={Asset.DEPOSITS: wan("12000.01")}, **RESERVES)


def test_each_asset_is_counted_once_and_those_of_no_tier_not_at_all() -> None:
    for asset in Asset:
        found = asset_ratios({asset: wan("100")}, **RESERVES)
        expected = 0 if asset in {Asset.CLAIMS_RECEIVABLE, Asset.UNCLASSED} else wan("100")
        assert sum(found.tiers) == expected


def test_tests_fail_at_the_fen_beyond_their_limits() -> None:
    def holds(first: str, second: str, third: str, other: str = "0") -> tuple[bool, ...]:
        amounts = {Asset.CASH: first, Asset.OTHER_WEALTH: second, Asset.PLANS: third, Asset.UNCLASSED: other}
        sheet = {asset: wan(amount) for asset, amount in amounts.items()}
        return asset_ratios(sheet, net_assets=wan("60"), unexpired=0, compensation=0).holds

    assert holds("20", "50", "30") == (True, True, True, True)
    assert holds("19.99", "50.01", "30") == (True, True, False, True)
    assert holds("20", "49.99", "30", "0.01") == (True, False, True, True)
    assert holds("20", "49.99", "30.01") == (True, False, True, False)
    assert holds("20.01", "50", "30") == (False, True, True, True)


# 准备金


@pytest.mark.parametrize(
    ("fee", "weighed", "previous", "used", "recovered", "unexpired", "added", "closing", "enough"),
    [
        ("1200", "20000", "500", "0", "0", "600", "200", "700", "2000"),
        ("1200", "20000", "1900", "0", "0", "600", "100", "2000", "2000"),
        ("1200", "20000", "1850", "0", "0", "600", "150", "2000", "2000"),
        ("1200", "20000", "2000", "0", "0", "600", "0", "2000", "2000"),
        ("1200", "20000", "2100", "0", "0", "600", "0", "2100", "2000"),
        ("1200", "20000", "1900", "300", "50", "600", "200", "1850", "2000"),
        ("0", "0", "100", "0", "0", "0", "0", "100", "0"),
    ],
)
def test_reserves_are_set_aside_until_there_is_enough(
    fee: str,
    weighed: str,
    previous: str,
    used: str,
    recovered: str,
    unexpired: str,
    added: str,
    closing: str,
    enough: str,
) -> None:
    found = compensation_reserve(
        liability=wan(weighed), previous=wan(previous), used=wan(used), recovered=wan(recovered)
    )
    assert unexpired_reserve(wan(fee)) == wan(unexpired)
    assert (found.added, found.closing, found.enough) == (wan(added), wan(closing), Fraction(wan(enough)))


def test_a_part_of_a_fen_is_set_aside_as_a_fen() -> None:
    assert compensation_reserve(liability=101, previous=0).added == 2


# 统计


def test_rates_of_claims_and_losses() -> None:
    period = Claims(ended=wan("18000"), paid=wan("350"), recovered=wan("140"))
    ever = Claims(ended=wan("150000"), paid=wan("2100"), recovered=wan("1260"), lost=wan("90"))
    assert period.claim_rate.percent() == Decimal("1.9444")
    assert ever.claim_rate.percent() == Decimal("1.4000")
    assert (ever.loss_rate.percent(), ever.claim_loss_rate.percent()) == (
        Decimal("0.0600"),
        Decimal("4.2857"),
    )
    assert ever.balance == wan("750")
    assert (period.recovery_rate.percent(), ever.recovery_rate.percent()) == (
        Decimal("40.0000"),
        Decimal("60.0000"),
    )
    assert ever.coverage(wan("2800")).percent() == Decimal("373.3333")
    assert Quotient(wan("2800"), wan("180000")).percent() == Decimal("1.5556")
    carried = replace(period, open_before=wan("350"))
    assert carried.recovery_rate.percent() == Decimal("20.0000")
    assert carried.balance == wan("560")


def test_small_business_can_be_read_of_itself_or_of_everything() -> None:
    found = PublicPurpose(wan("10000"), wan("8200"), wan("4200"))
    assert (found.part.percent(2), found.part.at_least(Fraction(80, 100))) == (Decimal("82.00"), True)
    assert found.smallest_part().percent(2) == Decimal("51.22")
    assert found.smallest_part().at_least(Fraction(50, 100))
    assert found.smallest_part(of_all=True).percent(2) == Decimal("42.00")
    assert not found.smallest_part(of_all=True).at_least(Fraction(50, 100))


def test_the_average_fee_is_of_amounts_and_time() -> None:
    found = average_fee_rate(
        [
            (wan("500"), wan("5"), 12),
            (wan("300"), wan("2"), 6),
            (wan("1000"), wan("20"), 24),
        ]
    )
    assert found.percent() == Decimal("1.0189")


def test_a_loss_is_shared_to_the_fen() -> None:
    shares = (400_000, 200_000, 200_000, 200_000)
    assert shared_loss(wan("1000"), shares) == [wan("400"), wan("200"), wan("200"), wan("200")]
    assert shared_loss(1, [333_334, 333_333, 333_333]) == [1, 0, 0]
    with pytest.raises(ValueError, match="whole"):
        shared_loss(1, [500_000, 400_000])


@given(st.integers(0, 10**14), st.lists(st.integers(0, 1_000_000), min_size=1, max_size=5))
def test_shares_of_a_loss_add_up_and_each_is_within_a_fen(amount: int, cuts: list[int]) -> None:
    edges = sorted({0, 1_000_000, *cuts})
    shares = [after - before for before, after in itertools.pairwise(edges)]
    found = shared_loss(amount, shares)
    assert sum(found) == amount
    assert all(
        abs(part * 1_000_000 - amount * share) < 1_000_000 for part, share in zip(found, shares, strict=True)
    )


@given(st.fractions(), st.integers(0, 6))
def test_display_rounds_halves_away_from_nought(value: Fraction, places: int) -> None:
    shown = Quotient(value, 1).rounded(places)
    assert shown is not None
    assert abs(Fraction(shown) - value) <= Fraction(1, 2 * 10**places)
    assert abs(Fraction(shown)) >= abs(value) - Fraction(1, 2 * 10**places)
    if abs(Fraction(shown) - value) == Fraction(1, 2 * 10**places):
        assert abs(Fraction(shown)) > abs(value)
