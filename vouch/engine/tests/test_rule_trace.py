"""Every rule by itself, with what it met."""

from __future__ import annotations

from hypothesis import given

from vouch.engine.decide import decide
from vouch.engine.facts import Value
from vouch.engine.rule_trace import trace
from vouch.engine.tests.policies import facts, small
from vouch.engine.tests.test_at_grade import ROW


@given(row=facts())
def test_the_rules_that_held_are_those_of_the_decision(row: dict[str, Value]) -> None:
    decided, found = decide(small(), row), trace(small(), row)
    held = [rule.says for rule in found.knock_outs if rule.held]
    assert held == [hit.reason for hit in decided.rule_hits]
    exceptions = [rule.says for rule in found.path_rules if rule.held]
    if decided.limit_steps and exceptions:
        assert exceptions[0].endswith(decided.path_reason)


def test_a_rule_is_told_with_the_values_it_met_and_what_is_missing_is_unknown() -> None:
    found = trace(small(), {**ROW, "party.is_listed": None})
    listed, young = found.knock_outs[1], found.knock_outs[2]
    assert (listed.held, listed.values) == (None, (("列入失信名单", "缺失"),))
    assert young.held is None
    idle = found.knock_outs[0]
    assert (idle.condition, idle.held, idle.values) == (
        "距最近一次销售天数 ＞ 180", False, (("距最近一次销售天数", "5"),),
    )  # fmt: skip
    over = found.path_rules[0]
    assert over.values[0][0] == "建议额度"
    assert over.held is not None
