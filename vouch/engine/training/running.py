"""One training from prepared rows to a card with its evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from vouch.engine.training.binning import Outcome, count_bins
from vouch.engine.training.carding import Band, Calibration, bands_of, calibrate
from vouch.engine.training.challenger import challenge
from vouch.engine.training.columns import Column
from vouch.engine.training.fitting import Card, fit_card
from vouch.engine.training.leakage import find_leaks
from vouch.engine.training.measures import Figure, auc, psi
from vouch.engine.training.merging import Floats, Ints
from vouch.engine.training.preparing import Prepared, Split, Warned, fold_of, prepare
from vouch.engine.training.reading import Table
from vouch.engine.training.request import Request

Progress = Callable[[str], None]
INNER_FOLDS = 5


@dataclass(frozen=True)
class Judged:
    """Rows the card had not seen when it scored them: integer score and PD, the outcome, and the fold they were judged in."""

    score: Ints
    pd: Floats
    outcome: Outcome
    fold: Ints
    challenger: Floats | None = None


@dataclass(frozen=True)
class Trained:
    """The finished card and all that was learnt about it.

    ``unseen`` are the rows and scores that calibration and bands rest on; ``judged`` those that the figures rest on
    (the same for folds).  ``drift`` is the PSI of each attribute of the card, ``score_drift`` that of the score.
    """

    request: Request
    prepared: Prepared
    card: Card
    calibration: Calibration
    bands: tuple[Band, ...]
    judged: Judged
    train_outcome: Outcome
    train_score: Ints
    drift: tuple[Figure, ...]
    score_drift: Figure
    leaks: tuple[Warned, ...]
    left_out: tuple[str, ...]
    inside_auc: float | None


def train(table: Table, request: Request, *, progress: Progress) -> Trained:
    """Train and judge; raise InputFault in Chinese where that is impossible."""
    progress("整理数据")
    prepared = prepare(table, request)
    progress(f"{len(prepared.rows)} 行，{len(prepared.usable)} 个候选变量；检查数据泄漏")
    by_name = {c.name: c for c in prepared.all_columns}
    leaks = find_leaks(prepared.all_columns, prepared.outcome, special=request.special)
    accused = {w.column for w in leaks} - set(request.keep)
    columns = [by_name[name] for name in prepared.usable if name not in accused]
    left_out = tuple(sorted(accused & set(prepared.usable)))
    unseen, judged, card = _fit_and_judge(columns, prepared, request=request, progress=progress)
    calibration = calibrate(card, unseen.score, unseen.outcome)
    judged = replace(judged, pd=calibration.pd(judged.score))
    if request.challenger and columns:
        predicted = challenge(
            columns, prepared.outcome, splits=prepared.protocol.splits, seed=request.seed, progress=progress
        )
        judged = replace(judged, challenger=np.concatenate(predicted))
    train_rows = prepared.protocol.splits[0].train
    if prepared.protocol.kind == "folds":
        train_rows = np.arange(len(prepared.rows))
    train_score = _score(card, columns, train_rows)
    drift, score_drift = _drift(card, columns, prepared, seed=request.seed)
    return Trained(
        request=request,
        prepared=prepared,
        card=card,
        calibration=calibration,
        bands=bands_of(unseen.score, unseen.outcome),
        judged=judged,
        train_outcome=prepared.outcome.take(train_rows),
        train_score=train_score,
        drift=drift,
        score_drift=score_drift,
        leaks=leaks,
        left_out=left_out,
        inside_auc=None if prepared.protocol.kind == "folds" else mean_auc(unseen),
    )


def _fit_and_judge(
    columns: list[Column], prepared: Prepared, *, request: Request, progress: Progress
) -> tuple[Judged, Judged, Card]:
    """Unseen rows for calibration, judged rows for the figures, and the finished card."""
    outcome = prepared.outcome
    splits = prepared.protocol.splits
    if prepared.protocol.kind == "folds":
        judged = _cross(columns, outcome, splits=splits, request=request, progress=progress)
        progress("用全部行训练成品卡")
        card = _fit(columns, outcome, np.arange(len(outcome.bad)), request=request)
        return judged, judged, card
    split = splits[0]
    place = fold_of(outcome.bad[split.train], folds=INNER_FOLDS, seed=request.seed)
    inner = [Split(split.train[place != k], split.train[place == k]) for k in range(INNER_FOLDS)]
    unseen = _cross(columns, outcome, splits=inner, request=request, progress=progress)
    progress("用训练部分训练成品卡，在检验部分上检验")
    card = _fit(columns, outcome, split.train, request=request)
    score = _score(card, columns, split.test)
    judged = Judged(score, np.empty(0), outcome.take(split.test), np.zeros(len(split.test), dtype=np.int64))
    return unseen, judged, card


def _cross(
    columns: list[Column],
    outcome: Outcome,
    *,
    splits: list[Split] | tuple[Split, ...],
    request: Request,
    progress: Progress,
) -> Judged:
    scores, rows, folds = [], [], []
    for number, split in enumerate(splits):
        progress(f"第 {number + 1}/{len(splits)} 折：分箱、拟合、检验")
        card = _fit(columns, outcome, split.train, request=request)
        scores.append(_score(card, columns, split.test))
        rows.append(split.test)
        folds.append(np.full(len(split.test), number, dtype=np.int64))
    return Judged(
        np.concatenate(scores), np.empty(0), outcome.take(np.concatenate(rows)), np.concatenate(folds)
    )


def _fit(columns: list[Column], outcome: Outcome, rows: Ints, *, request: Request) -> Card:
    return fit_card(
        [c.take(rows) for c in columns], outcome.take(rows), rules=request.rules, special=request.special
    )


def _score(card: Card, columns: list[Column], rows: Ints) -> Ints:
    wanted = {b.name for b in card.bins}
    return card.score({c.name: c.take(rows) for c in columns if c.name in wanted}, rows=len(rows))


def fold_aucs(risk: Floats, judged: Judged) -> list[Figure]:
    """AUC with interval of every fold."""
    figures = []
    for number in range(int(judged.fold.max()) + 1):
        rows = np.flatnonzero(judged.fold == number)
        part = judged.outcome.take(rows)
        figures.append(auc(risk[rows], part.bad, part.weight))
    return figures


def mean_auc(judged: Judged) -> float:
    """Mean over folds of the AUC of the score."""
    return float(np.mean([f.value for f in fold_aucs(-judged.score.astype(float), judged)]))


def _drift(
    card: Card, columns: list[Column], prepared: Prepared, *, seed: int
) -> tuple[tuple[Figure, ...], Figure]:
    """PSI of attributes and score between the first split's training and test rows."""
    by_name = {c.name: c for c in columns}
    split = prepared.protocol.splits[0]
    figures = []
    for bins in card.bins:
        places = bins.place(by_name[bins.name])
        before, after = (
            count_bins(places[rows], prepared.outcome.take(rows), size=bins.size)[0]
            for rows in (split.train, split.test)
        )
        filled = before + after > 0
        figures.append(psi(before[filled], after[filled], seed=seed))
    train_score, test_score = (_score(card, columns, rows) for rows in (split.train, split.test))
    edges = np.unique(np.quantile(train_score, np.linspace(0.1, 0.9, 9)))
    before, after = (
        np.bincount(np.searchsorted(edges, s, side="right"), minlength=len(edges) + 1).astype(float)
        for s in (train_score, test_score)
    )
    return tuple(figures), psi(before, after, seed=seed)
