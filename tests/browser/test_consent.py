"""From the signed paper to the refusal: an authorisation added, a report opened, the consent withdrawn."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from vouch.customers.actions import verify_authorisation
from vouch.customers.models import Authorisation
from vouch.customers.tests.scene import PDF, report_file
from vouch.parties.models import Party
from vouch.platform.identity.actor import system_actor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LATE = (
    "<EDA><ED01><ED01A><ED01AI01>A1</ED01AI01><ED01AD01>1</ED01AD01><ED01AD02>D1</ED01AD02></ED01A><ED01B><ED01BH>"
    "<ED01BR01>2026-01-31</ED01BR01><ED01BJ01>300</ED01BJ01><ED01BD01>2</ED01BD01></ED01BH></ED01B></ED01></EDA>"
)


@pytest.mark.parametrize("width", [1440, 390])
def test_add_an_authorisation_open_a_report_withdraw_and_be_refused(
    visits: Visits, firm_book: list[Party], tmp_path: Path, width: int
) -> None:
    firm = firm_book[0]
    visit = visits(width)
    page = visit.open(f"/customers/{firm.pk}/consent/")
    expect(page.get_by_text("没有授权", exact=True)).to_be_visible()
    page.get_by_role("link", name="登记授权").click()
    page.get_by_label("保前审查").check()
    page.get_by_label("征信数据").check()
    page.get_by_label("截止日期").fill((timezone.localdate() + timedelta(days=90)).isoformat())
    wrong = tmp_path / "授权书.pdf"
    wrong.write_bytes(b"MZ this is no paper")
    page.get_by_label("签署文件", exact=True).set_input_files(wrong)
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("文件内容不是完整的")).to_be_visible()
    # The browser itself notes the refused upload; nothing else may be amiss by then.
    assert all("422" in said for said in visit.complaints)
    visit.complaints.clear()
    paper = tmp_path / "授权书.jpg"
    paper.write_bytes(PDF)
    page.get_by_label("签署文件", exact=True).set_input_files(paper)
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("核验后生效")).to_be_visible()
    # A second person verifies; who recorded it has no button for that.
    expect(page.get_by_role("button", name="核验通过")).to_have_count(0)
    one = Authorisation.objects.get()
    verify_authorisation(actor=system_actor("test"), at=timezone.now(), authorisation=one)
    page = visit.open(f"/customers/{firm.pk}/consent/")
    page.get_by_role("link", name="上传信用报告").click()
    report = tmp_path / "报告.xml"
    report.write_bytes(report_file(firm, on=timezone.localdate(), number="2026112200000001", body=LATE))
    page.get_by_label("报告文件").set_input_files(report)
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_text("2026112200000001")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="查阅").click()
    opened.value.wait_for_load_state()
    expect(opened.value.get_by_text("关注类余额 300.00 万元")).to_be_visible()
    expect(opened.value.get_by_role("button", name="打印")).to_be_visible()
    assert opened.value.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    opened.value.close()
    with page.context.expect_page() as original:
        page.get_by_role("button", name="原件").click()
    original.value.wait_for_load_state()
    assert "EA01" in original.value.content()
    original.value.close()
    visit.open(f"/consent/authorisations/{one.pk}/")
    page.get_by_placeholder("撤回的理由").fill("客户来函撤回")
    page.get_by_role("button", name="撤回授权").click()
    expect(page.get_by_text("从此刻起不能再据此读取")).to_be_visible()
    page = visit.open(f"/customers/{firm.pk}/consent/")
    expect(page.get_by_text("留存 1 份信用报告")).to_be_visible()
    assert "2026112200000001" not in page.content()
