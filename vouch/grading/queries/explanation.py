"""Why a decision came out as it did, in words and figures that a person reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from vouch.engine import snapshot as snapshots
from vouch.engine.counterfactual import suggestions
from vouch.engine.decision import FormulaStep
from vouch.engine.facts import catalogue
from vouch.engine.rules.words import shown_fact
from vouch.grading.models import Assessment
from vouch.grading.queries.history import decision_of
from vouch.policy import queries as policies


@dataclass(frozen=True, slots=True)
class PointsLine:
    """One attribute of the card: the value, the bin it fell into, its points of the best there are."""

    title: str
    value_text: str
    label: str
    points: int
    best: int
    lost: int


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a formula: in words, with the figures filled in, and its result (yuan, or a fraction)."""

    title: str
    formula: str
    filled: str
    shown: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact that the decision rests on."""

    name: str
    title: str
    value_text: str
    dated_on: date | None
    source: str
    definition: str


@dataclass(frozen=True, slots=True)
class GradeBand:
    """A grade and the lowest score that earns it; None takes the rest."""

    grade: str
    floor: int | None
    title: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A knock-out rule that was true."""

    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything a page shows about one decision. ``counterfactuals`` answer 怎样可通过."""

    base_points: int
    score: int | None
    score_low: int
    score_high: int
    points: tuple[PointsLine, ...]
    grades: tuple[GradeBand, ...]
    limit_steps: tuple[StepLine, ...]
    fee_steps: tuple[StepLine, ...]
    rule_hits: tuple[RuleLine, ...]
    reasons: tuple[str, ...]
    missing: tuple[str, ...]
    counterfactuals: tuple[str, ...]
    facts: tuple[FactLine, ...]
    path_title: str
    path_reason: str
    path_steps: tuple[str, ...]
    mitigations: tuple[str, ...]
    check_every_days: int | None
    is_expert_card: bool


def explanation_of(assessment: Assessment) -> Explanation:
    """Put one decision into words, from its snapshot and its own policy version; reads no other table."""
    policy = policies.policy_of(assessment.policy)
    decision = decision_of(assessment)
    path = policy.path_by_name[decision.path]
    kept = snapshots.facts_of(assessment.snapshot, policy=policy)
    return Explanation(
        base_points=policy.card.base_points,
        score=decision.score,
        score_low=policy.card.lowest,
        score_high=policy.card.highest,
        points=tuple(
            PointsLine(line.title, line.shown, line.label, line.points, line.best, line.lost)
            for line in decision.points
        ),
        grades=tuple(GradeBand(grade.name, grade.floor, grade.title) for grade in policy.grades),
        limit_steps=_steps(decision.limit_steps),
        fee_steps=_steps(decision.fee_steps),
        rule_hits=tuple(RuleLine(hit.reason, hit.source) for hit in decision.rule_hits),
        reasons=tuple(assessment.reasons),
        missing=tuple(policy.fact_by_name[name].title for name in decision.missing),
        counterfactuals=tuple(found.text for found in suggestions(policy, kept)),
        facts=_facts(assessment),
        path_title=path.title,
        path_reason=decision.path_reason,
        path_steps=path.steps,
        mitigations=decision.mitigations,
        check_every_days=decision.check_every_days,
        is_expert_card=policy.card.pd is None,
    )


def _steps(steps: tuple[FormulaStep, ...]) -> tuple[StepLine, ...]:
    return tuple(
        StepLine(
            title=step.title,
            formula=step.formula,
            filled=step.filled,
            shown=step.shown,
            amount=None if step.value is None else Decimal(step.value).scaleb(-step.scale),
        )
        for step in steps
    )


def _facts(assessment: Assessment) -> tuple[FactLine, ...]:
    """The policy's facts in its order, the missing ones too, so that nobody takes silence for a zero."""
    policy = policies.policy_of(assessment.policy)
    kept = assessment.snapshot["facts"]
    values = snapshots.facts_of(assessment.snapshot, policy=policy)
    found = []
    for fact in policy.facts:
        known = kept.get(fact.name, {})
        dated_on = known.get("dated_on")
        found.append(
            FactLine(
                name=fact.name,
                title=fact.title,
                value_text=shown_fact(values.get(fact.name), fact.kind),
                dated_on=None if dated_on is None else date.fromisoformat(dated_on),
                source=known.get("source", ""),
                # A fact that is no longer answered keeps its name and loses its definition.
                definition=catalogue[fact.name].definition if fact.name in catalogue else "",
            )
        )
    return tuple(found)
