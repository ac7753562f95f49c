"""Judging by a policy: one customer (`decide`) or a whole book (`decide_many`), to the same last digit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vouch.engine._explain import explain
from vouch.engine._judge import Judge, Verdict, compile_judge
from vouch.engine.decision import Decision, Outcome
from vouch.engine.facts import FactError, FactFrame, Value
from vouch.engine.policy import Policy, PolicyFact, Step
from vouch.engine.rules.columns import Column, Evaluator, Mask, column_of
from vouch.engine.rules.tree import names_in, type_of
from vouch.engine.scorecard import LIMIT, MISSING, AttributeKind, ScoredColumns

Integers = npt.NDArray[np.int64]

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
    size = len(frame)
    facts = {fact.name: _fact_column(fact, frame) for fact in policy.facts}
    evaluator = Evaluator(facts, size=size)
    hits = tuple(evaluator.truth(rule.condition)[0] for rule in policy.knock_outs)
    missing = tuple(_missing(facts[fact.name], size) for fact in policy.required)
    scored = _score(policy, frame, facts)
    grades = _grades(policy, scored.scores)
    columns = facts | _results(policy, scored.scores, grades)
    limit_steps = _steps(policy.limit_steps, columns, size=size)
    fee_steps = _steps(policy.fee_steps, columns, size=size)
    evaluator = Evaluator(columns, size=size)
    path_rules = np.full(size, -1, np.int64)
    for place in reversed(range(len(policy.path_rules))):
        path_rules[evaluator.truth(policy.path_rules[place].condition)[0]] = place
    return Decisions(policy, frame, hits, missing, scored, grades, limit_steps, fee_steps, path_rules)


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
    limit_steps: tuple[Column, ...]
    fee_steps: tuple[Column, ...]
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
        limit, fee = (
            tuple(_at(column, place) for column in steps) for steps in (self.limit_steps, self.fee_steps)
        )
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
        return np.choose(
            self.outcomes, [self.limit_steps[-1].values.astype(np.int64), np.int64(MISSING), np.int64(0)]
        )


def _at(column: Column, place: int) -> int | None:
    return None if column.missing is not None and column.missing[place] else int(column.values[place])


def _check_type(fact: PolicyFact, types: set[type]) -> None:
    if strays := types - {fact.kind.python_type, type(None)}:
        found = "、".join(sorted(stray.__name__ for stray in strays))
        raise FactError(
            f"指标 {fact.name}（{fact.kind}）应为 {fact.kind.python_type.__name__}，却出现 {found}"
        )


def _fact_column(fact: PolicyFact, frame: FactFrame) -> Column:
    values = frame.columns.get(fact.name) or [None] * len(frame)
    _check_type(fact, set(map(type, values)))
    try:
        column = column_of(values, type_of(fact.kind))
    except (OverflowError, TypeError):  # The types are checked above: what is left is too large.
        raise FactError(f"指标 {fact.name} 有超出范围的值") from None
    if fact.kind.scale is not None and len(values) and abs(column.values).max() > LIMIT:
        raise FactError(f"指标 {fact.name} 有超出范围的值")
    return column


def _missing(column: Column, size: int) -> Mask:
    return np.zeros(size, np.bool_) if column.missing is None else column.missing


def _score(policy: Policy, frame: FactFrame, facts: Mapping[str, Column]) -> ScoredColumns:
    columns: dict[str, Any] = {}
    for attribute in policy.card.attributes:
        column = facts[attribute.fact]
        if attribute.kind is AttributeKind.CATEGORY:
            columns[attribute.fact] = frame.columns.get(attribute.fact) or [None] * len(frame)
        elif column.missing is None:
            columns[attribute.fact] = column.values
        else:
            columns[attribute.fact] = np.where(column.missing, MISSING, column.values)
    return policy.card.score_columns(columns)


def _grades(policy: Policy, scores: Integers) -> Integers:
    places = np.zeros(len(scores), np.int64)
    for grade in policy.grades:
        if grade.floor is not None:
            places += scores < grade.floor
    return places


def _results(policy: Policy, scores: Integers, grades: Integers) -> dict[str, Column]:
    """Return the columns of what formulas may use beside facts, of those that some formula does use."""
    used = frozenset[str]().union(
        *(names_in(step.formula) for step in (*policy.limit_steps, *policy.fee_steps)),
        *(names_in(rule.condition) for rule in policy.path_rules),
    )
    classes = [policy.classes[place] for place in policy.class_of_grade]
    tables: dict[str, npt.NDArray[Any]] = {
        "grade": np.array([grade.name for grade in policy.grades]),
        "class": np.array([found.name for found in classes]),
        "class.max_limit": np.array([found.max_limit for found in classes], np.int64),
        "class.fee_from": np.array([found.fee_from for found in classes], np.int64),
        "class.fee_to": np.array([found.fee_to for found in classes], np.int64),
    }
    columns = {name: Column(table[grades]) for name, table in tables.items() if name in used}
    return columns | {"score": Column(scores)}


def _steps(steps: Sequence[Step], columns: dict[str, Column], *, size: int) -> tuple[Column, ...]:
    """Evaluate the steps in order, adding each to `columns` for the next."""
    found = []
    for step in steps:
        columns[step.name] = Evaluator(columns, size=size).value(step.formula)
        found.append(columns[step.name])
    return tuple(found)
