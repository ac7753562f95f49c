"""A decision kept with everything it rests on, so that years later it replays to the same digits.

The snapshot holds the facts with their days and sources, the as-of date and the policy's hash. The policy's file is
kept by whoever published it; a card that the file names by hash is handed in beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from vouch.engine import decision as decisions
from vouch.engine import policy_file
from vouch.engine.canonical import canonical_json, digest
from vouch.engine.decide import decide
from vouch.engine.decision import Decision
from vouch.engine.facts import FactKind, Value
from vouch.engine.policy import Policy
from vouch.engine.scorecard import Scorecard

FORMAT = "vouch-snapshot/1"


class ReplayError(ValueError):
    """A snapshot that does not belong to the policy, or no longer gives the digits it holds."""


@dataclass(frozen=True, slots=True)
class SnapshotFact:
    """One fact as it was: its kept value, the latest day it rests on, and where it came from."""

    value: Value
    dated_on: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was known of a subject as of a day, and what was decided on it."""

    subject: int
    as_of: date
    facts: Mapping[str, SnapshotFact]
    decision: Decision

    @property
    def sha256(self) -> str:
        """The snapshot's own identity."""
        return digest(document(self))


def take(policy: Policy, *, subject: int, as_of: date, facts: Mapping[str, SnapshotFact]) -> Snapshot:
    """Decide on these facts and return the snapshot; facts that the policy does not use are left out."""
    used = {fact.name: facts[fact.name] for fact in policy.facts if fact.name in facts}
    decided = decide(policy, {name: fact.value for name, fact in used.items()})
    return Snapshot(subject, as_of, used, decided)


def document(snapshot: Snapshot) -> dict[str, Any]:
    """Return the snapshot as JSON-able data."""
    return {
        "format": FORMAT,
        "subject": snapshot.subject,
        "as_of": snapshot.as_of.isoformat(),
        "facts": {
            name: {
                "value": fact.value.isoformat() if isinstance(fact.value, date) else fact.value,
                "dated_on": fact.dated_on.isoformat() if fact.dated_on else None,
                "source": fact.source,
            }
            for name, fact in snapshot.facts.items()
        },
        "decision": decisions.document(snapshot.decision),
    }


def facts_of(source: Mapping[str, Any], *, policy: Policy) -> dict[str, Value]:
    """Return the kept facts in a snapshot's document, typed as the policy says."""
    found: dict[str, Value] = {}
    for name, fact in source["facts"].items():
        value = fact["value"]
        is_day = policy.fact_by_name[name].kind is FactKind.DATE and value is not None
        found[name] = date.fromisoformat(value) if is_day else value
    return found


def replay(
    source: Mapping[str, Any], policy_bytes: bytes, *, cards: Mapping[str, Scorecard] | None = None
) -> Decision:
    """Judge a snapshot's facts once more by its policy's file and return the decision.

    Raises ReplayError if the file is not the policy the snapshot names, or any digit or word differs.
    """
    policy = policy_file.read(policy_bytes, cards=cards)
    kept = source["decision"]
    if kept["policy"] != policy.sha256:
        raise ReplayError(f"快照依据的政策是 {kept['policy'][:12]}…，给出的文件是 {policy.sha256[:12]}…")
    again = decide(policy, facts_of(source, policy=policy))
    found = decisions.document(again)
    differing = [name for name in found if canonical_json(found[name]) != canonical_json(kept.get(name))]
    if differing:
        raise ReplayError("重算结果与快照不同：" + "、".join(differing))
    return again
