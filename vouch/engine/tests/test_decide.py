"""Judging one customer and a book: the figures a person would compute, the same in every runtime."""

from datetime import date
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vouch.engine.decide import decide, decide_many
from vouch.engine.decision import Outcome, ReasonKind, document, from_document
from vouch.engine.facts import FactError, FactFrame, Value
from vouch.engine.scorecard import MISSING
from vouch.engine.tests.policies import facts, small

GOOD: dict[str, Value] = {
    "invoice.turnover_12m": 600_000_000,
    "invoice.void_rate": 30_000,
    "invoice.idle_days": 3,
    "party.trade": "制造业",
    "party.is_listed": False,
    "party.founded_on": date(2010, 1, 1),
}


def test_a_good_customer_is_graded_with_limit_and_steps_as_computed_by_hand() -> None:
    decision = decide(small(), GOOD)
    assert decision.outcome is Outcome.GRADED
    assert (decision.score, decision.grade, decision.customer_class) == (620, "AAA", "优质")
    # 600万 × 20% = 120万; × (1 − 3%) = 116.4万; × 620 ÷ 600 = 120.28万; down to 120万.
    assert [step.shown for step in decision.limit_steps] == [
        "120万元", "116.4万元", "120.28万元", "120.28万元", "120万元", "120万元",
    ]  # fmt: skip
    assert decision.limit == 120_000_000
    assert decision.limit_steps[2].filled == "116.4万元 × 620 ÷ 600"
    # (700 − 620) ÷ 10000 = 0.8 %, less 0.1 % for its size, but never under the class's band.
    assert (decision.fee_rate, decision.path, decision.check_every_days) == (8_000, "fast", 180)
    assert decision.pd is None


def test_the_limit_is_capped_by_the_class_and_by_the_policy_and_sends_it_to_the_committee() -> None:
    decision = decide(small(), GOOD | {"invoice.turnover_12m": 10**11})
    assert (decision.limit, decision.path, decision.path_reason) == (
        250_000_000,
        "committee",
        "超过200万元须上评审会",
    )
    weaker = decide(small(), GOOD | {"invoice.turnover_12m": 99_999_999, "party.trade": "批发业"})
    assert (weaker.grade, weaker.customer_class, weaker.limit) == ("B", "一般", 10_000_000)
    assert weaker.mitigations == ("实际控制人连带责任保证",)


def test_less_than_the_least_limit_becomes_nothing() -> None:
    assert decide(small(), GOOD | {"invoice.turnover_12m": 20_000_000}).limit == 0


def test_a_knock_out_names_rule_and_source_and_overrides_the_grade() -> None:
    decision = decide(small(), GOOD | {"invoice.idle_days": 181, "party.is_listed": True})
    assert decision.outcome is Outcome.KNOCKED_OUT
    assert (decision.scored_grade, decision.grade, decision.customer_class) == ("AAA", "D", "高风险")
    assert (decision.limit, decision.fee_rate, decision.limit_steps) == (0, None, ())
    assert [hit.name for hit in decision.rule_hits] == ["idle", "listed"]
    assert decision.reasons[0].text == "超过180天没有销售（本机构制度第3条）"


def test_missing_required_facts_leave_a_customer_ungraded_and_are_named() -> None:
    decision = decide(small(), {"party.trade": "制造业"})
    assert decision.outcome is Outcome.INSUFFICIENT
    assert (decision.score, decision.grade, decision.customer_class, decision.limit) == (
        None,
        None,
        None,
        None,
    )
    assert decision.missing == ("invoice.turnover_12m", "invoice.idle_days")
    assert [reason.text for reason in decision.reasons][:2] == [
        "缺少：近12个月开票销售额",
        "缺少：距最近一次销售天数",
    ]


def test_reasons_are_points_lost_first_then_strengths_up_to_three() -> None:
    decision = decide(small(), GOOD | {"invoice.void_rate": 250_000})
    assert [(reason.kind, reason.points) for reason in decision.reasons] == [
        (ReasonKind.LOST, 40), (ReasonKind.STRENGTH, 140), (ReasonKind.STRENGTH, 25),
    ]  # fmt: skip
    assert decision.reasons[0].text == "作废率：20%及以上"
    assert decision.reasons[1].text == "优势：近12个月开票销售额500万元及以上"


@pytest.mark.parametrize(
    ("value", "why"),
    [(1.5, "float"), (Decimal(1), "Decimal"), (True, "bool"), (10**15 + 1, "超出范围"), (10**30, "超出范围")],
)
def test_a_value_that_is_no_kept_integer_is_refused(value: Any, why: str) -> None:
    with pytest.raises(FactError, match=why):
        decide(small(), GOOD | {"invoice.turnover_12m": value})
    frame = FactFrame([1], {"invoice.turnover_12m": [value]})
    with pytest.raises(FactError, match=why):
        decide_many(small(), frame)


def by_hand(row: dict[str, Value]) -> tuple[Any, ...]:
    """The policy once more, written out in decimals by hand."""
    turnover: Any = row["invoice.turnover_12m"]
    void: Any = row["invoice.void_rate"]
    idle: Any = row["invoice.idle_days"]
    score = 400
    score += (
        0
        if turnover is None or turnover < 10**7
        else 60
        if turnover < 10**8
        else 100
        if turnover < 5 * 10**8
        else 140
    )
    score += (
        15
        if void is None
        else 10
        if void == -(10**6)
        else 40
        if void < 50_000
        else 20
        if void < 200_000
        else 0
    )
    trade: Any = row["party.trade"]
    listed: Any = row["party.is_listed"]
    score += {"制造业": 30, "批发业": 10, None: 5}.get(trade, 20)
    score += {None: 5, False: 10, True: 0}[listed]
    founded: Any = row["party.founded_on"]
    hits = [
        idle is not None and idle > 180,
        listed is True,
        founded is not None and founded > date(2019, 6, 30),
    ]
    if any(hits):
        return ("knocked_out", None if turnover is None or idle is None else score, "D", 0, None)
    if turnover is None or idle is None:
        return ("insufficient", None, None, None, None)
    grade = "AAA" if score >= 600 else "A" if score >= 540 else "B" if score >= 460 else "D"
    good = grade in {"AAA", "A"}
    limit: Any = Decimal(turnover) / 100 * (Decimal("0.2") if good else Decimal("0.125"))
    limit *= 1 - min(Decimal("0.1") if void is None else Decimal(void) / 10**6, Decimal(1))
    limit = (limit * score / 600).quantize(Decimal("0.01"), ROUND_HALF_UP)
    limit = min(limit, {True: 3_000_000, False: 1_000_000 if grade == "B" else 0}[good], 2_500_000)
    limit = Decimal(int(limit / 10_000) * 10_000)
    limit = limit if limit >= 50_000 else Decimal()
    fee: Any = (Decimal(700 - score) / 10_000).quantize(Decimal("0.000001"), ROUND_UP)
    fee -= Decimal("0.001") if limit >= 1_000_000 else 0
    low, high = {"AAA": (8, 12), "A": (8, 12), "B": (12, 20), "D": (20, 30)}[grade]
    fee = min(max(fee, Decimal(low) / 1000), Decimal(high) / 1000)
    return ("graded", score, grade, int(limit * 100), int(fee * 10**6))


@settings(max_examples=300, deadline=None)
@given(st.lists(facts(), max_size=12))
def test_a_book_is_judged_as_its_customers_are_and_both_as_by_hand(rows: list[dict[str, Value]]) -> None:
    policy = small()
    names = [fact.name for fact in policy.facts]
    frame = FactFrame(list(range(len(rows))), {name: [row[name] for row in rows] for name in names})
    book = decide_many(policy, frame)
    singles = [decide(policy, row) for row in rows]
    assert list(book) == singles
    assert book[:] == singles
    for row, decision in zip(rows, singles, strict=True):
        found = (decision.outcome.value, decision.score, decision.grade, decision.limit, decision.fee_rate)
        assert found == by_hand(row)
        assert from_document(document(decision)) == decision
        assert len(decision.reasons) >= 3
    assert [None if limit == MISSING else limit for limit in book.limits.tolist()] == [
        d.limit for d in singles
    ]
    classes = [None if place < 0 else policy.classes[place].name for place in book.classes.tolist()]
    assert classes == [decision.customer_class for decision in singles]


def test_facts_that_the_frame_lacks_are_missing() -> None:
    book = decide_many(small(), FactFrame([7], {"party.trade": ["制造业"]}))
    assert book[0] == decide(small(), {"party.trade": "制造业"})
