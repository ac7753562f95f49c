"""Pages of persons: registered by hand, masked, shown with a purpose, exported with care."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from vouch.parties import actions, queries
from vouch.parties.models import Paper, Party, Phone, Post
from vouch.parties.tests.people import ADDRESS, CARD, NUMBER, OTHER_NUMBER, PHONE, PLAIN
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.queries import opened

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cipher")]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
HTMX = {"HX-Request": "true"}


def signed_in(staff: dict[str, User], username: str) -> Client:
    client = Client()
    client.force_login(staff[username], backend=BACKEND)
    return client


def new(units: dict[str, Unit], **changes: str) -> dict[str, Any]:
    given = {"name": "李四", "document_kind": "resident", "document_number": OTHER_NUMBER}
    return given | {"unit": units["YW1"].pk} | changes


def last(event: str) -> Entry:
    return Entry.objects.filter(event=event).latest("recorded_at")


def test_an_officer_registers_a_person_of_their_own(staff: dict[str, User], units: dict[str, Unit]) -> None:
    officer = signed_in(staff, "liqiang")
    data = new(
        units,
        document_number=" 11010519491231002ｘ",
        phone="+86 138 0013 8000",
        account_bank="江州银行",
        account_number="6222 0212 3456 7890 123",
        contact_name="赵六",
        contact_relation="spouse",
        contact_phone="010-62345678",
        monthly_income="8000",
    )
    response = officer.post(reverse("parties:new_person"), data)
    party = Party.objects.get()
    assert response["Location"] == reverse("desk:customer_panel", args=[party.pk, "identity"])
    assert queries.plain_value(party, "document_number") == "11010519491231002X"
    assert queries.plain_value(party, "born_on") == "1949-12-31"
    assert party.person.sex == "female"
    assert [row.is_flawed for row in party.accounts.all()] == [True]
    assert officer.get(response["Location"]).status_code in {200, 404}  # the panel is the desk's


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "这个字段是必填项"),
        ({"name": "王😀"}, "姓名中不能有“😀”"),
        ({"name": "··"}, "姓名中没有文字"),
        ({"document_number": "310101198512154567"}, "末位应为 6"),
        ({"document_number": "00010519491231002X"}, "地区代码不存在"),
        ({"document_number": "11010519490230002X"}, "出生日期不存在"),
        ({"document_number": "110101203012310014"}, "出生日期晚于今天"),
        ({"document_number": "1234"}, "现在是 4 位"),
        ({"document_number": "830000199001010012"}, "与所选的证件类型不符"),
        ({"document_kind": "passport", "document_number": "护照"}, "5 至 30 位字母或数字"),
        ({"phone": "12345678901"}, "电话号码不对"),
        ({"phone": "010-62345678"}, "这不是手机号"),
        ({"monthly_income": "99999999999999"}, "不超过"),
        ({"monthly_income": "-1"}, "大于或等于0"),
        ({"account_bank": "江州银行"}, "请一并填写"),
        ({"account_bank": "江州银行", "account_number": "12"}, "6 至 32 位数字"),
        ({"contact_name": "赵六", "contact_relation": "spouse", "contact_phone": "110"}, "电话号码不对"),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field(
    staff: dict[str, User], units: dict[str, Unit], changes: dict[str, str], message: str
) -> None:
    response = signed_in(staff, "liqiang").post(reverse("parties:new_person"), new(units, **changes))
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Party.objects.exists()


@pytest.mark.parametrize("name", ["阿不都•热合曼", "王", "Müller Ånna", "O'Neil", "𠮷野", "卓玛·央金"])
def test_names_of_every_kind_are_taken(staff: dict[str, User], units: dict[str, Unit], name: str) -> None:
    signed_in(staff, "liqiang").post(reverse("parties:new_person"), new(units, name=name))
    assert Party.objects.get().name == name.replace("•", "·")


def test_a_known_document_leads_whoever_may_to_the_person_and_tells_others_nothing(
    person: Party, staff: dict[str, User], units: dict[str, Unit]
) -> None:
    own = signed_in(staff, "liqiang").post(reverse("parties:new_person"), new(units, document_number=NUMBER))
    assert person.number in own.content.decode()
    assert not Entry.objects.filter(event="parties.person.repeated").exists()
    data = new(units, document_number=NUMBER) | {"unit": units["YW2"].pk}
    other = signed_in(staff, "wuting").post(reverse("parties:new_person"), data)
    page = other.content.decode()
    assert "不在您的数据范围内" in page
    for secret in (person.number, person.name, "业务一部"):
        assert secret not in page
    assert last("parties.person.repeated").subject_id == str(person.pk)


def test_a_value_is_shown_for_a_purpose_and_every_showing_is_an_entry(
    person: Party, staff: dict[str, User]
) -> None:
    officer = signed_in(staff, "liqiang")
    address = reverse("parties:reveal", args=[person.pk, "document_number"])
    asked = officer.get(address, headers=HTMX)
    assert NUMBER not in asked.content.decode()
    assert "用途" in asked.content.decode()
    assert officer.post(address, {}, headers=HTMX).status_code == 200
    assert not Entry.objects.filter(event="parties.person.revealed").exists()
    data = {"document_number-purpose": "核对身份", "document_number-note": "面签"}
    shown = officer.post(address, data, headers=HTMX)
    assert NUMBER in shown.content.decode()
    assert ADDRESS not in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert "delay:30s" in shown.content.decode()
    entry = last("parties.person.revealed")
    assert entry.purpose == "核对身份：面签"
    assert entry.after == {"field": "document_number", "field_class": "identity"}
    masked = officer.get(reverse("parties:masked_value", args=[person.pk, "document_number"]))
    assert NUMBER not in masked.content.decode()
    assert "110***********1233" in masked.content.decode()


def test_without_script_the_value_has_a_page_of_its_own(person: Party, staff: dict[str, User]) -> None:
    phone = Phone.objects.get()
    officer = signed_in(staff, "liqiang")
    address = reverse("parties:reveal", args=[person.pk, f"phone-{phone.pk}"])
    assert "<html" in officer.get(address).content.decode()
    shown = officer.post(address, {f"phone-{phone.pk}-purpose": "联系客户"})
    assert PHONE in shown.content.decode()


def test_a_purpose_with_a_number_in_it_is_refused(person: Party, staff: dict[str, User]) -> None:
    address = reverse("parties:reveal", args=[person.pk, "document_number"])
    data = {"document_number-purpose": "核对身份", "document_number-note": f"手机 {PHONE}"}
    shown = signed_in(staff, "liqiang").post(address, data, headers=HTMX)
    assert "请不要写证件号码" in shown.content.decode()
    assert NUMBER not in shown.content.decode()


@pytest.mark.parametrize(
    ("username", "key", "status"),
    [
        ("liqiang", "annual_income", 200),
        ("liqiang", "account", 403),  # an account manager does not read accounts
        ("chenjing", "annual_income", 200),
        ("chenjing", "document_number", 403),
        ("zhoujie", "document_number", 403),
        ("wuting", "document_number", 404),  # another branch
        ("sunlei", "account", 200),
        ("liqiang", "nothing", 404),
        ("liqiang", "phone-999999", 404),
    ],
)
def test_field_class_and_scope_decide_who_reads_what(
    person: Party, staff: dict[str, User], username: str, key: str, status: int
) -> None:
    if key == "account":
        key = f"account-{person.accounts.get().pk}"
    address = reverse("parties:reveal", args=[person.pk, key])
    response = signed_in(staff, username).post(address, {f"{key}-purpose": "内部审计"}, headers=HTMX)
    assert response.status_code == status
    shown = any(plain in response.content.decode() for plain in (NUMBER, CARD, "96000"))
    assert shown is (status == 200)
    assert Entry.objects.filter(event="parties.person.revealed").exists() is (status == 200)


def test_a_restricted_person_is_read_by_those_who_supervise_alone(
    person: Party, staff: dict[str, User], actors: dict[str, Actor], now: datetime
) -> None:
    actions.restrict_party(actor=actors["chenjing"], at=now, party=person, reason="保存期限未满")
    address = reverse("parties:reveal", args=[person.pk, "document_number"])
    data = {"document_number-purpose": "内部审计"}
    assert signed_in(staff, "liqiang").post(address, data, headers=HTMX).status_code == 403
    assert signed_in(staff, "sunlei").post(address, data, headers=HTMX).status_code == 200


def test_a_correction_starts_empty_where_values_are_protected(
    person: Party, staff: dict[str, User], now: datetime
) -> None:
    officer = signed_in(staff, "liqiang")
    address = reverse("parties:correct_person", args=[person.pk])
    page = officer.get(address).content.decode()
    for plain in (*PLAIN, ADDRESS, "种植户", "96000"):
        assert plain not in page
    assert "110***********1233" in page
    data = {"name": "王晓芳", "document_kind": "resident", "marital_status": "", "clear": ["address"]}
    assert officer.post(address, data).status_code == 422
    assert officer.post(address, data | {"reason": f"见 {NUMBER}"}).status_code == 422
    officer.post(address, data | {"reason": "证件核对", "annual_income": "100000"})
    before, after = opened(last("parties.person.corrected"))
    assert before is not None
    assert after == {"name": "王晓芳", "marital_status": "", "address": "", "annual_income": "100000"}
    assert before["annual_income"] == "96000.00"
    assert queries.plain_value(person, "document_number") == NUMBER


def test_an_entry_offers_its_old_values_masked_and_gives_them_back(
    person: Party, staff: dict[str, User], actor: Actor, now: datetime
) -> None:
    changes = {"document_number": OTHER_NUMBER, "name": "错名"}
    actions.correct_person(actor=actor, at=now, party=person, changes=changes, reason="误改")
    entry = last("parties.person.corrected")
    officer = signed_in(staff, "liqiang")
    # The general address leads to the person's form with the entry kept.
    general = officer.get(reverse("parties:correct", args=[person.pk]) + f"?from_entry={entry.pk}")
    address = general["Location"]
    page = officer.get(address).content.decode()
    assert "证件号码：110***********1233" in page
    assert NUMBER not in page
    data = {"name": "错名", "document_kind": "resident", "marital_status": "married", "reason": "恢复"}
    officer.post(address, data | {"restore": ["document_number", "name"]})
    assert queries.plain_value(person, "document_number") == NUMBER
    person.refresh_from_db()
    assert person.name == "王小芳"
    assert (
        officer.get(reverse("parties:correct_person", args=[person.pk]) + "?from_entry=x").status_code == 404
    )


def test_lines_are_noted_and_ended_on_pages(person: Party, firm: Party, staff: dict[str, User]) -> None:
    officer = signed_in(staff, "liqiang")
    add = reverse("parties:add_line", args=[person.pk, "phone"])
    assert "已登记这个电话" in officer.post(add, {"use": "mobile", "number": PHONE}).content.decode()
    assert officer.post(add, {"use": "work", "number": "0571-88001234"}).status_code == 302
    phone = Phone.objects.get(use="work")
    end = reverse("parties:end_line", args=[person.pk, "phone", phone.pk])
    officer.post(end, {"reason": "换号"})
    phone.refresh_from_db()
    assert phone.ended_at is not None
    elsewhere = reverse("parties:end_line", args=[firm.pk, "phone", Phone.objects.get(use="mobile").pk])
    assert officer.post(elsewhere, {"reason": "别人的"}).status_code == 404
    account = {"bank": "江州银行", "holder": "甲有限公司", "number": "33001-2345 678"}
    assert officer.post(reverse("parties:add_line", args=[firm.pk, "account"]), account).status_code == 302
    contact = {"name": "赵六", "relation": "finance", "phone": "13900139000"}
    assert officer.post(reverse("parties:add_line", args=[firm.pk, "contact"]), contact).status_code == 302
    post = reverse("parties:add_edges", args=[firm.pk, "post"])
    line = {"post-0-kind": "legal", "post-TOTAL_FORMS": "1", "post-INITIAL_FORMS": "0", "source": "customer"}
    answer = officer.post(post, {**line, "post-0-number": "C99999999"})
    assert "没有编号为 C99999999 的客户" in answer.content.decode()
    assert officer.post(post, {**line, "post-0-number": person.number.lower()}).status_code == 302
    end = reverse("parties:end_edge", args=[firm.pk, "post", Post.objects.get(enterprise=firm).pk])
    assert officer.post(end, {"reason": "离任"}).status_code == 302
    assert Post.objects.get(enterprise=firm).ended_by == "李强（业务一部）"


def test_a_paper_is_judged_by_its_bytes_kept_encrypted_and_read_for_a_purpose(
    person: Party, staff: dict[str, User]
) -> None:
    officer = signed_in(staff, "liqiang")
    add = reverse("parties:add_paper", args=[person.pk])
    wrong = SimpleUploadedFile("card.png", b"MZ this is a program")
    assert "不是 PNG" in officer.post(add, {"kind": "identity_front", "file": wrong}).content.decode()
    file = SimpleUploadedFile("王小芳 110101199003071233.png", PNG)
    assert officer.post(add, {"kind": "identity_front", "file": file}).status_code == 302
    paper = Paper.objects.get()
    assert paper.document.size == len(PNG)
    address = reverse("parties:paper", args=[person.pk, paper.pk])
    assert PNG not in officer.get(address).content
    given = officer.post(address, {"purpose": "核对身份"})
    assert given.content == PNG
    assert given["Content-Disposition"].startswith("attachment")
    assert "no-store" in given["Cache-Control"]
    assert last("parties.paper.read").purpose == "核对身份"
    assert signed_in(staff, "chenjing").get(address).status_code == 403
    assert signed_in(staff, "wuting").get(address).status_code == 404
