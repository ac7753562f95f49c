"""决策回放: the same digits however far the policy has moved, and what it would say today."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from vouch.grading.actions import assess_customers, assess_party
from vouch.grading.models import Assessment
from vouch.grading.queries import replay, replay_of
from vouch.grading.tests.conftest import AS_OF, Firms, Sells
from vouch.parties.actions import restrict_party
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.policy.actions import LIBRARY, draft_policy, publish_policy, review_policy
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db
SHIPPED = (LIBRARY / "small-firm-invoices.policy.yaml").read_bytes()


def moved_on(
    actors: dict[str, Actor], policy: PolicyVersion, *, steps: int, now: datetime
) -> list[PolicyVersion]:
    """So many later versions in force one after another, each stricter in grades, limit and a rule."""
    made = []
    for step in range(1, steps + 1):
        number = policy.version + step
        document = (
            SHIPPED.replace(f"version: {policy.version}\n".encode(), f"version: {number}\n".encode(), 1)
            .replace(b"from: 875", f"from: {880 + step}".encode())
            .replace(b"from: 845", f"from: {850 + step}".encode())
            .replace(b"check_every_days: 180", f"check_every_days: {180 - step}".encode())
            .replace(b"max_limit: 500", f"max_limit: {400 - step}".encode())
        )
        at = now + timedelta(days=step)
        version = draft_policy(actor=actors["wangfang"], at=at, document=document)
        review_policy(actor=actors["chenjing"], at=at, version=version)
        made.append(publish_policy(actor=actors["chenjing"], at=at, version=version))
    return made


def test_every_snapshot_replays_to_the_same_digits_after_four_more_versions(
    policy: PolicyVersion,
    book_of_firms: list[Party],
    actors: dict[str, Actor],
    actor: Actor,
    now: datetime,
    sells: Sells,
) -> None:
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    for number, version in enumerate(moved_on(actors, policy, steps=4, now=now), start=1):
        sells(book_of_firms[1], monthly=100_000 * number, months=1, buyers=1, until=AS_OF)
        assess_customers(actor=actor, at=version.published_at or now, as_of=AS_OF)
    rows = list(Assessment.objects.select_related("policy__scorecard", "party"))
    assert {row.policy.version for row in rows} == {policy.version + step for step in range(5)}
    for row in rows:
        again = replay(row)
        assert again.same, again.differences
        seen = replay_of(row, actors["chenjing"], at=now + timedelta(days=9))
        assert seen.result.same
        assert seen.told[1].cells[0][0] == ("—" if row.score is None else str(row.score))


def test_what_todays_policy_says_on_the_facts_of_then_and_of_today_stands_beside_it_with_the_differences_marked(
    policy: PolicyVersion, firms: Firms, actors: dict[str, Actor], actor: Actor, now: datetime, sells: Sells
) -> None:
    today = timezone.localdate(now)
    firm = firms("回放企业", monthly=3_000_000, buyers=20, until=today)
    row = assess_party(actor=actor, at=now, party_id=firm.pk, as_of=today)
    same = replay_of(row, actors["chenjing"], at=now)
    assert not same.differs
    moved_on(actors, policy, steps=1, now=now)
    later = now + timedelta(days=2)
    sells(firm, monthly=9_000_000, months=1, buyers=1, until=today)
    found = replay_of(row, actors["chenjing"], at=later)
    assert found.columns == ("当时的政策，当时的事实", "现行政策，当时的事实", "现行政策，今天的事实")
    limit = next(line for line in found.told if line.title == "建议额度")
    assert [differs for _text, differs in limit.cells] == [False, True, True]
    assert limit.cells[0][0].startswith("500")
    assert limit.cells[1][0].startswith("399")
    turnover = next(fact for fact in found.facts if fact.title == "近12个月开票销售额")
    assert turnover.differs
    assert turnover.source
    assert all(rule.held is False for rule in found.rules.knock_outs)


def test_of_a_restricted_customer_nothing_of_today_is_read(
    policy: PolicyVersion, firms: Firms, actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    firm = firms("限制企业", monthly=40_000)
    row = assess_party(actor=actor, at=now, party_id=firm.pk, as_of=AS_OF)
    restrict_party(actor=actor, at=now, party=firm, reason="本人要求")
    row = Assessment.objects.select_related("policy__scorecard", "party").get(pk=row.pk)
    found = replay_of(row, actors["chenjing"], at=now)
    assert (found.today, len(found.columns)) == (None, 2)


def test_the_page_tells_all_of_it(
    policy: PolicyVersion,
    book_of_firms: list[Party],
    staff: dict[str, User],
    client: Client,
    actor: Actor,
    now: datetime,
) -> None:
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    client.force_login(staff["chenjing"], backend="allauth.account.auth_backends.AuthenticationBackend")
    for row in Assessment.objects.all():
        page = client.get(f"{row.get_absolute_url()}replay/").content.decode()
        assert "逐位一致" in page
        assert "哪条规则说了什么" in page
        assert "style=" not in page
    client.force_login(staff["wuting"], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(f"/assessments/{row.pk}/replay/").status_code == 404
