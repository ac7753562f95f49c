"""Which rule said what: every knock-out and every exception to the path, with the values it met and whether it held.

A rule acts only where it is true. Unknown (None) means that a value it needs is missing; a rule that was not asked,
because the customer was not graded, is unknown too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from vouch.engine._judge import Verdict
from vouch.engine.decide import judge_of
from vouch.engine.facts import Value
from vouch.engine.policy import Policy
from vouch.engine.rules.python import compile_one
from vouch.engine.rules.tree import Node, names_in
from vouch.engine.rules.words import in_words, shown, shown_fact


@dataclass(frozen=True, slots=True)
class RuleReading:
    """One rule: its condition in words, the values in it, whether it held, and what it says then."""

    condition: str
    values: tuple[tuple[str, str], ...]
    held: bool | None
    says: str
    source: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The rules of a policy on one customer's facts, in the policy's order."""

    knock_outs: tuple[RuleReading, ...]
    path_rules: tuple[RuleReading, ...]


def trace(policy: Policy, row: Mapping[str, Value]) -> Trace:
    """Ask every rule of the policy by itself."""
    verdict = judge_of(policy)(row)
    values, words = _known(policy, row, verdict)
    graded = bool(verdict.limit_steps)
    return Trace(
        knock_outs=tuple(
            _reading(policy, rule.condition, values, words, says=rule.reason, source=rule.source)
            for rule in policy.knock_outs
        ),
        path_rules=tuple(
            _reading(
                policy,
                rule.condition,
                values if graded else {},
                words,
                says=f"{policy.path_by_name[rule.path].title}：{rule.reason}",
                source="",
            )
            for rule in policy.path_rules
        ),
    )


def _reading(
    policy: Policy,
    condition: Node,
    values: Mapping[str, Value],
    words: Mapping[str, str],
    *,
    says: str,
    source: str,
) -> RuleReading:
    names = sorted(names_in(condition))
    return RuleReading(
        condition=in_words(condition, policy.titles),
        values=tuple((policy.titles[name], words.get(name, "—")) for name in names),
        held=compile_one(condition)(values) if values else None,
        says=says,
        source=source,
    )


def _known(
    policy: Policy, row: Mapping[str, Value], verdict: Verdict
) -> tuple[dict[str, Value], dict[str, str]]:
    """Every name that a rule may use: its value as the engine keeps it, and as a person reads it."""
    values: dict[str, Value] = {}
    words: dict[str, str] = {}
    for fact in policy.facts:
        value = row.get(fact.name)
        values[fact.name] = value.toordinal() if isinstance(value, date) else value
        words[fact.name] = shown_fact(value, fact.kind)
    if not verdict.limit_steps:
        return values, words
    grade, found = policy.grades[verdict.grade], policy.classes[policy.class_of_grade[verdict.grade]]
    results: dict[str, Value] = {"score": verdict.score, "grade": grade.name, "class": found.name}
    values |= results
    words |= {name: str(value) for name, value in results.items()}
    for steps, amounts in ((policy.limit_steps, verdict.limit_steps), (policy.fee_steps, verdict.fee_steps)):
        for step, amount in zip(steps, amounts, strict=True):
            values[step.name] = amount
            words[step.name] = shown(amount, step.formula.type)
    return values, words
