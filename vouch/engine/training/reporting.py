"""From a finished training to figures: ``metrics.json`` and everything the report shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from vouch.engine.training.carding import Band, bin_labels
from vouch.engine.training.measures import (
    Figure,
    auc,
    brier,
    iv,
    ks,
    ladder,
    rate,
    wilson,
)
from vouch.engine.training.merging import Floats
from vouch.engine.training.preparing import Warned
from vouch.engine.training.running import Judged, Trained, fold_aucs

PSI_STABLE: Final = 0.10
PSI_MOVED: Final = 0.25
AUC_FALL: Final = 0.03
BAD_FEW: Final = 100
BAND_BAD_LEAST: Final = 5
BAND_SPREAD_MOST: Final = 0.5
"""A band whose interval is wider than this share of its rate, each way, is not supported by the data."""


@dataclass(frozen=True)
class Scores:
    """How well a risk orders the judged rows."""

    auc: Figure
    auc_sd: float
    ks: Figure

    @property
    def gini(self) -> Figure:
        """2 AUC - 1."""
        return Figure(2 * self.auc.value - 1, 2 * self.auc.low - 1, 2 * self.auc.high - 1)


@dataclass(frozen=True)
class Cell:
    """A group of judged rows: a decile or a band.  Rates are weighted."""

    label: str
    rows: int
    bad_rows: int
    share: float
    rate: Figure
    pd: float
    supported: bool
    why: str = ""


@dataclass(frozen=True)
class Findings:
    """All figures of one training."""

    trained: Trained
    scores: Scores
    challenger: Scores | None
    brier: Figure
    pd_mean: float
    observed: Figure
    deciles: tuple[Cell, ...]
    bands: tuple[Cell, ...]
    gains: tuple[dict[str, float], ...]
    attribute_iv: tuple[Figure, ...]
    warnings: tuple[Warned, ...]


def findings(trained: Trained) -> Findings:
    """Work out every figure."""
    judged = trained.judged
    scores = _scores(-judged.score.astype(float), judged, seed=trained.request.seed)
    rival = None
    if judged.challenger is not None:
        rival = _scores(judged.challenger, judged, seed=trained.request.seed)
    bands = _bands(trained)
    attribute_iv = tuple(
        iv(b.rows - b.bad_rows, b.bad_rows, value=b.iv, seed=trained.request.seed) for b in trained.card.bins
    )
    outcome = judged.outcome
    return Findings(
        trained=trained,
        scores=scores,
        challenger=rival,
        brier=brier(judged.pd, outcome.bad, outcome.weight),
        pd_mean=float(np.average(judged.pd, weights=outcome.weight)),
        observed=rate(outcome.bad, outcome.weight),
        deciles=_deciles(judged),
        bands=bands,
        gains=_gains(judged, seed=trained.request.seed),
        attribute_iv=attribute_iv,
        warnings=_warnings(trained, scores, bands),
    )


def metrics(found: Findings) -> dict[str, Any]:
    """The content of ``metrics.json``."""
    trained = found.trained
    outcome = trained.prepared.outcome
    scores = found.scores
    card = trained.card
    return {
        "rows": len(outcome.bad),
        "bad_rate": round(float(outcome.bad.mean()), 6),
        "auc": round(scores.auc.value, 6),
        "auc_low": round(scores.auc.low, 6),
        "auc_high": round(scores.auc.high, 6),
        "auc_sd": round(scores.auc_sd, 6),
        "ks": round(scores.ks.value, 6),
        "gini": round(scores.gini.value, 6),
        "attributes": [
            {"name": b.name, "iv": round(b.iv, 6), "psi": round(drift.value, 6), "bins": b.used}
            for b, drift in zip(card.bins, trained.drift, strict=True)
        ],
        "warnings": [{"kind": w.kind, "column": w.column, "why": w.why} for w in found.warnings],
        "notes": list(trained.prepared.notes),
        "protocol": {"kind": trained.prepared.protocol.kind, "words": trained.prepared.protocol.words},
        "weighted_bad_rate": round(float(np.average(outcome.bad, weights=outcome.weight)), 6),
        "test_rows": len(trained.judged.score),
        "train_auc": None if trained.inside_auc is None else round(trained.inside_auc, 6),
        "score_psi": _figure(trained.score_drift),
        "ks_low": round(scores.ks.low, 6),
        "ks_high": round(scores.ks.high, 6),
        "gini_low": round(scores.gini.low, 6),
        "gini_high": round(scores.gini.high, 6),
        "brier": _figure(found.brier),
        "pd_mean": round(found.pd_mean, 6),
        "observed_rate": _figure(found.observed),
        "fold_aucs": [
            round(f.value, 6) for f in fold_aucs(-trained.judged.score.astype(float), trained.judged)
        ],
        "calibration": [_cell(c) for c in found.deciles],
        "bands": [_cell(c) for c in found.bands],
        "gains": list(found.gains),
        "attribute_intervals": [
            {"name": b.name, "iv": _figure(f), "psi": _figure(d), "slope": round(slope, 6)}
            for b, f, d, slope in zip(card.bins, found.attribute_iv, trained.drift, card.slopes, strict=True)
        ],
        "left_out": [
            {"name": one.bins.name, "iv": round(one.bins.iv, 6), "why": one.why} for one in card.left
        ]
        + [{"name": name, "iv": None, "why": "疑似数据泄漏，未使用"} for name in trained.left_out],
        "challenger": None
        if found.challenger is None
        else {
            "auc": round(found.challenger.auc.value, 6),
            "auc_low": round(found.challenger.auc.low, 6),
            "auc_high": round(found.challenger.auc.high, 6),
            "auc_sd": round(found.challenger.auc_sd, 6),
            "ks": round(found.challenger.ks.value, 6),
            "gini": round(found.challenger.gini.value, 6),
        },
        "seed": trained.request.seed,
    }


def bin_table(found: Findings) -> list[dict[str, Any]]:
    """Per attribute of the card, its bins with counts, rates, WOE and points."""
    tables = []
    for bins, points in zip(found.trained.card.bins, found.trained.card.points, strict=True):
        lines = []
        for number, label in enumerate(bin_labels(bins)):
            if bins.rows[number] == 0:
                continue
            total = float(bins.good[number] + bins.bad[number])
            share = float(bins.bad[number]) / total if total else 0.0
            lines.append(
                {
                    "label": label,
                    "rows": int(bins.rows[number]),
                    "bad": int(bins.bad_rows[number]),
                    "rate": wilson(share, float(bins.rows[number])),
                    "woe": float(bins.woe[number]),
                    "points": int(points[number]),
                }
            )
        tables.append({"name": bins.name, "shape": bins.shape, "lines": lines})
    return tables


def _scores(risk: Floats, judged: Judged, *, seed: int) -> Scores:
    outcome = judged.outcome
    figures = fold_aucs(risk, judged)
    value = float(np.mean([f.value for f in figures]))
    if len(figures) == 1:
        area, spread = figures[0], figures[0].sd
    else:
        spread = float(np.std([f.value for f in figures], ddof=1))
        half = 1.959964 * float(np.sqrt(sum(f.sd**2 for f in figures))) / len(figures)
        area = Figure(value, max(value - half, 0.0), min(value + half, 1.0))
    bad_rows = int(outcome.bad.sum())
    steps = ladder(risk, outcome.bad, outcome.weight)
    return Scores(area, spread, ks(steps, rows=len(outcome.bad), bad_rows=bad_rows, seed=seed))


def _cell_of(label: str, rows: np.ndarray, judged: Judged) -> Cell:
    outcome = judged.outcome.take(rows)
    observed = rate(outcome.bad, outcome.weight) if len(rows) else Figure(float("nan"), 0.0, 1.0)
    bad_rows = int(outcome.bad.sum())
    pd = float(np.average(judged.pd[rows], weights=outcome.weight)) if len(rows) else float("nan")
    share = float(outcome.weight.sum() / judged.outcome.weight.sum())
    why = ""
    if min(bad_rows, len(rows) - bad_rows) < BAND_BAD_LEAST:
        why = f"只有 {bad_rows} 笔坏、{len(rows) - bad_rows} 笔好，数据不足以说明这一档的违约率"
    elif (observed.high - observed.low) / 2 > BAND_SPREAD_MOST * min(observed.value, 1 - observed.value):
        why = f"区间 {observed.low:.2%}–{observed.high:.2%} 太宽，数据不足以支持这一档"
    return Cell(label, len(rows), bad_rows, share, observed, pd, not why, why)


def _deciles(judged: Judged) -> tuple[Cell, ...]:
    """Ten groups of equal weight by PD, safest first."""
    order = np.lexsort((judged.score, judged.pd))
    weight = judged.outcome.weight[order]
    middle = (np.cumsum(weight) - weight / 2) / weight.sum()
    group = np.minimum((middle * 10).astype(int), 9)
    return tuple(_cell_of(str(g + 1), order[group == g], judged) for g in range(10) if (group == g).any())


def _bands(trained: Trained) -> tuple[Cell, ...]:
    cells = []
    score = trained.judged.score
    for band in trained.bands:
        inside = np.ones(len(score), dtype=bool)
        if band.min_score is not None:
            inside &= score >= band.min_score
        if band.max_score is not None:
            inside &= score <= band.max_score
        cells.append(_cell_of(band_words(band), np.flatnonzero(inside), trained.judged))
    return tuple(cells)


def band_words(band: Band) -> str:
    """A band as `A（≥ 620）`."""
    if band.min_score is None:
        return f"{band.grade}（全部）" if band.max_score is None else f"{band.grade}（≤ {band.max_score}）"
    return (
        f"{band.grade}（≥ {band.min_score}）"
        if band.max_score is None
        else f"{band.grade}（{band.min_score}–{band.max_score}）"
    )


def _gains(judged: Judged, *, seed: int) -> tuple[dict[str, float], ...]:
    """Share of bad found among the riskiest 5, 10, 20 … % of rows, with Wilson's interval on the number of bad."""
    steps = ladder(-judged.score.astype(float), judged.outcome.bad, judged.outcome.weight)
    rows = np.concatenate([[0.0], np.cumsum(steps.good + steps.bad)]) / (steps.good.sum() + steps.bad.sum())
    found = np.concatenate([[0.0], np.cumsum(steps.bad)]) / steps.bad.sum()
    bad_rows = float(judged.outcome.bad.sum())
    lines = []
    for share in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        caught = wilson(float(np.interp(share, rows, found)), bad_rows)
        lines.append(
            {
                "share": share,
                "found": round(caught.value, 6),
                "low": round(caught.low, 6),
                "high": round(caught.high, 6),
                "lift": round(caught.value / share, 4),
            }
        )
    return tuple(lines)


def _warnings(trained: Trained, scores: Scores, bands: tuple[Cell, ...]) -> tuple[Warned, ...]:
    warnings: list[Warned] = []
    for leak in trained.leaks:
        kept = leak.column in trained.request.keep
        ending = (
            "按 --keep 的要求仍然使用。" if kept else "未放入评分卡；若确知申请时已有此值，用 --keep 保留。"
        )
        warnings.append(Warned(leak.kind, leak.column, leak.why + ending))
    if not trained.card.bins or scores.auc.low <= 0.5:
        why = f"没有任何变量能可靠地区分好坏：未见数据上的 AUC 为 {scores.auc.value:.3f}（{scores.auc.low:.3f}–{scores.auc.high:.3f}），区间包含 0.5。这张卡不应使用。"
        warnings.append(Warned("no_signal", "", why))
    warnings += _drift_warnings(trained, scores)
    bad_rows = int(trained.prepared.outcome.bad.sum())
    few = min(bad_rows, len(trained.prepared.outcome.bad) - bad_rows)
    if few < BAD_FEW:
        warnings.append(
            Warned(
                "few_bads", "", f"较少的一类只有 {few} 笔，各项指标的区间都很宽，单个切分点和等级仅供参考。"
            )
        )
    weak = [c for c in bands if not c.supported]
    if weak:
        words = "；".join(f"{c.label}：{c.why}" for c in weak)
        warnings.append(Warned("unsupported_band", "", f"以下等级数据支持不足：{words}。"))
    return (*warnings, *trained.prepared.warnings)


def _drift_warnings(trained: Trained, scores: Scores) -> list[Warned]:
    if trained.inside_auc is None:
        return []
    warnings = []
    fall = trained.inside_auc - scores.auc.value
    drift = trained.score_drift
    if fall > AUC_FALL and scores.auc.high < trained.inside_auc:
        why = f"AUC 从训练部分的 {trained.inside_auc:.3f}（折外）降到检验部分的 {scores.auc.value:.3f}，下降 {fall:.3f}：这张卡在新的样本上明显变差。"
        warnings.append(Warned("auc_fall", "", why))
    if drift.value >= PSI_STABLE:
        degree = "已明显改变" if drift.value >= PSI_MOVED else "有所改变"
        warnings.append(
            Warned(
                "score_drift",
                "",
                f"评分分布的 PSI 为 {drift.value:.3f}（{drift.low:.3f}–{drift.high:.3f}），客群{degree}。",
            )
        )
    for bins, figure in zip(trained.card.bins, trained.drift, strict=True):
        if figure.value >= PSI_MOVED:
            warnings.append(
                Warned("drift", bins.name, f"变量“{bins.name}”的 PSI 为 {figure.value:.3f}，分布已明显改变。")
            )
    return warnings


def _figure(figure: Figure) -> dict[str, float]:
    return {"value": round(figure.value, 6), "low": round(figure.low, 6), "high": round(figure.high, 6)}


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "label": cell.label,
        "rows": cell.rows,
        "bad": cell.bad_rows,
        "share": round(cell.share, 6),
        "rate": None if np.isnan(cell.rate.value) else round(cell.rate.value, 6),
        "low": round(cell.rate.low, 6),
        "high": round(cell.rate.high, 6),
        "pd": None if np.isnan(cell.pd) else round(cell.pd, 6),
        "supported": cell.supported,
        "why": cell.why,
    }


__all__ = ["Cell", "Findings", "Scores", "auc", "band_words", "bin_table", "findings", "metrics"]
