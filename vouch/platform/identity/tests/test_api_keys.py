"""Keys of the programming interface: two people, shown once, kept as a digest, revoked at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from vouch.platform.identity.actions.api_keys import (
    KeyDetails,
    KeyNotReady,
    approve_key,
    count_call,
    issue_key,
    propose_key,
    revoke_key,
)
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import ApiKey, Unit, User
from vouch.platform.identity.permissions import may_unmask
from vouch.platform.identity.queries import actor_of, actor_of_key, key_in_force
from vouch.platform.identity.terms import ApiScope, FieldClass, Role, Scope
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


@pytest.fixture
def second_admin(staff: dict[str, User], now: datetime) -> Actor:
    with writing():
        user = User(
            username="secondadmin", name="何宁", unit=staff["zhoujie"].unit, roles=[Role.ADMIN], joined_at=now
        )
        user.save()
    return actor_of(user)


@pytest.fixture
def proposed(actors: dict[str, Actor], units: dict[str, Unit], now: datetime) -> ApiKey:
    details = KeyDetails(
        name="合作银行对接",
        holder="示范银行",
        scopes=[ApiScope.CUSTOMERS_READ],
        unit=units["YW1"],
        data_scope=Scope.UNIT,
        expires_at=now + timedelta(days=90),
    )
    return propose_key(actor=actors["zhoujie"], at=now, details=details)


def test_a_key_needs_two_administrators_and_is_shown_once(
    proposed: ApiKey, actors: dict[str, Actor], second_admin: Actor, now: datetime
) -> None:
    with pytest.raises(KeyNotReady, match="另一名管理员"):
        issue_key(actor=actors["zhoujie"], at=now, key=proposed)
    with pytest.raises(Refused):
        approve_key(actor=actors["zhoujie"], at=now, key=proposed)
    approve_key(actor=second_admin, at=now, key=proposed)
    with pytest.raises(Refused):
        issue_key(actor=second_admin, at=now, key=proposed)
    secret = issue_key(actor=actors["zhoujie"], at=now, key=proposed)
    with pytest.raises(KeyNotReady, match="已发放"):
        issue_key(actor=actors["zhoujie"], at=now, key=proposed)

    found = key_in_force(secret, at=now)
    assert found == proposed
    kept = str(ApiKey.objects.values().get()) + str(list(Entry.objects.values()))
    assert secret.rpartition("_")[2] not in kept
    assert secret not in kept


def test_whoever_stands_in_for_the_proposer_does_not_approve(
    proposed: ApiKey, second_admin: Actor, now: datetime
) -> None:
    stand_in = Actor(
        id=second_admin.id,
        label=second_admin.label,
        user_id=second_admin.user_id,
        roles=second_admin.roles,
        scope=second_admin.scope,
        delegators=frozenset({proposed.proposed_by_id}),
    )
    with pytest.raises(Refused):
        approve_key(actor=stand_in, at=now, key=proposed)


def test_a_wrong_revoked_or_expired_key_opens_nothing(
    proposed: ApiKey, actors: dict[str, Actor], second_admin: Actor, now: datetime
) -> None:
    approve_key(actor=second_admin, at=now, key=proposed)
    secret = issue_key(actor=actors["zhoujie"], at=now, key=proposed)
    assert key_in_force(secret, at=now + timedelta(days=89)) is not None
    assert key_in_force(secret, at=now + timedelta(days=90)) is None
    assert key_in_force(secret[:-1] + ("A" if secret[-1] != "A" else "B"), at=now) is None
    for nonsense in ("", "vouch", "vouch__", "vouch_x_y_z", "x" * 500):
        assert key_in_force(nonsense, at=now) is None
    revoke_key(actor=second_admin, at=now, key=proposed)
    assert key_in_force(secret, at=now) is None


def test_a_key_is_an_actor_of_its_units_that_reads_nothing_in_full(proposed: ApiKey) -> None:
    actor = actor_of_key(proposed)
    assert actor.id == f"key:{proposed.pk}"
    assert actor.unit_ids == {proposed.unit_id}
    assert not actor.is_system
    assert actor.has_role(ApiScope.CUSTOMERS_READ)
    assert not actor.has_role(*Role.values)
    assert not any(may_unmask(actor, one) for one in FieldClass if one is not FieldClass.ORDINARY)


def test_calls_are_counted_by_the_minute(proposed: ApiKey, now: datetime) -> None:
    actor, minute = actor_of_key(proposed), now.replace(second=0, microsecond=0)
    counts = [
        count_call(actor=actor, at=minute + timedelta(seconds=second), key=proposed)
        for second in (0, 30, 59, 60)
    ]
    assert counts == [1, 2, 3, 1]
    proposed.refresh_from_db()
    assert proposed.last_used_at == minute + timedelta(seconds=60)
    with pytest.raises(Refused):
        count_call(actor=Actor("key:0", "", None, frozenset(), Scope.ALL), at=now, key=proposed)
