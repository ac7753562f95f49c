"""待办: whoever may decide is told what waits, and nobody of what they proposed themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import pytest

from tests.institution import OFFICER, READ
from vouch.desk.queries.waiting import decisions
from vouch.desk.tests.conftest import SignedIn
from vouch.grading.actions import LimitDetails, decide_limit, propose_limit
from vouch.grading.terms import LimitKind, LimitOf
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.policy.actions import propose_setting

pytestmark = pytest.mark.django_db


def told(actor: Actor) -> dict[str, int]:
    return {one.title: one.count for one in decisions(actor)}


def test_a_proposal_waits_for_those_who_may_grant_it_and_not_for_its_author(
    judged_firms: list[Party], actors: Mapping[str, Actor], signed_in: SignedIn, now: datetime
) -> None:
    asked = LimitDetails(amount=Decimal(1_000_000), reason="首次授信")
    of = LimitOf(kind=LimitKind.CUSTOMER, party_id=judged_firms[0].pk)
    before = told(actors["chenjing"])
    assert "待批准的额度" not in before
    propose_limit(actor=actors["liqiang"], at=now, of=of, details=asked)
    of = LimitOf(kind=LimitKind.CUSTOMER, party_id=judged_firms[1].pk)
    second = propose_limit(actor=actors["wangfang"], at=now, of=of, details=asked)
    assert told(actors["chenjing"]) == {**before, "待批准的额度": 2}
    assert told(actors["wangfang"])["待批准的额度"] == 1
    assert "待批准的额度" not in told(actors["liqiang"])
    decide_limit(actor=actors["chenjing"], at=now, limit=second, is_granted=False, note="材料不全")
    assert told(actors["chenjing"])["待批准的额度"] == 1
    page = signed_in("chenjing").get("/").content.decode()
    assert "待批准的额度" in page
    assert "/assessments/limits/?standing=waiting" in page


def test_what_the_institution_says_of_itself_waits_for_a_second_person(
    actors: Mapping[str, Actor], now: datetime
) -> None:
    before = told(actors["chenjing"])
    propose_setting(actor=OFFICER, at=now, details=READ)
    assert told(actors["chenjing"]) == {**before, "待确认的监管口径": 1}
    assert "待确认的监管口径" not in told(OFFICER)
    assert "待确认的监管口径" not in told(actors["liqiang"])
