"""An account manager registers a person, sees them masked, reads one value for a purpose, finds them by number."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import PASSWORD, WATCH, Visit
from vouch.parties.models import Party
from vouch.platform.identity.actions import set_password
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User

pytestmark = pytest.mark.browser

NUMBER = "110101199003071233"


@pytest.fixture
def officer(transactional_db: None, staff: dict[str, User], now: datetime) -> User:
    user = staff["liqiang"]
    set_password(actor=system_actor("test"), at=now, user=user, password=PASSWORD)
    return user


@pytest.mark.parametrize("width", [1440, 390])
def test_a_person_is_registered_masked_read_for_a_purpose_and_found_by_number(
    browser: Browser, live_server: LiveServer, officer: User, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    context.add_init_script(WATCH)
    visit = Visit(context.new_page(), live_server.url)
    page, asked = visit.page, []
    page.on("console", lambda said: visit.complaints.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    visit.open("/sign-in/")
    page.get_by_label("用户名").fill(officer.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()

    visit.open(reverse("parties:new_person"))
    page.get_by_label("姓名", exact=True).fill("阿不都•热合曼")
    page.locator("[name=document_number]").fill("１１０１０１ 19900307 1233")
    page.get_by_label("手机").fill("+86 138-0013-8000")
    page.get_by_role("button", name="建档").click()
    expect(page.get_by_role("heading", name="阿不都·热合曼")).to_be_visible()
    expect(page.get_by_text("110***********1233")).to_be_visible()
    assert NUMBER not in page.content()

    page.get_by_role("link", name="显示 证件号码").click()
    page.get_by_label("说明").fill("面签核对")
    page.get_by_role("button", name="显示").click()
    expect(page.get_by_text(NUMBER)).to_be_visible()
    page.get_by_role("button", name="隐藏").click()
    expect(page.get_by_text(NUMBER)).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    person = Party.objects.get()
    for written in ("１１０１０１１９９００３０７１２３３", "138 0013 8000"):
        visit.open("/customers/")
        page.get_by_role("searchbox").press_sequentially(written)
        # Longer than the list waits before it asks while somebody types.
        page.wait_for_timeout(500)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(re.escape(person.get_absolute_url())))
    assert not [url for url in asked if NUMBER in url or "0013" in url or "%EF%BC%91" in url]
    assert visit.complaints == []
    context.close()
