"""Firms that are judged, and people who look at them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.test import Client

from tests.book import Trade, enrol, judge
from vouch.parties.models import Party
from vouch.platform.identity.models import User

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
def judged_firms(staff: dict[str, User], now: datetime) -> list[Party]:
    """A large, a middling and a failed firm in branch 1, and a firm without papers at the head office."""
    branch, manager = staff["liqiang"].unit, staff["liqiang"]
    failed = Trade(200_000, 3, until=date(2019, 4, 30))
    made = [
        enrol("苏州恒泰新材料有限公司", now=now, unit=branch, manager=manager, trade=Trade(3_000_000, 20)),
        enrol("杭州鼎新食品商贸行", now=now, unit=branch, manager=manager, trade=Trade(120_000, 4)),
        enrol("深圳华睿科技有限公司", now=now, unit=branch, trade=failed),
        enrol("北京无票有限公司", now=now),
    ]
    judge(now=now)
    return made
