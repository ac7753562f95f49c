"""The import wizard from upload to undo, as a risk manager goes through it on a desk and on a phone."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from playwright.sync_api import expect
from procrastinate.contrib.django.models import ProcrastinateJob
from python_calamine import CalamineWorkbook

from tests.browser.conftest import Visits
from vouch.parties.models import Enterprise, Party
from vouch.platform.exchange.tasks import run_import_job, undo_import_job

pytestmark = pytest.mark.browser


def workbook() -> bytes:
    """A list with a heading over two rows, amounts whose unit nobody names, and a wrong code."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet("说明").write(0, 0, "填表说明")
    sheet = book.add_worksheet("名单")
    sheet.write(0, 0, "客户名单")
    sheet.write_row(1, 0, ["单位名称", "信用代码", "规模"])
    sheet.write_row(2, 2, ["营业收入", "资产总额"])
    sheet.write_row(3, 0, ["丁贸易有限公司", "91110000802100433B", 350, 1200])
    sheet.write_row(4, 0, ["戊贸易有限公司", "91310000607378261P", "3,500,000元", 90])
    sheet.write_row(5, 0, ["己贸易有限公司", "91310000607378260P", 1, 2])
    book.close()
    return out.getvalue()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_workbook_is_uploaded_tried_loaded_marked_and_undone(visits: Visits, width: int) -> None:
    visit = visits(width)
    page = visit.open("/imports/new/enterprises/")
    before = Party.objects.count()
    page.get_by_label("企业名单文件").set_input_files(
        {"name": "客户名单.xlsx", "mimeType": "application/octet-stream", "buffer": workbook()}
    )
    page.get_by_label("归属机构").select_option(label="业务一部")
    page.get_by_role("button", name="上传并核对列").click()

    expect(page.get_by_role("heading", name="核对列")).to_be_visible()
    expect(page.get_by_text("表头在第 3 行")).to_be_visible()
    expect(page.get_by_label("统一社会信用代码", exact=True)).to_have_value("信用代码")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # No amount reaches 100,000: the page asks, and does not go on without an answer.
    expect(page.get_by_text("文件没有写明单位，最大的数是 1,200").first).to_be_visible()
    page.get_by_role("button", name="开始导入").click()
    expect(page.get_by_text("请选择金额的单位。")).to_be_visible()
    # The browser tells of an answer of 422 as if it were a fault.
    assert [one for one in visit.complaints if "422" not in one] == []
    visit.complaints.clear()
    page.get_by_label("金额单位", exact=True).select_option("万元")
    page.get_by_role("button", name="开始导入").click()

    expect(page.get_by_text("排队中")).to_be_visible()
    run_import_job(**ProcrastinateJob.objects.get(task_name="exchange.run_import").args)
    expect(page.get_by_text("已完成").first).to_be_visible()
    assert Party.objects.count() == before + 2
    found = dict(
        Enterprise.objects.filter(party__name__in=("丁贸易有限公司", "戊贸易有限公司")).values_list(
            "party__name", "revenue"
        )
    )
    assert found == {"丁贸易有限公司": 3_500_000, "戊贸易有限公司": 3_500_000}
    expect(page.get_by_role("table").last.get_by_text("校验位").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    with page.expect_download() as download:
        page.get_by_role("link", name="标注副本").click()
    copy = CalamineWorkbook.from_path(str(download.value.path())).get_sheet_by_name("名单").to_python()
    assert [row[4] for row in copy[2:]] == ["结果", "已导入或无变化", "已导入或无变化", "未导入"]

    with_changes = Party.objects.get(name="戊贸易有限公司")
    page.get_by_role("link", name="撤销整次导入").click()
    expect(page.get_by_text("可以全部撤销")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("撤销理由").fill("导错了名单")
    page.get_by_role("button", name="撤销整次导入").click()
    expect(page.get_by_text("撤销中")).to_be_visible()
    undo_import_job(**ProcrastinateJob.objects.get(task_name="exchange.undo_import").args)
    expect(page.get_by_text("撤销了这次导入：导错了名单")).to_be_visible()
    assert not Party.objects.filter(pk=with_changes.pk).exists()
    assert Party.objects.count() == before

    # The same headings again: what was confirmed is used, and the page says so.
    visit.open("/imports/new/enterprises/")
    page.get_by_label("企业名单文件").set_input_files(
        {"name": "十一月.xlsx", "mimeType": "application/octet-stream", "buffer": workbook()}
    )
    page.get_by_label("归属机构").select_option(label="业务一部")
    page.get_by_role("button", name="上传并核对列").click()
    expect(page.get_by_text("保存的列对应，可以修改")).to_be_visible()
    expect(page.get_by_label("资产总额的单位")).to_have_value("万元")
