"""A risk officer's morning: find a firm, read why, take the list away; nothing breaks the page's policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests.browser.conftest import Visits
from vouch.grading.queries import assessments_of
from vouch.parties.models import Party

pytestmark = pytest.mark.browser

PANELS = ("评估结论", "指标", "发票", "登记信息", "历史")


def test_a_firm_is_found_by_part_of_its_name_and_says_why(visits: Visits, firm_book: list[Party]) -> None:
    page = visits(1440).open("/customers/")
    page.keyboard.press("/")
    page.keyboard.type("恒泰")
    expect(page.locator("tr[data-row]")).to_have_count(1)
    expect(page).to_have_url(re.compile("q=%E6%81%92%E6%B3%B0"))
    page.get_by_role("link", name="苏州恒泰新材料有限公司").click()
    expect(page.get_by_role("heading", name="苏州恒泰新材料有限公司")).to_be_visible()
    reasons = assessments_of(firm_book[0].pk)[0].snapshot["decision"]["reasons"]
    assert len(reasons) >= 3
    for reason in reasons[:3]:
        expect(page.locator(".reasons").get_by_text(reason["text"])).to_be_visible()


def test_the_list_is_taken_away_as_excel(visits: Visits, firm_book: list[Party], tmp_path: Path) -> None:
    page = visits(1440).open("/customers/?q=有限公司")
    page.get_by_role("button", name="导出", exact=True).click()
    with page.expect_download() as started:
        page.get_by_role("link", name="Excel 表格").click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    lines = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    assert lines[0][0] == "客户名称"
    assert {line[0] for line in lines[1:]} == {"苏州恒泰新材料有限公司", "北京无票有限公司"}


def test_every_chart_answers_the_mouse_within_the_policy(visits: Visits, firm_book: list[Party]) -> None:
    visit = visits(1440)
    for path in ("/", f"/customers/{firm_book[0].pk}/", f"/customers/{firm_book[0].pk}/invoices/"):
        page = visit.open(path)
        drawn = page.locator(".chart-canvas svg")
        assert drawn.count() >= 1
        for place in range(drawn.count()):
            box = drawn.nth(place).bounding_box()
            assert box is not None
            drawn.nth(place).scroll_into_view_if_needed()
            for across, down in ((0.5, 0.5), (0.3, 0.6), (0.7, 0.3)):
                drawn.nth(place).hover(position={"x": box["width"] * across, "y": box["height"] * down})
    assert visit.complaints == []


def test_panels_change_in_place_and_the_way_back_works(visits: Visits, firm_book: list[Party]) -> None:
    page = visits(1440).open(f"/customers/{firm_book[0].pk}/")
    for panel in PANELS[1:]:
        page.locator(".panel-tabs").get_by_role("link", name=panel).click()
        expect(page.locator(".panel-tabs a.on")).to_have_text(panel)
    expect(page).to_have_url(re.compile("/history/$"))
    page.go_back()
    expect(page.locator(".panel-tabs a.on")).to_have_text("登记信息")
    expect(page.get_by_role("heading", name="苏州恒泰新材料有限公司")).to_be_visible()


def test_a_definition_shows_on_focus_too(visits: Visits, firm_book: list[Party]) -> None:
    page = visits(1440).open(f"/customers/{firm_book[0].pk}/facts/")
    term = page.locator(".term").first
    note = term.locator(".term-note")
    expect(note).to_be_hidden()
    term.focus()
    expect(note).to_be_visible()


@pytest.mark.parametrize("width", [360, 390])
def test_pages_fit_a_phone_and_its_menu_opens(visits: Visits, firm_book: list[Party], width: int) -> None:
    visit = visits(width)
    firm = firm_book[0].pk
    pages = ["/", "/customers/", "/ledger/", "/imports/", "/policies/", "/account/password/"]
    pages += [f"/customers/{firm}/{panel}" for panel in ("", "facts/", "invoices/", "identity/", "history/")]
    for path in pages:
        page = visit.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page = visit.open("/")
    entry = page.get_by_role("navigation", name="主菜单").get_by_role("link", name="客户")
    expect(entry).to_be_hidden()
    page.get_by_role("button", name="打开菜单").click()
    expect(entry).to_be_visible()
    entry.click()
    expect(page.get_by_role("heading", name="客户", level=1)).to_be_visible()
