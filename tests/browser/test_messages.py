"""From the bell to the message to what it is about; and the settings of one's own messages."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from vouch.parties.models import Party
from vouch.platform.courier import queries, templates
from vouch.platform.courier.actions import notify
from vouch.platform.courier.templates import Template
from vouch.platform.courier.terms import Group
from vouch.platform.identity.models import User

pytestmark = pytest.mark.browser


@pytest.fixture
def told(firm_book: list[Party], staff: dict[str, User], now: datetime) -> Party:
    """王芳 was told of a firm, and of another."""
    templates.register(
        Template(
            name="test.firm", title="请复核：{firm}", body="该客户的评估结论需要您复核。", group=Group.WORK,
            samples={"firm": "甲"},
        )
    )  # fmt: skip
    for firm in firm_book[:2]:
        notify(
            at=now,
            recipients=[staff["wangfang"].pk],
            template="test.firm",
            stable_id=f"firm:{firm.pk}",
            subject=("party", str(firm.pk)),
            values={"firm": firm.name},
        )
    return firm_book[0]


@pytest.mark.parametrize("width", [1440, 390])
def test_the_bell_leads_to_the_message_and_the_message_to_its_subject(
    visits: Visits, told: Party, width: int
) -> None:
    page = visits(width).open("/")
    bell = page.locator('.tool[href="/messages/"]:visible')
    expect(bell).to_have_attribute("aria-label", "消息，2 条未读")
    expect(bell).to_contain_text("2")
    bell.click()
    page.get_by_role("link", name=f"请复核：{told.name}").click()
    expect(page.get_by_role("heading", name=f"请复核：{told.name}")).to_be_visible()
    # Opened is read: the bell knows without another page.
    expect(page.locator(".tool:visible .tool-count")).to_have_text("1")
    page.get_by_role("link", name="查看客户").click()
    expect(page.get_by_role("heading", name=told.name)).to_be_visible()
    page.go_back()
    page.locator('.tool[href="/messages/"]:visible').click()
    page.get_by_role("button", name="全部已读").click()
    expect(page.get_by_text("1 条消息已标为已读")).to_be_visible()
    expect(page.locator(".tool:visible .tool-count")).to_be_hidden()


def test_settings_are_kept(visits: Visits, told: Party, staff: dict[str, User]) -> None:
    page = visits(390).open("/messages/settings/")
    page.get_by_label("邮箱", exact=True).fill("wangfang@example.com")
    page.get_by_role("button", name="保存地址").click()
    expect(page.get_by_text("设置已保存")).to_be_visible()
    page.get_by_label("使用自己的免打扰时段").check()
    page.get_by_label("开始").fill("20:00")
    page.get_by_label("结束").fill("09:00")
    page.get_by_label("业务").check()
    page.get_by_role("button", name="保存设置").click()
    expect(page.get_by_text("设置已保存")).to_be_visible()
    found = queries.wishes_of([staff["wangfang"].pk])[staff["wangfang"].pk]
    assert (found.quiet.start.hour, sorted(found.muted)) == (20, ["work"])
    assert queries.addresses_of(staff["wangfang"].pk)["mail"] == "wangfang@example.com"
