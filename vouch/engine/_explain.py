"""A verdict in words: points per attribute, reasons, and formulas with their numbers filled in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from vouch.engine._judge import Verdict
from vouch.engine.decision import (
    AttributePoints,
    Decision,
    FormulaStep,
    Outcome,
    Reason,
    ReasonKind,
    RuleHit,
)
from vouch.engine.facts import FactKind, Value
from vouch.engine.policy import CustomerClass, Policy, Step
from vouch.engine.rules.python import compile_one
from vouch.engine.rules.tree import Node
from vouch.engine.rules.words import branch_taken, in_words, shown, shown_fact

MIN_REASONS = 3
MAX_LOST = 5
"""The list of reasons names at most this many losses; the points per attribute name them all."""


def explain(policy: Policy, row: Mapping[str, Value], verdict: Verdict) -> Decision:
    """Return the decision that a verdict on these facts amounts to."""
    outcome = outcome_of(verdict)
    graded = outcome is Outcome.GRADED
    scored = not verdict.missing
    grade = policy.knocked_out_place if outcome is Outcome.KNOCKED_OUT else verdict.grade
    judged = None if outcome is Outcome.INSUFFICIENT else policy.classes[policy.class_of_grade[grade]]
    hits = [rule for place, rule in enumerate(policy.knock_outs) if verdict.hits >> place & 1]
    missing = [fact for place, fact in enumerate(policy.required) if verdict.missing >> place & 1]
    path, path_reason = _path(policy, verdict, judged)
    points = _points(policy, row, verdict.picks)
    known = _known(policy, row, verdict, judged) if graded else _Known({}, {})
    card = policy.card
    return Decision(
        policy=policy.sha256,
        outcome=outcome,
        score=verdict.score if scored else None,
        pd=str(card.pd.at(verdict.score)) if scored and card.pd is not None else None,
        scored_grade=policy.grades[verdict.grade].name if scored else None,
        grade=policy.grades[grade].name if judged else None,
        customer_class=judged.name if judged else None,
        points=points,
        limit=limit_of(verdict),
        limit_steps=_steps(policy, policy.limit_steps, verdict.limit_steps, known) if graded else (),
        fee_rate=verdict.fee_steps[-1] if graded else None,
        fee_steps=_steps(policy, policy.fee_steps, verdict.fee_steps, known) if graded else (),
        path=path,
        path_reason=path_reason,
        check_every_days=judged.check_every_days if judged else None,
        mitigations=judged.mitigations if judged else (),
        rule_hits=tuple(RuleHit(rule.name, rule.reason, rule.source) for rule in hits),
        reasons=(
            *(Reason(ReasonKind.KNOCK_OUT, f"{rule.reason}（{rule.source}）", rule.name, 0) for rule in hits),
            *(Reason(ReasonKind.MISSING, f"缺少：{fact.title}", fact.name, 0) for fact in missing),
            *_card_reasons(policy, verdict.picks, already=len(hits) + len(missing)),
        ),
        missing=tuple(fact.name for fact in missing),
    )


def outcome_of(verdict: Verdict) -> Outcome:
    """Return how the judging ended: a knock-out goes before missing facts."""
    if verdict.hits:
        return Outcome.KNOCKED_OUT
    return Outcome.INSUFFICIENT if verdict.missing else Outcome.GRADED


def limit_of(verdict: Verdict) -> int | None:
    """Return the limit in fen: 0 for the knocked-out, None where facts are missing."""
    if verdict.hits:
        return 0
    return None if verdict.missing else verdict.limit_steps[-1]


def _path(policy: Policy, verdict: Verdict, judged: CustomerClass | None) -> tuple[str, str]:
    if judged is None:
        return policy.insufficient_path, Outcome.INSUFFICIENT.label
    if verdict.hits:
        return judged.path, Outcome.KNOCKED_OUT.label
    if verdict.path_rule >= 0:
        rule = policy.path_rules[verdict.path_rule]
        return rule.path, rule.reason
    return judged.path, f"{judged.name}客户"


def _points(policy: Policy, row: Mapping[str, Value], picks: Sequence[int]) -> tuple[AttributePoints, ...]:
    found = []
    for attribute, pick in zip(policy.card.attributes, picks, strict=True):
        outcome = attribute.outcomes[pick]
        kind = policy.fact_by_name[attribute.fact].kind
        found.append(
            AttributePoints(
                attribute=attribute.name,
                fact=attribute.fact,
                title=attribute.title,
                shown=shown_fact(row.get(attribute.fact), kind),
                label=outcome.label,
                points=outcome.points,
                lost=attribute.best - outcome.points,
                best=attribute.best,
            )
        )
    return tuple(found)


def _card_reasons(policy: Policy, picks: Sequence[int], *, already: int) -> list[Reason]:
    """Return points lost, most first, then strengths until there are three reasons in all."""
    found = [
        Reason(ReasonKind.LOST, reason.reason, reason.attribute, reason.lost)
        for reason in policy.card.reasons(picks)[:MAX_LOST]
        if reason.lost > 0
    ]
    wanted = MIN_REASONS - already - len(found)
    if wanted <= 0:
        return found
    named = {reason.about for reason in found}
    strengths = []
    for attribute, pick in zip(policy.card.attributes, picks, strict=True):
        outcome = attribute.outcomes[pick]
        gained = outcome.points - min(other.points for other in attribute.outcomes)
        if attribute.name not in named:
            text = f"优势：{attribute.title}{outcome.label}"
            strengths.append(Reason(ReasonKind.STRENGTH, text, attribute.name, gained))
    strengths.sort(key=lambda reason: -reason.points)
    return found + strengths[:wanted]


@dataclass(frozen=True, slots=True)
class _Known:
    """Every name that the formulas may use: its value as the engine keeps it, and as a person reads it."""

    values: Mapping[str, Value]
    words: Mapping[str, str]


def _known(
    policy: Policy, row: Mapping[str, Value], verdict: Verdict, judged: CustomerClass | None
) -> _Known:
    values: dict[str, Value] = {}
    words: dict[str, str] = {}
    for fact in policy.formula_facts:
        value = row.get(fact.name)
        values[fact.name] = value.toordinal() if isinstance(value, date) else value
        words[fact.name] = shown_fact(value, fact.kind)
    values |= {"score": verdict.score, "grade": policy.grades[verdict.grade].name}
    words |= {name: str(values[name]) for name in ("score", "grade")}
    if judged is not None:
        values |= {"class": judged.name, "class.max_limit": judged.max_limit}
        values |= {"class.fee_from": judged.fee_from, "class.fee_to": judged.fee_to}
        words |= {
            "class": judged.name,
            "class.max_limit": shown_fact(judged.max_limit, FactKind.MONEY),
            "class.fee_from": shown_fact(judged.fee_from, FactKind.RATE),
            "class.fee_to": shown_fact(judged.fee_to, FactKind.RATE),
        }
    for steps, found in ((policy.limit_steps, verdict.limit_steps), (policy.fee_steps, verdict.fee_steps)):
        values |= {step.name: value for step, value in zip(steps, found, strict=True)}
        words |= {s.name: shown(value, s.formula.type) for s, value in zip(steps, found, strict=True)}
    return _Known(values, words)


@lru_cache(maxsize=1024)
def _test(condition: Node) -> Callable[[Mapping[str, Value]], bool | None]:
    """A policy's conditions are few and asked for every customer."""
    return compile_one(condition)


def _steps(
    policy: Policy, steps: Sequence[Step], values: Sequence[int | None], known: _Known
) -> tuple[FormulaStep, ...]:
    words = known.words

    def holds(condition: Node) -> bool:
        return _test(condition)(known.values) is True

    return tuple(
        FormulaStep(
            name=step.name,
            title=step.title,
            formula=policy.formulas[step.name],
            filled=in_words(branch_taken(step.formula, holds), words),
            shown=words[step.name],
            value=None if value is None else str(value),
            scale=step.formula.type.scale,
        )
        for step, value in zip(steps, values, strict=True)
    )
