"""Persons on the desk: listed masked, found by number without leaving it in an address, exported for a purpose."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from vouch.desk.tests.conftest import SignedIn
from vouch.engine.identifiers import identity_check_character
from vouch.parties.actions import (
    AccountLine,
    PersonDetails,
    PersonRegistration,
    PhoneLine,
    read_document,
    register_person,
)
from vouch.parties.models import Party
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db

NUMBER, PHONE, CARD = "110101199003071233", "13800138000", "6222021234567890128"


def enrol(staff: dict[str, User], now: datetime, *, name: str = "王小芳", number: str = NUMBER) -> Party:
    read = read_document("resident", number, today=now.date())
    details = PersonDetails(
        name=name,
        document_kind="resident",
        document_number=read.number,
        born_on=read.born_on,
        occupation="种植户",
    )
    registration = PersonRegistration(
        details,
        phones=[PhoneLine("mobile", PHONE)],
        accounts=[AccountLine("江州银行", name, CARD)],
        manager=staff["liqiang"],
    )
    unit = staff["liqiang"].unit
    return register_person(actor=system_actor("test"), at=now, unit=unit, registration=registration)


@pytest.fixture
def person(staff: dict[str, User], now: datetime) -> Party:
    return enrol(staff, now)


def table(client: Client, address: str) -> list[list[object]]:
    response = client.get(address)
    assert response.status_code == 200
    return [[cell.value for cell in cells] for cells in response.context["listing"].lines]


def test_lists_show_persons_masked_and_ask_as_much_for_one_as_for_twenty(
    person: Party,
    staff: dict[str, User],
    signed_in: SignedIn,
    now: datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = signed_in("wangfang")
    counts = {}
    for address in ("/customers/persons/", "/customers/"):
        assert table(client, address)
        with CaptureQueriesContext(connection) as asked:
            table(client, address)
        counts[address] = len(asked)
        assert counts[address] < 24
    assert "110***********1233" in client.get("/customers/persons/").content.decode()
    for serial in range(19):
        body = f"33990119900307{serial:03d}"
        enrol(staff, now, name=f"第{serial}人", number=body + identity_check_character(body))
    for address, count in counts.items():
        with django_assert_num_queries(count):
            assert len(table(client, address)) == 20
        page = client.get(address).content.decode()
        for plain in (NUMBER, PHONE, CARD, "种植户"):
            assert plain not in page


@pytest.mark.parametrize(
    "written",
    ["１１０１０１１９９００３０７１２３３", "110101 19900307 1233", "138-0013-8000", "+8613800138000", CARD],
)
def test_a_number_finds_its_person_by_post_and_stays_out_of_the_address(
    person: Party, signed_in: SignedIn, written: str
) -> None:
    response = signed_in("liqiang").post("/customers/find/", {"q": written})
    assert response["Location"] == person.get_absolute_url()
    assert (
        not Entry.objects.exclude(event="parties.person.registered")
        .exclude(event__startswith="identity.")
        .exists()
    )
    stranger = signed_in("wuting").post("/customers/find/", {"q": written})
    assert "您能看到的客户里没有这个号码" in stranger.content.decode()
    assert written not in stranger.content.decode()


@pytest.mark.parametrize("address", ["/customers/", "/customers/persons/"])
def test_a_number_in_an_address_is_not_searched_for(person: Party, signed_in: SignedIn, address: str) -> None:
    response = signed_in("liqiang").get(address, {"q": NUMBER})
    assert (response.status_code, response["Location"]) == (302, "/customers/find/")
    assert table(signed_in("liqiang"), f"{address}?q=小芳")[0][0] == "王小芳"
    assert table(signed_in("liqiang"), f"{address}?q={person.number}")[0][0] == "王小芳"


def test_a_persons_page_has_no_judgement_and_shows_values_masked(person: Party, signed_in: SignedIn) -> None:
    client = signed_in("liqiang")
    for panel in ("", "identity/", "history/", "invoices/"):
        page = client.get(f"/customers/{person.pk}/{panel}").content.decode()
        assert "王小芳" in page
        for plain in (NUMBER, PHONE, CARD, "种植户"):
            assert plain not in page
    assert "138****8000" in client.get(f"/customers/{person.pk}/").content.decode()
    assert "重新评估" not in signed_in("wangfang").get(f"/customers/{person.pk}/").content.decode()
    assert signed_in("wangfang").post(f"/customers/{person.pk}/reassess/").status_code == 403


def sheet_of(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def test_the_ordinary_export_is_masked_for_everybody(person: Party, signed_in: SignedIn) -> None:
    for address in ("/customers/persons/", "/customers/"):
        response = signed_in("sunlei").get(f"{address}?export=csv")
        text = b"".join(response).decode()
        assert "王小芳" in text
        for plain in (NUMBER, PHONE, CARD):
            assert plain not in text


def test_a_full_export_takes_a_purpose_and_leaves_one_entry_with_a_digest_of_the_set(
    person: Party, staff: dict[str, User], signed_in: SignedIn, now: datetime
) -> None:
    enrol(staff, now, name="李四", number="310101198512154566")
    client = signed_in("liqiang")
    address = "/customers/persons/export/?q=王"
    form = client.get(address).content.decode()
    assert "共 1 人" in form
    assert client.post(address, {"classes": ["identity"], "format": "xlsx"}).status_code == 422
    data = {"classes": ["identity"], "purpose": "尽职调查", "note": "评审会", "format": "xlsx"}
    assert client.post(address, data | {"note": f"电话{PHONE}"}).status_code == 422
    assert client.post(address, data | {"classes": ["account"]}).status_code == 422
    lines = sheet_of(b"".join(client.post(address, data)))
    assert [line[4:6] for line in lines[1:]] == [[NUMBER, "138****8000"]]
    entry = Entry.objects.get(event="parties.persons.read")
    assert entry.purpose == "尽职调查：评审会"
    assert entry.bulk is not None
    assert (entry.bulk["rows"], entry.bulk["identity"]) == (1, 1)
    assert len(entry.bulk["root"]) == 64
    # Who may read none of it has no such page, and who may read one class does not get the other.
    assert signed_in("zhoujie").get(address).status_code == 403
    assert signed_in("chenjing").post(address, data).status_code == 422
