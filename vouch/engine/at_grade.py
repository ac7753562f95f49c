"""What a policy says of a customer at a grade that the score did not earn: for a person's override of the grade.

Class, limit and fee follow from the grade by the policy's own formulas on the customer's own facts; only the grade is
another one. At the grade by score the answer is that of `decide`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from vouch.engine._explain import outcome_of
from vouch.engine._judge import Verdict
from vouch.engine.decide import judge_of
from vouch.engine.decision import Outcome
from vouch.engine.facts import Value
from vouch.engine.policy import Policy, Step
from vouch.engine.rules.python import compile_one


class NotGradedError(ValueError):
    """The policy grades nobody on these facts: a knock-out, or a missing fact, has no grade to depart from."""


@dataclass(frozen=True, slots=True)
class AtGrade:
    """What follows from a grade. `rank` is its place, 0 the best; money in fen, the rate in millionths."""

    grade: str
    rank: int
    customer_class: str
    limit: int
    fee_rate: int | None
    path: str
    check_every_days: int


def at_grade(policy: Policy, row: Mapping[str, Value], grade: str) -> AtGrade:
    """Judge the facts as if the score had earned this grade.

    Raises NotGradedError where the facts are not graded at all, and ValueError for a grade that the policy does not have.
    """
    verdict = judge_of(policy)(row)
    if outcome_of(verdict) is not Outcome.GRADED:
        raise NotGradedError(outcome_of(verdict).label)
    rank = [one.name for one in policy.grades].index(grade)
    found = policy.classes[policy.class_of_grade[rank]]
    values = _values(policy, row, verdict) | {
        "grade": grade,
        "class": found.name,
        "class.max_limit": found.max_limit,
        "class.fee_from": found.fee_from,
        "class.fee_to": found.fee_to,
    }
    limit, fee_rate = _last(policy.limit_steps, values), _last(policy.fee_steps, values)
    path = next(
        (rule.path for rule in policy.path_rules if compile_one(rule.condition)(values) is True), found.path
    )
    return AtGrade(grade, rank, found.name, limit or 0, fee_rate, path, found.check_every_days)


def _values(policy: Policy, row: Mapping[str, Value], verdict: Verdict) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for fact in policy.facts:
        value = row.get(fact.name)
        values[fact.name] = value.toordinal() if isinstance(value, date) else value
    return values | {"score": verdict.score}


def _last(steps: tuple[Step, ...], values: dict[str, Value]) -> Any:
    """The result of the last step; each is known by its name to those after it."""
    found = None
    for step in steps:
        found = values[step.name] = compile_one(step.formula)(values)
    return found
