"""Charts as data: a builder gives ECharts' options and the same figures as a table.

Options are plain JSON, so functions cannot stand in them; where ECharts wants one, the name of a format
("count", "wan", "percent" …) stands instead and ``charts.js`` puts the function there.
Colours are the class and status colours of the whole product.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

BLUE, GREEN, RED, AMBER, GREY = "#066fd1", "#2fb344", "#d63939", "#f59f00", "#8a97ab"
TEAL, VIOLET, NAVY = "#0ca678", "#7c5cd6", "#1d3557"
PALETTE = (BLUE, TEAL, AMBER, VIOLET, "#4299e1", "#e8590c", NAVY, GREY)
CLASS_COLOURS = {"优质": GREEN, "一般": BLUE, "高风险": RED, "资料不足": GREY}


@dataclass(frozen=True, slots=True)
class Chart:
    """``option`` for ECharts; ``head`` and ``rows`` for reading without seeing; no rows means nothing to draw."""

    option: Mapping[str, Any]
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    empty: str = "暂无数据"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.rows


@dataclass(frozen=True, slots=True)
class Slice:
    """A share of a whole, or one bar. ``url`` is where a click leads."""

    name: str
    value: float | int | None
    colour: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Values beside the categories of a chart; ``kind`` is "bar" or "line", the second axis is on the right."""

    name: str
    values: Sequence[float | int | None]
    colour: str = ""
    kind: str = "bar"
    unit: str = ""
    on_second_axis: bool = False
    stack: str = ""


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis measures."""

    unit: str
    form: str = "count"
    extra: Mapping[str, Any] = field(default_factory=dict)


def donut(slices: Sequence[Slice], *, unit: str, label: str) -> Chart:
    """Shares of a whole, its sum in the middle. ``label`` names the categories."""
    known = [piece for piece in slices if piece.value]
    total = sum(piece.value or 0 for piece in known)
    data = [_item(piece) for piece in known]
    option = {
        "tooltip": {"trigger": "item", "formatter": "{b}\n{c} " + unit + "（{d}%）"},
        "legend": {"bottom": 0, "icon": "circle", "itemWidth": 10, "itemHeight": 10},
        "title": {
            "text": _whole(total), "subtext": unit, "left": "center", "top": "34%",
            "textStyle": {"fontSize": 24, "fontWeight": 600}, "subtextStyle": {"fontSize": 12},
        },
        "series": [
            {
                "type": "pie", "radius": ["46%", "66%"], "center": ["50%", "44%"], "data": data,
                "avoidLabelOverlap": True, "padAngle": 1.5, "itemStyle": {"borderRadius": 4},
                "label": {"formatter": "{b}\n{d}%", "color": "#4a5568", "fontSize": 12, "lineHeight": 17},
                "labelLine": {"length": 8, "length2": 6},
            }
        ],
    }  # fmt: skip
    rows = [(piece.name, piece.value, f"{100 * (piece.value or 0) / total:.1f}%") for piece in known]
    return Chart(option, (label, unit, "占比"), rows)


def _whole(total: float) -> str:
    """The sum in the middle; shares of a whole do not add up to it exactly as binary fractions."""
    return f"{total:,}" if isinstance(total, int) else f"{total:,.4f}".rstrip("0").rstrip(".")


def bars(
    slices: Sequence[Slice], *, unit: str, label: str, form: str = "count", lying: bool = False
) -> Chart:
    """One value for each category, written in the format ``form``; ``lying`` for long names."""
    known = [piece for piece in slices if piece.value is not None]
    shown = list(reversed(known)) if lying else known
    names: dict[str, Any] = {
        "type": "category",
        "data": [piece.name for piece in shown],
        "axisTick": {"show": False},
    }
    measure: dict[str, Any] = {"type": "value", "name": unit, "axisLabel": {"formatter": f"@{form}"}}
    if lying:
        names["axisLabel"] = {"width": 112, "overflow": "truncate"}
        measure["splitNumber"] = 3
    data = [_item(piece) for piece in shown]
    end_of_bar = "right" if lying else "top"
    series: dict[str, Any] = {"type": "bar", "data": data, "barMaxWidth": 18 if lying else 34}
    series["label"] = {"show": True, "position": end_of_bar, "formatter": f"@{form}"}
    series["itemStyle"] = {"borderRadius": [0, 3, 3, 0] if lying else [3, 3, 0, 0]}
    option = {
        "tooltip": {
            "trigger": "axis",
            "axisPointer": {"type": "shadow"},
            "valueFormatter": f"@{form} {unit}",
        },
        "xAxis": measure if lying else names,
        "yAxis": names if lying else measure,
        "series": [series],
    }
    return Chart(option, (label, unit), [(piece.name, piece.value) for piece in known])


def over_time(
    moments: Sequence[str],
    series: Sequence[Series],
    *,
    left: Axis,
    right: Axis | None = None,
    label: str = "月份",
) -> Chart:
    """Bars and lines over months or days, with up to two measures."""
    axes = [_value_axis(left)]
    if right is not None:
        axes.append({**_value_axis(right), "splitLine": {"show": False}})
    drawn = [_drawn(one, right if one.on_second_axis else left) for one in series]
    option: dict[str, Any] = {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "legend": {"top": 0, "data": [one.name for one in series]},
        "xAxis": {"type": "category", "data": list(moments), "axisTick": {"show": False}},
        "yAxis": axes,
        "series": drawn,
    }
    if len(moments) > 40:
        option["dataZoom"] = [{"type": "slider", "height": 18, "bottom": 6, "start": 0, "end": 100}]
    rows = [(moment, *(one.values[place] for one in series)) for place, moment in enumerate(moments)]
    return Chart(option, (label, *(f"{one.name}（{one.unit or left.unit}）" for one in series)), rows)


def gauge(value: int | None, *, low: int, high: int, steps: Sequence[tuple[int, str]], label: str) -> Chart:
    """A score between two ends; ``steps`` are (upper end, colour) from low to high."""
    if value is None:
        return Chart({}, (label,), ())
    width = max(1, high - low)
    colours = [[min(1, max(0, (end - low) / width)), colour] for end, colour in steps] or [[1, BLUE]]
    option = {
        "series": [
            {
                "type": "gauge", "min": low, "max": high, "startAngle": 205, "endAngle": -25, "radius": "98%",
                "center": ["50%", "60%"], "splitNumber": 1,
                "axisLine": {"lineStyle": {"width": 14, "color": colours}},
                "pointer": {"length": "16%", "offsetCenter": [0, "-66%"], "width": 6, "itemStyle": {"color": NAVY}},
                "axisTick": {"show": False}, "splitLine": {"show": False},
                "axisLabel": {"distance": 20, "fontSize": 10, "color": "#8a97ab", "formatter": "@count"},
                "detail": {
                    "fontSize": 30, "fontWeight": 600, "offsetCenter": [0, "-2%"], "formatter": "@count",
                    "color": "#1f2a3d",
                },
                "data": [{"value": value}],
            }
        ],
    }  # fmt: skip
    return Chart(option, (label,), [(value,)])


def _item(piece: Slice) -> dict[str, Any]:
    item: dict[str, Any] = {"name": piece.name, "value": piece.value}
    if piece.colour:
        item["itemStyle"] = {"color": piece.colour}
    if piece.url:
        item["url"] = piece.url
    return item


def _value_axis(axis: Axis) -> dict[str, Any]:
    return {"type": "value", "name": axis.unit, "axisLabel": {"formatter": f"@{axis.form}"}, **axis.extra}


def _drawn(one: Series, axis: Axis | None) -> dict[str, Any]:
    unit = one.unit or (axis.unit if axis else "")
    drawn: dict[str, Any] = {"type": one.kind, "name": one.name, "data": list(one.values)}
    drawn["tooltip"] = {"valueFormatter": f"@{axis.form if axis else 'count'} {unit}"}
    if one.kind == "bar":
        drawn |= {"barMaxWidth": 22, "itemStyle": {"borderRadius": [2, 2, 0, 0]}}
    else:
        drawn |= {"showSymbol": len(one.values) <= 40, "symbolSize": 5, "lineStyle": {"width": 2}}
    if one.colour:
        drawn["color"] = one.colour
    if one.stack:
        drawn["stack"] = one.stack
    if one.on_second_axis:
        drawn["yAxisIndex"] = 1
    return drawn


def compared(
    names: Sequence[str], *, got: Sequence[int], best: Sequence[int], labels: Sequence[str], unit: str
) -> Chart:
    """What was got of the most there is, one lying bar for each name, the first on top."""
    rest = [max(0, most - have) for have, most in zip(got, best, strict=True)]
    shown = [{"value": have, "name": label} for have, label in zip(got, labels, strict=True)]
    colours = [_share_colour(have, most) for have, most in zip(got, best, strict=True)]
    for item, colour in zip(shown, colours, strict=True):
        item["itemStyle"] = {"color": colour}
    option = {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}, "valueFormatter": f"@count {unit}"},
        "grid": {"right": 30},
        "xAxis": {"type": "value", "name": unit, "splitNumber": 4, "axisLabel": {"formatter": "@count"}},
        "yAxis": {
            "type": "category", "data": list(names), "inverse": True, "axisTick": {"show": False},
            "axisLabel": {"width": 190, "overflow": "truncate"},
        },
        "series": [
            {"type": "bar", "name": "得分", "stack": "points", "data": shown, "barMaxWidth": 16},
            {
                "type": "bar", "name": "未得", "stack": "points", "data": rest, "barMaxWidth": 16,
                "itemStyle": {"color": "#e9eef5"},
            },
        ],
    }  # fmt: skip
    rows = list(zip(names, labels, got, best, strict=True))
    return Chart(option, ("指标", "落入区间", "得分", "满分"), rows)


def _share_colour(have: int, most: int) -> str:
    share = have / most if most > 0 else 1.0
    return GREEN if share >= 0.8 else BLUE if share >= 0.5 else AMBER if share >= 0.25 else RED


@dataclass(frozen=True, slots=True)
class Dot:
    """A node of a network, where it is drawn. ``url`` is where a click leads, ``part`` what it loads beside the map instead."""

    id: str
    name: str
    place: tuple[float, float]
    size: float = 14
    colour: str = BLUE
    symbol: str = "circle"
    url: str = ""
    part: str = ""
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A connection of two dots; ``text`` is read when one points at it."""

    source: str
    target: str
    text: str
    colour: str = GREY
    is_directed: bool = True
    is_marked: bool = False


MANY_DOTS = 120


def network(dots: Sequence[Dot], lines: Sequence[Line], *, label: str) -> Chart:
    """Who is connected with whom, each at its place; zoomed and moved by hand, names shown as far as they do not overlap.

    Beyond ``MANY_DOTS`` dots are smaller and lines faint: what one points at stands out instead.
    """
    shrunk = min(1.0, math.sqrt(MANY_DOTS / len(dots))) if dots else 1.0
    data = []
    for dot in dots:
        item: dict[str, Any] = {
            "id": dot.id, "name": dot.name, "x": dot.place[0], "y": dot.place[1], "symbol": dot.symbol,
            "symbolSize": dot.size if dot.is_marked else round(dot.size * shrunk, 1),
            "itemStyle": {"color": dot.colour},
        }  # fmt: skip
        if dot.is_marked:
            item["itemStyle"] |= {"borderColor": RED, "borderWidth": 3}
            item["label"] = {"fontWeight": 700}
        item |= {name: value for name, value in (("url", dot.url), ("part", dot.part)) if value}
        data.append(item)
    data += _corners([dot.place for dot in dots])
    edges = [
        {
            "source": line.source, "target": line.target,
            "symbol": ["none", "arrow" if line.is_directed else "none"],
            "lineStyle": {
                "color": RED if line.is_marked else line.colour, "width": 3 if line.is_marked else 1.5 * shrunk,
                "opacity": 1 if line.is_marked else shrunk**2,
            },
            # Written at all times, texts of long lines would take the place of names.
            "label": {"show": False, "formatter": line.text, "fontSize": 11, "color": "#1f2a3d"},
            "emphasis": {"label": {"show": bool(line.text)}},
        }
        for line in lines
    ]  # fmt: skip
    option = {
        "tooltip": {"formatter": "{b}"},
        "series": [
            {
                # Neither sides nor size: so the drawing keeps its proportions.
                "type": "graph", "layout": "none", "data": data, "edges": edges, "roam": True,
                "scaleLimit": {"min": 0.4, "max": 12}, "autoCurveness": True, "edgeSymbolSize": round(7 * shrunk, 1),
                "cursor": "pointer",
                # The padding keeps one name from running into the next, the border makes it legible on lines.
                "label": {
                    "show": True, "position": "bottom", "fontSize": 12, "color": "#1f2a3d", "width": 190, "overflow": "truncate",
                    "padding": [0, 6], "textBorderColor": "#ffffff", "textBorderWidth": 2,
                },
                "labelLayout": {"hideOverlap": True},
                "emphasis": {"focus": "adjacency", "lineStyle": {"width": 3, "opacity": 1}, "label": {"show": True}},
            }
        ],
    }  # fmt: skip
    return Chart(option, (label,), [(dot.name,) for dot in dots])


def _corners(places: Sequence[tuple[float, float]]) -> list[dict[str, Any]]:
    """Two unseen dots that keep the drawing from being stretched where everybody stands in a row."""
    if not places:
        return []
    (left, right), (top, bottom) = ((min(axis), max(axis)) for axis in zip(*places, strict=True))
    wide = max(right - left, (bottom - top) / 2, 100.0) / 2
    high = max(bottom - top, (right - left) / 2, 100.0) / 2
    middle = ((left + right) / 2, (top + bottom) / 2)
    return [
        {
            "id": f"corner{sign}", "name": "", "x": middle[0] + sign * wide, "y": middle[1] + sign * high,
            "symbolSize": 0, "silent": True, "label": {"show": False}, "tooltip": {"show": False},
        }
        for sign in (-1, 1)
    ]  # fmt: skip
