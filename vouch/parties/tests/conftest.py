"""A few firms and a way to import a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from pytest_django import Settings

from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise, register_person
from vouch.parties.models import Party
from vouch.parties.terms import IdentifierKind
from vouch.parties.tests.people import registration
from vouch.platform.exchange.actions import Delivery
from vouch.platform.exchange.models import Import
from vouch.platform.exchange.testing import delivered, kept
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User

HEAD = "企业名称,统一社会信用代码,注册日期,注册资金,所在省份\n"
GOOD = "甲有限公司,91350100M000100Y43,2003-01-01,10(万元),福建\n"
OLD = "丙加工厂,3202112107499,2003-01-03,N/A,江苏\n"


@pytest.fixture
def import_text(head_office: Unit, actor: Actor, now: datetime) -> Callable[..., Import]:
    """Import this text as a file of enterprises."""

    def run(text: str | bytes, *, unit: Unit = head_office, by: Actor = actor, at: datetime = now) -> Import:
        delivery = Delivery("enterprises", [kept(text, name="企业.csv")])
        return delivered(delivery, unit=unit, by=by, at=at)

    return run


@pytest.fixture
def firm(staff: dict[str, User], units: dict[str, Unit], actor: Actor, now: datetime) -> Party:
    """甲有限公司, of 业务一部, looked after by 李强."""
    return register_enterprise(
        actor=actor,
        at=now,
        unit=units["YW1"],
        registration=Registration(
            EnterpriseDetails(name="甲有限公司", province="福建"),
            codes=[(IdentifierKind.USCC, "", "91350100M000100Y43")],
            manager=staff["liqiang"],
        ),
    )


@pytest.fixture
def person(staff: dict[str, User], units: dict[str, Unit], actor: Actor, now: datetime) -> Party:
    """王小芳, of 业务一部, looked after by 李强."""
    return register_person(
        actor=actor, at=now, unit=units["YW1"], registration=registration(manager=staff["liqiang"])
    )


@pytest.fixture(params=["aes-256-gcm", "sm4-gcm"])
def cipher(request: pytest.FixtureRequest, settings: Settings) -> str:
    """Tests of persons run under both."""
    settings.VOUCH_CIPHER = request.param
    return str(request.param)
