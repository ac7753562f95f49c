from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from vouch.engine.cells import Cell, Unreadable
from vouch.engine.headed_table import Field, Kind, NoHeading, Reading, period_of, read_table

FIELDS = (
    Field(name="what", title="税种", kind=Kind.TEXT, words=("征收项目",), is_required=True),
    Field(name="period", title="所属期", kind=Kind.PERIOD, is_required=True),
    Field(name="due", title="应纳税额", kind=Kind.MONEY, words=("税额",), is_required=True),
    Field(name="used", title="用量", kind=Kind.QUANTITY),
    Field(name="paid_on", title="缴款日期", kind=Kind.DAY),
    Field(name="late", title="逾期", kind=Kind.FLAG),
)


def test_a_table_is_read_below_its_heading_with_what_is_not_read_named() -> None:
    rows: list[list[Cell]] = [
        ["纳税情况"],
        ["征收项目", "所属期", "税额（元）", "用量", "缴款日期", "逾期"],
        ["增值税", "2026-01", "1,200.50", "1,500千瓦时", "20260213", "否"],
        [],
        ["增值税", "一月", "5"],
        ["增值税", "2026-02", ""],
        ["增值税", "2026-02", 7, "-1"],
        ["增值税", "2026-02", 7, 1, "", "大概"],
        ["合计", "", "1200.50"],
    ]
    found = read_table(rows, FIELDS)
    [line] = found.lines
    assert (line.row, found.heading_row) == (3, 1)
    assert line.values == {
        "what": "增值税",
        "period": (date(2026, 1, 1), date(2026, 1, 31)),
        "due": 120050,
        "used": Decimal("1500.00"),
        "paid_on": date(2026, 2, 13),
        "late": False,
    }
    assert [(one.row, one.column, one.is_skipped) for one in found.problems] == [
        (5, "所属期", False), (6, "应纳税额", False), (7, "用量", False), (8, "逾期", False), (9, "", True),
    ]  # fmt: skip


def test_a_heading_in_ten_thousands_is_multiplied_out() -> None:
    rows: list[list[Cell]] = [["税种", "所属期", "税额（万元）"], ["增值税", "2026", "1.5"]]
    [line] = read_table(rows, FIELDS).lines
    assert line.values["due"] == 1_500_000


def test_what_is_needed_and_not_there_is_named_until_somebody_says_where_it_is() -> None:
    rows: list[list[Cell]] = [["种类", "期间", "数"], ["增值税", "2026-03", "9"]]
    with pytest.raises(NoHeading, match="税种、所属期、应纳税额"):
        read_table(rows, FIELDS)
    [line] = read_table(rows, FIELDS, given=Reading(0, {"what": 0, "period": 1, "due": 2})).lines
    assert line.values["due"] == 900
    with pytest.raises(NoHeading):
        read_table([], FIELDS)


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("2026-02", "2026-02-01", "2026-02-28"), ("202602", "2026-02-01", "2026-02-28"), ("2024年2月", "2024-02-01", "2024-02-29"),
        ("2026年第2季度", "2026-04-01", "2026-06-30"), ("2026Q4", "2026-10-01", "2026-12-31"), ("2026年三季度", "2026-07-01", "2026-09-30"),
        ("2025", "2025-01-01", "2025-12-31"), ("2025年度", "2025-01-01", "2025-12-31"),
        ("2026-01-01至2026-03-31", "2026-01-01", "2026-03-31"), ("2026-01-01 ~ 2026-01-31", "2026-01-01", "2026-01-31"),
        ("20260101-20260331", "2026-01-01", "2026-03-31"), ("2026-01至2026-03", "2026-01-01", "2026-03-31"),
        (datetime(2026, 5, 1), "2026-05-01", "2026-05-31"), (202605.0, "2026-05-01", "2026-05-31"),
    ],
)  # fmt: skip
def test_periods_as_offices_write_them(cell: Cell, first: str, last: str) -> None:
    assert period_of(cell) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "cell", ["2026-13", "一月", "2026-03-31至2026-01-01", "2026年第5季度", "2026-02-30至2026-03-01"]
)
def test_what_is_no_period_is_refused(cell: Cell) -> None:
    with pytest.raises(Unreadable):
        period_of(cell)


def test_an_empty_period_is_none() -> None:
    assert period_of("--") is None
