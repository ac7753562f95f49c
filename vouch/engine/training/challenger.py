"""A boosted-tree challenger (LightGBM, extra ``challenger``) under the same splits; it judges the card, it is not deployed."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from vouch.engine.training.binning import Outcome
from vouch.engine.training.columns import CATEGORY, Column
from vouch.engine.training.faults import InputFault
from vouch.engine.training.merging import Floats
from vouch.engine.training.preparing import Split

_ROUNDS: Final = 500
_PARAMETERS: Final[dict[str, Any]] = {
    "objective": "binary",
    "learning_rate": 0.03,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.5,
    "lambda_l2": 5.0,
    "cat_smooth": 20.0,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
    "num_threads": 1,
}


def challenge(
    columns: Sequence[Column],
    outcome: Outcome,
    *,
    splits: Sequence[Split],
    seed: int,
    progress: Callable[[str], None],
) -> list[Floats]:
    """P(bad) on the test rows of every split; raise InputFault where LightGBM is not installed."""
    try:
        lightgbm = importlib.import_module("lightgbm")
    except ImportError:
        raise InputFault("--challenger 需要 LightGBM，请安装：pip install 'vouch[challenger]'。") from None
    inputs = np.column_stack([_as_input(c) for c in columns])
    categories = [i for i, c in enumerate(columns) if c.kind == CATEGORY]
    results = []
    for number, split in enumerate(splits, start=1):
        progress(f"挑战者模型（LightGBM）：第 {number}/{len(splits)} 次")
        weight = outcome.weight[split.train]
        data = lightgbm.Dataset(
            inputs[split.train],
            label=outcome.bad[split.train],
            weight=weight / weight.mean(),
            categorical_feature=categories or "auto",
        )
        booster = lightgbm.train(_parameters(len(split.train), seed=seed), data, num_boost_round=_ROUNDS)
        results.append(np.asarray(booster.predict(inputs[split.test])))
    return results


def _parameters(rows: int, *, seed: int) -> dict[str, Any]:
    """Leaves grow with the data: small samples get small trees."""
    leaves = int(np.clip(rows / 300, 7, 31))
    return _PARAMETERS | {
        "seed": seed,
        "num_leaves": leaves,
        "min_data_in_leaf": int(np.clip(rows / 400, 10, 60)),
    }


def _as_input(column: Column) -> Floats:
    if column.kind != CATEGORY:
        return column.numbers
    return np.where(column.codes < 0, np.nan, column.codes.astype(float))
