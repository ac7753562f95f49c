"""A formula in words, with the numbers of one customer: only the branch that counts for them is told."""

from __future__ import annotations

from vouch.engine.facts import FactKind
from vouch.engine.rules.parser import parse
from vouch.engine.rules.python import compile_one
from vouch.engine.rules.tree import Node, type_of
from vouch.engine.rules.words import branch_taken, in_words

NAMES = {"m.basis": type_of(FactKind.MONEY), "grade": type_of(FactKind.TEXT)}
FORMULA = 'm.basis * if(grade == "A", 10%, if(grade == "B", 4%, 0%))'
WORDS = {"m.basis": "5,000元", "grade": "B"}


def told(values: dict[str, object]) -> str:
    node: Node = parse(FORMULA, names=NAMES)
    taken = branch_taken(node, lambda condition: compile_one(condition)(values) is True)  # type: ignore[arg-type]
    return in_words(taken, WORDS)


def test_only_the_branch_that_counts_is_told() -> None:
    assert told({"m.basis": 500_000, "grade": "B"}) == "5,000元 × 4%"
    assert told({"m.basis": 500_000, "grade": "A"}) == "5,000元 × 10%"


def test_an_unknown_condition_counts_as_not_met() -> None:
    assert told({"m.basis": 500_000, "grade": None}) == "5,000元 × 0%"
