"""The second factor: enrolled on our pages, kept as ciphertext, asked at the door, limited, and gone when lost."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from vouch.platform.identity.actions import reset_factors, set_password
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.tests.door import (
    PASSWORD,
    SECRET,
    answer,
    code_of,
    confirm,
    enrol_app,
    give_password,
    is_in,
    sign_in,
    text_of,
    whole_database,
    wrong_code,
)
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.queries import latest_entries
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


@pytest.fixture
def wangfang(staff: dict[str, User], now: datetime) -> User:
    give_password(staff["wangfang"], at=now)
    return staff["wangfang"]


@pytest.fixture
def with_app(wangfang: User, now: datetime) -> User:
    enrol_app(wangfang, at=now)
    return wangfang


def events(user: User) -> list[str]:
    return list(latest_entries().filter(subject_id=str(user.pk)).values_list("event", flat=True))


def enrol_by_page(client: Client) -> tuple[str, str]:
    """The secret that the page showed, and the code that it took."""
    client.get("/account/second-factor/app/")
    confirm(client)
    page = client.get("/account/second-factor/app/").content.decode()
    found = re.search(r'id="totp-secret">([A-Z2-7]+)<', page)
    assert found is not None
    assert "data:image/svg+xml;base64," in page
    code = code_of(found[1])
    done = client.post("/account/second-factor/app/", {"code": code}, follow=True)
    assert "恢复码" in text_of(done)
    return found[1], code


def test_the_codes_are_those_of_the_standard() -> None:
    # RFC 6238, appendix B, the last six of its eight digits.
    assert [code_of(SECRET, at=at) for at in (59, 1111111109, 20000000000)] == ["287082", "081804", "353130"]


def test_an_app_enrolled_on_the_page_is_asked_for_at_the_door(wangfang: User, client: Client) -> None:
    sign_in(client, "wangfang")
    _secret, used = enrol_by_page(client)
    codes = re.findall(r"<li>(\d{8})</li>", client.get("/account/second-factor/codes/").content.decode())
    assert len(set(codes)) == 10
    assert "identity.second_factor.added" in events(wangfang)
    fresh = Client()
    assert "两步验证" in text_of(sign_in(fresh, "wangfang"))
    assert not is_in(fresh)
    # The code that enrolled the app counts as used.
    assert "已经使用过" in text_of(answer(fresh, used))
    answer(fresh, codes[0])
    assert is_in(fresh)
    again = Client()
    sign_in(again, "wangfang")
    assert "验证码不正确" in text_of(answer(again, codes[0]))


def test_a_code_opens_once(with_app: User) -> None:
    first, second = Client(), Client()
    sign_in(first, "wangfang")
    sign_in(second, "wangfang")
    code = code_of(SECRET)
    answer(first, code)
    assert is_in(first)
    assert "已经使用过" in text_of(answer(second, code))
    assert not is_in(second)
    entry = latest_entries().filter(event="identity.session.started").first()
    assert entry is not None
    assert entry.after is not None
    assert entry.after["means"] == "password_code"


def test_a_used_code_is_remembered_whatever_else_the_cache_keeps(with_app: User) -> None:
    client = Client()
    sign_in(client, "wangfang")
    code = code_of(SECRET)
    answer(client, code)
    for number in range(400):
        cache.set(f"0-first-in-order-{number}", number, 600)
        cache.set(f"zz-last-in-order-{number}", number, 600)
    second = Client()
    sign_in(second, "wangfang")
    answer(second, code)
    assert not is_in(second)


def test_ten_wrong_codes_shut_the_door_with_a_chinese_page(with_app: User) -> None:
    client = Client()
    sign_in(client, "wangfang")
    for _ in range(10):
        assert "验证码不正确" in text_of(answer(client, wrong_code()))
    # From another place too: the limit is the person's, not the address's.
    elsewhere = Client(REMOTE_ADDR="10.9.8.7")
    sign_in(elsewhere, "wangfang")
    page = answer(elsewhere, code_of(SECRET))
    assert page.status_code == 429
    assert "登录已暂时锁定" in text_of(page)
    assert "10 次输错验证码" in text_of(page)
    assert not is_in(elsewhere)
    assert events(with_app).count("identity.sign_in.failed") == 10
    assert "identity.sign_in.locked" in events(with_app)


def test_the_database_shows_no_secret_and_no_code(wangfang: User, client: Client) -> None:
    sign_in(client, "wangfang")
    client.get("/account/second-factor/app/")
    confirm(client)
    waiting = re.search(
        r'id="totp-secret">([A-Z2-7]+)<', client.get("/account/second-factor/app/").content.decode()
    )
    assert waiting is not None
    # The secret that waits for its first code is in the session, as ciphertext.
    assert waiting[1] not in json.dumps(dict(client.session))
    assert client.session["mfa.totp.secret"].startswith("vault1:")
    code = code_of(waiting[1])
    client.post("/account/second-factor/app/", {"code": code})
    codes = re.findall(r"<li>(\d{8})</li>", client.get("/account/second-factor/codes/").content.decode())
    everything = whole_database()
    assert waiting[1] not in everything
    assert len(codes) == 10
    for one in codes:
        assert one not in everything
    kept = Authenticator.objects.filter(user=wangfang)
    assert {row.type for row in kept} == {"totp", "recovery_codes"}
    for row in kept:
        assert (row.data.get("secret") or row.data.get("seed")).startswith("vault1:")


def test_a_secret_moved_to_another_person_does_not_open(
    with_app: User, staff: dict[str, User], now: datetime
) -> None:
    other = staff["chenjing"]
    give_password(other, at=now)
    enrol_app(other, at=now, secret="MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK")
    with writing():
        mine = Authenticator.objects.get(user=with_app)
        Authenticator.objects.filter(user=other).update(data=mine.data)
    client = Client()
    sign_in(client, "chenjing")
    assert "无法读取" in text_of(answer(client, code_of(SECRET)))
    assert not is_in(client)


def test_a_secret_that_was_never_sealed_is_not_used(with_app: User) -> None:
    with writing():
        Authenticator.objects.filter(user=with_app).update(data={"secret": SECRET})
    client = Client()
    sign_in(client, "wangfang")
    assert "无法读取" in text_of(answer(client, code_of(SECRET)))


def test_who_must_have_a_second_factor_reaches_nothing_before(
    wangfang: User, client: Client, settings: Settings
) -> None:
    settings.VOUCH_MFA = frozenset({"risk_reviewer"})
    assert "您的岗位必须启用两步验证" in text_of(sign_in(client, "wangfang"))
    for path in ("/", "/customers/", "/ledger/"):
        assert client.get(path).headers["Location"] == "/account/second-factor/"
    assert client.get("/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/account/second-factor/"
    enrol_by_page(client)
    assert is_in(client)
    client.get("/account/second-factor/app/remove/")
    kept = client.post("/account/second-factor/app/remove/")
    assert "不能移除最后一种验证方式" in text_of(kept)
    assert Authenticator.objects.filter(user=wangfang, type="totp").exists()


def test_a_role_that_needs_none_is_not_asked(wangfang: User, client: Client, settings: Settings) -> None:
    settings.VOUCH_MFA = frozenset({"admin"})
    sign_in(client, "wangfang")
    assert is_in(client)


def test_enrolling_and_removing_ask_who_one_is(wangfang: User, client: Client) -> None:
    sign_in(client, "wangfang")
    for path in ("app/", "keys/new/"):
        page = client.get(f"/account/second-factor/{path}", follow=True)
        assert "确认身份" in text_of(page)
    assert "密码不正确" in text_of(confirm(client, "wrong"))


def test_enrolling_ends_the_sessions_that_had_no_second_factor(wangfang: User) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here, "wangfang")
    sign_in(elsewhere, "wangfang")
    enrol_by_page(here)
    assert is_in(here)
    assert not is_in(elsewhere)


def test_an_administrator_takes_a_lost_factor_away_but_not_the_password_as_well(
    with_app: User, staff: dict[str, User], actors: dict[str, Actor], now: datetime
) -> None:
    zhoujie = actors["zhoujie"]
    with pytest.raises(Refused):
        reset_factors(actor=actor_of(with_app), at=now, user=with_app)
    assert reset_factors(actor=zhoujie, at=now, user=with_app) == 1
    with pytest.raises(Refused, match="两名管理员"):
        set_password(actor=zhoujie, at=now, user=with_app, password="x-one-time-pass", one_time=True)
    client = Client()
    sign_in(client, "wangfang", PASSWORD)
    assert is_in(client)


def test_the_one_who_renewed_the_password_does_not_take_the_factor(
    with_app: User, actors: dict[str, Actor], now: datetime
) -> None:
    set_password(actor=actors["zhoujie"], at=now, user=with_app, password="x-one-time-pass", one_time=True)
    with pytest.raises(Refused, match="两名管理员"):
        reset_factors(actor=actors["zhoujie"], at=now, user=with_app)
