"""What a policy's author may not have meant is found, with its place and an example; what two versions mean is compared."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.engine import policy_file
from vouch.engine.policy_check import Finding, check
from vouch.engine.policy_diff import differences
from vouch.engine.rules.parser import parse_condition
from vouch.engine.rules.python import compile_one
from vouch.engine.rules.tree import type_of
from vouch.engine.tests.policies import YAML, small

LISTED = "  - {name: listed, when: party.is_listed,"
SECOND_ROW = """  - {when: 'grade == "A" and is_missing(invoice.void_rate)', path"""


def changed(*pairs: tuple[str, str]) -> bytes:
    text = YAML
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def found(*pairs: tuple[str, str]) -> list[str]:
    return [one.text for one in check(changed(*pairs))]


def test_a_fault_has_its_line_and_column() -> None:
    data = changed(("grades: [B]", "grades: [C]"), ("path: fast, max", "path: quick, max"))
    lines = data.decode().splitlines()
    errors = check(data)
    assert all(one.is_error for one in errors)
    assert [lines[one.line - 1][one.column - 1 :][:8] for one in errors] == [
        "{grade: ",  # the grade that no class has
        "quick, m",
        "C]",
    ]
    assert "例如得分 460" in errors[0].text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a: 1\n\tb", "第 2 行"),
        (b"\xff", "不是 UTF-8"),
        (b"[]", "类型不对"),
    ],
)
def test_what_is_no_policy_at_all_is_one_finding_or_more(data: bytes, said: str) -> None:
    errors = check(data)
    assert errors
    assert all(one.is_error for one in errors)
    assert said in str(errors[0])


def test_the_rows_that_overlap_are_shown_by_an_example() -> None:
    (one,) = check(YAML.encode())
    assert (
        "第 2 项与第 1 项重叠（例如等级 A、作废率 缺失、建议额度 2,000,000.01元），按第 1 项办理" in one.text
    )
    assert not one.is_error
    assert str(Finding(3, 4, "x", is_error=False)) == "第 3 行第 4 列：提示：x"


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("idle_days > 180", "idle_days > 180 and invoice.idle_days < 90")], "knock_outs idle：永远不会成立"),
        ([("idle_days > 180,", "idle_days > 180 or invoice.idle_days <= 180,")], "人人都会被否决"),
        ([(LISTED, "  - {name: listed, when: 'invoice.idle_days > 200',")], "凡它成立，idle 也成立"),
        ([(SECOND_ROW, """  - {when: 'limit > 220万元 and grade == "A"', path""")], "永远轮不到"),
        ([("limit > 200万元, path", "limit > 250万元, path")], "approval 第 1 项：永远不会成立"),
        ([(SECOND_ROW, """  - {when: 'score > 539 and grade == "B"', path""")], "approval 第 2 项：永远不会成立"),
        ([("grade: AAA, from: 600", "grade: AAA, from: 900")], "评分卡最高 620 分，没有人能得到"),
        (
            [("grade: B, from: 460", "grade: B, from: 300"), ("knocked_out: {grade: D}", "knocked_out: {grade: B}")],
            "评分卡最低 405 分，没有人会得到",
        ),
        (
            [("  - {name: party.trade,", "  - {name: party.code, kind: text, title: 码, required: true}\n  - {name: party.trade,")],
            "指标 party.code 没有用到，却是必需指标",
        ),
        (
            [("date(\"2019-06-30\")'", "date(\"2019-06-30\") and party.founded_on < date(\"2019-07-01\")'")],
            "knock_outs young：永远不会成立",
        ),
    ],
)  # fmt: skip
def test_what_can_never_be_or_never_counts_is_found(pairs: list[tuple[str, str]], said: str) -> None:
    assert any(said in text for text in found(*pairs)), found(*pairs)


@pytest.mark.parametrize(
    ("pairs", "unsaid"),
    [
        # Between 1.2 % and 2 % of its class there is more than the constant and its neighbours.
        ([(SECOND_ROW, """  - {when: 'class == "一般" and fee_rate < 3%', path""")], "永远不会成立"),
        ([("party.founded_on > date(\"2019-06-30\")", 'party.trade != "其他"')], "永远不会成立"),
        ([("party.founded_on > date(\"2019-06-30\")", 'party.trade in ("其他", "制造业")')], "人人都会被否决"),
        ([("grade: B, from: 460", "grade: B, from: 300")], "等级 D"),
        (
            [("grade: AAA, from: 600", "grade: AAA, from: 900"), ("grade: A, from: 540", "grade: A, from: 800"), ("grade: B, from: 460", "grade: B, from: 700"), (SECOND_ROW, """  - {when: 'grade == "D"', path""")],
            "永远不会成立",
        ),
    ],
)  # fmt: skip
def test_what_can_be_is_not_called_impossible(pairs: list[tuple[str, str]], unsaid: str) -> None:
    assert not any(unsaid in text for text in found(*pairs)), found(*pairs)


def test_what_needs_arithmetic_is_never_called_impossible() -> None:
    sums = "invoice.idle_days + invoice.idle_days > 401 and invoice.idle_days < 202"
    assert not any("永远" in text for text in found(("invoice.idle_days > 180", f"'{sums}'")))


# Conditions of chance, against every value that can tell them apart.

ATOMS = st.one_of(
    st.builds(
        "invoice.idle_days {} {}".format,
        st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
        st.integers(0, 6),
    ),
    st.builds("invoice.idle_days between {} and {}".format, st.integers(0, 4), st.integers(2, 6)),
    st.sampled_from(
        [
            'party.trade == "甲"',
            'party.trade in ("甲", "乙")',
            'party.trade not in ("乙", "丙")',
            "is_missing(party.trade)",
            "is_missing(invoice.idle_days)",
            "party.is_listed",
        ]
    ),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=5,
)
ROWS = [
    {"invoice.idle_days": days, "party.trade": trade, "party.is_listed": listed}
    for days, trade, listed in itertools.product(
        [None, *range(-1, 9)], [None, "甲", "乙", "丙", "丁"], [None, True, False]
    )
]
TYPES = {fact.name: type_of(fact.kind) for fact in small().facts}


def holding(condition: str) -> set[int]:
    judge = compile_one(parse_condition(condition, names=TYPES))
    return {place for place, row in enumerate(ROWS) if judge(row) is True}


@given(CONDITIONS, CONDITIONS)
def test_knock_outs_of_chance_are_judged_as_by_trying_everything(first: str, second: str) -> None:
    rules = f"""  - {{name: one, when: '{first}', reason: 一, source: 制度}}
  - {{name: two, when: '{second}', reason: 二, source: 制度}}
"""
    start, end = YAML.index("  - {name: idle"), YAML.index("knocked_out:")
    texts = [one.text for one in check((YAML[:start] + rules + YAML[end:]).encode())]
    one, two = holding(first), holding(second)
    assert ("knock_outs one：永远不会成立" in texts) is (not one)
    assert ("knock_outs two：永远不会成立" in texts) is (not two)
    if one and two and "凡它成立" in "".join(texts):
        assert two <= one


@given(CONDITIONS, CONDITIONS)
def test_rows_of_chance_are_judged_as_by_trying_everything(first: str, second: str) -> None:
    # Days are required there, so they are never missing.
    possible = {place for place, row in enumerate(ROWS) if row["invoice.idle_days"] is not None}
    rules = f"""  - {{when: '{first}', path: committee, reason: 一}}
  - {{when: '{second}', path: standard, reason: 二}}
"""
    start, end = YAML.index("  - {when: limit"), YAML.index("knock_outs:")
    texts = "".join(one.text for one in check((YAML[:start] + rules + YAML[end:]).encode()))
    one, two = holding(first) & possible, holding(second) & possible
    assert ("approval 第 1 项：永远不会成立" in texts) is (not one)
    assert ("approval 第 2 项：永远不会成立" in texts) is (not two)
    assert ("永远轮不到" in texts) is (bool(two) and two <= one)
    assert ("重叠" in texts) is (bool(one & two) and not two <= one)


# What two versions mean.


def between(*pairs: tuple[str, str]) -> list[str]:
    return [str(one) for one in differences(small(), policy_file.read(changed(*pairs)))]


def test_another_layout_is_no_difference() -> None:
    pairs = [("max_limit: 100万元", "max_limit: 1000000元"), ("limit > 200万元", "limit>2000000元")]
    assert between(*pairs) == []


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("check_every_days: 90", "check_every_days: 60")], ["一般 检查间隔：90 天 → 60 天"]),
        ([("grade: A, from: 540", "grade: A, from: 550")], ["等级 A：540 分起 → 550 分起"]),
        ([("max_limit: 100万元", "max_limit: 80万元")], ["一般 额度上限：100万元 → 80万元"]),
        (
            [("title: 作废率}", "title: 作废率, required: true}")],
            ["指标 作废率（invoice.void_rate）：rate、可缺、客户可改变 → rate、必需、客户可改变"],
        ),
        ([('to: "0.05", points: 40', 'to: "0.05", points: 35')], ["评分卡 作废率（void_rate） 低于5%：40 分 → 35 分"]),
        (
            [("  - {name: listed, when: party.is_listed, reason: 列入失信名单, source: 本机构制度第4条}\n", "")],
            ["准入否决 listed：列入失信名单：列入失信名单（本机构制度第4条） → （无）"],
        ),
        (
            [('to: "0.05", points: 40', 'to: "0.08", points: 40'), ('from: "0.05", to: "0.2"', 'from: "0.08", to: "0.2"')],
            ["评分卡 作废率（void_rate） 分档界限：0.050000、0.200000 → 0.080000、0.200000"],
        ),
        ([("[制造业, 建筑业]", "[制造业, 采矿业]")], ["评分卡 行业（trade） 制造业、采矿业：（无） → 30 分（制造业、采矿业）", "评分卡 行业（trade） 制造业、建筑业：30 分（制造业、建筑业） → （无）"]),
        ([("mitigations: [实际控制人连带责任保证]", "mitigations: []")], ["一般 缓释措施：实际控制人连带责任保证 → （无）"]),
        ([("insufficient: {path: standard}", "insufficient: {path: committee}")], ["资料不足的审批路径：一般程序 → 评审会"]),
    ],
)  # fmt: skip
def test_a_difference_of_meaning_is_said_in_words(pairs: list[tuple[str, str]], said: list[str]) -> None:
    assert between(*pairs) == said


def test_a_changed_formula_is_shown_before_and_after() -> None:
    (one,) = between(('"优质", 20%, 12.5%', '"优质", 25%, 12.5%'))
    assert one.startswith("额度 按开票额测算（by_turnover）：")
    assert "20%" in one.partition(" → ")[0]
    assert "25%" in one.partition(" → ")[2]
