"""Tables for tests: the public files, renamed, and small invented ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from vouch.engine.training.reading import Table, read_table
from vouch.engine.training.reporting import findings, metrics
from vouch.engine.training.request import Request
from vouch.engine.training.running import train

APPLICATION_TIME = (
    "state", "bank_state", "sector", "no_emp", "new_exist", "create_job", "retained_job", "franchise_code", "urban_rural",
    "rev_line_cr", "low_doc", "disbursement_gross", "gr_appv", "sba_appv", "sba_share", "same_state",
)  # fmt: skip

FILES = {
    "german": ("scorecards/german.csv", "creditability", "bad"),
    "heloc": ("scorecards/heloc.csv.gz", "RiskPerformance", "Bad"),
    "taiwan": ("scorecards/taiwan_default.csv.gz", "has_default", "1"),
    "gmsc": ("scorecards/gmsc.csv.zip", "SeriousDlqin2yrs", "1"),
    "polish": ("scorecards/polish_1year.arff.gz", "bankruptcy", "1"),
    "sba": ("sba/sba_sample_30000.csv.gz", "mis_status", "CHGOFF"),
}


def load(shared_data: Path, name: str) -> tuple[Table, str, str]:
    """One of the public files, its label column and its bad value."""
    path, label, bad = FILES[name]
    return read_table(shared_data / path), label, bad


def renamed(table: Table, *, label: str) -> Table:
    """The same table with every column but the label called c1…cn."""
    names = [label if n == label else f"c{i}" for i, n in enumerate(table.frame.columns, start=1)]
    frame = table.frame.clone()
    frame.columns = names
    return Table(table.name, frame)


def with_columns(table: Table, **columns: Any) -> Table:
    """The table with more columns."""
    return Table(table.name, table.frame.with_columns(**{k: pl.Series(k, v) for k, v in columns.items()}))


def figures(table: Table, request: Request) -> dict[str, Any]:
    """What ``metrics.json`` would hold."""
    return metrics(findings(train(table, request, progress=lambda _: None)))


def invented(rows: int = 800, *, seed: int = 3) -> Table:
    """Income and region carry risk, noise does not; some incomes are missing, -9 is special."""
    rng = np.random.default_rng(seed)
    income = np.round(rng.lognormal(9, 0.6, rows), 2)
    region = rng.choice(["东", "西", "南", "北"], rows)
    noise = np.round(rng.normal(size=rows), 3)
    odds = -1.2 - 1.1 * (np.log(income) - 9) + (region == "西") * 1.0
    missing = rng.random(rows) < 0.08
    special = ~missing & (rng.random(rows) < 0.06)
    odds = np.where(special, odds + 1.2, odds)
    bad = rng.random(rows) < 1 / (1 + np.exp(-odds))
    text = [None if m else "-9" if s else f"{v}" for v, m, s in zip(income, missing, special, strict=True)]
    return Table(
        "虚构.csv",
        pl.DataFrame(
            {
                "income": text,
                "region": region,
                "noise": [str(v) for v in noise],
                "y": ["坏" if b else "好" for b in bad],
            }
        ),
    )
