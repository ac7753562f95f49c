"""The page of a customer's invoices."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from vouch.customers.actions import InvoiceDetails, record_invoices
from vouch.customers.terms import Direction, InvoiceState
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def party(units: dict[str, Unit], staff: dict[str, User], actor: Actor, now: datetime) -> Party:
    return register_enterprise(
        actor=actor,
        at=now,
        unit=units["YW1"],
        registration=Registration(EnterpriseDetails(name="甲公司"), manager=staff["liqiang"]),
    )


def record(party: Party, actor: Actor, now: datetime, *, count: int) -> None:
    """Invoices of the days 1, 2, …: every third is void, every fourth red, every second an input invoice."""
    invoices = []
    for number in range(1, count + 1):
        amount = Decimal(-number if number % 4 == 0 else number).quantize(Decimal("0.01"))
        invoices.append(
            InvoiceDetails(
                party_id=party.pk,
                direction=Direction.INPUT if number % 2 else Direction.OUTPUT,
                number=f"{number:08d}",
                issued_on=date(2019, 1 + number // 28, 1 + number % 28),
                counterparty=f"=单位{number}",
                amount=amount,
                tax=Decimal("0.00"),
                total=amount,
                state=InvoiceState.VOID if number % 3 == 0 else InvoiceState.VALID,
            )
        )
    record_invoices(actor=actor, at=now, party_id=party.pk, invoices=invoices)


@pytest.fixture
def page(party: Party) -> str:
    return reverse("customers:invoices", args=[party.pk])


def exported(client: Client, page: str, query: str) -> list[str]:
    """The numbers in the exported list."""
    response: Any = client.get(f"{page}?export=csv&{query}")
    rows = list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    place = rows[0].index("发票号码")
    return [row[place].lstrip("'") for row in rows[1:]]


def test_who_sees_the_customer_sees_its_invoices_and_nobody_else(
    client: Client, page: str, party: Party, staff: dict[str, User], actor: Actor, now: datetime
) -> None:
    record(party, actor, now, count=3)
    assert client.get(page).status_code == 302, "nobody without signing in"
    client.force_login(staff["liqiang"])
    response = client.get(page)
    assert response.status_code == 200
    text = response.content.decode()
    assert "甲公司" in text
    assert "00000003" in text
    client.force_login(staff["wuting"])
    assert client.get(page).status_code == 404


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("direction=out", {2, 4, 6, 8, 10, 12}),
        ("kind=void", {3, 6, 9, 12}),
        ("kind=red", {4, 8}),
        ("kind=positive&direction=in", {1, 5, 7, 11}),
        ("since=2019-01-12", {11, 12}),
        ("until=2019/1/3", {1, 2}),
        ("q=0000001", {1, 10, 11, 12}),
        ("q=单位7", {7}),
        ("since=2019-01-12&until=2019-01-01", {11, 12}),
        ("kind=nonsense", set(range(1, 13))),
    ],
)
def test_the_filter_stands_in_the_address_and_holds_for_the_export(
    client: Client, page: str, party: Party, staff: dict[str, User], actor: Actor, now: datetime, query: str,
    numbers: set[int],
) -> None:  # fmt: skip
    record(party, actor, now, count=12)
    client.force_login(staff["wangfang"])
    assert {int(number) for number in exported(client, page, query)} == numbers


def test_the_page_asks_as_often_for_one_invoice_as_for_fifty(
    client: Client, page: str, party: Party, staff: dict[str, User], actor: Actor, now: datetime
) -> None:
    client.force_login(staff["wangfang"])
    counts = []
    for count in (1, 50):
        record(party, actor, now, count=count)
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(f"{page}?size=50&sort=-amount")
        assert response.content.decode().count("badge") >= count
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_empty_list_says_what_to_do(client: Client, page: str, staff: dict[str, User]) -> None:
    client.force_login(staff["wangfang"])
    assert "没有符合条件的发票" in client.get(page).content.decode()
