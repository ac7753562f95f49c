"""From the assessment to the signal and back: drafted by one, reviewed by another, switched on, noted, withdrawn."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import Visits, fits
from vouch.customers.actions import review_assessment, switch_social, withdraw_assessment
from vouch.customers.models import ImpactAssessment
from vouch.parties.models import Party
from vouch.platform.identity.actor import system_actor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SYSTEM = system_actor("test")

TEXTS = {
    "处理目的": "了解企业经营是否活跃",
    "处理方式": "客户经理查看企业公开页面后登记",
    "合法、正当、必要的理由": "只记企业公开页面上的数字",
    "对个人权益的影响": "不涉及个人",
    "安全风险": "可能误记个人信息",
    "保护措施": "登记时检查并拒绝个人信息",
}


@pytest.mark.parametrize("width", [1440, 390])
def test_an_assessment_opens_the_signals_and_its_withdrawal_shuts_them(
    visits: Visits, firm_book: list[Party], now: datetime, width: int
) -> None:
    firm = firm_book[0]
    visit = visits(width)
    page = visit.open(f"/file/{firm.pk}/social/")
    expect(page.get_by_text("社交信息没有开启")).to_be_visible()
    expect(page.get_by_role("link", name="登记社交信号")).to_have_count(0)
    page = visit.open("/consent/assessments/new/")
    page.get_by_label("处理活动").select_option("social")
    page.get_by_label("处理目的").fill("写到一半")
    page.get_by_role("button", name="存草稿").click()
    expect(page.get_by_text("正在填写草稿")).to_be_visible()
    expect(page.get_by_label("处理目的")).to_have_value("写到一半")
    for label, text in TEXTS.items():
        page.get_by_label(label, exact=True).fill(text)
    for label in ("合法", "正当", "必要", "措施合法、有效并与风险程度相适应"):
        page.get_by_role("checkbox", name=label, exact=True).check()
    page.get_by_label("风险程度", exact=True).select_option("low")
    page.get_by_label("结论", exact=True).select_option("permitted")
    assert fits(page)
    page.get_by_role("button", name="登记评估").click()
    expect(page.get_by_text("已登记为草稿")).to_be_visible()
    page.get_by_role("button", name="提交复核").click()
    # Who wrote it has no button to review it.
    expect(page.get_by_text("等待另一人复核")).to_be_visible()
    expect(page.get_by_role("button", name="复核通过")).to_have_count(0)
    one = ImpactAssessment.objects.get()
    review_assessment(actor=SYSTEM, at=timezone.now(), assessment=one)
    page = visit.open("/consent/assessments/")
    expect(page.get_by_role("link", name=one.number)).to_be_visible()
    assert fits(page)
    switch_social(actor=SYSTEM, at=timezone.now(), is_on=True, reason="试用")
    page = visit.open(f"/file/{firm.pk}/social/new/")
    page.get_by_text("粘贴或上传整张表格").click()
    table = "种类\t平台\t网址\t评分\t满分\t评价条数\n店铺评分\t团购网\thttps://s.example/1\t4.6\t5\t88"
    page.get_by_label("粘贴表格").fill(table)
    page.get_by_role("button", name="读入上面的表").click()
    page.locator("[name=lines-0-note]").fill("老板电话 13800138000")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("不要在这里填写证件号码").first).to_be_visible()
    assert all("422" in said for said in visit.complaints)
    visit.complaints.clear()
    page.locator("[name=lines-0-note]").fill("换季促销")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("评分 4.6，满分 5，88 条")).to_be_visible()
    expect(page.locator(".tile", has_text="店铺评价条数")).to_contain_text("88")
    assert fits(page)
    withdraw_assessment(actor=SYSTEM, at=timezone.now(), assessment=one, reason="平台条款变化")
    page = visit.open(f"/file/{firm.pk}/social/")
    expect(page.get_by_text("社交信息没有开启")).to_be_visible()
    expect(page.get_by_text("换季促销")).to_have_count(0)
