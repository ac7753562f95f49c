"""A freeze is the customer's, stands at once, and is lifted by somebody else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vouch.grading import queries
from vouch.grading.actions import freeze_use, lift_freeze
from vouch.grading.models import Freeze
from vouch.grading.tests.conftest import Firms
from vouch.parties.actions import merge_parties
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db


def test_a_freeze_of_one_record_is_of_the_customer_and_of_nobody_else(
    firms: Firms, actor: Actor, now: datetime
) -> None:
    stays, gone, other = firms("保留企业"), firms("并入企业"), firms("旁人企业")
    freeze_use(actor=actor, at=now, party_id=gone.pk, reason="分类下调为高风险")
    merge_parties(actor=actor, at=now, party=gone, canonical=stays, reason="同一企业")
    found = queries.frozen([stays.pk, gone.pk, other.pk])
    assert {pk: one.reason for pk, one in found.items()} == {
        stays.pk: "分类下调为高风险",
        gone.pk: "分类下调为高风险",
    }


def test_asking_for_many_costs_no_more_than_asking_for_one(firms: Firms, actor: Actor, now: datetime) -> None:
    parties = [firms(f"企业{place}") for place in range(6)]
    for party in parties:
        freeze_use(actor=actor, at=now, party_id=party.pk, reason="逾期")
    with CaptureQueriesContext(connection) as one:
        queries.frozen([parties[0].pk])
    with CaptureQueriesContext(connection) as many:
        assert len(queries.frozen([party.pk for party in parties])) == 6
    assert len(one) == len(many) == 2


def test_the_same_reason_twice_is_one_freeze_and_lifting_lifts_all(
    firms: Firms, actor: Actor, now: datetime
) -> None:
    party = firms("双因企业")
    first = freeze_use(actor=actor, at=now, party_id=party.pk, reason="逾期")
    assert freeze_use(actor=actor, at=now + timedelta(days=1), party_id=party.pk, reason="逾期") == first
    freeze_use(actor=actor, at=now + timedelta(days=1), party_id=party.pk, reason="涉诉")
    assert queries.frozen([party.pk])[party.pk] == first
    assert lift_freeze(actor=actor, at=now + timedelta(days=2), party_id=party.pk, reason="已还清并结案") == 2
    assert queries.frozen([party.pk]) == {}
    assert [one.lift_reason for one in queries.freezes_of(party.pk)] == ["已还清并结案"] * 2
    events = Entry.objects.filter(
        subject_kind="party", subject_id=str(party.pk), event__startswith="grading."
    )
    assert sorted(events.values_list("event", flat=True)) == [
        "grading.use.frozen", "grading.use.frozen", "grading.use.thawed",
    ]  # fmt: skip


def test_who_froze_does_not_lift_and_the_front_office_does_neither(
    firms: Firms, units: dict[str, Unit], staff: dict[str, User], actors: dict[str, Actor], now: datetime
) -> None:
    party = firms("两人企业", unit=units["YW1"], manager=staff["liqiang"])
    with pytest.raises(Refused):
        freeze_use(actor=actors["liqiang"], at=now, party_id=party.pk, reason="逾期")
    freeze_use(actor=actors["wangfang"], at=now, party_id=party.pk, reason="逾期")
    with pytest.raises(Refused, match="冻结人以外"):
        lift_freeze(actor=actors["wangfang"], at=now, party_id=party.pk, reason="误冻")
    with pytest.raises(Refused):
        lift_freeze(actor=actors["liqiang"], at=now, party_id=party.pk, reason="误冻")
    assert lift_freeze(actor=actors["chenjing"], at=now, party_id=party.pk, reason="误冻") == 1


def test_freezes_are_seen_with_their_customer(
    firms: Firms, units: dict[str, Unit], staff: dict[str, User], actors: dict[str, Actor],
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    party = firms("一部企业", unit=units["YW1"], manager=staff["liqiang"])
    made = freeze_use(actor=actor, at=now, party_id=party.pk, reason="逾期")
    assert list(queries.freezes_visible_to(actors["liqiang"])) == [made]
    assert list(queries.freezes_visible_to(actors["wuting"])) == []
    assert Freeze.objects.count() == 1
