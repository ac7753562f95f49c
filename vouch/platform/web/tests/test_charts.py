"""Charts are JSON, and always readable as a table."""

from __future__ import annotations

import json

from vouch.platform.web import charts
from vouch.platform.web.charts import Axis, Series, Slice


def test_a_donut_leaves_out_what_is_nothing_and_shows_shares() -> None:
    chart = charts.donut([Slice("优质", 3), Slice("一般", 1), Slice("高风险", 0)], unit="户", label="分类")
    assert chart.rows == [("优质", 3, "75.0%"), ("一般", 1, "25.0%")]
    assert [item["name"] for item in chart.option["series"][0]["data"]] == ["优质", "一般"]
    json.dumps(chart.option)


def test_a_chart_of_nothing_is_empty() -> None:
    assert charts.donut([], unit="户", label="分类").is_empty
    assert charts.gauge(None, low=0, high=10, steps=[], label="评分").is_empty


def test_lying_bars_are_drawn_from_the_top_and_tabled_in_order() -> None:
    chart = charts.bars([Slice("甲", 9), Slice("乙", 4)], unit="万元", label="省份", form="wan", lying=True)
    assert chart.option["yAxis"]["data"] == ["乙", "甲"]
    assert [row[0] for row in chart.rows] == ["甲", "乙"]
    assert chart.option["xAxis"]["name"] == "万元"


def test_every_measure_over_time_names_its_unit() -> None:
    chart = charts.over_time(
        ["2020-01", "2020-02"],
        [
            Series("销项", [1.0, 2.0]),
            Series("客户数", [3, None], kind="line", unit="户", on_second_axis=True),
        ],
        left=Axis("万元", "wan"),
        right=Axis("户"),
    )
    assert chart.head == ("月份", "销项（万元）", "客户数（户）")
    assert [axis["name"] for axis in chart.option["yAxis"]] == ["万元", "户"]
    assert chart.rows == [("2020-01", 1.0, 3), ("2020-02", 2.0, None)]


def test_a_gauge_colours_its_arc_from_low_to_high() -> None:
    chart = charts.gauge(764, low=300, high=900, steps=[(600, "red"), (900, "green")], label="评分")
    arc = chart.option["series"][0]["axisLine"]["lineStyle"]["color"]
    assert arc == [[0.5, "red"], [1, "green"]]
