"""The search box: initials typed, arrows and Enter; all results by kind; numbers kept out of addresses; on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits, fits
from vouch.parties.models import Party

pytestmark = pytest.mark.browser


def test_a_firm_is_found_by_its_initials_with_the_keyboard_alone(
    visits: Visits, firm_book: list[Party]
) -> None:
    page = visits(1440).open("/imports/")
    page.keyboard.press("Control+k")
    page.keyboard.type("szht")
    hit = page.locator(".search-suggestions .search-hit")
    expect(hit).to_have_count(1)
    expect(hit.locator("mark")).to_have_text("苏州恒泰")
    page.keyboard.press("ArrowDown")
    expect(hit).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="苏州恒泰新材料有限公司")).to_be_visible()


def test_enter_lists_all_and_a_kind_cuts_it_down(visits: Visits, firm_book: list[Party]) -> None:
    page = visits(1440).open("/")
    page.keyboard.press("/")
    page.keyboard.type("有限公司")
    expect(page.locator(".search-suggestions .search-hit")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator(".search-suggestions")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/search/"))
    expect(page.locator("main .search-hit")).to_have_count(2)
    page.get_by_role("link", name="个人", exact=True).click()
    expect(page.get_by_text("没有找到您能看到的内容")).to_be_visible()


def test_a_number_does_not_get_into_the_address(visits: Visits, firm_book: list[Party]) -> None:
    page = visits(1440).open("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("110101199003071233")
    expect(page.locator(".search-none")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有找到您能看到的内容")).to_be_visible()
    assert "1101" not in page.url


def test_a_phone_searches_on_a_page_of_its_own(visits: Visits, firm_book: list[Party]) -> None:
    page = visits(390).open("/")
    page.get_by_role("link", name="搜索").click()
    page.get_by_role("searchbox", name="搜索").fill("hzdx")
    page.get_by_role("searchbox", name="搜索").press("Enter")
    hit = page.locator("main .search-hit")
    expect(hit).to_have_count(1)
    assert fits(page)
    hit.click()
    expect(page.get_by_role("heading", name="杭州鼎新食品商贸行")).to_be_visible()
