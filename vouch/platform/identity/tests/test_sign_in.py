"""The door for people: what it says when it stays shut, and what it leaves in the ledger."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from vouch.platform.identity.actions import set_password
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.queries import latest_entries

PASSWORD = "right-one-for-wangfang-1"


@pytest.fixture
def wangfang(staff: dict[str, User], actor: Actor, now: datetime) -> User:
    set_password(actor=actor, at=now, user=staff["wangfang"], password=PASSWORD)
    return staff["wangfang"]


def sign_in(client: Client, password: str, username: str = "wangfang") -> str:
    response = client.post("/sign-in/", {"login": username, "password": password}, follow=True)
    return response.content.decode()


def test_the_right_password_opens_and_leaves_an_entry(wangfang: User, client: Client) -> None:
    assert "工作台" in sign_in(client, PASSWORD)
    entry = latest_entries().filter(event="identity.session.started").first()
    assert entry is not None
    assert entry.actor_id == f"user:{wangfang.pk}"
    assert PASSWORD not in str(entry.after)


def test_a_wrong_password_is_answered_in_chinese(wangfang: User, client: Client) -> None:
    page = sign_in(client, "wrong")
    assert "用户名" in page
    assert "不正确" in page


def test_after_ten_wrong_passwords_even_the_right_one_waits(wangfang: User, client: Client) -> None:
    for _ in range(9):
        assert "登录已暂时锁定" not in sign_in(client, "wrong")
    assert "登录已暂时锁定" in sign_in(client, "wrong")
    page = sign_in(client, PASSWORD)
    assert "登录已暂时锁定" in page
    assert "wangfang" in page
    assert "15 分钟" in page


def test_without_a_session_every_page_leads_to_the_door(client: Client, db: None) -> None:
    for path in ("/", "/customers/", "/customers/1/", "/ledger/", "/account/password/"):
        response = client.get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in/")


def test_signing_out_takes_a_post(wangfang: User, client: Client) -> None:
    sign_in(client, PASSWORD)
    assert "退出登录？" in client.get("/sign-out/").content.decode()
    assert client.get("/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/").status_code == 302


def test_one_changes_ones_own_password_and_the_ledger_knows_it(wangfang: User, client: Client) -> None:
    sign_in(client, PASSWORD)
    again = {"oldpassword": PASSWORD, "password1": "a-better-one-27183", "password2": "a-better-one-27183"}
    assert client.post("/account/password/", {**again, "oldpassword": "wrong"}).status_code == 200
    assert client.post("/account/password/", again).status_code == 302
    entry = latest_entries().filter(event="identity.password.renewed", actor_id=f"user:{wangfang.pk}").first()
    assert entry is not None
    assert "工作台" in sign_in(Client(), "a-better-one-27183")


@pytest.mark.parametrize(("path", "status"), [("/nowhere/", 404), ("/customers/999999/", 404)])
def test_errors_speak_chinese(wangfang: User, client: Client, path: str, status: int) -> None:
    sign_in(client, PASSWORD)
    response = client.get(path)
    assert response.status_code == status
    assert "没有找到这个页面" in response.content.decode()
