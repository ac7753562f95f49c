"""怎样可通过: every suggestion, carried out, leads where it says."""

from hypothesis import given, settings

from vouch.engine.counterfactual import suggestions
from vouch.engine.decide import decide
from vouch.engine.facts import Value
from vouch.engine.tests.policies import facts, small
from vouch.engine.tests.test_decide import GOOD

GRADES = ["AAA", "A", "B", "D"]


@settings(max_examples=100, deadline=None)
@given(facts())
def test_every_suggestion_carried_out_gives_the_grade_and_limit_it_promises(row: dict[str, Value]) -> None:
    now = decide(small(), row)
    for suggestion in suggestions(small(), row):
        changed = decide(small(), row | {change.fact: change.value for change in suggestion.changes})
        assert (changed.grade, changed.customer_class, changed.limit) == (
            suggestion.grade,
            suggestion.customer_class,
            suggestion.limit,
        )
        assert now.grade is not None
        assert GRADES.index(suggestion.grade) < GRADES.index(now.grade)
        assert "party.trade" not in {change.fact for change in suggestion.changes}


def test_a_suggestion_speaks_in_the_words_of_the_card() -> None:
    weak = GOOD | {"invoice.turnover_12m": 200_000_000, "invoice.void_rate": 250_000}
    (only,) = suggestions(small(), weak)
    assert only.text == (
        "若近12个月开票销售额由“100万至500万元”变为“500万元及以上”，且作废率由“20%及以上”变为“低于5%”，"
        "则等级由A升至AAA，建议额度由27万元变为98万元。"
    )


def test_the_best_and_the_ungraded_get_none() -> None:
    assert suggestions(small(), GOOD) == []
    assert suggestions(small(), {}) == []
    assert suggestions(small(), GOOD | {"party.is_listed": True}) == []
