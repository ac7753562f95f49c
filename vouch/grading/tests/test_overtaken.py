"""What happens meanwhile: records are merged, a newer judgement comes first, a policy renames its classes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from vouch.grading import queries, tasks
from vouch.grading.actions import (
    OverrideDetails,
    approve_override,
    assess_customers,
    assess_party,
    expire_override,
    propose_override,
    return_class,
)
from vouch.grading.models import Override, Standing
from vouch.grading.queries import due_customers, open_classes, open_override
from vouch.grading.terms import OverrideState
from vouch.grading.tests.conftest import AS_OF, Firms, Sells
from vouch.parties.actions import merge_parties, undo_merge
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.testing import writing
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db


def lowered(party: Party, actors: dict[str, Actor], now: datetime, grade: str = "B") -> Override:
    """Two persons stand for a worse grade than the model's."""
    details = OverrideDetails(
        grade=grade,
        reason="related",
        expires_on=now.date() + timedelta(days=60),
        note="实际控制人名下另一企业已被起诉",
    )
    made = propose_override(actor=actors["wangfang"], at=now, party_id=party.pk, details=details)
    return approve_override(actor=actors["chenjing"], at=now, override=made)


def test_an_override_of_a_merged_record_is_the_customers_and_ends_with_its_day(
    policy: PolicyVersion, firms: Firms, actors: dict[str, Actor], actor: Actor, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    gone, kept, other = (firms(name, monthly=400_000, buyers=6) for name in ("并入企业", "保留企业", "旁人"))
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    model = Standing.objects.get(party=kept).grade
    override, second = lowered(gone, actors, now), lowered(other, actors, now)
    merge_parties(actor=actor, at=now, party=gone, canonical=kept, reason="同一客户")
    assess_party(actor=actor, at=now + timedelta(hours=1), party_id=kept.pk, as_of=AS_OF)
    standing = Standing.objects.get(party=kept)
    assert (standing.grade, standing.override, open_override(kept.pk)) == ("B", override, override)
    after = now + timedelta(days=62)
    monkeypatch.setattr("vouch.grading.tasks.timezone.now", lambda: after)
    tasks.end_overrides()
    override.refresh_from_db()
    second.refresh_from_db()
    assert override.state == second.state == OverrideState.EXPIRED
    standing = Standing.objects.select_related("assessment").get(party=kept)
    assert standing.override is None
    assert standing.grade == standing.assessment.grade != "B"
    # The record's own standing is right again, should they be separated.
    assert (Standing.objects.get(party=gone).grade, Standing.objects.get(party=gone).override) == (
        model,
        None,
    )


def test_a_separated_record_takes_its_override_along(
    policy: PolicyVersion, firms: Firms, actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    gone, kept = firms("并入企业", monthly=400_000, buyers=6), firms("保留企业", monthly=400_000, buyers=6)
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    model = Standing.objects.get(party=kept).grade
    override = lowered(gone, actors, now)
    merge_parties(actor=actor, at=now, party=gone, canonical=kept, reason="同一客户")
    assess_party(actor=actor, at=now + timedelta(hours=1), party_id=kept.pk, as_of=AS_OF)
    gone.refresh_from_db()
    undo_merge(actor=actor, at=now, party=gone, canonical=kept, reason="不是同一客户")
    for party in (gone, kept):
        assess_party(actor=actor, at=now + timedelta(hours=2), party_id=party.pk, as_of=AS_OF)
    assert Standing.objects.get(party=gone).override == override
    assert (Standing.objects.get(party=kept).grade, Standing.objects.get(party=kept).override) == (
        model,
        None,
    )


def test_one_override_that_cannot_be_ended_stops_no_other(
    policy: PolicyVersion, firms: Firms, actors: dict[str, Actor], actor: Actor, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    parties = [firms(name, monthly=400_000, buyers=6) for name in ("甲企业", "乙企业")]
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    broken, sound = (lowered(party, actors, now) for party in parties)

    def fails(*, override: Override, **given: Any) -> Override:
        if override.pk == broken.pk:
            raise ValueError(override.pk)
        return expire_override(override=override, **given)

    monkeypatch.setattr(tasks, "expire_override", fails)
    monkeypatch.setattr("vouch.grading.tasks.timezone.now", lambda: now + timedelta(days=62))
    with pytest.raises(ExceptionGroup):
        tasks.end_overrides()
    sound.refresh_from_db()
    assert sound.state == OverrideState.EXPIRED


def test_a_worsening_by_an_override_that_was_returned_does_not_come_back_while_it_lives(
    policy: PolicyVersion, firms: Firms, sells: Sells, actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    party = firms("可调企业", monthly=400_000, buyers=6)
    assess_party(actor=actor, at=now, party_id=party.pk, as_of=AS_OF)
    lowered(party, actors, now + timedelta(hours=1), grade="CCC")
    worse = open_classes([party.pk])[party.pk]
    assert worse.risk_class == "高风险"
    return_class(actor=actors["wangfang"], at=now + timedelta(hours=2), pk=worse.pk, note="已追加担保")
    sells(party, monthly=900_000, months=12, buyers=9, until=AS_OF)
    assess_party(actor=actor, at=now + timedelta(hours=3), party_id=party.pk, as_of=AS_OF)
    assert Standing.objects.get(party=party).grade == "CCC"
    assert not open_classes([party.pk])
    assert not queries.frozen([party.pk])


def test_a_batch_that_read_older_facts_does_not_overwrite_a_newer_judgement_of_the_day(
    policy: PolicyVersion, firms: Firms, sells: Sells, actor: Actor, now: datetime
) -> None:
    party = firms("抢先企业", monthly=400_000, buyers=6)
    newer = assess_party(actor=actor, at=now + timedelta(seconds=2), party_id=party.pk, as_of=AS_OF)
    sells(party, monthly=900_000, months=12, buyers=9, until=AS_OF)
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    assert queries.assessments_of(party.pk).count() == 2
    assert Standing.objects.get(party=party).assessment == newer


def test_a_class_that_the_policy_no_longer_has_is_looked_at_as_seldom_as_a_missing_one(
    policy: PolicyVersion, firms: Firms, actor: Actor, now: datetime
) -> None:
    party = firms("旧类企业", monthly=400_000, buyers=6)
    assess_party(actor=actor, at=now, party_id=party.pk, as_of=AS_OF)
    with writing():
        Standing.objects.update(risk_class="旧分类")
    assert due_customers(policy, at=now + timedelta(days=29)) == []
    assert due_customers(policy, at=now + timedelta(days=31)) == [party.pk]
