"""What each class cost: classes of grading, balances and claims of the register above it, asked by name."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils import timezone

from tests.book import enrol
from vouch.business.models import Claim, Guarantee, GuaranteeVersion
from vouch.grading.queries.migration import claim_rates
from vouch.grading.tests.test_classing import FAIR, GOOD, POOR, Lives
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit
from vouch.platform.ledger.testing import writing
from vouch.policy.actions import install_shipped_policies

pytestmark = pytest.mark.django_db


def guaranteed(party: Party, *, on: datetime, paid_on: datetime | None) -> None:
    """A guarantee that stood on the day, and a claim where one was paid."""
    stands = {"as_of": on.date(), "state": "in_force", "debt_balance": Decimal(1_000_000)}
    with writing():
        one = Guarantee.objects.create(
            party=party, number=f"DB{party.pk}", contract_amount=Decimal(1_000_000), counted_on=on.date(),
            recorded_at=on, updated_at=on, **stands,
        )  # fmt: skip
        GuaranteeVersion.objects.create(guarantee=one, share_rate=1, known_at=on, **stands)
        if paid_on is not None:
            Claim.objects.create(
                guarantee=one, on=paid_on.date(), principal=Decimal(500_000), interest=0, other=0,
                known_at=paid_on, number=f"PZ{party.pk}", content=UUID(int=party.pk),
            )  # fmt: skip


def test_a_class_costs_what_its_customers_of_the_first_day_cost(
    head_office: Unit, actor: Actor, now: datetime
) -> None:
    (policy,) = install_shipped_policies(actor=actor, at=now)
    began = now - timedelta(days=60)
    for number, (name, paid) in enumerate([(GOOD, False), (GOOD, False), (POOR, True), (POOR, False)]):
        life = Lives(enrol(f"第{number}企业", now=now), policy, began)
        life.judged(name)
        guaranteed(life.party, on=life.at, paid_on=now - timedelta(days=5) if paid else None)
    idle = Lives(enrol("无业务企业", now=now), policy, began)
    idle.judged(POOR)
    start, end = timezone.localdate(began + timedelta(days=2)), timezone.localdate(now)
    found = {one.risk_class: one for one in claim_rates(actor, start=start, end=end)}
    assert (found[GOOD].customers, found[GOOD].claimed) == (2, 0)
    assert (found[POOR].customers, found[POOR].claimed, found[POOR].rate) == (2, 1, 0.5)
    assert found[GOOD].overlaps == POOR, "two customers each say nothing"
    assert found[FAIR].customers == 0
