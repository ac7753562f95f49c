"""Exact optimal merging of ordered pre-bins under a shape of risk.

Given counts of good and bad rows in ``m`` ordered pre-bins, find the contiguous merge with the greatest information value
(Kullback's divergence; Siddiqi, *Credit Risk Scorecards*, 2006) less a cost per bin, among all merges whose bins are large enough
and whose bad rates ascend, descend, rise to a peak, or fall to a valley.  The search is a dynamic programme over "the last
bin is pre-bins i..j", exact, O(m^3) and vectorised over many columns at once: for a batch of columns it costs little more
than for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ASCENDING: Final = "ascending"
DESCENDING: Final = "descending"
PEAK: Final = "peak"
VALLEY: Final = "valley"
AUTOMATIC: Final = "automatic"
SHAPES: Final = (ASCENDING, DESCENDING, PEAK, VALLEY)

_IMPOSSIBLE: Final = -np.inf


@dataclass(frozen=True)
class Limits:
    """What a bin must hold, and what one more bin must earn.

    ``min_rows`` rows, ``min_bad`` bad rows and ``min_good`` good rows (all unweighted) in every bin.  ``cost`` is the
    information value that one more bin must add; ``turn_cost`` what a peak or a valley must add beyond the best
    monotone merge before the automatic shape chooses it.
    """

    min_rows: int = 1
    min_bad: int = 1
    min_good: int = 1
    cost: float = 0.0
    turn_cost: float = 0.0


@dataclass(frozen=True)
class Counts:
    """Pre-bin counts of one column: rows and bad rows as counted, good and bad as weighted sums, each of length m."""

    rows: Floats
    bad_rows: Floats
    good: Floats
    bad: Floats


@dataclass(frozen=True)
class Merge:
    """The chosen merge: ``starts`` are the first pre-bins of the bins (always beginning with 0), ``value`` what it scores."""

    starts: tuple[int, ...]
    shape: str
    value: float


def information_value(good: Floats, bad: Floats, total_good: float, total_bad: float) -> Floats:
    """Contribution of cells to the information value; a cell with an empty side counts half a row there."""
    share_good = np.maximum(good, 0.5) / max(total_good, 1e-300)
    share_bad = np.maximum(bad, 0.5) / max(total_bad, 1e-300)
    return np.asarray((share_good - share_bad) * np.log(share_good / share_bad))


def merge_many(columns: list[Counts], *, limits: list[Limits], shapes: list[str]) -> list[Merge]:
    """Best merges for a batch of columns, each under its own limits and shape; a column that cannot be cut is one bin."""
    if not columns:
        return []
    size = max(len(c.rows) for c in columns)
    values, rates = _tables(columns, limits, size)
    both_rates = np.concatenate([rates, -rates])  # descending is ascending in the mirrored rate
    both_values = np.concatenate([values, values])
    with_turns = any(s in (PEAK, VALLEY, AUTOMATIC) for s in shapes)
    rising, rising_from = _rising(both_values, both_rates)
    turned = turned_from = None
    if with_turns:
        turned, turned_from = _turned(both_values, both_rates, rising)
    result = []
    count = len(columns)
    for index, (column, limit, shape) in enumerate(zip(columns, limits, shapes, strict=True)):
        last = len(column.rows) - 1
        options: dict[str, tuple[float, tuple[int, ...]]] = {}
        for side, (straight, curved) in enumerate(((ASCENDING, PEAK), (DESCENDING, VALLEY))):
            row = index + side * count
            if shape in (straight, AUTOMATIC, curved):
                options[straight] = _best(rising[row], rising_from[row], last)
            if turned is not None and turned_from is not None and shape in (curved, AUTOMATIC):
                options[curved] = _best_turned(turned[row], turned_from[row], rising_from[row], last)
        result.append(_choose(options, shape=shape, turn_cost=limit.turn_cost))
    return result


def merge(column: Counts, *, limits: Limits, shape: str = AUTOMATIC) -> Merge:
    """Best merge of one column."""
    return merge_many([column], limits=[limits], shapes=[shape])[0]


def _tables(columns: list[Counts], limits: list[Limits], size: int) -> tuple[Floats, Floats]:
    """Value and bad rate of every interval i..j of every column, shape (columns, size, size); padding is impossible."""
    prefix = np.zeros((4, len(columns), size + 1))
    for c, column in enumerate(columns):
        m = len(column.rows)
        for k, series in enumerate((column.rows, column.bad_rows, column.good, column.bad)):
            prefix[k, c, 1 : m + 1] = np.cumsum(series)
            prefix[k, c, m + 1 :] = prefix[k, c, m]
    cells = prefix[:, :, None, 1:] - prefix[:, :, :-1, None]
    rows, bad_rows, good, bad = cells
    total_good = np.maximum(prefix[2, :, -1], 1e-300)[:, None, None]
    total_bad = np.maximum(prefix[3, :, -1], 1e-300)[:, None, None]
    share_good = np.maximum(good, 1e-12) / total_good
    share_bad = np.maximum(bad, 1e-12) / total_bad
    value = (share_good - share_bad) * np.log(share_good / share_bad)

    def of(name: str) -> Floats:
        return np.array([getattr(limit, name) for limit in limits], dtype=float)[:, None, None]

    value -= of("cost")
    allowed = (rows >= of("min_rows")) & (bad_rows >= of("min_bad")) & (rows - bad_rows >= of("min_good"))
    index = np.arange(size)
    lengths = np.array([len(c.rows) for c in columns])[:, None, None]
    allowed &= (index[:, None] <= index[None, :])[None] & (index[None, None, :] < lengths)
    value = np.where(allowed, value, _IMPOSSIBLE)
    rate = bad / np.maximum(good + bad, 1e-300)
    return value, rate


def _rising(values: Floats, rates: Floats) -> tuple[Floats, NDArray[np.int16]]:
    """F[c, i, j]: best merge of 0..j whose last bin is i..j and whose rates never fall; and the start of the bin before."""
    best = np.full_like(values, _IMPOSSIBLE)
    came = np.full(values.shape, -1, dtype=np.int16)
    best[:, 0, :] = values[:, 0, :]
    size = values.shape[1]
    for i in range(1, size):
        allowed = rates[:, :i, i - 1, None] <= rates[:, i, None, i:]
        options = np.where(allowed, best[:, :i, i - 1, None], _IMPOSSIBLE)
        chosen = options.argmax(axis=1)
        best[:, i, i:] = values[:, i, i:] + np.take_along_axis(options, chosen[:, None, :], axis=1)[:, 0, :]
        came[:, i, i:] = chosen
    return best, came


def _turned(values: Floats, rates: Floats, rising: Floats) -> tuple[Floats, NDArray[np.int16]]:
    """As ``_rising`` after the turn: rates never rise again.  The origin is k + size where the bin before still rose."""
    best = np.full_like(values, _IMPOSSIBLE)
    came = np.full(values.shape, -1, dtype=np.int16)
    size = values.shape[1]
    for i in range(1, size):
        allowed = rates[:, :i, i - 1, None] >= rates[:, i, None, i:]
        before = np.maximum(best[:, :i, i - 1], rising[:, :i, i - 1])
        still_rose = rising[:, :i, i - 1] >= best[:, :i, i - 1]
        options = np.where(allowed, before[:, :, None], _IMPOSSIBLE)
        chosen = options.argmax(axis=1)
        best[:, i, i:] = values[:, i, i:] + np.take_along_axis(options, chosen[:, None, :], axis=1)[:, 0, :]
        came[:, i, i:] = chosen + size * np.take_along_axis(still_rose, chosen, axis=1)
    return best, came


def _best(table: Floats, came: NDArray[np.int16], last: int) -> tuple[float, tuple[int, ...]]:
    start = int(table[:, last].argmax())
    value = float(table[start, last])
    if value == _IMPOSSIBLE:
        return value, (0,)
    starts = [start]
    while start > 0:
        start, last = int(came[start, last]), start - 1
        starts.append(start)
    return value, tuple(reversed(starts))


def _best_turned(
    table: Floats, came: NDArray[np.int16], rose_from: NDArray[np.int16], last: int
) -> tuple[float, tuple[int, ...]]:
    start = int(table[:, last].argmax())
    value = float(table[start, last])
    if value == _IMPOSSIBLE:
        return value, (0,)
    size = table.shape[0]
    starts = [start]
    falling = True
    while start > 0:
        origin = int((came if falling else rose_from)[start, last])
        last = start - 1
        if falling and origin >= size:
            falling, origin = False, origin - size
        start = origin
        starts.append(start)
    return value, tuple(reversed(starts))


def _choose(options: dict[str, tuple[float, tuple[int, ...]]], *, shape: str, turn_cost: float) -> Merge:
    if shape in (ASCENDING, DESCENDING):
        value, starts = options[shape]
    elif shape in (PEAK, VALLEY):
        # A peak may lie at the end: a rising merge is a peak too.
        straight = ASCENDING if shape == PEAK else DESCENDING
        value, starts = max((options[shape], options[straight]), key=lambda o: o[0])
    else:
        shape = max((ASCENDING, DESCENDING), key=lambda s: options[s][0])
        value, starts = options[shape]
        curved = max((PEAK, VALLEY), key=lambda s: options[s][0])
        if options[curved][0] > value + turn_cost:
            shape, (value, starts) = curved, options[curved]
    if value == _IMPOSSIBLE:
        return Merge(starts=(0,), shape=shape, value=0.0)
    return Merge(starts=starts, shape=shape, value=value)
