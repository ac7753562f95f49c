"""Buildings by hand: joined and parted, put into sites, stewarded and limited; and who sees which of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.actions.addresses import WrongPlace, read_addresses
from vouch.parties.actions.sites import (
    LimitDetails,
    appoint_stewards,
    describe_building,
    join_buildings,
    limit_building,
    open_site,
    part_buildings,
)
from vouch.parties.models import Building, BuildingLimit, Party, Steward
from vouch.parties.queries.sites import (
    alike,
    building_of,
    buildings_visible_to,
    limit_of,
    names_of,
    occupants_of,
    stewarded_by,
    units_visible_to,
)
from vouch.parties.terms import SiteKind
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused

pytestmark = pytest.mark.django_db

ADDRESSES = {
    "甲": ("liqiang", "YW1", "江州市江北区产业大道18号3栋1206室"),
    "乙": ("wuting", "YW2", "江州市江北区产业大道18号3栋301室"),
    "丙": ("liqiang", "YW1", "江州市产业大道18号3栋"),
    "丁": ("wuting", "YW2", "江州市人民路5号"),
}


@pytest.fixture
def firms(staff: dict[str, User], units: dict[str, Unit], actor: Actor, now: datetime) -> dict[str, Party]:
    found = {}
    for name, (manager, unit, address) in ADDRESSES.items():
        details = EnterpriseDetails(name=f"{name}有限公司", address=address)
        whole = Registration(details, manager=staff[manager])
        found[name] = register_enterprise(actor=actor, at=now, unit=units[unit], registration=whole)
    read_addresses(actor=actor, at=now)
    return found


def of(key: str) -> Building:
    return Building.objects.get(key=f"江州市|{key}")


def test_a_building_is_seen_by_whoever_sees_somebody_in_it(
    firms: dict[str, Party], actors: Mapping[str, Actor]
) -> None:
    house, road = of("江北区|产业大道|18号|3幢"), of("人民路|5号")
    assert building_of(actors["wuting"], road.pk) == road
    assert building_of(actors["liqiang"], road.pk) is None
    assert building_of(actors["wangfang"], road.pk) == road
    seen = occupants_of(actors["liqiang"], names_of(house))
    assert [row.party.name for row in seen] == ["甲有限公司"]
    # Nor is the door known behind which the other one is.
    assert set(units_visible_to(actors["liqiang"]).values_list("label", flat=True)) == {"1206"}


def test_a_building_by_another_name_is_joined_and_parted_without_moving_a_row(
    firms: dict[str, Party], actors: Mapping[str, Actor], now: datetime
) -> None:
    by = actors["chenjing"]
    house, second = of("江北区|产业大道|18号|3幢"), of("产业大道|18号|3幢")
    assert alike(by, second) == [house]
    # 吴婷 sees 乙 in the one building and nobody in the other.
    assert not buildings_visible_to(actors["wuting"]).filter(pk=second.pk).exists()
    join_buildings(actor=by, at=now, building=second, canonical=house, reason="同一栋")
    assert {row.party.name for row in occupants_of(by, names_of(house))} == {
        "甲有限公司",
        "乙有限公司",
        "丙有限公司",
    }
    assert alike(by, house) == []
    again: dict[str, Any] = {"actor": by, "at": now, "reason": "再来"}
    with pytest.raises(WrongPlace, match="已经是同一栋"):
        join_buildings(**again, building=second, canonical=house)
    with pytest.raises(WrongPlace, match="反过来"):
        join_buildings(**again, building=house, canonical=of("人民路|5号"))
    part_buildings(actor=by, at=now, building=second, reason="不是")
    assert {row.party.name for row in occupants_of(by, names_of(house))} == {"甲有限公司", "乙有限公司"}
    with pytest.raises(WrongPlace, match="没有并入"):
        part_buildings(actor=by, at=now, building=second, reason="不是")


def test_a_building_with_a_limit_or_a_steward_does_not_go_silently(
    firms: dict[str, Party], actors: Mapping[str, Actor], staff: dict[str, User], now: datetime
) -> None:
    by = actors["chenjing"]
    house, second = of("江北区|产业大道|18号|3幢"), of("产业大道|18号|3幢")
    given: dict[str, Any] = {"actor": by, "at": now}
    joining = given | {"building": second, "canonical": house, "reason": "同一栋"}
    limit_building(**given, building=second, details=LimitDetails("控制", None, 3))
    with pytest.raises(WrongPlace, match="先取消它的限额"):
        join_buildings(**joining)
    limit_building(**given, building=second, details=None)
    appoint_stewards(**given, buildings=[second], user=staff["liqiang"])
    with pytest.raises(WrongPlace, match="负责人改为不指定"):
        join_buildings(**joining)
    appoint_stewards(**given, buildings=[second], user=None)
    # The one that stays may have both.
    limit_building(**given, building=house, details=LimitDetails("控制", None, 3))
    appoint_stewards(**given, buildings=[house], user=staff["liqiang"])
    join_buildings(**joining)
    joined = "已并入“江州市江北区产业大道18号3幢”"
    with pytest.raises(WrongPlace, match=joined):
        limit_building(**given, building=second, details=LimitDetails("控制", None, 5))
    with pytest.raises(WrongPlace, match=joined):
        appoint_stewards(**given, buildings=[second], user=staff["wuting"])
    with pytest.raises(WrongPlace, match=joined):
        describe_building(**given, building=second, site=None, unit_total=12)
    assert not BuildingLimit.objects.filter(building=second, ends_on=None).exists()
    second.refresh_from_db()
    assert second.unit_total is None


def test_only_those_who_answer_for_buildings_they_see_change_them(
    firms: dict[str, Party], actors: Mapping[str, Actor], now: datetime
) -> None:
    road, house = of("人民路|5号"), of("江北区|产业大道|18号|3幢")
    with pytest.raises(Refused):
        join_buildings(actor=actors["liqiang"], at=now, building=road, canonical=house, reason="他不能")
    # A head of department, of a branch that has nobody in that building.
    with pytest.raises(Refused, match="没有您可以查看"):
        join_buildings(actor=actors["zhaomin"], at=now, building=road, canonical=house, reason="看不到")
    with pytest.raises(Refused):
        limit_building(actor=actors["zhaomin"], at=now, building=house, details=LimitDetails("不能", None, 3))


def test_sites_stewards_and_limits_have_a_history(
    firms: dict[str, Party], actors: Mapping[str, Actor], staff: dict[str, User], now: datetime
) -> None:
    by, house = actors["chenjing"], of("江北区|产业大道|18号|3幢")
    site = open_site(actor=by, at=now, kind=SiteKind.PARK, name="江北产业园")
    with pytest.raises(WrongPlace, match="已有名称"):
        open_site(actor=by, at=now, kind=SiteKind.PARK, name="江北产业园")
    describe_building(actor=by, at=now, building=house, site=site, unit_total=240)
    house.refresh_from_db()
    assert (house.site, house.unit_total) == (site, 240)
    for name in ("liqiang", "liqiang", "wuting"):
        appoint_stewards(actor=by, at=now, buildings=[house], user=staff[name])
    assert [(row.user.username, row.ends_on is None) for row in Steward.objects.order_by("pk")] == [
        ("liqiang", False), ("wuting", True),
    ]  # fmt: skip
    assert stewarded_by(by, staff["wuting"].pk) == [house]
    # Being the steward shows nobody more than they see anyway.
    assert stewarded_by(actors["zhaomin"], staff["liqiang"].pk) == []
    tight = LimitDetails("先控制总量", Decimal("5000000.00"), 20)
    limit_building(actor=actors["wangfang"], at=now, building=house, details=tight)
    later = now + timedelta(days=1)
    limit_building(actor=by, at=later, building=house, details=LimitDetails("放宽", Decimal("8000000.00")))
    limit = limit_of(house)
    assert limit
    assert limit.max_balance == Decimal("8000000.00")
    limit_building(actor=by, at=later, building=house, details=None)
    assert limit_of(house) is None
    assert BuildingLimit.objects.count() == 2
    with pytest.raises(WrongPlace, match="至少填写一项"):
        limit_building(actor=by, at=later, building=house, details=LimitDetails("空"))
