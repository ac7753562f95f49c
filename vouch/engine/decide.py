"""Judging by a policy: one customer (`decide`) or a whole book (`decide_many`), to the same last digit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from vouch.engine._explain import explain
from vouch.engine._judge import Judge, Verdict, compile_judge
from vouch.engine.decision import Decision, Outcome
from vouch.engine.facts import FactError, FactFrame, Value
from vouch.engine.policy import Policy, PolicyFact
from vouch.engine.rules.columns import column_of, expression
from vouch.engine.rules.tree import Node, type_of
from vouch.engine.scorecard import LIMIT, MISSING, AttributeKind, ScoredColumns

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

OUTCOMES = (Outcome.GRADED, Outcome.INSUFFICIENT, Outcome.KNOCKED_OUT)
"""What the codes in `Decisions.outcomes` stand for."""

_judges: dict[str, Judge] = {}


def decide(policy: Policy, row: Mapping[str, Value]) -> Decision:
    """Judge one customer by kept facts (absent is missing); raise FactError for a value not of its kind."""
    for name, fact in policy.fact_by_name.items():
        value = row.get(name)
        if value is None:
            continue
        if type(value) is not fact.kind.python_type:
            _check_type(fact, {type(value)})
        if type(value) is int and not -LIMIT <= value <= LIMIT:
            raise FactError(f"指标 {name} 有超出范围的值")
    return explain(policy, row, judge_of(policy)(row))


def judge_of(policy: Policy) -> Judge:
    """Return the policy's generated function. A policy never changes, so it is compiled once per hash."""
    if policy.sha256 not in _judges:
        _judges[policy.sha256] = compile_judge(policy)
    return _judges[policy.sha256]


def decide_many(policy: Policy, frame: FactFrame) -> "Decisions":
    """Judge every subject of the frame; decision i equals `decide` on the row of subject i.

    Facts that the frame does not have are missing. Raises FactError for a value not of its kind.
    """
    book = pl.DataFrame({fact.name: _fact_column(fact, frame) for fact in policy.facts})
    scored = _score(policy, frame, book)
    grades = _grades(policy, scored.scores)
    book = book.with_columns(*_results(policy, scored.scores, grades))
    for step in (*policy.limit_steps, *policy.fee_steps):
        book = book.with_columns(expression(step.formula).alias(step.name))
    path_rules = np.full(len(frame), -1, np.int64)
    exceptions = _true(book, [rule.condition for rule in policy.path_rules])
    for place, mask in reversed(list(enumerate(exceptions))):
        path_rules[mask] = place
    return Decisions(
        policy=policy,
        frame=frame,
        hits=_true(book, [rule.condition for rule in policy.knock_outs]),
        missing=tuple(book[fact.name].is_null().to_numpy() for fact in policy.required),
        scored=scored,
        grades=grades,
        limit_steps=tuple(book[step.name] for step in policy.limit_steps),
        fee_steps=tuple(book[step.name] for step in policy.fee_steps),
        path_rules=path_rules,
    )


@dataclass(frozen=True)
class Decisions(Sequence[Decision]):
    """The decisions on a book, column by column; indexing and iterating put single ones into words.

    `hits` has one mask per knock-out, `missing` one per required fact, `scored` the card's part, `grades` the place
    of the grade by score.
    """

    policy: Policy
    frame: FactFrame
    hits: tuple[Mask, ...]
    missing: tuple[Mask, ...]
    scored: ScoredColumns
    grades: Integers
    limit_steps: tuple[pl.Series, ...]
    fee_steps: tuple[pl.Series, ...]
    path_rules: Integers

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, place: Any) -> Any:
        """Return one decision (or a list of them for a slice)."""
        if isinstance(place, slice):
            return [self._one(index) for index in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return self._one(place % len(self))

    def __iter__(self) -> Iterator[Decision]:
        for place, row in enumerate(self.frame.rows()):
            yield explain(self.policy, row, self.verdict(place))

    def _one(self, place: int) -> Decision:
        row = {name: column[place] for name, column in self.frame.columns.items()}
        return explain(self.policy, row, self.verdict(place))

    def verdict(self, place: int) -> Verdict:
        """Return one verdict: what the generated function says of that row."""
        hits = sum(1 << bit for bit, mask in enumerate(self.hits) if mask[place])
        missing = sum(1 << bit for bit, mask in enumerate(self.missing) if mask[place])
        picks = tuple(int(picks[place]) for picks in self.scored.picks)
        score, grade = int(self.scored.scores[place]), int(self.grades[place])
        if hits or missing:
            return Verdict(hits, missing, picks, score, grade, (), (), -1)
        limit, fee = (tuple(step[place] for step in steps) for steps in (self.limit_steps, self.fee_steps))
        return Verdict(0, 0, picks, score, grade, limit, fee, int(self.path_rules[place]))

    @property
    def outcomes(self) -> npt.NDArray[np.uint8]:
        """The outcome of each row, as its place in OUTCOMES."""
        codes = np.zeros(len(self), np.uint8)
        for mask in self.missing:
            codes[mask] = 1
        for mask in self.hits:
            codes[mask] = 2
        return codes

    @property
    def final_grades(self) -> Integers:
        """The place of each row's grade in the policy's list after knock-outs; -1 for the ungraded."""
        return np.choose(self.outcomes, [self.grades, np.int64(-1), np.int64(self.policy.knocked_out_place)])

    @property
    def classes(self) -> Integers:
        """The place of each row's class in the policy's list; -1 for the ungraded."""
        return np.array([*self.policy.class_of_grade, -1], np.int64)[self.final_grades]

    @property
    def limits(self) -> Integers:
        """The limit of each row in fen; 0 for the knocked-out, MISSING for the ungraded."""
        amounts = self.limit_steps[-1].fill_null(0).cast(pl.Int64).to_numpy()
        return np.choose(self.outcomes, [amounts, np.int64(MISSING), np.int64(0)])


def _check_type(fact: PolicyFact, types: set[type]) -> None:
    if strays := types - {fact.kind.python_type, type(None)}:
        found = "、".join(sorted(stray.__name__ for stray in strays))
        raise FactError(
            f"指标 {fact.name}（{fact.kind}）应为 {fact.kind.python_type.__name__}，却出现 {found}"
        )


def _fact_column(fact: PolicyFact, frame: FactFrame) -> pl.Series:
    values = frame.columns.get(fact.name) or [None] * len(frame)
    _check_type(fact, set(map(type, values)))
    try:
        column = column_of(values, type_of(fact.kind))
    except (OverflowError, TypeError):  # The types are checked above: what is left is too large.
        raise FactError(f"指标 {fact.name} 有超出范围的值") from None
    if fact.kind.scale is not None and not column.is_between(-LIMIT, LIMIT).all():
        raise FactError(f"指标 {fact.name} 有超出范围的值")
    return column


def _true(book: pl.DataFrame, conditions: Sequence[Node]) -> tuple[Mask, ...]:
    """Return where each condition is true: neither false nor unknown."""
    names = [f"condition {place}" for place in range(len(conditions))]
    found = [expression(node).fill_null(value=False) for node in conditions]
    judged = book.with_columns(**dict(zip(names, found, strict=True)))
    return tuple(judged[name].to_numpy() for name in names)


def _score(policy: Policy, frame: FactFrame, book: pl.DataFrame) -> ScoredColumns:
    columns: dict[str, Any] = {}
    for attribute in policy.card.attributes:
        if attribute.kind is AttributeKind.CATEGORY:
            columns[attribute.fact] = frame.columns.get(attribute.fact) or [None] * len(frame)
        else:
            columns[attribute.fact] = book[attribute.fact].fill_null(MISSING).to_numpy()
    return policy.card.score_columns(columns)


def _grades(policy: Policy, scores: Integers) -> Integers:
    places = np.zeros(len(scores), np.int64)
    for grade in policy.grades:
        if grade.floor is not None:
            places += scores < grade.floor
    return places


def _results(policy: Policy, scores: Integers, grades: Integers) -> list[pl.Series]:
    """Return the columns of what formulas may use beside facts."""
    classes = [policy.classes[place] for place in policy.class_of_grade]
    tables = [
        pl.Series("grade", [grade.name for grade in policy.grades], pl.String),
        pl.Series("class", [found.name for found in classes], pl.String),
        pl.Series("class.max_limit", [found.max_limit for found in classes], pl.Int64),
        pl.Series("class.fee_from", [found.fee_from for found in classes], pl.Int64),
        pl.Series("class.fee_to", [found.fee_to for found in classes], pl.Int64),
    ]
    return [pl.Series("score", scores), *(table.gather(grades) for table in tables)]
