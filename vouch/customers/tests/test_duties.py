"""Taxes and bills: read from tables, kept once, and added up as in plain Python."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vouch.customers.actions import (
    MaterialDetails,
    WrongMaterial,
    record_bills,
    record_taxes,
    withdraw_material,
)
from vouch.customers.facts.duties import TAX_FACTS, UTILITY_FACTS, ask_tax, ask_utility
from vouch.customers.models import Material, TaxPeriod, UtilityBill
from vouch.customers.queries.duties import (
    TAX_FIELDS,
    UTILITY_FIELDS,
    BillLine,
    TaxLine,
    bill_lines,
    bills_counted,
    tax_lines,
    tax_named,
    taxes_counted,
    usual_day,
    utility_named,
)
from vouch.customers.terms import MaterialKind, Origin, TaxKind, UtilityKind
from vouch.customers.tests.brute import back, month_of, rate
from vouch.customers.tests.conftest import enrolled
from vouch.engine.cells import Cell
from vouch.engine.facts import catalogue, check_column
from vouch.engine.headed_table import read_table
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)


def details(kind: MaterialKind) -> MaterialDetails:
    return MaterialDetails(kind=kind, origin=Origin.TAX_OFFICE, as_of=TODAY)


def taxes(party: Party, lines: Sequence[TaxLine], *, actor: Actor, at: datetime) -> Material:
    return record_taxes(actor=actor, at=at, party=party, details=details(MaterialKind.TAX), lines=lines)


def bills(party: Party, lines: Sequence[BillLine], *, actor: Actor, at: datetime) -> Material:
    return record_bills(actor=actor, at=at, party=party, details=details(MaterialKind.UTILITY), lines=lines)


def whole(month: date) -> tuple[date, date]:
    return month, (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


MONTHS = [date(2024 + place // 12, place % 12 + 1, 1) for place in range(10, 34)]


def yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


@st.composite
def a_tax(draw: st.DrawFn) -> TaxLine:
    first, last = whole(draw(st.sampled_from(MONTHS)))
    due = draw(st.integers(0, 500))
    paid_on = draw(st.one_of(st.none(), st.dates(last, TODAY)))
    return TaxLine(
        tax=draw(st.sampled_from([TaxKind.VAT, TaxKind.STAMP])),
        period_from=first,
        period_until=last,
        revenue=draw(st.one_of(st.none(), st.integers(0, 9_000).map(yuan))),
        due=yuan(due),
        paid=yuan(draw(st.sampled_from([0, due, due // 2]))) if paid_on else Decimal(0),
        due_on=last + timedelta(days=15),
        paid_on=paid_on,
    )


@st.composite
def a_bill(draw: st.DrawFn) -> BillLine:
    month = draw(st.sampled_from(MONTHS))
    return BillLine(
        kind=draw(st.sampled_from([UtilityKind.ELECTRICITY, UtilityKind.WATER])),
        month=month,
        quantity=draw(st.one_of(st.none(), st.integers(0, 90_000).map(yuan))),
        amount=yuan(draw(st.integers(0, 9_000))),
        due_on=draw(st.one_of(st.none(), st.just(month + timedelta(days=40)))),
        paid_on=draw(st.one_of(st.none(), st.dates(month, TODAY))),
        is_overdue=draw(st.booleans()),
    )


def by_newest_tax(told: Sequence[Sequence[TaxLine]], as_of: date) -> list[TaxLine]:
    held = [[one for one in lines if one.period_until <= as_of] for lines in told]
    kept = []
    for place, lines in enumerate(held):
        later = [one for other in held[place + 1 :] for one in other]
        kept += [
            one for one in lines
            if not any(
                n.tax == one.tax and n.period_from <= one.period_until and n.period_until >= one.period_from
                for n in later
            )
        ]  # fmt: skip
    return kept


def tax_facts(told: Sequence[Sequence[TaxLine]], as_of: date) -> dict[str, int | None]:
    lines = by_newest_tax(told, as_of)

    def paid(one: TaxLine) -> Decimal:
        return one.paid if one.paid_on is None or one.paid_on <= as_of else Decimal(0)

    recent = [one for one in lines if month_of(one.period_until, as_of) < 12]
    due = [one for one in lines if one.due_on <= as_of and month_of(one.due_on, as_of) < 12 and one.due > 0]
    revenue = [one.revenue for one in recent if one.tax == TaxKind.VAT and one.revenue is not None]
    end = as_of + timedelta(days=1)
    covered = [
        k for k in range(12)
        if any(one.period_from < back(end, k) and one.period_until >= back(end, k + 1) for one in lines)
    ]  # fmt: skip
    return {
        "tax.declared_revenue_12m": int(sum(revenue) * 100) if revenue else None,
        "tax.paid_12m": int(sum(map(paid, recent)) * 100),
        "tax.late_payments_12m": len(
            [one for one in due if paid(one) < one.due or (one.paid_on and one.paid_on > one.due_on)]
        ),
        "tax.arrears": int(
            sum(max(one.due - paid(one), Decimal(0)) for one in lines if one.due_on < as_of) * 100
        ),
        "tax.months_covered_12m": len(covered),
    }


def utility_facts(told: Sequence[Sequence[BillLine]], as_of: date) -> dict[str, int | None]:
    held = [[one for one in lines if whole(one.month)[1] <= as_of] for lines in told]
    lines = [
        one for place, ones in enumerate(held) for one in ones
        if not any((n.kind, n.month) == (one.kind, one.month) for other in held[place + 1 :] for n in other)
    ]  # fmt: skip
    age = {one.month: month_of(whole(one.month)[1], as_of) for one in lines}
    used = [one for one in lines if one.kind == UtilityKind.ELECTRICITY and one.quantity is not None]
    now = [one for one in used if age[one.month] < 12]
    before = [one for one in used if 12 <= age[one.month] < 24]
    is_whole = all(len({one.month for one in ones}) >= 12 for ones in (now, before))
    now_sum, before_sum = (
        sum((one.quantity or Decimal(0) for one in ones), Decimal(0)) for ones in (now, before)
    )
    late = [
        one.month for one in lines
        if age[one.month] < 12
        and (one.is_overdue or (one.due_on and one.due_on < as_of and (one.paid_on or date.max) > one.due_on))
    ]  # fmt: skip
    return {
        "utility.electricity_12m": int(now_sum.quantize(Decimal(1), ROUND_HALF_UP)) if now else None,
        "utility.electricity_change_12m": rate(int((now_sum - before_sum) * 100), int(before_sum * 100))
        if is_whole
        else None,
        "utility.electricity_months_12m": len({one.month for one in now}),
        "utility.cost_12m": int(sum(one.amount for one in lines if age[one.month] < 12) * 100),
        "utility.overdue_months_12m": len(set(late)),
    }


@pytest.fixture
def numbers() -> itertools.count[int]:
    return itertools.count(1)


EXAMPLES = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
AS_OF = st.dates(TODAY, date(2027, 3, 31))


@given(st.lists(st.lists(a_tax(), min_size=1, max_size=8), min_size=1, max_size=3), AS_OF)
@EXAMPLES
def test_facts_of_taxes_equal_plain_python(
    units: dict[str, Unit], staff: dict[str, User], now: datetime, actor: Actor, numbers: itertools.count[int],
    told: list[list[TaxLine]], as_of: date,
) -> None:  # fmt: skip
    party = enrolled(f"试验企业{next(numbers)}", units, staff, now, actor)
    kept = {taxes(party, lines, actor=actor, at=now).pk: lines for lines in told}
    in_order = [kept[pk] for pk in sorted(kept)]
    assert ask_tax([party.pk], as_of=as_of).row(party.pk) == tax_facts(in_order, as_of)
    assert taxes_counted(party.pk, as_of=as_of).count() == len(by_newest_tax(in_order, date.max))


@given(st.lists(st.lists(a_bill(), min_size=1, max_size=30), min_size=1, max_size=3), AS_OF, st.booleans())
@EXAMPLES
def test_facts_of_bills_equal_plain_python(
    units: dict[str, Unit], staff: dict[str, User], now: datetime, actor: Actor, numbers: itertools.count[int],
    told: list[list[BillLine]], as_of: date, has_all_months: bool,
) -> None:  # fmt: skip
    if has_all_months:
        kind, rest = UtilityKind.ELECTRICITY, (None, None)
        every = [
            BillLine(kind, month, Decimal(100 + place), Decimal(5), *rest, False)
            for place, month in enumerate(MONTHS)
        ]
        told = [every, *told]
    party = enrolled(f"试验企业{next(numbers)}", units, staff, now, actor)
    kept = {bills(party, lines, actor=actor, at=now).pk: lines for lines in told}
    assert ask_utility([party.pk], as_of=as_of).row(party.pk) == utility_facts(
        [kept[pk] for pk in sorted(kept)], as_of
    )


def test_the_same_table_again_changes_nothing_and_a_newer_one_takes_its_months(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    first, last = whole(MONTHS[-2])
    line = TaxLine(TaxKind.VAT, first, last, None, Decimal(100), Decimal(100), last, last)
    one = taxes(firm, [line], actor=actors["liqiang"], at=now)
    assert taxes(firm, [line], actor=actors["liqiang"], at=now) == one
    assert TaxPeriod.objects.count() == 1
    bill = BillLine(UtilityKind.WATER, first, None, Decimal(9), None, None, is_overdue=False)
    bills(firm, [bill], actor=actors["liqiang"], at=now)
    bills(firm, [bill], actor=actors["liqiang"], at=now)
    assert UtilityBill.objects.count() == 1
    newer = bills(
        firm, [BillLine(UtilityKind.WATER, first, None, Decimal(8), None, None, is_overdue=True)],
        actor=actors["liqiang"], at=now,
    )  # fmt: skip
    assert [one.amount for one in bills_counted(firm.pk, as_of=TODAY)] == [8]
    withdraw_material(actor=actors["liqiang"], at=now, material=newer, reason="录错")
    assert [one.amount for one in bills_counted(firm.pk, as_of=TODAY)] == [9]


def test_nothing_and_days_to_come_are_refused(firm: Party, actor: Actor, now: datetime) -> None:
    with pytest.raises(WrongMaterial, match="没有读出任何一行"):
        taxes(firm, [], actor=actor, at=now)
    day = TODAY + timedelta(days=1)
    with pytest.raises(WrongMaterial, match="晚于今天"):
        bills(
            firm, [BillLine(UtilityKind.GAS, date(2026, 10, 1), None, Decimal(1), None, day, False)],
            actor=actor, at=now,
        )  # fmt: skip
    assert not Material.objects.exists()


def test_one_query_answers_for_one_and_for_all_with_values_of_their_kind(
    firm: Party, bank: Party, actor: Actor, now: datetime
) -> None:
    first, last = whole(MONTHS[-3])
    for party in (firm, bank):
        revenue = Decimal(500 + party.pk)
        taxes(
            party, [TaxLine(TaxKind.VAT, first, last, revenue, Decimal(5), Decimal(0), last, None)],
            actor=actor, at=now,
        )  # fmt: skip
        bills(
            party, [BillLine(UtilityKind.ELECTRICITY, first, Decimal(7), Decimal(5), last, None, False)],
            actor=actor, at=now,
        )  # fmt: skip
    for ask, facts in ((ask_tax, TAX_FACTS), (ask_utility, UTILITY_FACTS)):
        with CaptureQueriesContext(connection) as queries:
            frame = ask(None, as_of=TODAY)
        assert len(queries) == 2  # who is merged into whom, and the answer
        assert frame.subjects == [firm.pk, bank.pk]
        assert [ask([pk], as_of=TODAY).row(pk) for pk in frame.subjects] == list(frame.rows())
        for fact in facts:
            check_column(fact, frame.columns[fact.name])
            assert fact.name in catalogue
    assert not len(ask_tax(None, as_of=TODAY - timedelta(days=1))), "known today alone"


def test_a_table_of_taxes_becomes_lines() -> None:
    rows: list[list[Cell]] = [
        ["征收项目", "税款所属期", "计税依据", "应补（退）税额", "实缴金额", "缴款日期", "缴款期限"],
        ["增值税（一般纳税人）", "2026-01-01至2026-01-31", "100,000", "3000", "3000", "2026-02-13", ""],
        ["城市维护建设税", "2026-01", "", "210", "", "2026-02-13", "2026-02-20"],
        ["企业所得税", "2025年度", "", "800", "", "", ""],
    ]
    reading = read_table(rows, TAX_FIELDS)
    vat, city, income = tax_lines(reading)
    assert (vat.tax, vat.revenue, vat.due_on) == (TaxKind.VAT, Decimal(100_000), date(2026, 2, 24))
    assert (city.tax, city.paid, city.due_on) == (TaxKind.SURCHARGE, Decimal(210), date(2026, 2, 20))
    assert (income.tax, income.paid, income.due_on) == (TaxKind.INCOME, Decimal(0), date(2026, 6, 1))
    assert tax_named("环境保护税") == TaxKind.OTHER
    assert usual_day(TaxKind.INCOME, date(2026, 1, 1), date(2026, 3, 31)) == date(2026, 4, 15)


def test_a_table_of_bills_becomes_lines_and_names_what_is_none() -> None:
    rows: list[list[Cell]] = [
        ["费用类型", "账期", "用量", "金额（元）", "缴费日期", "是否逾期"],
        ["工业用电", "2026年1月", "12,000度", "9600", "2026-02-10", "否"],
        ["自来水", "202601", "30", "120", "", "是"],
        ["电话费", "202601", "", "99", "", ""],
        ["物业费", "2026-01", "", "99", "", ""],
        ["水", "2026年第1季度", "", "99", "", ""],
    ]
    lines, problems = bill_lines(read_table(rows, UTILITY_FIELDS), otherwise=UtilityKind.GAS)
    assert [(one.kind, one.quantity, one.is_overdue) for one in lines[:2]] == [
        (UtilityKind.ELECTRICITY, Decimal(12_000), False), (UtilityKind.WATER, Decimal(30), True),
    ]  # fmt: skip
    assert [(one.row, one.column) for one in problems] == [(4, "类别"), (5, "类别"), (6, "月份")]
    bare: list[list[Cell]] = [["月份", "金额"], ["2026-01", "5"]]
    [gas], _none = bill_lines(read_table(bare, UTILITY_FIELDS), otherwise=UtilityKind.GAS)
    assert gas.kind == UtilityKind.GAS
    assert utility_named("电话费") is None
