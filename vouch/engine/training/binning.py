"""From columns to bins: fine pre-bins, special codes and missing values apart, then the exact merge.

A bin's number: ordered bins come first (``0..k-1``), then special groups, then ``other`` (categories only), then missing,
always last, whether or not the training rows had one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from vouch.engine.training.columns import Column
from vouch.engine.training.merging import (
    AUTOMATIC,
    Counts,
    Floats,
    Ints,
    Limits,
    information_value,
    merge_many,
)
from vouch.engine.training.splitting import clean_splits

PRE_BINS: Final = 64
CATEGORIES_MAX: Final = 64
"""Categories that are told apart before merging; rarer ones go to ``other``."""


@dataclass(frozen=True)
class BinningRules:
    """How columns are cut.

    ``min_share`` of the rows but no fewer than ``min_rows``, ``min_bad`` bad and ``min_good`` good rows in every ordered bin.  ``chance`` is the number of
    times the information value that chance alone adds by one more bin (1/good + 1/bad) a bin must earn; ``turn_chance``
    the same for a peak or valley against the best monotone merge, less in small samples.  ``prior_rows`` average rows are added to every bin
    before its WOE is taken, so that a thin bin says little.
    """

    min_share: float = 0.01
    min_rows: int = 50
    min_bad: int = 5
    min_good: int = 5
    chance: float = 1.5
    turn_chance: float = 10.0
    category_chance: float = 1.0
    prior_rows: float = 20.0
    pre_bins: int = PRE_BINS
    shapes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Bins:
    """How one column is cut, and what the training rows showed; arrays by bin number.

    ``splits`` (numbers) or ``groups`` (categories: levels by bin) cut the ordered bins; ``special`` holds the codes by group.
    """

    name: str
    kind: str
    shape: str
    splits: Floats
    groups: tuple[tuple[str, ...], ...]
    special: tuple[tuple[float, ...], ...]
    rows: Floats
    bad_rows: Floats
    good: Floats
    bad: Floats
    woe: Floats

    @property
    def ordered(self) -> int:
        """Number of ordered bins (or groups of categories)."""
        return len(self.splits) + 1 if self.kind == "number" else len(self.groups)

    @property
    def size(self) -> int:
        """Number of all bins, missing included."""
        return self.ordered + len(self.special) + (self.kind == "category") + 1

    @property
    def iv(self) -> float:
        """Information value of the column as cut, over bins that hold rows."""
        filled = self.rows > 0
        total_good, total_bad = float(self.good.sum()), float(self.bad.sum())
        return float(information_value(self.good[filled], self.bad[filled], total_good, total_bad).sum())

    @property
    def used(self) -> int:
        """Number of bins that hold rows."""
        return int((self.rows > 0).sum())

    def place(self, column: Column) -> Ints:
        """Bin number of every row of a column of the same name."""
        if self.kind == "category":
            return self._place_categories(column)
        places = np.searchsorted(self.splits, column.numbers, side="right").astype(np.int64)
        for group, codes in enumerate(self.special):
            for code in codes:
                places[column.numbers == code] = self.ordered + group
        places[np.isnan(column.numbers)] = self.size - 1
        return places

    def _place_categories(self, column: Column) -> Ints:
        by_level = {level: number for number, group in enumerate(self.groups) for level in group}
        table = np.array(
            [by_level.get(level, self.size - 2) for level in column.levels] + [self.size - 1], dtype=np.int64
        )
        return np.asarray(table[column.codes])


@dataclass(frozen=True)
class Outcome:
    """Whether each row is bad (0 or 1) and its weight."""

    bad: Floats
    weight: Floats

    def take(self, rows: Ints) -> Outcome:
        """The outcome of some rows."""
        return Outcome(bad=self.bad[rows], weight=self.weight[rows])


@dataclass(frozen=True)
class _Prepared:
    column: Column
    kind: str
    splits: Floats
    levels: tuple[str, ...]
    special: tuple[tuple[float, ...], ...]
    counts: tuple[Floats, Floats, Floats, Floats]
    ordered: int


def bin_columns(
    columns: Sequence[Column],
    outcome: Outcome,
    *,
    rules: BinningRules,
    special: dict[str, tuple[float, ...]] | None = None,
) -> list[Bins]:
    """Cut every column, exactly and in one batch."""
    codes = special or {}
    prepared = [_prepare(c, outcome, rules=rules, special=codes.get(c.name, ())) for c in columns]
    total_bad = max(float(outcome.bad.sum()), 1.0)
    total_good = max(float(len(outcome.bad) - outcome.bad.sum()), 1.0)
    noise = 1.0 / total_bad + 1.0 / total_good
    min_rows = max(rules.min_rows, int(np.ceil(rules.min_share * len(outcome.bad))))
    limits, shapes = [], []
    for one in prepared:
        category = one.kind == "category"
        limits.append(
            Limits(
                min_rows=min_rows,
                min_bad=rules.min_bad,
                min_good=rules.min_good,
                cost=(rules.category_chance if category else rules.chance) * noise,
                turn_cost=min(rules.turn_chance, float(np.sqrt(min(total_bad, total_good))) / 4) * noise,
            )
        )
        shapes.append("ascending" if category else rules.shapes.get(one.column.name, AUTOMATIC))
    ordered = [Counts(*(series[: one.ordered] for series in one.counts)) for one in prepared]
    merges = merge_many(ordered, limits=limits, shapes=shapes)
    return [
        _finish(one, starts=m.starts, shape=m.shape, rules=rules)
        for one, m in zip(prepared, merges, strict=True)
    ]


def count_bins(places: Ints, outcome: Outcome, *, size: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Rows, bad rows, weighted good and weighted bad by bin number."""
    rows = np.bincount(places, minlength=size).astype(float)
    bad_rows = np.bincount(places, weights=outcome.bad, minlength=size).astype(float)
    weight = np.bincount(places, weights=outcome.weight, minlength=size).astype(float)
    bad = np.bincount(places, weights=outcome.weight * outcome.bad, minlength=size).astype(float)
    return rows, bad_rows, weight - bad, bad


def weights_of_evidence(good: Floats, bad: Floats, rows: Floats, *, prior_rows: float) -> Floats:
    """ln(bad odds of the bin / bad odds of all), pulled to 0 by ``prior_rows`` average rows; 0 where a bin is empty.

    Positive is riskier than average.
    """
    total_good, total_bad = max(float(good.sum()), 1e-9), max(float(bad.sum()), 1e-9)
    weight_per_row = (total_good + total_bad) / max(float(rows.sum()), 1.0)
    prior = prior_rows * weight_per_row
    share = total_bad / (total_good + total_bad)
    woe = np.log((bad + prior * share) / total_bad) - np.log((good + prior * (1 - share)) / total_good)
    return np.where(rows > 0, woe, 0.0)


def _prepare(
    column: Column, outcome: Outcome, *, rules: BinningRules, special: tuple[float, ...]
) -> _Prepared:
    if column.kind == "category":
        return _prepare_categories(column, outcome, rules=rules)
    numbers = column.numbers
    groups = tuple((code,) for code in special if bool((numbers == code).any()))
    regular = numbers if not groups else numbers[~np.isin(numbers, [g[0] for g in groups])]
    splits = pre_splits(regular, pre_bins=rules.pre_bins)
    draft = _empty(column.name, splits=splits, special=groups)
    counts = count_bins(draft.place(column), outcome, size=draft.size)
    return _Prepared(column, "number", splits, (), groups, counts, draft.ordered)


def pre_splits(numbers: Floats, *, pre_bins: int) -> Floats:
    """At most about ``2 * pre_bins`` cut points: quantiles, and a cut on either side of every value that fills one."""
    finite = np.sort(numbers[np.isfinite(numbers)])
    if len(finite) == 0:
        return np.empty(0)
    at = np.linspace(0, len(finite) - 1, pre_bins + 1).astype(np.int64)
    marks = finite[at]
    first, repeats = np.unique(marks, return_counts=True)
    heavy = first[repeats > 1]
    after = np.searchsorted(finite, heavy, side="right")
    points = np.unique(np.concatenate([first, finite[after[after < len(finite)]]]))
    points = points[points > finite[0]]
    left = np.searchsorted(finite, points, side="left") - 1
    return clean_splits(finite[left], points)


def _prepare_categories(column: Column, outcome: Outcome, *, rules: BinningRules) -> _Prepared:
    size = len(column.levels)
    present = column.codes >= 0
    rows, bad_rows, good, bad = count_bins(np.where(present, column.codes, size), outcome, size=size + 1)
    least = max(rules.min_bad + rules.min_good, 2)
    known = np.flatnonzero(rows[:size] >= least)
    if len(known) > CATEGORIES_MAX:
        known = known[np.argsort(-rows[known], kind="stable")[:CATEGORIES_MAX]]
    woe = weights_of_evidence(good, bad, rows, prior_rows=rules.prior_rows)
    known = known[np.lexsort((known, woe[known]))]
    other = np.setdiff1d(np.arange(size), known)

    def arranged(series: Floats) -> Floats:
        return np.concatenate([series[known], [series[other].sum(), series[size]]])

    counts = (arranged(rows), arranged(bad_rows), arranged(good), arranged(bad))
    levels = tuple(column.levels[i] for i in known)
    return _Prepared(column, "category", np.empty(0), levels, (), counts, len(known))


def _empty(name: str, *, splits: Floats, special: tuple[tuple[float, ...], ...]) -> Bins:
    none = np.empty(0)
    return Bins(name, "number", "", splits, (), special, none, none, none, none, none)


def _finish(one: _Prepared, *, starts: tuple[int, ...], shape: str, rules: BinningRules) -> Bins:
    if one.ordered == 0:
        starts = ()
    begins = np.array(starts, dtype=np.int64)

    def merged(series: Floats) -> Floats:
        head = np.add.reduceat(series[: one.ordered], begins) if len(begins) else np.empty(0)
        return np.concatenate([head, series[one.ordered :]])

    rows, bad_rows, good, bad = (merged(series) for series in one.counts)
    ends = [*starts[1:], one.ordered] if starts else []
    groups = (
        tuple(one.levels[a:b] for a, b in zip(starts, ends, strict=True)) if one.kind == "category" else ()
    )
    return Bins(
        name=one.column.name,
        kind=one.kind,
        shape=shape if len(starts) > 1 else "flat",
        splits=one.splits[begins[1:] - 1] if one.kind == "number" else one.splits,
        groups=groups,
        special=one.special,
        rows=rows,
        bad_rows=bad_rows,
        good=good,
        bad=bad,
        woe=weights_of_evidence(good, bad, rows, prior_rows=rules.prior_rows),
    )
