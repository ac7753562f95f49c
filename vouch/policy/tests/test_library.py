"""The policies that ship: the judgement in them, before any customer is judged."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from vouch.engine import policy_file, scorecard_file
from vouch.engine.decide import decide
from vouch.engine.decision import document
from vouch.engine.facts import FactKind, Value, catalogue
from vouch.engine.policy import Policy
from vouch.engine.policy_diff import differences
from vouch.engine.reclass import value_of
from vouch.engine.scorecard import Attribute, Place
from vouch.policy.actions import LIBRARY

RISING = {
    "turnover_12m", "turnover_monthly", "active_month_rate", "active_months_12m", "buyer_count_12m",
    "buyer_stability_12m", "turnover_growth_12m", "supplier_count_12m", "purchase_months_12m",
}  # fmt: skip
FALLING = {
    "days_since_sale", "buyer_top1_rate_12m", "turnover_volatility_12m", "sales_void_rate",
    "sales_negative_amount_rate",
}  # fmt: skip


@pytest.fixture(scope="module")
def policy() -> Policy:
    card = scorecard_file.read((LIBRARY / "small-firm-invoices.scorecard.yaml").read_bytes())
    data = (LIBRARY / "small-firm-invoices.policy.yaml").read_bytes()
    return policy_file.read(data, cards={card.sha256: card}, catalogue=catalogue)


def bins(attribute: Attribute) -> list[int]:
    return [outcome.points for outcome in attribute.outcomes if outcome.place is Place.BIN]


def test_the_card_is_an_expert_card_and_says_so(policy: Policy) -> None:
    assert policy.card.kind == "expert"
    assert policy.card.pd is None
    assert "专家卡" in policy.card.title
    assert "尚未用违约数据验证" in policy.about


def test_more_of_a_good_thing_never_costs_points(policy: Policy) -> None:
    assert {attribute.name for attribute in policy.card.attributes} == RISING | FALLING
    for attribute in policy.card.attributes:
        steps = [after - before for before, after in pairwise(bins(attribute))]
        if attribute.name in RISING:
            assert min(steps) > 0, attribute.name
        else:
            assert max(steps) < 0, attribute.name


def test_no_attribute_decides_alone_and_size_has_less_than_a_third(policy: Policy) -> None:
    spread = {a.name: a.best - min(o.points for o in a.outcomes) for a in policy.card.attributes}
    total = sum(spread.values())
    assert max(spread.values()) < 0.2 * total
    assert spread["turnover_12m"] + spread["turnover_monthly"] < total / 3


def test_a_missing_value_is_never_better_than_the_middle(policy: Policy) -> None:
    for attribute in policy.card.attributes:
        worst, best = min(bins(attribute)), attribute.best
        assert attribute.outcomes[attribute.missing].points <= (worst + best) / 2, attribute.name


def test_every_outcome_has_a_reason_in_chinese_that_no_other_has(policy: Policy) -> None:
    for attribute in policy.card.attributes:
        reasons = [outcome.reason for outcome in attribute.outcomes]
        assert len(set(reasons)) == len(reasons), attribute.name
        assert all(any("一" <= sign <= "龥" for sign in reason) and len(reason) > 5 for reason in reasons)


def test_a_better_class_has_a_higher_limit_a_lower_fee_and_rarer_checks(policy: Policy) -> None:
    assert [found.name for found in policy.classes] == ["优质", "一般", "高风险"]
    for better, worse in pairwise(policy.classes):
        assert better.max_limit > worse.max_limit
        assert better.fee_to <= worse.fee_from
        assert better.check_every_days > worse.check_every_days
    assert policy.classes[-1].max_limit == 0


def test_no_single_guarantee_passes_the_bound_for_small_firms(policy: Policy) -> None:
    # 500万元: above it a guarantee for a small firm loses its lower weight (融资担保责任余额计量办法).
    assert max(found.max_limit for found in policy.classes) == 500 * 10_000 * 100


V1_SHA256 = "4fd9b4880ea745c0b772e7c0ea49ace9232414bd5884815dc065d0ad3fb2b2f1"


@pytest.fixture(scope="module")
def first() -> Policy:
    """The version that shipped before classes bound more than fee, path, checks and limit."""
    card = scorecard_file.read((LIBRARY / "small-firm-invoices.scorecard.yaml").read_bytes())
    data = (Path(__file__).parent / "small-firm-invoices.v1.policy.yaml").read_bytes()
    return policy_file.read(data, cards={card.sha256: card}, catalogue=catalogue)


def test_the_first_version_keeps_its_identity_and_says_what_a_class_lacks(first: Policy) -> None:
    assert first.sha256 == V1_SHA256
    assert first.values == ()
    assert [one.authority for one in first.classes] == ["风险经理", "首席风险官", "评审委员会"]
    assert {(one.improve_band, one.cool_down_days, one.care_plan) for one in first.classes} == {(0, 90, ())}


def test_the_second_version_judges_everybody_as_the_first_did(first: Policy, policy: Policy) -> None:
    assert {str(change).split("：")[0].split()[-1] for change in differences(first, policy)} == {
        "关怀计划", "改善条件", "1", "2", "3", "档", "在保余额（book.balance）", "年担保费（book.yearly_fee）",
        "合作年数（book.years）",
    } - {"1", "2", "3"}  # fmt: skip
    for facts in rows_of_chance(policy):
        one, other = document(decide(first, facts)), document(decide(policy, facts))
        assert {**one, "policy": ""} == {**other, "policy": ""}


def rows_of_chance(policy: Policy, *, count: int = 300) -> Iterator[dict[str, Value]]:
    """Rows with every fact somewhere between nothing and plenty, a few of them missing; drawn with one seed."""
    draw = random.Random(8)  # noqa: S311 - rows of chance, not secrets
    for _number in range(count):
        row: dict[str, Value] = {}
        for fact in policy.facts:
            top = {FactKind.MONEY: 10**9, FactKind.RATE: 10**6}.get(fact.kind, 40)
            row[fact.name] = None if draw.random() < 0.03 else draw.randrange(top)
        yield row


def test_every_class_binds_somebody_who_decides_and_what_is_owed_in_care(policy: Policy) -> None:
    ranks = [policy.authority_ranks[one.authority] for one in policy.classes]
    assert ranks == sorted(set(ranks))
    assert all(one.care_plan for one in policy.classes)
    assert [one.name for one in policy.values] == ["核心", "成长", "普通"]


@pytest.mark.parametrize(
    ("balance", "fee", "years", "value"),
    [
        (300_000_000, 0, 0, "核心"),
        (299_999_999, 2_999_999, 9, "核心"),
        (99_999_999, 2_999_999, 9, "成长"),
        (0, 0, 3, "成长"),
        (0, 0, 2, "普通"),
        (None, None, None, "普通"),
    ],
)
def test_value_follows_balance_fee_and_years(
    policy: Policy, balance: int | None, fee: int | None, years: int | None, value: str
) -> None:
    found = value_of(policy, {"book.balance": balance, "book.yearly_fee": fee, "book.years": years})
    assert found is not None
    assert found.name == value
