"""Floors, honesty and the alarm on the public files (all folds of the small ones, one hold-out of the large)."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from vouch.engine.training.leakage import find_leaks
from vouch.engine.training.preparing import prepare
from vouch.engine.training.reading import Table, read_table
from vouch.engine.training.regression import fit_logistic
from vouch.engine.training.request import Request
from vouch.engine.training.tests.tables import APPLICATION_TIME, figures, load, renamed, with_columns

pytestmark = pytest.mark.shared_data


def leak_columns(table: Table, label: str, bad: str) -> set[str]:
    prepared = prepare(table, Request(label=label, bad=bad))
    return {w.column for w in find_leaks(prepared.all_columns, prepared.outcome, special={})}


def application_time(table: Table, *more: str) -> tuple[str, ...]:
    """Columns of the SBA sample to exclude so that only application-time ones remain."""
    return tuple(c for c in table.frame.columns if c not in {*APPLICATION_TIME, "mis_status", "split", *more})


@pytest.mark.parametrize(
    ("name", "folds", "floor"),
    [("german", 10, 0.78), ("heloc", 5, 0.80), ("taiwan", 5, 0.765), ("polish", 5, 0.86)],
)
def test_the_card_reaches_the_floor(shared_data: Path, name: str, folds: int, floor: float) -> None:
    table, label, bad = load(shared_data, name)
    found = figures(table, Request(label=label, bad=bad, folds=folds))
    assert found["auc"] >= floor
    assert found["auc_low"] < found["auc"] < found["auc_high"]
    assert not found["warnings"]


def test_a_large_portfolio_is_ranked_and_shows_no_alarm(shared_data: Path) -> None:
    table, label, bad = load(shared_data, "gmsc")
    part = Table(table.name, table.frame.with_columns(half=pl.arange(0, table.frame.height) % 2))
    found = figures(part, Request(label=label, bad=bad, test=("half", "0")))
    assert found["auc"] >= 0.853
    assert found["warnings"] == []


def test_sba_at_application_time_reaches_the_floor_and_is_calibrated_to_the_national_rate(
    shared_data: Path,
) -> None:
    table, label, bad = load(shared_data, "sba")
    is_bad = (table.frame[label] == bad).to_numpy()
    weight = np.where(is_bad, 157558 / is_bad.sum(), 739609 / (~is_bad).sum())
    table = with_columns(table, weight=weight)
    request = Request(
        label=label,
        bad=bad,
        exclude=application_time(table, "weight"),
        weight="weight",
        test=("split", "test"),
    )
    found = figures(table, request)
    assert found["auc"] >= 0.73
    assert found["ks"] >= 0.36
    assert 0.165 <= found["pd_mean"] <= 0.187
    assert [c["label"] for c in found["calibration"] if not c["low"] <= c["pd"] <= c["high"]] == []


def test_a_later_sample_shows_its_drift_and_its_fall(shared_data: Path) -> None:
    table, label, bad = load(shared_data, "sba")
    years = table.frame["approval_fy"].cast(pl.Int64, strict=False)
    table = Table(table.name, table.frame.filter(years <= 2007))
    request = Request(
        label=label,
        bad=bad,
        exclude=(*application_time(table, "approval_fy"), "split"),
        time=("approval_fy", "2004"),
    )
    found = figures(table, request)
    kinds = {w["kind"] for w in found["warnings"]}
    assert {"auc_fall", "score_drift", "drift"} <= kinds
    assert 0.58 <= found["auc"] <= 0.68 < found["train_auc"]


@pytest.mark.parametrize(
    ("name", "low", "high", "seeds"),
    [("german", 0.45, 0.55, (1, 2, 3)), ("heloc", 0.47, 0.53, (1, 2)), ("taiwan", 0.47, 0.53, (1,))],
)
def test_permuted_labels_give_no_skill(
    shared_data: Path, name: str, low: float, high: float, seeds: tuple[int, ...]
) -> None:
    table, label, bad = load(shared_data, name)
    for seed in seeds:
        labels = table.frame[label].to_numpy().copy()
        np.random.default_rng(seed).shuffle(labels)
        shuffled = Table(table.name, table.frame.with_columns(pl.Series(label, labels)))
        assert low <= figures(shuffled, Request(label=label, bad=bad))["auc"] <= high


@pytest.mark.parametrize("rename", [False, True])
def test_the_alarm_names_what_was_written_after_the_outcome(shared_data: Path, rename: bool) -> None:
    table, label, bad = load(shared_data, "sba")
    is_bad = (table.frame[label] == bad).to_numpy()
    rng = np.random.default_rng(7)
    noisy = np.where(rng.random(len(is_bad)) < 0.05, ~is_bad, is_bad).astype(int)
    half = np.where(rng.random(len(is_bad)) < 0.5, is_bad.astype(float), np.nan)
    table = with_columns(table, copy=is_bad.astype(int), noisy=noisy, half=pl.Series(half).fill_nan(None))
    expected = {"term", "chg_off_date", "chg_off_prin_gr", "copy", "noisy", "half"}
    if rename:
        expected = {f"c{table.frame.columns.index(name) + 1}" for name in expected}
        table = renamed(table, label=label)
    assert leak_columns(table, label, bad) == expected


@pytest.mark.parametrize("name", ["german", "heloc", "taiwan", "gmsc", "polish"])
def test_copies_of_the_label_are_named_in_every_file_and_nothing_else(shared_data: Path, name: str) -> None:
    table, label, bad = load(shared_data, name)
    prepared = prepare(table, Request(label=label, bad=bad))
    is_bad = prepared.outcome.bad
    rng = np.random.default_rng(11)
    noisy = np.where(rng.random(len(is_bad)) < 0.05, 1 - is_bad, is_bad)
    half = pl.Series(np.where(rng.random(len(is_bad)) < 0.5, is_bad, np.nan)).fill_nan(None)
    table = with_columns(table, copy=is_bad, noisy=noisy, half=half)
    assert leak_columns(table, label, bad) == {"copy", "noisy", "half"}


@pytest.mark.parametrize(("way", "least", "most"), [("class", 8, 10), ("all", 0, 0)])
def test_cells_filled_in_by_class_are_found_and_those_filled_in_alike_are_not(
    shared_data: Path, way: str, least: int, most: int
) -> None:
    table, label, bad = load(shared_data, "heloc")
    is_bad = pl.col(label) == bad
    filled = []
    for name in table.frame.columns:
        if name == label:
            continue
        number = pl.col(name).cast(pl.Float64)
        mean = number.mean().over(is_bad) if way == "class" else number.mean()
        filled.append(number.fill_null(mean).alias(name))
    frame = table.frame.with_columns(filled)
    assert least <= len(leak_columns(Table(table.name, frame), label, bad)) <= most


def test_the_published_regression_of_the_sba_case_is_met(shared_data: Path) -> None:
    with (shared_data / "sba/sba_case.csv").open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    inputs = np.array([[float(r[c]) for c in ("RealEstate", "Portion", "Recession")] for r in rows])
    bad = np.array([float(r["Default"]) for r in rows])
    chosen = np.array([r["Selected"] == "1" for r in rows])
    fit = fit_logistic(inputs[chosen], bad[chosen])
    assert np.round([fit.intercept, *fit.slopes], 4).tolist() == [1.3931, -2.1282, -2.9875, 0.5041]
    called_bad = fit.log_odds(inputs[~chosen]) > 0
    actual = bad[~chosen] > 0
    confusion = [
        (called_bad & actual),
        (called_bad & ~actual),
        (~called_bad & actual),
        (~called_bad & ~actual),
    ]
    assert [int(c.sum()) for c in confusion] == [31, 14, 324, 681]


def test_every_public_table_can_be_read(shared_data: Path) -> None:
    for path in sorted((shared_data / "scorecards").iterdir()):
        assert read_table(path).frame.height > 900
