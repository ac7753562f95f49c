"""The elevation: drawn at once, read with the keyboard, and within its box on a telephone."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.conftest import Visits, fits
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.actions.addresses import read_addresses
from vouch.parties.models import Building, Party
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User

pytestmark = pytest.mark.browser

TOWER = "江州市江北区产业大道18号3栋"


@pytest.fixture
def tower(firm_book: list[Party], staff: dict[str, User], now: datetime) -> Building:
    """Twelve floors of twelve doors, one firm behind each, and two whose door nobody knows."""
    actor = system_actor("test")
    doors = [f"{floor}{room:02d}室" for floor in range(1, 13) for room in range(1, 13)]
    for number, door in enumerate([*doors, "", ""]):
        details = EnterpriseDetails(name=f"第{number}号有限公司", address=f"{TOWER}{door}")
        whole = Registration(details, manager=staff["liqiang"])
        register_enterprise(actor=actor, at=now, unit=staff["liqiang"].unit, registration=whole)
    read_addresses(actor=actor, at=now)
    return Building.objects.get(key="江州市|江北区|产业大道|18号|3幢")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_elevation_is_walked_with_the_keyboard_and_leads_to_the_customer(
    visits: Visits, tower: Building, width: int
) -> None:
    visit = visits(width)
    page = visit.open(reverse("desk:buildings"))
    assert fits(page)
    page.get_by_role("link", name=tower.name).first.click()
    expect(page.get_by_role("heading", name="立面图")).to_be_visible()
    assert fits(page)
    expect(page.locator("a.door")).to_have_count(146)
    expect(page.locator(".elevation tbody tr")).to_have_count(12)
    # Twelve floors stand above one another in straight columns, the top one first.
    lefts = page.evaluate(
        "[...document.querySelectorAll('.elevation tbody tr')].map((row) => row.cells[3].offsetLeft)"
    )
    assert len(set(lefts)) == 1
    expect(page.locator(".elevation tbody th").first).to_have_text("12层")
    first = page.locator("a.door").first
    first.focus()
    expect(page.locator("[data-elevation-said]")).to_contain_text("1201 ")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-elevation-said]")).to_contain_text("1202 ")
    page.keyboard.press("ArrowDown")
    said = page.locator("[data-elevation-said]")
    expect(said).to_contain_text("1102 ")
    expect(said).to_contain_text("未评估")
    name = Party.objects.get(enterprise__address=f"{TOWER}1102室").name
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.get_by_role("link", name="楼栋", exact=True).last.click()
    expect(page.get_by_role("heading", name="所在楼栋")).to_be_visible()
    assert fits(page)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_about_buildings_fit(visits: Visits, tower: Building, width: int) -> None:
    visit = visits(width)
    for name in ("building_industries", "shared_addresses", "walking_list"):
        assert fits(visit.open(reverse(f"desk:{name}")))
    assert fits(visit.open(reverse("parties:address_readings")))
    page = visit.open(reverse("parties:limit_building", args=[tower.pk]))
    page.get_by_label("在保余额上限（万元）").fill("500")
    page.get_by_label("理由").fill("控制集中度")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("楼栋限额已保存")).to_be_visible()
    assert fits(page)
