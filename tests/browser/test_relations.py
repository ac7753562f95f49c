"""The map of relations and the way between two customers, wide and narrow."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits, fits
from tests.networks import control, firm, kin, person, share
from vouch.parties.models import Party

pytestmark = pytest.mark.browser


WHERE = """name => {
  const canvas = document.querySelector("[data-chart=map] .chart-canvas");
  const data = window.echarts.getInstanceByDom(canvas).getModel().getSeriesByIndex(0).getData();
  const mark = data.getItemGraphicEl(data.mapArray((place) => data.getName(place)).indexOf(name));
  const [x, y] = mark.transformCoordToGlobal(0, 0);
  canvas.scrollIntoView({ block: "center", behavior: "instant" });
  const box = canvas.getBoundingClientRect();
  return [box.left + x, box.top + y];
}"""


def where(page: Page, name: str) -> tuple[float, float]:
    """Where a party is drawn on the map."""
    x, y = page.evaluate(WHERE, name)
    return x, y


@pytest.mark.parametrize("width", [1440, 390])
def test_the_map_is_drawn_filtered_walked_and_read_as_a_table(
    visits: Visits, firm_book: list[Party], now: datetime, width: int
) -> None:
    start, end = firm_book[0], firm_book[1]
    boss, wife, between = person("控制人张伟"), person("李娜"), firm("苏州恒泰贸易有限公司")
    share(boss, start, "0.7")
    kin(boss, wife)
    control(wife, between)
    share(between, end, "0.4")
    visit = visits(width)
    page = visit.open(reverse("desk:customer", args=[start.pk]))
    # The signs at the head load by themselves.
    expect(page.get_by_role("link", name="关联方 3 户，合计在保 0.00 万元")).to_be_visible()
    page.get_by_role("link", name="关系", exact=True).click()
    expect(page.get_by_role("heading", name="穿透持股")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name="打开图谱").click()
    expect(page.locator("[data-chart=map] svg")).to_be_visible()
    expect(page.locator("[data-chart=map] svg").get_by_text("控制人张伟")).to_be_visible()
    assert fits(page)
    # A click on a party loads its card beside the map.
    expect(page.locator("#node-card").get_by_role("link", name=start.name)).to_be_visible()
    page.mouse.click(*where(page, "控制人张伟"))
    expect(page.locator("#node-card").get_by_role("link", name="控制人张伟")).to_be_visible()
    # The same as a table, reached by the keyboard.
    rows = page.locator("#table-ties tr[data-row]")
    expect(rows).to_have_count(2)
    page.keyboard.press("j")
    expect(rows.first.get_by_role("link").first).to_be_focused()
    page.get_by_label("到另一客户的路径").fill(end.name)
    page.get_by_role("button", name="查询").first.click()
    expect(page.get_by_role("status").filter(has_text="最短路径")).to_contain_text(
        f"{start.name} → 控制人张伟 → 李娜 → 苏州恒泰贸易有限公司 → {end.name}"
    )
    assert fits(page)
    page.get_by_label("配偶").check()
    page.get_by_role("button", name="查询").first.click()
    expect(page.get_by_text("8 步以内没有到")).to_be_visible()
    visit.open(reverse("desk:gatherings", args=["groups"]))
    expect(page.get_by_role("link", name="苏州恒泰贸易有限公司").first).to_be_visible()
    assert fits(page)
    visit.open(reverse("desk:fall", args=[start.pk]))
    expect(page.get_by_text("没有客户为它担保")).to_be_visible()
    assert fits(page)
