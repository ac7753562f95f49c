"""Persons on the vault: enrolled once, found by number, corrected with a history, erased for good."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from vouch.engine.identifiers import identity_check_character
from vouch.parties import actions, queries
from vouch.parties.actions import (
    AccountLine,
    AlreadyEnrolled,
    ContactLine,
    PhoneLine,
    Repeated,
    Restoration,
)
from vouch.parties.models import Account, Contact, Paper, Party, Person, Phone, Post
from vouch.parties.terms import PartyStatus, PhoneUse, PostKind, Relation
from vouch.parties.tests.people import ADDRESS, CARD, CONTACT_PHONE, NUMBER, OTHER_NUMBER, PHONE, PLAIN
from vouch.parties.tests.people import registration as invented
from vouch.platform.exchange.models import Import, ImportChange
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger import queries as ledger
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.actions import Sealer, seal_entries
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.queries import history_of
from vouch.platform.ledger.testing import writing
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.models import DataKey, Document
from vouch.platform.vault.queries import key_of, read_document
from vouch.platform.vault.terms import KeyDestroyed, Subject, Unreadable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cipher")]


def everything_stored() -> str:
    """Every table of parties, the vault and the ledger as text, bytes in hex and as they are."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for model in (Party, Person, Phone, Account, Contact, Paper, Document, Entry, ImportChange):
            cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t')
            found.extend(row[0] for row in cursor.fetchall())
    return "\n".join(found)


def last(event: str) -> Entry:
    return Entry.objects.filter(event=event).latest("recorded_at")


def test_no_number_of_a_person_is_stored_in_plain_text(person: Party) -> None:
    stored = everything_stored()
    assert person.number in stored
    for plain in (*PLAIN, ADDRESS, "李大山"):
        for form in (plain, plain.encode().hex(), base64.b64encode(plain.encode()).decode()):
            assert form not in stored
    # The name is what customers are searched by; in the ledger it is ciphertext, so that it can be erased.
    with connection.cursor() as cursor:
        cursor.execute("SELECT e::text FROM ledger_entry e")
        assert not any("王小芳" in row[0] for row in cursor.fetchall())
    _before, after = ledger.opened(last("parties.person.registered"))
    assert after is not None
    assert (after["name"], after["document_number"], after["phone"]) == ("王小芳", NUMBER, PHONE)


@pytest.mark.parametrize(
    "written",
    [
        NUMBER,
        "１１０１０１１９９００３０７１２３３",
        " 110101 19900307 1233 ",
        PHONE,
        "+86 138-0013-8000",
        CARD,
        "6222 0212 3456 7890 128",
        CONTACT_PHONE,
    ],
)
def test_a_person_is_found_by_number_in_any_width_and_spacing(person: Party, written: str) -> None:
    assert list(queries.with_number(Party.objects.all(), written)) == [person]
    assert not queries.with_number(Party.objects.all(), written.strip()[:-1]).exists()


def test_an_old_number_of_fifteen_digits_finds_its_eighteen(
    actor: Actor, units: dict[str, Unit], now: datetime
) -> None:
    registration = invented(document_number="130503670401001")
    party = actions.register_person(actor=actor, at=now, unit=units["YW1"], registration=registration)
    for written in ("130503670401001", "130503196704010016"):
        assert queries.with_number(Party.objects.all(), written).get() == party


def test_an_identity_number_with_x_is_found_in_small_letters(
    actor: Actor, units: dict[str, Unit], now: datetime
) -> None:
    registration = invented(document_number="11010519491231002x")
    party = actions.register_person(actor=actor, at=now, unit=units["YW1"], registration=registration)
    assert queries.with_number(Party.objects.all(), "１１０１０５１９４９１２３１００２ｘ").get() == party


def test_nobody_is_enrolled_twice(person: Party, actor: Actor, units: dict[str, Unit], now: datetime) -> None:
    with pytest.raises(AlreadyEnrolled) as known:
        actions.register_person(actor=actor, at=now, unit=units["YW2"], registration=invented(name="别人"))
    assert known.value.party_id == person.pk
    assert NUMBER not in str(known.value)
    assert Party.objects.count() == 1


def test_the_database_itself_refuses_the_second_of_two_at_the_same_moment(
    person: Party, actor: Actor, units: dict[str, Unit], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vouch.parties.actions.person.refuse_known", lambda *_given, **_named: None)
    with pytest.raises(AlreadyEnrolled) as known:
        actions.register_person(actor=actor, at=now, unit=units["YW1"], registration=invented())
    assert known.value.party_id == person.pk
    assert Party.objects.count() == 1


def test_a_correction_keeps_both_sides_as_ciphertext(person: Party, actor: Actor, now: datetime) -> None:
    changes = {"name": "王晓芳", "annual_income": Decimal(120000), "address": ""}
    actions.correct_person(actor=actor, at=now, party=person, changes=changes, reason="证件核对")
    entry = last("parties.person.corrected")
    assert ledger.opened(entry) == (
        {"name": "王小芳", "annual_income": "96000.00", "address": ADDRESS},
        {"name": "王晓芳", "annual_income": "120000", "address": ""},
    )
    person.refresh_from_db()
    assert person.name == "王晓芳"
    assert queries.search(Party.objects.all(), "王晓芳").get() == person
    assert queries.sheet_of(person, actor).fields["address"].text == ""
    repeat = {"name": "王晓芳"}
    actions.correct_person(actor=actor, at=now, party=person, changes=repeat, reason="无变化")
    assert last("parties.person.corrected") == entry


def test_old_values_come_back_from_the_history_without_being_shown(
    person: Party, actor: Actor, now: datetime
) -> None:
    changes = {"document_number": OTHER_NUMBER, "monthly_income": None}
    actions.correct_person(actor=actor, at=now, party=person, changes=changes, reason="误改")
    entry = last("parties.person.corrected")
    restore = Restoration(entry.pk, frozenset({"document_number", "monthly_income"}))
    later = now + timedelta(hours=1)
    actions.correct_person(actor=actor, at=later, party=person, changes={}, reason="恢复", restore=restore)
    assert queries.plain_value(person, "document_number") == NUMBER
    assert queries.plain_value(person, "monthly_income") == "8000.00"
    assert queries.with_number(Party.objects.all(), NUMBER).get() == person
    wrong = Restoration(uuid4(), frozenset({"name"}))
    with pytest.raises(LookupError):
        actions.correct_person(actor=actor, at=later, party=person, changes={}, reason="-", restore=wrong)


def test_lines_are_added_once_and_ended_with_their_history(
    person: Party, actor: Actor, now: datetime
) -> None:
    work = PhoneLine(PhoneUse.WORK, "0571-88001234")
    actions.add_phone(actor=actor, at=now, party=person, line=work)
    with pytest.raises(Repeated):
        actions.add_phone(actor=actor, at=now, party=person, line=work)
    with pytest.raises(Repeated):
        actions.add_account(actor=actor, at=now, party=person, line=AccountLine("别的银行", "王", CARD))
    contact = ContactLine(Relation.FRIEND, "赵六", "13900139000")
    actions.add_contact(actor=actor, at=now, party=person, line=contact)
    phone = Phone.objects.get(party=person, use=PhoneUse.MOBILE)
    for _ in range(2):
        actions.end_phone(actor=actor, at=now, party=person, pk=phone.pk, reason="换号")
    assert history_of("party", person.pk).filter(event="parties.phone.ended").count() == 1
    assert ledger.opened(last("parties.phone.ended"))[0] == {"phone": PHONE}
    # An ended number may come into use again, and still finds its person.
    actions.add_phone(actor=actor, at=now, party=person, line=PhoneLine(PhoneUse.MOBILE, PHONE))
    assert queries.with_number(Party.objects.all(), PHONE).count() == 1


def test_a_person_is_noted_as_what_they_are_in_an_enterprise(
    person: Party, firm: Party, actor: Actor, now: datetime
) -> None:
    post = actions.add_post(
        actor=actor, at=now, party=firm, person=person, kind=PostKind.LEGAL_REPRESENTATIVE
    )
    with pytest.raises(Repeated):
        actions.add_post(actor=actor, at=now, party=firm, person=person, kind=PostKind.LEGAL_REPRESENTATIVE)
    with pytest.raises(ValueError, match="个人和企业之间"):
        actions.add_post(actor=actor, at=now, party=person, person=firm, kind=PostKind.CONTACT)
    assert [one.row.pk for one in queries.graph_of(firm, actor, today=now.date()).posts] == [post.pk]
    assert [one.pk for one in queries.sheet_of(person, actor).posts] == [post.pk]


def test_a_post_tells_nothing_of_a_person_whom_one_may_not_see(
    person: Party, firm: Party, actors: dict[str, Actor], actor: Actor, staff: dict[str, User],
    units: dict[str, Unit], now: datetime,
) -> None:  # fmt: skip
    actions.add_post(actor=actor, at=now, party=firm, person=person, kind=PostKind.LEGAL_REPRESENTATIVE)
    duty = actions.Duty(units["YW2"], starts_on=now.date(), manager=staff["wuting"])
    actions.assign_party(actor=actor, at=now, party=person, duty=duty)
    assert queries.graph_of(firm, actors["liqiang"], today=now.date()).posts == []
    assert not queries.VISIBLE[Post](actors["liqiang"]).exists()  # type: ignore[operator]


def test_a_ciphertext_moved_to_another_row_or_column_does_not_open(
    person: Party, actor: Actor, units: dict[str, Unit], now: datetime
) -> None:
    other = actions.register_person(
        actor=actor, at=now, unit=units["YW1"], registration=invented(document_number=OTHER_NUMBER)
    )
    mine = person.person
    mine.refresh_from_db()
    with writing():
        Person.objects.filter(pk=other.pk).update(document_number=mine.document_number)
        Person.objects.filter(pk=person.pk).update(address=mine.document_number)
    with pytest.raises(Unreadable):
        queries.plain_value(other, "document_number")
    with pytest.raises(Unreadable):
        queries.plain_value(person, "address")
    assert queries.sheet_of(other, actor).fields["document_number"].text == "无法解密"


def test_erasing_a_person_leaves_nothing_readable_and_the_ledger_intact(
    person: Party, actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    pieces = [b"\x89PNG\r\n\x1a\n", b"card"]
    paper = actions.store_paper(
        actor=actor, at=now, party=person, kind="other", media_type="image/png", pieces=pieces
    )
    assert b"".join(read_document(paper.document)) == b"".join(pieces)
    actions.correct_person(actor=actor, at=now, party=person, changes={"name": "王晓芳"}, reason="更正")
    mine = Person.objects.get(pk=person.pk)
    with pytest.raises(Refused):
        actions.erase_person(actor=actors["liqiang"], at=now, party=person, approver=actor, reason="请求")
    actions.erase_person(
        actor=actor, at=now, party=person, approver=actors["chenjing"], reason="个人请求删除"
    )
    actions.erase_person(actor=actor, at=now, party=person, approver=actors["chenjing"], reason="重复")
    person.refresh_from_db()
    assert (person.name, person.search_text, person.status) == ("已删除", "", PartyStatus.ERASED)
    for row in (mine, *Phone.objects.all(), *Contact.objects.all(), *Account.objects.all()):
        for column in ("document_number", "born_on", "address", "number", "holder", "name", "phone"):
            sealed = getattr(row, column, None)
            if sealed is not None:
                with pytest.raises(KeyDestroyed):
                    key_of(Subject("party", str(person.pk))).open(bytes(sealed), place=place_of(row, column))
    with pytest.raises(KeyDestroyed):
        b"".join(read_document(paper.document))
    for number in PLAIN:
        assert not queries.with_number(Party.objects.all(), number).exists()
    values = [value for entry in history_of("party", person.pk) for side in ledger.opened(entry) if side
              for value in side.values()]  # fmt: skip
    assert "已销毁" in values
    assert not {"王小芳", "王晓芳", NUMBER, PHONE, CARD, "种植户"} & set(map(str, values))
    stored = everything_stored()
    for gone in ("王小芳", "王晓芳", "XIAO FANG", "wxf", "种植户", "江州合作社", "96000"):
        assert gone not in stored
    sheet = queries.sheet_of(person, actor)
    assert sheet.is_erased
    assert sheet.fields["document_number"].text == "已销毁"
    assert not sheet.fields["document_number"].may_reveal
    with pytest.raises(Refused):
        actions.correct_person(actor=actor, at=now, party=person, changes={"name": "回来"}, reason="-")
    assert history_of("party", person.pk).filter(event="parties.person.erased").count() == 1


def test_what_an_import_noted_of_a_person_is_erased_with_them(
    person: Party, actors: dict[str, Actor], actor: Actor, units: dict[str, Unit], now: datetime
) -> None:
    with writing(), connection.cursor() as cursor:
        batch = Import.objects.create(kind="persons", unit=units["YW1"], created_at=now)
        cursor.execute("SELECT set_config('vouch.import', %s, true)", [str(batch.pk)])
        Person.objects.filter(party=person).update(occupation="养蜂户")
        cursor.execute("SELECT set_config('vouch.import', '', true)")
    assert ImportChange.objects.filter(row_key=str(person.pk)).count() == 1
    assert "养蜂户" in everything_stored()
    with writing(), connection.cursor() as cursor:
        # The import that registers a person makes the key as well, and notes it whole.
        cursor.execute("SELECT set_config('vouch.import', %s, true)", [str(batch.pk)])
        keys = DataKey.objects.filter(subject_kind="party", subject_id=str(person.pk))
        keys.update(made_at=now + timedelta(seconds=1))
        cursor.execute("SELECT set_config('vouch.import', '', true)")
    wrapped = bytes(keys.get().wrapped or b"").hex()
    assert wrapped in everything_stored()
    actions.erase_person(actor=actor, at=now, party=person, approver=actors["chenjing"], reason="请求")
    assert not ImportChange.objects.exists()
    assert "养蜂户" not in everything_stored()
    assert wrapped not in everything_stored()


@pytest.mark.django_db(transaction=True)
def test_the_ledger_verifies_after_an_erasure(
    person: Party, actors: dict[str, Actor], actor: Actor, now: datetime, settings: Any, tmp_path: Any
) -> None:
    settings.LEDGER_HEADS_DIR = tmp_path / "heads"
    seal_entries(actor=Sealer(), at=now, everything=True)
    actions.erase_person(
        actor=actor, at=now, party=person, approver=actors["chenjing"], reason="个人请求删除"
    )
    seal_entries(actor=Sealer(), at=now + timedelta(hours=1), everything=True)
    assert ledger.verification().is_intact


def test_one_persons_erasure_touches_nobody_else(
    person: Party, actors: dict[str, Actor], actor: Actor, units: dict[str, Unit], now: datetime
) -> None:
    other = actions.register_person(
        actor=actor, at=now, unit=units["YW1"], registration=invented(document_number=OTHER_NUMBER)
    )
    actions.erase_person(actor=actor, at=now, party=person, approver=actors["chenjing"], reason="请求")
    assert queries.plain_value(other, "document_number") == OTHER_NUMBER
    # The document is free again: the same human being may become a customer anew.
    again = actions.register_person(actor=actor, at=now, unit=units["YW1"], registration=invented())
    assert again.pk != person.pk


def test_the_list_asks_as_much_for_one_person_as_for_twenty(
    person: Party,
    actor: Actor,
    units: dict[str, Unit],
    now: datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    def read() -> list[tuple[str, str]]:
        rows = queries.with_keys(Party.objects.all())
        return [(queries.masked_document(row), queries.masked_phone(row)) for row in rows]

    with django_assert_num_queries(3):
        assert read() == [("110***********1233", "138****8000")]
    for serial in range(19):
        body = f"33990119900307{serial:03d}"
        number = body + identity_check_character(body)
        actions.register_person(
            actor=actor, at=now, unit=units["YW1"], registration=invented(document_number=number)
        )
    with django_assert_num_queries(3):
        assert len(read()) == 20
