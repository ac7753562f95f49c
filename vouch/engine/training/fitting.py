"""From columns to a card: cut, weigh, regress, choose, and round to points.

Choice, in this order: an attribute must tell the outcome better than chance does; of two that say the same (correlated
WOE) the stronger stays; every slope must have the sign its WOE promises; and must differ from zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy.special import chdtrc, ndtr, xlogy

from vouch.engine.training.binning import BinningRules, Bins, Outcome, bin_columns
from vouch.engine.training.columns import Column
from vouch.engine.training.merging import Floats, Ints
from vouch.engine.training.regression import Fit, fit_logistic

TOO_WEAK: Final = "与结果的关系不强于偶然"
ONE_BIN: Final = "只能分成一档"
ALIKE: Final = "与更强的变量“{other}”几乎相同（相关系数 {value:.2f}）"
WRONG_SIGN: Final = "放入模型后方向与单独看时相反"
_ROUGH: Final = 1e-6
"""Relative gain at which a fit that only serves to choose has settled."""
NOT_SIGNIFICANT: Final = "放入模型后不显著（p = {value:.2f}）"


@dataclass(frozen=True)
class FittingRules:
    """How attributes are chosen and points scaled.

    ``signal_p`` is what the strongest column must pass after correction for the number of columns, or the card stays empty.
    ``base_score`` points stand for good:bad odds of ``base_odds``; every ``double_odds`` points more double them.
    """

    binning: BinningRules = field(default_factory=BinningRules)
    screen_p: float = 0.7
    signal_p: float = 0.01
    correlation_max: float = 0.95
    slope_p: float = 0.5
    ridge: float = 3.0
    base_score: int = 600
    base_odds: float = 20.0
    double_odds: int = 50

    @property
    def factor(self) -> float:
        """Points per unit of log odds."""
        return self.double_odds / float(np.log(2.0))


@dataclass(frozen=True)
class Left:
    """A column that is not in the card, and why, in Chinese."""

    bins: Bins
    why: str


@dataclass(frozen=True)
class Card:
    """Bins with integer points; score = base + sum of points, higher is safer."""

    bins: tuple[Bins, ...]
    points: tuple[Ints, ...]
    slopes: tuple[float, ...]
    base: int
    rules: FittingRules
    left: tuple[Left, ...]
    fit: Fit

    def score(self, columns: dict[str, Column], *, rows: int) -> Ints:
        """Integer scores of rows given by column name."""
        total = np.full(rows, self.base, dtype=np.int64)
        for bins, points in zip(self.bins, self.points, strict=True):
            total += points[bins.place(columns[bins.name])]
        return total

    def log_odds(self, score: Ints) -> Floats:
        """Uncalibrated log odds of bad that a score stands for."""
        return np.asarray((self.rules.base_score - score) / self.rules.factor - np.log(self.rules.base_odds))


def fit_card(
    columns: Sequence[Column],
    outcome: Outcome,
    *,
    rules: FittingRules,
    special: dict[str, tuple[float, ...]] | None = None,
) -> Card:
    """A card from training rows."""
    all_bins = bin_columns(columns, outcome, rules=rules.binning, special=special)
    by_name = {c.name: c for c in columns}
    left: list[Left] = []
    kept: list[Bins] = []
    for bins in sorted(all_bins, key=lambda b: (-b.iv, b.name)):
        if bins.used < 2:
            left.append(Left(bins, ONE_BIN))
        elif chance_of(bins) > rules.screen_p:
            left.append(Left(bins, TOO_WEAK))
        else:
            kept.append(bins)
    if kept and min(chance_of(bins) for bins in kept) * len(all_bins) > rules.signal_p:
        # The best of many columns looks good by chance: without one that stands out, none is believed.
        left += [Left(bins, TOO_WEAK) for bins in kept]
        kept = []
    woe = np.empty((len(outcome.bad), len(kept)))
    for index, bins in enumerate(kept):
        woe[:, index] = bins.woe[bins.place(by_name[bins.name])]
    chosen = _distinct(kept, woe, left=left, most=rules.correlation_max)
    chosen, fit = _regress(kept, woe, chosen, outcome=outcome, rules=rules, left=left)
    return _scaled([kept[i] for i in chosen], fit, rules=rules, left=left)


def chance_of(bins: Bins) -> float:
    """Probability that a column without any relation shows at least this much: likelihood ratio, one degree a bin and cut."""
    good, bad = bins.rows - bins.bad_rows, bins.bad_rows
    total_good, total_bad = good.sum(), bad.sum()
    if total_good <= 0 or total_bad <= 0:
        return 1.0
    likelihood = xlogy(good, good).sum() + xlogy(bad, bad).sum() - xlogy(bins.rows, bins.rows).sum()
    alone = (
        xlogy(total_good, total_good) + xlogy(total_bad, total_bad) - xlogy(bins.rows.sum(), bins.rows.sum())
    )
    # The cuts were chosen to separate: two degrees of freedom a cut, not one (Hastie, Tibshirani & Friedman 2009, 9.4.5).
    return float(chdtrc(2 * max(bins.used - 1, 1), max(2 * (likelihood - alone), 0.0)))


def _distinct(kept: list[Bins], woe: Floats, *, left: list[Left], most: float) -> list[int]:
    """Walk from the strongest; leave out what is nearly the same as one already taken."""
    if not kept:
        return []
    centred = woe - woe.mean(axis=0)
    norm = np.sqrt((centred**2).sum(axis=0))
    norm[norm == 0] = 1.0
    correlation = (centred.T @ centred) / np.outer(norm, norm)
    chosen: list[int] = []
    for index, bins in enumerate(kept):
        twin = max(chosen, key=lambda c: abs(correlation[c, index]), default=None)
        if twin is not None and abs(correlation[twin, index]) > most:
            left.append(Left(bins, ALIKE.format(other=kept[twin].name, value=correlation[twin, index])))
        else:
            chosen.append(index)
    return chosen


def _regress(
    kept: list[Bins],
    woe: Floats,
    chosen: list[int],
    *,
    outcome: Outcome,
    rules: FittingRules,
    left: list[Left],
) -> tuple[list[int], Fit]:
    """Backward: the wrongest sign leaves first, then the least significant slope."""
    weighted = bool(np.ptp(outcome.weight) > 0)
    scale = len(outcome.weight) / outcome.weight.sum()
    weight = outcome.weight * scale if weighted else None
    start: Floats | None = None
    while True:
        fit = fit_logistic(
            woe[:, chosen], outcome.bad, weight=weight, ridge=rules.ridge, start=start, tolerance=_ROUGH
        )
        if not chosen:
            return chosen, fit
        error = np.sqrt(np.maximum(np.diag(fit.covariance)[1:], 1e-300))
        z = fit.slopes / error
        worst = int(z.argmin())
        p = 2 * float(ndtr(-abs(z[worst])))
        if fit.slopes[worst] <= 0:
            left.append(Left(kept[chosen[worst]], WRONG_SIGN))
        elif p > rules.slope_p:
            left.append(Left(kept[chosen[worst]], NOT_SIGNIFICANT.format(value=p)))
        else:
            exact = fit_logistic(woe[:, chosen], outcome.bad, weight=weight, ridge=rules.ridge, start=start)
            return chosen, exact
        chosen = chosen[:worst] + chosen[worst + 1 :]
        start = np.concatenate([[fit.intercept], np.delete(fit.slopes, worst)])


def _scaled(bins: list[Bins], fit: Fit, *, rules: FittingRules, left: list[Left]) -> Card:
    """Points so that the worst bin of every attribute has 0 and the base takes up the rest."""
    factor = rules.factor
    points = []
    base = rules.base_score - factor * (np.log(rules.base_odds) + fit.intercept)
    for one, slope in zip(bins, fit.slopes, strict=True):
        exact = -factor * slope * one.woe
        lowest = float(exact.min())
        points.append(np.rint(exact - lowest).astype(np.int64))
        base += lowest
    return Card(
        bins=tuple(bins),
        points=tuple(points),
        slopes=tuple(float(s) for s in fit.slopes),
        base=round(float(base)),
        rules=rules,
        left=tuple(left),
        fit=fit,
    )
