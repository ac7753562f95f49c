"""Documents and photos: what they tell of themselves, their versions, and how they are filed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from vouch.customers.actions import (
    Filing,
    MaterialDetails,
    WrongFile,
    WrongMaterial,
    classify_document,
    file_document,
    verify_material,
)
from vouch.customers.actions.files import FILE_MAX, IMAGE_KINDS, JPEG, PDF, PNG, media_type_of
from vouch.customers.actions.materials import VerificationDetails
from vouch.customers.actions.originals import cleaned, look_at
from vouch.customers.models import FiledDocument, Material
from vouch.customers.queries.documents import twins_of, versions_of
from vouch.customers.queries.holdings import holdings_of
from vouch.customers.terms import (
    DocumentCategory,
    Finding,
    MaterialKind,
    MaterialState,
    Origin,
    Validity,
    VerificationMeans,
)
from vouch.customers.tests import pictures
from vouch.parties.actions import restrict_party
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.vault.queries import read_document

pytestmark = pytest.mark.django_db
PAPER = pictures.pdf()


def filed(
    party: Party,
    actor: Actor,
    at: datetime,
    content: bytes = PAPER,
    *,
    filing: Filing | None = None,
    **more: Any,
) -> FiledDocument:
    details = MaterialDetails(
        kind=MaterialKind.DOCUMENT, origin=Origin.CUSTOMER, **{"as_of": timezone.localdate(at), **more}
    )
    filing = filing or Filing(DocumentCategory.LICENCE)
    return file_document(actor=actor, at=at, party=party, filing=filing, details=details, content=content)


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_photo_tells_the_day_it_was_taken(order: str) -> None:
    tiff = pictures.exif(order=order)
    assert look_at(pictures.jpeg(tiff), media_type=JPEG).taken_on == date(2026, 10, 8)
    assert look_at(pictures.png(tiff), media_type=PNG).taken_on == date(2026, 10, 8)
    assert look_at(pictures.jpeg(), media_type=JPEG).taken_on is None
    nonsense = pictures.exif(taken="2026:13:40 00:00:00", order=order)
    assert look_at(pictures.jpeg(nonsense), media_type=JPEG).taken_on is None


def test_a_picture_is_kept_without_its_place_and_still_stands_upright() -> None:
    photo = pictures.jpeg(pictures.exif(orientation=6))
    kept = cleaned(photo, media_type=JPEG)
    assert pictures.PLACE in photo
    assert pictures.PLACE not in kept
    assert look_at(kept, media_type=JPEG).taken_on is None
    assert b"Exif\0\0MM\0\x2a" in kept, "the orientation alone"
    assert kept.endswith(b"\x12\xff\x00\xff\xd0\x01\xff\xd9"), "the picture itself is untouched"
    assert cleaned(kept, media_type=JPEG) == kept
    image = pictures.png(pictures.exif())
    assert pictures.PLACE not in cleaned(image, media_type=PNG)
    assert media_type_of(cleaned(image, media_type=PNG), allowed=IMAGE_KINDS) == PNG


def test_what_a_phone_hangs_behind_the_picture_goes_too() -> None:
    film = pictures.jpeg()[:-2] + b"\xff\xd9" + b"ftypmp42" + pictures.PLACE + b"\xff\xd9"
    assert b"ftyp" not in cleaned(film, media_type=JPEG)


@pytest.mark.parametrize("cut", [4, 30, 60, 90])
def test_a_broken_picture_is_refused_in_words(cut: int) -> None:
    for content, kind in ((pictures.jpeg(), JPEG), (pictures.png(), PNG)):
        with pytest.raises(WrongFile, match="损坏"):
            cleaned(content[:-cut], media_type=kind)


@settings(max_examples=60)
@given(st.binary(max_size=120), st.integers(0, 300))
def test_no_bytes_stop_the_reading(noise: bytes, place: int) -> None:
    for content, kind in (
        (pictures.jpeg(pictures.exif()), JPEG),
        (pictures.png(pictures.exif()), PNG),
        (pictures.pdf(packed=True), PDF),
    ):
        changed = content[:place] + noise + content[place + len(noise) :]
        look_at(changed, media_type=kind)
        try:
            cleaned(changed, media_type=kind)
        except WrongFile as error:
            assert "损坏" in str(error)  # noqa: PT017 - whether it is refused depends on what was changed


@pytest.mark.parametrize(("pages", "packed"), [(1, False), (27, False), (3, True), (412, True)])
def test_a_pdf_tells_its_pages(pages: int, packed: bool) -> None:
    seen = look_at(pictures.pdf(pages, packed=packed), media_type=PDF)
    assert (seen.pages, seen.is_locked) == (pages, False)


def test_a_locked_pdf_is_kept_and_marked(firm: Party, actors: dict[str, Actor], now: datetime) -> None:
    one = filed(firm, actors["liqiang"], now, pictures.pdf(locked=True))
    assert (one.is_locked, one.pages) == (True, None)


def test_a_photo_takes_its_day_from_the_camera_unless_somebody_says_it(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    photo = Filing(DocumentCategory.SITE_PHOTO, is_dated_by_photo=True)
    one = filed(firm, actors["liqiang"], now, pictures.jpeg(pictures.exif()), filing=photo)
    assert (one.taken_on, one.material.as_of) == (date(2026, 10, 8), date(2026, 10, 8))
    kept = b"".join(read_document(one.material.document)) if one.material.document else b""
    assert pictures.PLACE not in kept
    said = Filing(DocumentCategory.SITE_PHOTO, keeps_place=True)
    other = filed(
        firm,
        actors["liqiang"],
        now,
        pictures.jpeg(pictures.exif(), colour=b"\x02"),
        filing=said,
        as_of=date(2026, 9, 1),
    )
    assert (other.taken_on, other.material.as_of) == (date(2026, 10, 8), date(2026, 9, 1))
    whole = b"".join(read_document(other.material.document)) if other.material.document else b""
    assert pictures.PLACE in whole, "somebody asked for it"
    ahead = pictures.jpeg(pictures.exif(taken="2031:01:01 00:00:00"), colour=b"\x03")
    wrong = filed(firm, actors["liqiang"], now, ahead, filing=photo)
    assert (wrong.taken_on, wrong.material.as_of) == (None, timezone.localdate(now))


def test_versions_follow_one_another_and_stay_readable(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    first = filed(firm, actors["liqiang"], now - timedelta(days=9))
    second = filed(firm, actors["liqiang"], now - timedelta(days=5), pictures.pdf(4), replaces=first.material)
    third = filed(firm, actors["liqiang"], now, pictures.pdf(5), replaces=second.material)
    assert [one.pages for one in versions_of(first)] == [5, 4, 3]
    assert {one.series_id for one in (first, second, third)} == {first.pk}
    states = Material.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [MaterialState.SUPERSEDED, MaterialState.SUPERSEDED, MaterialState.IN_FORCE]


def test_filing_anew_keeps_what_the_paper_was_taken_for(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    one = filed(firm, actors["liqiang"], now - timedelta(days=3))
    found = VerificationDetails(VerificationMeans.ORIGINAL, Finding.CONFIRMED)
    verify_material(actor=actors["wangfang"], at=now, material=one.material, details=found)
    with pytest.raises(WrongMaterial, match="没有改动"):
        classify_document(
            actor=actors["liqiang"], at=now, document=one, filing=Filing(DocumentCategory.LICENCE)
        )
    filing = Filing(DocumentCategory.PERMIT, title="食品经营许可证", valid_until=date(2027, 5, 1))
    anew = classify_document(actor=actors["liqiang"], at=now, document=one, filing=filing)
    one.refresh_from_db()
    assert (one.category, anew.category) == (DocumentCategory.LICENCE, DocumentCategory.PERMIT)
    assert anew.material.document_id == one.material.document_id, "the original is kept once"
    assert anew.material.as_of == one.material.as_of
    entry = Entry.objects.get(event="customers.document.classified")
    assert [(side or {})["paper"] for side in (entry.before, entry.after)] == ["licence", "permit"]
    assert str(anew) == "食品经营许可证"


def test_the_same_content_is_told_and_not_kept_twice(
    firm: Party, bank: Party, actors: dict[str, Actor], now: datetime
) -> None:
    first = filed(firm, actors["liqiang"], now)
    with pytest.raises(WrongMaterial, match="完全相同") as caught:
        filed(firm, actors["liqiang"], now)
    assert caught.value.field == "file"
    assert Material.objects.count() == 1
    other = filed(firm, actors["liqiang"], now, filing=Filing(DocumentCategory.CONTRACT))
    foreign = filed(bank, actors["liqiang"], now)
    assert set(twins_of(actors["wangfang"], first)) == {other, foreign}
    assert twins_of(actors["wuting"], first) == [], "of customers that one does not see nothing is told"


@pytest.mark.parametrize(
    ("filing", "field"),
    [
        (Filing(DocumentCategory.LICENCE, title="张三 11010519491231002X"), "title"),
        (
            Filing(DocumentCategory.LICENCE, valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1)),
            "valid_until",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    firm: Party, actors: dict[str, Actor], now: datetime, filing: Filing, field: str
) -> None:
    with pytest.raises(WrongMaterial) as caught:
        filed(firm, actors["liqiang"], now, filing=filing)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "空的"),
        (b"%PDF-1.4" + bytes(FILE_MAX), "超过 10 MB"),
        (b"MZ\x90\x00" + PAPER, "按内容判断"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "HEIC"),
    ],
)
def test_wrong_files_are_refused_in_words(
    firm: Party, actors: dict[str, Actor], now: datetime, content: bytes, message: str
) -> None:
    with pytest.raises(WrongFile, match=message):
        filed(firm, actors["liqiang"], now, content)
    assert not Material.objects.exists()


def test_of_the_restricted_and_by_strangers_nothing_is_filed(
    firm: Party, actors: dict[str, Actor], now: datetime, actor: Actor
) -> None:
    one = filed(firm, actors["liqiang"], now)
    for name in ("wuting", "sunlei", "zhoujie"):
        with pytest.raises(Refused):
            filed(firm, actors[name], now, pictures.pdf(9))
        with pytest.raises(Refused):
            classify_document(actor=actors[name], at=now, document=one, filing=Filing(DocumentCategory.OTHER))
    restrict_party(actor=actor, at=now, party=firm, reason="客户要求")
    firm.refresh_from_db()
    with pytest.raises(Refused):
        filed(firm, actors["liqiang"], now, pictures.pdf(9))


@pytest.mark.parametrize(
    ("days", "validity"),
    [(None, Validity.ENDLESS), (-1, Validity.ENDED), (0, Validity.ENDING), (31, Validity.VALID)],
)
def test_a_paper_ends_after_its_last_day(days: int | None, validity: Validity) -> None:
    today = date(2026, 11, 20)
    until = None if days is None else today + timedelta(days=days)
    assert FiledDocument(valid_until=until).validity(today) == validity


def upload(client: Client, party: Party, content: bytes, *, several: bool = False, **fields: str) -> Any:
    data = {"category": "licence", "origin": "customer", **fields}
    data["file"] = SimpleUploadedFile("随便.pdf", content)  # type: ignore[assignment]
    headers = {"X-One-Of-Several": "yes"} if several else {}
    return client.post(reverse("customers:add_document", args=[party.pk]), data, headers=headers)


def test_pages_take_files_one_by_one_and_answer_each(
    client: Client, firm: Party, staff: dict[str, User]
) -> None:
    client.force_login(staff["liqiang"])
    page = client.get(reverse("customers:add_document", args=[firm.pk]) + "?category=lease").content.decode()
    assert '<option value="lease" selected>' in page
    assert 'capture="environment"' in page
    key = "0" * 32
    assert "已登记" in upload(client, firm, PAPER, several=True, once_key=key).content.decode()
    again = upload(client, firm, PAPER, several=True, once_key=key)
    assert "已登记" in again.content.decode(), "a double click is answered as before"
    assert FiledDocument.objects.count() == 1
    refused = upload(client, firm, b"GIF89a", several=True)
    assert (refused.status_code, "PDF、JPG、PNG" in refused.content.decode()) == (422, True)
    whole = upload(client, firm, b"", title="执照")
    assert whole.status_code == 422
    assert "文件是空的" in whole.content.decode()
    assert 'value="执照"' in whole.content.decode(), "what was typed stays"
    assert "请选择文件" in client.post(reverse("customers:add_document", args=[firm.pk]), {}).content.decode()


def test_a_document_has_its_page_its_versions_and_its_frame(
    client: Client, firm: Party, staff: dict[str, User], actors: dict[str, Actor]
) -> None:
    now = timezone.now() - timedelta(minutes=5)
    one = filed(firm, actors["liqiang"], now, filing=Filing(DocumentCategory.LICENCE, title="营业执照副本"))
    client.force_login(staff["liqiang"])
    page = client.get(reverse("customers:material", args=[one.pk])).content.decode()
    assert 'target="original"' in page
    assert not Entry.objects.filter(event="customers.material.opened").exists(), (
        "no look before somebody asks"
    )
    opened = client.post(reverse("customers:open_original", args=[one.pk]))
    assert opened["Cache-Control"] == "no-store, private"
    assert opened["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in opened["Content-Security-Policy"]
    assert Entry.objects.filter(event="customers.material.opened").count() == 1
    newer = client.post(
        reverse("customers:replace_document", args=[one.pk]),
        {
            "category": "licence",
            "title": "营业执照副本（换照）",
            "origin": "customer",
            "file": SimpleUploadedFile("new.pdf", pictures.pdf(2)),
        },
        follow=True,
    ).content.decode()
    assert "已有更新" in newer
    latest = FiledDocument.objects.latest("pk")
    form = reverse("customers:classify_document", args=[latest.pk])
    assert "没有改动" in client.post(form, {"category": "licence", "title": latest.title}).content.decode()
    moved = client.post(form, {"category": "permit", "title": "许可证"}, follow=True).content.decode()
    assert "许可证" in moved
    assert len(versions_of(latest)) == 3


def test_lists_ask_as_much_for_one_as_for_many(
    client: Client,
    firm: Party,
    staff: dict[str, User],
    actors: dict[str, Actor],
    now: datetime,
) -> None:
    client.force_login(staff["liqiang"])
    papers, photos = (reverse(f"customers:{name}", args=[firm.pk]) for name in ("documents", "photos"))
    photo = Filing(DocumentCategory.SITE_PHOTO)
    asked: dict[str, int] = {}
    for number in range(12):
        filed(firm, actors["liqiang"], now, pictures.pdf(number + 1))
        filed(firm, actors["liqiang"], now, pictures.png(colour=number), filing=photo)
        for address in (papers, photos) if number in {0, 11} else ():
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            assert asked.setdefault(address, len(queries)) == len(queries)
    found = client.get(papers + "?category=licence&validity=endless&sort=-pages&q=nothing").content.decode()
    assert "没有符合条件" in found
    assert client.get(papers + "?validity=endless&versions=all&export=csv").status_code == 200
    part = client.get(photos, headers={"HX-Request": "true", "HX-Target": "table-photos"}).content.decode()
    assert "gallery-item" in part
    assert "<html" not in part


def test_the_overview_and_the_copy_for_the_person_tell_of_documents(
    client: Client, firm: Party, staff: dict[str, User], actors: dict[str, Actor], now: datetime
) -> None:
    ended = Filing(DocumentCategory.PERMIT, title="排污许可", valid_until=date(2026, 1, 31))
    filed(firm, actors["liqiang"], now, filing=ended)
    client.force_login(staff["liqiang"])
    assert "1 份已过期" in client.get(reverse("customers:file", args=[firm.pk])).content.decode()
    [section] = [one for one in holdings_of(firm) if one.title == "证照与影像"]
    assert section.rows[0][:2] == ("许可证与资质证书", "排污许可")
    assert len(section.files) == 1
