"""The scorecard: what it is, and how it scores one customer or a whole book to the same digits.

A number is compared as an integer: `value * 10**scale`, rounded down, so that `value >= split` is the same
question before and after. Fen (scale 2), millionths (scale 6) and whole numbers (scale 0) are such integers
already; `Attribute.keep` and `keep_column` make them of numbers read from a file. Points are integers and the
score is `base_points` plus their sum; a missing value has an outcome of its own.

Reading, checking and writing the file: `scorecard_file.py`.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from enum import StrEnum
from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from vouch.engine.facts import Value

LIMIT = 10**15
"""Kept integers are clipped to ±LIMIT and splits lie within: below it a float and its decimal agree."""

MISSING = int(np.iinfo(np.int64).min)
"""A missing value in a column of kept integers."""

BLOCK = 1 << 14
"""Rows scored at a time: a block of integers and its places fit the first caches."""

Kept = npt.NDArray[np.int64]
Places = npt.NDArray[np.unsignedinteger[Any]]


class AttributeKind(StrEnum):
    """How an attribute's values are told apart."""

    NUMBER = "number"
    CATEGORY = "category"


class Place(StrEnum):
    """Where in the file an outcome stands."""

    BIN = "bin"
    SPECIAL = "special"
    OTHER = "other"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One thing that can happen to an attribute: its points, and the words for it."""

    place: Place
    points: int
    label: str
    reason: str
    values: tuple[str, ...] = ()
    """Category bins: the values; special: the codes, as written."""
    statistics: Mapping[str, float | int] = field(default_factory=dict)
    """`woe`, `count`, `bad` of a trained card."""


@dataclass(frozen=True)
class Attribute:
    """One line of the card: a fact, and points for each of its outcomes.

    `outcomes` are the bins in ascending order, then special codes, then `other` (categories only), then missing;
    `splits` are the kept integers between neighbouring bins, so bin i is `splits[i-1] <= value < splits[i]`.
    """

    name: str
    fact: str
    title: str
    kind: AttributeKind
    scale: int
    splits: tuple[int, ...]
    outcomes: tuple[Outcome, ...]

    @cached_property
    def best(self) -> int:
        """The most points any outcome gives."""
        return max(outcome.points for outcome in self.outcomes)

    @cached_property
    def missing(self) -> int:
        """The index of the outcome for a missing value: the last one."""
        return len(self.outcomes) - 1

    @cached_property
    def codes(self) -> dict[int | str, int]:
        """Values that are looked up rather than compared (special codes, categories) → index of the outcome."""
        return {
            decimal_to_kept(value, scale=self.scale) if self.kind is AttributeKind.NUMBER else value: index
            for index, outcome in enumerate(self.outcomes)
            for value in outcome.values
        }

    @cached_property
    def points(self) -> npt.NDArray[np.int64]:
        """Points by index of the outcome."""
        return np.array([outcome.points for outcome in self.outcomes], np.int64)

    def keep(self, value: object) -> int | str | None:
        """Return the kept form of one value from a file: an integer, a category, or None for missing.

        Takes int, float, Decimal or their text for a number (NaN and blank are missing); raises ValueError for
        text that is no number and for infinity.
        """
        if value is None or value == "" or (isinstance(value, float | Decimal) and value != value):  # noqa: PLR0124 (NaN)
            return None
        if self.kind is AttributeKind.CATEGORY:
            return category_text(value)
        try:
            number = Decimal(repr(value) if isinstance(value, float) else str(value))
            whole = int(number.scaleb(self.scale).to_integral_value(ROUND_FLOOR))
        except (InvalidOperation, OverflowError, ValueError):
            raise ValueError(f"{self.title}（{self.fact}）：“{value}”不是数字") from None
        return min(max(whole, -LIMIT), LIMIT)

    def keep_column(self, values: npt.NDArray[np.float64] | npt.NDArray[np.int64]) -> Kept:
        """Return a numeric column from a file as kept integers, the same as `keep` gives one by one; NaN → MISSING."""
        if values.dtype.kind in "iu":
            bound = LIMIT // 10**self.scale
            inside = np.clip(values, -bound - 1, bound + 1).astype(np.int64)
            scaled: Kept = np.clip(inside * 10**self.scale, -LIMIT, LIMIT)
            return scaled
        if np.isinf(values).any():
            raise ValueError(f"{self.title}（{self.fact}）：含有无穷大的值")
        factor = float(10**self.scale)
        missing = np.isnan(values)
        bounded = np.clip(np.where(missing, 0.0, values), -LIMIT / factor, LIMIT / factor)
        near = np.rint(bounded * factor)
        # The largest n with n / factor <= value. The quotient is correctly rounded, so 29 / 100 is exactly 0.29.
        near -= near / factor > bounded
        near += (near + 1) / factor <= bounded
        return np.where(missing, MISSING, np.clip(near, -LIMIT, LIMIT).astype(np.int64))

    def pick(self, value: Value) -> int:
        """Return the index of the outcome for one kept value."""
        if value is None:
            return self.missing
        if self.kind is AttributeKind.CATEGORY:
            return self.codes.get(category_text(value), self.missing - 1)
        if not isinstance(value, int):
            raise TypeError(f"{self.title}（{self.fact}）应为整数，却是 {type(value).__name__}")
        if value in self.codes:
            return self.codes[value]
        return bisect_right(self.splits, value)

    def pick_column(self, values: "Kept | Sequence[Value]") -> Places:
        """Return the index of the outcome for each kept value: the same as `pick`, one by one.

        A number comes as int64 with MISSING or as a sequence with None; a category as a sequence.
        """
        kept, places = self.ready(values)
        if kept is not None:
            for start in range(0, len(kept), BLOCK):
                self.count_splits(kept[start : start + BLOCK], places[start : start + BLOCK])
        return places

    def ready(self, values: "Kept | Sequence[Value]") -> "tuple[Kept | None, Places]":
        """Return a number's kept integers with places still to be counted, or None with a category's places."""
        if self.kind is AttributeKind.CATEGORY:
            return None, self._looked_up(values)
        kept = values if isinstance(values, np.ndarray) else kept_integers(values)
        return kept, np.zeros(len(kept), self._smallest)

    @cached_property
    def _smallest(self) -> np.dtype[np.unsignedinteger[Any]]:
        return np.min_scalar_type(len(self.outcomes))

    def count_splits(self, kept: Kept, places: Places) -> None:
        """Write a block's places over the zeros in `places`: how many splits each value reaches, without branches."""
        reached = np.empty(len(kept), np.bool_)
        for split in self.splits:
            np.greater_equal(kept, split, out=reached)
            np.add(places, reached.view(np.uint8), out=places)
        for code, index in self.codes.items():
            np.copyto(places, index, where=kept == code)
        np.equal(kept, MISSING, out=reached)
        # A missing value reaches no split, so its place is still 0.
        np.add(places, np.multiply(reached, self.missing, dtype=places.dtype), out=places)

    def _looked_up(self, values: "Kept | Sequence[Value]") -> Places:
        """Return the places of categories: by one dictionary where all are text or booleans."""
        other = self.missing - 1
        lookup: dict[Any, int] = {None: self.missing, **self.codes}
        if set(map(type, values)) <= {bool, type(None)}:
            lookup |= {True: self.codes.get("true", other), False: self.codes.get("false", other)}
            texts: Iterable[Any] = values
        else:
            texts = (
                value if value is None or isinstance(value, str) else category_text(value) for value in values
            )
        return np.fromiter(map(lookup.get, texts, repeat(other)), self._smallest, len(values))


@dataclass(frozen=True, slots=True)
class PdTable:
    """PD by integer score, as whole numbers of 10**-places; scores outside are clamped to the ends."""

    places: int
    min_score: int
    values: tuple[int, ...]

    @property
    def max_score(self) -> int:
        """The score of the last entry."""
        return self.min_score + len(self.values) - 1

    def at(self, score: int) -> Decimal:
        """Return the PD of a score, with exactly `places` decimals."""
        place = min(max(score - self.min_score, 0), len(self.values) - 1)
        return Decimal(self.values[place]).scaleb(-self.places)

    def column(self, scores: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the PDs of many scores as whole numbers of 10**-places."""
        places = np.clip(scores - self.min_score, 0, len(self.values) - 1)
        return np.array(self.values, np.int64)[places]


@dataclass(frozen=True, slots=True)
class Scored:
    """One customer's score and the index of the outcome of each attribute, in the card's order."""

    score: int
    picks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScoredColumns:
    """A book's scores (int64) and, per attribute in the card's order, the index of each row's outcome."""

    scores: npt.NDArray[np.int64]
    picks: tuple[Places, ...]

    def row(self, place: int) -> Scored:
        """Return one row as `Scorecard.score` would."""
        return Scored(int(self.scores[place]), tuple(int(picks[place]) for picks in self.picks))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why points were lost: the attribute, what happened to it, and how many points the best outcome has more."""

    attribute: str
    title: str
    label: str
    reason: str
    points: int
    lost: int


@dataclass(frozen=True)
class Scorecard:
    """A card as read by `scorecard_file.read`; `sha256` is its identity."""

    name: str
    title: str
    kind: str
    base_points: int
    attributes: tuple[Attribute, ...]
    pd: PdTable | None
    training: Mapping[str, Any]
    sha256: str

    @cached_property
    def lowest(self) -> int:
        """The lowest score the card can give."""
        return self.base_points + sum(min(o.points for o in a.outcomes) for a in self.attributes)

    @cached_property
    def highest(self) -> int:
        """The highest score the card can give."""
        return self.base_points + sum(attribute.best for attribute in self.attributes)

    def score(self, row: Mapping[str, Value]) -> Scored:
        """Score one customer; `row` maps fact names to kept values (None or absent: missing)."""
        picks = tuple(attribute.pick(row.get(attribute.fact)) for attribute in self.attributes)
        points = (
            attribute.outcomes[pick].points for attribute, pick in zip(self.attributes, picks, strict=True)
        )
        return Scored(self.base_points + sum(points), picks)

    def score_columns(self, columns: "Mapping[str, Kept | Sequence[Value]]") -> ScoredColumns:
        """Score a book: `columns` maps every attribute's fact to its kept values; same digits as `score`."""
        ready = [attribute.ready(columns[attribute.fact]) for attribute in self.attributes]
        picks = tuple(places for _, places in ready)
        size = len(picks[0])
        scores = np.full(size, self.base_points, np.int64)
        # Block by block through all attributes, so that a block's places and scores stay in the first caches.
        for block in (slice(start, start + BLOCK) for start in range(0, size, BLOCK)):
            for attribute, (kept, places) in zip(self.attributes, ready, strict=True):
                if kept is not None:
                    attribute.count_splits(kept[block], places[block])
                scores[block] += np.take(attribute.points, places[block], mode="clip")
        return ScoredColumns(scores, picks)

    def reasons(self, picks: Sequence[int]) -> list[Reason]:
        """Return every attribute, most points lost first; equal losses stay in the card's order."""
        found = []
        for attribute, pick in zip(self.attributes, picks, strict=True):
            outcome = attribute.outcomes[pick]
            lost = attribute.best - outcome.points
            found.append(
                Reason(attribute.name, attribute.title, outcome.label, outcome.reason, outcome.points, lost)
            )
        return sorted(found, key=lambda reason: -reason.lost)


def category_text(value: object) -> str:
    """Return a category as the card spells it; a boolean is `true` or `false`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def decimal_to_kept(text: str, *, scale: int) -> int:
    """Return a decimal written in a card as a kept integer; raise ValueError if it needs more decimals."""
    try:
        number = Decimal(text).scaleb(scale)
        whole = int(number)
    except (InvalidOperation, OverflowError, ValueError):
        raise ValueError(f"“{text}”不是数字") from None
    if whole != number:
        raise ValueError(f"“{text}”的小数位超过 scale={scale}")
    if abs(whole) >= LIMIT:
        raise ValueError(f"“{text}”过大")
    return whole


def kept_to_decimal(kept: int, *, scale: int) -> str:
    """Return a kept integer as the shortest plain decimal: 10000050 at scale 2 is `100000.5`."""
    text = f"{Decimal(kept).scaleb(-scale):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def kept_integers(values: Iterable[Value]) -> Kept:
    """Return integers with None as an int64 column with MISSING, clipped to ±LIMIT."""
    try:
        listed: list[Any] = [MISSING if value is None else value for value in values]
        kept = np.array(listed, np.int64)
    except OverflowError:
        kept = np.array([v if v == MISSING else min(max(v, -LIMIT), LIMIT) for v in listed], np.int64)
    return np.where(kept == MISSING, MISSING, np.clip(kept, -LIMIT, LIMIT))
