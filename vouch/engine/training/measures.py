"""Figures of a score's worth, each with its uncertainty.

``risk`` is any number that is higher for riskier rows; ``bad`` is 0 or 1; weights count rows.  AUC interval: DeLong, DeLong
and Clarke-Pearson (Biometrics 44, 1988) on weighted placements; rates: Wilson (JASA 22, 1927) on the effective number of
rows; KS, IV and PSI: parametric bootstrap on counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from vouch.engine.training.merging import Floats, information_value

Z95: Final = 1.959964
DRAWS: Final = 400


@dataclass(frozen=True)
class Figure:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def sd(self) -> float:
        """Standard deviation that the interval stands for."""
        return (self.high - self.low) / (2 * Z95)


@dataclass(frozen=True)
class Ladder:
    """Weighted good and bad mass per distinct risk, riskiest first."""

    risk: Floats
    good: Floats
    bad: Floats


def ladder(risk: Floats, bad: Floats, weight: Floats) -> Ladder:
    """Group rows by risk."""
    values, place = np.unique(-risk, return_inverse=True)
    total = np.bincount(place, weights=weight, minlength=len(values))
    of_bad = np.bincount(place, weights=weight * bad, minlength=len(values))
    return Ladder(-values, np.maximum(total - of_bad, 0.0), of_bad.astype(float))


def auc_value(steps: Ladder) -> float:
    """Area under the ROC curve, ties counted half; 0.5 where one class is absent."""
    total_good, total_bad = steps.good.sum(), steps.bad.sum()
    if total_good <= 0 or total_bad <= 0:
        return 0.5
    good_below = total_good - np.cumsum(steps.good)
    return float((steps.bad * (good_below + steps.good / 2)).sum() / (total_good * total_bad))


def auc(risk: Floats, bad: Floats, weight: Floats) -> Figure:
    """Area under the ROC curve with DeLong's interval."""
    values, place = np.unique(risk, return_inverse=True)
    mass_bad = np.bincount(place, weights=weight * bad, minlength=len(values))
    mass_good = np.bincount(place, weights=weight * (1 - bad), minlength=len(values))
    total_bad, total_good = float(mass_bad.sum()), float(mass_good.sum())
    if total_bad <= 0 or total_good <= 0:
        return Figure(0.5, 0.0, 1.0)
    good_below = (np.cumsum(mass_good) - mass_good / 2) / total_good
    bad_above = 1 - (np.cumsum(mass_bad) - mass_bad / 2) / total_bad
    value = float((mass_bad * good_below).sum() / total_bad)
    is_bad = bad > 0
    spread_bad = ((weight[is_bad] * (good_below[place[is_bad]] - value)) ** 2).sum() / total_bad**2
    spread_good = ((weight[~is_bad] * (bad_above[place[~is_bad]] - value)) ** 2).sum() / total_good**2
    half = Z95 * float(np.sqrt(spread_bad + spread_good))
    return Figure(value, max(value - half, 0.0), min(value + half, 1.0))


def ks_value(steps: Ladder) -> float:
    """Greatest distance between the cumulative shares of bad and good."""
    total_good, total_bad = steps.good.sum(), steps.bad.sum()
    if total_good <= 0 or total_bad <= 0:
        return 0.0
    return float(np.abs(np.cumsum(steps.bad) / total_bad - np.cumsum(steps.good) / total_good).max())


def ks(steps: Ladder, *, rows: int, bad_rows: int, seed: int) -> Figure:
    """Kolmogorov-Smirnov distance; the interval by drawing both classes anew."""
    value = ks_value(steps)
    if not 0 < bad_rows < rows:
        return Figure(value, 0.0, 1.0)
    rng = np.random.default_rng(seed)
    drawn_bad = rng.multinomial(bad_rows, steps.bad / steps.bad.sum(), size=DRAWS) / bad_rows
    drawn_good = rng.multinomial(rows - bad_rows, steps.good / steps.good.sum(), size=DRAWS) / (
        rows - bad_rows
    )
    draws = np.abs(np.cumsum(drawn_bad - drawn_good, axis=1)).max(axis=1)
    spread = float(draws.std())
    return Figure(value, max(value - Z95 * spread, 0.0), min(value + Z95 * spread, 1.0))


def brier(pd: Floats, bad: Floats, weight: Floats) -> Figure:
    """Mean squared error of the PD."""
    error = (pd - bad) ** 2
    mean = float(np.average(error, weights=weight))
    half = Z95 * float(np.sqrt((weight**2 * (error - mean) ** 2).sum()) / weight.sum())
    return Figure(mean, max(mean - half, 0.0), mean + half)


def rate(bad: Floats, weight: Floats) -> Figure:
    """Weighted bad rate with Wilson's interval on the effective number of rows."""
    total = float(weight.sum())
    if total <= 0:
        return Figure(float("nan"), 0.0, 1.0)
    share = float((weight * bad).sum() / total)
    effective = _effective_rows(share, bad, weight)
    return wilson(share, effective)


def _effective_rows(share: float, bad: Floats, weight: Floats) -> float:
    """Rows an unweighted sample would need for the same variance of the rate."""
    spread = float(((weight * (bad - share)) ** 2).sum()) / float(weight.sum()) ** 2
    if spread <= 0 or not 0 < share < 1:
        return float(weight.sum() ** 2 / (weight**2).sum())
    return share * (1 - share) / spread


def wilson(share: float, rows: float, *, z: float = Z95) -> Figure:
    """Wilson's score interval for a share seen in ``rows`` rows."""
    if rows <= 0:
        return Figure(share, 0.0, 1.0)
    centre = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * float(np.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows)))
    return Figure(share, max(centre - half, 0.0), min(centre + half, 1.0))


def psi_value(before: Floats, after: Floats) -> float:
    """Population stability index of two distributions over the same bins; an empty cell counts half a row."""
    a = np.maximum(before, 0.5) / max(before.sum(), 1.0)
    b = np.maximum(after, 0.5) / max(after.sum(), 1.0)
    return float(((b - a) * np.log(b / a)).sum())


def psi(before: Floats, after: Floats, *, seed: int) -> Figure:
    """Population stability index with a bootstrap interval."""
    value = psi_value(before, after)
    rng = np.random.default_rng(seed)
    return _bootstrap(
        value,
        [psi_value(x, y) for x, y in zip(_redraw(before, rng), _redraw(after, rng), strict=True)],
    )


def iv(good_rows: Floats, bad_rows: Floats, *, value: float, seed: int) -> Figure:
    """Information value with a bootstrap interval from unweighted counts around ``value``."""
    rng = np.random.default_rng(seed)
    filled = good_rows + bad_rows > 0
    draws = [
        float(information_value(g, b, float(g.sum()), float(b.sum())).sum())
        for g, b in zip(_redraw(good_rows[filled], rng), _redraw(bad_rows[filled], rng), strict=True)
    ]
    return _bootstrap(value, draws)


def _redraw(counts: Floats, rng: np.random.Generator) -> Floats:
    total = int(counts.sum())
    if total <= 0:
        return np.tile(counts, (DRAWS, 1))
    return rng.multinomial(total, counts / counts.sum(), size=DRAWS).astype(float)


def _bootstrap(value: float, draws: list[float]) -> Figure:
    spread = float(np.std(draws))
    return Figure(value, max(value - Z95 * spread, 0.0), value + Z95 * spread)
