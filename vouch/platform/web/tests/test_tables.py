"""Lists over plain rows: order, pages, addresses and files; what needs the database is tested by the rooms."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.http import FileResponse, QueryDict, StreamingHttpResponse
from python_calamine import CalamineWorkbook

from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.exports import as_csv, as_xlsx
from vouch.platform.web.tables import Listing, Table


@dataclass(frozen=True)
class Firm:
    name: str
    limit: Decimal | None
    since: date = date(2020, 1, 2)


TABLE = Table(
    name="firms",
    title="企业",
    default_sort="name",
    columns=(
        Column("name", "名称", sort="name"),
        Column("limit", "额度", Kind.WAN, sort="limit"),
        Column("since", "成立日期", Kind.DATE),
    ),
)
FIRMS = [
    Firm(f"企业{number:03d}", Decimal(number * 10_000) if number % 10 else None) for number in range(1, 46)
]


def listing(query: str = "", rows: list[Firm] = FIRMS) -> Listing:
    return TABLE.listing(rows, QueryDict(query))


def names(found: Listing) -> list[Any]:
    return [cells[0].value for cells in found.lines]


def test_pages_follow_one_another_without_overlap() -> None:
    pages = [names(listing(f"page={page}")) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [20, 20, 5]
    assert [*pages[0], *pages[1], *pages[2]] == [firm.name for firm in FIRMS]


@pytest.mark.parametrize(
    "query", ["page=0", "page=-3", "page=９", "page=99999999999999999999", "page=x", "size=7"]
)
def test_a_page_that_is_not_there_shows_the_nearest_one(query: str) -> None:
    found = listing(query)
    assert 1 <= found.page <= found.pages
    assert found.size == 20
    assert len(found.lines) in {20, 5}


def test_missing_values_come_last_in_both_directions() -> None:
    for query in ("sort=limit&size=50", "sort=-limit&size=50"):
        limits = [cells[1].value for cells in listing(query).lines]
        assert limits[-4:] == [None] * 4
        present = limits[:-4]
        assert present == sorted(present, reverse="-" in query)


def test_a_sort_nobody_offered_falls_back_to_the_default() -> None:
    assert listing("sort=since").sort == "name"
    assert listing("sort=password").sort == "name"


def test_addresses_keep_the_filter_and_drop_blanks() -> None:
    found = listing("q=企业&grade=&page=2")
    assert found.url(page=3) == "?q=%E4%BC%81%E4%B8%9A&page=3"
    assert found.is_filtered
    assert found.xlsx_url == "?q=%E4%BC%81%E4%B8%9A&export=xlsx"
    # Figures sort from the largest at the first click, words from the first.
    assert [heading.url for heading in found.headings][:2] == [
        "?q=%E4%BC%81%E4%B8%9A&sort=-name",
        "?q=%E4%BC%81%E4%B8%9A&sort=-limit",
    ]


def test_an_empty_list_has_one_page_and_no_range() -> None:
    found = listing(rows=[])
    assert (found.pages, found.range, found.lines) == (1, (0, 0), [])


DANGEROUS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "普通名称"]


def test_excel_gets_numbers_as_numbers_and_never_a_formula() -> None:
    rows = [Firm(name, Decimal("12345.60")) for name in DANGEROUS]
    response = as_xlsx("企业", TABLE.columns, listing("size=50", rows).records(), on=date(2026, 1, 2))
    assert isinstance(response, FileResponse)
    content = response.getvalue()
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name("企业")
    lines = sheet.to_python()
    assert lines[0] == ["名称", "额度（万元）", "成立日期"]
    assert sorted(line[0] for line in lines[1:]) == sorted(DANGEROUS)
    assert {line[1] for line in lines[1:]} == {1.23456}
    assert {line[2] for line in lines[1:]} == {date(2020, 1, 2)}
    with ZipFile(BytesIO(content)) as parts:
        assert b"<f" not in parts.read("xl/worksheets/sheet1.xml").replace(b"<fo", b"")
    assert "filename*=UTF-8''%E4%BC%81%E4%B8%9A-20260102.xlsx" in response["Content-Disposition"]


def test_csv_opens_in_chinese_and_its_text_is_no_formula() -> None:
    rows = [Firm(name, Decimal("-5.00")) for name in DANGEROUS]
    response = as_csv("企业", TABLE.columns, listing("size=50", rows).records(), on=date(2026, 1, 2))
    assert isinstance(response, StreamingHttpResponse)
    text = b"".join(response).decode()
    assert text.startswith("\ufeff名称,")
    cells = list(csv.reader(StringIO(text.removeprefix("\ufeff"))))[1:]
    assert sorted(line[0] for line in cells) == sorted(
        name if name == "普通名称" else f"'{name}" for name in DANGEROUS
    )
    # A negative figure is a number, not text, and stays one.
    assert {line[1] for line in cells} == {"-0.0005"}
