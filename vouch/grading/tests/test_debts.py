"""What is missing or stale, weighted; whose papers would tell most stands first."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from vouch.grading.actions import assess_customers, count_debts
from vouch.grading.models import Assessment, InformationDebt
from vouch.grading.queries import debt_lines
from vouch.grading.tests.conftest import AS_OF, Firms
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db


def test_a_firm_without_papers_owes_all_of_it_and_a_fresh_one_next_to_nothing(
    policy: PolicyVersion, book_of_firms: list[Party], actor: Actor, now: datetime
) -> None:
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    strong, without = book_of_firms[0], book_of_firms[5]
    soon = AS_OF + timedelta(days=10)
    # Two years of invoices tell no growth over three: that is missing, and nothing is stale.
    fresh = debt_lines(Assessment.objects.get(party=strong), today=soon)
    assert all(one.is_missing and not one.is_required for one in fresh)
    owed = debt_lines(Assessment.objects.get(party=without), today=soon)
    assert all(one.is_missing for one in owed)
    assert len(owed) > len(fresh)
    assert any(one.is_required for one in owed)
    spans = [one.limit_high - one.limit_low for one in owed]
    assert spans == sorted(spans, reverse=True)


def test_what_was_fresh_goes_stale_on_the_day_that_the_table_says(
    policy: PolicyVersion, book_of_firms: list[Party], actor: Actor, now: datetime
) -> None:
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    row = Assessment.objects.get(party=book_of_firms[0])
    last = max(
        date.fromisoformat(known["dated_on"]) for known in row.snapshot["facts"].values() if known["dated_on"]
    )
    assert all(one.is_missing for one in debt_lines(row, today=last + timedelta(days=60)))
    stale = [one for one in debt_lines(row, today=last + timedelta(days=61)) if not one.is_missing]
    assert len(stale) > 5
    assert {one.stale_after for one in stale} == {60}
    assert row.score is not None
    assert all(one.score_low <= row.score <= one.score_high for one in stale)


def test_the_list_has_the_largest_debt_first_is_counted_once_a_day_and_asks_as_often_for_one_as_for_many(
    policy: PolicyVersion, firms: Firms, staff: dict[str, User], client: Client, actor: Actor, now: datetime
) -> None:
    today = timezone.localdate(now)
    client.force_login(staff["chenjing"], backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get("/assessments/debts/")
    counts = []
    for wave, number in enumerate((1, 12)):
        for place in range(number):
            firms(
                f"第{wave}批{place}号企业", monthly=20_000 * (place + 1) * (place % 3), months=3, until=today
            )
        assess_customers(actor=actor, at=now, as_of=today)
        assert count_debts(actor=actor, at=now) == number
        assert count_debts(actor=actor, at=now) == 0
        with CaptureQueriesContext(connection) as made:
            page = client.get("/assessments/debts/").content.decode()
        counts.append(len(made))
    assert counts[0] == counts[1]
    assert "第1批3号企业" in page
    spans = list(InformationDebt.objects.order_by("-limit_span").values_list("limit_span", flat=True))
    assert spans[0] > 0
    assert count_debts(actor=actor, at=now + timedelta(days=1)) == 13
    assert "第1批3号企业" not in client.get("/assessments/debts/?q=第0批").content.decode()
    assert client.get("/assessments/debts/?only=stale&export=csv").status_code == 200
    client.force_login(staff["wuting"], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "第1批3号企业" not in client.get("/assessments/debts/").content.decode()
