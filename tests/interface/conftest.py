"""Keys of the programming interface, handed out as two administrators would, and calls with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from vouch.platform.identity.actions.api_keys import KeyDetails, approve_key, issue_key, propose_key
from vouch.platform.identity.models import ApiKey, Unit, User
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.terms import ApiScope, Role, Scope
from vouch.platform.ledger.testing import writing


@dataclass
class Caller:
    """A program with a key."""

    key: ApiKey
    secret: str

    def __call__(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        return Client(raise_request_exception=False).generic(
            method,
            f"/api/v1{address}",
            data=b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.secret}", **headers},
        )


Callers = Callable[..., Caller]


@pytest.fixture
def second_admin(staff: dict[str, User]) -> User:
    with writing():
        user, _made = User.objects.get_or_create(
            username="hening",
            defaults={
                "name": "何宁",
                "unit": staff["zhoujie"].unit,
                "roles": [Role.ADMIN],
                "scope": Scope.ALL,
                "joined_at": timezone.now(),
            },
        )
    return user


@pytest.fixture
def caller(staff: dict[str, User], units: dict[str, Unit], second_admin: User) -> Callers:
    """``caller(*scopes, unit="YW1", data_scope="unit", per_minute=60)``."""

    def make(*scopes: str, unit: str = "YW1", data_scope: str = Scope.UNIT, per_minute: int = 60) -> Caller:
        now = timezone.now()
        details = KeyDetails(
            name="对接",
            holder="示范银行",
            scopes=scopes or ApiScope.values,
            unit=units[unit],
            data_scope=data_scope,
            expires_at=now + timedelta(days=1),
            per_minute=per_minute,
        )
        proposer = actor_of(staff["zhoujie"])
        key = propose_key(actor=proposer, at=now, details=details)
        approve_key(actor=actor_of(second_admin), at=now, key=key)
        return Caller(key, issue_key(actor=proposer, at=now, key=key))

    return make
