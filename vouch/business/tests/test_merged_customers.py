"""Ledgers that name a customer of two records, merged into one: by either code and by the name that both bear."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from vouch.business.models import Guarantee
from vouch.business.queries import Wanted, found_guarantees, pivot, register, totals
from vouch.business.terms import Dimension, Measure
from vouch.business.tests.conftest import Load
from vouch.business.tests.ledgers import OCTOBER
from vouch.parties.actions import (
    EnterpriseDetails,
    Registration,
    change_enterprise,
    merge_parties,
    register_enterprise,
    undo_merge,
)
from vouch.parties.models import Party
from vouch.parties.terms import IdentifierKind, PartyStatus
from vouch.platform.exchange.queries import kept_rows
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.testing import writing

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


def test_a_customer_of_two_records_is_counted_once_and_stands_in_one_line(
    load: Load, second: Party, firms: list[Party], actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    load("guarantees", OCTOBER)
    with writing():
        Guarantee.objects.filter(number="DB002").update(party=second)
        Guarantee.objects.update(state="in_force")

    def counted(who: str) -> tuple[int, int]:
        rows = register(actors[who], Wanted())
        customers = {
            measure: pivot(rows, down=Dimension.STATE, across=Dimension.KIND, measure=measure).total
            for measure in (Measure.CUSTOMERS, Measure.COUNT)
        }
        assert totals(rows).customers == customers[Measure.CUSTOMERS]
        return int(customers[Measure.CUSTOMERS]), int(customers[Measure.COUNT])

    before = {one.party_id for one in Guarantee.objects.all()}
    assert second.pk in before
    assert firms[0].pk in before
    assert counted("wangfang") == (len(before) - 1, 4)
    found = pivot(register(actors["wangfang"], Wanted()), down=Dimension.CUSTOMER, measure=Measure.COUNT)
    line = {one.key: (one.title, one.total) for one in found.lines}
    assert line[firms[0].number] == (firms[0].name, 2)
    assert second.number not in line
    undo_merge(actor=actor, at=now, party=second, canonical=firms[0], reason="看错了")
    assert counted("wangfang") == (len(before), 4)


def test_two_customers_of_one_name_are_two_lines_told_apart_by_their_numbers(
    client: Client,
    load: Load,
    second: Party,
    firms: list[Party],
    actors: dict[str, Actor],
    actor: Actor,
    now: datetime,
    staff: dict[str, User],
) -> None:
    load("guarantees", OCTOBER)
    with writing():
        Guarantee.objects.filter(number="DB002").update(party=second)
    undo_merge(actor=actor, at=now, party=second, canonical=firms[0], reason="看错了")
    rows = register(actors["wangfang"], Wanted())
    found = pivot(rows, down=Dimension.BANK, across=Dimension.CUSTOMER, measure=Measure.COUNT)
    titles = dict(found.columns)
    for one in (firms[0], second):
        assert titles[one.number] == f"甲有限公司 {one.number}"
    assert titles[firms[2].number] == firms[2].name
    client.force_login(staff["wangfang"])
    page = client.get(reverse("business:pivot"), {"down": "customer"}).content.decode()
    assert f"q={second.number}" in page
    listed = client.get(reverse("business:register"), {"q": second.number, "state": "all"}).content.decode()
    assert "DB002" in listed
    assert "DB001" not in listed


def test_the_guarantees_of_a_merged_record_are_found_by_the_customers_name(
    load: Load, second: Party, firms: list[Party], actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    load("guarantees", OCTOBER)
    with writing():
        Guarantee.objects.filter(number="DB002").update(party=second)
    change_enterprise(actor=actor, at=now, party_id=firms[0].pk, changes={"name": "江州远洋航运"})

    def numbers(who: str, text: str) -> list[str]:
        return sorted(register(actors[who], Wanted(text=text)).values_list("number", flat=True))

    # By the new name, which the merged record never had, by either number and by the old code.
    for text in ("远洋航运", firms[0].number, second.number, OLD_CODE):
        assert numbers("wangfang", text) == ["DB001", "DB002"], text
    assert numbers("wuting", "远洋航运") == []


def test_a_restricted_customers_guarantees_at_a_merged_record_are_not_found(
    load: Load, second: Party, firms: list[Party], actors: dict[str, Actor]
) -> None:
    load("guarantees", OCTOBER)
    with writing():
        Guarantee.objects.filter(number="DB002").update(party=second)

    def numbers() -> list[str]:
        return [one.number for one in found_guarantees(actors["wangfang"], "DB00", most=9)]

    assert sorted(numbers()) == ["DB001", "DB002", "DB003", "DB004"]
    with writing():
        Party.objects.filter(pk=firms[0].pk).update(status=PartyStatus.RESTRICTED)
    assert "DB001" not in numbers()
    assert "DB002" not in numbers()
    assert "DB004" in numbers()
