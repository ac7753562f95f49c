"""Inspection mode: what an inspector's account sees, what it is refused, what stays in the ledger, and how it ends."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.inspection.conftest import LETTER, Inspector, Inspectors, Openings, sign_in
from vouch.grading.queries import assessments_of
from vouch.parties.actions import correct_enterprise, register_person
from vouch.parties.actions.reading import EnterpriseDetails
from vouch.parties.models import Party
from vouch.parties.terms import PURPOSES
from vouch.parties.tests import people
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.permissions import may_unmask
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.terms import FieldClass
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.operations import queries
from vouch.platform.operations.actions.inspections import (
    WrongState,
    approve_inspection,
    decline_inspection,
    end_inspection,
    issue_password,
)
from vouch.platform.vault.models import Chunk
from vouch.platform.vault.queries import read_document

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def views() -> list[dict[str, Any]]:
    rows = Entry.objects.filter(event="operations.inspection.viewed").order_by("recorded_at")
    return [dict(row.after or {}) for row in rows]


def move_clock(monkeypatch: pytest.MonkeyPatch, to: datetime) -> None:
    monkeypatch.setattr("vouch.platform.operations.inspection_mode.timezone.now", lambda: to)


def test_the_letter_is_kept_encrypted_and_the_second_person_is_somebody_else(
    opened: Openings, compliance: User, staff: dict[str, User]
) -> None:
    inspection, now = opened(), timezone.now()
    assert inspection.letter is not None
    assert b"".join(read_document(inspection.letter)) == LETTER
    assert not any(LETTER in bytes(chunk.data) for chunk in Chunk.objects.all())
    with pytest.raises(WrongState):
        issue_password(actor=actor_of(compliance), at=now, inspection=inspection)
    for nobody in (compliance, staff["zhoujie"], staff["wangfang"]):
        with pytest.raises(Refused):
            approve_inspection(actor=actor_of(nobody), at=now, inspection=inspection)
    approve_inspection(actor=actor_of(staff["chenjing"]), at=now, inspection=inspection)
    with pytest.raises(WrongState):
        decline_inspection(actor=actor_of(staff["chenjing"]), at=now, inspection=inspection, reason="晚了")


def test_the_account_sees_its_units_customers_alone(inspector: Inspectors, firms: list[Party]) -> None:
    client = inspector().client
    page = client.get("/customers/").content.decode()
    assert firms[0].name in page
    assert firms[2].name not in page
    assert client.get(f"/customers/{firms[0].pk}/").status_code == 200
    assert client.get(f"/customers/{firms[2].pk}/").status_code == 404
    for closed in ("/ledger/", "/imports/", "/operations/inspections/", "/parties/new/"):
        assert client.get(closed).status_code == 403, closed


def test_every_page_carries_watermark_and_banner(inspector: Inspectors, firms: list[Party]) -> None:
    client = inspector().client
    for address in ("/", "/customers/", f"/customers/{firms[0].pk}/", "/nowhere/", "/ledger/"):
        page = client.get(address).content.decode()
        assert page.count("金监检〔2026〕7号") >= 60, address
        assert "林检" in page
        assert "检查模式" in page
        assert "data-inspection-ends" in page
    # A part of a page goes into one that has them.
    assert (
        "watermark"
        not in client.get("/customers/", headers={**HTMX, "HX-Target": "table-customers"}).content.decode()
    )


def test_judgements_of_another_time_are_neither_shown_nor_found(
    inspector: Inspectors, firms: list[Party]
) -> None:
    # They were made as of 2020-02-29.
    within = inspector().client
    assessment = assessments_of(firms[0].pk)[0]
    grade = assessment.grade
    assert f'-lt">{grade}</span>' in within.get("/customers/").content.decode()
    assert within.get(f"/assessments/{assessment.pk}/").status_code == 200

    later = inspector(period=(date(2021, 1, 1), date(2021, 12, 31))).client
    page = later.get("/customers/?sort=-score").content.decode()
    assert firms[0].name in page
    assert f'-lt">{grade}</span>' not in page
    assert "未评估" in page
    assert firms[0].name not in later.get(f"/customers/?grade={grade}").content.decode()
    assert later.get(f"/assessments/{assessment.pk}/").status_code == 404
    history = later.get(f"/customers/{firms[0].pk}/history/").content.decode()
    assert "2020-02-29" not in history
    assert "客户建档" not in history
    assert str(assessment.score) not in later.get(f"/customers/{firms[0].pk}/").content.decode()


def test_everybody_else_sees_no_mark(inspector: Inspectors, staff: dict[str, User], client: Any) -> None:
    inspector()
    client.force_login(staff["chenjing"], backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/customers/").content.decode()
    assert "watermark" not in page
    assert views() == []


def test_every_request_leaves_an_entry_with_whom_it_showed_and_what_was_sent(
    inspector: Inspectors, firms: list[Party]
) -> None:
    found = inspector()
    response = found.client.get(f"/customers/{firms[0].pk}/?q=13800138000&page=2")
    [viewed] = views()
    assert viewed["path"] == f"/customers/{firms[0].pk}/"
    assert viewed["parameters"] == ["page=2", "q"]
    assert viewed["subjects"] == [f"party:{firms[0].pk}"]
    assert viewed["sha256"] == hashlib.sha256(response.content).hexdigest()
    assert viewed["status"] == 200
    found.client.get("/customers/")
    assert views()[1]["subjects"] == sorted(f"party:{firm.pk}" for firm in firms[:2])
    found.client.get("/customers/999999/")
    assert views()[2]["status"] == 404
    found.client.get("/customers/", headers=HTMX)
    assert len(views()) == 4
    entry = Entry.objects.filter(event="operations.inspection.viewed").first()
    assert entry is not None
    assert "林检" in entry.actor_label
    seen = queries.seen_in(found.inspection)
    assert (seen.requests, seen.refused, seen.exports, seen.subjects) == (4, 1, 0, 2)


def test_what_cannot_be_recorded_is_not_shown(
    inspector: Inspectors, firms: list[Party], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = inspector()

    def fail(**_kwargs: object) -> None:
        message = "the ledger is away"
        raise RuntimeError(message)

    monkeypatch.setattr("vouch.platform.operations.inspection_mode.record_view", fail)
    response = found.client.get("/customers/")
    assert response.status_code == 500
    assert firms[0].name not in response.content.decode()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_but_reading_gets_through(inspector: Inspectors, firms: list[Party], method: str) -> None:
    found, before = inspector(), Party.objects.count()
    addresses = (
        "/parties/new/",
        f"/customers/{firms[0].pk}/reassess/",
        reverse("account_change_password"),
        "/assessments/",
    )
    for address in addresses:
        for headers in ({}, HTMX):
            response = getattr(found.client, method)(address, {"name": "x"}, headers=headers)
            assert response.status_code == 403, address
            assert "只能查看" in response.content.decode()
    assert Party.objects.count() == before
    assert [one["status"] for one in views()] == [403] * (2 * len(addresses))


def test_the_interface_takes_no_session_of_an_inspector(inspector: Inspectors, firms: list[Party]) -> None:
    client = inspector().client
    assert client.get("/api/v1/customers").status_code == 401
    response = client.post("/api/v1/customers/enterprises", {"name": "x"}, content_type="application/json")
    assert response.status_code == 403


def test_the_door_of_actions_refuses_the_account_even_past_the_pages(
    inspector: Inspectors, firms: list[Party], now: datetime
) -> None:
    inspection = inspector().inspection
    assert inspection.account is not None
    for actor in (queries.inspector(inspection, inspection.account), actor_of(inspection.account)):
        assert actor.is_read_only
        with pytest.raises(Refused, match="只能查看"):
            correct_enterprise(
                actor=actor, at=now, party=firms[0], details=EnterpriseDetails(name="改名"), reason="试"
            )


def test_only_the_named_field_classes_are_read_in_full(inspector: Inspectors) -> None:
    inspection = inspector().inspection
    assert inspection.account is not None
    actor = queries.inspector(inspection, inspection.account)
    readable = {one for one in FieldClass if may_unmask(actor, one)}
    assert readable == {FieldClass.ORDINARY, FieldClass.PHONE}


def test_no_file_leaves_where_export_was_not_granted(inspector: Inspectors, firms: list[Party]) -> None:
    client = inspector().client
    for kind in ("xlsx", "csv"):
        response = client.get(f"/customers/?export={kind}")
        assert response.status_code == 403
        assert "未批准导出" in response.content.decode()
        assert firms[0].name not in response.content.decode()


def test_granted_exports_carry_the_mark_and_their_entry_names_everybody_in_them(
    inspector: Inspectors, firms: list[Party]
) -> None:
    client = inspector(may_export=True).client
    sheet = client.get("/customers/?export=csv").content.decode("utf-8-sig").splitlines()
    assert "金监检〔2026〕7号" in sheet[0]
    assert sheet[1].startswith("客户名称")
    assert firms[0].name in "".join(sheet[2:])
    book = zipfile.ZipFile(io.BytesIO(client.get("/customers/?export=xlsx").content))
    page = book.read("xl/worksheets/sheet1.xml").decode()
    assert page.count("金监检〔2026〕7号") >= 2
    assert "<oddHeader>" in page
    assert "<oddFooter>" in page
    assert [one["exported"] for one in views()] == [True, True]
    assert views()[0]["subjects"] == sorted(f"party:{firm.pk}" for firm in firms[:2])


def test_the_one_time_password_opens_one_session(inspector: Inspectors, compliance: User) -> None:
    found = inspector()
    assert found.client.get("/customers/").status_code == 200
    second = sign_in(found.username, found.password)
    response = second.get("/customers/")
    assert response.status_code == 403
    assert "已在另一会话中使用" in response.content.decode()
    assert found.client.get("/customers/").status_code == 200

    fresh = issue_password(actor=actor_of(compliance), at=timezone.now(), inspection=found.inspection)
    assert found.client.get("/customers/").status_code == 302, "the earlier session is out"
    third = sign_in(found.username, fresh)
    assert third.get("/customers/").status_code == 200


def test_it_ends_by_itself_between_two_clicks(
    inspector: Inspectors, firms: list[Party], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = inspector()
    ends = found.inspection.ends_at
    move_clock(monkeypatch, ends - timedelta(seconds=1))
    assert found.client.get("/customers/").status_code == 200
    move_clock(monkeypatch, ends)
    response = found.client.get(f"/customers/{firms[0].pk}/")
    assert response.status_code == 403
    assert "检查时间已到" in response.content.decode()
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert firms[0].name not in response.content.decode()
    assert found.client.get("/customers/").status_code == 302
    again = sign_in(found.username, found.password)
    assert "检查时间已到" in again.get("/customers/").content.decode()


def test_a_part_of_a_page_after_the_end_leads_to_the_page_that_says_so(
    inspector: Inspectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = inspector()
    move_clock(monkeypatch, found.inspection.ends_at)
    response = found.client.get("/customers/", headers=HTMX)
    assert response["HX-Redirect"] == "/operations/inspections/over/"
    assert response.content == b""
    page = found.client.get(response["HX-Redirect"])
    assert "检查时间已到" in page.content.decode()


def test_before_its_start_it_opens_nothing(inspector: Inspectors, firms: list[Party]) -> None:
    start = timezone.now() + timedelta(hours=1)
    client = inspector(starts_at=start, ends_at=start + timedelta(hours=1)).client
    assert "尚未开始" in client.get("/customers/").content.decode()


def test_compliance_ends_it_early_and_the_next_request_is_refused(
    inspector: Inspectors, staff: dict[str, User]
) -> None:
    found: Inspector = inspector()
    assert found.client.get("/customers/").status_code == 200
    end_inspection(
        actor=actor_of(staff["chenjing"]),
        at=timezone.now(),
        inspection=found.inspection,
        reason="检查提前完成",
    )
    response = found.client.get("/customers/")
    assert response.status_code == 403
    assert "提前结束" in response.content.decode()


def test_an_inspection_account_without_its_inspection_sees_nobody(
    inspector: Inspectors, firms: list[Party]
) -> None:
    account = inspector().inspection.account
    assert account is not None
    bare = actor_of(account)
    assert bare.is_read_only
    from vouch.parties.queries import visible_to

    assert not visible_to(bare).exists()
    assert not any(may_unmask(bare, one) for one in FieldClass if one is not FieldClass.ORDINARY)


def test_signing_out_is_allowed(inspector: Inspectors) -> None:
    found = inspector()
    assert found.client.get("/customers/").status_code == 200
    assert found.client.post("/sign-out/").status_code == 302
    assert found.client.get("/customers/").status_code == 302


def test_a_value_of_a_granted_class_is_read_for_a_purpose_and_no_other(
    inspector: Inspectors, units: dict[str, Unit], actor: Actor, now: datetime
) -> None:
    party = register_person(actor=actor, at=now, unit=units["YW1"], registration=people.registration())
    found = inspector()
    page = found.client.get(f"/customers/{party.pk}/identity/").content.decode()
    assert not any(plain in page for plain in people.PLAIN)
    asked = {"address-purpose": str(PURPOSES[0])}
    shown = found.client.post(reverse("parties:reveal", args=[party.pk, "address"]), asked, headers=HTMX)
    assert people.ADDRESS in shown.content.decode()
    [entry] = Entry.objects.filter(event="parties.person.revealed")
    assert (entry.actor_id, entry.purpose) == (f"user:{found.inspection.account_id}", str(PURPOSES[0]))
    asked = {"document_number-purpose": str(PURPOSES[0])}
    refused = found.client.post(reverse("parties:reveal", args=[party.pk, "document_number"]), asked)
    assert refused.status_code == 403
    assert people.NUMBER not in refused.content.decode()
    assert [one["method"] for one in views()] == ["GET", "POST", "POST"]
    assert views()[1]["subjects"] == [f"party:{party.pk}"]
