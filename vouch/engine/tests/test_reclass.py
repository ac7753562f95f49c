"""A class follows the assessments: down at once, up only after its cool-down."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.engine import policy_check, policy_file
from vouch.engine.canonical import FileError
from vouch.engine.policy import Policy
from vouch.engine.reclass import Move, Seen, next_step, value_of
from vouch.engine.tests.policies import YAML

BEGAN = date(2026, 1, 1)
WITH_TERMS = YAML.replace(
    "check_every_days: 180, path: fast,",
    "check_every_days: 180, path: fast, improvement: {band: 10, cool_down_days: 60},",
    1,
)
POLICY: Policy = policy_file.read(WITH_TERMS.encode())
FLOOR, BAND, COOL_DOWN = 540, 10, 60


def seen(score: int) -> Seen:
    return Seen(POLICY.classes[POLICY.class_of_grade[POLICY.grade_place(score)]].name, score)


def lived(scores: Iterable[int], held: str) -> list[tuple[int, str, str]]:
    """Days on which the class moved, from what to what, where everything proposed is confirmed the same day."""
    holding: dict[str, date] = {}
    moved = []
    for number, score in enumerate(scores):
        step = next_step(POLICY, held, holding, seen=seen(score), today=BEGAN + timedelta(days=number))
        holding = dict(step.holding)
        if step.move in {Move.WORSEN, Move.IMPROVE}:
            moved.append((number, held, step.target))
            held = step.target
            holding = {name: since for name, since in holding.items() if name != held}
    return moved


def improvements(moved: Sequence[tuple[int, str, str]], into: str) -> int:
    ranks = {one.name: rank for rank, one in enumerate(POLICY.classes)}
    return sum(after == into and ranks[after] < ranks[before] for _day, before, after in moved)


def test_the_terms_are_those_of_the_file() -> None:
    best, middle = POLICY.class_by_name["优质"], POLICY.class_by_name["一般"]
    assert (best.improve_band, best.cool_down_days) == (BAND, COOL_DOWN)
    assert (middle.improve_band, middle.cool_down_days) == (0, 90)
    assert POLICY.class_floors == {"优质": FLOOR, "一般": 460, "高风险": None}


def test_a_score_that_crosses_daily_for_a_year_improves_nobody() -> None:
    moved = lived((FLOOR + 20 if day % 2 else FLOOR - 20 for day in range(365)), "优质")
    assert [(before, after) for _day, before, after in moved] == [("优质", "一般")]


def test_the_most_that_a_year_allows_is_a_cool_down_for_each_improvement() -> None:
    # As fast as can be: good for exactly one cool-down, bad for a day, and again.
    scores = [FLOOR + 20 if day % (COOL_DOWN + 2) else FLOOR - 20 for day in range(365)]
    moved = lived(scores, "一般")
    assert improvements(moved, "优质") == 365 // (COOL_DOWN + 2)


@given(st.lists(st.integers(400, 620), min_size=365, max_size=365))
def test_whatever_the_year_improvements_into_a_class_are_a_cool_down_apart(scores: list[int]) -> None:
    moved = lived(scores, "高风险")
    for one in POLICY.classes:
        assert improvements(moved, one.name) <= 365 // one.cool_down_days


@given(st.integers(0, 200), st.sampled_from([FLOOR + BAND, 600, 620]))
def test_a_lasting_improvement_arrives_on_the_last_day_of_its_cool_down(began: int, score: int) -> None:
    scores = [FLOOR - 20] * began + [score] * 200
    assert lived(scores, "一般") == [(began + COOL_DOWN, "一般", "优质")]


def test_within_the_band_nothing_moves() -> None:
    assert not lived([FLOOR + BAND - 1] * 365, "一般")


def test_one_bad_day_begins_the_wait_anew() -> None:
    scores = [600] * 59 + [FLOOR - 1] + [600] * 200
    assert lived(scores, "一般") == [(60 + COOL_DOWN, "一般", "优质")]


def test_a_day_without_a_grade_breaks_the_wait_and_worsens_nobody() -> None:
    holding = {"优质": BEGAN}
    step = next_step(POLICY, "一般", holding, seen=Seen(None, None), today=BEGAN + timedelta(days=90))
    assert step.move is Move.FADE
    assert next_step(POLICY, "一般", {}, seen=Seen(None, None), today=BEGAN).move is Move.NONE


def test_who_is_knocked_out_does_not_improve_by_score() -> None:
    step = next_step(POLICY, "高风险", {}, seen=Seen("高风险", 620), today=BEGAN)
    assert step.move is Move.NONE
    assert next_step(POLICY, "优质", {}, seen=Seen("高风险", 620), today=BEGAN).move is Move.WORSEN


def test_whoever_passes_two_classes_waits_for_each_by_itself() -> None:
    # Middling at once, good from the tenth day: 一般 takes 90 days from the start, 优质 60 from the tenth.
    scores = [500] * 10 + [600] * 300
    assert lived(scores, "高风险") == [(10 + COOL_DOWN, "高风险", "优质")]


def test_a_class_that_the_policy_no_longer_knows_goes_to_review() -> None:
    assert next_step(POLICY, "次优", {}, seen=seen(600), today=BEGAN).move is Move.REMAP
    assert next_step(POLICY, None, {}, seen=seen(600), today=BEGAN).move is Move.FIRST


VALUES = """
values:
  - {name: 核心, when: invoice.turnover_12m >= 500万元, about: 年开票500万元以上}
  - {name: 成长, when: invoice.turnover_12m >= 50万元, about: 年开票50万元以上}
  - {name: 普通, about: 其余客户}
"""


def test_value_is_the_first_line_that_holds_and_a_missing_fact_makes_none_hold() -> None:
    policy = policy_file.read((YAML + VALUES).encode())
    found = [
        value_of(policy, {"invoice.turnover_12m": fen})
        for fen in (500 * 10**6, 500 * 10**6 - 1, 49 * 10**6, None)
    ]
    assert [one.name for one in found if one] == ["核心", "成长", "普通", "普通"]
    assert value_of(POLICY, {"invoice.turnover_12m": 1}) is None


def test_the_check_of_a_file_tells_lines_of_value_that_never_count_and_bands_that_nobody_reaches() -> None:
    never = VALUES.replace("50万元, about", "600万元, about")
    text = (WITH_TERMS + never).replace("{band: 10,", "{band: 100,")
    said = [str(one) for one in policy_check.check(text.encode())]
    assert any("values 成长：前面的各档已把它包括" in one for one in said)
    assert any("classes 优质：上调到这一类需 640 分" in one for one in said)
    assert not [one for one in policy_check.check((WITH_TERMS + VALUES).encode()) if "values" in one.text]


def test_a_class_names_a_signer_of_its_own_path_and_the_last_line_of_value_takes_the_rest() -> None:
    strange = WITH_TERMS.replace("cool_down_days: 60},", "cool_down_days: 60}, authority: 门卫,", 1)
    endless = YAML + VALUES.replace(
        "{name: 普通, about: 其余客户}", "{name: 普通, when: invoice.turnover_12m > 0元, about: 其余}"
    )
    for text, said in ((strange, "authority 门卫 不在审批路径"), (endless, "只有最后一档不写 when")):
        with pytest.raises(FileError, match=said):
            policy_file.read(text.encode())
