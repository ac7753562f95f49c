"""A messy ledger from end to end: what is wrong is refused with its reason in their own file, the rest is taken, and undone."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from python_calamine import CalamineWorkbook

from tests.messy import HEADINGS, Customer, messy_ledger
from tests.tables import all_rows, differences
from vouch.business.models import Guarantee
from vouch.parties.actions import (
    EnterpriseDetails,
    PersonDetails,
    PersonRegistration,
    Registration,
    register_enterprise,
    register_person,
)
from vouch.parties.terms import DocumentKind, IdentifierKind
from vouch.platform.exchange import actions
from vouch.platform.exchange._marking import marked_copy
from vouch.platform.exchange.models import Import
from vouch.platform.exchange.queries import kept_rows
from vouch.platform.exchange.running import take_back
from vouch.platform.exchange.testing import delivered, kept
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit

pytestmark = pytest.mark.django_db

FIRMS = (("甲有限公司", "91350100M000100Y43"), ("乙有限公司", "914403001922038216"))
PERSON = ("王小芳", "11010519491231002X")


@pytest.fixture
def customers(units: dict[str, Unit], actor: Actor, now: datetime) -> list[Customer]:
    for name, code in FIRMS:
        made = Registration(EnterpriseDetails(name=name), codes=[(IdentifierKind.USCC, "", code)])
        register_enterprise(actor=actor, at=now, unit=units["YW1"], registration=made)
    details = PersonDetails(name=PERSON[0], document_kind=DocumentKind.RESIDENT, document_number=PERSON[1])
    register_person(actor=actor, at=now, unit=units["YW1"], registration=PersonRegistration(details))
    return [*(Customer(*one) for one in (*FIRMS, PERSON)), Customer(FIRMS[0][0], "")]


def load(content: bytes, *, unit: Unit, actor: Actor, now: datetime) -> Import:
    delivery = actions.Delivery("guarantees", [kept(content, name="在保台账.xlsx")])
    return delivered(delivery, unit=unit, by=actor, at=now)


def test_a_messy_ledger_is_taken_as_far_as_it_is_right_and_given_back_with_every_reason(
    customers: list[Customer],
    units: dict[str, Unit],
    actor: Actor,
    now: datetime,
) -> None:
    before = all_rows()
    ledger = messy_ledger(customers, rows=2000)
    batch = load(ledger.content, unit=units["YW1"], actor=actor, now=now)
    refused = {row.line: row.reason for row in kept_rows(batch, verdict="rejected")}
    assert {line: ledger.fates[line] for line in ledger.wrong - refused.keys()} == {}, "wrong, and taken"
    assert {line: (ledger.fates[line], refused[line]) for line in refused.keys() - ledger.wrong} == {}, (
        "right, and refused"
    )
    assert (batch.accepted, batch.unchanged) == (
        len(ledger.lines("accepted")),
        len(ledger.lines("unchanged")),
    )
    assert Guarantee.objects.count() == batch.accepted
    again = load(ledger.content, unit=units["YW1"], actor=actor, now=now)
    assert (again.accepted, again.unchanged, again.rejected) == (
        0,
        batch.accepted + batch.unchanged,
        batch.rejected,
    )

    with marked_copy(batch, batch.files.get()) as copy:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(copy.read())).get_sheet_by_name("在保台账")
    marked = {
        line: row[len(HEADINGS) :] for line, row in enumerate(sheet.to_python(skip_empty_area=False), start=1)
    }
    assert marked[4][:2] == ["结果", "原因"]
    assert {line: row[1] for line, row in marked.items() if row[0] == "未导入"} == refused
    actions.order_undo(actor=actor, at=now, batch=batch, reason="台账太乱")
    take_back(batch.pk, actor=actor, clock=lambda: now)
    assert differences(before, all_rows()) == {}
