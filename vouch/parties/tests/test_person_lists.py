"""Persons and farmers from a list: whom a row makes known, what it changes, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest

from vouch.parties.actions import erase_person, restrict_party
from vouch.parties.models import Farmer, FarmHolding, Party, Person, Phone
from vouch.parties.queries.persons import opened_fields
from vouch.parties.terms import PartyKind, PartyStatus
from vouch.parties.tests.people import ADDRESS, NUMBER, OTHER_NUMBER, PHONE
from vouch.platform.exchange import actions
from vouch.platform.exchange.contents import content_of, mention_index
from vouch.platform.exchange.kept_files import open_kept
from vouch.platform.exchange.models import Import, ImportMention, ImportRow
from vouch.platform.exchange.queries import kept_rows
from vouch.platform.exchange.tabular import Unreadable
from vouch.platform.exchange.terms import RowState
from vouch.platform.exchange.testing import delivered, kept
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.queries import opened
from vouch.platform.vault.queries import documents_of, key_of
from vouch.platform.vault.terms import KeyDestroyed, Subject

pytestmark = pytest.mark.django_db

HEAD = (
    "姓名,证件号码,手机号码,住址,月收入（元）,婚姻状况,管户经理,家庭人口,经营类别,品种,面积（亩）,存栏数量\n"
)
Load = Callable[..., Import]


@pytest.fixture
def load(units: dict[str, Unit], actor: Actor, now: datetime) -> Load:
    def run(
        text: str, *, by: Actor = actor, unit: str = "YW1", head: str = HEAD, dry: bool = False
    ) -> Import:
        delivery = actions.Delivery("persons", [kept(head + text, name="名单.csv")], is_dry_run=dry)
        return delivered(delivery, unit=units[unit], by=by, at=now)

    return run


def counts(batch: Import) -> tuple[int, int, int, int]:
    return batch.accepted, batch.unchanged, batch.rejected, batch.warned


def reasons(batch: Import) -> list[tuple[int, str, str]]:
    return list(kept_rows(batch, verdict="rejected").values_list("line", "column", "reason"))


def fields_of(party: Party) -> dict[str, object]:
    return dict(opened_fields(Person.objects.get(party=party), key_of(Subject("party", str(party.pk)))))


def test_a_person_of_the_list_is_one_as_entered_by_hand(
    load: Load, staff: dict[str, User], units: dict[str, Unit]
) -> None:
    batch = load(f"王小芳,{NUMBER},{PHONE}、0571-88001234,{ADDRESS},8000,已婚,李强,,,,,\n")
    assert counts(batch) == (1, 0, 0, 0), reasons(batch)
    party = Party.objects.get()
    assert (party.kind, party.name, party.batch) == (PartyKind.PERSON, "王小芳", batch)
    held = fields_of(party)
    assert (held["document_number"], held["address"], held["born_on"]) == (NUMBER, ADDRESS, "1990-03-07")
    assert (held["monthly_income"], held["marital_status"], held["sex"]) == (Decimal(8000), "married", "male")
    assert sorted(Phone.objects.values_list("use", flat=True)) == ["mobile", "other"]
    duty = party.assignments.get()
    assert (duty.unit, duty.manager) == (units["YW1"], staff["liqiang"])
    entry = Entry.objects.get(event="parties.person.registered")
    assert NUMBER not in str(entry.after)
    _before, after = opened(entry)
    assert (after or {})["document_number"] == NUMBER


def test_the_same_list_again_changes_nothing_and_another_value_changes_it_with_a_history(load: Load) -> None:
    text = f"王小芳,{NUMBER},{PHONE},{ADDRESS},8000,已婚,,,,,,\n"
    load(text)
    assert counts(load(text)) == (0, 1, 0, 0)
    batch = load(f"王小芳,{NUMBER},13900139000,,9000,,,,,,,\n")
    assert counts(batch) == (1, 0, 0, 0)
    party = Party.objects.get()
    held = fields_of(party)
    assert (held["monthly_income"], held["address"], held["marital_status"]) == (
        Decimal(9000),
        ADDRESS,
        "married",
    )
    assert Phone.objects.count() == 2
    former = party.former_values.get(field="monthly_income")
    assert (former.value, former.sealed is not None, former.reason) == ("", True, f"导入批次 {batch.pk}")


def test_a_farmer_has_a_row_for_each_holding(load: Load) -> None:
    batch = load(
        f"王小芳,{NUMBER},,,,,,4,种植,水稻,12.5,\n王小芳,{NUMBER},,,,,,4,养殖,生猪,,120\n"
        f"王小芳,{NUMBER},,,,,,4,种植,水稻,12.5亩,\n王小芳,{NUMBER},,,,,,4,种植,水稻,20,\n"
    )
    assert (counts(batch), [line for line, _c, _r in reasons(batch)]) == ((2, 1, 1, 0), [5])
    assert Party.objects.get().kind == PartyKind.FARMER
    assert Farmer.objects.get().household_size == 4
    held = set(FarmHolding.objects.values_list("product", "area", "heads", "source"))
    assert held == {("水稻", Decimal("12.50"), None, "import"), ("生猪", None, 120, "import")}


def test_a_person_who_farms_becomes_a_farmer(load: Load, person: Party) -> None:
    assert counts(load(f"王小芳,{NUMBER},,,,,,4,种植,水稻,12,\n")) == (1, 0, 0, 0)
    person.refresh_from_db()
    assert person.kind == PartyKind.FARMER
    assert FarmHolding.objects.get().party == person


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("王小芳,1.10101E+17,,,,,,,,,,", "document_number", "舍去了尾数"),
        ("王小芳,110101199003071234,,,,,,,,,,", "document_number", "校验位不符"),
        ("王小芳,11010119900307123,,,,,,,,,,", "document_number", "18 位"),
        ("王小芳,,,,,,,,,,,", "document_number", "证件号码为空"),
        (f",{NUMBER},,,,,,,,,,", "name", "姓名为空"),
        (f"王1芳,{NUMBER},,,,,,,,,,", "name", "不能有"),
        (f"合计,{NUMBER},,,,,,,,,,", "name", "合计行"),
        (f"王小芳,{NUMBER},1380013800,,,,,,,,,", "phone", "电话号码不对"),
        (f"王小芳,{NUMBER},,,八千,,,,,,,", "monthly_income", ""),
        (f"王小芳,{NUMBER},,,,订婚,,,,,,", "marital_status", "不认识"),
        (f"王小芳,{NUMBER},,,,,没有这人,,,,,", "manager", "没有叫这个名字"),
        (f"王小芳,{NUMBER},,,,,,三,,,,", "household_size", "整数"),
        (f"王小芳,{NUMBER},,,,,,,,水稻,12,", "farm_kind", "经营类别"),
        (f"王小芳,{NUMBER},,,,,,,种植,水稻,,", "area", "面积或存栏"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_by_column_and_nobody_is_made_known(
    load: Load, row: str, column: str, reason: str
) -> None:
    batch = load(f"{row}\n")
    [(_line, found, said)] = reasons(batch)
    assert (found, reason in said) == (column, True), said
    assert not Party.objects.exists()
    assert not Phone.objects.exists()


def test_a_reason_quotes_no_protected_value_and_a_row_may_name_its_unit(
    load: Load, units: dict[str, Unit], staff: dict[str, User]
) -> None:
    batch = load(f"王小芳,{NUMBER},,,约八千三,,,,,,,\n")
    assert reasons(batch) == [(2, "monthly_income", "“******”不是金额")]
    head = "姓名,证件号码,管户机构,管户经理\n"
    batch = load(f"王小芳,{NUMBER},FK,\n李大山,{OTHER_NUMBER},没有这里,\n", head=head)
    assert [column for _line, column, _reason in reasons(batch)] == ["duty_unit"]
    assert Party.objects.get().assignments.get().unit == units["FK"]


def test_a_number_that_ends_as_if_rounded_is_a_persons_decision(
    load: Load, actor: Actor, now: datetime
) -> None:
    # The check character happens to fit: only somebody who has the document before them can tell.
    number = "110101195101019000"
    batch = load(f"王小芳,{number},,,,,,,,,,\n")
    [(_line, column, reason)] = reasons(batch)
    if "000" not in reason:
        pytest.fail(reason)
    assert column == "document_number"
    actions.accept_row(actor=actor, at=now, row=kept_rows(batch).get(), reason="已核对证件原件")
    assert fields_of(Party.objects.get())["document_number"] == number


def test_another_name_under_a_known_number_changes_nothing_until_somebody_decides(
    load: Load, person: Party, actor: Actor, now: datetime
) -> None:
    batch = load(f"王晓芳,{NUMBER},,,,,,,,,,\n")
    assert [(column, "姓名不同" in reason) for _line, column, reason in reasons(batch)] == [("name", True)]
    person.refresh_from_db()
    assert person.name == "王小芳"
    actions.accept_row(actor=actor, at=now, row=kept_rows(batch).get(), reason="改过名")
    person.refresh_from_db()
    assert person.name == "王晓芳"


def test_one_file_that_says_two_things_of_one_person_does_not_choose(load: Load) -> None:
    batch = load(f"王小芳,{NUMBER},,甲地址,,,,,,,,\n王小芳,{NUMBER[:6]} {NUMBER[6:]},,乙地址,,,,,,,,\n")
    assert (counts(batch), fields_of(Party.objects.get())["address"]) == ((1, 0, 1, 0), "甲地址")


def test_somebody_out_of_sight_is_refused_like_at_the_form_and_compliance_is_told(
    load: Load, actors: dict[str, Actor]
) -> None:
    load(f"王小芳,{NUMBER},,{ADDRESS},,,,,,,,\n", unit="FK")
    elsewhere = Party.objects.get()
    batch = load(f"王小芳,{NUMBER},{PHONE},别处,,,,,,,,\n", by=actors["zhaomin"])
    [(_line, column, reason)] = reasons(batch)
    assert (column, "不在您的数据范围内" in reason) == ("document_number", True)
    assert Entry.objects.get(event="parties.person.repeated").subject_id == str(elsewhere.pk)
    assert fields_of(elsewhere)["address"] == ADDRESS
    assert not Phone.objects.exists()


def test_somebody_under_restriction_is_not_changed(load: Load, person: Party, now: datetime) -> None:
    restrict_party(actor=system_actor("test"), at=now, party=person, reason="本人要求")
    batch = load(f"王小芳,{NUMBER},,别处,,,,,,,,\n")
    assert counts(batch)[2] == 1
    assert fields_of(person)["address"] == ADDRESS


def test_a_corrected_row_keeps_its_values_sealed_in_the_ledger_too(
    load: Load, actor: Actor, now: datetime
) -> None:
    batch = load("王小芳,110101199003071234,,,,,,,,,,\n")
    row = kept_rows(batch).get()
    cells = {"name": "王小芳", "document_number": NUMBER}
    actions.correct_row(actor=actor, at=now, row=row, cells=cells)
    entry = Entry.objects.get(event="exchange.row.corrected")
    assert NUMBER not in str((entry.before, entry.after))
    assert NUMBER in str(opened(entry)[1])
    assert Party.objects.get().name == "王小芳"


class TestErasure:
    @pytest.fixture
    def erase(self, actors: dict[str, Actor], now: datetime) -> Callable[[Party], None]:
        def run(party: Party) -> None:
            erase_person(
                actor=system_actor("test"),
                at=now,
                party=party,
                approver=actors["chenjing"],
                reason="本人请求",
            )

        return run

    def test_it_reaches_the_file_and_every_row_that_may_be_the_persons(
        self, load: Load, erase: Callable[[Party], None], actor: Actor, now: datetime
    ) -> None:
        others = load("李大山,110101199003071234,,,,,,,,,,\n")
        corrected = load("王小芳,110101199003071234,,,,,,,,,,\n")
        row = kept_rows(corrected).get()
        actions.correct_row(actor=actor, at=now, row=row, cells={"name": "王小芳", "document_number": NUMBER})
        named = load(f"王小芳,{NUMBER},1380013800,,,,,,,,,\n李大山,{OTHER_NUMBER},,,,,,,,,,\n")
        tried = load(f"王小芳,{NUMBER},1380013800,,,,,,,,,\n", dry=True)
        erase(Party.objects.get(name="王小芳"))
        for batch in (corrected, named, tried):
            file = batch.files.get()
            assert "依法删除" in file.dropped_because
            assert not documents_of(Subject("import_file", str(file.pk))).exists()
            with pytest.raises(KeyDestroyed):
                key_of(Subject("import_file", str(file.pk)))
            with pytest.raises(Unreadable, match="依法删除"):
                open_kept(file)
            kept_row = kept_rows(batch).get()
            assert (content_of(kept_row), kept_row.state != RowState.OPEN) == (None, True)
        before, after = opened(Entry.objects.get(event="exchange.row.corrected"))
        assert NUMBER not in str((before, after))
        # Of others nothing is touched.
        assert open_kept(others.files.get()).read()
        assert content_of(kept_rows(others).get()) is not None
        entry = Entry.objects.get(event="parties.person.erased")
        assert ((entry.after or {})["files_dropped"], (entry.after or {})["rows_emptied"]) == (3, 3)
        assert Party.objects.get(name="李大山").status == PartyStatus.ACTIVE

    def test_a_row_that_was_emptied_is_neither_corrected_nor_accepted(
        self, load: Load, erase: Callable[[Party], None], actor: Actor, now: datetime
    ) -> None:
        batch = load(f"王小芳,{NUMBER},1380013800,,,,,,,,,\n王小芳,{NUMBER},,,,,,,,,,\n")
        erase(Party.objects.get())
        row = ImportRow.objects.get(batch=batch)
        with pytest.raises(actions.NotNow, match="已清除"):
            actions.correct_row(actor=actor, at=now, row=row, cells={"name": "王小芳"})
        with pytest.raises(actions.NotNow, match="已清除"):
            actions.accept_row(actor=actor, at=now, row=row, reason="照旧")


def test_a_file_is_found_by_the_number_however_it_was_written(load: Load) -> None:
    batch = load("王小芳,110101900307123,,,,,,,,,,\n")
    assert batch.warned + batch.rejected == 1
    typed = load(f"李小山,'{NUMBER},,,,,,,,,,\n")
    assert ImportMention.objects.get(file__batch=typed).index == mention_index(NUMBER)
    wide = load(
        f"李大山,{OTHER_NUMBER.translate(str.maketrans('0123456789', '０１２３４５６７８９'))},,,,,,,,,,\n"
    )
    assert ImportMention.objects.get(file__batch=wide).index == mention_index(OTHER_NUMBER)
