"""Passwords: what they must be, and those that are good for one sign-in."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from vouch.platform.identity.actions import renew_password
from vouch.platform.identity.models import UsedPassword, User
from vouch.platform.identity.passwords import one_time_password
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.tests.door import (
    PASSWORD,
    confirm,
    give_password,
    is_in,
    sign_in,
    text_of,
    whole_database,
)
from vouch.platform.ledger.queries import latest_entries
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short-1", "太短"),
        ("123456789012345", "数字"),
        ("wangfangwangfang", "相似"),
        ("x" * 129, "太长，最长 128"),
        ("qwerty123456", "常见"),
    ],
)
def test_bad_passwords_are_refused_in_chinese(staff: dict[str, User], password: str, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, staff["wangfang"])
    assert why in "".join(refused.value.messages)


@pytest.mark.parametrize(
    "password", ["一句很长很长的中文口令也可以用", "correct horse battery staple", "x1" * 64]
)
def test_any_letters_will_do_if_there_are_enough(staff: dict[str, User], password: str) -> None:
    validate_password(password, staff["wangfang"])


def test_the_last_five_are_not_taken_again(staff: dict[str, User], now: datetime) -> None:
    user = staff["liqiang"]
    for number in range(6):
        renew_password(
            actor=actor_of(user), at=now + timedelta(days=number), user=user, password=f"pass-phrase-{number}"
        )
    for number in (1, 5):
        with pytest.raises(ValidationError, match="用过"):
            validate_password(f"pass-phrase-{number}", user)
    validate_password("pass-phrase-0", user)


def test_an_administrator_gives_a_password_for_one_sign_in(staff: dict[str, User], now: datetime) -> None:
    user, admin = staff["liqiang"], Client()
    give_password(staff["zhoujie"], at=now)
    give_password(user, at=now)
    before = Client()
    sign_in(before, "liqiang")
    sign_in(admin, "zhoujie")
    # Resetting asks the administrator who they are, then goes on.
    asked = admin.post(f"/account/of/{user.pk}/password/")
    page = confirm(admin, asked=asked).content.decode()
    found = re.search(r'id="fresh-password">([a-z2-9-]+)<', page)
    assert found is not None
    assert not is_in(before)
    assert found[1] not in str(list(latest_entries().values_list("after", flat=True)))
    client = Client()
    assert "一次性密码" in text_of(sign_in(client, "liqiang", found[1]))
    for path in ("/", "/customers/", "/account/second-factor/", "/account/"):
        assert client.get(path).headers["Location"] == "/account/password/"
    same = {"oldpassword": found[1], "password1": found[1], "password2": found[1]}
    assert "不能与最近" in text_of(client.post("/account/password/", same))
    fresh = same | {"password1": "my-own-and-nobody-else-s", "password2": "my-own-and-nobody-else-s"}
    client.post("/account/password/", fresh)
    assert is_in(client)
    assert not is_in_with("liqiang", found[1])
    assert is_in_with("liqiang", "my-own-and-nobody-else-s")


def is_in_with(username: str, password: str) -> bool:
    client = Client()
    sign_in(client, username, password)
    return is_in(client)


def test_a_one_time_password_grows_old(staff: dict[str, User]) -> None:
    user = staff["liqiang"]
    give_password(user, at=timezone.now() - timedelta(hours=73), one_time=True)
    client = Client()
    assert "一次性密码已过期" in text_of(sign_in(client, "liqiang"))
    assert not is_in(client)
    with writing():
        UsedPassword.objects.filter(user=user).update(set_at=timezone.now() - timedelta(hours=71))
    assert "请先改成" in text_of(sign_in(client, "liqiang"))


def test_one_time_passwords_are_strong_and_never_twice_the_same(staff: dict[str, User]) -> None:
    drawn = {one_time_password() for _ in range(200)}
    assert len(drawn) == 200
    validate_password(drawn.pop(), staff["wangfang"])


def test_nobody_resets_their_own_by_the_administrator_s_page(staff: dict[str, User], now: datetime) -> None:
    give_password(staff["zhoujie"], at=now)
    admin = Client()
    sign_in(admin, "zhoujie")
    asked = admin.post(f"/account/of/{staff['zhoujie'].pk}/password/")
    assert confirm(admin, asked=asked).status_code == 403
    assert is_in_with("zhoujie", PASSWORD)


def test_what_was_typed_at_the_door_is_not_kept(staff: dict[str, User], now: datetime) -> None:
    give_password(staff["liqiang"], at=now)
    sign_in(Client(), "liqiang", "typed-wrong-by-me")
    sign_in(Client(), "my-secret-as-a-name", "x")
    kept = [str(row) for row in latest_entries().values_list("event", "subject_id", "after", "actor_label")]
    failed = [row for row in kept if "identity.sign_in.failed" in row]
    assert len(failed) == 2
    assert "typed-wrong-by-me" not in "".join(kept)
    assert "my-secret-as-a-name" not in "".join(kept)
    everything = whole_database()
    assert "typed-wrong-by-me" not in everything
    assert "my-secret-as-a-name" not in everything
