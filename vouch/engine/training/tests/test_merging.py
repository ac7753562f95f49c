from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vouch.engine.training.merging import (
    ASCENDING,
    DESCENDING,
    PEAK,
    SHAPES,
    VALLEY,
    Counts,
    Limits,
    merge,
    merge_many,
)

Cells = list[tuple[int, int]]


def counts_of(cells: Cells, *, bad_weight: float = 1.0) -> Counts:
    good = np.array([g for g, _ in cells], dtype=float)
    bad = np.array([b for _, b in cells], dtype=float)
    return Counts(rows=good + bad, bad_rows=bad, good=good, bad=bad * bad_weight)


def follows(rates: list[float], shape: str) -> bool:
    """Whether rates have the shape, written out from its definition."""
    rises = [b >= a for a, b in pairwise(rates)]
    falls = [b <= a for a, b in pairwise(rates)]
    if shape == ASCENDING:
        return all(rises)
    if shape == DESCENDING:
        return all(falls)
    first, second = (rises, falls) if shape == PEAK else (falls, rises)
    return any(all(first[:turn]) and all(second[turn:]) for turn in range(len(rates)))


def brute_force(column: Counts, limits: Limits, shape: str) -> float | None:
    """The best value over every admissible binning, by trying them all."""
    m = len(column.rows)
    best: float | None = None
    for size in range(m):
        for cuts in combinations(range(1, m), size):
            edges = [0, *cuts, m]
            value, rates, allowed = 0.0, [], True
            for a, b in pairwise(edges):
                rows, bad_rows = column.rows[a:b].sum(), column.bad_rows[a:b].sum()
                good, bad = column.good[a:b].sum(), column.bad[a:b].sum()
                allowed &= rows >= limits.min_rows and bad_rows >= limits.min_bad
                allowed &= bool(rows - bad_rows >= limits.min_good)
                if not allowed:
                    break
                share_good, share_bad = good / column.good.sum(), bad / column.bad.sum()
                value += (share_good - share_bad) * np.log(share_good / share_bad) - limits.cost
                rates.append(bad / (good + bad))
            if allowed and follows(rates, shape) and (best is None or value > best):
                best = value
    return best


def value_of(column: Counts, starts: tuple[int, ...], limits: Limits) -> float:
    edges = [*starts, len(column.rows)]
    total = 0.0
    for a, b in pairwise(edges):
        share_good = column.good[a:b].sum() / column.good.sum()
        share_bad = column.bad[a:b].sum() / column.bad.sum()
        total += (share_good - share_bad) * np.log(share_good / share_bad) - limits.cost
    return total


@settings(max_examples=120, deadline=None)
@given(
    cells=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=8),
    shape=st.sampled_from(SHAPES),
    cost=st.sampled_from([0.0, 0.01, 0.05]),
    least=st.tuples(st.integers(1, 12), st.integers(1, 4), st.integers(1, 4)),
    bad_weight=st.sampled_from([1.0, 0.25]),
)
def test_the_merge_equals_brute_force_over_all_admissible_binnings(
    cells: Cells, shape: str, cost: float, least: tuple[int, int, int], bad_weight: float
) -> None:
    column = counts_of(cells, bad_weight=bad_weight)
    limits = Limits(min_rows=least[0], min_bad=least[1], min_good=least[2], cost=cost)
    found = merge(column, limits=limits, shape=shape)
    expected = brute_force(column, limits, shape)
    if expected is None:
        assert found.starts == (0,)
        return
    assert found.value == pytest.approx(expected, abs=1e-9)
    assert value_of(column, found.starts, limits) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(cells=st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=2, max_size=8))
def test_the_automatic_shape_takes_a_turn_only_when_it_pays(cells: Cells) -> None:
    column = counts_of(cells)
    limits = Limits(cost=0.01, turn_cost=0.05)
    straight = max(brute_force(column, limits, s) or 0.0 for s in (ASCENDING, DESCENDING))
    curved = max(brute_force(column, limits, s) or 0.0 for s in (PEAK, VALLEY))
    found = merge(column, limits=limits)
    if curved > straight + limits.turn_cost + 1e-9:
        assert found.value == pytest.approx(curved, abs=1e-9)
    elif curved < straight + limits.turn_cost - 1e-9:
        assert found.value == pytest.approx(straight, abs=1e-9)


def test_columns_of_different_lengths_in_one_batch_give_what_each_gives_alone() -> None:
    rng = np.random.default_rng(0)
    columns = [
        counts_of([(int(g), int(b)) for g, b in rng.integers(1, 60, (size, 2))])
        for size in (1, 3, 17, 40, 64, 5)
    ]
    limits = [Limits(min_rows=10 + i, cost=0.002 * i, turn_cost=0.01) for i in range(len(columns))]
    together = merge_many(columns, limits=limits, shapes=["automatic"] * len(columns))
    for column, limit, one in zip(columns, limits, together, strict=True):
        assert merge(column, limits=limit) == one


def test_the_merge_finds_what_optbinning_finds_on_the_same_pre_bins() -> None:
    optbinning = pytest.importorskip("optbinning")
    rng = np.random.default_rng(4)
    x = rng.normal(size=4000)
    y = (rng.random(4000) < 1 / (1 + np.exp(1.5 - x))).astype(int)
    splits = np.quantile(x, np.linspace(0, 1, 16)[1:-1])
    place = np.searchsorted(splits, x, side="right")
    rows = np.bincount(place).astype(float)
    bad = np.bincount(place, weights=y).astype(float)
    ours = merge(
        Counts(rows, bad, rows - bad, bad),
        limits=Limits(min_rows=400, min_bad=1, min_good=1),
        shape=ASCENDING,
    )
    oracle = optbinning.OptimalBinning(
        dtype="numerical", monotonic_trend="ascending", user_splits=splits, min_bin_size=0.1, solver="cp"
    )
    oracle.fit(x, y)
    table = oracle.binning_table
    table.build()
    assert ours.value == pytest.approx(table.iv, abs=1e-6)
    assert np.allclose([splits[s - 1] for s in ours.starts[1:]], oracle.splits)
