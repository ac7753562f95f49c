"""The leakage alarm: columns that look as if they were written after the outcome.  It reads values, never names.

Evidence, each with a threshold that clean public files stay well below (figures: docs/training.md):

* too strong alone: AUC of one column of 0.90 or more;
* one outcome: present cells, single values or stretches of values that occur almost only with one outcome;
* value pattern: within stretches of similar values, round (or heaped) values belong to one outcome and odd ones to the other,
  as a loan's term does after it was rewritten at default;
* filled in by class: a value that equals the mean (or median) of one class of the column and occurs only in that class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import bdtr

from vouch.engine.training.binning import BinningRules, Outcome, bin_columns, pre_splits
from vouch.engine.training.carding import plain
from vouch.engine.training.columns import CATEGORY, Column
from vouch.engine.training.filling import filled_by_class
from vouch.engine.training.measures import auc, wilson
from vouch.engine.training.merging import Floats, Ints
from vouch.engine.training.patterns import odd_pattern
from vouch.engine.training.preparing import Warned

STRONG_AUC: Final = 0.90
PURE_SHARE: Final = 0.97
PURE_BOUND: Final = 0.90
ODDS_RATIO: Final = 10.0
PURE_ROWS: Final = 15
CHANCE: Final = 1e-8
FEW_VALUES: Final = 20
COVERAGE: Final = 0.02
MAJORITY_COVERAGE: Final = 0.25
"""Values that only the commoner outcome has occur by nature (a product that never failed); they must cover this many rows."""


@dataclass(frozen=True)
class _Group:
    rows: float
    bad: float


def find_leaks(
    columns: Sequence[Column], outcome: Outcome, *, special: dict[str, tuple[float, ...]]
) -> tuple[Warned, ...]:
    """One warning per suspicious column, all its evidence in words, strongest evidence first."""
    found = []
    plain_outcome = Outcome(outcome.bad, np.ones(len(outcome.bad)))
    bins = bin_columns(columns, plain_outcome, rules=BinningRules(), special=special)
    for column, cut in zip(columns, bins, strict=True):
        evidence: list[tuple[str, str]] = []
        if column.kind != CATEGORY:
            regular = column.numbers.copy()
            regular[np.isin(regular, special.get(column.name, ()))] = np.nan
            if why := filled_by_class(regular, outcome.bad):
                evidence.append(("leakage.filled_by_class", why))
            if column.kind == "number" and (why := odd_pattern(regular, outcome.bad)):
                evidence.append(("leakage.value_pattern", why))
        if why := _one_outcome(column, outcome.bad):
            evidence.append(("leakage.one_outcome", why))
        strength = auc(cut.woe[cut.place(column)], outcome.bad, plain_outcome.weight)
        if strength.value >= STRONG_AUC:
            why = f"单凭这一列 AUC 就达 {strength.value:.3f}（{strength.low:.3f}–{strength.high:.3f}），申请时的信息很难做到"
            evidence.append(("leakage.too_strong", why))
        if evidence:
            words = "；".join(why for _, why in evidence)
            found.append(
                Warned(evidence[0][0], column.name, f"列“{column.name}”疑似在结果发生之后才写入：{words}。")
            )
    return tuple(found)


def _one_outcome(column: Column, bad: Floats) -> str:
    base = _Group(float(len(bad)), float(bad.sum()))
    missing = column.missing
    reasons = []
    for rows, words in ((~missing, "有值的行"), (missing, "缺失的行")):
        group = _Group(float(rows.sum()), float(bad[rows].sum()))
        if group.rows < len(bad) and _is_pure(group, base=base, tests=2):
            reasons.append(f"{words}（{group.rows:.0f} 行）{_mostly(group)}")
    present = np.flatnonzero(~missing)
    if len(present) < PURE_ROWS:
        return "，".join(reasons)
    if column.kind == CATEGORY:
        values, names = column.codes[present], None
        distinct = np.arange(len(column.levels), dtype=float)
        place = values
    else:
        distinct, place = np.unique(column.numbers[present], return_inverse=True)
        names = distinct
    reasons += _pure_values(column, distinct, place, bad[present], base=base, names=names)
    if not reasons and names is not None and len(distinct) > FEW_VALUES:
        reasons += _pure_stretches(column.numbers[present], bad[present], base=base)
    return "，".join(reasons)


def _pure_values(
    column: Column, distinct: Floats, place: Ints, bad: Floats, *, base: _Group, names: Floats | None
) -> list[str]:
    rows = np.bincount(place, minlength=len(distinct)).astype(float)
    bads = np.bincount(place, weights=bad, minlength=len(distinct))
    candidates = np.flatnonzero(rows >= PURE_ROWS)
    pure = [i for i in candidates if _is_pure(_Group(rows[i], bads[i]), base=base, tests=len(distinct))]
    if not pure:
        return []
    used = int((rows > 0).sum())
    if used > FEW_VALUES and rows[pure].sum() < COVERAGE * base.rows:
        return []
    bad_is_common = base.bad > base.rows / 2
    of_rarer = [i for i in pure if (bads[i] > rows[i] / 2) != bad_is_common]
    if not of_rarer and rows[pure].sum() < MAJORITY_COVERAGE * base.rows:
        return []
    shown = sorted(pure, key=lambda i: -rows[i])[:3]
    words = [
        f"取值“{column.levels[i] if names is None else plain(float(names[i]))}”（{rows[i]:.0f} 行）{_mostly(_Group(rows[i], bads[i]))}"
        for i in shown
    ]
    more = f"等 {len(pure)} 个取值" if len(pure) > len(shown) else ""
    return ["、".join(words) + more]


def _pure_stretches(numbers: Floats, bad: Floats, *, base: _Group) -> list[str]:
    """Neighbouring fine bins that all but lack one outcome, taken together."""
    splits = pre_splits(numbers, pre_bins=64)
    place = np.searchsorted(splits, numbers, side="right")
    rows = np.bincount(place, minlength=len(splits) + 1).astype(float)
    bads = np.bincount(place, weights=bad, minlength=len(splits) + 1)
    edges = ["", *(plain(float(s)) for s in splits), ""]
    for side in (True, False):
        start = None
        for i in range(len(rows) + 1):
            share = bads[i] / rows[i] if i < len(rows) and rows[i] else 0.5
            inside = (
                i < len(rows) and rows[i] > 0 and (share >= PURE_SHARE if side else share <= 1 - PURE_SHARE)
            )
            if inside and start is None:
                start = i
            if not inside and start is not None:
                group = _Group(float(rows[start:i].sum()), float(bads[start:i].sum()))
                if group.rows >= COVERAGE * base.rows and _is_pure(group, base=base, tests=len(rows)):
                    return [f"{edges[start]} 至 {edges[i]} 之间（{group.rows:.0f} 行）{_mostly(group)}"]
                start = None
    return []


def _is_pure(group: _Group, *, base: _Group, tests: int) -> bool:
    """Almost one outcome, far from the base rate, and not by chance."""
    if group.rows < PURE_ROWS:
        return False
    share, base_share = group.bad / group.rows, base.bad / base.rows
    if share > 0.5:
        held, base_held = share, base_share
    else:
        held, base_held = 1 - share, 1 - base_share
    bound = wilson(held, group.rows).low
    if held < PURE_SHARE or bound < PURE_BOUND or not 0 < base_held < 1:
        return False
    ratio = (bound / max(1 - bound, 1e-12)) / (base_held / (1 - base_held))
    misses = np.floor(group.rows * (1 - held) + 0.5)
    chance = float(bdtr(misses, int(group.rows), 1 - base_held))
    return ratio >= ODDS_RATIO and chance * max(tests, 1) < CHANCE


def _mostly(group: _Group) -> str:
    share = group.bad / group.rows
    if share in (0.0, 1.0):
        return "全部是坏" if share == 1.0 else "全部是好"
    return f"{share:.1%} 是坏" if share > 0.5 else f"{1 - share:.1%} 是好"
