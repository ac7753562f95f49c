"""Binning speed against optbinning, and AUC of both on every public file, from one run.

    .venv/bin/python bench/train.py [--challenger]

Speed: fitting the binning of 30,000 x 23 (taiwan) and of 490,000 x 30 (drawn, seeded), best of three (one for optbinning on the
large one).  AUC: the same rows and folds for both; optbinning as ``BinningProcess`` and scikit-learn's logistic regression
on its WOE.  The data sets are found through VOUCH_SHARED_DATA.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from vouch.engine.training.binning import BinningRules, Outcome, bin_columns
from vouch.engine.training.columns import CATEGORY, Column
from vouch.engine.training.measures import auc
from vouch.engine.training.preparing import Prepared, prepare
from vouch.engine.training.reading import read_table
from vouch.engine.training.reporting import Findings, findings
from vouch.engine.training.request import Request
from vouch.engine.training.running import train

warnings.filterwarnings("ignore")
from optbinning import BinningProcess  # its import warns about solvers

DATA = Path(os.environ.get("VOUCH_SHARED_DATA", Path(__file__).parents[2] / "shared/data"))
APPLICATION_TIME = [
    "state",
    "bank_state",
    "sector",
    "no_emp",
    "new_exist",
    "create_job",
    "retained_job",
    "franchise_code",
    "urban_rural",
    "rev_line_cr",
    "low_doc",
    "disbursement_gross",
    "gr_appv",
    "sba_appv",
    "sba_share",
    "same_state",
]
# name: file, label, bad, floor and good AUC of the card, floor of the challenger
FILES: dict[str, tuple[str, str, str, float, float, float | None]] = {
    "sba": ("sba/sba_sample_30000.csv.gz", "mis_status", "CHGOFF", 0.73, 0.755, 0.785),
    "gmsc": ("scorecards/gmsc.csv.zip", "SeriousDlqin2yrs", "1", 0.855, 0.860, 0.864),
    "taiwan": ("scorecards/taiwan_default.csv.gz", "has_default", "1", 0.765, 0.769, 0.779),
    "heloc": ("scorecards/heloc.csv.gz", "RiskPerformance", "Bad", 0.80, 0.807, None),
    "german": ("scorecards/german.csv", "creditability", "bad", 0.78, 0.79, None),
    "polish": ("scorecards/polish_1year.arff.gz", "bankruptcy", "1", 0.86, 0.875, 0.945),
}


def best_of(times: int, work: Callable[[], Any]) -> float:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def drawn(rows: int, width: int) -> tuple[list[Column], np.ndarray]:
    """Columns of mixed shape with 5 % missing in every third, and an outcome that depends on a third of them."""
    rng = np.random.default_rng(0)
    columns, odds = [], np.full(rows, -2.2)
    for i in range(width):
        x = rng.lognormal(8, 1, rows) if i % 2 else rng.normal(size=rows)
        if i % 3 == 0:
            odds += 0.25 * (np.log(x) - 8 if i % 2 else x)
            x[rng.random(rows) < 0.05] = np.nan
        columns.append(Column(f"x{i}", "number", numbers=x))
    return columns, (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(float)


def frame_of(columns: list[Column]) -> pd.DataFrame:
    values = {}
    for c in columns:
        values[c.name] = (
            np.array([*c.levels, None], dtype=object)[c.codes] if c.kind == CATEGORY else c.numbers
        )
    return pd.DataFrame(values)


def process_of(columns: list[Column]) -> BinningProcess:
    return BinningProcess(
        [c.name for c in columns], categorical_variables=[c.name for c in columns if c.kind == CATEGORY]
    )


def speed() -> None:
    print(f"{'binning':<22}{'vouch s':>10}{'optbinning s':>14}{'times faster':>14}")
    path, label, bad, *_ = FILES["taiwan"]
    prepared = prepare(read_table(DATA / path), Request(label=label, bad=bad))
    cases = [("30,000 x 23 (taiwan)", list(prepared.all_columns), prepared.outcome.bad, 3)]
    cases.append(("490,000 x 30 (drawn)", *drawn(490_000, 30), 1))
    for name, columns, y, times in cases:
        outcome = Outcome(y, np.ones(len(y)))
        ours = best_of(3, lambda c=columns, o=outcome: bin_columns(c, o, rules=BinningRules()))
        frame = frame_of(columns)
        theirs = best_of(times, lambda f=frame, c=columns, y=y: process_of(c).fit(f, y))
        print(f"{name:<22}{ours:>10.3f}{theirs:>14.2f}{theirs / ours:>14.1f}", flush=True)


def request_for(name: str, columns: list[str], *, seed: int, challenger: bool) -> Request:
    _, label, bad, *_ = FILES[name]
    request = Request(
        label=label, bad=bad, seed=seed, challenger=challenger, folds=10 if name == "german" else 5
    )
    if name == "sba":
        keep = {*APPLICATION_TIME, "mis_status", "split"}
        request = replace(
            request, folds=None, test=("split", "test"), exclude=tuple(c for c in columns if c not in keep)
        )
    return request


def oracle_auc(prepared: Prepared) -> float:
    by_name = {c.name: c for c in prepared.all_columns}
    columns = [by_name[n] for n in prepared.usable]
    frame, y = frame_of(columns), prepared.outcome.bad
    areas = []
    for split in prepared.protocol.splits:
        process = process_of(columns).fit(frame.iloc[split.train], y[split.train])
        inputs = process.transform(frame.iloc[split.train], metric="woe", metric_missing="empirical")
        model = LogisticRegression(max_iter=1000).fit(inputs, y[split.train])
        tested = process.transform(frame.iloc[split.test], metric="woe", metric_missing="empirical")
        risk = model.predict_proba(tested)[:, 1]
        areas.append(auc(risk, y[split.test], np.ones(len(split.test))).value)
    return float(np.mean(areas))


def quality(*, challenger: bool) -> None:
    heads = (
        "file",
        "AUC",
        "KS",
        "floor",
        "good",
        "optbinning",
        "difference",
        "challenger",
        "floor",
        "seconds",
    )
    print("\n" + "".join(f"{h:>12}" for h in heads))
    for name, (path, _, _, floor, good, rival_floor) in FILES.items():
        table = read_table(DATA / path)
        seeds = range(1, 6) if name == "german" else (1,)
        found: list[Findings] = []
        start = time.perf_counter()
        for seed in seeds:
            request = request_for(name, table.frame.columns, seed=seed, challenger=challenger and seed == 1)
            found.append(findings(train(table, request, progress=lambda _: None)))
        seconds = time.perf_counter() - start
        ours = float(np.mean([f.scores.auc.value for f in found]))
        ks = float(np.mean([f.scores.ks.value for f in found]))
        theirs = float(np.mean([oracle_auc(f.trained.prepared) for f in found]))
        rival = found[0].challenger
        cells = [
            name,
            f"{ours:.4f}",
            f"{ks:.4f}",
            f"{floor:.3f}",
            f"{good:.3f}",
            f"{theirs:.4f}",
            f"{ours - theirs:+.4f}",
        ]
        cells += [
            f"{rival.auc.value:.4f}" if rival else "-",
            f"{rival_floor:.3f}" if rival_floor else "-",
            f"{seconds:.1f}",
        ]
        print("".join(f"{c:>12}" for c in cells), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--challenger", action="store_true", help="train the LightGBM challenger as well")
    options = parser.parse_args()
    speed()
    quality(challenger=options.challenger)
