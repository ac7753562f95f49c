"""What is missing, weighted by what it could do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vouch.engine.debt import debt_of
from vouch.engine.decide import decide
from vouch.engine.decision import Outcome
from vouch.engine.facts import Value
from vouch.engine.tests.policies import facts, small
from vouch.engine.tests.test_at_grade import ROW


@given(row=facts(), rate=st.integers(0, 10**6))
def test_no_value_of_a_missing_fact_leaves_the_range_that_was_told(row: dict[str, Value], rate: int) -> None:
    known = {name: value for name, value in row.items() if value is not None}
    whole: dict[str, Value] = {**ROW, "party.is_listed": False, **known}
    debt = debt_of(small(), {**whole, "invoice.void_rate": None})
    one = next(fact for fact in debt.facts if fact.name == "invoice.void_rate")
    decided = decide(small(), {**whole, "invoice.void_rate": rate})
    assert decided.score is not None
    assert one.score_low <= decided.score <= one.score_high
    assert one.is_missing
    assert not one.is_required


def test_the_fact_that_could_move_the_limit_most_comes_first() -> None:
    row: dict[str, Value] = {"invoice.idle_days": 5, "party.is_listed": False}
    debt = debt_of(small(), row)
    assert next(one.name for one in debt.facts) == "invoice.turnover_12m"
    turnover = debt.facts[0]
    assert (turnover.is_required, turnover.limit_low, turnover.limit_high > 0) == (True, 0, True)
    assert debt.limit_high >= turnover.limit_high
    trade = next(one for one in debt.facts if one.name == "party.trade")
    assert trade.score_span == 20


def test_a_stale_fact_is_a_debt_with_the_score_of_today_within_its_range_and_nothing_owed_is_nothing() -> (
    None
):
    row: dict[str, Value] = {
        "invoice.turnover_12m": 200_000_000, "invoice.void_rate": 10_000, "invoice.idle_days": 5, "party.trade": "零售业",
        "party.is_listed": False, "party.founded_on": None,
    }  # fmt: skip
    decided = decide(small(), row)
    assert decided.outcome is Outcome.GRADED
    debt = debt_of(small(), row, stale={"invoice.turnover_12m"})
    first = debt.facts[0]
    assert (first.name, first.is_missing) == ("invoice.turnover_12m", False)
    assert decided.score is not None
    assert decided.limit is not None
    assert first.score_low < decided.score < first.score_high
    assert first.limit_low <= decided.limit <= first.limit_high
    assert debt_of(small(), row).limit_span == 0
