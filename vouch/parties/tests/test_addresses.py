"""Registered addresses read to the door: levels kept, moves and mistakes told apart, hand corrections that last."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from vouch.engine.address import Kind, Level, parse
from vouch.parties.actions import (
    Change,
    Ending,
    EnterpriseDetails,
    Registration,
    change_enterprise,
    correct_enterprise,
    register_enterprise,
    register_person,
)
from vouch.parties.actions.addresses import CHUNK, WrongPlace, correct_reading, read_addresses
from vouch.parties.actions.places import PlaceDetails, add_place, end_place, note_visit
from vouch.parties.forms.sites import PlaceForm
from vouch.parties.models import AddressReading, Building, Enterprise, Occupancy, Party
from vouch.parties.queries.addresses import address_of
from vouch.parties.terms import ChangeNature, OccupancyRole, PartyKind, RecordSource
from vouch.parties.tests.people import registration
from vouch.platform.exchange.actions import order_undo
from vouch.platform.exchange.models import Import
from vouch.platform.exchange.running import take_back
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db

HOUSE = "江州市江北区产业大道18号3栋"
Enrol = Callable[..., Party]


@pytest.fixture
def enrol(staff: dict[str, User], units: dict[str, Unit], actor: Actor, now: datetime) -> Enrol:
    def enrolled(name: str, address: str, **details: object) -> Party:
        given = replace(EnterpriseDetails(name=name, address=address), **details)  # type: ignore[arg-type]
        whole = Registration(given, manager=staff["liqiang"])
        return register_enterprise(actor=actor, at=now, unit=units["YW1"], registration=whole)

    return enrolled


@pytest.fixture
def read(actor: Actor, now: datetime) -> Callable[..., int]:
    return lambda at=now: read_addresses(actor=actor, at=at)


def now_at(party: Party) -> Occupancy | None:
    return Occupancy.objects.select_related("building", "unit").filter(party=party, ended_at=None).first()


def corrected_to(party: Party, address: str, *, actor: Actor, at: datetime, change: Change) -> None:
    party.refresh_from_db()
    details = EnterpriseDetails(name=party.name, address=address)
    correct_enterprise(actor=actor, at=at, party=party, details=details, reason="核对", change=change)


def test_every_address_keeps_the_level_it_reached_and_only_a_door_or_house_is_a_building(
    enrol: Enrol, read: Callable[..., int]
) -> None:
    texts = {
        "江州市江北区": Level.AREA,
        "江州市江北区沙河镇": Level.TOWN,
        "江州市人民路": Level.ROAD,
        "江州市江北区沙河镇柳树村三组": Level.VILLAGE,
        "江州市人民路5号": Level.BUILDING,
        f"{HOUSE}三层": Level.UNIT,
        f"{HOUSE}1206室": Level.ROOM,
    }
    for number, text in enumerate(texts):
        enrol(f"第{number}有限公司", text)
    assert read() == len(texts)
    found = {row.text: row for row in AddressReading.objects.all()}
    assert {text: Level(row.level) for text, row in found.items()} == texts
    assert {text for text, row in found.items() if row.building_id} == {
        text for text, level in texts.items() if level >= Level.BUILDING
    }
    # Read once; a repeat finds nothing and leaves no entry.
    entries = Entry.objects.filter(event="parties.addresses.read").count()
    assert read() == 0
    assert Entry.objects.filter(event="parties.addresses.read").count() == entries == 1


def test_one_building_in_every_spelling_with_floor_and_unit(enrol: Enrol, read: Callable[..., int]) -> None:
    one, other = (
        enrol("甲有限公司", f"{HOUSE}1206室"),
        enrol("乙有限公司", "江州市江北区产业大道１８号３幢三层"),
    )
    read()
    places = [now_at(one), now_at(other)]
    assert places[0]
    assert places[1]
    assert places[0].building_id == places[1].building_id
    assert Building.objects.count() == 1
    assert [(row.unit.floor, row.unit.label) for row in places if row and row.unit] == [
        (12, "1206"),
        (3, "3层"),
    ]
    assert all(row and row.is_derived and row.role == OccupancyRole.REGISTERED for row in places)


def test_the_same_road_in_two_towns_without_their_names_is_two_buildings(
    enrol: Enrol, read: Callable[..., int]
) -> None:
    enrol("甲有限公司", "人民路5号", province="江苏", area="甲县")
    enrol("乙有限公司", "人民路5号", province="江苏", area="乙县")
    enrol("丙有限公司", "人民路五号", province="江苏", area="乙县")
    read()
    assert sorted(Building.objects.values_list("area", flat=True)) == ["江苏乙县", "江苏甲县"]


def test_one_district_name_in_two_cities_is_two_buildings(enrol: Enrol, read: Callable[..., int]) -> None:
    enrol("甲有限公司", "市中区人民路5号", province="四川", area="乐山")
    enrol("乙有限公司", "市中区人民路5号", province="山东", area="枣庄")
    enrol("丙有限公司", "乐山市市中区人民路5号", province="四川", area="乐山")
    read()
    assert sorted(Building.objects.values_list("key", "area")) == [
        ("乐山市|市中区|人民路|5号", ""), ("市中区|人民路|5号", "四川乐山"), ("市中区|人民路|5号", "山东枣庄"),
    ]  # fmt: skip


def test_what_an_earlier_rule_put_into_one_building_is_read_again(
    enrol: Enrol, read: Callable[..., int], actors: Mapping[str, Actor], now: datetime
) -> None:
    text = "市中区人民路5号"
    one = enrol("甲有限公司", text, province="四川", area="乐山", established_on=date(2026, 9, 1))
    two = enrol("乙有限公司", text, province="山东", area="枣庄")
    read()
    marks = [(Kind.COUNTY, 0, 3), (Kind.ROAD, 3, 6), (Kind.NUMBER, 6, 8)]
    correct_reading(actor=actors["liqiang"], at=now, party=two, marks=marks, reason="核对")
    # As the first rule left them: both in one building that belongs to no area.
    with writing():
        shared = Building.objects.create(key="市中区|人民路|5号", name="市中区人民路5号", found_at=now)
        Occupancy.objects.filter(ended_at=None).update(building=shared)
        AddressReading.objects.update(building=shared, rule=1)
    assert read(now + timedelta(days=1)) == 2
    assert read(now + timedelta(days=1)) == 0
    here, there = now_at(one), now_at(two)
    assert here
    assert there
    assert (here.building.area, there.building.area) == ("四川乐山", "山东枣庄")
    # It never was in the other building, and is in its own since it always was.
    assert here.starts_on == date(2026, 9, 1)
    assert set(Occupancy.objects.filter(building=shared).values_list("is_mistake", "ends_on")) == {
        (True, None)
    }
    # What a person said of the parts is as it was.
    reading = AddressReading.objects.get(party=two)
    assert (reading.read_by, reading.building_id) == (actors["liqiang"].label, there.building_id)
    assert reading.marks
    assert not there.is_derived
    assert here.is_derived


def test_whoever_is_corrected_back_to_where_it_was_has_never_left(
    enrol: Enrol, read: Callable[..., int], actor: Actor, now: datetime
) -> None:
    party = enrol("甲有限公司", f"{HOUSE}1206室", established_on=date(2026, 9, 1))
    read()
    moved = Change(ChangeNature.CHANGE, changed_on=date(2026, 11, 25))
    for day, address, change in (
        (9, "江州市人民路5号", moved),
        (10, "江州市人民路7号", Change()),
        (11, f"{HOUSE}1206室", Change()),
    ):
        later = now + timedelta(days=day)
        corrected_to(party, address, actor=actor, at=later, change=change)
        read(later)
    present = now_at(party)
    assert present
    assert (present.building.name, present.starts_on) == ("江州市江北区产业大道18号3幢", date(2026, 9, 1))
    former = Occupancy.objects.filter(party=party).exclude(pk=present.pk)
    assert set(former.values_list("is_mistake", "ends_on")) == {(True, None)}


def test_an_undone_import_moved_nobody(
    import_text: Callable[..., Import], read: Callable[..., int], actor: Actor, now: datetime
) -> None:
    row = "企业名称,统一社会信用代码,注册地址\n甲有限公司,91350100M000100Y43,{}\n"
    import_text(row.format("江州市人民路7号"))
    read(now + timedelta(hours=1))
    # A move that holds, and then one that is taken back.
    moved, later = now + timedelta(days=1), now + timedelta(days=2)
    import_text(row.format(f"{HOUSE}1206室"), at=moved)
    read(moved + timedelta(hours=1))
    batch = import_text(row.format("江州市人民路5号"), at=later)
    read(later + timedelta(hours=1))
    party = Party.objects.get()
    assert [one.ends_on for one in Occupancy.objects.order_by("pk")] == [moved.date(), later.date(), None]
    order_undo(actor=actor, at=later, batch=batch, reason="导错")
    take_back(batch.pk, actor=actor, clock=lambda: later + timedelta(hours=2))
    read(later + timedelta(hours=3))
    rows = Occupancy.objects.filter(party=party).order_by("pk").select_related("building")
    assert [(one.building.name[-4:], one.starts_on, one.ends_on, one.is_mistake) for one in rows] == [
        ("民路7号", None, moved.date(), False),
        ("8号3幢", moved.date(), None, True),
        ("民路5号", later.date(), None, True),
        ("8号3幢", moved.date(), None, False),
    ]


def test_entering_a_place_waits_for_whoever_makes_buildings(
    enrol: Enrol, actors: Mapping[str, Actor], now: datetime
) -> None:
    party = enrol("甲有限公司", HOUSE)
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 70009 AND pid = pg_backend_pid()"
    with connection.cursor() as cursor:
        cursor.execute(held)
        assert cursor.fetchone() == (0,)
        details = PlaceDetails(OccupancyRole.STORAGE, "江州市人民路5号2楼")
        add_place(actor=actors["liqiang"], at=now, party=party, details=details)
        cursor.execute(held)
        assert cursor.fetchone() == (1,)


def test_a_move_ends_the_former_place_on_its_day_and_a_mistake_never_was(
    enrol: Enrol, read: Callable[..., int], actor: Actor, now: datetime
) -> None:
    party = enrol("甲有限公司", f"{HOUSE}1206室")
    read()
    later = now + timedelta(days=9)
    moved = Change(ChangeNature.CHANGE, changed_on=date(2026, 11, 25))
    corrected_to(party, f"{HOUSE}301室", actor=actor, at=later, change=moved)
    read(later)
    former, present = Occupancy.objects.filter(party=party).order_by("pk")
    assert (former.ends_on, former.is_mistake) == (date(2026, 11, 25), False)
    assert present.starts_on == date(2026, 11, 25)
    much_later = later + timedelta(days=1)
    corrected_to(party, f"{HOUSE}302室", actor=actor, at=much_later, change=Change())
    read(much_later)
    wrong, right = Occupancy.objects.filter(party=party).order_by("pk")[1:]
    assert wrong.is_mistake
    assert wrong.ends_on is None
    # What was right all along has been so since the move.
    assert right.starts_on == date(2026, 11, 25)


def test_another_spelling_of_the_same_door_moves_nobody(
    enrol: Enrol, read: Callable[..., int], actor: Actor, now: datetime
) -> None:
    party = enrol("甲有限公司", f"{HOUSE}1206室")
    read()
    change_enterprise(actor=actor, at=now, party_id=party.pk, changes={"address": f"{HOUSE} 1206"})
    assert read() == 1
    assert Occupancy.objects.filter(party=party).count() == 1


def test_a_hand_correction_outlives_the_next_reading_but_not_the_next_address(
    enrol: Enrol, read: Callable[..., int], actors: Mapping[str, Actor], actor: Actor, now: datetime
) -> None:
    text = "江州市江北区沙河镇创新港A座16楼"
    party = enrol("甲有限公司", text)
    read()
    at = text.index("创新港")
    marks = [
        (Kind.CITY, 0, 3),
        (Kind.PLACE, at, at + 3),
        (Kind.BUILDING, at + 3, at + 5),
        (Kind.FLOOR, at + 5, at + 8),
    ]
    correct_reading(actor=actors["liqiang"], at=now, party=party, marks=marks, reason="现场核对")
    place, reading = now_at(party), AddressReading.objects.get(party=party)
    assert place
    assert place.building.key == "江州市|创新港|A幢"
    assert not place.is_derived
    assert reading.confidence == 1
    party.refresh_from_db()
    assert address_of(party).by_hand
    # Nothing waits to be read, however often the job runs.
    assert read() == 0
    assert AddressReading.objects.get(party=party).marks
    change_enterprise(actor=actor, at=now, party_id=party.pk, changes={"address": f"{HOUSE}1206室"})
    assert read() == 1
    moved, reading = now_at(party), AddressReading.objects.get(party=party)
    assert moved
    assert moved.is_derived
    assert reading.marks is None


def test_marks_that_overlap_are_refused_in_words(
    enrol: Enrol, actors: Mapping[str, Actor], now: datetime
) -> None:
    party = enrol("甲有限公司", HOUSE)
    marks = [(Kind.CITY, 0, 3), (Kind.ROAD, 2, 5)]
    with pytest.raises(WrongPlace, match="重叠"):
        correct_reading(actor=actors["liqiang"], at=now, party=party, marks=marks, reason="核对")
    with pytest.raises(Refused):
        correct_reading(actor=actors["wuting"], at=now, party=party, marks=[], reason="不是她的客户")


def test_persons_addresses_stay_out_of_buildings(
    staff: dict[str, User], units: dict[str, Unit], read: Callable[..., int], actor: Actor, now: datetime
) -> None:
    whole = registration(manager=staff["liqiang"])
    person = register_person(actor=actor, at=now, unit=units["YW1"], registration=whole)
    assert read() == 0
    details = PlaceDetails(OccupancyRole.LIVING, f"{HOUSE}1206室")
    with pytest.raises(WrongPlace, match="受保护"):
        add_place(actor=actor, at=now, party=person, details=details)
    assert not Occupancy.objects.exists()


def test_where_somebody_lives_is_refused_of_a_sole_trader_too(
    staff: dict[str, User],
    units: dict[str, Unit],
    actors: Mapping[str, Actor],
    actor: Actor,
    now: datetime,
) -> None:
    shop = EnterpriseDetails(name="甲小吃店", address="江州市人民路5号")
    whole = Registration(shop, manager=staff["liqiang"], kind=PartyKind.SOLE_TRADER)
    trader = register_enterprise(actor=actor, at=now, unit=units["YW1"], registration=whole)
    details = PlaceDetails(OccupancyRole.LIVING, f"{HOUSE}1206室")
    with pytest.raises(WrongPlace, match="个人住址"):
        add_place(actor=actors["liqiang"], at=now, party=trader, details=details)
    assert not Occupancy.objects.exists()
    assert not Building.objects.exists()
    given = {"role": OccupancyRole.LIVING, "address": HOUSE, "source": RecordSource.CUSTOMER}
    assert "role" in PlaceForm(given).errors
    assert PlaceForm(given | {"role": OccupancyRole.OPERATING}).is_valid()


def test_other_places_are_added_and_ended_and_need_a_building(
    enrol: Enrol, read: Callable[..., int], actors: Mapping[str, Actor], now: datetime
) -> None:
    party, by = enrol("甲有限公司", HOUSE), actors["liqiang"]
    read()
    with pytest.raises(WrongPlace, match="没有写到门牌号或楼栋"):
        add_place(actor=by, at=now, party=party, details=PlaceDetails(OccupancyRole.STORAGE, "江州市人民路"))
    with pytest.raises(WrongPlace, match="更正登记信息"):
        add_place(actor=by, at=now, party=party, details=PlaceDetails(OccupancyRole.REGISTERED, HOUSE))
    details = PlaceDetails(OccupancyRole.STORAGE, "江州市人民路5号2楼", starts_on=date(2026, 1, 1))
    made = add_place(actor=by, at=now, party=party, details=details)
    with pytest.raises(WrongPlace, match="已经登记"):
        add_place(actor=by, at=now, party=party, details=details)
    visit: dict[str, Any] = {
        "actor": by,
        "at": now,
        "party": party,
        "building": made.building,
        "note": "仓库在用",
    }
    note_visit(**visit, visited_on=date(2026, 11, 1))
    with pytest.raises(WrongPlace, match="不能晚于今天"):
        note_visit(**visit, visited_on=date(2027, 1, 1))
    with pytest.raises(WrongPlace, match="不能晚于今天"):
        end_place(
            actor=by, at=now, party=party, occupancy_id=made.pk, ending=Ending("搬走", date(2027, 1, 1))
        )
    end_place(actor=by, at=now, party=party, occupancy_id=made.pk, ending=Ending("搬走", date(2026, 11, 1)))
    made.refresh_from_db()
    assert made.ends_on == date(2026, 11, 1)
    # The registered place is the machine's, and stands.
    assert now_at(party)


def test_what_the_machine_read_keeps_no_imported_customer(
    import_text: Callable[..., Import], read: Callable[..., int], actor: Actor, now: datetime
) -> None:
    batch = import_text(f"企业名称,统一社会信用代码,注册地址\n甲有限公司,91350100M000100Y43,{HOUSE}1206室\n")
    assert read() == 1
    assert Occupancy.objects.count() == 1
    order_undo(actor=actor, at=now, batch=batch, reason="导错")
    take_back(batch.pk, actor=actor, clock=lambda: now)
    assert not Party.objects.exists()
    assert not AddressReading.objects.exists()
    assert not Occupancy.objects.exists()


def test_a_hand_correction_keeps_the_imported_customer(
    import_text: Callable[..., Import], read: Callable[..., int], actor: Actor, now: datetime
) -> None:
    batch = import_text(f"企业名称,统一社会信用代码,注册地址\n甲有限公司,91350100M000100Y43,{HOUSE}1206室\n")
    read()
    correct_reading(actor=actor, at=now, party=Party.objects.get(), marks=[(Kind.CITY, 0, 3)], reason="核对")
    order_undo(actor=actor, at=now, batch=batch, reason="导错")
    take_back(batch.pk, actor=actor, clock=lambda: now)
    assert Party.objects.count() == 1


@pytest.mark.shared_data
def test_the_register_is_read_to_the_level_that_the_engine_reaches(
    shared_data: Path, units: dict[str, Unit], actor: Actor, now: datetime, read: Callable[..., int]
) -> None:
    with gzip.open(shared_data / "registry" / "enterprises.csv.gz", "rt", encoding="utf-8") as file:
        rows = [row for _n, row in zip(range(2400), csv.DictReader(file), strict=False)]
    column = next(name for name in rows[0] if "地址" in name)
    texts = [row[column].strip()[:400] for row in rows]
    with writing():
        made = Party.objects.bulk_create(
            [Party(number=f"C{n}", name=f"企业{n}", created_at=now) for n in range(len(texts))]
        )
        Enterprise.objects.bulk_create(
            [
                Enterprise(party=one, address=text, updated_at=now)
                for one, text in zip(made, texts, strict=True)
            ]
        )
    assert [read(), read(), read()] == [CHUNK, len([t for t in texts if t]) - CHUNK, 0]
    wanted = Counter(int(parse(text).level) for text in texts if text)
    assert Counter(AddressReading.objects.values_list("level", flat=True)) == wanted
    assert Occupancy.objects.count() == sum(bool(parse(text).building_key) for text in texts if text)
