"""Single sign-on against a real provider on a real port: who is let in, and everybody who is not."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from vouch.platform.identity.models import User
from vouch.platform.identity.tests.door import SECRET, answer, code_of, enrol_app, is_in, text_of
from vouch.platform.identity.tests.provider import CLIENT_ID, CLIENT_SECRET, Provider
from vouch.platform.ledger.queries import latest_entries
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    running = Provider()
    settings.VOUCH_OIDC = {"issuer": running.issuer, "name": "集团统一认证", "claim": "preferred_username"}
    app = {
        "provider_id": "staff",
        "name": "集团统一认证",
        "client_id": CLIENT_ID,
        "secret": CLIENT_SECRET,
        "settings": {"server_url": running.issuer, "fetch_userinfo": False, "oauth_pkce_enabled": True},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield running
    running.stop()


def leave(client: Client) -> str:
    """To the provider and, the person having said yes there, the address that it sends the browser back to."""
    away = client.post("/sign-in/staff/start/")
    assert away.status_code == 302
    where = urlsplit(away.headers["Location"])
    assert where.hostname is not None
    line = http.client.HTTPConnection(where.hostname, where.port or 80, timeout=10)
    line.request("GET", f"{where.path}?{where.query}")
    back = urlsplit(line.getresponse().headers["Location"])
    line.close()
    return f"{back.path}?{back.query}"


def come(client: Client) -> HttpResponse:
    return client.get(leave(client), follow=True)  # type: ignore[return-value]


def test_staff_come_in_and_are_known_by_their_subject_from_then_on(
    provider: Provider, staff: dict[str, User], client: Client
) -> None:
    assert "使用集团统一认证登录" in text_of(client.get("/sign-in/"))
    come(client)
    assert is_in(client)
    linked = SocialAccount.objects.get()
    assert (linked.user, linked.uid) == (staff["wangfang"], "u-1001")
    entry = latest_entries().filter(event="identity.session.started").first()
    assert entry is not None
    assert entry.after is not None
    assert entry.after["means"] == "single_sign_on"
    # Their name there may change; the subject does not.
    provider.claims = {"sub": "u-1001", "preferred_username": "wang.fang.2"}
    again = Client()
    come(again)
    assert is_in(again)
    assert SocialAccount.objects.count() == 1


def test_nobody_is_created(provider: Provider, staff: dict[str, User], client: Client) -> None:
    people = User.objects.count()
    provider.claims = {"sub": "u-7", "preferred_username": "stranger"}
    page = come(client)
    assert page.status_code == 403
    assert "没有与之对应的在职员工" in text_of(page)
    assert not is_in(client)
    assert User.objects.count() == people
    assert not SocialAccount.objects.exists()
    assert latest_entries().filter(event="identity.sign_in.failed").exists()


def test_a_name_that_changed_hands_opens_nothing(provider: Provider, staff: dict[str, User]) -> None:
    come(Client())
    provider.claims = {"sub": "u-2002", "preferred_username": "wangfang"}
    client = Client()
    assert come(client).status_code == 403
    assert not is_in(client)


def test_who_left_stays_out(provider: Provider, staff: dict[str, User]) -> None:
    come(Client())
    with writing():
        User.objects.filter(username="wangfang").update(is_active=False)
    client = Client()
    assert come(client).status_code == 403
    assert not is_in(client)


def test_the_own_second_factor_is_asked_as_well(
    provider: Provider, staff: dict[str, User], now: datetime, client: Client
) -> None:
    enrol_app(staff["wangfang"], at=now)
    assert "两步验证" in text_of(come(client))
    assert not is_in(client)
    answer(client, code_of(SECRET))
    assert is_in(client)


def test_a_role_that_needs_a_second_factor_needs_it_here_too(
    provider: Provider, staff: dict[str, User], settings: Settings, client: Client
) -> None:
    settings.VOUCH_MFA = "required"
    come(client)
    assert not is_in(client)
    settings.VOUCH_OIDC_TRUSTS_FACTOR = True
    trusting = Client()
    come(trusting)
    assert is_in(trusting)


def false_key(provider: Provider) -> None:
    provider.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def other_issuer(provider: Provider) -> None:
    provider.issuer_says = "https://elsewhere.example.com"


def other_audience(provider: Provider) -> None:
    provider.audience = "another-product"


def expired(provider: Provider) -> None:
    provider.expires_in = -600


def shared_secret(provider: Provider) -> None:
    provider.algorithm = "HS256"


def no_token(provider: Provider) -> None:
    provider.gives_token = False


def no_claim(provider: Provider) -> None:
    provider.claims = {"sub": "u-1001"}


@pytest.mark.parametrize(
    "bend", [false_key, other_issuer, other_audience, expired, shared_secret, no_token, no_claim]
)
def test_a_token_that_is_not_quite_right_opens_nothing(
    provider: Provider, staff: dict[str, User], client: Client, bend: object
) -> None:
    assert callable(bend)
    bend(provider)
    assert "统一身份认证" in text_of(come(client))
    assert not is_in(client)
    assert latest_entries().filter(event="identity.sign_in.failed").exists()


def test_an_answer_that_nobody_asked_for_opens_nothing(provider: Provider, staff: dict[str, User]) -> None:
    back = leave(Client())
    victim = Client()
    assert "统一身份认证未成功" in text_of(victim.get(back, follow=True))
    assert not is_in(victim)


def test_a_code_is_good_once(provider: Provider, staff: dict[str, User], client: Client) -> None:
    back = leave(client)
    client.get(back)
    assert is_in(client)
    client.post("/sign-out/")
    client.get(back, follow=True)
    assert not is_in(client)


def test_a_provider_that_does_not_answer_is_said_to_be_so(
    provider: Provider, staff: dict[str, User], client: Client
) -> None:
    provider.stop()
    page = client.post("/sign-in/staff/start/", follow=True)
    assert "统一身份认证未成功" in text_of(page)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys"])
def test_a_provider_that_sends_us_elsewhere_is_not_followed(
    provider: Provider, staff: dict[str, User], client: Client, path: str
) -> None:
    provider.moved = frozenset({path})
    page = client.post("/sign-in/staff/start/", follow=True) if path != "/keys" else come(client)
    assert "统一身份认证未成功" in text_of(page)
    assert not is_in(client)


def test_without_the_setting_there_is_no_such_door(db: None, client: Client) -> None:
    assert "统一" not in text_of(client.get("/sign-in/"))
    assert client.post("/sign-in/staff/start/").status_code == 404
