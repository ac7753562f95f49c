"""Logistic regression by Newton's method, with weights, a ridge and step halving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import expit

from vouch.engine.training.merging import Floats

_STEPS_MAX: Final = 50
_TOLERANCE: Final = 1e-10


@dataclass(frozen=True)
class Fit:
    """``intercept`` and ``slopes`` (k,) of log bad odds, the covariance (k+1, k+1) with the intercept first, and whether it settled."""

    intercept: float
    slopes: Floats
    covariance: Floats
    settled: bool

    def log_odds(self, inputs: Floats) -> Floats:
        """Log odds of bad for inputs (n, k)."""
        return np.asarray(self.intercept + inputs @ self.slopes)


def fit_logistic(
    inputs: Floats,
    bad: Floats,
    *,
    weight: Floats | None = None,
    ridge: float = 0.0,
    start: Floats | None = None,
    tolerance: float = _TOLERANCE,
) -> Fit:
    """Fit P(bad) = 1 / (1 + exp(-(a + x b))) to inputs (n, k); ``ridge`` is half the penalty on each squared slope.

    ``start`` (k+1,), the intercept first, saves steps where a near solution is known.  Covariance by the sandwich estimator when weights are given, else the inverse information.
    """
    rows, width = inputs.shape
    weights = np.ones(rows) if weight is None else weight
    design = np.empty((rows, width + 1))
    design[:, 0] = 1.0
    design[:, 1:] = inputs
    penalty = np.full(width + 1, ridge)
    penalty[0] = 0.0
    share = float(np.average(bad, weights=weights))
    share = min(max(share, 1e-9), 1 - 1e-9)
    slopes = np.zeros(width + 1)
    slopes[0] = np.log(share / (1 - share))
    if start is not None:
        slopes = start.copy()
    eta = design @ slopes
    loss = _loss(eta, bad, weights, slopes, penalty)
    settled = False
    information = np.eye(width + 1)
    for _ in range(_STEPS_MAX):
        chance = expit(eta)
        curve = weights * chance * (1 - chance)
        information = (design * curve[:, None]).T @ design + np.diag(penalty + 1e-9)
        slope = design.T @ (weights * (bad - chance)) - penalty * slopes
        try:
            step = np.linalg.solve(information, slope)
        except np.linalg.LinAlgError:
            step = np.linalg.lstsq(information, slope, rcond=None)[0]
        length = 1.0
        while True:
            trial = slopes + length * step
            trial_eta = design @ trial
            trial_loss = _loss(trial_eta, bad, weights, trial, penalty)
            if trial_loss <= loss + 1e-12 or length < 1e-6:
                break
            length /= 2
        gain = loss - trial_loss
        slopes, eta, loss = trial, trial_eta, trial_loss
        if gain < tolerance * (abs(loss) + 1):
            settled = True
            break
    inverse = np.linalg.pinv(information)
    if weight is not None:
        spread = weights * (bad - expit(eta))
        meat = (design * (spread**2)[:, None]).T @ design
        inverse = inverse @ meat @ inverse
    return Fit(float(slopes[0]), slopes[1:], np.asarray(inverse, dtype=float), settled)


def _loss(eta: Floats, bad: Floats, weights: Floats, slopes: Floats, penalty: Floats) -> float:
    return float(np.dot(weights, np.logaddexp(0.0, eta) - bad * eta) + 0.5 * np.dot(penalty, slopes**2))
