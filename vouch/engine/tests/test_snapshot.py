"""A snapshot replays to the same digits, and says so when it does not."""

import copy
import json
from datetime import date

import pytest
from hypothesis import given, settings

from vouch.engine import policy_file, snapshot
from vouch.engine.canonical import canonical_json
from vouch.engine.facts import Value
from vouch.engine.snapshot import ReplayError, SnapshotFact
from vouch.engine.tests.policies import YAML, facts, small

AS_OF = date(2020, 2, 29)


def taken(row: dict[str, Value]) -> snapshot.Snapshot:
    known = {name: SnapshotFact(value, AS_OF, "发票明细") for name, value in row.items()}
    return snapshot.take(small(), subject=7, as_of=AS_OF, facts=known)


@settings(max_examples=50, deadline=None)
@given(facts())
def test_a_snapshot_replays_to_the_same_decision_after_a_trip_through_json(row: dict[str, Value]) -> None:
    kept = taken(row)
    stored = json.loads(canonical_json(snapshot.document(kept)))
    assert snapshot.replay(stored, YAML.encode()) == kept.decision


def test_another_version_of_the_policy_is_refused() -> None:
    stored = snapshot.document(taken({"invoice.turnover_12m": 5, "invoice.idle_days": 3}))
    changed = YAML.replace("base_points: 400", "base_points: 401")
    with pytest.raises(ReplayError, match="快照依据的政策是"):
        snapshot.replay(stored, changed.encode())


@pytest.mark.parametrize("field", ["limit", "score", "grade", "reasons"])
def test_a_changed_digit_is_found(field: str) -> None:
    stored = copy.deepcopy(snapshot.document(taken({"invoice.turnover_12m": 10**9, "invoice.idle_days": 3})))
    stored["decision"][field] = None
    with pytest.raises(ReplayError, match=field):
        snapshot.replay(stored, YAML.encode())


def test_a_changed_fact_is_found() -> None:
    stored = copy.deepcopy(snapshot.document(taken({"invoice.turnover_12m": 10**9, "invoice.idle_days": 3})))
    stored["facts"]["invoice.turnover_12m"]["value"] = 10
    with pytest.raises(ReplayError, match="limit"):
        snapshot.replay(stored, YAML.encode())


def test_layout_does_not_change_a_policys_identity() -> None:
    spread = YAML.replace("knocked_out: {grade: D}", "knocked_out:\n  grade:   D  # the worst")
    assert policy_file.read(spread.encode()).sha256 == small().sha256
