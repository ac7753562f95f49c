"""The pages of authorisations, credit reports, notices and requests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from vouch.customers.actions import RequestDetails, receive_request, withdraw_authorisation
from vouch.customers.models import Authorisation, CreditReport, Notice, RightsRequest
from vouch.customers.terms import DataClass, Purpose, RequestChannel, RequestKind, RequestState
from vouch.customers.tests.scene import PDF, SYSTEM, granted, published, report_file
from vouch.parties.models import Party
from vouch.platform.identity.models import User
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> datetime:
    """Pages run on the machine's clock."""
    return timezone.now() - timedelta(minutes=1)


def paper(content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile("x.exe", content)


def entered(**more: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "purposes": [Purpose.REVIEW],
        "scope": [DataClass.CREDIT],
        "legal_basis": "consent",
        "signed_on": today.isoformat(),
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=300)).isoformat(),
        "channel": "paper",
        "file": paper(),
        **more,
    }


def test_from_the_signed_paper_to_the_refusal_after_withdrawal(
    client: Client, firm: Party, staff: dict[str, User]
) -> None:
    client.force_login(staff["liqiang"])
    page = reverse("customers:new_authorisation", args=[firm.pk])
    assert client.get(page).status_code == 200
    response = client.post(page, entered(), follow=True)
    assert response.status_code == 200
    one = Authorisation.objects.get()
    assert "核验通过" not in response.content.decode(), "who recorded it does not verify it"
    decide = reverse("customers:decide", args=[one.pk])
    client.force_login(staff["wangfang"])
    assert "核验通过" in client.get(one.get_absolute_url()).content.decode()
    client.post(decide, {"do": "verify"})
    client.force_login(staff["liqiang"])
    upload = reverse("customers:new_report", args=[firm.pk])
    report = {
        "kind": "enterprise",
        "report_number": "2026112000001",
        "queried_on": timezone.localdate().isoformat(),
        "reason": "20",
    }
    content = report_file(firm, on=timezone.localdate(), number="2026112000001")
    assert client.post(upload, {**report, "file": paper(content)}).status_code == 302
    kept = CreditReport.objects.get()
    opening = reverse("customers:open_report", args=[kept.pk])
    opened = client.post(opening, {"purpose": "20", "note": "初审"})
    assert (opened.status_code, opened.content) == (200, content)
    assert opened["Cache-Control"] == "no-store, private"
    assert opened["Content-Type"].startswith("text/plain")
    assert opened["X-Content-Type-Options"] == "nosniff"
    wrong = client.post(opening, {"purpose": "21"})
    assert wrong.status_code == 403
    assert "用途变更须重新取得同意" in wrong.content.decode()
    client.post(decide, {"do": "withdraw", "reason": "客户来函"})
    refused = client.post(opening, {"purpose": "20"})
    assert refused.status_code == 403
    assert "撤回授权" in refused.content.decode()
    text = client.get(reverse("customers:consent_of", args=[firm.pk])).content.decode()
    assert "2026112000001" not in text, "without any authorisation only that reports exist is shown"
    assert "留存 1 份信用报告" in text
    assert Entry.objects.filter(event="customers.credit.refused").count() == 2


def test_what_was_entered_wrongly_is_said_beside_its_field(
    client: Client, firm: Party, staff: dict[str, User]
) -> None:
    client.force_login(staff["liqiang"])
    page = reverse("customers:new_authorisation", args=[firm.pk])
    for more, said in (
        ({"file": paper(b"MZ")}, "文件内容不是完整的"),
        ({"file": ""}, "请上传签署文件"),
        ({"purposes": [Purpose.SERVICE]}, "征信授权须约定用途"),
        ({"ends_on": "2020-01-01"}, "截止日期早于起始日期"),
        ({"recipient": "C99999999"}, "没有编号为"),
        ({"recipient": firm.number}, "没有编号为"),
        ({"purposes": []}, "这个字段是必填项"),
    ):
        response = client.post(page, entered(**more))
        assert response.status_code == 422
        assert said in response.content.decode(), more
    assert not Authorisation.objects.exists()


def test_who_does_not_see_the_customer_finds_none_of_its_pages(
    client: Client, firm: Party, staff: dict[str, User], clock: datetime
) -> None:
    one = granted(firm, at=clock)
    request = receive_request(
        actor=SYSTEM,
        at=clock,
        party=firm,
        details=RequestDetails(kind=RequestKind.ACCESS, channel=RequestChannel.COUNTER),
    )
    client.force_login(staff["wuting"])
    for name, pk in (
        ("consent_of", firm.pk),
        ("new_authorisation", firm.pk),
        ("authorisation", one.pk),
        ("new_report", firm.pk),
        ("request", request.pk),
        ("new_request", firm.pk),
    ):
        assert client.get(reverse(f"customers:{name}", args=[pk])).status_code == 404, name
    for name in ("authorisations", "missing", "requests"):
        assert firm.name not in client.get(reverse(f"customers:{name}")).content.decode(), name
    client.force_login(staff["zhoujie"])
    assert client.get(reverse("customers:authorisations")).status_code == 403


@pytest.mark.parametrize("name", ["authorisations", "missing", "requests"])
def test_a_list_takes_the_same_number_of_queries_for_one_row_and_for_many(
    client: Client,
    firm: Party,
    bank: Party,
    person: Party,
    staff: dict[str, User],
    clock: datetime,
    name: str,
) -> None:
    client.force_login(staff["chenjing"])
    page = reverse(f"customers:{name}")
    kinds = list(RequestKind)

    def more(count: int) -> None:
        for _number in range(count):
            if name == "authorisations":
                granted(firm, at=clock, purposes=[Purpose.PROVISION], recipient=bank)
            elif name == "requests":
                kind = kinds.pop()
                details = RequestDetails(kind=kind, channel=RequestChannel.COUNTER)
                receive_request(actor=SYSTEM, at=clock, party=firm, details=details)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        return len(captured)

    more(1)
    queries()
    few = queries()
    more(5)
    assert queries() == few


def test_lists_filter_and_export(
    client: Client, firm: Party, bank: Party, staff: dict[str, User], clock: datetime
) -> None:
    granted(firm, at=clock, days=(0, 20))
    one = granted(bank, at=clock)
    withdraw_authorisation(actor=SYSTEM, at=clock, authorisation=one, reason="撤回")
    client.force_login(staff["chenjing"])
    page = reverse("customers:authorisations")
    assert bank.name not in client.get(f"{page}?standing=ending").content.decode()
    assert firm.name not in client.get(f"{page}?standing=withdrawn").content.decode()
    response: Any = client.get(f"{page}?export=csv&standing=ending")
    assert "30日内到期" in response.getvalue().decode("utf-8-sig")
    missing = client.get(reverse("customers:missing")).content.decode()
    assert bank.name in missing
    assert firm.name not in missing


def test_notices_are_drafted_and_published_by_version(client: Client, staff: dict[str, User]) -> None:
    client.force_login(staff["chenjing"])
    page = reverse("customers:new_notice", args=["person"])
    assert client.get(page).status_code == 200
    told = {
        "title": "个人信息处理告知书",
        "text": "正文",
        "categories": ["credit"],
        "purposes": ["20"],
        "retention": "十年",
        "contact": "电话",
    }
    for version in (1, 2):
        client.post(page, {**told, "text": f"正文{version}"})
        one = Notice.objects.get(version=version)
        client.post(reverse("customers:publish_notice", args=[one.pk]))
    assert list(Notice.objects.order_by("version").values_list("state", flat=True)) == [
        "superseded",
        "published",
    ]
    published_page = client.get(Notice.objects.get(version=2).get_absolute_url()).content.decode()
    assert "/edit/" not in published_page
    changed = client.post(reverse("customers:edit_notice", args=[Notice.objects.get(version=2).pk]), told)
    assert "不能修改" in changed.content.decode()
    client.force_login(staff["liqiang"])
    assert client.get(page).status_code == 403
    assert client.get(reverse("customers:notices")).status_code == 200


def test_a_request_goes_through_its_steps_on_its_page(
    client: Client, person: Party, staff: dict[str, User]
) -> None:
    published(at=timezone.now())
    client.force_login(staff["liqiang"])
    page = reverse("customers:new_request", args=[person.pk])
    client.post(page, {"kind": "access", "channel": "counter", "detail": "要一份我的资料"})
    one = RightsRequest.objects.get()
    assert b"\xe8\xa6\x81\xe4\xb8\x80" not in bytes(one.detail or b""), "what was asked is sealed"
    step = reverse("customers:step", args=[one.pk])
    client.post(step, {"do": "verify", "how": "看过原件"})
    one.refresh_from_db()
    assert one.state == RequestState.RECEIVED, "who receives does not handle"
    client.force_login(staff["chenjing"])
    assert "要一份我的资料" in client.get(one.get_absolute_url()).content.decode()
    assert client.post(step, {"do": "verify", "how": ""}).status_code == 422
    for entered_ in ({"do": "verify", "how": "看过原件"}, {"do": "take"}, {"do": "package"}):
        assert client.post(step, entered_).status_code == 302
    fetched = client.post(reverse("customers:fetch", args=[one.pk]))
    assert fetched["Content-Type"] == "application/zip"
    again = client.post(reverse("customers:fetch", args=[one.pk]), follow=True)
    assert "已经取走" in again.content.decode()
    client.post(step, {"do": "answer", "answer": "副本已当面交付"})
    one.refresh_from_db()
    assert one.state == RequestState.ANSWERED
    assert "副本已当面交付" in client.get(one.get_absolute_url()).content.decode()


def test_the_institution_sets_its_own_clock_but_not_the_laws(client: Client, staff: dict[str, User]) -> None:
    client.force_login(staff["chenjing"])
    page = reverse("customers:clocks")
    assert client.post(page, {"kind": "access", "days": "10"}).status_code == 302
    assert '<span class="figure">10</span> 工作日' in client.get(page).content.decode()
    refused = client.post(page, {"kind": "object", "days": "30"})
    assert refused.status_code == 422
    assert "法定期限" in refused.content.decode()
    client.force_login(staff["liqiang"])
    assert client.post(page, {"kind": "access", "days": "11"}).status_code == 403
