"""The scorecard scores one and many to the same digits, and says in Chinese what is wrong with a file."""

from bisect import bisect_right
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.engine import scorecard_file
from vouch.engine.canonical import FileError
from vouch.engine.scorecard import Attribute, AttributeKind, Outcome, Place, Scorecard

YAML = """
format: vouch-scorecard/1
name: small
title: 小微企业发票评分卡
kind: expert
base_points: 300
attributes:
  - name: turnover
    fact: invoice.turnover_12m
    title: 近12个月开票销售额
    kind: number
    scale: 2
    bins:
      - {from: null, to: "100000", points: 0, label: 不足10万元, reason: 年开票额不足10万元}
      - {from: 100000, to: 1000000.00, points: 40, label: 10万至100万元}
      - {from: "1000000", points: 80}
    special: [{codes: ["-9"], points: 5, label: 口径不明}]
    missing: {points: 0, reason: 没有发票}
  - name: trade
    fact: party.trade
    title: 行业
    kind: category
    bins:
      - {values: [制造业, 建筑业], points: 30}
      - {values: [批发业], points: 10, woe: -0.25, count: 100, bad: 7}
    other: {points: 15}
    missing: {points: 0}
"""


def card() -> Scorecard:
    return scorecard_file.read(YAML.encode())


def changed(old: str, new: str) -> bytes:
    assert old in YAML
    return YAML.replace(old, new).encode()


def test_a_value_on_a_split_belongs_to_the_upper_bin() -> None:
    turnover = card().attributes[0]
    assert [turnover.pick(v) for v in (None, -900, 0, 9_999_999, 10_000_000, 99_999_999, 100_000_000)] == [
        4,
        3,
        0,
        0,
        1,
        1,
        2,
    ]


def test_the_score_is_base_points_plus_the_points_of_each_outcome() -> None:
    scored = card().score({"invoice.turnover_12m": 10_000_000, "party.trade": "零售业"})
    assert (scored.score, scored.picks) == (300 + 40 + 15, (1, 2))


def test_reasons_put_the_most_points_lost_first() -> None:
    scored = card().score({"invoice.turnover_12m": None, "party.trade": "批发业"})
    reasons = card().reasons(scored.picks)
    assert [(r.reason, r.lost) for r in reasons] == [("没有发票", 80), ("行业：批发业", 20)]


def test_writing_and_reading_gives_the_same_card_and_hash() -> None:
    again = scorecard_file.read(scorecard_file.write(card()))
    assert again == card()
    assert again.sha256 == card().sha256


def test_the_hash_ignores_layout_and_hears_every_word() -> None:
    spelt_otherwise = scorecard_file.read(changed('to: "100000"', 'to:   "100000.0"'))
    assert spelt_otherwise.sha256 == card().sha256
    assert scorecard_file.read(changed("没有发票", "无发票")).sha256 != card().sha256


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "from: 100000,",
            "from: 150000,",
            "变量 turnover 第 1 档与第 2 档：之间有缺口：100000 到 150000 没有归处",
        ),
        ("from: 100000,", "from: 50000,", "变量 turnover 第 1 档与第 2 档：重叠"),
        ("from: null", "from: 1", "变量 turnover 第 1 档：from 应为空"),
        ('"100000"', '"100000.001"', "变量 turnover 第 1 档：界限“100000.001”的小数位超过 scale=2"),
        ("points: 40", "points: 4.5", "变量 turnover 第 2 档：points 应为整数"),
        ("[批发业]", "[制造业]", "变量 trade：值“制造业”列了不止一次"),
        ("    other: {points: 15}\n", "", "变量 trade 其他：要写明 other"),
        ("base_points", "base", "不认识的键“base”"),
        (
            "kind: expert",
            "kind: expert\npd: {places: 2, min_score: 0, max_score: 0, table: ['0.5']}",
            "专家卡没有违约概率",
        ),
        ("name: trade", "name: turnover", "变量 turnover 出现了不止一次"),
        ("woe: -0.25", "woe: .nan", "变量 trade 第 2 档：woe 应为数字"),
        ("title: 行业", "title: 行业\n    title: 行业", "重复"),
    ],
)
def test_a_fault_is_named_with_its_attribute_and_bin(old: str, new: str, fault: str) -> None:
    with pytest.raises(FileError, match=".") as caught:
        scorecard_file.read(changed(old, new))
    assert fault in str(caught.value)


def test_every_fault_is_reported_at_once() -> None:
    with pytest.raises(FileError) as caught:
        scorecard_file.read(
            YAML.replace("points: 40", "points: x").replace("kind: expert", "kind: 专家").encode()
        )
    assert len(caught.value.problems) == 2


def test_the_pd_table_is_clamped_at_its_ends() -> None:
    source = scorecard_file.document(card())
    source["kind"] = "trained"
    source["pd"] = {"places": 3, "min_score": 300, "max_score": 302, "table": ["0.300", "0.200", "0.100"]}
    pd = scorecard_file.parse(source).pd
    assert pd is not None
    assert [str(pd.at(score)) for score in (0, 300, 301, 302, 999)] == [
        "0.300",
        "0.300",
        "0.200",
        "0.100",
        "0.100",
    ]
    assert pd.column(np.array([0, 301, 999])).tolist() == [300, 200, 100]


def number(splits: tuple[int, ...], scale: int) -> Attribute:
    outcomes = tuple(
        Outcome(place=Place.BIN, points=i * 7, label="", reason="") for i in range(len(splits) + 2)
    )
    return Attribute("x", "x.y", "x", AttributeKind.NUMBER, scale, splits, outcomes)


@given(st.lists(st.one_of(st.none(), st.integers(-60, 60))), st.sets(st.integers(-50, 50)))
def test_columns_pick_what_one_by_one_picks(values: list[int | None], splits: set[int]) -> None:
    attribute = number(tuple(sorted(splits)), 0)
    assert attribute.pick_column(values).tolist() == [attribute.pick(value) for value in values]
    expected = [len(splits) + 1 if v is None else bisect_right(sorted(splits), v) for v in values]
    assert attribute.pick_column(values).tolist() == expected


@given(st.floats(allow_infinity=False), st.integers(0, 6))
def test_a_float_is_kept_as_its_decimal_rounded_down(value: float, scale: int) -> None:
    attribute = number((), scale)
    expected = attribute.keep(value)
    got = int(attribute.keep_column(np.array([value]))[0])
    assert (None if got == np.iinfo(np.int64).min else got) == expected
    if value == value and abs(value) < 10**6:  # noqa: PLR0124 (NaN)
        assert expected == int(Decimal(repr(value)).scaleb(scale).to_integral_value(ROUND_FLOOR))


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(-(10**20), 10**20)),
            st.sampled_from([None, "制造业", "批发业", "x"]),
        )
    )
)
def test_a_book_scores_as_its_rows_do(rows: list[tuple[int | None, str | None]]) -> None:
    columns: dict[str, Any] = {
        "invoice.turnover_12m": [r[0] for r in rows],
        "party.trade": [r[1] for r in rows],
    }
    book = card().score_columns(columns)
    for place, (turnover, trade) in enumerate(rows):
        assert book.row(place) == card().score({"invoice.turnover_12m": turnover, "party.trade": trade})


def test_metadata_that_json_cannot_hold_is_refused_in_words() -> None:
    source = scorecard_file.document(card()) | {"training": {"auc": float("nan")}}
    with pytest.raises(FileError, match="不能写成 JSON 的值"):
        scorecard_file.parse(source)
