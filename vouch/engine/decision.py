"""A decision: what was judged of one customer, and why, in figures and in words.

`document` and `from_document` turn it into JSON and back without losing a digit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """How the judging ended."""

    GRADED = "graded"
    INSUFFICIENT = "insufficient"
    KNOCKED_OUT = "knocked_out"

    @property
    def label(self) -> str:
        """The outcome in Chinese."""
        return {"graded": "已评级", "insufficient": "资料不足", "knocked_out": "准入否决"}[self.value]


class ReasonKind(StrEnum):
    """What sort of reason it is."""

    KNOCK_OUT = "knock_out"
    MISSING = "missing"
    LOST = "lost"
    STRENGTH = "strength"


@dataclass(frozen=True, slots=True)
class AttributePoints:
    """One line of the card: what the value was, where it fell, its points, and how many the best outcome has more."""

    attribute: str
    fact: str
    title: str
    shown: str
    label: str
    points: int
    lost: int
    best: int


@dataclass(frozen=True, slots=True)
class FormulaStep:
    """One step of a formula: in words, with the numbers filled in, and its result.

    `value` is the kept integer of `scale` decimals (money: yuan has 2), as text so that JSON keeps every digit.
    """

    name: str
    title: str
    formula: str
    filled: str
    shown: str
    value: str | None
    scale: int


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A knock-out rule that was true."""

    name: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words. `points` lost, or gained over the worst outcome; 0 where no points are in play."""

    kind: ReasonKind
    text: str
    about: str
    points: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy says of one customer. Money in fen, rates in millionths; None where nothing is said.

    `scored_grade` is the grade by score alone; `grade` differs from it only for the knocked-out. `pd` has the
    card's own decimals, None for an expert card.
    """

    policy: str
    outcome: Outcome
    score: int | None
    pd: str | None
    scored_grade: str | None
    grade: str | None
    customer_class: str | None
    points: tuple[AttributePoints, ...]
    limit: int | None
    limit_steps: tuple[FormulaStep, ...]
    fee_rate: int | None
    fee_steps: tuple[FormulaStep, ...]
    path: str
    path_reason: str
    check_every_days: int | None
    mitigations: tuple[str, ...]
    rule_hits: tuple[RuleHit, ...]
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...]


def document(decision: Decision) -> dict[str, Any]:
    """Return the decision as JSON-able data."""
    found = _plain(decision)
    for name in ("points", "limit_steps", "fee_steps", "rule_hits", "reasons"):
        found[name] = [_plain(item) for item in found[name]]
    for name in ("mitigations", "missing"):
        found[name] = list(found[name])
    found["outcome"] = decision.outcome.value
    for reason in found["reasons"]:
        reason["kind"] = reason["kind"].value
    return found


def _plain(item: Any) -> dict[str, Any]:
    """The fields of one dataclass; `asdict` copies every value deeply, which took a third of judging a book."""
    return {name: getattr(item, name) for name in item.__slots__}


def from_document(source: Mapping[str, Any]) -> Decision:
    """Return the decision that `document` wrote; KeyError or TypeError if it is none."""
    return Decision(
        **{
            **source,
            "outcome": Outcome(source["outcome"]),
            "points": tuple(AttributePoints(**item) for item in source["points"]),
            "limit_steps": tuple(FormulaStep(**item) for item in source["limit_steps"]),
            "fee_steps": tuple(FormulaStep(**item) for item in source["fee_steps"]),
            "mitigations": tuple(source["mitigations"]),
            "rule_hits": tuple(RuleHit(**item) for item in source["rule_hits"]),
            "reasons": tuple(
                Reason(**{**item, "kind": ReasonKind(item["kind"])}) for item in source["reasons"]
            ),
            "missing": tuple(source["missing"]),
        }
    )
