"""Financial statements on the page: three ways in, a preview before anything is kept, and what a person then reads."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from vouch.customers.actions import WrongMaterial
from vouch.customers.models import FinancialStatement, Material, StatementLine
from vouch.customers.queries import sections_for
from vouch.customers.queries.financial_holdings import told_by_financials
from vouch.customers.terms import Basis, MaterialState
from vouch.customers.tests.scene import SYSTEM, told
from vouch.parties.actions import restrict_party
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Draft, User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db

BALANCE: list[list[Any]] = [
    ["资产负债表"],
    ["编制单位：甲有限公司", None, "2025年12月31日", None, None, "单位：万元"],
    ["资产", "期末余额", "年初余额", "负债和所有者权益", "期末余额", "年初余额"],
    ["流动资产：", None, None, "流动负债：", None, None],
    ["  货币资金", 20, "15.5", "  短期借款", 30, 30],
    ["  待摊损益", 5, 6, "  应付账款", 15, "12"],
    ["流动资产合计", 80, 75, "流动负债合计", 50, "约五十"],
    ["非流动资产合计", 120, 105, "负债合计", 90, 90],
    ["资产总计", 200, 180, "所有者权益合计", 105, 90],
]
INCOME: list[list[Any]] = [
    ["利润表", None, "单位：元"],
    ["项目", "本年金额", "上年金额"],
    ["一、营业收入", "3,600,000.00", "3,000,000.00"],
    ["减：营业成本", 2_700_000, 2_200_000],
    ["四、净利润（净亏损以“-”号填列）", 180_000, "(20,000.00)"],
]


def workbook(**sheets: list[list[Any]]) -> bytes:
    """A workbook; the balance sheet's title is merged over its columns, as printed ones are."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.merge_range(0, 0, 0, 5, rows[0][0])
        for place, row in enumerate(rows[1:], start=1):
            sheet.write_row(place, 0, row)
    book.close()
    return buffer.getvalue()


def file(content: bytes, name: str = "报表.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


HEADER = {"basis": "declared", "kind": "year", "ends_on": "2025-12", "origin": "customer"}
Hand = Callable[..., str]


@pytest.fixture
def hand_in(client: Client, firm: Party, staff: dict[str, User]) -> Hand:
    """Post the form as 李强 and give the page."""
    client.force_login(staff["liqiang"])

    def post(way: str, *, status: int = 200, more: str = "", **data: Any) -> str:
        address = f"{reverse('customers:new_financials', args=[firm.pk])}?way={way}{more}"
        response = client.post(address, {"way": way, **HEADER, **data})
        assert response.status_code == status
        return response.content.decode() if status != 302 else response["Location"]

    return post


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def amounts(statement: FinancialStatement, *, is_former: bool = False) -> dict[str, str]:
    lines = StatementLine.objects.filter(period__statement=statement, period__is_former=is_former)
    return {line.code: str(line.amount) for line in lines}


def test_an_uploaded_workbook_is_previewed_and_then_kept_as_it_was_read(hand_in: Hand) -> None:
    content = workbook(资产负债表=BALANCE, 利润表=INCOME)
    page = hand_in("upload", file=file(content))
    assert "资产负债表 第 7 行第 6 列：流动负债合计：“约五十”不是金额" in page
    assert "资产负债表 第 6 行第 1 列：不认识的项目“待摊损益”" in page
    assert "资产负债表不平" in page
    assert FinancialStatement.objects.count() == 0, "a preview keeps nothing"
    where = hand_in("upload", status=302, file=file(content), seen=seen(page))
    kept = FinancialStatement.objects.get()
    assert where == reverse("customers:financial_statement", args=[kept.pk])
    now, before = amounts(kept), amounts(kept, is_former=True)
    assert now["total_assets"] == "2000000.00", "万元 on one sheet"
    assert now["revenue"] == "3600000.00", "元 on the other"
    assert (before["cash"], before["net_profit"]) == ("155000.00", "-20000.00")
    assert {period.imbalance_count > 0 for period in kept.periods.filter(is_former=False)} == {True}
    assert kept.remarks.count() == 2
    assert kept.material.document is not None
    entry = Entry.objects.get(event="customers.financials.recorded")
    assert "3600000" not in str(entry.after)


def test_what_was_pasted_from_excel_is_read_from_each_area(hand_in: Hand) -> None:
    balance = "\n".join("\t".join("" if cell is None else str(cell) for cell in row) for row in BALANCE)
    income = "项目\t本期金额\n营业收入\t100\n净利润\t7.5\n"
    page = hand_in("paste", balance=balance, income=income)
    hand_in("paste", status=302, balance=balance, income=income, seen=seen(page))
    kept = FinancialStatement.objects.get()
    assert amounts(kept)["revenue"] == "100.00"
    assert amounts(kept)["cash"] == "200000.00"
    assert kept.units == {"资产负债表": "万元", "利润表": "元"}


def test_lines_typed_in_ten_thousands_are_kept_to_the_cent(hand_in: Hand) -> None:
    typed = {"cash": "12.345678", "revenue": "360", "revenue_b": "300.5"}
    page = hand_in("keyboard", **typed)
    hand_in("keyboard", status=302, seen=seen(page), **typed)
    kept = FinancialStatement.objects.get()
    assert amounts(kept) == {"cash": "123456.78", "revenue": "3600000.00"}
    assert amounts(kept, is_former=True) == {"revenue": "3005000.00"}
    assert "12.3456789" in hand_in("keyboard", status=422, cash="12.3456789"), "what was typed is not lost"


def test_what_was_changed_after_the_preview_is_previewed_again(hand_in: Hand) -> None:
    mark = seen(hand_in("keyboard", revenue="360"))
    assert "361" in hand_in("keyboard", revenue="361", seen=mark)
    assert seen(hand_in("keyboard", revenue="360", seen=mark, ends_on="2024-12")) != mark
    assert FinancialStatement.objects.count() == 0


@pytest.mark.parametrize(
    ("way", "data", "said"),
    [
        ("upload", {"file": file(b"")}, "空的"),
        ("upload", {"file": file(b"%PDF-1.4 scan", "报表.pdf")}, "XLSX、XLS、CSV"),
        ("upload", {"file": file("姓名,年龄\n张三,30\n".encode(), "名单.csv")}, "没有读到任何报表项目"),
        ("upload", {}, "报表文件"),
        ("paste", {}, "请至少粘贴一张表"),
        ("paste", {"income": "今天天气很好"}, "没有读到任何报表项目"),
        ("keyboard", {}, "没有读到任何报表项目"),
        ("keyboard", {"revenue": "1", "ends_on": "2025-11"}, "年报的截止日期应为 12 月 31 日"),
        ("keyboard", {"revenue": "1", "ends_on": "去年"}, "请填写年和月"),
        ("keyboard", {"revenue": "1", "kind": "quarter", "ends_on": "2025-05"}, "季末"),
        ("keyboard", {"revenue": "1", "kind": "month", "ends_on": "2025-05", "months": "6"}, "1 至 5"),
        ("keyboard", {"revenue": "999999999999"}, "金额过大"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    hand_in: Hand, way: str, data: dict[str, Any], said: str
) -> None:
    assert said in hand_in(way, status=422, **data)
    assert FinancialStatement.objects.count() == 0


def test_a_year_that_is_not_over_is_refused_by_field(hand_in: Hand, firm: Party) -> None:
    year = timezone.localdate().year
    assert "不能晚于今天" in hand_in("keyboard", status=422, revenue="1", ends_on=f"{year + 1}-12")
    with pytest.raises(WrongMaterial, match="不能晚于今天"):
        told(firm, year + 1, {"revenue": 1}, at=timezone.now())


YEARS = (
    "资产负债表\t单位：万元\n项目\t2025年12月31日\t2024年\t2023\n货币资金\t20\t15.5\t9\n无形资产\t1\t\t\n待摊损益\t5\t6\t7\n"
    "资产总计\t200\t约180\t150\n利润表\t单位：元\n项目\t2025年度\t2024年度\t2023年度\n一、营业收入\t3,600,000.00\t3,000,000\t2000000\n"
)
HEAD3 = {"basis": "declared", "year": "2025", "origin": "customer", "note": ""}


def field_of(page: str, name: str) -> str:
    """What stands in a field of the page."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found is not None, name
    value = re.search(r'value="([^"]*)"', found[0])
    return value[1] if value else ""


def test_three_years_are_pasted_looked_at_and_kept_as_three_sets(hand_in: Hand) -> None:
    page = hand_in("years", do="read", table=YEARS, **HEAD3)
    told = {
        name: field_of(page, name)
        for name in ("cash", "cash_2", "cash_3", "revenue", "revenue_3", "intangibles")
    }
    assert told == {
        "cash": "20", "cash_2": "15.5", "cash_3": "9", "revenue": "360", "revenue_3": "200", "intangibles": "1",
    }  # fmt: skip
    assert "第 5 行：不认识的项目“待摊损益”" in page
    assert "第 6 行第 3 列（资产总计）：“约180”不是金额" in page
    assert "不认识的项目“利润表”" not in page
    assert FinancialStatement.objects.count() == 0
    filled = told | {"total_assets": "200", "revenue_2": "300", "table": YEARS, **HEAD3}
    shown = hand_in("years", **filled)
    where = hand_in("years", status=302, seen=seen(shown), **filled)
    assert where.endswith("/financials/")
    kept = FinancialStatement.objects.order_by("-material__as_of")
    assert [str(one.material.as_of) for one in kept] == ["2025-12-31", "2024-12-31", "2023-12-31"]
    assert [amounts(one)["revenue"] for one in kept] == ["3600000.00", "3000000.00", "2000000.00"]
    assert amounts(kept[1]) == {"cash": "155000.00", "revenue": "3000000.00"}
    assert all(one.material.document is not None for one in kept)
    # Once more: each takes the place of its own year.
    again = hand_in("years", **filled | {"revenue_2": "310"})
    assert again.count("保存后将取代") == 3
    hand_in("years", status=302, seen=seen(again), **filled | {"revenue_2": "310"})
    assert Material.objects.filter(state=MaterialState.IN_FORCE).count() == 3


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "请至少填写一年"),
        ({"revenue": "1", "year": "2999"}, "已经结束的年度"),
        ({"do": "read", "table": "项目\t期末\n货币资金\t1\n"}, "找不到年份的表头"),
        ({"revenue": "x"}, "输入一个数字"),
    ],
)
def test_years_that_cannot_be_taken_are_refused_in_words(
    hand_in: Hand, data: dict[str, Any], said: str
) -> None:
    status = 200 if data.get("do") else 422
    assert said in hand_in("years", status=status, **{**HEAD3, **data})
    assert FinancialStatement.objects.count() == 0


def test_of_several_years_all_are_kept_or_none(hand_in: Hand) -> None:
    filled = {**HEAD3, "revenue": "1", "revenue_2": "999999999999"}
    assert "金额过大" in hand_in("years", status=422, **filled)
    assert FinancialStatement.objects.count() == 0


def test_a_draft_is_kept_taken_up_in_its_way_and_gone_when_sent(
    client: Client, firm: Party, hand_in: Hand, staff: dict[str, User]
) -> None:
    form = reverse("customers:new_financials", args=[firm.pk])
    typed = {"cash": "12.5", "revenue_b": "3", "note": "写到一半"}
    where = hand_in("keyboard", status=302, save_draft="1", **typed)
    assert where == f"{form}?draft"
    kept = Draft.objects.get()
    assert (kept.about, kept.author) == (f"party:{firm.pk}", staff["liqiang"])
    assert "写到一半".encode() not in bytes(kept.content or b"")
    assert "您有一份没有填完的草稿" in client.get(form).content.decode()
    page = client.get(where).content.decode()
    assert [field_of(page, name) for name in ("way", "cash", "revenue_b", "note")] == [
        "keyboard", "12.5", "3", "写到一半",
    ]  # fmt: skip
    assert "保存于" in page
    # HTMX sends the form: it is told where to go.
    data = {"way": "keyboard", **HEADER, **typed, "save_draft": "1"}
    told = client.post(f"{form}?way=keyboard", data, headers={"HX-Request": "true"})
    assert (told.status_code, told["HX-Redirect"]) == (204, where)
    shown = hand_in("keyboard", **typed)
    assert Draft.objects.exists(), "a preview keeps the draft"
    hand_in("keyboard", status=302, seen=seen(shown), **typed)
    assert not Draft.objects.exists()
    hand_in("keyboard", status=302, save_draft="1", **typed)
    client.post(form, {"discard_draft": "1"})
    assert not Draft.objects.exists()


def test_a_draft_that_was_taken_up_is_sent_from_the_address_it_was_taken_up_at(
    client: Client, firm: Party, hand_in: Hand
) -> None:
    former = hand_in("keyboard", cash="10", revenue="8")
    hand_in("keyboard", status=302, cash="10", revenue="8", seen=seen(former))
    first = Material.objects.get(state=MaterialState.IN_FORCE)
    where = hand_in(
        "keyboard",
        status=302,
        more=f"&replaces={first.pk}",
        save_draft="1",
        replaces=str(first.pk),
        cash="12",
    )
    page = client.get(where).content.decode()
    # As the page sends it: to where it stands, with what it says.
    data = {"way": field_of(page, "way"), "replaces": field_of(page, "replaces"), **HEADER}
    data |= {"cash": "12", "revenue": "8", "ends_on": "2023-12"}
    shown = client.post(where, data).content.decode()
    assert client.post(where, {**data, "seen": seen(shown)}).status_code == 302
    assert [one.as_of.year for one in Material.objects.filter(state=MaterialState.IN_FORCE)] == [2023]
    assert Material.objects.get(pk=first.pk).state != MaterialState.IN_FORCE


def test_a_draft_of_three_years_reads_its_table_after_it_was_taken_up(client: Client, hand_in: Hand) -> None:
    where = hand_in("years", status=302, save_draft="1", table=YEARS, **HEAD3)
    page = client.post(where, {"way": "years", "do": "read", "table": YEARS, **HEAD3}).content.decode()
    assert field_of(page, "cash_2") == "15.5"


LATER = "\n项目（单位：万元）\t2024年度\t2023年度\n一、营业收入\t30\t20\n\n"


def test_a_second_table_leaves_the_first_one_its_years(hand_in: Hand) -> None:
    page = hand_in("years", do="read", table=YEARS, **HEAD3)
    stood = {name: field_of(page, name) for name in ("cash", "cash_2", "cash_3")}
    after = hand_in("years", do="read", table=LATER, **HEAD3 | stood)
    names = ("year", "cash", "cash_2", "cash_3", "revenue", "revenue_2", "revenue_3")
    assert [field_of(after, name) for name in names] == ["2025", "20", "15.5", "9", "", "30", "20"]
    # An older table is told what of it has no column any more.
    old = hand_in("years", do="read", table="项目\t2022年\n货币资金\t4\n", **HEAD3 | stood)
    assert "一次最多三年，没有读入：2022 年" in old
    assert field_of(old, "cash_3") == "9"


@pytest.mark.parametrize(
    ("table", "cash", "said"),
    [
        # Blank lines between tables and at the end.
        ("项目\t2025年\n\n货币资金\t40000\n\n", "4", ""),
        ("\t2025年\t2024年\n货币资金\t40000\t30000\n", "4", ""),
        # A title that names the day and the unit is no heading.
        ("资产负债表\t2024年12月31日\t单位：万元\n项目\t2025\t2024\n货币资金\t4\t3\n", "4", ""),
        # What nobody knows, with a figure that looks like a year.
        ("项目\t2025年\n从业人数\t2000\n货币资金\t40000\n", "4", "不认识的项目“从业人数”"),
    ],
)
def test_tables_as_people_paste_them(hand_in: Hand, table: str, cash: str, said: str) -> None:
    page = hand_in("years", do="read", table=table, **HEAD3)
    assert field_of(page, "cash") == cash
    assert said in page


@pytest.mark.parametrize(("page", "told"), [("new_records", "kinds"), ("new_guarantees", "is_complete")])
def test_other_long_forms_keep_drafts_too(
    client: Client, firm: Party, staff: dict[str, User], page: str, told: str
) -> None:
    client.force_login(staff["liqiang"])
    form = reverse(f"customers:{page}", args=[firm.pk])
    key = {"new_records": "cause", "new_guarantees": "beneficiary"}[page]
    data = {
        "as_of": "2026-01-31", "note": "写到一半", "lines-TOTAL_FORMS": "3", "lines-INITIAL_FORMS": "0",
        f"lines-1-{key}": "某某纠纷", "save_draft": "1",
    }  # fmt: skip
    assert client.post(form, data).status_code == 302
    shown = client.get(f"{form}?draft").content.decode()
    assert "写到一半" in shown
    assert "某某纠纷" in shown
    # Nothing was ticked, so nothing is.
    assert not re.search(rf'<input[^>]*name="{told}"[^>]*checked', shown)
    assert re.search(rf'<input[^>]*name="{told}"[^>]*checked', client.get(form).content.decode())


def test_htmx_is_given_the_preview_alone_and_where_to_go(client: Client, firm: Party, hand_in: Hand) -> None:
    address = f"{reverse('customers:new_financials', args=[firm.pk])}?way=keyboard"
    data = {**HEADER, "revenue": "360"}
    wrong = client.post(address, {**data, "ends_on": ""}, headers={"HX-Request": "true"})
    assert (wrong.status_code, wrong.content.decode().lstrip()[:17]) == (200, '<div id="preview"')
    assert "截止年月" in wrong.content.decode()
    shown = client.post(address, data, headers={"HX-Request": "true"}).content.decode()
    saved = client.post(address, {**data, "seen": seen(shown)}, headers={"HX-Request": "true"})
    kept = FinancialStatement.objects.get()
    assert saved["HX-Redirect"] == reverse("customers:financial_statement", args=[kept.pk])


def test_sent_twice_it_is_kept_once(hand_in: Hand) -> None:
    mark = seen(hand_in("keyboard", revenue="360"))
    once = {"revenue": "360", "seen": mark, "once_key": "0" * 32}
    first = hand_in("keyboard", status=302, **once)
    assert hand_in("keyboard", status=302, **once) == first
    assert Material.objects.count() == 1


def test_one_of_the_same_basis_and_period_takes_the_place_of_the_former(hand_in: Hand, firm: Party) -> None:
    hand_in("keyboard", status=302, revenue="360", seen=seen(hand_in("keyboard", revenue="360")))
    page = hand_in("keyboard", revenue="361")
    assert "保存后将取代" in page
    hand_in("keyboard", status=302, revenue="361", seen=seen(page))
    other = hand_in("keyboard", revenue="355", basis="tax")
    assert "保存后将取代" not in other
    hand_in("keyboard", status=302, revenue="355", basis="tax", seen=seen(other))
    states = Material.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [MaterialState.SUPERSEDED, MaterialState.IN_FORCE, MaterialState.IN_FORCE]


def test_a_correction_of_the_period_replaces_the_one_it_corrects_and_no_other(
    hand_in: Hand, firm: Party
) -> None:
    now = timezone.now() - timedelta(minutes=1)
    wrong, other = (told(firm, year, {"revenue": 100}, at=now) for year in (2024, 2025))
    page = hand_in("keyboard", more=f"&replaces={wrong.pk}", revenue="1", ends_on="2023-12")
    hand_in(
        "keyboard", status=302, more=f"&replaces={wrong.pk}", revenue="1", ends_on="2023-12", seen=seen(page)
    )
    wrong.material.refresh_from_db()
    assert wrong.material.replaced_by is not None
    replacing = f"&replaces={wrong.material.replaced_by.pk}"
    page = hand_in("keyboard", more=replacing, revenue="1", ends_on="2025-12")
    said = hand_in("keyboard", status=422, more=replacing, revenue="1", ends_on="2025-12", seen=seen(page))
    assert "已有另一份有效报表" in said
    other.material.refresh_from_db()
    assert other.material.state == MaterialState.IN_FORCE


def test_a_restricted_party_and_one_without_the_right_get_no_form(
    client: Client, firm: Party, staff: dict[str, User], actors: dict[str, Actor], now: datetime
) -> None:
    address = reverse("customers:new_financials", args=[firm.pk])
    for name, status in (("sunlei", 403), ("wuting", 404), ("liqiang", 200)):
        client.force_login(staff[name])
        assert client.get(address).status_code == status, name
    with pytest.raises(Refused):
        told(firm, 2025, {"revenue": 1}, at=now, actor=actors["sunlei"])
    restrict_party(actor=SYSTEM, at=now, party=firm, reason="按请求限制")
    firm.refresh_from_db()
    assert client.post(address, {**HEADER}).status_code in {403, 404}
    with pytest.raises(Refused):
        told(firm, 2025, {"revenue": 1}, at=now, actor=actors["liqiang"])


@pytest.fixture
def three_years(firm: Party) -> Party:
    """Declared for three years, the last one unbalanced and with tax figures beside it."""
    now = timezone.now() - timedelta(minutes=5)
    for year, revenue in ((2023, 250), (2024, 300), (2025, 360)):
        sheet = {"total_assets": 20_000_000, "total_liabilities": 9_000_000, "equity": 11_000_000}
        if year == 2025:
            sheet |= {"equity": 10_500_000}
        told(firm, year, {"revenue": revenue * 100_000, "net_profit": 1_800_000, **sheet}, at=now)
    told(firm, 2025, {"revenue": 30_000_000}, basis=Basis.TAX, at=now)
    return firm


def test_the_page_shows_years_bases_ratios_and_what_does_not_add_up(
    client: Client, three_years: Party, staff: dict[str, User]
) -> None:
    client.force_login(staff["liqiang"])
    address = reverse("customers:financials", args=[three_years.pk])
    page = client.get(f"{address}?basis=declared").content.decode()
    assert re.search(r"36\.00.*?20\.0%", page, re.DOTALL), "revenue in 万元 and its growth"
    assert (
        "2025 年度：资产总计 200,000.00 不等于 负债合计 + 所有者权益合计 的 195,000.00，相差 5,000.00 元"
        in page
    )
    assert "负债合计 ÷ 资产总计" in page, "the formula"
    assert "45.0%" in page
    assert re.search(r"6\.00</td><td class=\"num\">18\.2%", page), "the spread of revenue, of the median 33"
    used = client.get(address).content.decode()
    assert "税务" in used.split("</thead>")[0], "税务 counts before 申报"
    sent = client.get(f"{address}?export=csv&basis=declared")
    text = b"".join(sent).decode("utf-8-sig")
    assert "营业收入,360000.00" in text
    assert "资产负债表不平" in text


def test_the_page_makes_the_same_number_of_queries_for_any_number_of_statements(
    client: Client, firm: Party, staff: dict[str, User], django_assert_num_queries: Any
) -> None:
    now = timezone.now() - timedelta(minutes=5)
    client.force_login(staff["wangfang"])
    address = reverse("customers:financials", args=[firm.pk])
    told(firm, 2025, {"revenue": 100}, at=now)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for year in range(2020, 2025):
        told(firm, year, {"revenue": 100}, at=now)
    with django_assert_num_queries(len(few)):
        client.get(address)


def test_the_file_warns_of_what_is_wrong_and_a_person_has_a_copy(
    three_years: Party, actors: dict[str, Actor], now: datetime
) -> None:
    [section] = [one for one in sections_for(actors["liqiang"]) if one.name == "financials"]
    holding = section.tell(three_years, actors["liqiang"], timezone.now())
    assert (holding.count, holding.as_of) == (4, date(2025, 12, 31))
    assert holding.warnings[0] == "1 份勾稽不平"
    later = section.tell(three_years, actors["liqiang"], timezone.now() + timedelta(days=1000))
    assert "最近一期已陈旧" in later.warnings
    copied = {one.title: len(one.rows) for one in told_by_financials(three_years)}
    assert copied == {"财务报表": 4, "财务报表项目": 16, "核实数据": 0, "采用决定": 0}


def test_a_statement_without_a_line_is_refused_by_the_action_too(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    with pytest.raises(ValueError, match="没有读到"):
        told(firm, 2025, {}, at=now, actor=actors["liqiang"])
