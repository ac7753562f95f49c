"""Information debt (信息欠账): what is missing or stale of a customer, weighted by how far it could move the decision.

For each such fact the policy judges the customer once for every outcome of the card that the fact could have, all else as
it is; required facts that are missing too are put at their best, or there would be no limit to move. No estimate:
every end of a range is a judgement by the whole policy.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from vouch.engine._explain import limit_of, outcome_of
from vouch.engine._judge import Judge, Verdict
from vouch.engine.decide import judge_of
from vouch.engine.decision import Outcome
from vouch.engine.facts import FactKind, Value
from vouch.engine.policy import Policy
from vouch.engine.scorecard import Attribute, AttributeKind, Place


@dataclass(frozen=True, slots=True)
class FactDebt:
    """One fact that is not known, or too old: the scores and limits (fen) that its values could bring, lowest and highest."""

    name: str
    title: str
    is_missing: bool
    is_required: bool
    score_low: int
    score_high: int
    limit_low: int
    limit_high: int

    @property
    def score_span(self) -> int:
        """Points between the worst and the best case."""
        return self.score_high - self.score_low

    @property
    def limit_span(self) -> int:
        """Fen between the worst and the best case."""
        return self.limit_high - self.limit_low


@dataclass(frozen=True, slots=True)
class Debt:
    """A customer's debt; the fact that could move the limit most, then the score, comes first."""

    facts: tuple[FactDebt, ...]
    score_low: int
    score_high: int
    limit_low: int
    limit_high: int

    @property
    def limit_span(self) -> int:
        """How far all of it together could move the limit, in fen."""
        return self.limit_high - self.limit_low

    @property
    def score_span(self) -> int:
        """How far all of it together could move the score."""
        return self.score_high - self.score_low


def debt_of(policy: Policy, row: Mapping[str, Value], *, stale: Collection[str] = ()) -> Debt:
    """Weigh the missing facts of a customer, and those of its known facts that are ``stale``."""
    judge = judge_of(policy)
    wanted = [fact for fact in policy.facts if row.get(fact.name) is None or fact.name in stale]
    choices = {fact.name: _choices(policy, fact.name) for fact in wanted}
    best = {name: _best(judge, row, name, values) for name, values in choices.items()}
    worst = {name: _worst(judge, row, name, values) for name, values in choices.items()}
    # Without these nobody is graded, so that no other fact could move a limit.
    needed = [fact.name for fact in wanted if fact.required and row.get(fact.name) is None]
    found = []
    for fact in wanted:
        others = {name: best[name] for name in needed if name != fact.name}
        judged = [judge({**row, **others, fact.name: value}) for value in choices[fact.name]]
        scores, limits = _ends(judged)
        found.append(
            FactDebt(
                name=fact.name,
                title=fact.title,
                is_missing=row.get(fact.name) is None,
                is_required=fact.required,
                score_low=scores[0],
                score_high=scores[1],
                limit_low=limits[0],
                limit_high=limits[1],
            )
        )
    found.sort(key=lambda one: (-one.limit_span, -one.score_span, one.name))
    scores, limits = _ends([judge({**row, **worst}), judge({**row, **best})])
    return Debt(tuple(found), scores[0], scores[1], limits[0], limits[1])


def _ends(judged: Sequence[Verdict]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Lowest and highest score, and limit; who is not graded has no limit."""
    scores = [one.score for one in judged]
    limits = [(limit_of(one) or 0) if outcome_of(one) is Outcome.GRADED else 0 for one in judged]
    return (min(scores), max(scores)), (min(limits), max(limits))


def _choices(policy: Policy, name: str) -> list[Value]:
    """A value from every bin of every attribute that reads the fact; None alone where the card does not."""
    kind = policy.fact_by_name[name].kind
    found: dict[Value, None] = {}
    for attribute in policy.card.attributes:
        if attribute.fact == name:
            found |= dict.fromkeys(_values(attribute, kind))
    return list(found) or [None]


def _values(attribute: Attribute, kind: FactKind) -> list[Value]:
    if attribute.kind is AttributeKind.CATEGORY:
        texts = [
            text
            for outcome in attribute.outcomes
            if outcome.place is Place.BIN
            for text in outcome.values[:1]
        ]
        return [text == "true" for text in ("true", "false")] if kind is FactKind.BOOLEAN else list(texts)
    splits = attribute.splits
    if not splits:
        return [0]
    return [splits[0] - 1, *splits]


def _best(judge: Judge, row: Mapping[str, Value], name: str, values: Sequence[Value]) -> Value:
    return max(values, key=lambda value: _rank(judge({**row, name: value})))


def _worst(judge: Judge, row: Mapping[str, Value], name: str, values: Sequence[Value]) -> Value:
    return min(values, key=lambda value: _rank(judge({**row, name: value})))


def _rank(verdict: Verdict) -> tuple[bool, int]:
    """Not knocked out goes before points."""
    return not verdict.hits, verdict.score
