"""Cells filled in by class: missing values replaced by a figure computed separately for good and bad rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from vouch.engine.training.carding import plain
from vouch.engine.training.merging import Floats

_EXACT: Final = 1e-5
"""How near to the class mean a filled value lies, in standard deviations."""
_ALONE_LEAST: Final = 5
_NEIGHBOURS: Final = 5
_OTHER_MOST: Final = 0.05
"""Of the surplus rows at a filled value, the other class's share against the own class's, each of its class."""


@dataclass(frozen=True)
class _Values:
    """Distinct values in order with their rows by class (0 good, 1 bad)."""

    distinct: Floats
    rows: tuple[Floats, Floats]


def filled_by_class(numbers: Floats, bad: Floats) -> str:
    """In words, the value that gives the filling away; an empty text if there is none."""
    present = ~np.isnan(numbers)
    values, outcome = numbers[present], bad[present]
    if len(values) < 50 or min(outcome.sum(), len(outcome) - outcome.sum()) < 10:
        return ""
    distinct, place = np.unique(values, return_inverse=True)
    if len(distinct) < 10:
        return ""
    rows = tuple(
        np.bincount(place, weights=(outcome == c).astype(float), minlength=len(distinct)).astype(float)
        for c in (0, 1)
    )
    spread = float(values.std())
    table = _Values(distinct, (rows[0], rows[1]))
    exact = [_exact_mean(table, outcome=c, spread=spread) for c in (0, 1)]
    both = exact[0] is not None and exact[1] is not None and exact[0] != exact[1]
    found = []
    for c in (0, 1):
        index = exact[c]
        if index is not None and (both or table.rows[c][index] >= _ALONE_LEAST):
            found.append(_words(table, index, outcome=c))
    if not found:
        found = _excess(table)
    return "，".join(found)


def _exact_mean(table: _Values, *, outcome: int, spread: float) -> int | None:
    """A value only this class has, several times, equal to the mean of the class's other values."""
    own, other = table.rows[outcome], table.rows[1 - outcome]
    total, count = float((own * table.distinct).sum()), float(own.sum())
    candidates = np.flatnonzero((own >= 2) & (other == 0))
    for index in candidates:
        rest = count - own[index]
        if rest < 10:
            continue
        mean = (total - own[index] * table.distinct[index]) / rest
        if abs(table.distinct[index] - mean) <= _EXACT * spread:
            return int(index)
    return None


def _excess(table: _Values) -> list[str]:
    """A value near the mean or median of one class that this class has far oftener than its neighbours, and only this class."""
    found = []
    for outcome in (0, 1):
        own, other = table.rows[outcome], table.rows[1 - outcome]
        for index in _typical(table, outcome=outcome):
            near = [
                i
                for i in range(index - _NEIGHBOURS, index + _NEIGHBOURS + 1)
                if i != index and 0 <= i < len(own)
            ]
            expected, expected_other = float(np.mean(own[near])), float(np.mean(other[near]))
            if _off_grid(table.distinct, index):
                expected = expected_other = 0.0
            more = own[index] - expected
            more_other = max(other[index] - expected_other, 0.0)
            only_own = more_other / other.sum() <= _OTHER_MOST * more / own.sum() and more_other <= 0.1 * more
            if more >= 20 and more > 8 * np.sqrt(expected + 1) and only_own and own[index] > 3 * expected:
                found.append(_words(table, index, outcome=outcome))
                break
    return found


def _off_grid(distinct: Floats, index: int) -> bool:
    """Whether a value is a fraction among whole numbers, where nothing is expected by nature."""
    return bool(distinct[index] % 1 != 0 and (distinct % 1 == 0).mean() > 0.9)


def _typical(table: _Values, *, outcome: int) -> list[int]:
    """Places of the values nearest to mean and median of a class."""
    own = table.rows[outcome]
    order = np.cumsum(own)
    median = int(np.searchsorted(order, order[-1] / 2))
    mean = float((own * table.distinct).sum() / own.sum())
    nearest = int(np.abs(table.distinct - mean).argmin())
    # The ends of a range (0 of a count) are crowded by nature.
    return [i for i in dict.fromkeys((nearest, median)) if 0 < i < len(own) - 1]


def _words(table: _Values, index: int, *, outcome: int) -> str:
    own, other = table.rows[outcome][index], table.rows[1 - outcome][index]
    name, opposite = ("坏", "好") if outcome else ("好", "坏")
    rest = f"{opposite}的只有 {other:.0f} 行" if other else f"{opposite}的一行也没有"
    return f"取值 {plain(float(table.distinct[index]))} 正是{name}的一类的典型值，{name}的有 {own:.0f} 行，{rest}，像是按结果分类填补的缺失"
