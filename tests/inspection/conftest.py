"""An inspection that compliance opened and the chief risk officer approved, and a clock that tests may move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.book import Trade, enrol, judge
from vouch.parties.models import Party
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.terms import FieldClass, Role, Scope
from vouch.platform.ledger.testing import writing
from vouch.platform.operations.actions.inspections import (
    InspectionDetails,
    Letter,
    approve_inspection,
    issue_password,
    open_inspection,
)
from vouch.platform.operations.models import Inspection

LETTER = b"%PDF-1.7 letter of the regulator"


@pytest.fixture
def compliance(staff: dict[str, User], now: datetime) -> User:
    with writing():
        user, _made = User.objects.get_or_create(
            username="hegui",
            defaults={
                "name": "郑洁",
                "unit": staff["chenjing"].unit,
                "roles": [Role.COMPLIANCE],
                "scope": Scope.ALL,
                "joined_at": now,
            },
        )
    return user


@pytest.fixture
def firms(units: dict[str, Unit], now: datetime) -> list[Party]:
    made = [
        enrol("苏州恒泰新材料有限公司", now=now, unit=units["YW1"], trade=Trade(400_000, 6)),
        enrol("杭州鼎新食品商贸行", now=now, unit=units["YW1"], trade=Trade(20_000, 2)),
        enrol("北京他处有限公司", now=now, unit=units["YW2"]),
    ]
    judge(now=now)
    return made


Openings = Callable[..., Inspection]


@pytest.fixture
def opened(compliance: User, units: dict[str, Unit], db: None) -> Openings:
    """``opened(may_export=False, hours=2, …)``: proposed by compliance, from a minute ago."""

    def make(**changes: Any) -> Inspection:
        now = timezone.now()
        given: dict[str, Any] = {
            "authority": "示范市地方金融监督管理局",
            "letter_number": "金监检〔2026〕7号",
            "inspector": "林检",
            "purpose": "2026年度现场检查",
            "units": [units["YW1"]],
            "period": (date(2019, 1, 1), date(2026, 12, 31)),
            "field_classes": [FieldClass.PHONE],
            "may_export": False,
            "starts_at": now - timedelta(minutes=1),
            "ends_at": now + timedelta(hours=2),
        }
        details = InspectionDetails(**(given | changes))
        letter = Letter(name="检查通知书.pdf", media_type="application/pdf", pieces=[LETTER])
        return open_inspection(actor=actor_of(compliance), at=now, details=details, letter=letter)

    return make


@dataclass
class Inspector:
    """A signed-in inspector in a browser."""

    inspection: Inspection
    client: Client
    username: str
    password: str


Inspectors = Callable[..., Inspector]


@pytest.fixture
def inspector(opened: Openings, compliance: User, staff: dict[str, User]) -> Inspectors:
    """Approve, issue the one-time password and sign in with it."""

    def make(**changes: Any) -> Inspector:
        inspection = opened(**changes)
        now = timezone.now()
        approve_inspection(actor=actor_of(staff["chenjing"]), at=now, inspection=inspection)
        password = issue_password(actor=actor_of(compliance), at=now, inspection=inspection)
        inspection.refresh_from_db()
        assert inspection.account is not None
        client = sign_in(inspection.account.username, password)
        return Inspector(inspection, client, inspection.account.username, password)

    return make


def sign_in(username: str, password: str) -> Client:
    """Through the sign-in page, as a person does."""
    client = Client(raise_request_exception=False)
    client.post("/sign-in/", {"login": username, "password": password})
    return client
