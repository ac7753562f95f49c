"""Which floor an address leads to, what stands on the door, and which doors stand above one another."""

from __future__ import annotations

import pytest

from vouch.engine.address import Door, door_of, parse

HOUSE = "江州市江北区产业大道18号3栋"


@pytest.mark.parametrize(
    ("behind", "door"),
    [
        ("1206室", Door(12, "1206", "06")),
        ("306室", Door(3, "306", "06")),
        ("一单元701", Door(7, "1单元701", "1单元|01")),
        ("三层", Door(3, "3层", "")),
        ("3、4层", Door(3, "3,4层", "")),
        ("负一层12号", Door(-1, "12", "12")),
        ("2楼215号", Door(2, "215", "15")),
        # A number that does not begin with the storey that is written is no room of its kind.
        ("2楼508号", Door(2, "508", "508")),
        ("七楼702-703", Door(7, "702-703", "02")),
        ("12室", Door(None, "12", "12")),
        # Five digits say nothing of a storey by themselves.
        ("12345室", Door(None, "12345", "12345")),
        ("003室", Door(None, "3", "3")),
    ],
)
def test_a_door_has_its_floor_its_label_and_its_column(behind: str, door: Door) -> None:
    assert door_of(parse(HOUSE + behind)) == door


@pytest.mark.parametrize("text", ["江州市人民路", "江州市江北区", HOUSE, "江州市人民路三楼", ""])
def test_what_comes_no_nearer_than_a_building_has_no_door(text: str) -> None:
    assert door_of(parse(text)) is None


def test_doors_above_one_another_are_in_one_column() -> None:
    columns = {door.column for floor in range(1, 30) if (door := door_of(parse(f"{HOUSE}{floor}07室")))}
    assert columns == {"07"}
