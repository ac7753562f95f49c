from datetime import datetime
from pathlib import Path

import pytest
from django.db import ProgrammingError, transaction

from vouch.engine.canonical import FileError
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing
from vouch.risk import queries
from vouch.risk.actions import register_scorecard
from vouch.risk.models import Scorecard

pytestmark = pytest.mark.django_db

CARD = """
format: vouch-scorecard/1
name: tiny
title: 极简卡
kind: expert
base_points: 100
attributes:
  - name: sales
    fact: invoice.turnover_12m
    title: 销售额
    kind: number
    scale: 2
    bins:
      - {from: null, to: "1000", points: 0, label: 少, reason: 销售额少}
      - {from: "1000", to: null, points: 50, label: 多, reason: 销售额多}
    missing: {points: 0, label: 缺失, reason: 没有销售记录}
"""


def test_the_same_content_is_registered_once_whatever_its_layout(actor: Actor, now: datetime) -> None:
    first = register_scorecard(actor=actor, at=now, document=CARD.encode())
    again = register_scorecard(
        actor=actor, at=now, document=CARD.replace("title: 极简卡", "title:   极简卡").encode()
    )
    assert again == first
    assert Entry.objects.filter(event="risk.scorecard.registered").count() == 1


def test_other_content_under_the_same_name_is_the_next_version(actor: Actor, now: datetime) -> None:
    register_scorecard(actor=actor, at=now, document=CARD.encode())
    second = register_scorecard(
        actor=actor, at=now, document=CARD.replace("points: 50", "points: 60").encode()
    )
    assert second.version == 2
    assert [row.version for row in queries.scorecards()] == [2, 1]


def test_a_registered_card_scores_and_names_the_facts_it_reads(actor: Actor, now: datetime) -> None:
    row = register_scorecard(actor=actor, at=now, document=CARD.encode())
    assert queries.facts_needed(row) == ("invoice.turnover_12m",)
    assert queries.card_of(row).score({"invoice.turnover_12m": 100_000}).score == 150
    assert queries.card_of(row).score({"invoice.turnover_12m": 99_999}).score == 100


def test_a_card_with_faults_is_refused_and_every_fault_is_named(actor: Actor, now: datetime) -> None:
    faulty = CARD.replace('from: "1000"', 'from: "2000"').replace("points: 50", "points: many")
    with pytest.raises(FileError) as error:
        register_scorecard(actor=actor, at=now, document=faulty.encode())
    assert "缺口" in str(error.value)
    assert "points" in str(error.value)
    assert not Scorecard.objects.exists()


def test_an_account_manager_may_not_register_a_card(actors: dict[str, Actor], now: datetime) -> None:
    with pytest.raises(Refused):
        register_scorecard(actor=actors["liqiang"], at=now, document=CARD.encode())
    assert register_scorecard(actor=actors["wangfang"], at=now, document=CARD.encode()).pk


def test_the_database_itself_refuses_to_change_or_remove_a_registered_card(
    actor: Actor, now: datetime
) -> None:
    row = register_scorecard(actor=actor, at=now, document=CARD.encode())
    with writing(), pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        Scorecard.objects.filter(pk=row.pk).update(title="x")
    with writing(), pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        row.delete()
    assert Scorecard.objects.get().title == "极简卡"


def test_the_shipped_card_is_an_expert_card_without_a_pd(actor: Actor, now: datetime) -> None:
    file = Path(queries.__file__).parents[1] / "policy" / "library" / "small-firm-invoices.scorecard.yaml"
    row = register_scorecard(actor=actor, at=now, document=file.read_bytes())
    card = queries.card_of(row)
    assert row.kind == "expert"
    assert card.pd is None
    assert 8 <= len(card.attributes) <= 14
