"""Messages do not become a way into the house."""

from __future__ import annotations

import ipaddress
import socket
from datetime import datetime as moment
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from vouch.platform.courier import _targets
from vouch.platform.courier._quiet import ZONE, Quiet, read_hours
from vouch.platform.courier._sending import Content, Target, send
from vouch.platform.courier.terms import ChannelKind
from vouch.platform.courier.tests.conftest import Receiver, smtp_config

INSIDE = [
    "127.0.0.1", "127.1", "0.0.0.0", "10.0.0.5", "172.16.3.1", "192.168.1.1", "169.254.169.254",  # noqa: S104
    "100.64.0.1",
    "[::1]", "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]",
    "[2002:7f00:1::]", "localhost", "2130706433", "0x7f000001", "224.0.0.1", "255.255.255.255",
]  # fmt: skip


@pytest.fixture
def sealed_off(settings: Settings, own_texts: None) -> None:
    settings.COURIER_NETWORKS = []


@pytest.mark.parametrize("host", INSIDE)
def test_addresses_inside_are_refused_in_every_spelling(host: str, sealed_off: None) -> None:
    with pytest.raises(_targets.Forbidden):
        _targets.check_url(f"https://{host}/hook")
    with pytest.raises(_targets.Forbidden):
        _targets.connect(host.strip("[]"), 443, timeout=0.1)


def test_plain_http_is_for_own_networks_alone(settings: Settings) -> None:
    with pytest.raises(_targets.Forbidden, match="https"):
        _targets.check_url("http://8.8.8.8/hook")
    settings.COURIER_NETWORKS = ["10.1.0.0/16"]
    assert _targets.check_url("http://10.1.2.3/hook").hostname == "10.1.2.3"
    with pytest.raises(_targets.Forbidden):
        _targets.check_url("http://10.2.2.3/hook")


def test_a_name_that_points_inside_when_it_is_used_is_refused_then(
    receiver: Receiver, sealed_off: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public while it was set up, ours while it is used. Nothing reaches the server."""
    port = int(receiver.address.rpartition(":")[2])
    answers = {"hook.example": ["93.184.216.34"]}

    def getaddrinfo(host: str, asked: int, **_given: object) -> list[tuple[object, ...]]:
        found = answers.get(host, [host])
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, asked)) for address in found]

    monkeypatch.setattr("vouch.platform.courier._targets.socket.getaddrinfo", getaddrinfo)
    url = f"https://hook.example:{port}/x"
    _targets.check_url(url)
    answers["hook.example"] = ["127.0.0.1"]
    outcome = send(Target(ChannelKind.WEBHOOK, {"url": url}), Content("题", "文"), message_id="m")
    assert outcome.is_final
    assert "不允许向“hook.example”发送" in outcome.cause
    answers["hook.example"] = ["93.184.216.34", "127.0.0.1"]
    assert (
        "不允许" in send(Target(ChannelKind.WEBHOOK, {"url": url}), Content("题", "文"), message_id="m").cause
    )
    assert receiver.taken == []


def test_a_proxy_of_the_environment_is_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    target = Target(ChannelKind.WEBHOOK, {"url": f"{receiver.address}/x"})
    assert send(target, Content("题", "文"), message_id="m").cause == ""


def test_mail_servers_may_be_inside_but_never_where_clouds_hand_out_keys(sealed_off: None) -> None:
    def may(text: str) -> bool:
        return _targets.may_connect(ipaddress.ip_address(text), is_mail=True)

    assert may("10.0.0.5")
    assert may("127.0.0.1")
    assert not may("169.254.169.254")
    target = Target(ChannelKind.SMTP, smtp_config(25, host="169.254.169.254"), ["a@example.com"])
    assert "不允许" in send(target, Content("题", "文"), message_id="m").cause


@given(st.ip_addresses(v=4))
def test_what_is_let_through_is_public(address: ipaddress.IPv4Address) -> None:
    if _targets.may_connect(address, is_mail=False) and not _targets.is_own(address):
        assert address.is_global
        assert not address.is_multicast


@pytest.mark.parametrize(
    ("kind", "text", "token"),
    [
        (
            "wecom",
            "http://127.0.0.1:9/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0",
            "693a91f6-7xxx-4bc4-97a0",
        ),
        ("dingtalk", "http://127.0.0.1:9/robot/send?access_token=0f1e", "0f1e"),
        ("feishu", "http://127.0.0.1:9/open-apis/bot/v2/hook/ab-cd", "ab-cd"),
    ],
)
def test_the_address_that_a_service_shows_is_taken_apart(kind: str, text: str, token: str) -> None:
    assert _targets.read_robot_url(kind, text) == {"base": "http://127.0.0.1:9", "token": token}
    for wrong in (
        text + "/../x?key=%2F",
        text.replace("127.0.0.1:9/", "127.0.0.1:9/else/"),
        text.split("?", maxsplit=1)[0][:30],
    ):
        with pytest.raises(_targets.Forbidden):
            _targets.read_robot_url(kind, wrong)


HOUSE = Quiet(*read_hours("21:00-08:00"))


def at(text: str) -> moment:
    return moment.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("now", "free"),
    [
        ("2026-11-20 10:30", "2026-11-20 10:30"),
        ("2026-11-19 21:00", "2026-11-20 08:00"),
        ("2026-11-20 07:59", "2026-11-20 08:00"),
        ("2026-11-20 08:00", "2026-11-20 08:00"),
        ("2026-11-20 23:00", "2026-11-23 08:00"),  # Friday night: Monday
        ("2026-11-21 12:00", "2026-11-23 08:00"),
        ("2026-10-01 09:00", "2026-10-08 08:00"),  # the National Day holiday
        ("2026-10-10 09:00", "2026-10-10 09:00"),  # a Saturday that is worked
    ],
)
def test_quiet_hours_end_in_the_morning_of_a_working_day(now: str, free: str) -> None:
    assert HOUSE.lasts_until(at(now)) == at(free)


def test_quiet_hours_of_the_day_and_none_at_all() -> None:
    noon = Quiet(time(12), time(14), rests=False)
    assert noon.lasts_until(at("2026-11-21 12:30")) == at("2026-11-21 14:00")
    assert noon.lasts_until(at("2026-11-21 14:00")) == at("2026-11-21 14:00")
    never = Quiet(time(0), time(0), rests=False)
    assert never.lasts_until(at("2026-11-21 03:00")) == at("2026-11-21 03:00")


@given(st.datetimes(moment(2026, 1, 1), moment(2026, 12, 20)), st.times(), st.times(), st.booleans())
def test_after_quiet_hours_it_is_not_quiet(now: moment, start: time, end: time, rests: bool) -> None:
    quiet = Quiet(start, end, rests=rests)
    free = quiet.lasts_until(now.replace(tzinfo=ZONE))
    assert free >= now.replace(tzinfo=ZONE)
    assert quiet.lasts_until(free) == free


def test_hours_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="21:00-08:00"):
        read_hours("晚上九点")
