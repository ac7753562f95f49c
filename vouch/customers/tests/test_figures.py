"""Sources that contradict each other: side by side, decided by somebody, and what the facts then say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from statistics import median
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vouch.customers.actions import (
    ChoiceDetails,
    FigureDetails,
    InvoiceDetails,
    MaterialDetails,
    NotNow,
    VerificationDetails,
    WrongMaterial,
    choose_figure,
    record_bills,
    record_figure,
    record_invoices,
    record_taxes,
    verify_material,
    withdraw_material,
)
from vouch.customers.facts.figures import FIGURE_FACTS, ask_figures
from vouch.customers.facts.finance import ask_finance
from vouch.customers.models import FigureChoice, VerifiedFigure
from vouch.customers.queries import sections_for, timeline_of
from vouch.customers.queries.claims import claims_of
from vouch.customers.queries.duties import BillLine, TaxLine
from vouch.customers.queries.figures import Value, values_of
from vouch.customers.queries.financial_holdings import told_by_financials
from vouch.customers.terms import (
    Basis,
    Direction,
    Figure,
    Finding,
    InvoiceState,
    MaterialKind,
    Origin,
    TaxKind,
    UtilityKind,
    VerificationMeans,
)
from vouch.customers.tests.conftest import enrolled
from vouch.customers.tests.flows import moved, recorded
from vouch.customers.tests.scene import SYSTEM, told
from vouch.engine.facts import check_column
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db

DAY = date(2025, 12, 31)


def yuan(amount: int) -> Decimal:
    return Decimal(amount)


def invoiced(firm: Party, at: datetime, *, months: int = 12, amount: str = "10000.00") -> None:
    """One sale a month, on the 15th, of the year 2025."""
    rows = [
        InvoiceDetails(
            party_id=firm.pk,
            direction=Direction.OUTPUT,
            number=f"FP{month}",
            issued_on=date(2025, month, 15),
            counterparty="买方",
            amount=Decimal(amount),
            tax=Decimal(0),
            total=Decimal(amount),
            state=InvoiceState.VALID,
        )
        for month in range(1, months + 1)
    ]
    record_invoices(actor=SYSTEM, at=at, party_id=firm.pk, invoices=rows)


def by_hand(
    firm: Party, figure: Figure, amount: int, *, at: datetime, day: date = DAY, **more: Any
) -> VerifiedFigure:
    details = FigureDetails(figure=figure, day=day, amount=yuan(amount), note="看账", **more)
    return record_figure(actor=SYSTEM, at=at, party=firm, details=details)


def chosen(
    firm: Party, source: str, *, actor: Actor, at: datetime, figure: Figure = Figure.REVENUE
) -> FigureChoice:
    """Choose the claim of that source."""
    claim = next(
        one
        for one in claims_of(firm.pk, as_of=timezone.localdate(at))
        if (one.figure, one.day, one.source) == (figure, DAY, source)
    )
    details = ChoiceDetails(figure, DAY, claim.key, "与银行流水一致")
    return choose_figure(actor=actor, at=at, party=firm, details=details)


@pytest.fixture
def torn(firm: Party, now: datetime) -> Party:
    """Revenue of 2025 in four claims: declared 15, tax 11, invoices 12, verified on site 12.5 (万元)."""
    told(firm, 2025, {"revenue": 15_000_000, "cost": 9_000_000}, at=now)
    told(firm, 2025, {"revenue": 11_000_000, "cost": 8_000_000}, basis=Basis.TAX, at=now)
    invoiced(firm, now)
    by_hand(firm, Figure.REVENUE, 125_000, at=now)
    return firm


def value(firm: Party, now: datetime, figure: Figure = Figure.REVENUE) -> Value:
    return next(one for one in values_of(firm.pk, as_of=timezone.localdate(now)) if one.figure == figure)


def test_claims_stand_side_by_side_with_their_spread(torn: Party, now: datetime) -> None:
    found = value(torn, now)
    assert [(one.row.source, one.row.amount) for one in found.claims] == [
        ("statement.tax", yuan(110_000)),
        ("invoice", yuan(120_000)),
        ("figure", yuan(125_000)),
        ("statement.declared", yuan(150_000)),
    ]
    # 15 − 11 = 4; the median of four is (12 + 12.5) / 2 = 12.25; 4 / 12.25 = 32.6531 %
    assert (found.spread.spread, found.spread.median, found.spread.rate) == (
        yuan(40_000),
        Decimal(122_500),
        326_531,
    )
    assert found.is_open
    assert [str(one.confidence) for one in found.claims] == ["low", "medium", "medium", "low"]


@pytest.mark.parametrize(("other", "conflicts"), [(105_000, 0), (105_130, 1), (94_872, 1), (95_200, 0)])
def test_what_lies_within_the_tolerance_is_no_conflict(
    firm: Party, now: datetime, other: int, conflicts: int
) -> None:
    by_hand(firm, Figure.ELECTRICITY, 100_000, at=now)
    by_hand(firm, Figure.ELECTRICITY, other, at=now, origin=Origin.SUPPLIER)
    row = ask_figures([firm.pk], as_of=timezone.localdate(now)).row(firm.pk)
    assert (row["figure.open_conflicts"], row["figure.conflicts"]) == (conflicts, conflicts)


def test_values_around_nothing_contradict_each_other_without_a_rate(firm: Party, now: datetime) -> None:
    for amount in (-100, 100):
        by_hand(firm, Figure.NET_PROFIT, amount, at=now)
    found = value(firm, now, Figure.NET_PROFIT)
    assert (found.is_open, found.rate) == (True, None)


@given(
    amounts=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=5),
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_spreads_equal_those_in_plain_python(
    units: dict[str, Unit], staff: dict[str, User], now: datetime, actor: Actor, amounts: list[int]
) -> None:
    firm = enrolled(f"企业{next(NUMBERS)}", units, staff, now, actor)
    for amount in amounts:
        by_hand(firm, Figure.HEADCOUNT, amount, at=now)
    row = ask_figures([firm.pk], as_of=timezone.localdate(now)).row(firm.pk)
    middle, spread = Decimal(median(map(Decimal, amounts))), max(amounts) - min(amounts)
    assert row["figure.open_conflicts"] == (spread > Decimal("0.05") * abs(middle) and len(amounts) > 1)
    if len(amounts) < 2 or middle == 0:
        assert row["figure.headcount_spread"] is None
    else:
        assert row["figure.headcount_spread"] == int(spread * 1_000_000 / abs(middle) + Decimal("0.5"))


NUMBERS = count(1)


def test_a_choice_counts_in_the_facts_from_its_day_on_until_its_material_ends(
    torn: Party, actors: dict[str, Actor], now: datetime
) -> None:
    def facts(back: int) -> tuple[object, ...]:
        day = timezone.localdate(now + timedelta(days=10 - back))
        finance = ask_finance([torn.pk], as_of=day).row(torn.pk)
        figures = ask_figures([torn.pk], as_of=day).row(torn.pk)
        return (
            finance["finance.revenue"],
            finance["finance.gross_margin"],
            figures["figure.open_conflicts"],
            figures["figure.conflicts"],
        )

    assert facts(10) == (11_000_000, 272_727, 1, 1), "tax first, and the margin of its own cost"
    chosen(torn, "figure", actor=actors["wangfang"], at=now + timedelta(days=2))
    material = VerifiedFigure.objects.get().material
    withdraw_material(actor=SYSTEM, at=now + timedelta(days=5), material=material, reason="看错了账")
    assert facts(9) == (11_000_000, 272_727, 1, 1), "what was decided later was not known"
    assert facts(8) == (12_500_000, 360_000, 0, 1), "(12.5 − 8) / 12.5"
    assert facts(5) == (11_000_000, 272_727, 1, 1), "the material ended, and the choice with it"
    assert not value(torn, now + timedelta(days=6)).choice
    chosen(torn, "invoice", actor=actors["wangfang"], at=now + timedelta(days=7))
    assert facts(3)[0] == 12_000_000
    history = value(torn, now + timedelta(days=8)).history
    assert [(one.source, one.ended_at is None) for one in history] == [("invoice", True), ("figure", False)]


def test_a_refuted_claim_is_no_claim_and_news_are_told(
    torn: Party, actors: dict[str, Actor], now: datetime
) -> None:
    chosen(torn, "statement.tax", actor=actors["wangfang"], at=now + timedelta(days=1))
    assert not value(torn, now + timedelta(days=1)).has_news
    later = now + timedelta(days=3)
    by_hand(torn, Figure.REVENUE, 130_000, at=later)
    assert value(torn, later).has_news
    refuted = VerificationDetails(VerificationMeans.SOURCE, Finding.REFUTED)
    for one in VerifiedFigure.objects.all():
        verify_material(actor=SYSTEM, at=later, material=one.material, details=refuted)
    assert {one.row.source for one in value(torn, later).claims} == {
        "statement.tax",
        "statement.declared",
        "invoice",
    }


def test_the_earlier_column_is_a_claim_where_it_says_something_else(firm: Party, now: datetime) -> None:
    told(firm, 2024, {"revenue": 10_000_000, "equity": 5_000_000}, at=now)
    told(firm, 2025, {"revenue": 12_000_000}, before={"revenue": 10_000_000, "equity": 5_600_000}, at=now)
    rows = [one for one in claims_of(firm.pk, as_of=timezone.localdate(now)) if one.day.year == 2024]
    assert [(one.figure, one.amount, one.is_former) for one in rows] == [
        ("equity", yuan(50_000), False),
        ("equity", yuan(56_000), True),
        ("revenue", yuan(100_000), False),
    ]


def test_a_year_of_invoices_that_was_not_observed_whole_is_no_claim(firm: Party, now: datetime) -> None:
    invoiced(firm, now, months=11)
    assert claims_of(firm.pk, as_of=timezone.localdate(now)) == []


def test_flows_of_a_whole_year_are_claims_of_it(firm: Party, actors: dict[str, Actor], now: datetime) -> None:
    """Money without a round trip of 5,000, twelve declared months of which one was declared anew, twelve bills."""
    first, last = date(2025, 1, 1), date(2025, 12, 31)
    trip = [moved("2025-06-01", 500_000, "乙公司"), moved("2025-06-03", -500_000, "乙公司")]
    sales = [moved("2025-03-01", 700_000, "丙公司"), moved("2025-09-01", 800_000, "")]
    ones = sorted([*trip, *sales], key=lambda one: one.on)
    recorded(firm, ones, actor=SYSTEM, at=now, period=(first, last))
    taxes = [
        TaxLine(
            TaxKind.VAT, date(2025, month, 1), _last(month), Decimal(1000), Decimal(1), Decimal(1), last, None
        )
        for month in range(1, 13)
    ]
    details = MaterialDetails(kind=MaterialKind.TAX, origin=Origin.TAX_OFFICE, as_of=last)
    record_taxes(actor=SYSTEM, at=now, party=firm, details=details, lines=taxes)
    anew = replace(taxes[4], revenue=Decimal(1500))
    record_taxes(actor=SYSTEM, at=now, party=firm, details=details, lines=[anew])
    bills = [
        BillLine(
            UtilityKind.ELECTRICITY,
            date(2025, month, 1),
            Decimal(100),
            Decimal(80),
            None,
            None,
            is_overdue=False,
        )
        for month in range(1, 13)
    ]
    details = replace(details, kind=MaterialKind.UTILITY, origin=Origin.SUPPLIER)
    record_bills(actor=SYSTEM, at=now, party=firm, details=details, lines=bills)
    found = {one.source: one.amount for one in claims_of(firm.pk, as_of=timezone.localdate(now))}
    assert found == {
        "bank.inflow": yuan(15_000),
        "tax.declared": yuan(12_500),
        "bill.electricity": yuan(1_200),
    }
    assert claims_of(firm.pk, as_of=date(2025, 12, 30)) == [], "nothing was known by then"


def _last(month: int) -> date:
    return (date(2025, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def test_only_the_middle_office_decides_and_only_for_whom_it_sees(
    torn: Party, actors: dict[str, Actor], now: datetime
) -> None:
    for name in ("liqiang", "zhaomin", "sunlei", "wuting"):
        with pytest.raises(Refused):
            chosen(torn, "invoice", actor=actors[name], at=now)
    chosen(torn, "invoice", actor=actors["chenjing"], at=now)
    entry = Entry.objects.get(event="customers.figure.chosen")
    assert entry.purpose == "与银行流水一致"
    assert entry.after == {"figure": "revenue", "as_of": "2025-12-31", "source": "invoice"}


def test_a_claim_that_is_gone_cannot_be_chosen(torn: Party, actors: dict[str, Actor], now: datetime) -> None:
    details = ChoiceDetails(Figure.REVENUE, DAY, "figure:999999999:0", "无")
    with pytest.raises(NotNow, match="刷新页面"):
        choose_figure(actor=actors["wangfang"], at=now, party=torn, details=details)
    with pytest.raises(WrongMaterial, match="12 月 31 日"):
        by_hand(torn, Figure.REVENUE, 1, at=now, day=date(2025, 6, 30))


def test_one_and_all_are_asked_with_one_query_and_agree(
    torn: Party, bank: Party, person: Party, now: datetime
) -> None:
    by_hand(bank, Figure.HEADCOUNT, 12, at=now)
    day = timezone.localdate(now)
    with CaptureQueriesContext(connection) as asked:
        whole = ask_figures(None, as_of=day)
    assert len(asked) == 2  # who is merged into whom, and the answer
    assert whole.subjects == [torn.pk, bank.pk]
    for party in whole.subjects:
        assert ask_figures([party], as_of=day).row(party) == whole.row(party)
    for fact in FIGURE_FACTS:
        check_column(fact, whole.columns[fact.name])
    assert whole.row(torn.pk)["figure.revenue_spread"] == 326_531
    assert whole.row(bank.pk)["figure.open_conflicts"] == 0


def test_the_page_decides_with_a_reason_and_shows_what_was_decided(
    client: Client, torn: Party, staff: dict[str, User]
) -> None:
    page = reverse("customers:figures", args=[torn.pk])
    client.force_login(staff["liqiang"])
    assert "采用所选数值" not in client.get(page).content.decode(), "the front office looks on"
    client.force_login(staff["wangfang"])
    shown = client.get(page).content.decode()
    assert "1 项数据各来源相差超过中位数的" in shown
    assert "营业收入 · 2025 年度" in shown
    key = re.search(r'value="(figure:\d+:0)"', shown)
    assert key is not None
    choose = reverse("customers:choose_figure", args=[torn.pk])
    data = {"figure": "revenue", "day": "2025-12-31", "claim": key[1]}
    refused = client.post(choose, data)
    assert refused.status_code == 422
    assert "请写明采用的理由" in refused.content.decode()
    assert "请选择一个数值" in client.post(choose, {**data, "claim": "", "reason": "因"}).content.decode()
    done = client.post(choose, {**data, "reason": "现场核对总账"}, follow=True).content.decode()
    assert "采用决定已登记" in done
    assert "现场核对总账" in done
    assert "已决定" in done


def test_a_figure_is_entered_by_hand_and_corrected(
    client: Client, firm: Party, staff: dict[str, User]
) -> None:
    client.force_login(staff["liqiang"])
    address = reverse("customers:new_figure", args=[firm.pk])
    data = {
        "figure": "revenue",
        "day": "2025-06-01",
        "amount": "123.45",
        "origin": "on_site",
        "note": "看总账",
    }
    heads = {**data, "figure": "headcount", "amount": "1.234"}
    assert "小数位过多" in client.post(address, heads).content.decode()
    assert client.post(address, {**data, "once_key": "1" * 32}).status_code == 302
    assert client.post(address, {**data, "once_key": "1" * 32}).status_code == 302
    one = VerifiedFigure.objects.get()
    assert (one.day, one.amount) == (DAY, Decimal("1234500.00"))
    correction = f"{address}?replaces={one.pk}"
    assert "看总账" in client.get(correction).content.decode()
    client.post(correction, {**data, "amount": "120"})
    one.material.refresh_from_db()
    assert one.material.replaced_by is not None
    future = client.post(address, {**data, "day": f"{timezone.localdate().year + 1}-03-01"})
    assert "不能晚于今天" in future.content.decode()


def test_the_page_makes_the_same_number_of_queries_for_any_number_of_values(
    client: Client, firm: Party, staff: dict[str, User], django_assert_num_queries: Any
) -> None:
    at = timezone.now() - timedelta(minutes=5)

    def contradict(year: int) -> None:
        for amount in (100, 200):
            one = by_hand(firm, Figure.REVENUE, amount, at=at, day=date(year, 12, 31))
        verified = VerificationDetails(VerificationMeans.SOURCE, Finding.CONFIRMED)
        verify_material(actor=SYSTEM, at=at, material=one.material, details=verified)

    client.force_login(staff["wangfang"])
    address = reverse("customers:figures", args=[firm.pk])
    contradict(2025)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for year in range(2020, 2025):
        contradict(year)
    with django_assert_num_queries(len(few)):
        client.get(address)


def test_the_file_warns_of_open_conflicts_tells_of_decisions_and_gives_a_copy(
    torn: Party, actors: dict[str, Actor], now: datetime
) -> None:
    manager = actors["liqiang"]
    [section] = [one for one in sections_for(manager) if one.name == "figures"]
    assert section.tell(torn, manager, now).warnings == ("1 项冲突待决定",)
    chosen(torn, "invoice", actor=actors["wangfang"], at=now)
    assert section.tell(torn, manager, now).told == "1 项已决定"
    told_ = [one.happening.what for one in timeline_of(torn, manager, at=now, only="figures")]
    assert told_ == ["采用关键数据"]
    copied = {one.title: len(one.rows) for one in told_by_financials(torn)}
    assert (copied["核实数据"], copied["采用决定"]) == (1, 1)
