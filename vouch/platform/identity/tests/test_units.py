"""The tree of units: opened, renamed, moved by two persons, closed when empty, and never a circle."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from vouch.platform.identity.actions import (
    Wish,
    WrongUnit,
    approve_change,
    close_unit,
    open_unit,
    rename_unit,
    request_change,
)
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.queries import actor_of, unit_tree, units_below
from vouch.platform.identity.queries import units as open_units
from vouch.platform.identity.terms import ChangeKind, Role, Scope
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.queries import history_of
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


@pytest.fixture
def second_admin(head_office: Unit, now: datetime) -> Actor:
    user = User(
        username="heyan", name="何岩", unit=head_office, roles=[Role.ADMIN], scope=Scope.ALL, joined_at=now
    )
    user.set_unusable_password()
    with writing():
        user.save()
    return actor_of(user)


def move(unit: Unit, parent: Unit) -> Wish:
    return Wish(kind=ChangeKind.MOVE_UNIT, reason="组织调整", unit=unit, parent=parent)


def test_a_unit_moves_when_two_persons_want_it_and_reaches_change_with_it(
    units: dict[str, Unit],
    staff: dict[str, User],
    actors: dict[str, Actor],
    second_admin: Actor,
    now: datetime,
) -> None:
    change = request_change(actor=actors["zhoujie"], at=now, wish=move(units["YW2"], units["YW1"]))
    assert actor_of(staff["zhaomin"]).unit_ids == {units["YW1"].pk}
    approve_change(actor=second_admin, at=now, change=change)
    assert actor_of(staff["zhaomin"]).unit_ids == {units["YW1"].pk, units["YW2"].pk}
    [entry] = history_of("unit", units["YW2"].pk)
    assert (entry.before, entry.after) == ({"parent": "HQ"}, {"parent": "YW1"})


def test_the_tree_takes_no_circle_neither_when_asked_nor_when_approved(
    units: dict[str, Unit], actors: dict[str, Actor], second_admin: Actor, head_office: Unit, now: datetime
) -> None:
    with pytest.raises(WrongUnit, match="不能成为它的上级"):
        request_change(actor=actors["zhoujie"], at=now, wish=move(units["YW1"], units["YW1"]))
    with pytest.raises(WrongUnit, match="总部没有上级机构"):
        request_change(actor=actors["zhoujie"], at=now, wish=move(head_office, units["YW1"]))
    # Each of the two is fine by itself; the second one to be approved would close the circle.
    one = request_change(actor=actors["zhoujie"], at=now, wish=move(units["YW1"], units["YW2"]))
    other = request_change(actor=actors["zhoujie"], at=now, wish=move(units["YW2"], units["YW1"]))
    approve_change(actor=second_admin, at=now, change=one)
    with pytest.raises(WrongUnit, match="不能成为它的上级"):
        approve_change(actor=second_admin, at=now, change=other)
    assert units_below(units["YW2"].pk) == {units["YW1"].pk, units["YW2"].pk}
    with writing(), pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(pk=units["FK"].pk).update(parent=units["FK"])


def test_a_code_is_used_once_whatever_its_case(
    units: dict[str, Unit], actors: dict[str, Actor], head_office: Unit, now: datetime
) -> None:
    with pytest.raises(WrongUnit, match="编码“yw1”已被使用"):
        open_unit(actor=actors["zhoujie"], at=now, code="yw1", name="又一个", parent=head_office)


def test_an_empty_unit_is_closed_and_offered_no_more(
    units: dict[str, Unit], actors: dict[str, Actor], head_office: Unit, now: datetime
) -> None:
    fresh = open_unit(actor=actors["zhoujie"], at=now, code="YW3", name="业务三部", parent=head_office)
    close_unit(actor=actors["zhoujie"], at=now, unit=fresh)
    close_unit(actor=actors["zhoujie"], at=now, unit=fresh)
    assert fresh not in open_units()
    assert len(history_of("unit", fresh.pk)) == 2
    with pytest.raises(WrongUnit, match="已撤销"):
        open_unit(
            actor=actors["zhoujie"], at=now, code="YW4", name="四部", parent=Unit.objects.get(pk=fresh.pk)
        )


def test_a_unit_with_people_or_units_is_not_closed(
    units: dict[str, Unit], staff: dict[str, User], actors: dict[str, Actor], head_office: Unit, now: datetime
) -> None:
    with pytest.raises(WrongUnit, match="在用账户 1"):
        close_unit(actor=actors["zhoujie"], at=now, unit=units["YW2"])
    with pytest.raises(WrongUnit, match="总部不能撤销"):
        close_unit(actor=actors["zhoujie"], at=now, unit=head_office)


def test_the_tree_is_told_from_the_top_with_its_people(
    units: dict[str, Unit], staff: dict[str, User]
) -> None:
    assert [(branch.unit.code, branch.depth, branch.staff_count) for branch in unit_tree()] == [
        ("HQ", 0, 3), ("FK", 1, 1), ("YW1", 1, 2), ("YW2", 1, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["liqiang", "zhaomin", "chenjing", "sunlei"])
def test_only_administrators_touch_the_tree(
    by: str, units: dict[str, Unit], actors: dict[str, Actor], now: datetime
) -> None:
    with pytest.raises(Refused):
        rename_unit(actor=actors[by], at=now, unit=units["YW1"], name="改名")
    with pytest.raises(Refused):
        close_unit(actor=actors[by], at=now, unit=units["YW2"])
