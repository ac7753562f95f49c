"""The trained card as a document of ``scorecard.yaml``, its table of PD and its bands."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
from scipy.special import expit

from vouch.engine.scorecard import Scorecard
from vouch.engine.scorecard_file import parse
from vouch.engine.training.binning import BinningRules, Bins, Outcome, bin_columns
from vouch.engine.training.columns import Column
from vouch.engine.training.fitting import Card
from vouch.engine.training.merging import Floats, Ints
from vouch.engine.training.regression import fit_logistic

PLACES: Final = 6
GRADES: Final = "ABCDEFGHJK"
BANDS_MOST: Final = 8
BREAKS_MOST: Final = 8
BAD_PER_BREAK: Final = 300
_WORDS_MAX: Final = 40


@dataclass(frozen=True)
class Calibration:
    """PD by integer score from ``min_score`` on, never rising; learnt on rows the card had not seen."""

    min_score: int
    table: Floats

    def pd(self, score: Ints) -> Floats:
        """PD of scores, clamped to the ends of the table."""
        return np.asarray(self.table[np.clip(score - self.min_score, 0, len(self.table) - 1)])


@dataclass(frozen=True)
class Band:
    """A grade and the scores it spans, both ends included; None is open."""

    grade: str
    min_score: int | None
    max_score: int | None


def calibrate(card: Card, score: Ints, outcome: Outcome) -> Calibration:
    """Log odds of the outcome as a broken line of the card's log odds, fitted on unseen scores.

    One break for every ``BAD_PER_BREAK`` rows of the rarer class, at most ``BREAKS_MOST``, at equal shares of the rows.
    """
    low = card.base + sum(int(p.min()) for p in card.points)
    high = card.base + sum(int(p.max()) for p in card.points)
    scores = np.arange(low, high + 1)
    weight = outcome.weight * len(outcome.weight) / outcome.weight.sum()
    odds = card.log_odds(score)
    if np.ptp(odds) == 0 or low == high:
        share = round(float(np.average(outcome.bad, weights=weight)), PLACES)
        return Calibration(low, np.full(len(scores), share))
    rarer = min(outcome.bad.sum(), len(outcome.bad) - outcome.bad.sum())
    breaks = min(BREAKS_MOST, int(rarer // BAD_PER_BREAK))
    knots = np.unique(np.quantile(odds, np.linspace(0, 1, breaks + 2)[1:-1])) if breaks else np.empty(0)
    fit = fit_logistic(_broken(odds, knots), outcome.bad, weight=weight, ridge=1.0)
    table = expit(fit.log_odds(_broken(card.log_odds(scores), knots)))
    return Calibration(low, np.asarray(np.round(np.minimum.accumulate(table), PLACES), dtype=np.float64))


def _broken(odds: Floats, knots: Floats) -> Floats:
    """The odds and what of them lies beyond each knot, as columns."""
    return np.column_stack([odds, *(np.maximum(odds - k, 0.0) for k in knots)])


def bands_of(score: Ints, outcome: Outcome) -> tuple[Band, ...]:
    """Grades that the data can tell apart: the exact monotone merge of the score itself, at most ``BANDS_MOST``."""
    column = Column("score", "number", numbers=score.astype(float))
    chance = 6.0
    while True:
        rules = BinningRules(
            min_share=0.05, min_bad=20, min_good=20, chance=chance, shapes={"score": "descending"}
        )
        bins = bin_columns([column], outcome, rules=rules)[0]
        if bins.ordered <= BANDS_MOST:
            break
        chance *= 1.5
    cuts = [int(np.ceil(s)) for s in bins.splits][::-1]
    floors: list[int | None] = [*cuts, None]
    tops: list[int | None] = [None, *(c - 1 for c in cuts)]
    return tuple(Band(GRADES[i], low, high) for i, (low, high) in enumerate(zip(floors, tops, strict=True)))


def card_document(
    card: Card, *, head: dict[str, str], calibration: Calibration, training: dict[str, Any]
) -> dict[str, Any]:
    """The document; ``head`` gives name and title."""
    attributes = [_attribute(bins, points) for bins, points in zip(card.bins, card.points, strict=True)]
    if not attributes:
        attributes = [_placeholder(card)]
    low = card.base + sum(int(p.min()) for p in card.points)
    high = card.base + sum(int(p.max()) for p in card.points)
    table = calibration.pd(np.arange(low, high + 1))
    return {
        "format": "vouch-scorecard/1",
        **head,
        "kind": "trained",
        "base_points": card.base,
        "attributes": attributes,
        "pd": {
            "places": PLACES,
            "min_score": low,
            "max_score": high,
            "table": [f"{v:.{PLACES}f}" for v in table],
        },
        "training": training,
    }


def checked(document: dict[str, Any]) -> Scorecard:
    """The document as the engine reads it."""
    return parse(document, name="scorecard.yaml")


def bin_labels(bins: Bins) -> list[str]:
    """What each bin holds, in Chinese, by bin number."""
    if bins.kind == "category":
        labels = [_joined(group) for group in bins.groups] + ["其他"]
    else:
        edges = [plain(float(s)) for s in bins.splits]
        labels = (
            ["全部有值"]
            if not edges
            else [f"小于 {edges[0]}"]
            + [f"{a} 至 {b}" for a, b in itertools.pairwise(edges)]
            + [f"{edges[-1]} 及以上"]
        )
        labels += ["特殊值 " + "、".join(plain(c) for c in group) for group in bins.special]
    return [*labels, "缺失"]


def plain(number: float) -> str:
    """A float as the shortest plain decimal."""
    text = f"{Decimal(repr(float(number))):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _joined(values: tuple[str, ...]) -> str:
    text = "、".join(values)
    return text if len(text) <= _WORDS_MAX else f"{text[: _WORDS_MAX - 1]}…（共 {len(values)} 类）"


def _attribute(bins: Bins, points: Ints) -> dict[str, Any]:
    labels = bin_labels(bins)

    def outcome(number: int) -> dict[str, Any]:
        return {
            "points": int(points[number]),
            "label": labels[number],
            "reason": f"{bins.name}：{labels[number]}",
            "woe": round(float(bins.woe[number]), 6),
            "count": int(bins.rows[number]),
            "bad": int(bins.bad_rows[number]),
        }

    shape: dict[str, Any] = {
        "name": bins.name,
        "fact": bins.name,
        "title": bins.name,
        "kind": bins.kind,
        "scale": 0,
    }
    if bins.kind == "category":
        shape["bins"] = [{"values": list(group), **outcome(i)} for i, group in enumerate(bins.groups)]
        shape["other"] = outcome(bins.size - 2)
    else:
        edges = [None, *(plain(float(s)) for s in bins.splits), None]
        codes = [plain(code) for group in bins.special for code in group]
        shape["scale"] = max((len(e.partition(".")[2]) for e in [*edges, *codes] if e), default=0)
        shape["bins"] = [{"from": edges[i], "to": edges[i + 1], **outcome(i)} for i in range(bins.ordered)]
        special = [
            {"codes": [plain(c) for c in group], **outcome(bins.ordered + i)}
            for i, group in enumerate(bins.special)
        ]
        if special:
            shape["special"] = special
    shape["missing"] = outcome(bins.size - 1)
    return shape


def _placeholder(card: Card) -> dict[str, Any]:
    """A card needs a line: the strongest column left out, as one bin without points."""
    bins = card.left[0].bins if card.left else None
    name = bins.name if bins else "无变量"
    words = {"points": 0, "label": "全部", "reason": "没有任何变量能区分好坏"}
    return {
        "name": name,
        "fact": name,
        "title": name,
        "kind": "number",
        "scale": 0,
        "bins": [{"from": None, "to": None, **words}],
        "missing": dict(words),
    }
