"""Materials: where a value came from, when it was known, who verified it, and what ends it."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import xlsxwriter
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from vouch.customers.actions import (
    Filing,
    MaterialDetails,
    NoAuthorisation,
    NotNow,
    VerificationDetails,
    WrongFile,
    WrongMaterial,
    file_document,
    open_material,
    verify_material,
    withdraw_material,
)
from vouch.customers.actions.files import CSV, PDF, SHEET_KINDS, XLSX, media_type_of
from vouch.customers.actions.materials import lay_down
from vouch.customers.models import Material
from vouch.customers.queries import confidence_of, materials_of
from vouch.customers.queries.materials import known
from vouch.customers.terms import (
    Confidence,
    DataClass,
    DocumentCategory,
    Finding,
    MaterialKind,
    MaterialState,
    Origin,
    VerificationMeans,
)
from vouch.customers.tests.scene import PDF as PAPER
from vouch.customers.tests.scene import granted, published
from vouch.parties.models import Party
from vouch.platform.exchange.bytestream import Unreadable
from vouch.platform.exchange.sheets import read_sheets, read_text
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


def details(now: datetime, **more: Any) -> MaterialDetails:
    values: dict[str, Any] = {
        "kind": MaterialKind.DOCUMENT,
        "origin": Origin.CUSTOMER,
        "as_of": timezone.localdate(now),
        **more,
    }
    return MaterialDetails(**values)


def filed(party: Party, actor: Actor, now: datetime, **more: Any) -> Material:
    return file_document(
        actor=actor,
        at=now,
        party=party,
        filing=Filing(DocumentCategory.LICENCE),
        details=details(now, **more),
        content=PAPER,
    ).material


def test_a_material_counts_from_the_day_it_was_known_until_the_day_it_ended(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    first = filed(firm, actors["liqiang"], now - timedelta(days=10))
    second = filed(firm, actors["liqiang"], now - timedelta(days=5), replaces=first)
    withdraw_material(actor=actors["liqiang"], at=now, material=second, reason="传错了")
    today = timezone.localdate(now)

    def counted(back: int) -> list[int]:
        day = today - timedelta(days=back)
        return list(Material.objects.filter(known(day)).values_list("pk", flat=True))

    assert counted(11) == []
    assert counted(10) == [first.pk]
    assert counted(5) == [second.pk]
    assert counted(1) == [second.pk], "that it was withdrawn was learned later"
    assert counted(0) == []
    first.refresh_from_db()
    assert (first.state, first.replaced_by_id) == (MaterialState.SUPERSEDED, second.pk)


def test_a_second_person_verifies_and_the_latest_finding_counts(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    one = filed(firm, actors["liqiang"], now)
    found = VerificationDetails(VerificationMeans.ORIGINAL, Finding.CONFIRMED)
    with pytest.raises(Refused):
        verify_material(actor=actors["liqiang"], at=now, material=one, details=found)

    def confidence(**when: Any) -> Confidence:
        return confidence_of(materials_of(firm.pk).get(), **when)

    assert confidence() == Confidence.LOW
    verify_material(actor=actors["wangfang"], at=now + timedelta(days=1), material=one, details=found)
    assert confidence() == Confidence.HIGH
    assert confidence(as_of=timezone.localdate(now)) == Confidence.LOW, "it was verified a day later"
    refuted = VerificationDetails(VerificationMeans.SOURCE, Finding.REFUTED, "登记机关查无此照")
    verify_material(actor=actors["wangfang"], at=now + timedelta(days=2), material=one, details=refuted)
    assert confidence() == Confidence.NONE
    withdraw_material(actor=actors["liqiang"], at=now + timedelta(days=3), material=one, reason="作废")
    with pytest.raises(NotNow, match="已经失效"):
        verify_material(actor=actors["wangfang"], at=now + timedelta(days=4), material=one, details=found)


def test_what_is_sensitive_of_a_person_needs_a_live_authorisation_and_keeps_it(
    person: Party, actors: dict[str, Actor], now: datetime
) -> None:
    flows = details(now, kind=MaterialKind.BANK)
    with writing():
        with pytest.raises(NoAuthorisation):
            lay_down(actor=actors["liqiang"], at=now, party=person, details=flows)
        one = granted(person, at=now, scope=[DataClass.BANK], notice=published(at=now))
        kept = lay_down(actor=actors["liqiang"], at=now, party=person, details=flows)
    assert kept.authorisation == one


@pytest.mark.parametrize("day", [1, 300])
def test_a_day_that_has_not_come_is_refused_by_field(
    firm: Party, actors: dict[str, Actor], now: datetime, day: int
) -> None:
    with pytest.raises(WrongMaterial, match="不能晚于今天") as caught:
        filed(firm, actors["liqiang"], now, as_of=timezone.localdate(now) + timedelta(days=day))
    assert caught.value.field == "as_of"


def test_only_the_same_kind_of_the_same_customer_is_replaced_and_only_once(
    firm: Party, bank: Party, actors: dict[str, Actor], now: datetime
) -> None:
    one = filed(firm, actors["liqiang"], now)
    with pytest.raises(WrongMaterial, match="同一客户"):
        filed(bank, actors["liqiang"], now, replaces=one)
    filed(firm, actors["liqiang"], now, replaces=one)
    with pytest.raises(WrongMaterial, match="已经失效"):
        filed(firm, actors["liqiang"], now, replaces=one)
    assert Material.objects.count() == 2, "nothing of what was refused was kept"


def test_the_original_is_opened_with_an_entry_and_only_by_those_who_read_files(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    one = filed(firm, actors["liqiang"], now)
    opened = open_material(actor=actors["wangfang"], at=now, material=one)
    assert (opened.content, opened.media_type) == (PAPER, PDF)
    assert Entry.objects.filter(event="customers.material.opened", subject_id=str(one.pk)).count() == 1
    for name in ("zhoujie", "wuting"):
        with pytest.raises(Refused):
            open_material(actor=actors[name], at=now, material=one)


def test_pages_show_the_way_of_a_material_from_entry_to_withdrawal(
    client: Client, firm: Party, staff: dict[str, User], actors: dict[str, Actor]
) -> None:
    now = timezone.now() - timedelta(minutes=1)
    one = filed(firm, actors["liqiang"], now)
    page = reverse("customers:material", args=[one.pk])
    client.force_login(staff["liqiang"])
    shown = client.get(page).content.decode()
    assert "还没有人核实" in shown
    assert "登记核实结论" not in shown, "whoever recorded it does not verify it"
    client.force_login(staff["wangfang"])
    verified = {"means": "original", "finding": "confirmed", "note": "13800138000"}
    refused = client.post(reverse("customers:verify_material", args=[one.pk]), verified)
    assert refused.status_code == 422
    assert "不要在这里填写" in refused.content.decode()
    client.post(reverse("customers:verify_material", args=[one.pk]), {**verified, "note": "与原件一致"})
    assert "核对原件：属实" in client.get(page).content.decode()
    opened = client.post(reverse("customers:open_original", args=[one.pk]))
    assert b"".join(opened) == PAPER
    assert client.post(reverse("customers:withdraw_material", args=[one.pk]), {}).status_code == 422
    client.post(reverse("customers:withdraw_material", args=[one.pk]), {"reason": "重复"}, follow=True)
    assert "已撤回" in client.get(page).content.decode()
    client.force_login(staff["wuting"])
    assert client.get(page).status_code == 404


def workbook(*, rows: int = 2) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("流水")
    sheet.write_row(1, 1, ["日期", "金额"])
    sheet.write_datetime(rows, 1, datetime(2026, 1, 31), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_number(rows, 2, 12.5)
    book.close()
    return buffer.getvalue()


def test_small_workbooks_and_tables_are_read_whole_with_their_places() -> None:
    [(name, rows)] = read_sheets(workbook(), name="a.xlsx").items()
    assert (name, rows[1][1]) == ("流水", "日期")
    assert rows[2][1:] == [date(2026, 1, 31), 12.5]
    assert media_type_of(workbook(), allowed=SHEET_KINDS) == XLSX
    text = "日期,金额\n2026-01-31,12.5\n".encode("gb18030")
    assert read_sheets(text, name="a.csv") == {"a.csv": [["日期", "金额"], ["2026-01-31", "12.5"]]}
    assert media_type_of(text, allowed=SHEET_KINDS) == CSV
    assert read_text("甲\t乙\n1\t2", name="粘贴") == [["甲", "乙"], ["1", "2"]]
    thousands = read_text("项目\t金额\n货币资金\t1,200,000.00", name="粘贴")
    assert thousands[1] == ["货币资金", "1,200,000.00"], "commas group thousands"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "空的"),
        (b"PK\x03\x04junk", "损坏"),
        (b"\xff\x00\xfe\x01", "不是 XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "损坏"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        read_sheets(content, name="坏.xlsx")


def test_a_cell_far_away_does_not_take_the_memory() -> None:
    with pytest.raises(Unreadable, match="过大"):
        read_sheets(workbook(rows=1_000_000), name="远.xlsx")


def test_a_program_is_no_table() -> None:
    with pytest.raises(WrongFile):
        media_type_of(b"\x7fELF\x02\x01\x01\x00\n,", allowed=SHEET_KINDS)
