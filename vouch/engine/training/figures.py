"""The report's charts, from findings."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from vouch.engine.training.charts import (
    BAD,
    BAND,
    GOOD,
    GRID,
    INK,
    SOFT,
    THIRD,
    Plot,
    label,
    percent,
    shortened,
    ticks,
)
from vouch.engine.training.measures import Ladder, ladder
from vouch.engine.training.merging import Floats
from vouch.engine.training.reporting import Cell, Findings

_SHARES = [(v, percent(v)) for v in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)]
_POINTS_MOST = 240


def _curve(steps: Ladder) -> tuple[Floats, Floats, Floats]:
    """Cumulative shares of rows, good and bad, from the riskiest, thinned for drawing."""
    good = np.concatenate([[0.0], np.cumsum(steps.good) / max(steps.good.sum(), 1e-12)])
    bad = np.concatenate([[0.0], np.cumsum(steps.bad) / max(steps.bad.sum(), 1e-12)])
    both = np.concatenate([[0.0], np.cumsum(steps.good + steps.bad) / (steps.good + steps.bad).sum()])
    keep = np.unique(np.linspace(0, len(good) - 1, min(len(good), _POINTS_MOST)).astype(int))
    return both[keep], good[keep], bad[keep]


def _ladders(found: Findings) -> tuple[Ladder, Ladder | None]:
    judged = found.trained.judged
    card = ladder(-judged.score.astype(float), judged.outcome.bad, judged.outcome.weight)
    rival = None
    if judged.challenger is not None:
        rival = ladder(np.round(judged.challenger, 4), judged.outcome.bad, judged.outcome.weight)
    return card, rival


def roc_chart(found: Findings) -> str:
    """ROC curve of the card, and of the challenger beside it."""
    plot = Plot("ROC 曲线", (0, 1), (0, 1))
    plot.axes(x_ticks=_SHARES, y_ticks=_SHARES, x_title="误伤：好客户中被判为高风险的比例")
    plot.line([(0, 0), (1, 1)], color=SOFT, width=1, dash="4 4")
    card, rival = _ladders(found)
    _, good, bad = _curve(card)
    points = list(zip(good.tolist(), bad.tolist(), strict=True))
    plot.area([*points, (1.0, 1.0)], color=GOOD, opacity=0.10)
    entries = [(GOOD, f"评分卡 {found.scores.auc.value:.3f}")]
    if rival is not None and found.challenger is not None:
        _, rival_good, rival_bad = _curve(rival)
        plot.line(list(zip(rival_good.tolist(), rival_bad.tolist(), strict=True)), color=THIRD, width=1.8)
        entries.append((THIRD, f"挑战者 {found.challenger.auc.value:.3f}"))
    plot.line(points, color=GOOD)
    plot.legend(entries)
    return plot.svg()


def ks_chart(found: Findings) -> str:
    """Cumulative good and bad by score, and where they are farthest apart."""
    card, _ = _ladders(found)
    score = -card.risk
    low, high = float(score.min()), float(score.max())
    plot = Plot("KS：好坏客户的累计分布", (low, high), (0, 1))
    plot.axes(
        x_ticks=[(v, f"{v:.0f}") for v in ticks(low, high)], y_ticks=_SHARES, x_title="分数（越高越安全）"
    )
    bad = np.cumsum(card.bad) / max(card.bad.sum(), 1e-12)
    good = np.cumsum(card.good) / max(card.good.sum(), 1e-12)
    best = int(np.abs(bad - good).argmax())
    plot.line([(float(s), float(b)) for s, b in zip(-card.risk, bad, strict=True)], color=BAD)
    plot.line([(float(s), float(g)) for s, g in zip(-card.risk, good, strict=True)], color=GOOD)
    at = float(score[best])
    plot.line([(at, float(good[best])), (at, float(bad[best]))], color=INK, width=1.4, dash="3 3")
    plot.mark(high, 0.05, f"KS {found.scores.ks.value:.3f}，在 {at:.0f} 分", anchor="end")
    plot.legend([(BAD, "坏"), (GOOD, "好")])
    return plot.svg()


def gains_chart(found: Findings) -> str:
    """Share of bad caught among the riskiest rows, with intervals."""
    plot = Plot("捕获率（Gains）", (0, 1), (0, 1))
    plot.axes(x_ticks=_SHARES, y_ticks=_SHARES, x_title="从最危险的客户起，累计占比")
    plot.line([(0, 0), (1, 1)], color=SOFT, width=1, dash="4 4")
    card, _ = _ladders(found)
    rows, _, bad = _curve(card)
    plot.line(list(zip(rows.tolist(), bad.tolist(), strict=True)), color=BAD)
    for gain in found.gains:
        if gain["share"] in (0.1, 0.2, 0.3, 0.5):
            plot.whisker(gain["share"], gain["low"], gain["high"], color=INK)
            words = f"最危险的 {percent(gain['share'])} 里有 {percent(gain['found'])} 的坏客户"
            plot.dot(gain["share"], gain["found"], color=BAD, tip=words)
    tenth = next(g for g in found.gains if g["share"] == 0.1)
    plot.mark(0.13, max(tenth["found"] - 0.09, 0.03), f"最危险的 10% 捕获 {percent(tenth['found'])}")
    return plot.svg()


def calibration_chart(found: Findings) -> str:
    """Mean PD against the observed rate by tenth of PD, with intervals."""
    cells = [c for c in found.deciles if c.rows]
    top = min(1.0, max(max(c.rate.high, c.pd) for c in cells) * 1.05)
    plot = Plot("校准：预测与实际（十等分）", (0, top), (0, top))
    marks = [(v, percent(v)) for v in ticks(0, top)]
    plot.axes(x_ticks=marks, y_ticks=marks, x_title="预测的平均 PD")
    plot.line([(0, 0), (top, top)], color=SOFT, width=1, dash="4 4")
    for cell in cells:
        inside = cell.rate.low <= cell.pd <= cell.rate.high
        plot.whisker(cell.pd, cell.rate.low, min(cell.rate.high, top), color=GOOD if inside else BAD)
        words = f"第 {cell.label} 组：PD {cell.pd:.2%}，实际 {cell.rate.value:.2%}（{cell.rate.low:.2%}–{cell.rate.high:.2%}）"
        plot.dot(cell.pd, cell.rate.value, color=GOOD if inside else BAD, tip=words)
    plot.legend([(GOOD, "PD 在区间内"), (BAD, "在区间外")])
    return plot.svg()


def score_chart(found: Findings) -> str:
    """Distribution of the score by outcome."""
    judged = found.trained.judged
    score = judged.score.astype(float)
    low, high = float(score.min()), float(score.max())
    if high <= low:
        low, high = low - 1, high + 1
    edges = np.linspace(low, high, 41)
    shares = []
    for value in (0.0, 1.0):
        rows = judged.outcome.bad == value
        counts, _ = np.histogram(score[rows], bins=edges, weights=judged.outcome.weight[rows])
        shares.append(counts / max(counts.sum(), 1e-12))
    top = float(max(s.max() for s in shares)) * 1.08
    plot = Plot("分数分布：好与坏", (low, high), (0, top))
    plot.axes(
        x_ticks=[(v, f"{v:.0f}") for v in ticks(low, high)],
        y_ticks=[(v, percent(v)) for v in ticks(0, top, count=4)],
        x_title="分数（越高越安全）",
    )
    middles = (edges[:-1] + edges[1:]) / 2
    for share, color in zip(shares, (GOOD, BAD), strict=True):
        points = list(zip(middles.tolist(), share.tolist(), strict=True))
        plot.area(points, color=color, opacity=0.22)
        plot.line(points, color=color, width=1.8)
    plot.legend([(GOOD, "好"), (BAD, "坏")])
    return plot.svg()


def bands_chart(cells: Sequence[Cell]) -> str:
    """Observed rate of every grade with its interval, and its mean PD."""
    shown = [c for c in cells if c.rows]
    top = min(1.0, max(max(c.rate.high, c.pd) for c in shown) * 1.08)
    plot = Plot("各等级的违约率", (-0.5, len(shown) - 0.5), (0, top))
    plot.axes(
        x_ticks=[(i, c.label.partition("（")[0]) for i, c in enumerate(shown)],
        y_ticks=[(v, percent(v)) for v in ticks(0, top)],
        x_title="等级（A 最安全）",
    )
    for i, cell in enumerate(shown):
        words = f"{cell.label}：实际 {cell.rate.value:.2%}，PD {cell.pd:.2%}，{cell.rows} 行"
        plot.bar(i, cell.rate.value, width=0.62, color="#9dbbd8" if cell.supported else GRID, tip=words)
        plot.whisker(i, cell.rate.low, min(cell.rate.high, top), color=INK)
        plot.dot(i, cell.pd, color=BAD, tip=words)
    plot.legend([("#9dbbd8", "实际"), (BAD, "预测 PD")])
    return plot.svg()


def attribute_chart(name: str, lines: list[dict[str, Any]]) -> str:
    """WOE as bars and the bad rate with its interval beside them, a row per bin."""
    row, top, width = 24, 46, 460
    height = top + row * len(lines) + 10
    words_end, woe_start, woe_end, rate_start, rate_end = 132, 140, 270, 296, 452
    widest = max(*(abs(line["woe"]) for line in lines), 0.1)
    highest = max(*(line["rate"].high for line in lines), 1e-06)
    zero = (woe_start + woe_end) / 2
    parts = [
        label(zero, 36, "WOE（右侧更危险）", color=SOFT, anchor="middle"),
        label((rate_start + rate_end) / 2, 36, "坏账率与区间", color=SOFT, anchor="middle"),
        f'<path d="M{zero} {top - 4}V{height - 8}" stroke="{GRID}" stroke-width="1.2"/>',
        f'<path d="M{rate_start} {top - 4}V{height - 8}" stroke="{GRID}" stroke-width="1.2"/>',
    ]

    def rate_x(value: float) -> float:
        return float(rate_start + value / highest * (rate_end - rate_start - 42))

    for index, line in enumerate(lines):
        y = top + index * row
        length = line["woe"] / widest * (woe_end - woe_start) / 2
        x0, x1 = sorted((zero, zero + length))
        color = BAD if line["woe"] > 0 else GOOD
        rate = line["rate"]
        tip = f"{line['label']}：{line['rows']} 行，坏 {line['bad']}，坏账率 {rate.value:.2%}，WOE {line['woe']:.3f}，{line['points']} 分"
        parts += [
            label(words_end, y + 15, shortened(line["label"], words_end - 6), anchor="end"),
            _box(min(x0, x1), y + 4, wide=max(x1 - x0, 0.6), high=14, fill=color, tip=tip),
            _box(
                rate_x(rate.low), y + 7, wide=max(rate_x(rate.high) - rate_x(rate.low), 1), high=8, fill=BAND
            ),
            f'<circle cx="{rate_x(rate.value):.1f}" cy="{y + 11}" r="3.6" fill="{INK}"/>',
            label(rate_x(rate.high) + 6, y + 15, percent(rate.value), color=SOFT, size=10.5),
        ]
    head = f'<text x="4" y="16" font-size="13.5" font-weight="600" fill="{INK}">{escape(shortened(name, 440, 13.5))}</text>'
    return f'<svg viewBox="0 0 {width} {height}" role="img" xmlns="http://www.w3.org/2000/svg">{head}{"".join(parts)}</svg>'


def _box(x: float, y: float, *, wide: float, high: float, fill: str, tip: str = "") -> str:
    """A rounded box in pixels."""
    return (
        f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{high}" rx="{min(high / 2, 3)}" fill="{fill}">'
        f"<title>{escape(tip)}</title></rect>"
    )
