"""Social information of a customer that stands in two records, and where the name of a person stands in a text."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone

from vouch.customers.actions import SignalLine, WrongMaterial, note_signals
from vouch.customers.actions.social import line_fault
from vouch.customers.models import SocialSignal
from vouch.customers.terms import Purpose
from vouch.customers.tests.assessments import SYSTEM, opened, rated
from vouch.customers.tests.conftest import enrolled
from vouch.engine import facts
from vouch.engine.facts import catalogue
from vouch.parties.actions import add_post, merge_parties, undo_merge
from vouch.parties.models import Party
from vouch.parties.terms import PostKind
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def goes(units: dict[str, Unit], staff: dict[str, User], now: datetime, actor: Actor) -> Party:
    """The same firm, registered a second time."""
    return enrolled("甲有限公司（老厂）", units, staff, now, actor)


def test_what_was_noted_of_a_merged_record_is_the_customers_in_the_facts_of_all(
    firm: Party, goes: Party, actor: Actor, now: datetime
) -> None:
    opened(at=now)
    today = timezone.localdate(now)
    assert note_signals(actor=SYSTEM, at=now, party=goes, lines=[rated(today, count=80)]) == 1
    merge_parties(actor=actor, at=now, party=goes, canonical=firm, reason="同一户")
    asked = facts.Purpose(code=Purpose.REVIEW, at=now)
    for subjects in ([firm.pk], None):
        frame = catalogue.ask(["social.review_count"], subjects, as_of=today, purpose=asked)
        assert frame.subjects == [firm.pk]
        assert frame.row(firm.pk)["social.review_count"] == 80


def test_who_stands_in_a_merged_record_is_held_against_the_text_too(
    firm: Party, goes: Party, person: Party, actor: Actor, now: datetime
) -> None:
    opened(at=now)
    add_post(actor=SYSTEM, at=now, party=goes, person=person, kind=PostKind.LEGAL_REPRESENTATIVE)
    merge_parties(actor=actor, at=now, party=goes, canonical=firm, reason="同一户")
    goes.refresh_from_db()
    told: SignalLine = rated(timezone.localdate(now), note="据张三说生意不错")
    for record in (firm, goes):
        with pytest.raises(WrongMaterial, match="“说明”：第 2 个字起"):
            note_signals(actor=SYSTEM, at=now, party=record, lines=[told])
    assert not SocialSignal.objects.exists()
    undo_merge(actor=actor, at=now, party=goes, canonical=firm, reason="看错了")
    assert note_signals(actor=SYSTEM, at=now, party=firm, lines=[told]) == 1


def test_the_place_of_a_name_counts_the_firms_own_name_before_it(now: datetime) -> None:
    today = timezone.localdate(now)
    firm = "张三小吃店"
    line = rated(today, note="张三小吃店的张三亲自掌勺")
    fault = line_fault(line, today=today, persons=["张三"], firm=firm)
    assert fault is not None
    assert (fault.field, fault.reason.split("是")[0]) == ("note", "第 7 个字起")
    # What stands on both sides of the firm's name is not a name itself.
    apart = rated(today, note="姓张张三小吃店三家分店")
    assert line_fault(apart, today=today, persons=["张三"], firm=firm) is None
    assert line_fault(rated(today, note="张张三小吃店三"), today=today, persons=["张三"], firm=firm) is None
