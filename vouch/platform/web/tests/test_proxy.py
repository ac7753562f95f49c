"""Whose word about an address counts."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from vouch.platform.web.proxy import TrustedProxyMiddleware, client_address, networks

TRUSTED = networks("10.0.0.0/8, ::1")


def seen(settings: Settings, *, proxies: str, peer: str, **headers: str) -> HttpRequest:
    settings.VOUCH_PROXIES = proxies
    kept: list[HttpRequest] = []

    def page(request: HttpRequest) -> HttpResponse:
        kept.append(request)
        return HttpResponse()

    TrustedProxyMiddleware(page)(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))
    return kept[0]


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.5", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.5", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.5", "6.6.6.6, 198.51.100.1, 10.0.0.7", "198.51.100.1"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", "nonsense", "10.0.0.5"),
        ("::1", "2001:db8::1", "2001:db8::1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_nearest_stranger_is_the_client(peer: str, forwarded: str, address: str) -> None:
    assert client_address(peer, forwarded, TRUSTED) == address


@given(st.lists(st.text(max_size=20), max_size=5))
def test_whatever_a_client_claims_the_proxy_s_own_word_wins(claims: list[str]) -> None:
    claimed = ",".join([*claims, "198.51.100.1"])
    assert client_address("10.0.0.5", claimed, TRUSTED) == "198.51.100.1"


def test_headers_of_strangers_are_dropped(settings: Settings) -> None:
    headers = {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https", "X-Real-IP": "1.2.3.4"}
    request = seen(settings, proxies="10.0.0.5", peer="203.0.113.9", **headers)
    assert request.META["REMOTE_ADDR"] == "203.0.113.9"
    assert not [name for name in request.META if "FORWARDED" in name or "REAL_IP" in name]


def test_headers_of_the_named_proxy_count(settings: Settings) -> None:
    headers = {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https"}
    request = seen(settings, proxies="10.0.0.5", peer="10.0.0.5", **headers)
    assert request.META["REMOTE_ADDR"] == "1.2.3.4"
    assert request.META["HTTP_X_FORWARDED_PROTO"] == "https"


def test_a_network_that_is_none_is_refused_at_the_start(settings: Settings) -> None:
    with pytest.raises(ValueError, match="nowhere"):
        seen(settings, proxies="nowhere", peer="10.0.0.5")
