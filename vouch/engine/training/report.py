"""The report: one self-contained page in Chinese, warnings first, charts without scripts."""

from __future__ import annotations

from html import escape
from typing import Any, Final

from vouch.engine.training.figures import (
    attribute_chart,
    bands_chart,
    calibration_chart,
    gains_chart,
    ks_chart,
    roc_chart,
    score_chart,
)
from vouch.engine.training.measures import Figure
from vouch.engine.training.preparing import Warned
from vouch.engine.training.reporting import (
    AUC_FALL,
    PSI_MOVED,
    PSI_STABLE,
    Cell,
    Findings,
    bin_table,
)
from vouch.engine.training.style import STYLE

_KINDS: Final = {
    "leakage.too_strong": "疑似泄漏：单独过强",
    "leakage.one_outcome": "疑似泄漏：只随一种结果出现",
    "leakage.value_pattern": "疑似泄漏：取值形态异常",
    "leakage.filled_by_class": "疑似泄漏：按结果填补",
    "no_signal": "没有区分能力",
    "auc_fall": "跨样本变差",
    "score_drift": "评分漂移",
    "drift": "变量漂移",
    "few_bads": "样本太少",
    "unsupported_band": "等级支持不足",
    "constant": "常数列",
    "date": "日期列",
    "too_many_categories": "类别过多",
    "infinite": "无穷大",
    "mixed": "数字列混入文字",
    "encoding": "编码",
}
_SHAPES: Final = {
    "ascending": "递增",
    "descending": "递减",
    "peak": "单峰",
    "valley": "单谷",
    "flat": "平",
}
_SHOWN: Final = 5
"""Warnings shown at once; the others unfold."""
_SEVERE: Final = ("leakage.", "no_signal", "auc_fall")


def report_page(found: Findings, *, file: str, card_hash: str) -> str:
    """The whole page."""
    trained = found.trained
    outcome = trained.prepared.outcome
    title = f"评分卡报告：{file}"
    parts = [
        _alerts(found.warnings),
        _tiles(found),
        _charts(found),
        _challenger(found),
        _bands(found),
        _deciles(found),
        _attributes(found),
        _left_out(found),
        _methods(found),
    ]
    bad_rows = int(outcome.bad.sum())
    head = f"{len(outcome.bad):,} 行，其中坏 {bad_rows:,} 行（{outcome.bad.mean():.2%}）。标签“{trained.request.label}”＝{trained.request.bad} 为坏。"
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        f'<header><div class="page"><h1>{escape(title)}</h1><p>{escape(head)}</p><p>{escape(trained.prepared.protocol.words)}</p></div></header>'
        f'<main class="page">{"".join(parts)}<footer>评分卡标识（SHA-256）：{card_hash}。本页数字另见 metrics.json。</footer></main></body></html>\n'
    )


def _interval(figure: Figure, *, percent: bool = False) -> str:
    form = "{:.2%}–{:.2%}" if percent else "{:.3f}–{:.3f}"
    return form.format(figure.low, figure.high)


def _tile(name: str, value: str, *, more: str, state: str = "") -> str:
    return f'<div class="tile {state}"><span>{escape(name)}</span><b>{escape(value)}</b><small>{escape(more)}</small></div>'


def _tiles(found: Findings) -> str:
    """The first screen: what the card is worth, and where a later sample was judged, what it lost."""
    scores, trained = found.scores, found.trained
    tiles = [_tile("AUC", f"{scores.auc.value:.3f}", more=f"95% 区间 {_interval(scores.auc)}")]
    if trained.inside_auc is not None:
        fall = trained.inside_auc - scores.auc.value
        words = f"训练部分（折外）{trained.inside_auc:.3f} → 检验部分 {scores.auc.value:.3f}"
        state = "bad" if fall > AUC_FALL else ""
        tiles.append(_tile("AUC 下降", f"{fall:+.3f}", more=words, state=state))
        drift = trained.score_drift
        state = "bad" if drift.value >= PSI_MOVED else "warn" if drift.value >= PSI_STABLE else ""
        words = (
            "已明显改变" if drift.value >= PSI_MOVED else "有所改变" if drift.value >= PSI_STABLE else "稳定"
        )
        tiles.append(
            _tile("评分 PSI", f"{drift.value:.3f}", more=f"{words}；区间 {_interval(drift)}", state=state)
        )
    tiles += [
        _tile("KS", f"{scores.ks.value:.3f}", more=f"95% 区间 {_interval(scores.ks)}"),
        _tile("Gini", f"{scores.gini.value:.3f}", more=f"95% 区间 {_interval(scores.gini)}"),
        _tile(
            "Brier", f"{found.brier.value:.4f}", more=f"95% 区间 {found.brier.low:.4f}–{found.brier.high:.4f}"
        ),
        _tile(
            "平均 PD 与实际",
            f"{found.pd_mean:.2%}",
            more=f"实际 {found.observed.value:.2%}（{_interval(found.observed, percent=True)}）",
            state="" if found.observed.low <= found.pd_mean <= found.observed.high else "warn",
        ),
        _tile("变量", str(len(trained.card.bins)), more=f"候选 {len(trained.prepared.usable)} 个"),
    ]
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _alerts(warnings: tuple[Warned, ...]) -> str:
    if not warnings:
        return '<div class="alert calm"><h2>没有警告</h2>未发现数据泄漏、常数列或数据支持不足的等级。</div>'
    severe = [w for w in warnings if w.kind.startswith(_SEVERE)]
    others = [w for w in warnings if w not in severe]

    def item(warned: Warned) -> str:
        state = " bad" if warned in severe else ""
        return f'<li><span class="tag{state}">{_KINDS.get(warned.kind, warned.kind)}</span>{escape(warned.why)}</li>'

    shown = [*severe, *_together(others)]
    box = "".join(item(w) for w in shown[:_SHOWN])
    more = "".join(item(w) for w in shown[_SHOWN:])
    rest = (
        f"<details><summary>其余 {len(shown) - _SHOWN} 条</summary><ul>{more}</ul></details>" if more else ""
    )
    state = " bad" if severe else ""
    return f'<div class="alert{state}"><h2>警告 {len(warnings)} 条</h2><ul>{box}</ul>{rest}</div>'


def _together(warnings: list[Warned]) -> list[Warned]:
    """Warnings of one kind about several columns as one line, so that the figures stay on the first screen."""
    lines: list[Warned] = []
    for kind in dict.fromkeys(w.kind for w in warnings):
        same = [w for w in warnings if w.kind == kind]
        if len(same) == 1 or not all(w.column for w in same):
            lines += same
        else:
            names = "、".join(f"“{w.column}”" for w in same[1:])
            lines.append(Warned(kind, "", f"{same[0].why}同样的还有：{names}。"))
    return lines


def _charts(found: Findings) -> str:
    charts = [roc_chart, ks_chart, score_chart, calibration_chart, gains_chart]
    boxes = "".join(f"<div>{chart(found)}</div>" for chart in charts)
    boxes += f"<div>{bands_chart(found.bands)}</div>"
    return (
        '<section><h2>区分与校准</h2><p class="lead">全部画自评分卡未见过的行。竖线是 95% 区间。</p>'
        f'<div class="grid">{boxes}</div></section>'
    )


def _challenger(found: Findings) -> str:
    if found.challenger is None:
        return ""
    lines = []
    for name, scores in (("评分卡", found.scores), ("挑战者（LightGBM）", found.challenger)):
        lines.append(
            [
                name,
                f"{scores.auc.value:.4f}",
                _interval(scores.auc),
                f"{scores.ks.value:.4f}",
                _interval(scores.ks),
                f"{scores.gini.value:.4f}",
            ]
        )
    gap = found.challenger.auc.value - found.scores.auc.value
    words = (
        f"同样的行、同样的分法，挑战者的 AUC {'高' if gap >= 0 else '低'} {abs(gap):.3f}。"
        "这是评分卡为可解释付出的代价；差距很大时，多半还有交互或非线性值得做成新变量。"
    )
    table = _table(["模型", "AUC", "区间", "KS", "区间", "Gini"], lines)
    return f'<section><h2>与挑战者比较</h2><p class="lead">{words}</p>{table}</section>'


def _table(
    heads: list[str], lines: list[list[str]], *, words: int | None = None, weak: set[int] | None = None
) -> str:
    """A table; cells are escaped here.  ``words`` is the column of running text."""
    head = "".join(f"<th>{escape(h)}</th>" for h in heads)
    body = []
    for number, line in enumerate(lines):
        cells = "".join(
            f'<td class="words">{escape(cell)}</td>' if index == words else f"<td>{escape(cell)}</td>"
            for index, cell in enumerate(line)
        )
        body.append(f'<tr class="weak">{cells}</tr>' if weak and number in weak else f"<tr>{cells}</tr>")
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'
    )


def _cell_line(cell: Cell) -> list[str]:
    empty = cell.rows == 0
    return [
        cell.label,
        f"{cell.rows:,}",
        f"{cell.share:.1%}",
        f"{cell.bad_rows:,}",
        "—" if empty else f"{cell.pd:.2%}",
        "—" if empty else f"{cell.rate.value:.2%}",
        "—" if empty else _interval(cell.rate, percent=True),
    ]


_CELL_HEADS: Final = ["行数", "占比", "坏", "平均 PD", "实际", "95% 区间"]


def _bands(found: Findings) -> str:
    lines = [[*_cell_line(c), c.why or "支持"] for c in found.bands]
    weak = {i for i, c in enumerate(found.bands) if not c.supported}
    table = _table(["等级（分数）", *_CELL_HEADS, "数据是否支持"], lines, words=7, weak=weak)
    return (
        '<section><h2>等级</h2><p class="lead">等级由数据划定：对未见过的行按分数做精确合并，每档至少 20 笔坏、20 笔好，相邻两档违约率有别。'
        f"区间过宽或坏账太少的档如实标出。</p>{table}</section>"
    )


def _deciles(found: Findings) -> str:
    lines = []
    for cell in found.deciles:
        inside = cell.rate.low <= cell.pd <= cell.rate.high
        lines.append([*_cell_line(cell), "在区间内" if inside else "在区间外"])
    table = _table(["组（1 最安全）", *_CELL_HEADS, "PD"], lines)
    gains = _table(
        ["最危险的", "捕获的坏", "95% 区间", "提升"],
        [
            [f"{g['share']:.0%}", f"{g['found']:.1%}", f"{g['low']:.1%}–{g['high']:.1%}", f"{g['lift']:.2f}"]
            for g in found.gains
        ],
    )
    return f"<section><h2>按 PD 十等分的校准</h2>{table}<details><summary>捕获率表</summary>{gains}</details></section>"


def _attributes(found: Findings) -> str:
    card = found.trained.card
    if not card.bins:
        return '<section><h2>变量</h2><p class="lead">没有变量进入评分卡。</p></section>'
    lines = []
    for bins, iv, drift, slope, points in zip(
        card.bins, found.attribute_iv, found.trained.drift, card.slopes, card.points, strict=True
    ):
        lines.append(
            [
                bins.name,
                f"{iv.value:.3f}",
                _interval(iv),
                f"{drift.value:.3f}",
                _interval(drift),
                str(bins.used),
                _SHAPES.get(bins.shape, bins.shape) if bins.kind == "number" else "类别",
                f"{slope:.3f}",
                f"{int(points.min())}–{int(points.max())}",
            ]
        )
    heads = ["变量", "IV", "区间", "PSI", "区间", "档数", "形状", "系数", "分值"]
    boxes = "".join(_attribute(table) for table in bin_table(found))
    return (
        f'<section><h2>变量</h2><p class="lead">基础分 {card.base}，加上各变量得分即为总分；分数越高越安全。</p>'
        f'{_table(heads, lines)}</section><section><h2>各变量的分档</h2><div class="grid">{boxes}</div></section>'
    )


def _attribute(table: dict[str, Any]) -> str:
    lines = [
        [
            line["label"],
            f"{line['rows']:,}",
            f"{line['bad']:,}",
            f"{line['rate'].value:.2%}",
            f"{line['woe']:+.3f}",
            str(line["points"]),
        ]
        for line in table["lines"]
    ]
    numbers = _table(["档", "行数", "坏", "坏账率", "WOE", "得分"], lines, words=0)
    chart = attribute_chart(table["name"], table["lines"])
    return f'<div class="attribute">{chart}<details><summary>数字</summary>{numbers}</details></div>'


def _left_out(found: Findings) -> str:
    trained = found.trained
    lines = [[name, "—", "疑似数据泄漏，未使用"] for name in trained.left_out]
    lines += [[one.bins.name, f"{one.bins.iv:.3f}", one.why] for one in trained.card.left]
    if not lines:
        return ""
    table = _table(["列", "IV", "原因"], lines, words=2)
    return f"<section><h2>未进入评分卡的列</h2><details><summary>{len(lines)} 列</summary>{table}</details></section>"


def _methods(found: Findings) -> str:
    trained = found.trained
    rules = trained.request.rules
    notes = "".join(f"<li>{escape(note)}</li>" for note in trained.prepared.notes)
    steps = [
        trained.prepared.protocol.words,
        "分箱：先取细档，再按违约率的形状（递增、递减、单峰、单谷）精确求最优合并；缺失值与特殊值各自成档；类别按风险合并。每一折都重新分箱。",
        "回归：WOE 逻辑回归（牛顿法），依次剔除与更强变量几乎相同的、方向相反的、不显著的变量。",
        f"分值：{rules.base_score} 分对应好坏比 {rules.base_odds:g}:1，每 {rules.double_odds} 分翻一倍；分值取整，全部指标都用取整后的分数计算。",
        "PD：用未见过的行把分数校准为违约概率，写成每个整数分一个值的表；有权重时按加权后的总体校准。",
        "区间：AUC 用 DeLong 法，比率用 Wilson 法，KS、IV、PSI 用自助法，均为 95%。交叉检验的 AUC 是各折平均，KS 在合并各折后计算。",
    ]
    items = "".join(f"<li>{escape(step)}</li>" for step in steps)
    more = f"<h2>说明</h2><ul>{notes}</ul>" if notes else ""
    return f"<section>{more}<h2>方法</h2><ul>{items}</ul></section>"
