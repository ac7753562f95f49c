"""A manager proposes another class and reads what follows; a second person confirms; wide and narrow."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import PASSWORD, Visits, fits
from vouch.grading import queries
from vouch.grading.actions import ClassProposal, propose_class
from vouch.grading.terms import ClassReason
from vouch.parties.models import Party
from vouch.platform.identity.actions import set_password
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User

pytestmark = pytest.mark.browser


def sign_in(page: Page, address: str, username: str) -> None:
    page.goto(f"{address}/sign-in/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_manager_proposes_a_class_reads_its_consequences_and_a_second_person_confirms(
    visits: Visits,
    browser: Browser,
    live_server: LiveServer,
    firm_book: list[Party],
    staff: dict[str, User],
    now: datetime,
    width: int,
) -> None:
    party = firm_book[0]
    held = queries.class_in_effect(party.pk)
    assert held is not None
    assert held.risk_class != "高风险"
    set_password(actor=system_actor("test"), at=now, user=staff["liqiang"], password=PASSWORD)
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    sign_in(page, live_server.url, "liqiang")
    page.goto(live_server.url + reverse("desk:customer_panel", args=[party.pk, "class"]))
    expect(page.get_by_role("heading", name="生效分类")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name="提出分类调整").click()
    page.get_by_label("拟定分类").select_option("高风险")
    foretold = page.locator("#foretold")
    expect(foretold.get_by_text("每 30 天")).to_be_visible()
    expect(foretold.get_by_text("评审委员会", exact=True)).to_be_visible()
    expect(foretold.get_by_text("冻结（分类下调待复核", exact=False)).to_be_visible()
    assert fits(page)
    page.get_by_label("原因").select_option("逾期或欠息")
    page.get_by_label("依据").fill("三月、四月欠息，见台账")
    page.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("额度使用即时冻结")).to_be_visible()
    expect(page.get_by_text("您提出的调整由另一人复核")).to_be_visible()
    expect(page.get_by_role("button", name="确认生效")).to_have_count(0)
    assert complaints == []
    context.close()
    assert party.pk in queries.frozen([party.pk])

    second = visits(width)
    page = second.open(reverse("grading:reviews"))
    assert fits(page)
    # By keyboard: to the row, its consequences, ticked, and to the button.
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("details.consequences[open]").get_by_text("每 30 天")).to_be_visible()
    assert fits(page)
    page.keyboard.press("x")
    expect(page.get_by_text("已选 1")).to_be_visible()
    page.locator("details.consequences[open]").get_by_role("link", name="打开").click()
    expect(page.get_by_role("heading", name="后果对照")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="确认生效").click()
    expect(page.get_by_text("已确认，新分类即时生效")).to_be_visible()
    expect(page.get_by_text("确认时的实际变化")).to_be_visible()
    found = queries.class_in_effect(party.pk)
    assert found is not None
    assert (found.risk_class, found.reviewer_label) == ("高风险", "王芳（风险管理部）")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_ticked_proposal_is_returned_and_taken_back_and_the_matrix_leads_to_customers(
    visits: Visits, firm_book: list[Party], now: datetime, width: int
) -> None:
    said = ClassProposal("高风险", ClassReason.WARNING, "两条预警信号未解除")
    row = propose_class(actor=system_actor("test"), at=now, party_id=firm_book[0].pk, proposal=said)
    visit = visits(width)
    page = visit.open(reverse("grading:reviews"))
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("r")
    expect(page.get_by_label("退回理由")).to_be_focused()
    page.keyboard.type("信号已核实为误报")
    page.get_by_role("button", name="退回").click()
    expect(page.get_by_text("已退回 1 项")).to_be_visible()
    assert not queries.frozen([firm_book[0].pk])
    visit.open(row.get_absolute_url())
    page.get_by_role("button", name="撤回退回").click()
    expect(page.get_by_text("已撤回退回")).to_be_visible()
    assert queries.frozen([firm_book[0].pk])
    visit.open(reverse("grading:migration"))
    assert fits(page)
    page.locator("table.migration td a").first.click()
    expect(page.get_by_text(firm_book[0].name)).to_be_visible()
    assert fits(page)
