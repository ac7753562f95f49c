"""Ledgers that name a customer of two records, merged into one: by either code and by the name that both bear."""

from __future__ import annotations

from datetime import datetime

import pytest

from vouch.business.models import Guarantee
from vouch.business.tests.conftest import Load
from vouch.business.tests.ledgers import OCTOBER
from vouch.parties.actions import (
    EnterpriseDetails,
    Registration,
    merge_parties,
    register_enterprise,
    undo_merge,
)
from vouch.parties.models import Party
from vouch.parties.terms import IdentifierKind
from vouch.platform.exchange.queries import kept_rows
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit

pytestmark = pytest.mark.django_db

OLD_CODE = "3202112107499"
ROW = "DB001,甲有限公司,91350100M000100Y43,江州银行"


@pytest.fixture
def second(firms: list[Party], units: dict[str, Unit], actor: Actor, now: datetime) -> Party:
    """甲有限公司 once more, under its old number, merged into the first."""
    made = Registration(
        EnterpriseDetails(name="甲有限公司"), codes=[(IdentifierKind.OLD_NUMBER, "", OLD_CODE)]
    )
    found = register_enterprise(actor=actor, at=now, unit=units["YW1"], registration=made)
    merge_parties(actor=actor, at=now, party=found, canonical=firms[0], reason="同一户")
    return found


def october(row: str, *, day: str = "20261031") -> str:
    head, first, *_rest = OCTOBER.splitlines()
    return f"{head}\n{first.replace(ROW, row).replace('20261031', day)}\n"


def test_each_month_may_name_the_customer_by_another_of_its_codes(
    load: Load, second: Party, firms: list[Party], actor: Actor, now: datetime
) -> None:
    old = load("guarantees", october(ROW.replace("91350100M000100Y43", OLD_CODE)))
    assert (old.accepted, old.rejected) == (1, 0), [row.reason for row in kept_rows(old)]
    assert Guarantee.objects.get().party == second, (
        "by code the record itself, so that undoing the merge is exact"
    )
    for day, row in (("20261108", ROW), ("20261119", ROW.replace("91350100M000100Y43", ""))):
        new = load("guarantees", october(row, day=day))
        assert (new.accepted, new.rejected) == (1, 0), [row.reason for row in kept_rows(new)]
    assert Guarantee.objects.get().party == second
    undo_merge(actor=actor, at=now, party=second, canonical=firms[0], reason="看错了")
    refused = load("guarantees", october(ROW, day="20261120"))
    assert ["另一个客户" in row.reason for row in kept_rows(refused)] == [True]


@pytest.mark.usefixtures("second")
def test_two_records_of_one_name_are_one_customer_once_merged(load: Load, firms: list[Party]) -> None:
    batch = load("guarantees", october(ROW.replace("91350100M000100Y43", "")))
    assert (batch.accepted, batch.rejected) == (1, 0), [row.reason for row in kept_rows(batch)]
    assert Guarantee.objects.get().party == firms[0]
