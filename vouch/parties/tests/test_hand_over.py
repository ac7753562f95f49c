"""Customers change hands: all or some, once, and only by whom they are to give; standing in shows them meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from vouch.parties.actions import Duty, EnterpriseDetails, Registration, assign_party, register_enterprise
from vouch.parties.models import Assignment, Party
from vouch.parties.queries import held_count, visible_to
from vouch.platform.identity.actions import (
    Absence,
    WrongHandOver,
    WrongUnit,
    arrange_delegation,
    close_unit,
    hand_over,
)
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import HandOver, HandOverLine, Unit, User
from vouch.platform.identity.queries import actor_of, held_by
from vouch.platform.identity.terms import Role, Scope
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db

ALL = {"parties.manager": None, "parties.second_manager": None}


@pytest.fixture
def fanlin(units: dict[str, Unit], now: datetime) -> User:
    user = User(
        username="fanlin",
        name="范琳",
        unit=units["YW1"],
        roles=[Role.ACCOUNT_MANAGER],
        scope=Scope.OWN,
        joined_at=now,
    )
    user.set_unusable_password()
    with writing():
        user.save()
    return user


@pytest.fixture
def firms(
    staff: dict[str, User], units: dict[str, Unit], fanlin: User, actor: Actor, now: datetime
) -> list[Party]:
    """Three of 李强's: one with nobody beside him, one with 范琳, one of which he is B角 himself."""
    pairs = [
        (staff["liqiang"], None), (staff["liqiang"], fanlin), (staff["zhaomin"], staff["liqiang"]),
    ]  # fmt: skip
    return [
        register_enterprise(
            actor=actor,
            at=now,
            unit=units["YW1"],
            registration=Registration(
                EnterpriseDetails(name=f"移交{place}号"), manager=manager, second_manager=second
            ),
        )
        for place, (manager, second) in enumerate(pairs)
    ]


def present(party: Party) -> tuple[str | None, str | None]:
    row = Assignment.objects.select_related("manager", "second_manager").get(party=party, ends_on=None)
    manager, second = row.manager, row.second_manager
    return manager.name if manager else None, second.name if second else None


def test_everything_goes_over_in_one_go_and_the_account_is_free(
    firms: list[Party], staff: dict[str, User], actors: dict[str, Actor], fanlin: User, now: datetime
) -> None:
    later = now + timedelta(days=3)
    assert held_by(staff["liqiang"].pk) == [("管户（A角）", 2), ("协办（B角）", 1)]
    made = hand_over(
        actor=actors["zhaomin"], at=later, giver=staff["liqiang"], receiver=fanlin, chosen=ALL, reason="离职"
    )
    # Where she was B角 already she is A角 now, and the other place is free.
    assert [present(firm) for firm in firms] == [("范琳", None), ("范琳", None), ("赵敏", "范琳")]
    assert held_by(staff["liqiang"].pk) == []
    assert Assignment.objects.filter(party=firms[0]).order_by("pk").first().ends_on == later.date()  # type: ignore[union-attr]
    assert sorted(made.lines.values_list("holding", "item_id")) == sorted(
        [
            ("parties.manager", firms[0].pk),
            ("parties.manager", firms[1].pk),
            ("parties.second_manager", firms[2].pk),
        ]
    )
    bulk = Entry.objects.filter(event="parties.customers.handed_over")
    assert sorted((entry.bulk or {})["rows"] for entry in bulk) == [1, 2]
    whole = Entry.objects.get(event="identity.hand_over.made")
    assert (whole.bulk or {})["rows"] == 3
    assert whole.purpose == "离职"


def test_some_go_over_and_the_others_stay(
    firms: list[Party], staff: dict[str, User], actors: dict[str, Actor], fanlin: User, now: datetime
) -> None:
    hand_over(
        actor=actors["zhaomin"],
        at=now,
        giver=staff["liqiang"],
        receiver=fanlin,
        # The third one is not his as A角: planted, and not moved.
        chosen={"parties.manager": [firms[0].pk, firms[2].pk]},
        reason="分担",
    )
    assert [present(firm) for firm in firms] == [("范琳", None), ("李强", "范琳"), ("赵敏", "李强")]


def test_a_lead_gives_away_nothing_beyond_reach_and_then_nothing_at_all(
    firms: list[Party],
    staff: dict[str, User],
    actors: dict[str, Actor],
    units: dict[str, Unit],
    fanlin: User,
    actor: Actor,
    now: datetime,
) -> None:
    moved = Duty(units["YW2"], now.date(), manager=staff["liqiang"])
    assign_party(actor=actor, at=now, party=firms[0], duty=moved)
    with pytest.raises(Refused, match="其中 1 户不在您的数据范围内"):
        hand_over(
            actor=actors["zhaomin"],
            at=now,
            giver=staff["liqiang"],
            receiver=fanlin,
            chosen=ALL,
            reason="离职",
        )
    assert held_count(staff["liqiang"].pk, side="manager") == 2
    assert not HandOver.objects.exists()
    assert not HandOverLine.objects.exists()


@pytest.mark.parametrize("by", ["liqiang", "wuting", "zhoujie", "sunlei", "wangfang"])
def test_only_a_lead_hands_over(
    by: str, firms: list[Party], staff: dict[str, User], actors: dict[str, Actor], fanlin: User, now: datetime
) -> None:
    with pytest.raises(Refused):
        hand_over(actor=actors[by], at=now, giver=staff["liqiang"], receiver=fanlin, chosen=ALL, reason="")


@pytest.mark.parametrize(
    ("receiver", "fault"), [("liqiang", "不能是移交人本人"), ("wangfang", "不属同一部位")]
)
def test_the_receiver_is_somebody_else_of_the_same_office(
    receiver: str,
    fault: str,
    firms: list[Party],
    staff: dict[str, User],
    actors: dict[str, Actor],
    now: datetime,
) -> None:
    with pytest.raises(WrongHandOver, match=fault):
        hand_over(
            actor=actors["zhaomin"],
            at=now,
            giver=staff["liqiang"],
            receiver=staff[receiver],
            chosen=ALL,
            reason="离职",
        )


def test_an_empty_choice_is_said_to_be_one(
    firms: list[Party], staff: dict[str, User], actors: dict[str, Actor], fanlin: User, now: datetime
) -> None:
    with pytest.raises(WrongHandOver, match="没有选中"):
        hand_over(
            actor=actors["zhaomin"], at=now, giver=staff["liqiang"], receiver=fanlin, chosen={}, reason="离职"
        )


def test_fifty_cost_as_many_questions_as_one(
    staff: dict[str, User],
    units: dict[str, Unit],
    actors: dict[str, Actor],
    fanlin: User,
    actor: Actor,
    now: datetime,
) -> None:
    def cost(count: int) -> int:
        for place in range(count):
            registration = Registration(EnterpriseDetails(name=f"{count}之{place}"), manager=staff["liqiang"])
            register_enterprise(actor=actor, at=now, unit=units["YW1"], registration=registration)
        with CaptureQueriesContext(connection) as queries:
            hand_over(
                actor=actors["zhaomin"],
                at=now,
                giver=staff["liqiang"],
                receiver=fanlin,
                chosen={"parties.manager": None},
                reason="离职",
            )
        return len(queries)

    assert cost(1) == cost(50)


def test_who_stands_in_sees_the_customers_of_the_absent_and_not_their_units(
    firms: list[Party],
    staff: dict[str, User],
    units: dict[str, Unit],
    actors: dict[str, Actor],
    fanlin: User,
    now: datetime,
) -> None:
    assert set(visible_to(actor_of(fanlin, at=now))) == {firms[1]}
    absence = Absence(fanlin, now.date(), now.date(), "外出")
    arrange_delegation(actor=actors["zhaomin"], at=now, principal=staff["liqiang"], absence=absence)
    assert set(visible_to(actor_of(fanlin, at=now))) == set(firms)
    assert set(visible_to(actor_of(fanlin, at=now + timedelta(days=1)))) == {firms[1]}
    # A lead of another branch who stands in sees the absent one's customers beside those of the own unit.
    lead = staff["wuting"]
    with writing():
        User.objects.filter(pk=lead.pk).update(roles=[Role.TEAM_LEAD], scope=Scope.UNIT)
    lead.refresh_from_db()
    tomorrow = now.date() + timedelta(days=1)
    absence = Absence(lead, tomorrow, tomorrow, "外出")
    arrange_delegation(actor=actors["chenjing"], at=now, principal=staff["liqiang"], absence=absence)
    assert set(visible_to(actor_of(lead, at=now + timedelta(days=1)))) == set(firms)
    assert set(visible_to(actor_of(lead, at=now))) == set()


def test_a_unit_with_customers_is_not_closed(
    firms: list[Party], units: dict[str, Unit], actors: dict[str, Actor], now: datetime
) -> None:
    with pytest.raises(WrongUnit, match="在用账户 3、管户客户 3"):
        close_unit(actor=actors["zhoujie"], at=now, unit=units["YW1"])


class TestThePage:
    @pytest.fixture
    def browser_of(self, staff: dict[str, User]) -> Callable[[str], Client]:
        def sign_in(username: str) -> Client:
            client = Client()
            client.force_login(staff[username], backend="allauth.account.auth_backends.AuthenticationBackend")
            return client

        return sign_in

    def given(self, fanlin: User, **changed: object) -> dict[str, object]:
        data: dict[str, object] = {
            "receiver": fanlin.pk, "reason": "离职", "mode_0": "all", "mode_1": "none",
        }  # fmt: skip
        return {**data, **changed}

    def test_it_lists_what_there_is_and_ends_in_a_receipt(
        self, firms: list[Party], staff: dict[str, User], fanlin: User, browser_of: Callable[[str], Client]
    ) -> None:
        client = browser_of("zhaomin")
        path = reverse("identity:hand_over", args=[staff["liqiang"].pk])
        page = client.get(path).content.decode()
        assert "移交0号" in page
        assert "全部移交（2）" in page
        response = client.post(path, self.given(fanlin, mode_0="some", pick_0=[firms[0].pk]))
        assert response.status_code == 302
        assert [present(firm)[0] for firm in firms] == ["范琳", "李强", "赵敏"]
        receipt = client.get(response["Location"]).content.decode()
        assert "移交0号" in receipt
        assert "移交1号" not in receipt
        # Whoever may read receipts but sees none of the customers reads no names.
        with writing():
            User.objects.filter(pk=staff["zhoujie"].pk).update(scope=Scope.OWN)
        staff["zhoujie"].refresh_from_db()
        hidden = browser_of("zhoujie").get(response["Location"]).content.decode()
        assert "移交0号" not in hidden
        assert "不在您的数据范围内" in hidden
        assert browser_of("liqiang").get(response["Location"]).status_code == 403

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"receiver": ""}, "必填"),
            ({"receiver": "999999"}, "选择一个有效的选项"),
            ({"mode_0": "everything"}, "选择一个有效的选项"),
            ({"mode_0": "some", "pick_0": ["999999"]}, "选择一个有效的选项"),
            ({"mode_0": "some", "pick_0": ["x"]}, "选择一个有效的选项"),
            ({"mode_0": "some"}, "没有选中任何可以移交的事项"),
            ({"reason": ""}, "必填"),
        ],
    )
    def test_a_crafted_or_empty_choice_moves_nothing(
        self,
        changed: dict[str, object],
        said: str,
        firms: list[Party],
        staff: dict[str, User],
        fanlin: User,
        browser_of: Callable[[str], Client],
    ) -> None:
        path = reverse("identity:hand_over", args=[staff["liqiang"].pk])
        response = browser_of("zhaomin").post(path, self.given(fanlin, **changed))
        assert response.status_code == 422
        assert said in response.content.decode()
        assert held_count(staff["liqiang"].pk, side="manager") == 2

    @pytest.mark.parametrize("username", ["liqiang", "wuting", "zhoujie", "sunlei"])
    def test_others_find_no_form(
        self,
        username: str,
        firms: list[Party],
        staff: dict[str, User],
        fanlin: User,
        browser_of: Callable[[str], Client],
    ) -> None:
        path = reverse("identity:hand_over", args=[staff["liqiang"].pk])
        assert browser_of(username).get(path).status_code == 403
        assert browser_of(username).post(path, self.given(fanlin)).status_code == 403
        assert held_count(staff["liqiang"].pk, side="manager") == 2
