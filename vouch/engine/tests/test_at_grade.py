"""What follows from a grade that a person chose."""

from __future__ import annotations

import pytest
from hypothesis import given

from vouch.engine.at_grade import NotGradedError, at_grade
from vouch.engine.decide import decide
from vouch.engine.decision import Outcome
from vouch.engine.facts import Value
from vouch.engine.tests.policies import facts, small


@given(row=facts())
def test_at_the_grade_by_score_it_says_what_the_decision_says(row: dict[str, Value]) -> None:
    decided = decide(small(), row)
    if decided.outcome is not Outcome.GRADED or decided.grade is None:
        with pytest.raises(NotGradedError):
            at_grade(small(), row, "A")
        return
    found = at_grade(small(), row, decided.grade)
    assert (found.customer_class, found.limit, found.fee_rate, found.path, found.check_every_days) == (
        decided.customer_class, decided.limit, decided.fee_rate, decided.path, decided.check_every_days,
    )  # fmt: skip


ROW: dict[str, Value] = {
    "invoice.turnover_12m": 200_000_000,
    "invoice.void_rate": 10_000,
    "invoice.idle_days": 5,
    "party.trade": "零售业",
    "party.is_listed": True,
}


def test_class_limit_and_path_follow_the_grade_by_the_policys_own_formulas() -> None:
    row = {**ROW, "party.is_listed": False}
    decided = decide(small(), row)
    assert decided.grade == "A"
    lower = at_grade(small(), row, "B")
    # 200万 × 12.5% × 99% × 570 / 600, down to whole 万元; the class's own cap and path.
    assert (lower.customer_class, lower.limit, lower.path, lower.rank) == ("一般", 23_0000_00, "standard", 2)
    lowest = at_grade(small(), row, "D")
    assert (lowest.customer_class, lowest.limit, lowest.path) == ("高风险", 0, "committee")


def test_a_knocked_out_customer_has_no_grade_to_depart_from_and_an_unknown_grade_is_an_error() -> None:
    with pytest.raises(NotGradedError, match="准入否决"):
        at_grade(small(), ROW, "A")
    with pytest.raises(ValueError, match="ZZ"):
        at_grade(small(), {**ROW, "party.is_listed": False}, "ZZ")
