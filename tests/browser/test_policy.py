"""A draft with a gap is caught, mended on the page, reviewed by a second person and published; wide and narrow."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import PASSWORD, WATCH, fits
from vouch.parties.models import Party
from vouch.platform.identity.actions import set_password
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.browser
GAP = "grades: [C]"
WHOLE = "grades: [CCC, C]"


def signed_in(browser: Browser, address: str, username: str, *, width: int, complaints: list[str]) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    context.add_init_script(WATCH)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    # A form that is sent back answers 422, which the browser notes as an error too.
    page.on(
        "console",
        lambda said: (
            complaints.append(said.text) if said.type == "error" and "422" not in said.text else None
        ),
    )
    page.goto(f"{address}/sign-in/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()
    return page


@pytest.mark.parametrize("width", [1440, 390])
def test_a_draft_with_a_gap_is_caught_mended_reviewed_and_published(
    browser: Browser,
    live_server: LiveServer,
    firm_book: list[Party],
    staff: dict[str, User],
    now: datetime,
    width: int,
) -> None:
    set_password(actor=system_actor("test"), at=now, user=staff["chenjing"], password=PASSWORD)
    first = PolicyVersion.objects.get(state="published")
    text = first.document.replace(f"version: {first.version}\n", f"version: {first.version + 1}\n", 1)
    assert WHOLE in text
    complaints: list[str] = []
    page = signed_in(browser, live_server.url, "wangfang", width=width, complaints=complaints)
    page.goto(f"{live_server.url}/policies/")
    page.get_by_label("政策文件（YAML）").set_input_files(
        {"name": "新版.yaml", "mimeType": "text/yaml", "buffer": text.replace(WHOLE, GAP).encode()}
    )
    page.get_by_role("button", name="提交草稿").click()
    expect(page.get_by_role("heading", name="编辑政策")).to_be_visible()
    expect(page.get_by_text("改好才能收下")).to_be_visible()
    expect(page.get_by_text("CCC").first).to_be_visible()
    assert fits(page)
    page.get_by_label("政策原文（YAML）").fill(text)
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_text("没有错误")).to_be_visible()
    page.get_by_role("button", name="提交草稿").click()
    expect(page.get_by_text("已收下")).to_be_visible()
    assert fits(page)
    draft = page.url
    second = signed_in(browser, live_server.url, "chenjing", width=width, complaints=complaints)
    second.goto(draft)
    second.get_by_role("button", name="复核通过").click()
    expect(second.get_by_text("已复核。")).to_be_visible()
    expect(second.get_by_label("生效日期")).to_be_visible()
    assert fits(second)
    second.get_by_role("button", name="发布").click()
    expect(second.get_by_text("已发布。")).to_be_visible()
    assert PolicyVersion.objects.get(state="published").version == first.version + 1
    assert complaints == []
    for one in (page, second):
        one.context.close()
