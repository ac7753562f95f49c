"""A policy as a checked tree: what `policy_file.read` returns and `decide` judges by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vouch.engine.facts import FactKind, Value
from vouch.engine.rules.python import compile_one
from vouch.engine.rules.tree import Node, names_in
from vouch.engine.rules.words import in_words
from vouch.engine.scorecard import Scorecard


@dataclass(frozen=True, slots=True)
class PolicyFact:
    """A fact the policy uses, with what the policy says of it."""

    name: str
    kind: FactKind
    title: str
    required: bool
    changeable: bool


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade and the lowest score that earns it; None: every lower score."""

    name: str
    floor: int | None
    title: str


COOL_DOWN_DAYS = 90
"""How long an improvement must hold where the policy does not say."""


@dataclass(frozen=True, slots=True)
class CustomerClass:
    """优质, 一般 or 高风险, and what follows from it. Money in fen, rates in millionths.

    ``authority`` is the one of the path's signers who decides. An improvement into the class must hold for ``cool_down_days``
    at ``improve_band`` points or more above the class's lowest score.
    """

    name: str
    grades: tuple[str, ...]
    check_every_days: int
    path: str
    max_limit: int
    fee_from: int
    fee_to: int
    mitigations: tuple[str, ...]
    authority: str = ""
    care_plan: tuple[str, ...] = ()
    improve_band: int = 0
    cool_down_days: int = COOL_DOWN_DAYS


@dataclass(frozen=True, slots=True)
class ValueClass:
    """What a customer is worth to the institution (客户价值), by the book; None: everybody whom no line above takes."""

    name: str
    condition: Node | None
    text: str
    about: str


@dataclass(frozen=True, slots=True)
class ApprovalPath:
    """Who signs, in order."""

    name: str
    title: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnockOut:
    """A rule that, where true, ends the matter."""

    name: str
    condition: Node
    text: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class PathRule:
    """An exception to the class's approval path."""

    condition: Node
    text: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """One named step of a formula; later steps may use it by name."""

    name: str
    title: str
    formula: Node
    text: str


@dataclass(frozen=True)
class Policy:
    """One version of one policy; `sha256` is its identity. Grades and classes run from best to worst.

    The last of `limit_steps` is `limit` (fen), the last of `fee_steps` is `fee_rate` (millionths).
    """

    id: str
    version: int
    title: str
    about: str
    applies_to: str
    applies_to_title: str
    facts: tuple[PolicyFact, ...]
    card: Scorecard
    grades: tuple[Grade, ...]
    classes: tuple[CustomerClass, ...]
    paths: tuple[ApprovalPath, ...]
    path_rules: tuple[PathRule, ...]
    knock_outs: tuple[KnockOut, ...]
    knocked_out_grade: str
    insufficient_path: str
    limit_steps: tuple[Step, ...]
    fee_steps: tuple[Step, ...]
    sha256: str
    values: tuple[ValueClass, ...] = ()

    @cached_property
    def required(self) -> tuple[PolicyFact, ...]:
        """The facts without which nobody is graded."""
        return tuple(fact for fact in self.facts if fact.required)

    @cached_property
    def fact_by_name(self) -> Mapping[str, PolicyFact]:
        """The policy's facts by name."""
        return {fact.name: fact for fact in self.facts}

    @cached_property
    def path_by_name(self) -> Mapping[str, ApprovalPath]:
        """The approval paths by name."""
        return {path.name: path for path in self.paths}

    @cached_property
    def class_of_grade(self) -> tuple[int, ...]:
        """The place in `classes` of each grade, in the order of `grades`."""
        place = {grade: place for place, found in enumerate(self.classes) for grade in found.grades}
        return tuple(place[grade.name] for grade in self.grades)

    @cached_property
    def class_by_name(self) -> Mapping[str, CustomerClass]:
        """The risk classes by name."""
        return {found.name: found for found in self.classes}

    @cached_property
    def class_floors(self) -> Mapping[str, int | None]:
        """The lowest score that earns each class; None: the rest."""
        floors = {grade.name: grade.floor for grade in self.grades}
        return {
            found.name: None
            if None in (kept := [floors[grade] for grade in found.grades])
            else min(floor for floor in kept if floor is not None)
            for found in self.classes
        }

    @cached_property
    def value_tests(self) -> tuple[tuple[ValueClass, Callable[[Mapping[str, Value]], Any] | None], ...]:
        """The lines of value, each with its condition as a function of a row."""
        return tuple(
            (line, None if line.condition is None else compile_one(line.condition)) for line in self.values
        )

    @cached_property
    def authority_ranks(self) -> Mapping[str, int]:
        """How far up each signer stands: the furthest place on any path."""
        ranks: dict[str, int] = {}
        for path in self.paths:
            for place, step in enumerate(path.steps):
                ranks[step] = max(ranks.get(step, 0), place)
        return ranks

    @cached_property
    def knocked_out_place(self) -> int:
        """The place in `grades` of the grade that a knocked-out customer gets."""
        return [grade.name for grade in self.grades].index(self.knocked_out_grade)

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """The words for every name that the policy's expressions may use."""
        steps = {step.name: step.title for step in (*self.limit_steps, *self.fee_steps)}
        return {fact.name: fact.title for fact in self.facts} | steps | RESULT_TITLES

    @cached_property
    def formulas(self) -> Mapping[str, str]:
        """Every step's formula in words, by the step's name."""
        steps = (*self.limit_steps, *self.fee_steps)
        return {step.name: in_words(step.formula, self.titles) for step in steps}

    @cached_property
    def formula_facts(self) -> tuple[PolicyFact, ...]:
        """The facts that the formulas use."""
        steps = (*self.limit_steps, *self.fee_steps)
        used = frozenset[str]().union(*(names_in(step.formula) for step in steps))
        return tuple(fact for fact in self.facts if fact.name in used)

    def grade_place(self, score: int) -> int:
        """Return the place in `grades` of a score's grade."""
        for place, grade in enumerate(self.grades):
            if grade.floor is None or score >= grade.floor:
                return place
        raise AssertionError("the last grade has no floor")


RESULT_TITLES = {
    "score": "得分",
    "grade": "等级",
    "class": "客户分类",
    "class.max_limit": "本类客户上限",
    "class.fee_from": "本类费率下限",
    "class.fee_to": "本类费率上限",
    "limit": "建议额度",
    "fee_rate": "年担保费率",
}
