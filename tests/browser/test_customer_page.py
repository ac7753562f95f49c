"""Everything of a customer on one page: every panel loads by itself, has its address and its way back, wide and narrow."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.conftest import Visits, fits
from tests.networks import control, person
from vouch.desk.terms import Panel
from vouch.parties.models import Party

pytestmark = pytest.mark.browser

SHOWN = {
    Panel.FILE: "时间线",
    Panel.FACTS: "指标",
    Panel.INVOICES: "每月开票",
    Panel.IDENTITY: "登记信息",
    Panel.RELATIONS: "直接关系",
    Panel.BUILDING: "注册地址识别",
    Panel.GUARANTEES: "我们为它提供的担保",
    Panel.CONSENT: "授权",
    Panel.HISTORY: "操作记录",
}
"""A heading of each panel but the first."""


@pytest.mark.parametrize("width", [1440, 390])
def test_every_panel_of_a_customer_loads_by_itself(
    visits: Visits, firm_book: list[Party], now: datetime, width: int
) -> None:
    firm = firm_book[0]
    control(person("控制人张伟"), firm)
    visit = visits(width)
    page = visit.open(reverse("desk:customer", args=[firm.pk]))
    expect(page.get_by_role("heading", name=firm.name, level=1)).to_be_visible()
    page.evaluate("window.stays = true")
    for panel, heading in SHOWN.items():
        page.locator(".panel-tabs").get_by_role("link", name=str(panel.label), exact=True).click()
        expect(page.get_by_role("heading", name=heading).first).to_be_visible()
        assert page.url.endswith(reverse("desk:customer_panel", args=[firm.pk, panel]))
        assert fits(page), panel
    # The panels came into the page that was there, and the way back leads through them.
    assert page.evaluate("window.stays")
    page.go_back()
    expect(page.get_by_role("heading", name=SHOWN[Panel.CONSENT], exact=True)).to_be_visible()
    # The address alone brings the panel, too.
    visit.open(reverse("desk:customer_panel", args=[firm.pk, Panel.BUILDING]))
    expect(page.get_by_role("heading", name=SHOWN[Panel.BUILDING])).to_be_visible()
