"""Firms with invoices, and a policy in force to judge them by."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

import pytest

from vouch.customers.actions import InvoiceDetails, record_invoices
from vouch.customers.terms import Direction, InvoiceState
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Party
from vouch.parties.terms import PartyKind
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import Unit, User
from vouch.policy.actions import install_shipped_policies
from vouch.policy.models import PolicyVersion

AS_OF = date(2020, 2, 29)


@pytest.fixture
def policy(head_office: Unit, now: datetime) -> PolicyVersion:
    """The shipped policy, in force."""
    (version,) = install_shipped_policies(actor=system_actor("install"), at=now)
    return version


class Firms(Protocol):
    """Make a firm; give its party."""

    def __call__(
        self, name: str, *, unit: Unit | None = None, manager: User | None = None, monthly: int = 0, months: int = 24,
        buyers: int = 1, until: date = AS_OF,
    ) -> Party: ...  # fmt: skip


class Sells(Protocol):
    """Record sales of so much a month to so many buyers, for so many months until a day, and purchases of half."""

    def __call__(self, party: Party, *, monthly: int, months: int, buyers: int, until: date) -> None: ...


@pytest.fixture
def sells(actor: Actor, now: datetime) -> Sells:
    numbers = itertools.count(1)

    def sell(party: Party, *, monthly: int, months: int, buyers: int, until: date) -> None:
        def line(direction: Direction, month: int, counterparty: str, amount: Decimal) -> InvoiceDetails:
            return InvoiceDetails(
                party_id=party.pk,
                direction=direction,
                number=str(next(numbers)),
                issued_on=until - timedelta(days=5 + 30 * month),
                counterparty=counterparty,
                amount=amount,
                tax=Decimal("0.00"),
                total=amount,
                state=InvoiceState.VALID,
            )

        sale = (Decimal(monthly) / buyers).quantize(Decimal("0.01"))
        invoices = [
            invoice
            for month in range(months)
            for buyer in range(buyers)
            for invoice in (
                line(Direction.OUTPUT, month, f"D{buyer}", sale),
                line(Direction.INPUT, month, f"C{buyer}", (sale / 2).quantize(Decimal("0.01"))),
            )
        ]
        record_invoices(actor=actor, at=now, party_id=party.pk, invoices=invoices)

    return sell


@pytest.fixture
def firms(head_office: Unit, actor: Actor, now: datetime, sells: Sells) -> Firms:
    def make(
        name: str, *, unit: Unit | None = None, manager: User | None = None, monthly: int = 0, months: int = 24,
        buyers: int = 1, until: date = AS_OF,
    ) -> Party:  # fmt: skip
        registration = Registration(EnterpriseDetails(name=name), manager=manager)
        party = register_enterprise(actor=actor, at=now, unit=unit or head_office, registration=registration)
        if monthly:
            sells(party, monthly=monthly, months=months, buyers=buyers, until=until)
        return party

    return make


@pytest.fixture
def book_of_firms(firms: Firms) -> list[Party]:
    """From large and steady to tiny and gone, one without any invoice."""
    return [
        firms("甲大企业", monthly=3_000_000, buyers=20),
        firms("乙中企业", monthly=400_000, buyers=6),
        firms("丙小企业", monthly=40_000, buyers=2),
        firms("丁微企业", monthly=3_000, months=4),
        firms("戊停业企业", monthly=200_000, buyers=3, until=date(2019, 4, 30)),
        firms("己无票企业"),
    ]


@pytest.fixture
def shop(
    policy: PolicyVersion,
    head_office: Unit,
    staff: dict[str, User],
    actor: Actor,
    now: datetime,
    sells: Sells,
) -> Party:
    """A sole trader of 李强's that sells well."""
    registration = Registration(
        EnterpriseDetails(name="王小芳小吃店"), kind=PartyKind.SOLE_TRADER, manager=staff["liqiang"]
    )
    party = register_enterprise(actor=actor, at=now, unit=head_office, registration=registration)
    sells(party, monthly=400_000, months=24, buyers=6, until=AS_OF)
    return party
