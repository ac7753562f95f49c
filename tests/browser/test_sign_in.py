"""The door in a real browser: an authenticator app, a security key, a passkey, and ten wrong passwords."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import PASSWORD, WATCH
from vouch.platform.identity.actions import set_password
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User
from vouch.platform.identity.tests.door import SECRET, code_of, enrol_app

pytestmark = pytest.mark.browser

Doors = Callable[[int], Page]
EXPECTED = ("429 (Too Many Requests)",)


@pytest.fixture
def wangfang(transactional_db: None, staff: dict[str, User], now: datetime) -> User:
    set_password(actor=system_actor("test"), at=now, user=staff["wangfang"], password=PASSWORD)
    return staff["wangfang"]


@pytest.fixture
def doors(browser: Browser, live_server: LiveServer, wangfang: User) -> Iterator[Doors]:
    """A browser of one's own before the door; nothing may have been refused or thrown in the end."""
    complaints: list[str] = []
    contexts = []

    def door(width: int) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="zh-CN", base_url=live_server.url
        )
        contexts.append(context)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/sign-in/")
        return page

    yield door
    for context in contexts:
        context.close()
    assert [one for one in complaints if not any(known in one for known in EXPECTED)] == []


def sign_in(page: Page, password: str = PASSWORD) -> None:
    page.goto("/sign-in/")
    page.get_by_label("用户名").fill("wangfang")
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def sign_out(page: Page) -> None:
    page.goto("/sign-out/")
    page.get_by_role("main").get_by_role("button", name="退出登录").click()


def confirm(page: Page) -> None:
    expect(page.get_by_role("heading", name="确认身份")).to_be_visible()
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="确认").click()


def plug_in_a_key(page: Page, *, passkeys: bool) -> None:
    """Chromium's own virtual authenticator."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal" if passkeys else "usb",
        "hasResidentKey": passkeys,
        "hasUserVerification": passkeys,
        "isUserVerified": passkeys,
        "automaticPresenceSimulation": True,
    }
    line.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.mark.parametrize("width", [1440, 390])
def test_an_app_is_enrolled_with_its_picture_and_a_recovery_code_signs_in(doors: Doors, width: int) -> None:
    page = doors(width)
    sign_in(page)
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()
    page.goto("/account/second-factor/")
    page.get_by_role("link", name="启用").click()
    confirm(page)
    picture = page.get_by_alt_text("验证器应用的二维码")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 20")
    page.get_by_label("验证码").fill(code_of(page.locator("#totp-secret").inner_text()))
    page.get_by_role("button", name="启用").click()
    expect(page.locator(".codes li")).to_have_count(10)
    code = page.locator(".codes li").first.inner_text()
    sign_out(page)
    sign_in(page)
    expect(page.get_by_role("heading", name="两步验证")).to_be_visible()
    page.get_by_label("验证码").fill(code)
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()
    page.goto("/account/")
    expect(page.get_by_text("密码与恢复码")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_code_of_the_app_signs_in(doors: Doors, wangfang: User, now: datetime) -> None:
    enrol_app(wangfang, at=now)
    page = doors(1440)
    sign_in(page)
    page.get_by_label("验证码").fill(code_of(SECRET))
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()


def test_a_security_key_is_added_named_and_signs_in(doors: Doors) -> None:
    page = doors(1440)
    plug_in_a_key(page, passkeys=False)
    sign_in(page)
    page.goto("/account/second-factor/")
    page.get_by_role("link", name="添加").click()
    confirm(page)
    page.get_by_label("名称").fill("蓝色密钥")
    page.get_by_role("button", name="添加").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.goto("/account/second-factor/")
    expect(page.get_by_text("蓝色密钥")).to_be_visible()
    sign_out(page)
    sign_in(page)
    page.get_by_role("button", name="使用安全密钥").click()
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()


def test_a_passkey_signs_in_without_a_password(doors: Doors) -> None:
    page = doors(390)
    plug_in_a_key(page, passkeys=True)
    sign_in(page)
    page.goto("/account/second-factor/keys/new/")
    confirm(page)
    page.get_by_label("用作通行密钥").check()
    page.get_by_role("button", name="添加").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.goto("/account/second-factor/")
    expect(page.get_by_text("通行密钥", exact=True)).to_be_visible()
    sign_out(page)
    page.goto("/sign-in/")
    page.get_by_role("button", name="使用通行密钥").click()
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()
    page.goto("/account/")
    expect(page.get_by_text("方式 通行密钥")).to_be_visible()


def test_a_key_that_is_not_there_is_said_to_be_so(doors: Doors) -> None:
    page = doors(1440)
    plug_in_a_key(page, passkeys=True)
    page.get_by_role("button", name="使用通行密钥").click()
    expect(page.locator("#key-error")).to_be_visible()


def test_ten_wrong_passwords_lock_even_with_a_second_factor(
    doors: Doors, wangfang: User, now: datetime
) -> None:
    enrol_app(wangfang, at=now)
    page = doors(390)
    for _ in range(10):
        sign_in(page, "wrong")
    expect(page.get_by_role("heading", name="登录已暂时锁定")).to_be_visible()
    sign_in(page)
    expect(page.get_by_role("heading", name="登录已暂时锁定")).to_be_visible()
    expect(page.get_by_text("15 分钟后可以再试")).to_be_visible()
