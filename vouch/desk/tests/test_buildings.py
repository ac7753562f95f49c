"""楼栋: figures against a count by hand, nobody shown who may not be seen, the elevation, shared addresses, the round."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from vouch.business.models import Guarantee
from vouch.desk.queries.buildings import (
    CHURN_DAYS,
    BuildingLine,
    BuildingsWanted,
    book_total,
    building_lines,
)
from vouch.desk.queries.elevation import MOST_SLICES, elevation
from vouch.desk.queries.occupants import occupants
from vouch.desk.queries.search import search
from vouch.desk.queries.shared import route, shared_addresses
from vouch.desk.terms import SearchKind
from vouch.desk.tests.conftest import SignedIn
from vouch.parties.actions import (
    Change,
    EnterpriseDetails,
    Registration,
    correct_enterprise,
    merge_parties,
    register_enterprise,
    undo_merge,
)
from vouch.parties.actions.addresses import read_addresses
from vouch.parties.actions.places import PlaceDetails, add_place, note_visit
from vouch.parties.actions.sites import (
    LimitDetails,
    appoint_stewards,
    describe_building,
    join_buildings,
    limit_building,
    open_site,
)
from vouch.parties.models import Building, Party
from vouch.parties.queries.sites import left_after, names_of
from vouch.parties.terms import ChangeNature, OccupancyRole, SiteKind
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db

TOWER = "江州市江北区产业大道18号3栋"
TODAY = date(2026, 11, 20)
House = Callable[..., Party]


@pytest.fixture
def house(staff: dict[str, User], units: dict[str, Unit], actor: Actor, now: datetime) -> House:
    """Register a firm at an address, read it, and give it a guarantee."""

    def housed(name: str, address: str, *, balance: int = 0, manager: str = "liqiang", **more: Any) -> Party:
        late, industry = more.get("late", 0), more.get("industry", "C3311")
        details = EnterpriseDetails(name=name, address=address, industry_code=industry)
        whole = Registration(details, manager=staff[manager])
        unit = staff[manager].unit
        party = register_enterprise(actor=actor, at=now, unit=unit, registration=whole)
        read_addresses(actor=actor, at=now)
        if balance:
            with writing():
                Guarantee.objects.create(
                    number=f"DB{party.pk}", party=party, contract_amount=balance, debt_balance=balance, as_of=TODAY,
                    state="in_force", counted_on=TODAY, overdue_days=late, recorded_at=now, updated_at=now,
                )  # fmt: skip
        return party

    return housed


def tower() -> Building:
    return Building.objects.get(key="江州市|江北区|产业大道|18号|3幢")


def line_of(actor: Actor, *, least: int = 1) -> BuildingLine:
    (line,) = building_lines(
        actor, BuildingsWanted(text="产业大道", least=least), today=TODAY, book=book_total(actor)
    )
    return line


def test_the_figures_of_a_building_are_those_counted_by_hand(
    house: House, actors: Mapping[str, Actor], now: datetime
) -> None:
    house("甲有限公司", f"{TOWER}301室", balance=1_000_000, industry="C3311")
    house("乙有限公司", f"{TOWER}302室", balance=3_000_000, industry="C1711", late=12)
    house("丙有限公司", f"{TOWER}302室", industry="F5137")
    house("丁有限公司", f"{TOWER}302室", industry="F5211")
    house("戊有限公司", "江州市人民路5号", balance=4_000_000)
    line = line_of(actors["wangfang"])
    assert (line.customers, line.hidden, line.guaranteed, line.marked) == (4, 0, 2, 1)
    assert (line.balance, line.largest) == (Decimal(4_000_000), Decimal(3_000_000))
    assert (line.book_rate, line.largest_rate) == (Decimal("0.5"), Decimal("0.75"))
    # Two of section C and two of section F: (1/2)² + (1/2)².
    assert line.industry_hhi == Decimal("0.5")
    assert line.most_at_door == 3
    limit_building(
        actor=actors["chenjing"],
        at=now,
        building=tower(),
        details=LimitDetails("控制", Decimal(5_000_000), 1),
    )
    # Two customers with guarantees where one was to be.
    assert line_of(actors["wangfang"]).limit_rate == 2


def test_the_search_finds_the_buildings_of_whom_one_sees(
    house: House, actors: Mapping[str, Actor], now: datetime
) -> None:
    house("甲有限公司", f"{TOWER}301室")
    house("乙有限公司", "江州市产业大道18号3栋301室")
    house("丙有限公司", "江州市江北区产业大道20号5栋", manager="wuting")
    second = Building.objects.get(key="江州市|产业大道|18号|3幢")
    join_buildings(actor=actors["chenjing"], at=now, building=second, canonical=tower(), reason="同一栋")

    def found(who: str, text: str) -> list[str]:
        groups = search(actors[who], text, most=5, only=SearchKind.BUILDING)
        return [hit.title for group in groups for hit in group.hits]

    assert found("liqiang", "产业大道 3幢") == [tower().name]
    assert found("liqiang", "产业大道") == [tower().name]
    assert len(found("wangfang", "产业大道")) == 2
    assert found("wuting", "18号") == []
    assert found("wangfang", "道") == []
    assert found("wangfang", "%大道") == []


def test_a_merged_record_and_a_second_name_count_once(
    house: House, actors: Mapping[str, Actor], actor: Actor, now: datetime
) -> None:
    one = house("甲有限公司", f"{TOWER}301室", balance=1_000_000)
    again = house("甲公司", "江州市产业大道18号3栋301室", balance=500_000)
    house("乙有限公司", f"{TOWER}302室")
    merge_parties(actor=actor, at=now, party=again, canonical=one, reason="同一户")
    second = Building.objects.get(key="江州市|产业大道|18号|3幢")
    join_buildings(actor=actors["chenjing"], at=now, building=second, canonical=tower(), reason="同一栋")
    line = line_of(actors["wangfang"])
    assert (line.pk, line.customers, line.balance) == (tower().pk, 2, Decimal(1_500_000))
    there = occupants(actors["wangfang"], names_of(tower()))
    assert {(row.party.name, row.balance) for row in there} == {
        ("甲有限公司", Decimal(1_500_000)), ("乙有限公司", Decimal(0)),
    }  # fmt: skip


def test_moves_within_ninety_days_are_told(
    house: House, signed_in: SignedIn, actors: Mapping[str, Actor], actor: Actor, now: datetime
) -> None:
    house("甲有限公司", f"{TOWER}301室")
    for name, days in (("乙有限公司", 20), ("丙有限公司", 200)):
        party = house(name, "江州市人民路5号")
        party.refresh_from_db()
        change = Change(ChangeNature.CHANGE, changed_on=TODAY - timedelta(days=days))
        details = EnterpriseDetails(name=name, address=f"{TOWER}40{days // 100}室")
        correct_enterprise(actor=actor, at=now, party=party, details=details, reason="变更", change=change)
    read_addresses(actor=actor, at=now)
    assert (line_of(actors["wangfang"]).entered, line_of(actors["wangfang"]).left) == (1, 0)
    # Nobody is there now, so the list has no line of it; its page still tells who left.
    assert building_lines(actors["wangfang"], BuildingsWanted(text="人民路", least=0), today=TODAY) == []
    page = signed_in("wangfang").get(Building.objects.get(key="江州市|人民路|5号").get_absolute_url())
    assert [party.name for party, _row in page.context["left"]] == ["乙有限公司"]


def test_a_move_from_one_door_to_another_leaves_nobody_out_and_brings_nobody_in(
    house: House, signed_in: SignedIn, actors: Mapping[str, Actor], actor: Actor, now: datetime
) -> None:
    house("留守有限公司", f"{TOWER}301室")
    stays, leaves, again = (house(f"{name}有限公司", f"{TOWER}60{n}室") for n, name in enumerate("乙丙丁"))
    edge = TODAY - timedelta(days=CHURN_DAYS)
    for party, address, day in (
        (stays, f"{TOWER}701室", TODAY - timedelta(days=20)),
        (leaves, "江州市人民路5号", TODAY - timedelta(days=20)),
        (again, "江州市人民路5号", TODAY - timedelta(days=10)),
        (house("界日有限公司", f"{TOWER}801室"), "江州市人民路6号", edge),
    ):
        party.refresh_from_db()
        change = Change(ChangeNature.CHANGE, changed_on=day)
        details = EnterpriseDetails(name=party.name, address=address)
        correct_enterprise(actor=actor, at=now, party=party, details=details, reason="变更", change=change)
    read_addresses(actor=actor, at=now)
    merge_parties(actor=actor, at=now, party=again, canonical=leaves, reason="同一户")
    line = line_of(actors["wangfang"])
    assert (line.customers, line.entered, line.left) == (2, 0, 1)
    left = left_after(actors["wangfang"], names_of(tower()), edge)
    assert [(party.name, row.ends_on) for party, row in left] == [("丙有限公司", TODAY - timedelta(days=10))]


def test_the_last_fen_beyond_a_limit_is_beyond_it(
    house: House, actors: Mapping[str, Actor], now: datetime
) -> None:
    house("甲有限公司", f"{TOWER}301室", balance=10_000_100)
    for most, is_over in ((10_000_000, True), (10_000_100, False)):
        limit = LimitDetails("控制", Decimal(most))
        limit_building(actor=actors["chenjing"], at=now, building=tower(), details=limit)
        assert line_of(actors["wangfang"]).limit_rate == 1
        found = building_lines(actors["wangfang"], BuildingsWanted(least=1, only="over"), today=TODAY)
        assert [line.pk for line in found] == [tower().pk] * is_over


def test_a_door_of_joined_buildings_is_one_door(
    house: House, signed_in: SignedIn, actors: Mapping[str, Actor], now: datetime
) -> None:
    for number in range(2):
        house(f"第{number}有限公司", f"{TOWER}1605室")
    house("第二有限公司", "江州市产业大道18号3栋1605室")
    second = Building.objects.get(key="江州市|产业大道|18号|3幢")
    join_buildings(actor=actors["chenjing"], at=now, building=second, canonical=tower(), reason="同一栋")
    assert line_of(actors["wangfang"]).most_at_door == 3
    (door,) = shared_addresses(actors["wangfang"], by="door", least=3)
    assert (door.building_id, door.door, door.customers) == (tower().pk, "1605", 3)
    page = signed_in("wangfang").get(tower().get_absolute_url())
    assert "已知 1 间有客户" in page.content.decode()


def test_a_visit_to_a_joined_building_is_noted_at_the_one_that_stands(
    house: House, signed_in: SignedIn, actors: Mapping[str, Actor], now: datetime
) -> None:
    house("甲有限公司", f"{TOWER}301室")
    party = house("乙有限公司", "江州市产业大道18号3栋302室")
    second = Building.objects.get(key="江州市|产业大道|18号|3幢")
    join_buildings(actor=actors["chenjing"], at=now, building=second, canonical=tower(), reason="同一栋")
    client = signed_in("liqiang")
    panel = client.get(f"/customers/{party.pk}/building/").content.decode()
    (link,) = re.findall(r'href="([^"]*/visits/new/[^"]*)"', panel)
    assert client.get(link).context["form"]["building"].value() == tower().pk
    assert link.endswith(f"?building={tower().pk}")


def test_a_place_of_work_behind_the_registered_door_is_no_other_place(
    house: House, actors: Mapping[str, Actor], actor: Actor, now: datetime
) -> None:
    same, next_door, unknown, _nobody = (house(f"第{n}有限公司", f"{TOWER}1605室") for n in range(4))
    for party, address in ((same, f"{TOWER}1605室"), (next_door, f"{TOWER}301室"), (unknown, TOWER)):
        details = PlaceDetails(OccupancyRole.OPERATING, address)
        add_place(actor=actor, at=now, party=party, details=details)
    for by in ("door", "building"):
        (line,) = shared_addresses(actors["wangfang"], by=by, least=3)
        assert (line.customers, line.elsewhere, line.alone) == (4, 1, 3)


def test_different_doors_that_stand_in_one_place_of_the_drawing_are_said_to_be(
    house: House, actors: Mapping[str, Actor]
) -> None:
    for number in range(MOST_SLICES + 1):
        house(f"第{number}有限公司", f"{TOWER}1206{'A' * (number % 2)}室")
        house(f"同址{number}有限公司", f"{TOWER}1207室")
    drawn = elevation(occupants(actors["wangfang"], [tower().pk]))
    (several,), (one,) = drawn.storeys[0].cells
    assert several.label.startswith(f"1206 等 2 间共 {MOST_SLICES + 1} 户")
    assert several.url == "#occupants"
    assert one.label.startswith(f"1207 共 {MOST_SLICES + 1} 户")
    assert one.url.startswith("#door-")


def test_nobody_is_shown_whom_they_may_not_see(
    house: House,
    staff: dict[str, User],
    units: dict[str, Unit],
    signed_in: SignedIn,
    actors: Mapping[str, Actor],
    now: datetime,
) -> None:
    house("甲有限公司", f"{TOWER}301室", balance=1_000_000)
    house("乙密有限公司", f"{TOWER}1688室", balance=2_000_000, manager="wuting")
    page = signed_in("liqiang").get(tower().get_absolute_url()).content.decode()
    assert "甲有限公司" in page
    assert "乙密" not in page
    assert "1688" not in page
    # An account manager is told of no sum over others either.
    assert "无权查看的主体" not in page
    limit = LimitDetails("控制", Decimal(2_000_000))
    limit_building(actor=actors["chenjing"], at=now, building=tower(), details=limit)
    mine = line_of(actors["liqiang"])
    # Half of what is there would make the limit look half used.
    assert (mine.balance, mine.limit_rate) == (Decimal(1_000_000), None)
    assert line_of(actors["wangfang"]).limit_rate == Decimal("1.5")
    with writing():
        User.objects.filter(username="wangfang").update(scope="unit", unit=units["YW1"])
    staff["wangfang"].refresh_from_db()
    page = signed_in("wangfang").get(tower().get_absolute_url()).content.decode()
    assert "另有 1 个无权查看的主体" in page
    assert "乙密" not in page
    assert "1688" not in page
    assert "300.00" in page


def test_a_building_without_anybody_in_sight_is_not_there(house: House, signed_in: SignedIn) -> None:
    house("乙有限公司", TOWER, manager="wuting")
    client = signed_in("liqiang")
    assert client.get(tower().get_absolute_url()).status_code == 404
    assert "产业大道" not in client.get("/buildings/?least=1").content.decode()


def test_the_list_the_page_and_the_panel_ask_as_much_for_one_customer_as_for_forty(
    house: House, signed_in: SignedIn
) -> None:
    client = signed_in("wangfang")
    first = house("第0有限公司", f"{TOWER}101室", balance=1_000_000)
    urls = ("/buildings/?least=1", tower().get_absolute_url(), f"/customers/{first.pk}/building/",
            "/buildings/shared/?least=2", "/buildings/industries/", "/parties/addresses/")  # fmt: skip

    def asked() -> list[int]:
        counts = []
        for url in urls:
            assert client.get(url).status_code == 200
            with CaptureQueriesContext(connection) as found:
                client.get(url)
            counts.append(len(found))
        return counts

    before = asked()
    for number in range(1, 40):
        house(f"第{number}有限公司", f"{TOWER}{number // 4 + 1}0{number % 4 + 1}室", balance=1000 * number)
    assert asked() == before


def test_the_elevation_has_floors_from_the_top_and_doors_above_one_another(
    house: House, actors: Mapping[str, Actor]
) -> None:
    for number, door in enumerate(("301室", "302室", "501室", "负一层", "", "12室")):
        house(f"第{number}有限公司", f"{TOWER}{door}", balance=1_000_000 * number)
    for number in range(MOST_SLICES + 1):
        house(f"同址{number}有限公司", f"{TOWER}502室")
    drawn = elevation(occupants(actors["wangfang"], [tower().pk]))
    assert [storey.title for storey in drawn.storeys] == ["5层", "4层", "3层", "2层", "1层", "负1层"]
    assert drawn.columns == ["", "01", "02"]
    (fifth, empty, third) = (drawn.storeys[0], drawn.storeys[1], drawn.storeys[2])
    assert [len(cell) for cell in third.cells] == [0, 1, 1]
    assert [len(cell) for cell in empty.cells] == [0, 0, 0]
    together = fifth.cells[2][0]
    assert (together.letter, together.count) == (f"{MOST_SLICES + 1}户", MOST_SLICES + 1)
    # One whose door has no floor and one without a door stand beside.
    assert len(drawn.unplaced) == 2
    assert drawn.largest == Decimal(5_000_000)
    heights = [cell[0].fill for cell in third.cells if cell]
    assert heights == sorted(heights)


def test_addresses_that_many_share_are_listed_with_what_speaks_of_shells(
    house: House, actors: Mapping[str, Actor], actor: Actor, now: datetime
) -> None:
    here = [
        house(f"第{number}有限公司", f"{TOWER}1605室", balance=(number == 0) * 9_000) for number in range(4)
    ]
    house("独门有限公司", f"{TOWER}301室")
    details = PlaceDetails(OccupancyRole.OPERATING, "江州市人民路5号")
    add_place(actor=actor, at=now, party=here[1], details=details)
    (door,) = shared_addresses(actors["wangfang"], by="door", least=3)
    assert (door.door, door.customers, door.elsewhere, door.alone, door.guaranteed) == ("1605", 4, 1, 2, 1)
    (whole,) = shared_addresses(actors["wangfang"], by="building", least=3)
    assert (whole.customers, whole.door) == (5, "")
    assert shared_addresses(actors["wuting"], by="door", least=2) == []


def test_the_round_goes_up_the_building_and_says_who_was_visited(
    house: House,
    signed_in: SignedIn,
    actors: Mapping[str, Actor],
    staff: dict[str, User],
    actor: Actor,
    now: datetime,
) -> None:
    made = {door: house(f"{door}有限公司", f"{TOWER}{door}室") for door in ("501", "301", "302")}
    house("别人的有限公司", f"{TOWER}401室", manager="wuting")
    by = actors["liqiang"]
    appoint_stewards(actor=actors["chenjing"], at=now, buildings=[tower()], user=staff["liqiang"])
    note_visit(actor=by, at=now, party=made["302"], building=tower(), visited_on=TODAY, note="正常营业")
    stops = route(by, staff["liqiang"].pk)
    assert [stop.occupant.party.name for stop in stops] == ["301有限公司", "302有限公司", "501有限公司"]
    assert [stop.visit_note for stop in stops] == ["", "正常营业", ""]
    # A visit noted of a record that is merged afterwards is of the customer; the newest counts.
    again = house("301公司", "江州市人民路5号")
    note_visit(actor=by, at=now, party=again, building=tower(), visited_on=TODAY, note="并入前走访")
    earlier = TODAY - timedelta(days=90)
    note_visit(actor=by, at=now, party=made["301"], building=tower(), visited_on=earlier, note="更早")
    assert route(by, staff["liqiang"].pk)[0].visit_note == "更早"
    merge_parties(actor=actor, at=now, party=again, canonical=made["301"], reason="同一户")
    assert route(by, staff["liqiang"].pk)[0].visit_note == "并入前走访"
    undo_merge(actor=actor, at=now, party=again, canonical=made["301"], reason="不是")
    late = route(by, staff["liqiang"].pk, unvisited_since=TODAY - timedelta(days=30))
    assert [stop.occupant.party.name for stop in late] == ["301有限公司", "501有限公司"]
    sent = b"".join(signed_in("liqiang").get("/buildings/walk/?export=xlsx"))
    rows = CalamineWorkbook.from_filelike(BytesIO(sent)).get_sheet_by_index(0).to_python()
    assert any("302有限公司" in row for row in rows)
    assert not any("别人的有限公司" in row for row in rows)


def test_the_forms_about_a_building_are_answered(
    house: House, signed_in: SignedIn, staff: dict[str, User], now: datetime
) -> None:
    party, client = house("甲有限公司", f"{TOWER}301室"), signed_in("chenjing")
    base = f"/parties/buildings/{tower().pk}"
    assert client.post("/parties/sites/new/", {"kind": SiteKind.PARK, "name": "江北园"}).status_code == 302
    client.post(f"{base}/steward/", {"user": staff["liqiang"].pk})
    client.post(f"{base}/limit/", {"max_balance": "500", "reason": "控制"})
    page = client.get(tower().get_absolute_url()).content.decode()
    assert "负责人 李强" in page
    assert "500.00" in page
    assert client.post(f"{base}/limit/", {"reason": "取消"}).status_code == 302
    assert client.post(f"{base}/join/", {"into": "没有这栋", "reason": "试"}).status_code == 422
    text = f"{TOWER}301室"
    pieces = ("江州市|市", "江北区|区县", "产业大道|道路", "18号|门牌号", "3栋|楼栋", "301室|房间")
    data = {"piece-TOTAL_FORMS": len(pieces), "piece-INITIAL_FORMS": len(pieces), "reason": "现场核对"}
    for number, piece in enumerate(pieces):
        data[f"piece-{number}-text"], data[f"piece-{number}-kind"] = piece.split("|")
    assert "".join(one.split("|")[0] for one in pieces) == text
    address = f"/parties/{party.pk}/address/"
    assert client.get(address).status_code == 200
    assert client.post(address, data | {"piece-0-text": "江州"}).status_code == 422
    assert client.post(address, data).status_code == 302
    assert "人工标注" in client.get(f"/customers/{party.pk}/building/").content.decode()
    visit = {"building": tower().pk, "visited_on": "2020-01-01", "note": "在营"}
    assert client.post(f"/parties/{party.pk}/visits/new/", visit).status_code == 302
    assert "在营" in client.get(f"/customers/{party.pk}/building/").content.decode()


def test_industries_are_counted_over_all_buildings_and_for_a_site(
    house: House, signed_in: SignedIn, actors: Mapping[str, Actor], now: datetime
) -> None:
    for number in range(3):
        house(f"第{number}有限公司", f"{TOWER}30{number}室", industry="C3311", balance=1_000_000)
    house("商贸有限公司", "江州市人民路5号", industry="F5137")
    by = actors["chenjing"]
    site = open_site(actor=by, at=now, kind=SiteKind.PARK, name="江北园")
    describe_building(actor=by, at=now, building=tower(), site=site, unit_total=None)
    client = signed_in("wangfang")

    def told(query: str = "") -> list[list[Any]]:
        listing = client.get(f"/buildings/industries/{query}").context["listing"]
        return [[cell.value for cell in cells][:4] for cells in listing.lines]

    assert told() == [["制造业", 3, 1, Decimal("3000000.00")], ["批发和零售业", 1, 1, Decimal(0)]]
    assert told(f"?site={site.pk}") == [["制造业", 3, 1, Decimal("3000000.00")]]
