"""Statements typed by keyboard on two bases contradict each other, and somebody decides; on a desk and on a phone."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, Visits, fits
from vouch.customers.models import FigureChoice, FinancialStatement
from vouch.customers.terms import Basis
from vouch.customers.tests.scene import told
from vouch.parties.models import Party

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def type_statement(page: Page) -> None:
    """Lines in 万元, moving down by Enter; the total works itself out until somebody types another."""
    page.get_by_label("口径").select_option("tax")
    page.get_by_label("截止年月").fill(f"{timezone.localdate().year - 1}-12")
    page.get_by_label("货币资金（本期）", exact=True).fill("20")
    page.keyboard.press("Enter")
    expect(page.get_by_label("应收票据（本期）", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.type("60.5")
    expect(page.get_by_label("流动资产合计（本期）", exact=True)).to_have_value("80.5")
    page.get_by_label("流动资产合计（本期）", exact=True).fill("90")
    expect(page.get_by_text("各项合计 80.5，相差 9.5")).to_be_visible()
    page.get_by_label("营业收入（本期）", exact=True).fill("300")


@pytest.mark.parametrize("width", [1440, 390])
def test_type_a_statement_and_resolve_the_conflict_that_it_shows(
    visits: Visits, firm_book: list[Party], width: int
) -> None:
    firm = firm_book[0]
    year = timezone.localdate().year - 1
    told(firm, year, {"revenue": 360_000_000, "cost": 1}, at=timezone.now() - timedelta(minutes=5))
    visit = visits(width)
    page = visit.open(f"/file/{firm.pk}/financials/new/?way=keyboard")
    type_statement(page)
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_role("heading", name="读到的内容")).to_be_visible()
    assert FinancialStatement.objects.count() == 1, "the preview keeps nothing"
    page.get_by_role("button", name="确认保存").click()
    expect(page.get_by_text("财务报表已登记")).to_be_visible()
    assert FinancialStatement.objects.get(basis=Basis.TAX).periods.count() == 1
    decide(visit, firm, year)
    page = visit.open(f"/file/{firm.pk}/financials/")
    expect(page.locator("#years").get_by_text("300.00").first).to_be_visible()
    assert fits(page)


def decide(visit: Visit, firm: Party, year: int) -> None:
    """By keyboard: the claim's dot leads to the claim, and the reason is asked for."""
    page = visit.open(f"/file/{firm.pk}/figures/")
    conflict = page.locator(f"#revenue-{date(year, 12, 31)}")
    expect(conflict.get_by_text("待决定")).to_be_visible()
    assert fits(page)
    conflict.get_by_label(re.compile("财务报表（税务） 300.00 万元")).first.focus()
    page.keyboard.press("Enter")
    conflict.get_by_role("radio").first.check()
    conflict.get_by_role("button", name="采用所选数值").click()
    expect(page.get_by_text("请写明采用的理由")).to_be_visible()
    # The browser itself notes the refused form; nothing else may be amiss by then.
    assert all("422" in said for said in visit.complaints)
    visit.complaints.clear()
    conflict = page.locator(f"#revenue-{date(year, 12, 31)}")
    conflict.get_by_role("radio").first.check()
    conflict.get_by_label("采用的理由").fill("与银行流水和纳税申报一致")
    conflict.get_by_role("button", name="采用所选数值").click()
    expect(page.get_by_text("采用决定已登记")).to_be_visible()
    expect(page.get_by_text("与银行流水和纳税申报一致")).to_be_visible()
    assert FigureChoice.objects.get().source == "statement.tax"
