"""Three firms, a person, and a way to import a ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from vouch.parties.actions import (
    EnterpriseDetails,
    PersonDetails,
    PersonRegistration,
    Registration,
    register_enterprise,
    register_person,
)
from vouch.parties.models import Party
from vouch.parties.terms import DocumentKind, IdentifierKind
from vouch.platform.exchange.actions import Delivery
from vouch.platform.exchange.models import Import
from vouch.platform.exchange.testing import delivered, kept
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User

NUMBER = "11010519491231002X"
"""The example of GB 11643."""

Load = Callable[..., Import]
CODES = ("91350100M000100Y43", "914403001922038216", "91440300708461136T")
NAMES = ("甲有限公司", "乙有限公司", "丙有限公司")


@pytest.fixture
def firms(units: dict[str, Unit], staff: dict[str, User], now: datetime, actor: Actor) -> list[Party]:
    """甲 and 乙 of 业务一部 (李强), 丙 of 业务二部 (吴婷); 制造, 批发, none told."""
    found = []
    for name, code, unit, manager, industry in zip(
        NAMES,
        CODES,
        ("YW1", "YW1", "YW2"),
        ("liqiang", "liqiang", "wuting"),
        ("C1711", "F5137", ""),
        strict=True,
    ):
        details = EnterpriseDetails(name=name, province="福建", industry_code=industry)
        codes = [(IdentifierKind.USCC, "", code)]
        made = Registration(details, codes=codes, manager=staff[manager])
        found.append(register_enterprise(actor=actor, at=now, unit=units[unit], registration=made))
    return found


@pytest.fixture
def person(units: dict[str, Unit], staff: dict[str, User], now: datetime, actor: Actor) -> Party:
    """王小芳, of 李强's."""
    details = PersonDetails(name="王小芳", document_kind=DocumentKind.RESIDENT, document_number=NUMBER)
    registration = PersonRegistration(details, manager=staff["liqiang"])
    return register_person(actor=actor, at=now, unit=units["YW1"], registration=registration)


@pytest.fixture
def load(head_office: Unit, actor: Actor, now: datetime) -> Load:
    """Import this text as a file of a kind, at a moment (now)."""

    def run(
        kind: str,
        text: str,
        *,
        by: Actor = actor,
        at: datetime = now,
        is_dry: bool = False,
        unit: Unit = head_office,
    ) -> Import:
        delivery = Delivery(kind, [kept(text, name=f"{kind}.csv")], is_dry_run=is_dry)
        return delivered(delivery, unit=unit, by=by, at=at)

    return run
