"""A small book of judged firms, for the tests of pages; not collected itself."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from vouch.customers.actions import InvoiceDetails, record_invoices
from vouch.customers.terms import Direction, InvoiceState
from vouch.grading.actions import assess_customers
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.queries import head_office
from vouch.policy.actions import install_shipped_policies

AS_OF = date(2020, 2, 29)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Trade:
    """Sales of so much a month (yuan) to so many buyers, for so many months until a day; purchases of half."""

    monthly: int
    buyers: int
    months: int = 24
    until: date = AS_OF


def enrol(
    name: str,
    *,
    now: datetime,
    unit: Unit | None = None,
    manager: User | None = None,
    trade: Trade | None = None,
) -> Party:
    """Register a firm and record what it sells."""
    actor = system_actor("test")
    registration = Registration(EnterpriseDetails(name=name), manager=manager)
    party = register_enterprise(actor=actor, at=now, unit=unit or head_office(), registration=registration)
    if trade is not None:
        invoices = list(invoices_for(party, trade))
        record_invoices(actor=actor, at=now, party_id=party.pk, invoices=invoices)
    return party


def judge(*, now: datetime, as_of: date = AS_OF) -> None:
    """Judge everybody under the shipped policy."""
    actor: Actor = system_actor("test")
    install_shipped_policies(actor=actor, at=now)
    assess_customers(actor=actor, at=now, as_of=as_of)


def invoices_for(party: Party, trade: Trade) -> Iterator[InvoiceDetails]:
    """The invoices of such a trade."""
    sale = (Decimal(trade.monthly) / trade.buyers).quantize(Decimal("0.01"))
    half = (sale / 2).quantize(Decimal("0.01"))
    for month, buyer in itertools.product(range(trade.months), range(trade.buyers)):
        for direction, name, amount in ((Direction.OUTPUT, "D", sale), (Direction.INPUT, "C", half)):
            yield InvoiceDetails(
                party_id=party.pk,
                direction=direction,
                number=str(next(_numbers)),
                issued_on=trade.until - timedelta(days=5 + 30 * month),
                counterparty=f"{name}{buyer}",
                amount=amount,
                tax=Decimal("0.00"),
                total=amount,
                state=InvoiceState.VALID,
            )
