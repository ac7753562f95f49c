"""Guarantees of ours and of customers' files, and who looks after whom, for tests of relations."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.networks import BEGUN
from vouch.business.models import Guarantee, GuaranteeVersion
from vouch.customers.actions import (
    GuaranteeLine,
    GuaranteesDetails,
    MaterialDetails,
    state_guarantees,
)
from vouch.customers.terms import GuaranteeKind, MaterialKind, Origin, Tie
from vouch.parties.models import Assignment, Party
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.testing import writing


def guaranteed(party: Party, balance: int) -> None:
    """A guarantee of ours in force; yuan."""
    stands: dict[str, Any] = {"as_of": date(2026, 10, 31), "state": "in_force", "debt_balance": balance}
    with writing():
        one = Guarantee.objects.create(
            party=party, number=f"DB{Guarantee.objects.count():05d}", contract_amount=balance, counted_on=date(2026, 1, 8),
            recorded_at=BEGUN, updated_at=BEGUN, **stands,
        )  # fmt: skip
        GuaranteeVersion.objects.create(guarantee=one, share_rate=1, known_at=BEGUN, **stands)


def answers_for(guarantor: Party, *debtors: Party, balance: int = 1_000_000) -> None:
    at = datetime(2026, 10, 1, 2, tzinfo=BEGUN.tzinfo)
    lines = [
        GuaranteeLine(
            beneficiary=one.name, kind=GuaranteeKind.JOINT, amount=Decimal(balance), balance=Decimal(balance), tie=Tie.MUTUAL
        )
        for one in debtors
    ]  # fmt: skip
    details = MaterialDetails(kind=MaterialKind.GUARANTEE, origin=Origin.CUSTOMER, as_of=at.date())
    state_guarantees(
        actor=system_actor("test"),
        at=at,
        party=guarantor,
        details=details,
        statement=GuaranteesDetails(lines),
    )


def looked_after(party: Party, manager: User) -> Party:
    with writing():
        Assignment.objects.create(party=party, unit=manager.unit, manager=manager, starts_on=date(2026, 1, 1))
    return party
