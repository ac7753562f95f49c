"""Odd value patterns: among similar values, are the round ones good and the crooked ones bad (or the reverse)?"""

from __future__ import annotations

from typing import Final

import numpy as np

from vouch.engine.training.merging import Floats

DIFFERENCE: Final = 0.60
"""Share of round values among one outcome less that among the other, within strata of similar values."""
_STRATA: Final = 10
_DISTINCT_LEAST: Final = 25
_ROWS_LEAST: Final = 100
_MODULI: Final = (
    2,
    3,
    4,
    5,
    6,
    7,
    10,
    12,
    15,
    24,
    25,
    30,
    50,
    52,
    60,
    90,
    100,
    120,
    180,
    250,
    360,
    365,
    500,
    1000,
    5000,
    10000,
)


def odd_pattern(numbers: Floats, bad: Floats) -> str:
    """In words, the strongest pattern that passes the threshold; else an empty text."""
    present = ~np.isnan(numbers) & (numbers != 0)
    values, outcome = numbers[present], bad[present]
    if len(values) < _ROWS_LEAST or min(outcome.sum(), len(outcome) - outcome.sum()) < 20:
        return ""
    distinct, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    if len(distinct) < _DISTINCT_LEAST:
        return ""
    cuts = np.unique(np.quantile(values, np.linspace(0, 1, _STRATA + 1)[1:-1]))
    stratum = np.searchsorted(cuts, values, side="right")
    best = (0.0, "")
    for round_value, words in _signs(distinct, counts):
        if round_value.all() or not round_value.any():
            continue
        is_round = round_value[place]
        difference = _within_strata(is_round, outcome, stratum)
        if abs(difference) > abs(best[0]):
            in_bad, in_good = float(is_round[outcome > 0].mean()), float(is_round[outcome == 0].mean())
            best = (
                difference,
                f"{words}的，坏的里占 {in_bad:.0%}，好的里占 {in_good:.0%}，相近取值之间也是如此",
            )
    return f"取值形态异常：{best[1]}" if abs(best[0]) >= DIFFERENCE else ""


def _signs(distinct: Floats, counts: np.ndarray) -> list[tuple[np.ndarray, str]]:
    """Ways for a value to be round, by distinct value."""
    whole = distinct == np.floor(distinct)
    signs = [(whole, "整数")]
    if whole.mean() > 0.99:
        signs += [(np.mod(distinct, m) == 0, f"{m} 的倍数") for m in _MODULI]
    around = (
        np.array([np.median(counts[max(0, i - 10) : i + 11]) for i in range(len(counts))])
        if len(counts) <= 5000
        else None
    )
    if around is not None:
        signs.append((counts >= np.maximum(5 * around, 10), "集中在少数常见取值"))
    return signs


def _within_strata(is_round: np.ndarray, bad: Floats, stratum: np.ndarray) -> float:
    """Mantel-Haenszel difference of P(round | bad) and P(round | good) over strata."""
    total = weight = 0.0
    for s in range(int(stratum.max()) + 1):
        rows = stratum == s
        bads = rows & (bad > 0)
        goods = rows & (bad == 0)
        n_bad, n_good = int(bads.sum()), int(goods.sum())
        if n_bad == 0 or n_good == 0:
            continue
        w = n_bad * n_good / (n_bad + n_good)
        total += w * (float(is_round[bads].mean()) - float(is_round[goods].mean()))
        weight += w
    return total / weight if weight else 0.0
