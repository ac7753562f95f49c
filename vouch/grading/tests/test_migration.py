"""迁徙矩阵 and what each class cost."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from vouch.grading.forms.migration import MigrationForm
from vouch.grading.queries import class_panel
from vouch.grading.queries.migration import Axis, migration, separated
from vouch.grading.tests.conftest import Firms
from vouch.grading.tests.test_classing import FAIR, GOOD, POOR, Lives, confirmed
from vouch.grading.views.migration import MOVED_THEN
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db


def test_the_matrix_is_what_a_diary_says(
    policy: PolicyVersion, firms: Firms, actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    """Lives of chance (seed 8), each day written down; two days of the diary against two days of the tables."""
    dice = random.Random(8)  # noqa: S311 - lives of chance, not secrets
    began = now
    diary: dict[int, list[str]] = {}
    for number in range(5):
        life = Lives(firms(f"第{number}企业"), policy, began)
        kept = diary.setdefault(life.party.pk, [])
        for _day in range(10):
            life.judged(dice.choice((GOOD, FAIR, POOR)))
            if dice.random() < 0.5:
                confirmed(life, actors["wangfang"])
            kept.append(life.held.risk_class)
    for first, second in ((1, 10), (3, 9), (5, 6)):
        start, end = (timezone.localdate(began + timedelta(days=day)) for day in (first, second))
        found = migration(actor, axis=Axis.CLASS, start=start, end=end)
        expected: dict[tuple[str, str], set[int]] = {}
        for pk, days in diary.items():
            expected.setdefault((days[first - 1], days[second - 1]), set()).add(pk)
        assert {key: set(keys) for key, keys in found.moved.items()} == expected
        assert sum(total for _name, total, _cells in found.rows) == 5 == sum(found.totals)


def test_whoever_had_no_class_yet_comes_from_nowhere(
    policy: PolicyVersion, firms: Firms, actor: Actor, now: datetime
) -> None:
    life = Lives(firms("新企业"), policy, now - timedelta(days=9))
    life.judged(FAIR)
    day = timezone.localdate(life.at)
    found = migration(actor, axis=Axis.CLASS, start=day - timedelta(days=1), end=day)
    assert dict(found.moved) == {("", FAIR): (life.party.pk,)}


def test_a_cell_leads_to_its_customers_and_nobody_sees_another_units(
    policy: PolicyVersion,
    firms: Firms,
    units: dict[str, Unit],
    staff: dict[str, User],
    client: Client,
    now: datetime,
) -> None:
    began = timezone.now() - timedelta(days=9)
    for name, unit, manager in (("李强的客户", "YW1", "liqiang"), ("吴婷的客户", "YW2", "wuting")):
        life = Lives(firms(name, unit=units[unit], manager=staff[manager]), policy, began)
        life.judged(FAIR)
    client.force_login(staff["liqiang"], backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("grading:migration"))
    assert page.context["found"].totals[1] == 1
    url = next(url for _before, _total, cells in page.context["rows"] for _cell, url in cells if url)
    listed = client.get(url).content.decode()
    assert "李强的客户" in listed
    assert "吴婷的客户" not in listed
    wrong = client.get(reverse("grading:migration"), {"start": "20260501", "end": "20260401"})
    assert wrong.status_code == 422
    assert "起始日应早于截止日" in wrong.content.decode()
    assert client.get(reverse("grading:migration"), {"axis": "grade"}).status_code == 200


def test_intervals_are_wilsons_and_a_class_that_does_not_separate_says_so() -> None:
    good, fair, poor = separated([(GOOD, 1000, 10), (FAIR, 1000, 20), (POOR, 1000, 200)])
    # Wilson (1927) at 95 %: 10 of 1000 → 0.544 % to 1.831 %; 200 of 1000 → 17.64 % to 22.59 %.
    assert (round(good.low, 5), round(good.high, 5)) == (0.00544, 0.01831)
    assert (round(poor.low, 4), round(poor.high, 4)) == (0.1764, 0.2259)
    assert (good.overlaps, fair.overlaps, poor.overlaps) == (FAIR, "", "")


def test_an_empty_class_is_nobodys_neighbour() -> None:
    good, fair, poor = separated([(GOOD, 1000, 1), (FAIR, 0, 0), (POOR, 1000, 300)])
    assert (good.overlaps, fair.overlaps, poor.overlaps) == ("", "", "")
    assert fair.rate is None


def test_an_inspection_of_a_period_sees_nothing_of_the_present(
    policy: PolicyVersion, firms: Firms, actors: dict[str, Actor], now: datetime
) -> None:
    life = Lives(firms("某企业"), policy, now)
    life.judged(GOOD)
    life.day = 20
    life.judged(POOR)
    confirmed(life, actors["wangfang"])
    began = timezone.localdate(life.began)
    period = (began, began + timedelta(days=10))
    form = MigrationForm({"start": str(began - timedelta(days=9)), "end": str(timezone.localdate(now))})
    assert form.asked(within=period) == (Axis.CLASS, *period)
    long_ago = (date(2025, 1, 1), date(2025, 6, 30))
    assert MigrationForm({}).asked(within=long_ago) == (Axis.CLASS, *long_ago)
    assert {column.name for column in MOVED_THEN.columns} == {"name", "number"}
    then = class_panel(life.party, at=life.at, period=period)
    assert (then.standing, then.held, then.bound.risk_class, then.freezes) == (None, None, "", ())
    assert [row.risk_class for row in then.history] == [GOOD]
    present = class_panel(life.party, at=life.at, period=(began, timezone.localdate(life.at)))
    assert present.bound.risk_class == POOR
    assert not present.is_hidden
