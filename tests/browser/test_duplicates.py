"""Two records side by side, merged with the keyboard and un-merged again; ticked rows, kept filters; wide and narrow."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from vouch.parties.actions import EnterpriseDetails, Registration, look_for_duplicates, register_enterprise
from vouch.parties.models import Party
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1440, 390])
def test_a_pair_is_merged_with_the_keyboard_and_un_merged(
    visits: Visits, firm_book: list[Party], staff: dict[str, User], now: datetime, width: int
) -> None:
    actor, stays = system_actor("test"), firm_book[0]
    details = EnterpriseDetails(name="恒泰新材料", address="苏州市吴中区金枫路1号")
    whole = Registration(details, manager=staff["wuting"])
    goes = register_enterprise(actor=actor, at=now, unit=staff["wuting"].unit, registration=whole)
    again = EnterpriseDetails(name="苏州恒泰新材料有限公司", address="苏州市吴中区金枫路1号")
    register_enterprise(actor=actor, at=now, unit=staff["wuting"].unit, registration=Registration(again))
    look_for_duplicates(actor=actor, at=now)
    visit = visits(width)
    page = visit.open(reverse("parties:duplicates"))
    # Two of one whole name, and the short name of both of them in the house of one.
    expect(page.locator("tr[data-row]")).not_to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("tr[data-row]", has_text="恒泰新材料").first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="两条记录")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    before = Party.objects.exclude(canonical=None).count()
    page.keyboard.press("n")
    expect(page.get_by_label("为什么不是同一客户")).to_be_focused()
    page.get_by_label("为什么不是同一客户").press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("1")
    page.keyboard.press("m")
    expect(page.get_by_text("可在客户页撤销合并")).to_be_visible()
    merged = Party.objects.exclude(canonical=None).select_related("canonical").get()
    assert before == 0
    assert merged.canonical is not None
    # The record that went leads to the customer, from where it comes back.
    visit.open(reverse("desk:customer", args=[merged.pk]))
    expect(page.get_by_text(f"{merged.number} {merged.name} 已并入本客户")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="撤销合并").click()
    page.get_by_label("撤销合并的理由").fill("两家同名企业")
    page.get_by_role("button", name="撤销合并").click()
    expect(page.get_by_text("合并已撤销")).to_be_visible()
    assert not Party.objects.exclude(canonical=None).exists()
    assert {stays.pk, goes.pk} <= set(Party.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("width", [1440, 390])
def test_ticked_rows_are_exported_and_a_filter_is_kept(visits: Visits, width: int) -> None:
    visit = visits(width)
    page = visit.open(reverse("desk:customers"))
    # 王芳 reviews and gives nobody away: she may export what she ticks.
    expect(page.get_by_role("button", name="分派管户")).to_have_count(0)
    page.locator("input[name=pick]").first.check()
    expect(page.get_by_text("已选 1")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="导出选中").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.get_by_text("保存筛选").click()
    page.get_by_label("清单名称").fill("全部客户")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存清单“全部客户”")).to_be_visible()
    page.get_by_role("button", name="我的清单").click()
    expect(page.get_by_role("link", name="全部客户")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
