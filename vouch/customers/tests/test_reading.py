"""Rows of invoice files as spreadsheets write them, and rows that cannot be right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from vouch.customers.actions.reading import (
    InvoiceDetails,
    content_of,
    leaf_of,
    plain_code,
    read_invoice,
)
from vouch.customers.terms import Direction, InvoiceState
from vouch.platform.exchange.importer import RowFault

TODAY = date(2026, 11, 20)
PLAIN = {
    "number": "18891676",
    "issued_on": "2017/9/1",
    "counterparty": "C00014",
    "amount": "338.46",
    "tax": "57.54",
    "total": "396.0",
    "state": "有效发票",
}


def read(*, is_forced: bool = False, **cells: str) -> InvoiceDetails:
    values = tuple((PLAIN | cells).values())
    return read_invoice(values, party_id=7, direction=Direction.OUTPUT, today=TODAY, is_forced=is_forced)


def test_a_plain_row_is_read_to_the_cent() -> None:
    assert read() == InvoiceDetails(
        party_id=7,
        direction=Direction.OUTPUT,
        number="18891676",
        issued_on=date(2017, 9, 1),
        counterparty="C00014",
        amount=Decimal("338.46"),
        tax=Decimal("57.54"),
        total=Decimal("396.00"),
        state=InvoiceState.VALID,
    )


@pytest.mark.parametrize(
    "text",
    [
        "2017/9/1", "2017-09-01", "2017.9.1", "20170901", "2017年9月1日", " 2017/9/1 ", "2017/9/1 0:00",
        "2017-09-01 13:45:07", "２０１７/９/１", "42979", "42979.0",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_usual_form(text: str) -> None:
    assert read(issued_on=text).issued_on == date(2017, 9, 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "开票日期为空"),
        ("2019/2/29", "“2019/2/29”不是存在的日期"),
        ("2017/13/1", "“2017/13/1”不是存在的日期"),
        ("1/9/17", "“1/9/17”不是日期"),
        ("有效发票", "“有效发票”不是日期"),
        ("2026/11/21", "开票日期 2026-11-21 晚于导入日"),
        ("1993/12/31", "开票日期 1993-12-31 早于1994年，当时没有增值税发票"),
    ],
)
def test_an_impossible_day_is_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(RowFault) as caught:
        read(issued_on=text)
    assert (caught.value.column, caught.value.reason) == ("issued_on", reason)


def test_a_person_may_let_an_unusual_day_pass_but_not_an_unreadable_one() -> None:
    assert read(issued_on="1993/12/31", is_forced=True).issued_on == date(1993, 12, 31)
    with pytest.raises(RowFault):
        read(issued_on="昨天", is_forced=True)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,234.50", "1234.50"), ("￥1,234.50", "1234.50"), ("¥ 300", "300.00"), ("(300.00)", "-300.00"),
        ("（300.00）", "-300.00"), ("￥(12.3)", "-12.30"), ("-¥12.30", "-12.30"), ("−5.42", "-5.42"),
        ("１２.５", "12.50"), ("230.10000000000002", "230.10"), ("1E+3", "1000.00"), ("12元", "12.00"),
        ("0", "0.00"), (" 7.1 ", "7.10"),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_people_write_it(text: str, amount: str) -> None:
    assert read(amount=text, total="").amount == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "金额为空"),
        ("12.345", "金额“12.345”超过两位小数"),
        ("壹佰元", "“壹佰元”不是金额"),
        ("NaN", "金额“NaN”超出可能的范围"),
        ("1E+20", "金额“1E+20”超出可能的范围"),
        ("12..5", "“12..5”不是金额"),
        ("D00585", "“D00585”不是金额"),
    ],
)
def test_what_is_no_amount_is_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(RowFault) as caught:
        read(amount=text)
    assert (caught.value.column, caught.value.reason) == ("amount", reason)


@pytest.mark.parametrize(
    ("tax", "total", "read_tax", "read_total"),
    [
        ("***", "338.46", "0.00", "338.46"),
        ("免税", "", "0.00", "338.46"),
        ("", "396.00", "57.54", "396.00"),
        ("57.54", "", "57.54", "396.00"),
    ],
)
def test_tax_or_total_follow_from_the_others(tax: str, total: str, read_tax: str, read_total: str) -> None:
    details = read(tax=tax, total=total)
    assert (details.tax, details.total) == (Decimal(read_tax), Decimal(read_total))


def test_tax_and_total_both_missing_are_refused() -> None:
    with pytest.raises(RowFault) as caught:
        read(tax="", total="")
    assert (caught.value.column, caught.value.reason) == ("tax", "税额和价税合计都为空")


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("有效发票", InvoiceState.VALID),
        (" 作废发票", InvoiceState.VOID),
        ("\u3000作废发票", InvoiceState.VOID),
        ("作废", InvoiceState.VOID),
        ("正常", InvoiceState.VALID),
    ],
)
def test_the_mark_is_read_with_blanks_before_it(text: str, state: InvoiceState) -> None:
    assert read(state=text).state == state


@pytest.mark.parametrize("text", ["", "失控发票", "有效作废"])
def test_an_unknown_mark_is_refused(text: str) -> None:
    with pytest.raises(RowFault) as caught:
        read(state=text)
    assert caught.value.column == "state"
    assert "无法识别" in caught.value.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "发票号码为空"),
        ("1.88917E+07", "发票号码在表格软件中被当作数值，末几位已丢失：1.88917E+07"),
        ("9" * 41, "发票号码超过40个字符"),
    ],
)
def test_a_number_that_lost_its_digits_is_refused(text: str, reason: str) -> None:
    with pytest.raises(RowFault) as caught:
        read(number=text)
    assert (caught.value.column, caught.value.reason) == ("number", reason)


def test_codes_lose_blanks_width_and_a_spreadsheets_fraction() -> None:
    assert [plain_code(text) for text in (" E124 ", "Ｅ１２４", "18891676.0")] == ["E124", "E124", "18891676"]


def test_only_a_spoilt_blank_has_no_other_side() -> None:
    assert read(counterparty="", state="作废发票").counterparty == ""
    with pytest.raises(RowFault) as caught:
        read(counterparty="")
    assert caught.value.column == "counterparty"


def test_one_invoice_has_one_content_however_it_is_written() -> None:
    same = content_of(leaf_of(read().columns))
    assert read(issued_on="2017-09-01", amount="338.460000001", total="396").columns == read().columns
    different: tuple[dict[str, Any], ...] = (
        {"state": "作废发票"},
        {"tax": "57.55"},
        {"counterparty": "C00015"},
        {"issued_on": "2017/9/2"},
    )
    assert same not in {content_of(leaf_of(read(**cells).columns)) for cells in different}


def test_amounts_that_do_not_add_up_are_seen_beyond_a_cent() -> None:
    assert read().is_balanced
    assert read(total="396.01").is_balanced
    assert not read(amount="-5.42", tax="0.32", total="-5.74").is_balanced
