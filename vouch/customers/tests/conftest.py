"""A firm and a person of 李强's, and a bank."""

from __future__ import annotations

from datetime import datetime

import pytest

from vouch.customers.tests.scene import NUMBER, PHONE
from vouch.parties.actions import (
    EnterpriseDetails,
    PersonDetails,
    PersonRegistration,
    PhoneLine,
    Registration,
    register_enterprise,
    register_person,
)
from vouch.parties.models import Party
from vouch.parties.terms import DocumentKind, PhoneUse
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User


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
    details = PersonDetails(
        name="张三", document_kind=DocumentKind.RESIDENT, document_number=NUMBER, address="江州市老街1号"
    )
    registration = PersonRegistration(
        details, phones=[PhoneLine(PhoneUse.MOBILE, PHONE)], manager=staff["liqiang"]
    )
    return register_person(actor=actor, at=now, unit=units["YW1"], registration=registration)
