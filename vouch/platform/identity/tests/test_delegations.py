"""Standing in for somebody: with a lead's consent, for so many days, never passed on, and over at midnight."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from vouch.platform.identity.actions import (
    Absence,
    WrongDelegation,
    arrange_delegation,
    consent_delegation,
    end_delegation,
)
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Delegation, Unit, User
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.terms import Role, Scope
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.testing import writing

CHINA = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2026, 11, 23), date(2026, 11, 27)

Away = Callable[..., Delegation]


@pytest.fixture
def people(staff: dict[str, User], units: dict[str, Unit], now: datetime) -> dict[str, User]:
    """The cast, with a second and a third account manager in 业务一部."""
    found = dict(staff)
    for username, name in (("fanlin", "范琳"), ("gaoyuan", "高远")):
        user = User(
            username=username,
            name=name,
            unit=units["YW1"],
            roles=[Role.ACCOUNT_MANAGER],
            scope=Scope.OWN,
            joined_at=now,
        )
        user.set_unusable_password()
        with writing():
            user.save()
        found[username] = user
    return found


@pytest.fixture
def away(people: dict[str, User], now: datetime) -> Away:
    """李强 is away, 范琳 stands in, as 李强 asks; or as is said."""

    def arranged(
        principal: str = "liqiang", delegate: str = "fanlin", *, by: str = "", starts_on: date = FIRST,
        ends_on: date = LAST,
    ) -> Delegation:  # fmt: skip
        absence = Absence(people[delegate], starts_on, ends_on, "休假")
        actor = actor_of(people[by or principal], at=now)
        return arrange_delegation(actor=actor, at=now, principal=people[principal], absence=absence)

    return arranged


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=CHINA)


def stands_in(people: dict[str, User], moment: datetime, username: str = "fanlin") -> list[str]:
    actor = actor_of(people[username], at=moment)
    return [user.username for user in people.values() if user.pk in actor.delegators]


@pytest.mark.django_db
class TestDays:
    def test_it_holds_from_midnight_to_midnight_in_shanghai(
        self, away: Away, people: dict[str, User]
    ) -> None:
        away(by="zhaomin")
        assert stands_in(people, at(FIRST, 0) - timedelta(seconds=1)) == []
        assert stands_in(people, at(FIRST, 0)) == ["liqiang"]
        assert stands_in(people, at(LAST, 23, 59, 59)) == ["liqiang"]
        assert stands_in(people, at(LAST, 23, 59, 59) + timedelta(seconds=1)) == []

    def test_the_ledgers_label_says_for_whom(self, away: Away, people: dict[str, User]) -> None:
        away(by="zhaomin")
        assert actor_of(people["fanlin"], at=at(FIRST, 9)).label == "范琳（业务一部，代李强）"
        assert actor_of(people["fanlin"], at=at(LAST, 9) + timedelta(days=1)).label == "范琳（业务一部）"

    @pytest.mark.parametrize(
        ("starts_on", "ends_on", "fault"),
        [
            (date(2026, 11, 19), LAST, "不能早于今天"),
            (LAST, FIRST, "截止日期不能早于起始日期"),
            (FIRST, FIRST + timedelta(days=60), "最长 60 天"),
        ],
    )
    def test_days_that_make_no_sense_are_refused(
        self, away: Away, starts_on: date, ends_on: date, fault: str
    ) -> None:
        with pytest.raises(WrongDelegation, match=fault):
            away(starts_on=starts_on, ends_on=ends_on)


@pytest.mark.django_db
class TestConsent:
    def test_asked_for_by_the_absent_it_waits_for_a_lead(
        self, away: Away, people: dict[str, User], now: datetime
    ) -> None:
        delegation = away()
        assert stands_in(people, at(FIRST, 9)) == []
        for username in ("liqiang", "fanlin", "wuting", "wangfang", "zhoujie"):
            with pytest.raises(Refused):
                consent_delegation(actor=actor_of(people[username], at=now), at=now, delegation=delegation)
        consent_delegation(actor=actor_of(people["zhaomin"], at=now), at=now, delegation=delegation)
        assert stands_in(people, at(FIRST, 9)) == ["liqiang"]

    def test_a_lead_who_is_to_stand_in_does_not_consent(
        self, away: Away, people: dict[str, User], now: datetime
    ) -> None:
        delegation = away(delegate="zhaomin")
        with pytest.raises(Refused):
            consent_delegation(actor=actor_of(people["zhaomin"], at=now), at=now, delegation=delegation)
        arranged = away("fanlin", "zhaomin", by="zhaomin")
        assert arranged.consented_at is None

    def test_a_lead_of_another_branch_arranges_nothing(self, away: Away) -> None:
        with pytest.raises(Refused):
            away("wuting", "fanlin", by="zhaomin")

    def test_ended_early_it_is_over_at_once_and_stays_so(
        self, away: Away, people: dict[str, User], now: datetime
    ) -> None:
        delegation = away(by="zhaomin")
        with pytest.raises(Refused):
            end_delegation(actor=actor_of(people["gaoyuan"], at=now), at=now, delegation=delegation)
        end_delegation(actor=actor_of(people["fanlin"], at=now), at=now, delegation=delegation)
        assert stands_in(people, at(FIRST, 9)) == []
        with pytest.raises(WrongDelegation, match="已经结束"):
            consent_delegation(actor=actor_of(people["zhaomin"], at=now), at=now, delegation=delegation)


@pytest.mark.django_db
class TestWho:
    def test_only_within_one_office(self, away: Away) -> None:
        with pytest.raises(WrongDelegation, match="不属同一部位"):
            away(delegate="wangfang")

    def test_not_oneself(self, away: Away) -> None:
        with pytest.raises(WrongDelegation, match="不能是被代理人本人"):
            away(delegate="liqiang")

    def test_outside_the_offices_only_among_the_same_roles(self, away: Away) -> None:
        with pytest.raises(WrongDelegation, match="不属同一部位"):
            away("zhoujie", "sunlei")

    def test_nobody_passes_it_on_and_nobody_closes_the_circle(self, away: Away) -> None:
        away(by="zhaomin")
        with pytest.raises(WrongDelegation, match="不能再转托他人"):
            away("fanlin", "gaoyuan")
        with pytest.raises(WrongDelegation, match="不能再转托他人"):
            away("fanlin", "liqiang")
        with pytest.raises(WrongDelegation, match="本人也缺勤"):
            away("gaoyuan", "liqiang")
        with pytest.raises(WrongDelegation, match="已有人代理"):
            away("liqiang", "gaoyuan")
        # After it is over, they may.
        away("fanlin", "gaoyuan", starts_on=LAST + timedelta(days=1), ends_on=LAST + timedelta(days=2))

    def test_it_ends_with_the_account_of_either_and_with_a_change_of_office(
        self, away: Away, people: dict[str, User]
    ) -> None:
        away(by="zhaomin")
        with writing():
            User.objects.filter(pk=people["liqiang"].pk).update(is_active=False)
        assert stands_in(people, at(FIRST, 9)) == []
        with writing():
            User.objects.filter(pk=people["liqiang"].pk).update(is_active=True, roles=[Role.CASHIER])
        assert stands_in(people, at(FIRST, 9)) == []

    def test_many_delegators_cost_one_question(self, people: dict[str, User], away: Away) -> None:
        away(by="zhaomin")
        away("gaoyuan", "fanlin", by="zhaomin")
        actor = actor_of(people["fanlin"], at=at(FIRST, 9))
        assert actor.own_ids == {people[name].pk for name in ("fanlin", "liqiang", "gaoyuan")}
        assert actor.label == "范琳（业务一部，代李强、高远）"


@pytest.mark.django_db(transaction=True)
def test_two_who_delegate_to_one_another_at_the_same_moment_make_no_circle(
    people: dict[str, User], now: datetime
) -> None:
    def arrange(pair: tuple[str, str]) -> str:
        principal, delegate = (people[name] for name in pair)
        try:
            arrange_delegation(
                actor=actor_of(people["zhaomin"], at=now),
                at=now,
                principal=principal,
                absence=Absence(delegate, FIRST, LAST, "休假"),
            )
        except WrongDelegation:
            return "refused"
        finally:
            connection.close()
        return "arranged"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(arrange, [("liqiang", "fanlin"), ("fanlin", "liqiang")]))
    assert sorted(outcomes) == ["arranged", "refused"]


def test_the_actor_is_worked_out_from_the_day_it_is_told(
    away: Away, people: dict[str, User], actors: dict[str, Actor]
) -> None:
    assert actors["liqiang"].own_ids == {people["liqiang"].pk}
