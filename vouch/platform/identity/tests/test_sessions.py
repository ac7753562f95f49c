"""Sessions: seen and ended by their owner and by administrators, limited in time, never taken over."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session as StoredSession
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from vouch.platform.identity.actions import tidy_sessions
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.devices import device_in_words
from vouch.platform.identity.models import Session, User
from vouch.platform.identity.sessions import SEEN, STARTED, digest_of
from vouch.platform.identity.tests.door import CHROME, PASSWORD, give_password, is_in, sign_in, text_of
from vouch.platform.ledger.queries import latest_entries
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


@pytest.fixture
def liqiang(staff: dict[str, User], now: datetime) -> User:
    give_password(staff["liqiang"], at=now)
    return staff["liqiang"]


@pytest.fixture
def zhoujie(staff: dict[str, User], now: datetime) -> Client:
    give_password(staff["zhoujie"], at=now)
    client = Client()
    sign_in(client, "zhoujie")
    return client


def key_of(client: Client) -> str:
    return client.cookies["sessionid"].value


def newest(event: str) -> dict[str, object]:
    entry = latest_entries().filter(event=event).first()
    assert entry is not None
    assert entry.after is not None
    return dict(entry.after)


def test_the_list_says_since_when_from_where_and_on_what(liqiang: User, client: Client) -> None:
    sign_in(client, "liqiang", **{"User-Agent": CHROME})
    page = text_of(client.get("/account/"))
    for word in ("Chrome 142 · Windows", "127.0.0.1", "本次登录", "方式 密码"):
        assert word in page


def test_one_session_or_all_others_are_ended_from_here(liqiang: User) -> None:
    here, phone, office = Client(), Client(), Client()
    for one in (here, phone, office):
        sign_in(one, "liqiang")
    row = Session.objects.get(digest=digest_of(key_of(phone)))
    here.post(f"/account/sessions/{row.pk}/end/")
    assert (is_in(here), is_in(phone), is_in(office)) == (True, False, True)
    here.post("/account/sessions/end-others/")
    assert (is_in(here), is_in(office)) == (True, False)
    assert newest("identity.session.ended") == {"reason": "ended_elsewhere", "sessions_ended": 1}


def test_nobody_ends_a_stranger_s_session_by_its_number(
    liqiang: User, staff: dict[str, User], now: datetime
) -> None:
    give_password(staff["wuting"], at=now)
    mine, theirs = Client(), Client()
    sign_in(mine, "liqiang")
    sign_in(theirs, "wuting")
    row = Session.objects.get(user=staff["wuting"])
    assert mine.post(f"/account/sessions/{row.pk}/end/").status_code == 404
    assert is_in(theirs)
    assert mine.get(f"/account/of/{staff['wuting'].pk}/").status_code == 403
    assert mine.post(f"/account/of/{staff['wuting'].pk}/sessions/end/").status_code == 403


def test_an_administrator_ends_someone_s_sessions(liqiang: User, zhoujie: Client) -> None:
    client = Client()
    sign_in(client, "liqiang")
    assert "已登录的设备" in text_of(zhoujie.get(f"/account/of/{liqiang.pk}/"))
    zhoujie.post(f"/account/of/{liqiang.pk}/sessions/end/")
    assert not is_in(client)
    assert newest("identity.session.ended") == {"reason": "ended_by_admin", "sessions_ended": 1}


def test_a_session_ends_after_idling_and_after_a_working_day(liqiang: User, settings: Settings) -> None:
    idle, long = Client(), Client()
    sign_in(idle, "liqiang")
    sign_in(long, "liqiang")
    back_in_time(idle, SEEN, settings.VOUCH_IDLE_SECONDS + 5)
    assert "长时间没有操作" in text_of(idle.get("/", follow=True))
    assert newest("identity.session.left") == {"reason": "idle"}
    back_in_time(long, STARTED, settings.VOUCH_SESSION_SECONDS + 5)
    assert "超过最长时限" in text_of(long.get("/", follow=True))
    assert newest("identity.session.left") == {"reason": "too_long"}
    assert not Session.objects.filter(user=liqiang, ended_at=None).exists()


def back_in_time(client: Client, clock: str, seconds: int) -> None:
    session = client.session
    session[clock] = int(time.time()) - seconds
    session.save()


def test_use_keeps_a_session_but_not_beyond_its_day(liqiang: User, client: Client) -> None:
    sign_in(client, "liqiang")
    back_in_time(client, SEEN, 90)
    assert is_in(client)
    assert time.time() - client.session[SEEN] < 30
    began = client.session[STARTED]
    assert is_in(client)
    assert client.session[STARTED] == began


def test_a_session_given_before_signing_in_is_worth_nothing_after(liqiang: User, client: Client) -> None:
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    planted = session.session_key or ""
    client.cookies["sessionid"] = planted
    sign_in(client, "liqiang")
    assert key_of(client) != planted
    attacker = Client()
    attacker.cookies["sessionid"] = planted
    assert not is_in(attacker)
    assert is_in(client)


def test_the_database_does_not_tell_the_cookie(liqiang: User, client: Client) -> None:
    sign_in(client, "liqiang")
    key = key_of(client)
    kept = set(StoredSession.objects.values_list("session_key", flat=True))
    assert key not in kept
    assert digest_of(key) in kept
    thief = Client()
    thief.cookies["sessionid"] = digest_of(key)
    assert not is_in(thief)


def test_a_new_password_signs_out_everywhere_else(liqiang: User) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here, "liqiang")
    sign_in(elsewhere, "liqiang")
    form = {"oldpassword": PASSWORD, "password1": "a-better-one-27183", "password2": "a-better-one-27183"}
    assert "密码已修改" in text_of(here.post("/account/password/", form, follow=True))
    assert is_in(here)
    assert not is_in(elsewhere)
    # The list follows the key that changed.
    assert "本次登录" in text_of(here.get("/account/"))


def test_whose_account_is_closed_is_out_at_once(liqiang: User, client: Client) -> None:
    sign_in(client, "liqiang")
    assert is_in(client)
    with writing():
        User.objects.filter(pk=liqiang.pk).update(is_active=False)
    assert not is_in(client)
    page = text_of(sign_in(Client(), "liqiang"))
    assert "用户名或密码不正确" in page


def test_signing_out_leaves_its_entry_and_ends_the_row(liqiang: User, client: Client) -> None:
    sign_in(client, "liqiang")
    key = key_of(client)
    client.post("/sign-out/")
    assert newest("identity.session.left") == {"reason": "signed_out"}
    assert Session.objects.get(digest=digest_of(key)).ended_why == "signed_out"
    thief = Client()
    thief.cookies["sessionid"] = key
    assert not is_in(thief)


def test_sessions_whose_time_is_over_are_thrown_away(liqiang: User, actor: Actor) -> None:
    old, fresh = Client(), Client()
    sign_in(old, "liqiang")
    sign_in(fresh, "liqiang")
    over = digest_of(key_of(old))
    StoredSession.objects.filter(session_key=over).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert tidy_sessions(actor=actor, at=timezone.now()) == 1
    assert not StoredSession.objects.filter(session_key=over).exists()
    assert Session.objects.get(digest=over).ended_why == "too_long"
    assert is_in(fresh)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome 142 · Windows"),
        (CHROME + " Edg/142.0.0.0", "Edge 142 · Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1",
            "Safari 19 · iPhone",
        ),
        (
            "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36",
            "Chrome 132 · 鸿蒙",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/130.0 MicroMessenger/8.0.50",
            "微信 8 · 安卓",
        ),
        ("curl/8.5", "未知浏览器 · 未知系统"),
        ("", "未知浏览器 · 未知系统"),
    ],
)
def test_browsers_are_told_in_words(agent: str, words: str) -> None:
    assert device_in_words(agent) == words
