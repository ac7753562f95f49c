"""An account manager enters a firm from paper: identity, shareholders, three statements, a document; counted, on a screen and on a phone."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Locator, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import PASSWORD, WATCH, Visit
from vouch.customers.models import FiledDocument, FinancialStatement, StatementPeriod
from vouch.customers.tests.scene import PDF
from vouch.parties.models import Party, Shareholding
from vouch.platform.identity.actions import set_password
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User

pytestmark = pytest.mark.browser

MOST_INTERACTIONS = 60
"""What the person at the desk is promised: fewer than this from an empty form to a file with everything in it."""

BALANCE = """资产负债表\t\t单位：元
项目\t期末余额\t年初余额
货币资金\t1,200,000.00\t900,000.00
应收账款\t2,300,000.00\t2,000,000.00
流动资产合计\t5,000,000.00\t4,200,000.00
非流动资产合计\t3,000,000.00\t3,100,000.00
资产总计\t8,000,000.00\t7,300,000.00
流动负债合计\t2,500,000.00\t2,400,000.00
负债合计\t2,500,000.00\t2,400,000.00
所有者权益合计\t5,500,000.00\t4,900,000.00
"""
INCOME = """项目\t本年金额\t上年金额
一、营业收入\t12,000,000.00\t10,500,000.00
减：营业成本\t9,600,000.00\t8,500,000.00
四、净利润\t600,000.00\t500,000.00
"""
CASH = """项目\t本年金额\t上年金额
销售商品、提供劳务收到的现金\t11,500,000.00\t10,000,000.00
经营活动产生的现金流量净额\t700,000.00\t550,000.00
"""


class Hand:
    """Counts what a person does: filling a field, choosing, clicking, pressing a key."""

    def __init__(self) -> None:
        self.count = 0

    def fill(self, field: Locator, text: str) -> None:
        self.count += 1
        field.fill(text)

    def choose(self, field: Locator, value: str) -> None:
        self.count += 1
        field.select_option(value)

    def give(self, field: Locator, path: Path) -> None:
        self.count += 1
        field.set_input_files(path)

    def click(self, what: Locator) -> None:
        self.count += 1
        what.click()


@pytest.fixture
def officer(transactional_db: None, staff: dict[str, User], now: datetime) -> User:
    user = staff["liqiang"]
    set_password(actor=system_actor("test"), at=now, user=user, password=PASSWORD)
    return user


@pytest.mark.parametrize("width", [1440, 390])
def test_a_firm_is_entered_from_paper_in_fewer_interactions_than_promised(
    browser: Browser, live_server: LiveServer, officer: User, tmp_path: Path, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    context.add_init_script(WATCH)
    visit = Visit(context.new_page(), live_server.url)
    page, hand = visit.page, Hand()
    page.on("console", lambda said: visit.complaints.append(said.text) if said.type == "error" else None)
    visit.open("/sign-in/")
    page.get_by_label("用户名").fill(officer.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()

    visit.open(reverse("parties:new"))
    for name, text in (
        ("name", "江州恒信机械有限公司"),
        ("code", "91350100M000100Y43"),
        ("capital_text", "500"),
        ("established_on", "20190301"),
        ("address", "江州市工业园区机械路8号"),
        ("industry_code", "C3411"),
        ("staff_count", "46"),
        ("shareholder-0-name", "王建国"),
        ("shareholder-0-number", "110101199003071233"),
        ("shareholder-0-rate", "60"),
        ("shareholder-1-name", "江州投资有限公司"),
        ("shareholder-1-rate", "40"),
    ):
        if name == "shareholder-1-name" and page.locator(f"[name={name}]").count() == 0:
            hand.click(page.locator("[data-lines-add=lines-shareholder]"))
        hand.fill(page.locator(f"[name={name}]"), text)
    hand.click(page.get_by_role("button", name="建档"))
    expect(page.get_by_role("heading", name="江州恒信机械有限公司")).to_be_visible()
    firm = Party.objects.get(name="江州恒信机械有限公司")
    assert Shareholding.objects.filter(party=firm).count() == 2
    assert "110101199003071233" not in page.content()

    hand.click(page.get_by_role("link", name="档案", exact=True))
    hand.click(page.locator("a.file-section", has_text="财务"))
    page.goto(f"{visit.address}{reverse('customers:new_financials', args=[firm.pk])}?way=paste")
    hand.count += 2  # 录入财务报表, 从 Excel 粘贴
    hand.fill(page.locator("[name=ends_on]"), "2025-12")
    hand.fill(page.locator("[name=balance]"), BALANCE)
    hand.fill(page.locator("[name=income]"), INCOME)
    hand.fill(page.locator("[name=cash]"), CASH)
    hand.click(page.get_by_role("button", name="预览"))
    hand.click(page.get_by_role("button", name="确认保存"))
    expect(page).to_have_url(re.compile(r"/file/financials/\d+/"))
    assert FinancialStatement.objects.filter(material__party=firm).count() == 1
    assert StatementPeriod.objects.count() == 2, "this year, and the year before beside it"

    paper = tmp_path / "营业执照.pdf"
    paper.write_bytes(PDF)
    visit.open(reverse("customers:add_document", args=[firm.pk]))
    hand.count += 2  # 资料, 上传
    hand.choose(page.locator("[name=category]"), "licence")
    hand.give(page.locator("[name=file]"), paper)
    hand.click(page.get_by_role("button", name="上传"))
    expect(page.locator("[data-answer]").first).to_contain_text("营业执照")
    assert FiledDocument.objects.filter(material__party=firm).count() == 1

    visit.open(reverse("desk:customer_panel", args=[firm.pk, "file"]))
    expect(page.get_by_text("登记资料").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert hand.count < MOST_INTERACTIONS, hand.count
    assert visit.complaints == []
    context.close()
