"""What the customer's page asks: months, partners, counts, and who may see them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from vouch.customers import queries
from vouch.customers.actions import InvoiceDetails, record_invoices
from vouch.customers.models import Invoice
from vouch.customers.queries import InvoiceMonth, TradingPartner
from vouch.customers.terms import Direction, InvoiceState
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused

pytestmark = pytest.mark.django_db

OUT, IN = Direction.OUTPUT, Direction.INPUT
AS_OF = date(2020, 2, 15)


def invoice(
    party: Party, day: str, amount: str, *, way: Direction = OUT, other: str = "D1", is_valid: bool = True
) -> InvoiceDetails:
    return InvoiceDetails(
        party_id=party.pk,
        direction=way,
        number=f"{day}{amount}{other}",
        issued_on=date.fromisoformat(day),
        counterparty=other,
        amount=Decimal(amount),
        tax=Decimal("0.00"),
        total=Decimal(amount),
        state=InvoiceState.VALID if is_valid else InvoiceState.VOID,
    )


@pytest.fixture
def party(units: dict[str, Unit], staff: dict[str, User], actor: Actor, now: datetime) -> Party:
    """A customer of 李强 with seven invoices."""
    party = register_enterprise(
        actor=actor,
        at=now,
        unit=units["YW1"],
        registration=Registration(EnterpriseDetails(name="甲公司"), manager=staff["liqiang"]),
    )
    invoices = [
        invoice(party, "2019-11-05", "300.00"),
        invoice(party, "2019-11-06", "100.00", other="D2"),
        invoice(party, "2019-11-30", "-50.00"),
        invoice(party, "2020-01-01", "80.00", other="D3", is_valid=False),
        invoice(party, "2020-01-31", "60.00", way=IN, other="C1"),
        invoice(party, "2020-02-15", "100.00", other="D2"),
        invoice(party, "2020-02-16", "999.00", other="D9"),
    ]
    record_invoices(actor=actor, at=now, party_id=party.pk, invoices=invoices)
    return party


def test_months_are_whole_and_without_gaps(party: Party) -> None:
    assert queries.monthly_invoices(party.pk, as_of=AS_OF) == [
        InvoiceMonth(
            date(2019, 11, 1), sales=Decimal("350.00"), sale_count=2, buyer_count=2, negative_count=1
        ),
        InvoiceMonth(date(2019, 12, 1)),
        InvoiceMonth(date(2020, 1, 1), purchases=Decimal("60.00"), purchase_count=1, void_count=1),
        InvoiceMonth(date(2020, 2, 1), sales=Decimal("100.00"), sale_count=1, buyer_count=1),
    ]


def test_only_the_last_months_are_given_and_none_before_the_first_invoice(party: Party) -> None:
    assert [m.month for m in queries.monthly_invoices(party.pk, as_of=AS_OF, months=2)] == [
        date(2020, 1, 1),
        date(2020, 2, 1),
    ]
    assert queries.monthly_invoices(party.pk, as_of=date(2019, 11, 4)) == []


def test_buyers_stand_by_their_net_with_shares(party: Party) -> None:
    first, second = queries.top_partners(party.pk, direction=OUT, as_of=AS_OF)
    assert first == TradingPartner(
        counterparty="D1",
        amount=Decimal("250.00"),
        share=Decimal("0.555556"),
        invoice_count=1,
        first_on=date(2019, 11, 5),
        last_on=date(2019, 11, 30),
    )
    assert (second.counterparty, second.share, second.invoice_count) == ("D2", Decimal("0.444444"), 2)
    since = queries.top_partners(party.pk, direction=OUT, as_of=AS_OF, since=date(2020, 2, 1))
    assert [(partner.counterparty, partner.share) for partner in since] == [("D2", Decimal(1))]
    assert len(queries.top_partners(party.pk, direction=OUT, as_of=AS_OF, limit=1)) == 1
    assert queries.top_partners(party.pk, direction=IN, as_of=date(2020, 1, 30)) == []


def test_counts_know_void_and_red_ones(party: Party) -> None:
    counts = queries.invoice_counts(party.pk, as_of=AS_OF)
    sales = counts[OUT]
    assert (sales.all, sales.valid, sales.negative, sales.void) == (5, 4, 1, 1)
    assert (sales.amount, sales.last_on) == (Decimal("450.00"), AS_OF)
    before = queries.invoice_counts(party.pk, as_of=date(2019, 11, 4))
    assert (before[IN].all, before[IN].amount, before[IN].last_on) == (0, Decimal("0.00"), None)


def test_invoices_come_newest_first_and_up_to_the_day(party: Party) -> None:
    days = [invoice.issued_on for invoice in queries.invoices_of(party.pk, as_of=AS_OF)]
    assert days == sorted(days, reverse=True)
    assert (len(days), days[0]) == (6, AS_OF)
    assert queries.latest_invoice_on() == date(2020, 2, 16)


def test_invoices_are_seen_with_their_customer_alone(party: Party, actors: dict[str, Actor]) -> None:
    seen = {name: queries.visible_to(actor).count() for name, actor in actors.items()}
    assert seen == {
        "liqiang": 7, "zhaomin": 7, "wangfang": 7, "chenjing": 7, "sunlei": 7, "zhoujie": 7, "wuting": 0,
    }  # fmt: skip


def test_nobody_records_invoices_of_a_customer_they_may_not_see(
    party: Party, actors: dict[str, Actor], now: datetime
) -> None:
    new = [invoice(party, "2020-02-14", "5.00")]
    for name in ("wuting", "sunlei"):
        with pytest.raises(Refused):
            record_invoices(actor=actors[name], at=now, party_id=party.pk, invoices=new)
    assert record_invoices(actor=actors["liqiang"], at=now, party_id=party.pk, invoices=new) == 1
    assert Invoice.objects.filter(party=party).count() == 8
