"""A firm and a person of 李强's, and a bank."""

from __future__ import annotations

from datetime import datetime

import pytest

from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.testing import writing


def enrolled(name: str, units: dict[str, Unit], staff: dict[str, User], now: datetime, actor: Actor) -> Party:
    registration = Registration(EnterpriseDetails(name=name), manager=staff["liqiang"])
    return register_enterprise(actor=actor, at=now, unit=units["YW1"], registration=registration)


@pytest.fixture
def firm(units: dict[str, Unit], staff: dict[str, User], now: datetime, actor: Actor) -> Party:
    return enrolled("甲有限公司", units, staff, now, actor)


@pytest.fixture
def bank(units: dict[str, Unit], staff: dict[str, User], now: datetime, actor: Actor) -> Party:
    return enrolled("江州银行", units, staff, now, actor)


@pytest.fixture
def person(units: dict[str, Unit], staff: dict[str, User], now: datetime, actor: Actor) -> Party:
    party = enrolled("张三", units, staff, now, actor)
    with writing():
        Party.objects.filter(pk=party.pk).update(kind="person")
    party.refresh_from_db()
    return party
