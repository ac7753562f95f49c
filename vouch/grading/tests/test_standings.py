"""Where customers stand, what moved, and who sees it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from vouch.grading import queries
from vouch.grading.actions import assess_customers, assess_party
from vouch.grading.models import Standing
from vouch.grading.terms import Direction
from vouch.grading.tests.conftest import AS_OF, Firms, Sells
from vouch.parties.models import Party
from vouch.platform.exchange.actions import order_undo
from vouch.platform.exchange.running import import_files, take_back
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db

SIGN_IN = "allauth.account.auth_backends.AuthenticationBackend"


def test_a_standing_says_what_it_was_before_and_which_way_it_moved(
    policy: PolicyVersion, firms: Firms, sells: Sells, actor: Actor, now: datetime
) -> None:
    party = firms("起落企业")
    moved = []
    for step, (monthly, as_of) in enumerate(
        [(0, date(2019, 6, 30)), (30_000, date(2019, 9, 30)), (2_000_000, AS_OF), (0, date(2021, 6, 30))]
    ):
        if monthly:
            sells(party, monthly=monthly, months=6, buyers=4, until=as_of)
        assess_party(actor=actor, at=now + timedelta(days=step), party_id=party.pk, as_of=as_of)
        standing = Standing.objects.get(party=party)
        moved.append((standing.direction, standing.previous_grade, standing.grade))
    assert [direction for direction, _, _ in moved] == [
        Direction.NEW, Direction.GAINED, Direction.UP, Direction.DOWN,
    ]  # fmt: skip
    assert moved[2][1] == moved[1][2]
    assert moved[3][2] == "C"


def test_a_confirmed_grade_keeps_the_day_on_which_it_moved(
    policy: PolicyVersion, firms: Firms, actor: Actor, now: datetime
) -> None:
    party = firms("稳定企业", monthly=100_000)
    assess_party(actor=actor, at=now, party_id=party.pk, as_of=AS_OF)
    later = now + timedelta(days=9)
    assess_party(actor=actor, at=later, party_id=party.pk, as_of=AS_OF + timedelta(days=1))
    standing = Standing.objects.get(party=party)
    assert (standing.direction, standing.changed_at, standing.assessed_at) == (Direction.NEW, now, later)


def test_a_look_back_is_kept_in_the_history_and_moves_no_standing(
    policy: PolicyVersion, firms: Firms, actor: Actor, now: datetime
) -> None:
    party = firms("回看企业", monthly=100_000)
    current = assess_party(actor=actor, at=now, party_id=party.pk, as_of=AS_OF)
    back = assess_party(actor=actor, at=now, party_id=party.pk, as_of=date(2019, 6, 30))
    assert Standing.objects.get(party=party).assessment == current
    assert set(queries.assessments_of(party.pk)) == {current, back}
    assert list(queries.later_standings(date(2019, 6, 30))) == [Standing.objects.get(party=party)]


def test_the_book_counts_everybody_once(
    policy: PolicyVersion, book_of_firms: list[Party], firms: Firms, actor: Actor, now: datetime
) -> None:
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    firms("新来企业")
    found = queries.book(actor)
    assert (found.graded, found.knocked_out, found.insufficient, found.not_assessed, found.total) == (
        4,
        1,
        1,
        1,
        7,
    )
    assert sum(line.count for line in found.by_grade) == 5
    assert sum(line.count for line in found.by_class) == 6
    assert [line.key for line in found.by_class] == ["优质", "一般", "高风险", ""]
    assert found.limit == sum(line.limit for line in found.by_grade) > 0


def test_the_book_takes_two_queries_whatever_its_size(
    policy: PolicyVersion, firms: Firms, actor: Actor, now: datetime
) -> None:
    for number in range(3):
        firms(f"第{number}企业", monthly=20_000, months=2)
        assess_customers(actor=actor, at=now, as_of=AS_OF)
        with CaptureQueriesContext(connection) as asked:
            queries.book(actor)
        assert len(asked) == 2


def test_changes_are_listed_with_the_latest_first_and_first_assessments_are_none(
    policy: PolicyVersion, firms: Firms, sells: Sells, actor: Actor, now: datetime
) -> None:
    parties = [firms(f"第{number}企业", monthly=3_000, months=6) for number in range(3)]
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    assert not queries.recent_changes(actor, since=now).exists()
    for step, party in enumerate(parties[:2], start=1):
        sells(party, monthly=800_000, months=12, buyers=8, until=AS_OF)
        assess_party(actor=actor, at=now + timedelta(hours=step), party_id=party.pk, as_of=AS_OF)
    changes = queries.recent_changes(actor, since=now)
    assert [standing.party for standing in changes] == [parties[1], parties[0]]
    assert {standing.direction for standing in changes} == {Direction.UP}


def test_nobody_sees_a_standing_of_somebody_elses_customer(
    policy: PolicyVersion,
    firms: Firms,
    units: dict[str, Unit],
    staff: dict[str, User],
    actors: dict[str, Actor],
    actor: Actor,
    now: datetime,
    client: Client,
) -> None:
    own = firms("李强的客户", unit=units["YW1"], manager=staff["liqiang"], monthly=50_000)
    foreign = firms("吴婷的客户", unit=units["YW2"], manager=staff["wuting"], monthly=50_000)
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    expected = {"liqiang": [own], "zhaomin": [own], "wuting": [foreign], "wangfang": [own, foreign]}
    for name, parties in expected.items():
        found = queries.standings_visible_to(actors[name]).order_by("party")
        assert [standing.party for standing in found] == parties
        assert queries.book(actors[name]).total == len(parties)
    client.force_login(staff["liqiang"], backend=SIGN_IN)
    assert client.get(f"/assessments/{queries.assessments_of(own.pk)[0].pk}/").status_code == 200
    assert client.get(f"/assessments/{queries.assessments_of(foreign.pk)[0].pk}/").status_code == 404


def test_the_page_of_a_decision_shows_why_and_that_it_replays(
    policy: PolicyVersion,
    book_of_firms: list[Party],
    staff: dict[str, User],
    actor: Actor,
    now: datetime,
    client: Client,
) -> None:
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    client.force_login(staff["wangfang"], backend=SIGN_IN)
    for party in book_of_firms:
        row = queries.assessments_of(party.pk)[0]
        page = client.get(row.get_absolute_url()).content.decode()
        assert "结果与存档逐位一致" in page
        assert row.reasons[0] in page
        assert "style=" not in page
    assert "已完成" in client.get("/assessments/").content.decode()


def test_a_customer_judged_on_what_an_import_changed_stays_when_it_is_undone(
    policy: PolicyVersion, head_office: Unit, actor: Actor, now: datetime, tmp_path: Path
) -> None:
    path, batches = tmp_path / "名单.csv", []
    for day, address in enumerate(("一路1号", "二路2号")):
        rows = f"企业名称,统一社会信用代码,注册地址\n甲有限公司,91350100M000100Y43,福州市{address}\n乙有限公司,914403001922038216,深圳市{address}\n"
        path.write_text(rows, "utf-8")
        at = now + timedelta(days=day)
        batches.append(
            import_files("enterprises", {"file": path}, unit=head_office, actor=actor, clock=lambda at=at: at)  # type: ignore[misc]
        )
    judged, other = Party.objects.order_by("pk")
    assess_party(actor=actor, at=now + timedelta(days=2), party_id=judged.pk, as_of=AS_OF)
    order_undo(actor=actor, at=now, batch=batches[1], reason="导错")
    take_back(batches[1].pk, actor=actor, clock=lambda: now + timedelta(days=3))
    judged.enterprise.refresh_from_db()
    other.enterprise.refresh_from_db()
    assert (judged.enterprise.address, other.enterprise.address) == ("福州市二路2号", "深圳市一路1号")
    assert [one.reason for one in batches[1].kept_records.filter(table_name="parties_party")] == [
        "之后已评级"
    ]
