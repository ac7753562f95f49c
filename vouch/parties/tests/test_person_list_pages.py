"""The pages of an import of persons: masked until somebody says what for."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from vouch.parties.models import Party
from vouch.parties.tests.people import ADDRESS, NUMBER, PHONE
from vouch.platform.exchange import actions
from vouch.platform.exchange.actions.keeping import drop_file
from vouch.platform.exchange.models import Import
from vouch.platform.exchange.queries import kept_rows
from vouch.platform.exchange.testing import delivered, kept
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.terms import Role
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db

HEAD = "姓名,身份证号码,手机,住址,备注\n"
WRONG = "110101199003071234"
TEXT = f"{HEAD}王小芳,{NUMBER},{PHONE},{ADDRESS},\n李大山,{WRONG},13900139000,{ADDRESS},电话{PHONE}\n"
HIDDEN = (NUMBER, WRONG, PHONE, "13900139000", "文三路")


@pytest.fixture
def manager(client: Client, staff: dict[str, User]) -> Client:
    client.force_login(staff["wangfang"], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def batch(units: dict[str, Unit], actor: Actor, now: datetime) -> Import:
    delivery = actions.Delivery("persons", [kept(TEXT, name="名单.csv")])
    return delivered(delivery, unit=units["YW1"], by=actor, at=now)


def text_of(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content[:2] != b"PK":
        return content.decode()
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    return "\n".join(str(cell) for row in sheet.to_python() for cell in row)


def shown(text: str) -> list[str]:
    return [one for one in HIDDEN if one in text]


def addresses(batch: Import) -> dict[str, str]:
    row, file = kept_rows(batch).get(), batch.files.get()
    return {
        "page": reverse("exchange:import", args=[batch.pk]),
        "row": reverse("exchange:row", args=[batch.pk, row.pk]),
        "marked": reverse("exchange:marked", args=[batch.pk, file.pk]),
        "xlsx": reverse("exchange:download", args=[batch.pk, "xlsx"]),
        "csv": reverse("exchange:download", args=[batch.pk, "csv"]),
    }


def test_pages_and_files_are_masked(manager: Client, batch: Import) -> None:
    assert (batch.accepted, batch.rejected) == (1, 1)
    for name, address in addresses(batch).items():
        answer = manager.get(address)
        assert answer.status_code == 200
        text = text_of(answer)
        assert shown(text) == [], name
        assert "110***********1234" in text, name
    assert not Entry.objects.filter(event="exchange.import.read").exists()


def test_for_a_purpose_they_are_shown_in_full_and_each_is_an_entry(manager: Client, batch: Import) -> None:
    found = addresses(batch)
    assert manager.post(found["marked"], {"purpose": ""}).status_code == 403
    assert manager.post(found["marked"], {"purpose": f"核对{NUMBER}"}).status_code == 403
    assert shown(text_of(manager.post(found["marked"], {"purpose": "核对名单"}))) == list(HIDDEN)
    rejected = [WRONG, "13900139000", "文三路"]
    assert set(shown(text_of(manager.post(found["xlsx"], {"purpose": "改好再导入"})))) >= set(rejected)
    row = text_of(manager.post(found["row"], {"do": "show", "purpose": "核对名单"}))
    assert set(shown(row)) >= set(rejected)
    entries = Entry.objects.filter(event="exchange.import.read").order_by("at")
    assert [(one.purpose, (one.after or {})["read"]) for one in entries] == [
        ("核对名单", "标注副本"), ("改好再导入", "未导入的行"), ("核对名单", "第 3 行"),
    ]  # fmt: skip


def test_the_command_writes_the_refused_rows_in_full_and_that_is_an_entry_too(
    head_office: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, errors = tmp_path / "名单.csv", tmp_path / "未导入.csv"
    path.write_text(TEXT, "utf-8")
    call_command("import", "persons", str(path), "--errors", str(errors))
    assert capsys.readouterr().out == "accepted 1, unchanged 0, rejected 1, warned 0\n"
    assert WRONG in errors.read_text("utf-8-sig")
    assert Entry.objects.get(event="exchange.import.read").purpose == "vouch import --errors"


def test_who_may_read_no_class_gets_nothing_in_full(
    manager: Client, batch: Import, staff: dict[str, User]
) -> None:
    with writing():
        User.objects.filter(pk=staff["wangfang"].pk).update(roles=[Role.EXECUTIVE])
    found = addresses(batch)
    assert "完整的标注副本" not in text_of(manager.get(found["page"]))
    for name in ("marked", "xlsx"):
        assert manager.post(found[name], {"purpose": "看看"}).status_code == 403
    assert manager.post(found["row"], {"do": "show", "purpose": "看看"}).status_code == 403


def test_a_correction_starts_without_protected_values_and_empty_means_unchanged(
    manager: Client, batch: Import
) -> None:
    address = addresses(batch)["row"]
    form = {"do": "correct", "name": "李大山", "document_number": "31010119851215456X"}
    refused = manager.post(address, form)
    assert refused.status_code == 422
    assert "校验位不符" in text_of(refused)
    manager.post(address, form | {"document_number": "310101198512154566"})
    party = Party.objects.get(name="李大山")
    # The telephone and the address of the row, which nobody typed again.
    assert party.phones.count() == 1
    assert party.person.address is not None


def test_the_preview_of_columns_is_masked(manager: Client, units: dict[str, Unit]) -> None:
    upload = SimpleUploadedFile("名单.csv", TEXT.encode())
    page = manager.post(
        reverse("exchange:new_of_kind", args=["persons"]),
        {"file_file": upload, "unit": str(units["YW1"].pk)},
        follow=True,
    )
    text = text_of(page)
    assert "核对列" in text
    assert shown(text) == []
    assert "110***********1233" in text


def test_a_file_that_is_kept_no_longer_is_told_and_no_page_breaks(manager: Client, batch: Import) -> None:
    file = batch.files.get()
    with writing():
        drop_file(file, at=batch.created_at, because="其中有个人的信息已依法删除")
    found = addresses(batch)
    assert "不再保存" in text_of(manager.get(found["page"]))
    answer = manager.get(found["marked"], follow=True)
    assert "已不再保存" in text_of(answer)
    assert manager.get(found["row"]).status_code == 200
