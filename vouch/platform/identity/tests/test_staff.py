"""Units, staff and how far they see."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from vouch.platform.identity.actions import StaffDetails, appoint_staff, open_unit, rename_unit, set_password
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.queries import (
    UnknownUnit,
    account_managers,
    actor_of,
    head_office,
    unit_named,
    units_below,
)
from vouch.platform.identity.terms import Role, Scope
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.queries import history_of
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


def test_a_fresh_installation_has_a_head_office_and_only_one() -> None:
    assert head_office().name == "总部"
    with writing(), pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.create(code="HQ2", name="另一个总部", parent=None)


def test_a_unit_is_found_by_code_by_name_and_by_default(units: dict[str, Unit]) -> None:
    assert unit_named("YW1") == unit_named("业务一部") == units["YW1"]
    assert unit_named("") == unit_named("HQ") == head_office()


def test_an_unknown_unit_is_answered_with_those_there_are(units: dict[str, Unit]) -> None:
    with pytest.raises(UnknownUnit, match="没有编码或名称为“三部”的机构.*YW1（业务一部）"):
        unit_named("三部")


def test_only_the_installation_appoints_staff_by_itself(
    actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    details = StaffDetails(username="new", name="新人", unit=head_office(), roles=[Role.CASHIER])
    for username in ("liqiang", "zhoujie"):
        with pytest.raises(Refused):
            appoint_staff(actor=actors[username], at=now, details=details)
    user = appoint_staff(actor=actor, at=now, details=details)
    assert not user.has_usable_password()
    [entry] = history_of("user", user.pk)
    assert entry.after is not None
    assert entry.after["roles"] == ["cashier"]


def test_the_ledger_keeps_no_password(actor: Actor, now: datetime, staff: dict[str, User]) -> None:
    set_password(actor=actor, at=now, user=staff["liqiang"], password="correct horse battery")
    assert staff["liqiang"].check_password("correct horse battery")
    [entry] = history_of("user", staff["liqiang"].pk)
    assert "horse" not in str(entry.after) + str(entry.before)


def test_two_names_that_differ_in_case_alone_cannot_both_sign_in(
    actor: Actor, now: datetime, staff: dict[str, User]
) -> None:
    details = StaffDetails(username="LiQiang", name="冒名", unit=head_office(), roles=[Role.CASHIER])
    with pytest.raises(IntegrityError), transaction.atomic():
        appoint_staff(actor=actor, at=now, details=details)


def test_scope_by_unit_and_below_reaches_every_level(
    units: dict[str, Unit], staff: dict[str, User], actor: Actor, now: datetime
) -> None:
    team = open_unit(actor=actor, at=now, code="YW1A", name="一部一组", parent=units["YW1"])
    assert units_below(units["YW1"].pk) == {units["YW1"].pk, team.pk}
    assert actor_of(staff["zhaomin"]).unit_ids == {units["YW1"].pk, team.pk}
    assert units_below(head_office().pk) >= {unit.pk for unit in units.values()} | {team.pk}


def test_renaming_a_unit_leaves_the_old_name_in_the_ledger(
    actor: Actor, now: datetime, units: dict[str, Unit]
) -> None:
    rename_unit(actor=actor, at=now, unit=units["YW2"], name="小微业务部")
    [entry] = history_of("unit", units["YW2"].pk)
    assert (entry.before, entry.after) == ({"name": "业务二部"}, {"name": "小微业务部"})


def test_the_system_has_every_role_and_sees_everything() -> None:
    actor = system_actor("import")
    assert actor.has_role(Role.ADMIN)
    assert actor.scope == Scope.ALL


def test_managers_are_those_who_may_look_after_customers(staff: dict[str, User]) -> None:
    assert {user.username for user in account_managers()} == {"liqiang", "zhaomin", "wuting"}


class TestTheCommandLine:
    def test_it_opens_the_first_account_with_a_password_for_one_sign_in(
        self, head_office: Unit, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("staff", "appoint", "heyan", "--name", "何岩", "--role", "admin", "--scope", "all")
        said = capsys.readouterr().out
        user = User.objects.get(username="heyan")
        assert user.check_password(said.strip().rsplit("：", 1)[1])
        events = [entry.event for entry in history_of("user", user.pk)]
        assert "identity.user.appointed" in events
        assert {entry.actor_id for entry in history_of("user", user.pk)} == {"system:staff"}
        call_command("staff", "list")
        assert "heyan\t何岩\t总部\t系统管理员\t全部\t在用" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("liqiang", "--name", "又一个", "--role", "admin"), "已被使用"),
            (("LIQIANG", "--name", "又一个", "--role", "admin"), "已被使用"),
            (("x", "--name", "两手", "--role", "cashier", "--role", "committee"), "不能兼任"),
            (("x", "--name", "无处", "--role", "admin", "--unit", "火星"), "没有编码或名称为“火星”的机构"),
        ],
    )
    def test_what_cannot_be_is_said_in_chinese_and_opens_nothing(
        self, staff: dict[str, User], arguments: tuple[str, ...], said: str
    ) -> None:
        before = User.objects.count()
        with pytest.raises(CommandError, match=said):
            call_command("staff", "appoint", *arguments)
        assert User.objects.count() == before
