"""What rows of a register say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from vouch.parties.actions.reading import code_fault, read_capital, read_date, read_enterprise

TODAY = date(2026, 11, 20)
ROW = {
    "name": "北京吉米商贸有限公司",
    "code": "91110106MA00937L05",
    "established_on": "2003-01-01",
    "legal_form": "N/A",
    "representative_hash": "Pcb197ffdd8871f53",
    "capital": "10(万元)",
    "scope_text": "销售食品；销售电子产品。",
    "province": "北京",
    "area": "丰台",
    "address": "北京市丰台区太平桥东里14号楼北平房",
}


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("10(万元)", "100000.00", "CNY"),
        ("300(万元人民币)", "3000000.00", "CNY"),
        ("1,100(万元人民币)", "11000000.00", "CNY"),
        ("30万人民币元", "300000.00", "CNY"),
        ("12(万)", "120000.00", "CNY"),
        ("7.5万", "75000.00", "CNY"),
        ("1( 万人民币元)", "10000.00", "CNY"),
        ("50(万美元)", "500000.00", "USD"),
        ("50(万元美元)", "500000.00", "USD"),
        ("80(万香港元)", "800000.00", "HKD"),
        ("20（万港币）", "200000.00", "HKD"),
        ("9(万元日元)", "90000.00", "JPY"),
        ("100(万澳大利亚元)", "1000000.00", "AUD"),
        ("0.5亿元", "50000000.00", "CNY"),
        ("500000元", "500000.00", "CNY"),
        ("１００万元", "1000000.00", "CNY"),
    ],
)
def test_capital_is_read_with_its_unit_and_currency(text: str, amount: str, currency: str) -> None:
    assert read_capital(text) == (Decimal(amount), currency)


def test_capital_without_a_unit_is_kept_but_not_guessed() -> None:
    assert read_capital("1000") == (None, "")


@pytest.mark.parametrize("text", ["Ludovic，Frederic", "TIEN-AN）", "约100万", "5(万贝壳)", "万元"])
def test_what_is_no_capital_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match="注册资本"):
        read_capital(text)


@pytest.mark.parametrize(
    "text", ["2003-01-31", "2003/1/31", "2003.1.31", "2003年1月31日", "20030131", "２００３-01-31"]
)
def test_dates_are_read_as_people_write_them(text: str) -> None:
    assert read_date(text) == date(2003, 1, 31)


@pytest.mark.parametrize("text", ["2003-02-30", "31/01/2003", "2003", "37652", "有限责任公司"])
def test_what_is_no_date_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match="不是日期"):
        read_date(text)


def test_a_row_is_read_and_what_it_does_not_say_stays_empty() -> None:
    reading = read_enterprise(ROW, today=TODAY)
    assert reading.faults == []
    assert code_fault(reading.code) is None
    details = reading.details
    assert (details.legal_form, details.capital_amount, details.province) == ("", Decimal(100000), "北京")


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("name", "", "没有企业名称"),
        ("name", "2003-01-01", "不是企业名称"),
        ("name", "91110106MA00937L05", "不是企业名称"),
        ("established_on", "2026-11-21", "晚于今天"),
        ("legal_form", "8(万元人民币)", "不是企业类型"),
        ("representative_hash", "王芳", "只接受散列值"),
        ("representative_hash", "110105194912310021X", "只接受散列值"),
        ("province", "成都", "不是省份"),
        ("province", "北京市丰台区太平桥东里14号楼北平房", "不是省份"),
        ("area", "2003-01-01", "不是地区"),
        ("address", "Pcb197ffdd8871f53", "不是地址"),
        ("staff_count", "很多", "不是人数"),
        ("revenue", "N元", "不是金额"),
        ("industry_code", "制造业", "行业代码"),
    ],
)
def test_a_value_that_cannot_belong_to_its_column_is_a_fault(column: str, value: str, reason: str) -> None:
    (fault,) = read_enterprise(ROW | {column: value}, today=TODAY).faults
    assert fault.column == column
    assert reason in fault.reason


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("无", "没有统一社会信用代码"),
        ("91510105746406488Y", "末位应为 1"),
        ("9.111010874613e+17", "末几位已丢失"),
        ("91350100I000100Y43", "不使用的字符"),
        ("12345", "也不是旧注册号"),
    ],
)
def test_a_code_that_cannot_identify_is_explained(code: str, reason: str) -> None:
    fault = code_fault(read_enterprise(ROW | {"code": code}, today=TODAY).code)
    assert fault is not None
    assert reason in fault.reason


def test_provinces_are_known_by_their_long_names() -> None:
    for text, short in (
        ("四川省", "四川"),
        ("北京市", "北京"),
        ("广西壮族自治区", "广西"),
        ("内蒙古自治区", "内蒙古"),
    ):
        assert read_enterprise(ROW | {"province": text}, today=TODAY).details.province == short


def test_a_city_in_the_column_of_provinces_is_kept_where_the_address_names_it_too() -> None:
    row = ROW | {"province": "丰台"}
    reading = read_enterprise(row, today=TODAY)
    assert (reading.faults, reading.details.province) == ([], "丰台")
    assert read_enterprise(row | {"address": ""}, today=TODAY).faults


def test_figures_are_read_with_their_units() -> None:
    details = read_enterprise(
        ROW | {"staff_count": "１２人", "revenue": "1,200.5万", "total_assets": "3000000元"}, today=TODAY
    ).details
    assert (details.staff_count, details.revenue, details.total_assets) == (
        12,
        Decimal("12005000.00"),
        Decimal("3000000.00"),
    )
