"""Draws in flight at once: never over, none lost, no deadlock. ``bench/limits.py`` sends a thousand over fifty connections."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import timezone

from tests.rush import Scenario, on_a_group, on_one_limit, on_overlapping, overdrawn, rush
from vouch.grading.models import Hold, HoldMove
from vouch.grading.terms import HoldStep
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)
COUNT, THREADS = 45, 20


@pytest.mark.usefixtures("head_office")
@pytest.mark.parametrize(
    ("scenario", "rule"), [(on_one_limit, "limit.customer"), (on_a_group, "limit.group")]
)
def test_as_many_are_kept_as_there_is_room_for_and_no_more(scenario: Scenario, rule: str) -> None:
    draws = scenario(COUNT, timezone.now())
    came = rush(draws, threads=THREADS)
    kept = [one for one in came if one.kept]
    assert (len(came), len(kept), Hold.objects.count()) == (COUNT, COUNT // 3, COUNT // 3)
    assert {refusal.rule for one in came for refusal in one.refusals} == {rule}
    assert Entry.objects.filter(event="grading.hold.reserved").count() == len(kept)
    assert overdrawn(draws, timezone.now()) == []


@pytest.mark.usefixtures("head_office")
def test_overlapping_limits_hold_while_draws_are_used_and_given_back() -> None:
    draws = on_overlapping(COUNT, timezone.now(), random.Random(8))  # noqa: S311 - a seed
    came = rush(draws, threads=THREADS, goes_on=True)
    taken = Hold.objects.aggregate(total=Sum("reserved") + Sum("used"))["total"]
    assert taken == sum((one.kept for one in came), Decimal(0))
    assert len(came) == COUNT
    assert HoldMove.objects.filter(step=HoldStep.RESERVE).count() == sum(not one.refusals for one in came)
    # Enough was refused, and for more than one reason, or the limits were not tried.
    reasons = {refusal.rule for one in came for refusal in one.refusals}
    assert len(reasons) >= 3, reasons
    assert overdrawn(draws, timezone.now()) == []
