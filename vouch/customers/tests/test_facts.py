"""Facts from SQL against the same facts in plain Python, and what «as of» and «one or all» promise."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vouch.customers.actions import InvoiceDetails, record_invoices
from vouch.customers.facts import FACTS, ask
from vouch.customers.terms import Direction, InvoiceState
from vouch.customers.tests import brute
from vouch.customers.tests.brute import Line
from vouch.engine.facts import catalogue, check_column
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit

pytestmark = pytest.mark.django_db

AS_OF = date(2020, 2, 29)
Firm = Callable[[Sequence[Line]], int]


@pytest.fixture
def firm(head_office: Unit, actor: Actor, now: datetime) -> Firm:
    """Make a firm that has these invoices, and give its id."""
    numbers = itertools.count(1)

    def make(lines: Sequence[Line]) -> int:
        party = register_enterprise(
            actor=actor,
            at=now,
            unit=head_office,
            registration=Registration(EnterpriseDetails(name=f"试验企业{next(numbers)}")),
        )
        record(party.pk, lines)
        return party.pk

    def record(party_id: int, lines: Sequence[Line]) -> None:
        invoices = [
            InvoiceDetails(
                party_id=party_id,
                direction=Direction.OUTPUT if line.is_sale else Direction.INPUT,
                number=str(next(numbers)),
                issued_on=line.issued_on,
                counterparty=line.counterparty,
                amount=line.amount,
                tax=line.tax,
                total=line.amount + line.tax,
                state=InvoiceState.VALID if line.is_valid else InvoiceState.VOID,
            )
            for line in lines
        ]
        record_invoices(actor=actor, at=now, party_id=party_id, invoices=invoices)

    return make


def sale(day: str, amount: str, *, buyer: str = "D1", is_valid: bool = True, tax: str = "0.00") -> Line:
    return Line(True, date.fromisoformat(day), buyer, Decimal(amount), Decimal(tax), is_valid)


def purchase(day: str, amount: str, *, seller: str = "C1", tax: str = "0.00") -> Line:
    return Line(False, date.fromisoformat(day), seller, Decimal(amount), Decimal(tax), is_valid=True)


def shortened(facts: Mapping[str, object]) -> dict[str, object]:
    return {name.removeprefix("invoice."): value for name, value in facts.items()}


def cents(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low, high).map(lambda fen: Decimal(fen).scaleb(-2))


LINES = st.lists(
    st.builds(
        Line,
        st.booleans(),
        st.dates(date(2017, 11, 1), date(2020, 4, 1)),
        st.sampled_from(["A", "B", "C", "D", "E", "F", "G"]),
        st.one_of(cents(-500_000, 2_000_000), st.sampled_from([Decimal("0.00"), Decimal("1000.00")])),
        st.one_of(st.just(Decimal("0.00")), cents(-50_000, 200_000)),
        st.sampled_from([True, True, True, False]),
    ),
    max_size=25,
)


@given(lines=LINES, as_of=st.dates(date(2019, 12, 20), date(2020, 3, 31)))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_fact_equals_the_same_fact_in_plain_python(firm: Firm, lines: list[Line], as_of: date) -> None:
    party = firm(lines)
    frame = ask([party], as_of=as_of)
    expected = brute.facts(lines, as_of)
    assert frame.subjects == ([party] if expected else [])
    if expected:
        assert shortened(frame.row(party)) == expected


def test_the_oracle_knows_every_fact_of_the_room() -> None:
    lines = [sale("2020-01-05", "100.00"), purchase("2020-01-06", "50.00")]
    assert {f"invoice.{name}" for name in brute.facts(lines, AS_OF)} == {fact.name for fact in FACTS}


def test_facts_of_one_firm_are_those_of_all(firm: Firm) -> None:
    first = firm(
        [sale("2019-03-01", "100.00"), sale("2019-04-01", "-30.00"), purchase("2019-05-01", "70.00")]
    )
    second = firm([sale("2020-02-01", "200.00", buyer="D2"), sale("2019-02-01", "10.00", is_valid=False)])
    whole = ask(None, as_of=AS_OF)
    assert whole.subjects == [first, second]
    for party in whole.subjects:
        assert ask([party], as_of=AS_OF).row(party) == whole.row(party)


def test_values_are_of_the_kind_that_the_catalogue_says(firm: Firm) -> None:
    firm([sale("2019-03-01", "100.00"), purchase("2019-05-01", "70.00")])
    frame = ask(None, as_of=AS_OF)
    for fact in FACTS:
        check_column(fact, frame.columns[fact.name])
        assert fact.title, fact.name
        assert fact.definition, fact.name
        assert fact.missing, fact.name
    assert catalogue["invoice.turnover_12m"].unit == "元"


def test_invoices_after_the_day_do_not_count(firm: Firm) -> None:
    party = firm([sale("2020-02-29", "100.00"), sale("2020-03-01", "900.00")])
    assert ask([party], as_of=date(2020, 2, 28)).subjects == []
    assert ask([party], as_of=AS_OF).row(party)["invoice.turnover"] == 10_000
    later = ask([party], as_of=date(2020, 3, 1))
    assert later.row(party)["invoice.turnover"] == 100_000
    assert later.dates(party)["invoice.turnover"] == date(2020, 3, 1)


def test_a_firm_without_invoices_has_every_fact_missing(firm: Firm) -> None:
    silent = firm([])
    row = catalogue.ask(["invoice.turnover_12m", "invoice.days_since_sale"], [silent], as_of=AS_OF).row(
        silent
    )
    assert row == {"invoice.turnover_12m": None, "invoice.days_since_sale": None}


def test_a_firm_that_only_buys_has_no_turnover_and_no_rates_of_sales(firm: Firm) -> None:
    party = firm([purchase("2020-01-10", "70.00")])
    row = shortened(ask([party], as_of=AS_OF).row(party))
    assert (row["turnover_12m"], row["buyer_count"], row["active_months"]) == (0, 0, 0)
    assert row["sales_void_rate"] is None
    assert row["buyer_top1_rate"] is None
    assert row["days_since_sale"] is None
    assert row["days_since_purchase"] == 50


def test_facts_by_hand(firm: Firm) -> None:
    """Two buyers, one red and one void invoice, on a day that ends a month."""
    party = firm(
        [
            sale("2018-02-28", "500.00", buyer="D1", tax="15.00"),
            sale("2019-03-01", "300.00", buyer="D1", tax="9.00"),
            sale("2019-12-31", "150.00", buyer="D2", tax="4.50"),
            sale("2020-02-01", "-50.00", buyer="D1", tax="-1.50"),
            sale("2020-02-20", "75.00", buyer="D3", is_valid=False),
            purchase("2020-02-29", "100.00"),
        ]
    )
    row = shortened(ask([party], as_of=AS_OF).row(party))
    wanted = {
        "observed_months": 25, "active_months": 3, "active_months_12m": 2, "longest_gap_months": 12,
        "days_since_sale": 60, "days_since_purchase": 0, "turnover": 90_000, "turnover_12m": 40_000,
        "turnover_previous_12m": 0, "turnover_growth_12m": None, "sales_void_rate": 200_000,
        "sales_negative_rate": 250_000, "sales_negative_amount_rate": 52_632, "buyer_count": 2,
        "buyer_top1_rate": 833_333, "buyer_top1_rate_12m": 625_000, "buyer_hhi": 722_222,
        "buyer_stability_12m": 0, "purchase_sale_rate_12m": 250_000, "margin_12m": 30_000,
        "sales_tax_rate": 30_000, "average_sale": 31_667, "top_buyer_days": 365,
        "turnover_active_month": 30_000, "weekend_sale_rate": 0,
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("as_of", "first_day"),
    [
        (date(2020, 2, 29), date(2019, 3, 1)),
        (date(2020, 2, 21), date(2019, 2, 22)),
        (date(2020, 3, 30), date(2019, 3, 31)),
        (date(2019, 12, 31), date(2019, 1, 1)),
    ],
)
def test_twelve_months_begin_on_the_day_after_the_same_day_a_year_before(
    firm: Firm, as_of: date, first_day: date
) -> None:
    inside = Line(True, first_day, "D", Decimal("1.00"), Decimal("0.00"), is_valid=True)
    party = firm([inside, inside._replace(issued_on=first_day - timedelta(days=1), amount=Decimal("7.00"))])
    assert ask([party], as_of=as_of).row(party)["invoice.turnover_12m"] == 100


@pytest.mark.parametrize("firms", [1, 4])
def test_one_query_answers_for_any_number_of_firms(firm: Firm, firms: int) -> None:
    for _number in range(firms):
        firm([sale("2020-01-05", "100.00")])
    with CaptureQueriesContext(connection) as queries:
        assert len(ask(None, as_of=AS_OF)) == firms
    assert len(queries) == 2  # who is merged into whom, and the answer
