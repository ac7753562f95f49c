"""Pages of bank statements, taxes and bills: from a file in the hand to what it tells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from vouch.customers.actions import withdraw_authorisation
from vouch.customers.models import (
    BankStatement,
    BankTransaction,
    Material,
    StagedFile,
    TaxPeriod,
    UtilityBill,
)
from vouch.customers.terms import DataClass, MaterialKind
from vouch.customers.tests.flows import ACCOUNT, as_csv, moved, recorded, sheet_of
from vouch.customers.tests.scene import PHONE, granted, published
from vouch.engine.bank_statement.reading import read_statement
from vouch.engine.cells import Cell
from vouch.parties.actions import restrict_party
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.web.request import ONCE_FIELD

pytestmark = pytest.mark.django_db

CARD = "6228480402564890018"
OTHER = "6217000010012345670"
ONES = [
    moved("2026-08-01", 10_000_00, f"乙公司{CARD}", 10_000_00, account=CARD),
    moved("2026-08-03", -4_000_00, "丙公司", 6_000_00),
    moved("2026-09-05", -1_000_00, "丙公司", 4_500_00),
]
ROWS = sheet_of(ONES)


def workbook(*sheets: Sequence[Sequence[Cell]]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for rows in sheets:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    book.close()
    return buffer.getvalue()


def sent(client: Client, party: Party, *files: tuple[str, bytes], kind: str = "bank", text: str = "") -> Any:
    data = {"sheets": [SimpleUploadedFile(name, content) for name, content in files], "text": text}
    return client.post(reverse("customers:upload", args=[party.pk, kind]), data)


def fields_of(page: Any) -> dict[str, str]:
    """What a browser would send back of the page's form, unchanged."""
    found = {}
    for name in ("columns", "keep"):
        form = page.context[name]
        for bound in form:
            value = bound.value()
            found[bound.html_name] = "" if value is None else str(value)
            if not value and bound.html_name == "origin":
                found["origin"] = form.fields["origin"].choices[0][0]
    return found


def staged_page(client: Client) -> tuple[str, Any]:
    address = reverse("customers:staged", args=[StagedFile.objects.get().pk])
    return address, client.get(address)


def words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


@pytest.fixture
def manager(client: Client, staff: dict[str, User]) -> Client:
    client.force_login(staff["liqiang"])
    return client


@pytest.mark.parametrize("content", [as_csv(ROWS), as_csv(ROWS, encoding="gb18030"), workbook(ROWS)])
def test_a_statement_goes_from_the_file_over_the_preview_into_the_file(
    manager: Client, firm: Party, content: bytes
) -> None:
    taken = sent(manager, firm, ("流水.csv", content))
    assert taken.status_code == 302
    address, page = staged_page(manager)
    told = words(page)
    for expected in ("第 6 行余额 4,500.00 元", "相差 -500.00 元", "收支两列", "尾号 3446"):
        assert expected in told, expected
    assert ACCOUNT not in told
    assert CARD not in told
    saved = manager.post(address, {**fields_of(page), "do": "save"}, follow=True)
    assert "已登记流水，共 3 笔" in saved.content.decode()
    assert (BankStatement.objects.count(), BankTransaction.objects.count()) == (1, 3)
    assert not StagedFile.objects.exists()
    shown = words(manager.get(reverse("customers:bank", args=[firm.pk])))
    for expected in (
        "近12个月流入",
        "主要付款方",
        "乙公司****",
        "各月流入、流出与余额",
        "***************3446",
        "-500.00",
    ):
        assert expected in shown, expected
    assert CARD not in shown


def test_a_pasted_table_is_read_like_a_file(manager: Client, firm: Party) -> None:
    text = "\n".join("\t".join(str(cell) for cell in row) for row in ROWS)
    assert sent(manager, firm, text=text).status_code == 302
    _address, page = staged_page(manager)
    assert page.context["preview"].count == 3


def test_several_files_have_a_result_each(manager: Client, firm: Party) -> None:
    page = sent(
        manager,
        firm,
        ("好.csv", as_csv(ROWS)),
        ("空.csv", b""),
        ("坏.xlsx", b"PK\x03\x04junk"),
        ("照片.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF"),
        ("两页.xlsx", workbook(ROWS, sheet_of(ONES, account=OTHER), [["说明"]])),
        ("一行.csv", "只有一行,没有数据\n".encode()),
    )
    told = words(page)
    assert page.status_code == 200
    for expected in (
        "文件“空.csv”是空的",
        "坏.xlsx",
        "不是 XLSX、XLS 或 CSV",
        "第 2 个工作表",
        "“一行.csv”里没有表格",
    ):
        assert expected in told, expected
    assert StagedFile.objects.count() == 3
    assert "好.csv" in words(manager.get(reverse("customers:upload", args=[firm.pk, "bank"])))


def test_nothing_given_and_too_much_given_are_told(manager: Client, firm: Party) -> None:
    assert "请选择文件，或粘贴表格" in words(sent(manager, firm))
    many = [(f"{place}.csv", b"a,b\n1,2\n") for place in range(21)]
    assert "一次最多 20 个文件" in words(sent(manager, firm, *many))
    large = sent(manager, firm, ("大.csv", b"a,b\n" * 3_000_000))
    assert "超过 10 MB" in words(large)
    assert not StagedFile.objects.exists()


def test_the_same_file_again_waits_once_and_is_kept_once(manager: Client, firm: Party) -> None:
    for _time in range(2):
        sent(manager, firm, ("流水.csv", as_csv(ROWS)))
    address, page = staged_page(manager)
    form = {**fields_of(page), "do": "save", ONCE_FIELD: "0" * 32}
    assert page.content.decode().count(f'name="{ONCE_FIELD}"') == 1
    for _click in range(2):
        assert manager.post(address, form).status_code == 302
    assert BankStatement.objects.count() == 1
    sent(manager, firm, ("流水.csv", as_csv(ROWS)))
    address, page = staged_page(manager)
    assert "这个账户已有 2026-08-01 至 2026-09-05 的流水" in words(page)
    again = manager.post(address, {**fields_of(page), "do": "save"}, follow=True)
    assert "已经登记过，没有变化" in words(again)
    assert BankStatement.objects.count() == 1


def test_an_upload_can_be_left_out(manager: Client, firm: Party) -> None:
    sent(manager, firm, ("流水.csv", as_csv(ROWS)))
    address, _page = staged_page(manager)
    assert "已放弃" in words(manager.post(address, {"do": "discard"}, follow=True))
    assert manager.get(address).status_code == 404
    assert not Material.objects.exists()


def test_columns_are_put_right_by_hand(manager: Client, firm: Party) -> None:
    """Headings that no bank uses: nothing is read until somebody says which column is which."""
    rows = [["甲", "乙", "丙"], *[[str(one.on), one.name, str(one.amount / 100)] for one in ONES]]
    sent(manager, firm, ("怪.csv", as_csv(rows)))
    address, page = staged_page(manager)
    assert "没有找到表头" in words(page)
    given = {**fields_of(page), "column_day": "0", "column_amount": "2", "column_name": "1"}
    twice = manager.post(address, {**given, "column_name": "2", "do": "check"})
    assert twice.status_code == 422
    assert "这一列已用于“金额”" in words(twice)
    checked = manager.post(address, {**given, "do": "check"})
    assert checked.context["preview"].count == 3
    form = {**fields_of(checked), "do": "save"}
    refused = manager.post(address, form)
    assert refused.status_code == 422
    assert "account" in refused.context["keep"].errors
    assert manager.post(address, {**form, "account": ACCOUNT, "bank": "江州银行"}).status_code == 302
    assert BankTransaction.objects.count() == 3


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([*ROWS, *sheet_of(ONES, account=OTHER)], "第 8 行出现另一个账户（尾号 5670，前面是尾号 3446）"),
        ([["交易日期", "收入（万元）", "支出（万元）"], ["2026-01-01", "1", ""]], "以万元为单位"),
        ([ROWS[2], ["甲公司", "2026-08-01", "5", "", "", "", ""]], "没有读出任何交易"),
        ([*ROWS[:2], ["户名：别的公司"], *ROWS[2:]], "与客户名称不一致"),
        ([*ROWS, ["2026-09-06", "9", "", "", "美国公司", "", "", "USD"]], "读出 3 行"),
    ],
)
def test_what_is_odd_is_told_before_anything_is_kept(
    manager: Client, firm: Party, rows: list[list[Cell]], message: str
) -> None:
    if "读出" in message and "没有" not in message:
        rows = [[*row, "币种"] if row == ROWS[2] else [*row, *[""] * (8 - len(row))] for row in rows]
    if "不一致" in message:
        rows = [row for row in rows if row != ROWS[1]] + []
        rows.insert(1, [f"账号：{ACCOUNT}"])
    sent(manager, firm, ("流水.csv", as_csv(rows)))
    address, page = staged_page(manager)
    told = words(page)
    assert message in told or message.replace("读出 3 行", "读出 3") in told, told
    if "USD" in str(rows):
        assert "外币（USD）交易未计入" in told
        return
    if "不一致" not in message:
        refused = manager.post(address, {**fields_of(page), "do": "save", "account": ACCOUNT})
        assert refused.status_code == 422
        assert not Material.objects.exists()


def test_without_an_authorisation_no_face_stores_anything_of_a_person(
    manager: Client, person: Party, actors: dict[str, Actor]
) -> None:
    page = sent(manager, person, ("流水.csv", as_csv(ROWS)))
    assert "银行账户与流水授权" in words(page)
    assert "没有“张三”" in words(sent(manager, person, text="日期\t金额\n2026-01-01\t5"))
    assert not StagedFile.objects.exists()
    now = timezone.now() - timedelta(minutes=1)
    notice = published(at=now)
    one = granted(person, at=now, scope=[DataClass.BANK], notice=notice)
    assert sent(manager, person, ("流水.csv", as_csv(ROWS))).status_code == 302
    withdraw_authorisation(actor=actors["liqiang"], at=timezone.now(), authorisation=one, reason="来函撤回")
    address, page = staged_page(manager)
    refused = manager.post(address, {**fields_of(page), "do": "save"})
    assert refused.status_code == 422
    assert "撤回授权" in words(refused)
    assert not Material.objects.exists()


def test_of_a_restricted_party_nothing_is_taken_and_strangers_find_nothing(
    manager: Client, firm: Party, actor: Actor, staff: dict[str, User], now: datetime
) -> None:
    sent(manager, firm, ("流水.csv", as_csv(ROWS)))
    address, page = staged_page(manager)
    restrict_party(actor=actor, at=now, party=firm, reason="请求")
    assert "没有执行此操作的权限" in words(sent(manager, firm, ("流水2.csv", as_csv(ROWS[:-1]))))
    assert manager.post(address, {**fields_of(page), "do": "save"}).status_code == 403
    assert not Material.objects.exists()
    manager.force_login(staff["wuting"])
    assert manager.get(address).status_code == 404
    for name in ("bank", "transactions", "taxes", "bills", "new_tax", "new_bill"):
        assert manager.get(reverse(f"customers:{name}", args=[firm.pk])).status_code == 404
    manager.force_login(staff["zhoujie"])
    assert manager.get(reverse("customers:bank", args=[firm.pk])).status_code == 403
    manager.force_login(staff["liqiang"])
    assert manager.get(reverse("customers:upload", args=[firm.pk, "answers"])).status_code == 404


def keep(party: Party, actor: Actor, at: datetime, count: int) -> None:
    ones, balance = [], 0
    for place in range(count):
        amount = 100 * (place + 1) * (-1 if place % 3 == 0 else 1)
        balance += amount
        ones.append(
            moved(f"2026-0{1 + place % 9}-1{place % 9}", amount, f"对手{place}", balance, account=CARD)
        )
    rows = sheet_of(sorted(ones, key=lambda one: one.on))
    for row in rows[3:]:
        row[-1] = f"货款 {PHONE}"
    recorded(party, read_statement(rows), actor=actor, at=at)


def test_the_list_filters_exports_and_shows_numbers_masked(
    manager: Client, firm: Party, actor: Actor, now: datetime
) -> None:
    keep(firm, actor, now, 30)
    page = reverse("customers:transactions", args=[firm.pk])

    def exported(query: str) -> list[list[str]]:
        content: Any = manager.get(f"{page}?export=csv&{query}")
        return list(csv.reader(io.StringIO(content.getvalue().decode("utf-8-sig"))))[1:]

    assert len(exported("")) == 30
    assert {row[3] for row in exported("q=对手2")} == {f"对手{n}" for n in (2, *range(20, 30))}
    assert len(exported("direction=out")) == 10
    assert len(exported("least=20")) == 11
    assert len(exported("since=2026-09-01")) == 3
    assert len(exported("until=2026-01-31&since=2026-02-01")) == len(exported("since=2026-02-01"))
    assert exported("mark=cash") == []
    assert len(exported("mark=break")) > 0
    [row] = exported("q=对手29")
    assert row[4:6] == ["***************0018", "货款 ****"]
    told = words(manager.get(page))
    assert CARD not in told
    assert PHONE not in told


def test_the_list_asks_as_often_for_one_as_for_fifty(
    manager: Client, firm: Party, bank: Party, actor: Actor, now: datetime
) -> None:
    counts = []
    keep(firm, actor, now, 1)
    keep(bank, actor, now, 50)
    for party in (firm, bank):
        page = reverse("customers:transactions", args=[party.pk])
        manager.get(page)
        with CaptureQueriesContext(connection) as queries:
            manager.get(f"{page}?size=50")
        counts.append(len(queries))
    assert counts[0] == counts[1]


TAXES = [
    ["税种", "所属期", "申报收入", "应纳税额", "实缴金额", "缴款日期"],
    ["增值税", "2026-08", "300000", "9000", "9000", "2026-09-10"],
    ["增值税", "2026-09", "280000", "8400", "", ""],
    ["合计", "", "580000", "17400", "9000", ""],
]
BILLS = [
    ["月份", "用电量", "电费", "缴费日期", "是否逾期"],
    ["2026-08", "12000", "9600", "2026-09-10", "否"],
    ["2026-09", "11000", "8800", "2026-10-30", "是"],
]


@pytest.mark.parametrize(
    ("kind", "rows", "section", "told"),
    [
        ("tax", TAXES, "taxes", ("欠缴", "8,400.00", "增值税")),
        ("utility", BILLS, "bills", ("逾期", "12,000 千瓦时", "8,800.00")),
    ],
)
def test_tables_of_taxes_and_bills_go_the_same_way(
    manager: Client, firm: Party, kind: str, rows: list[list[str]], section: str, told: tuple[str, ...]
) -> None:
    sent(manager, firm, ("表.csv", as_csv(rows, encoding="gb18030")), kind=kind)
    address, page = staged_page(manager)
    assert page.context["preview"].count == 2
    saved = manager.post(address, {**fields_of(page), "do": "save"}, follow=True)
    shown = words(saved)
    assert "已登记 2 行" in shown
    for expected in told:
        assert expected in shown, expected
    assert Material.objects.get().kind == kind
    overview = words(manager.get(reverse("customers:file", args=[firm.pk])))
    assert "逾期" in overview
    assert MaterialKind(kind).value == kind
    assert section in reverse(f"customers:{section}", args=[firm.pk])


def test_lines_are_entered_by_hand(manager: Client, firm: Party) -> None:
    address = reverse("customers:new_tax", args=[firm.pk])
    assert manager.get(address).status_code == 200
    line = {"tax": "vat", "period": "2026-08", "due": "9000", "paid_on": "2026-09-10", "origin": "tax_office"}
    assert "不是所属期" in words(manager.post(address, {**line, "period": "八月"}))
    assert "晚于今天" in words(manager.post(address, {**line, "period": "2099-08"}))
    for _click in range(2):
        assert manager.post(address, {**line, ONCE_FIELD: "1" * 32}).status_code == 302
    kept = TaxPeriod.objects.get()
    assert (str(kept.paid), str(kept.due_on)) == ("9000.00", "2026-09-15")
    address = reverse("customers:new_bill", args=[firm.pk])
    bill = {"utility": "water", "month": "2026-08", "amount": "120.5", "origin": "customer"}
    assert "请写一个月份" in words(manager.post(address, {**bill, "month": "2026"}))
    assert manager.post(address, bill).status_code == 302
    assert str(UtilityBill.objects.get().month) == "2026-08-01"


def test_empty_sections_say_what_to_do(manager: Client, firm: Party, staff: dict[str, User]) -> None:
    for name, told in (("bank", "还没有银行流水"), ("taxes", "还没有纳税记录"), ("bills", "还没有水电气")):
        page = words(manager.get(reverse(f"customers:{name}", args=[firm.pk])))
        assert told in page
        assert "上传" in page
    overview = words(manager.get(reverse("customers:file", args=[firm.pk])))
    for title in ("银行流水", "纳税", "水电气"):
        assert title in overview
