"""A firm entered from paper with the keyboard: lines pasted from a spreadsheet, a draft taken up again."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import PASSWORD, WATCH, Visit
from vouch.parties.models import Party, Shareholding
from vouch.platform.identity.actions import set_password
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User

pytestmark = pytest.mark.browser

SHEET = "李大山\t310101198512154566\t60%\t300\n丙投资有限公司\t\t30\t150\n丁某\t\t10\t50\n戊某\t\t\t"

PASTE = """(field, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def officer(transactional_db: None, staff: dict[str, User], now: datetime) -> User:
    user = staff["liqiang"]
    set_password(actor=system_actor("test"), at=now, user=user, password=PASSWORD)
    return user


@pytest.mark.parametrize("width", [1440, 390])
def test_a_firm_is_entered_with_the_keyboard(
    browser: Browser, live_server: LiveServer, officer: User, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    context.add_init_script(WATCH)
    visit = Visit(context.new_page(), live_server.url)
    page = visit.page
    page.on("console", lambda said: visit.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    visit.open("/sign-in/")
    page.get_by_label("用户名").fill(officer.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()
    visit.open(reverse("parties:new"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("统一社会信用代码或旧注册号").fill("91110108MA00000070")
    page.get_by_label("企业名称").fill("乙商贸有限公司")
    page.get_by_label("注册资本（万元）").fill("500")
    page.get_by_label("成立日期").fill("2020年5月6日")
    first = page.locator("[name=shareholder-0-name]")
    # Four rows into the three lines that stand ready.
    first.evaluate(PASTE, SHEET)
    expect(page.locator("[name=shareholder-3-name]")).to_have_value("戊某")
    expect(page.locator("[name=shareholder-0-rate]")).to_have_value("60%")
    expect(page.locator("[name=shareholder-1-subscribed]")).to_have_value("150")
    # Enter goes to the next line, and from the last one makes another.
    page.locator("[name=shareholder-3-name]").press("Enter")
    expect(page.locator("[name=shareholder-4-name]")).to_be_focused()
    page.get_by_role("button", name="存草稿").click()
    expect(page.get_by_text("正在填写草稿")).to_be_visible()
    expect(page.locator("[name=shareholder-2-name]")).to_have_value("丁某")
    page.get_by_label("企业名称").press("Control+Enter")
    expect(page.get_by_role("heading", name="乙商贸有限公司")).to_be_visible()
    firm = Party.objects.get(name="乙商贸有限公司")
    assert [str(one.rate) for one in Shareholding.objects.filter(party=firm).order_by("pk")] == [
        "0.600000", "0.300000", "0.100000", "None",
    ]  # fmt: skip
    visit.open(reverse("desk:customer_panel", args=[firm.pk, "identity"]))
    expect(page.get_by_text("登记的内容没有改过。")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.complaints == []
    context.close()
