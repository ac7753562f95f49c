"""Rights change by two persons: never by one, never by whom they are for, never on what is no longer so."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from vouch.platform.identity.actions import (
    NotWaiting,
    Rights,
    Wish,
    WrongRights,
    approve_change,
    refuse_change,
    request_change,
    set_password,
    suspend_account,
    withdraw_change,
)
from vouch.platform.identity.actions.rights import _change, _close
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.holdings import Holding, holdings, register_holding
from vouch.platform.identity.models import RightsChange, Unit, User
from vouch.platform.identity.permissions import may_unmask
from vouch.platform.identity.queries import actor_of, changes_in, sides, waiting_changes
from vouch.platform.identity.terms import ChangeKind, ChangeState, FieldClass, Role, Scope, roles_fault
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.queries import history_of
from vouch.platform.ledger.testing import writing

Asked = Callable[..., RightsChange]


def member(username: str, role: str, unit: Unit, now: datetime) -> User:
    user = User(username=username, name=username, unit=unit, roles=[role], scope=Scope.ALL, joined_at=now)
    user.set_unusable_password()
    with writing():
        user.save()
    return user


@pytest.fixture
def second_admin(head_office: Unit, now: datetime) -> Actor:
    return actor_of(member("heyan", Role.ADMIN, head_office, now))


@pytest.fixture
def ask(staff: dict[str, User], actors: dict[str, Actor], units: dict[str, Unit], now: datetime) -> Asked:
    """周杰 asks that 李强 become a lead of his unit, or whatever else is said."""

    def asked(*, by: str = "zhoujie", at: datetime = now, **changed: Any) -> RightsChange:
        rights = Rights(units["YW1"], [Role.TEAM_LEAD], Scope.UNIT_BELOW)
        wish = Wish(kind=ChangeKind.CHANGE, reason="岗位调整", person=staff["liqiang"], rights=rights)
        return request_change(actor=actors[by], at=at, wish=replace(wish, **changed))

    return asked


@pytest.mark.django_db
class TestTwoPersons:
    def test_nothing_changes_until_a_second_person_approves_and_then_all_at_once(
        self, ask: Asked, second_admin: Actor, staff: dict[str, User], now: datetime
    ) -> None:
        change = ask()
        staff["liqiang"].refresh_from_db()
        assert staff["liqiang"].roles == [Role.ACCOUNT_MANAGER]
        approve_change(actor=second_admin, at=now, change=change)
        staff["liqiang"].refresh_from_db()
        assert (staff["liqiang"].roles, staff["liqiang"].scope) == ([Role.TEAM_LEAD], Scope.UNIT_BELOW)
        [entry] = history_of("user", staff["liqiang"].pk)
        assert entry.event == "identity.user.rights_changed"
        assert (entry.before or {})["roles"] == ["account_manager"]
        assert (entry.after or {})["change"] == change.pk
        assert {row.event for row in history_of("rights_change", change.pk)} == {
            "identity.rights_change.requested",
            "identity.rights_change.approved",
        }

    def test_whoever_asked_does_not_approve(
        self, ask: Asked, actors: dict[str, Actor], now: datetime
    ) -> None:
        change = ask()
        with pytest.raises(Refused, match="申请人和当事人以外"):
            approve_change(actor=actors["zhoujie"], at=now, change=change)
        with pytest.raises(Refused, match="申请人和当事人以外"):
            refuse_change(actor=actors["zhoujie"], at=now, change=change, note="")

    def test_whoever_stands_in_for_the_requester_does_not_approve(
        self, ask: Asked, actors: dict[str, Actor], second_admin: Actor, now: datetime
    ) -> None:
        standing_in = replace(second_admin, delegators=frozenset({actors["zhoujie"].user_id or 0}))
        with pytest.raises(Refused):
            approve_change(actor=standing_in, at=now, change=ask())

    def test_the_person_concerned_does_not_approve(
        self, ask: Asked, second_admin: Actor, head_office: Unit, now: datetime
    ) -> None:
        person = User.objects.get(pk=second_admin.user_id or 0)
        rights = Rights(head_office, [Role.ADMIN], Scope.OWN)
        change = ask(person=person, rights=rights)
        with pytest.raises(Refused):
            approve_change(actor=second_admin, at=now, change=change)

    def test_nobody_asks_for_rights_of_their_own(
        self, ask: Asked, staff: dict[str, User], head_office: Unit
    ) -> None:
        with pytest.raises(Refused, match="不能为本人"):
            ask(person=staff["zhoujie"], rights=Rights(head_office, [Role.CRO], Scope.ALL))

    @pytest.mark.parametrize("by", ["liqiang", "zhaomin", "wangfang", "chenjing", "sunlei"])
    def test_whoever_does_not_administer_asks_for_nothing_and_decides_nothing(
        self, ask: Asked, by: str, actors: dict[str, Actor], now: datetime
    ) -> None:
        with pytest.raises(Refused):
            ask(by=by)
        with pytest.raises(Refused):
            approve_change(actor=actors[by], at=now, change=ask())

    def test_not_even_the_installation_decides_for_people(self, ask: Asked, now: datetime) -> None:
        with pytest.raises(Refused):
            approve_change(actor=system_actor("test"), at=now, change=ask())

    def test_what_carries_a_change_out_runs_for_no_change_that_was_not_approved(
        self, ask: Asked, actors: dict[str, Actor], second_admin: Actor, now: datetime
    ) -> None:
        waiting = ask()
        for actor in (actors["zhoujie"], second_admin, system_actor("test")):
            for carry_out in (_change, _close):
                with pytest.raises(Refused):
                    carry_out(actor=actor, at=now, change=waiting)
        with writing(), pytest.raises(IntegrityError), transaction.atomic():
            RightsChange.objects.update(
                state=ChangeState.APPLIED, decided_by=waiting.requested_by, decided_at=now
            )

    def test_compliance_may_be_the_second_person(
        self, ask: Asked, head_office: Unit, staff: dict[str, User], now: datetime
    ) -> None:
        officer = actor_of(member("linhui", Role.COMPLIANCE, head_office, now))
        approve_change(actor=officer, at=now, change=ask())
        staff["liqiang"].refresh_from_db()
        assert staff["liqiang"].roles == [Role.TEAM_LEAD]


@pytest.mark.django_db
class TestWhatIsNoLongerSo:
    def test_a_person_who_changed_meanwhile_is_not_changed_by_an_old_request(
        self, ask: Asked, second_admin: Actor, staff: dict[str, User], units: dict[str, Unit], now: datetime
    ) -> None:
        change = ask()
        with writing():
            User.objects.filter(pk=staff["liqiang"].pk).update(scope=Scope.UNIT)
        with pytest.raises(NotWaiting, match="现状已经变化"):
            approve_change(actor=second_admin, at=now, change=change)
        refuse_change(actor=second_admin, at=now, change=change, note="已变化")
        assert RightsChange.objects.get().state == ChangeState.REFUSED

    def test_a_request_waits_seven_days_and_then_makes_room(
        self, ask: Asked, second_admin: Actor, now: datetime
    ) -> None:
        change = ask()
        last = now + timedelta(days=7)
        assert waiting_changes(at=last - timedelta(seconds=1)).count() == 1
        with pytest.raises(NotWaiting, match="已过期"):
            approve_change(actor=second_admin, at=last, change=change)
        assert changes_in(ChangeState.EXPIRED, at=last).get() == change
        assert ask(at=last).state == ChangeState.WAITING

    def test_one_request_about_a_person_at_a_time(self, ask: Asked) -> None:
        ask()
        with pytest.raises(WrongRights, match="已有一项待审批的申请"):
            ask()

    def test_a_decided_or_withdrawn_request_is_not_decided_again(
        self, ask: Asked, actors: dict[str, Actor], second_admin: Actor, now: datetime
    ) -> None:
        change = ask()
        with pytest.raises(Refused):
            withdraw_change(actor=second_admin, at=now, change=change)
        withdraw_change(actor=actors["zhoujie"], at=now, change=change)
        for decide in (
            lambda: approve_change(actor=second_admin, at=now, change=change),
            lambda: withdraw_change(actor=actors["zhoujie"], at=now, change=change),
        ):
            with pytest.raises(NotWaiting, match="已撤回"):
                decide()

    def test_the_request_of_somebody_shut_out_meanwhile_does_not_take_effect(
        self, ask: Asked, staff: dict[str, User], second_admin: Actor, now: datetime
    ) -> None:
        change = ask()
        suspend_account(actor=second_admin, at=now, user=staff["zhoujie"], reason="可疑")
        with pytest.raises(NotWaiting, match="申请人的账户已停用"):
            approve_change(actor=second_admin, at=now, change=change)
        # In use again, but no administrator any more.
        with writing():
            User.objects.filter(pk=staff["zhoujie"].pk).update(is_active=True, roles=[Role.CASHIER])
        with pytest.raises(NotWaiting, match="已不在岗"):
            approve_change(actor=second_admin, at=now, change=change)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_approve_at_the_same_moment_one_wins(
    ask: Asked, head_office: Unit, now: datetime, staff: dict[str, User]
) -> None:
    change = ask()
    deciders = [actor_of(member(f"admin{n}", Role.ADMIN, head_office, now)) for n in range(4)]

    def decide(actor: Actor) -> str:
        try:
            approve_change(actor=actor, at=now, change=change)
        except NotWaiting:
            return "late"
        finally:
            connection.close()
        return "approved"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(decide, deciders)) == ["approved", "late", "late", "late"]
    assert len([row for row in history_of("user", staff["liqiang"].pk) if "rights" in row.event]) == 1


@pytest.mark.django_db
class TestComingAndGoing:
    def test_a_newcomer_gets_an_account_without_a_password(
        self, ask: Asked, second_admin: Actor, units: dict[str, Unit], now: datetime
    ) -> None:
        rights = Rights(units["YW2"], [Role.CASHIER], Scope.ALL, [FieldClass.PHONE])
        change = ask(kind=ChangeKind.APPOINT, person=None, username="xuli", name="徐丽", rights=rights)
        assert not User.objects.filter(username="xuli").exists()
        approve_change(actor=second_admin, at=now, change=change)
        user = User.objects.get(username="xuli")
        assert not user.has_usable_password()
        assert may_unmask(actor_of(user), FieldClass.PHONE)
        assert may_unmask(actor_of(user), FieldClass.ACCOUNT)
        assert not may_unmask(actor_of(user), FieldClass.INCOME)
        assert change.pk == RightsChange.objects.get(person=user).pk

    def test_a_name_that_differs_in_case_alone_is_refused_when_asked_and_when_approved(
        self, ask: Asked, second_admin: Actor, units: dict[str, Unit], now: datetime
    ) -> None:
        rights = Rights(units["YW2"], [Role.CASHIER], Scope.ALL)
        with pytest.raises(WrongRights, match="已被使用"):
            ask(kind=ChangeKind.APPOINT, person=None, username="LiQiang", name="冒名", rights=rights)
        change = ask(kind=ChangeKind.APPOINT, person=None, username="xuli", name="徐丽", rights=rights)
        member("XuLi", Role.AUDITOR, units["YW2"], now)
        with pytest.raises(WrongRights, match="已被使用"):
            approve_change(actor=second_admin, at=now, change=change)
        assert RightsChange.objects.get().state == ChangeState.WAITING

    def test_an_account_with_work_in_hand_is_not_closed(
        self, ask: Asked, second_admin: Actor, monkeypatch: pytest.MonkeyPatch, now: datetime
    ) -> None:
        left = {"count": 3}
        # The rooms above are there in this process too, and hold nothing here.
        before = holdings()
        register_holding(
            Holding(
                name="test.files",
                title="档案",
                count=lambda _user_id: left["count"],
                items=lambda _actor, _user_id: [],
                named=lambda _actor, _pks: [],
            )
        )
        change = ask(kind=ChangeKind.CLOSE, rights=None)
        try:
            with pytest.raises(WrongRights, match="名下还有：档案 3。请先办理工作交接"):
                approve_change(actor=second_admin, at=now, change=change)
        finally:
            left["count"] = 0
        assert len(holdings()) == len(before) + 1
        approve_change(actor=second_admin, at=now, change=change)

    def test_a_closed_account_signs_nobody_in_and_its_requests_go_with_it(
        self, ask: Asked, second_admin: Actor, staff: dict[str, User], actor: Actor, now: datetime
    ) -> None:
        set_password(actor=actor, at=now, user=staff["liqiang"], password="was-his-own-2718")
        hash_before = staff["liqiang"].get_session_auth_hash()
        approve_change(actor=second_admin, at=now, change=ask(kind=ChangeKind.CLOSE, rights=None))
        staff["liqiang"].refresh_from_db()
        assert not staff["liqiang"].is_active
        assert staff["liqiang"].closed_at == now
        assert not staff["liqiang"].check_password("was-his-own-2718")
        assert staff["liqiang"].get_session_auth_hash() != hash_before

    def test_opening_an_account_again_takes_two_persons(
        self, ask: Asked, actors: dict[str, Actor], second_admin: Actor, staff: dict[str, User],
        units: dict[str, Unit], now: datetime,
    ) -> None:  # fmt: skip
        suspend_account(actor=actors["zhoujie"], at=now, user=staff["liqiang"], reason="离岗")
        staff["liqiang"].refresh_from_db()
        rights = Rights(units["YW1"], [Role.ACCOUNT_MANAGER], Scope.OWN)
        with pytest.raises(WrongRights, match="已停用"):
            ask(person=staff["liqiang"], rights=rights)
        change = ask(kind=ChangeKind.REOPEN, person=staff["liqiang"], rights=rights)
        assert [side.title for side in sides(change) if side.differs] == ["账户"]
        approve_change(actor=second_admin, at=now, change=change)
        staff["liqiang"].refresh_from_db()
        assert staff["liqiang"].is_active

    def test_nobody_shuts_themselves_out_and_few_shut_others_out(
        self, actors: dict[str, Actor], staff: dict[str, User], now: datetime
    ) -> None:
        for by, whom in (("zhoujie", "zhoujie"), ("chenjing", "liqiang"), ("sunlei", "liqiang")):
            with pytest.raises(Refused):
                suspend_account(actor=actors[by], at=now, user=staff[whom], reason="")


@pytest.mark.parametrize(
    ("roles", "fault"),
    [
        ([], "至少选择一个岗位"),
        ([Role.ACCOUNT_MANAGER, Role.STEWARD], ""),
        ([Role.RISK_REVIEWER, Role.COMMITTEE], ""),
        ([Role.RISK_REVIEWER, Role.ACCOUNT_MANAGER], "“客户经理”属前台，“风险经理”属中台"),
        ([Role.CASHIER, Role.CRO], "不能兼任"),
        ([Role.AUDITOR, Role.CASHIER], "“内审”须单独任职"),
        ([Role.ADMIN, Role.EXECUTIVE], "须单独任职"),
    ],
)
def test_nobody_holds_roles_of_two_offices(roles: list[str], fault: str) -> None:
    found = roles_fault(roles)
    assert fault in found
    assert bool(found) == bool(fault)
