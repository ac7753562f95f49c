"""What a policy file says that its author may not have meant: with line and column, and an example for each finding.

What cannot be read is an error. Beyond that, conditions that compare facts with constants are decided exactly, by trying one
value from every stretch between the constants: rules that never hold, rules that always do, rows that an earlier row leaves
nothing, rows of different outcome that overlap. What needs arithmetic or compares two facts is tried on the same values and
judged only where an example is found.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from vouch.engine import policy_file
from vouch.engine._schema import schema
from vouch.engine.canonical import Fault, FileError
from vouch.engine.facts import Catalogue
from vouch.engine.policy import Policy
from vouch.engine.rules.python import compile_one
from vouch.engine.rules.tree import (
    LAST_DAY,
    Among,
    Compare,
    IsMissing,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Rescale,
    Sort,
    Type,
    names_in,
    parts_of,
    type_of,
)
from vouch.engine.rules.words import shown
from vouch.engine.scorecard import LIMIT, Scorecard

__all__ = ["Finding", "check", "schema"]

MOST_TRIALS = 200_000
"""Combinations of values tried for one question; what needs more is left undecided."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Line and column (from 1; 0 where the file has no place for it), what is found, and whether the file is refused for it."""

    line: int
    column: int
    text: str
    is_error: bool

    def __str__(self) -> str:
        place = f"第 {self.line} 行第 {self.column} 列：" if self.line else ""
        return f"{place}{'错误' if self.is_error else '提示'}：{self.text}"


def check(
    data: bytes,
    *,
    cards: Mapping[str, Scorecard] | None = None,
    catalogue: Catalogue | None = None,
    name: str = "政策文件",
) -> list[Finding]:
    """Everything that is wrong with a policy file or looks so, in the order of the file."""
    places = _Places(data)
    try:
        policy = policy_file.read(data, cards=cards, catalogue=catalogue, name=name)
    except FileError as error:
        return sorted(
            (places.finding(problem, is_error=True) for problem in error.problems), key=_in_the_files_order
        )
    faults = [
        *_grades(policy), *_bands(policy), *_unused(policy), *_knock_outs(policy), *_worths(policy), *_paths(policy),
    ]  # fmt: skip
    return sorted((places.finding(fault, is_error=False) for fault in faults), key=_in_the_files_order)


def _in_the_files_order(finding: Finding) -> tuple[int, int]:
    return finding.line, finding.column


class _Places:
    """Where in the text the keys of a YAML file lead."""

    def __init__(self, data: bytes) -> None:
        try:
            self._root = yaml.compose(data.decode("utf-8-sig"), Loader=yaml.CSafeLoader)
        except (UnicodeDecodeError, yaml.YAMLError):
            self._root = None

    def finding(self, fault: str, *, is_error: bool) -> Finding:
        """The fault with its place, or the nearest one above it that the file has."""
        path = fault.path if isinstance(fault, Fault) else ()
        node, mark = self._root, None
        for key in path:
            node = _inside(node, key)
            if node is None:
                break
            mark = node.start_mark
        return Finding(mark.line + 1 if mark else 0, mark.column + 1 if mark else 0, str(fault), is_error)


def _inside(node: Any, key: str | int) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key]
    return None


def _grades(policy: Policy) -> Iterator[Fault]:
    """Grades that no score of the card earns."""
    card = policy.card
    above: int | None = None
    for place, grade in enumerate(policy.grades):
        path = ("grades", place)
        # Whoever is knocked out has this one, whatever the score.
        is_for_knocked_out = grade.name == policy.knocked_out_grade
        if grade.floor is not None and grade.floor > card.highest:
            yield Fault(
                f"等级 {grade.name} 从 {grade.floor} 分起，而评分卡最高 {card.highest} 分，没有人能得到",
                *path,
            )
        elif above is not None and above <= card.lowest and not is_for_knocked_out:
            yield Fault(
                f"等级 {grade.name} 低于 {above} 分，而评分卡最低 {card.lowest} 分，没有人会得到", *path
            )
        above = grade.floor if grade.floor is not None else above


def _bands(policy: Policy) -> Iterator[Fault]:
    """Classes that nobody improves into: the points asked for are more than the card has."""
    for place, found in enumerate(policy.classes):
        floor = policy.class_floors[found.name]
        if floor is not None and floor <= policy.card.highest < floor + found.improve_band:
            said = f"需 {floor + found.improve_band} 分，而评分卡最高 {policy.card.highest} 分"
            yield Fault(
                f"classes {found.name}：上调到这一类{said}，没有人能上调", "classes", place, "improvement"
            )


def _unused(policy: Policy) -> Iterator[Fault]:
    """Facts that nothing asks for, although without a required one nobody is graded."""
    conditions = _conditions(policy)
    formulas = [one.formula for one in (*policy.limit_steps, *policy.fee_steps)]
    used = {one.fact for one in policy.card.attributes}.union(*map(names_in, (*conditions, *formulas)))
    for place, fact in enumerate(policy.facts):
        if fact.name not in used:
            said = "，却是必需指标：缺了它就没有结论" if fact.required else ""
            yield Fault(f"指标 {fact.name} 没有用到{said}", "facts", place)


def _knock_outs(policy: Policy) -> Iterator[Fault]:
    # Knock-outs are asked before required facts are, so any fact may be missing.
    world = _World(policy, {fact.name: type_of(fact.kind) for fact in policy.facts})
    for place, rule in enumerate(policy.knock_outs):
        path = ("knock_outs", place, "when")
        if world.example([(rule.condition, True)]) is None and world.is_exact(rule.condition):
            yield Fault(f"knock_outs {rule.name}：永远不会成立", *path)
            continue
        names = names_in(rule.condition)
        unless = world.example([(rule.condition, False)], known=names)
        if unless is None and world.is_exact(rule.condition):
            yield Fault(f"knock_outs {rule.name}：只要指标不缺失就总是成立，人人都会被否决", *path)
        for earlier in policy.knock_outs[:place]:
            both = [earlier.condition, rule.condition]
            if not all(map(world.is_exact, both)) or not names & names_in(earlier.condition):
                continue
            if world.example([(rule.condition, True), (earlier.condition, False)]) is None:
                yield Fault(f"knock_outs {rule.name}：凡它成立，{earlier.name} 也成立，可以去掉", *path)


def _worths(policy: Policy) -> Iterator[Fault]:
    """Lines of 客户价值: the first that holds counts."""
    world = _World(policy, {fact.name: type_of(fact.kind) for fact in policy.facts})
    before: list[tuple[Node, bool]] = []
    for place, line in enumerate(policy.values):
        if line.condition is None:
            return
        is_exact = all(map(world.is_exact, (line.condition, *(one for one, _is in before))))
        if is_exact and world.example([(line.condition, True), *before]) is None:
            said = "前面的各档已把它包括" if before else "永远不会成立"
            yield Fault(f"values {line.name}：{said}", "values", place, "when")
        before.append((line.condition, False))


def _paths(policy: Policy) -> Iterator[Fault]:
    """Rows of the approval table: the first that holds counts."""
    world = _World(
        policy, {fact.name: type_of(fact.kind, nullable=not fact.required) for fact in policy.facts}
    )
    rows = policy.path_rules
    for place, row in enumerate(rows):
        path, number = ("approval", place, "when"), place + 1
        before = [(earlier.condition, False) for earlier in rows[:place]]
        is_exact = all(world.is_exact(earlier.condition) for earlier in rows[: place + 1])
        if world.example([(row.condition, True)]) is None:
            if world.is_exact(row.condition):
                yield Fault(f"approval 第 {number} 项：永远不会成立", *path)
            continue
        if place and is_exact and world.example([(row.condition, True), *before]) is None:
            yield Fault(f"approval 第 {number} 项：前面的各项已经包括它，永远轮不到", *path)
            continue
        for other, earlier in enumerate(rows[:place]):
            found = None
            if earlier.path != row.path:
                found = world.example([(earlier.condition, True), (row.condition, True)])
            if found:
                yield Fault(
                    f"approval 第 {number} 项与第 {other + 1} 项重叠（例如{world.in_words(found)}），按第 {other + 1} 项办理",
                    *path,
                )


Example = Mapping[str, Any]


class _World:
    """The values that matter to a policy's conditions: one from each stretch between the constants that they name."""

    def __init__(self, policy: Policy, facts: Mapping[str, Type]) -> None:
        self._policy = policy
        self._facts = facts
        conditions = _conditions(policy)
        self._constants: dict[str, set[Any]] = {}
        self._types: dict[str, Type] = {}
        self._most = _largest_limit(policy)
        self._constants["fee_rate"] = {
            fee for found in policy.classes for fee in (found.fee_from, found.fee_to)
        }
        for node in _nodes(conditions):
            if isinstance(node, Name):
                self._types[node.name] = node.type
            for name, value in _constants(node):
                self._constants.setdefault(name, set()).add(value)

    def is_exact(self, condition: Node) -> bool:
        """Whether the values tried decide the condition: it compares names with constants, one at a time."""
        return all(_is_plain(node) for node in _nodes([condition]))

    def example(self, wanted: Sequence[tuple[Node, bool]], *, known: Iterable[str] = ()) -> Example | None:
        """Values for which the conditions hold (True) or do not (False: false or unknown); None where none of those tried does.

        Names in ``known`` are not missing. Where there would be too many to try, an empty example stands for: not decided.
        """
        names = frozenset[str]().union(*(names_in(condition) for condition, _is in wanted))
        judged = [(compile_one(condition), is_true) for condition, is_true in wanted]
        choices = list(self._choices(names, frozenset(known)))
        if math.prod(len(one) for one in choices) > MOST_TRIALS:
            return {}
        for parts in itertools.product(*choices):
            row: dict[str, Any] = {}
            for part in parts:
                row |= part
            if self._can_be(row) and all((judge(row) is True) is is_true for judge, is_true in judged):
                return {name: row[name] for name in sorted(names)}
        return None

    def in_words(self, example: Example) -> str:
        """An example as a person reads it."""
        titles = self._policy.titles
        return "、".join(
            f"{titles.get(name, name)} {shown(value, self._types[name])}" for name, value in example.items()
        )

    def _choices(self, names: frozenset[str], known: frozenset[str]) -> Iterator[list[dict[str, Any]]]:
        results = names & (frozenset(_RESULTS) | {"limit", "fee_rate"})
        if results & frozenset(_RESULTS):
            yield list(self._standings())
        for name in sorted(names - frozenset(_RESULTS)):
            kind = self._facts.get(name, self._types[name])
            values = _values(kind, self._constants.get(name, set()))
            if name in {"limit", "fee_rate"}:
                values = [value for value in values if value >= 0]
            missing = [None] if kind.nullable and name not in known else []
            yield [{name: value} for value in (*values, *missing)]

    def _standings(self) -> Iterator[dict[str, Any]]:
        """Score, grade and class go together: those of every score that a condition or a grade tells apart."""
        card = self._policy.card
        floors = {grade.floor for grade in self._policy.grades if grade.floor is not None}
        ends = {card.lowest, card.highest}
        for score in _values(Type(Sort.NUMBER), floors | ends | self._constants.get("score", set())):
            if card.lowest <= score <= card.highest:
                place = self._policy.grade_place(score)
                found = self._policy.classes[self._policy.class_of_grade[place]]
                yield {
                    "score": score,
                    "grade": self._policy.grades[place].name,
                    "class": found.name,
                    "class.max_limit": found.max_limit,
                    "class.fee_from": found.fee_from,
                    "class.fee_to": found.fee_to,
                }

    def _can_be(self, row: Mapping[str, Any]) -> bool:
        """A limit is never above that of its class, nor a fee outside its band."""
        limit, fee = row.get("limit"), row.get("fee_rate")
        if limit is not None and limit > row.get("class.max_limit", self._most):
            return False
        return fee is None or row.get("class.fee_from", fee) <= fee <= row.get("class.fee_to", fee)


def _conditions(policy: Policy) -> list[Node]:
    return [
        *(rule.condition for rule in policy.knock_outs),
        *(row.condition for row in policy.path_rules),
        *(line.condition for line in policy.values if line.condition is not None),
    ]


def _largest_limit(policy: Policy) -> int:
    """No limit is above that of the best class, nor above the file's own `at_most`."""
    capped = next(step.formula for step in policy.limit_steps if step.name == "limit_capped")
    factor = int(10 ** (capped.type.scale - 2))
    stated = [int(value) // factor for part in parts_of(capped) if (value := _value(part)) is not None]
    return min(max(found.max_limit for found in policy.classes), *stated)


_RESULTS = ("score", "grade", "class", "class.max_limit", "class.fee_from", "class.fee_to")


def _nodes(roots: Iterable[Node]) -> Iterator[Node]:
    for root in roots:
        yield root
        yield from _nodes(parts_of(root))


def _is_plain(node: Node) -> bool:
    match node:
        case Literal() | Name() | Logic() | Negation():
            return True
        case Compare(left=left, right=right):
            return sum(isinstance(_bare(side), Name) for side in (left, right)) <= 1
        case Among(part=part) | IsMissing(part=part):
            return isinstance(part, Name)
        case Rescale(part=part):
            return isinstance(part, Name | Literal)
        case _:
            return False


def _bare(node: Node) -> Node:
    return node.part if isinstance(node, Rescale) else node


def _constants(node: Node) -> Iterator[tuple[str, Any]]:
    """Names with the constants that a comparison holds them against, in the name's own kept form."""
    match node:
        case Compare(left=left, right=right):
            for one, other in ((left, right), (right, left)):
                name, value = _bare(one), _value(other)
                if isinstance(name, Name) and value is not None:
                    factor = one.factor if isinstance(one, Rescale) else 1
                    yield name.name, value // factor if factor != 1 else value
        case Among(part=Name(name=name), values=values):
            for literal in values:
                yield name, literal.value


def _value(node: Node) -> Any:
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Rescale) and isinstance(node.part, Literal) and isinstance(node.part.value, int):
        return node.part.value * node.factor
    return None


def _values(kind: Type, constants: Iterable[Any]) -> list[Any]:
    """One value from every stretch between the constants, and the constants themselves."""
    match kind.sort:
        case Sort.BOOLEAN:
            return [True, False]
        case Sort.TEXT:
            other = "其他"
            while other in constants:
                other += "值"
            return [*sorted(constants), other]
        case Sort.DATE:
            low, high = 1, LAST_DAY
        case _:
            low, high = -LIMIT, LIMIT
    near = {value + step for value in constants for step in (-1, 0, 1, 2)}
    return sorted(value for value in near | {0, low, high} if low <= value <= high)
