"""Firms that are judged, and people who look at them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.test import Client

from vouch.grading.actions import assess_customers
from vouch.grading.tests.conftest import AS_OF, Firms, firms, policy, sells
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.policy.models import PolicyVersion

__all__ = ["firms", "policy", "sells"]

SignedIn = Callable[[str], Client]


@pytest.fixture
def signed_in(staff: dict[str, User]) -> SignedIn:
    """A browser in which this member of the cast is signed in."""

    def sign_in(username: str) -> Client:
        client = Client()
        client.force_login(staff[username], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture
def judged_firms(
    firms: Firms, policy: PolicyVersion, staff: dict[str, User], actor: Actor, now: datetime
) -> list[Party]:
    """A large, a middling and a failed firm in branch 1, and a firm without papers at the head office."""
    branch, manager = staff["liqiang"].unit, staff["liqiang"]
    made = [
        firms("苏州恒泰新材料有限公司", unit=branch, manager=manager, monthly=3_000_000, buyers=20),
        firms("杭州鼎新食品商贸行", unit=branch, manager=manager, monthly=120_000, buyers=4),
        firms("深圳华睿科技有限公司", unit=branch, monthly=200_000, buyers=3, until=date(2019, 4, 30)),
        firms("北京无票有限公司"),
    ]
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    return made
