"""Codes against the vectors of GB 32100-2015 and real ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.engine.identifiers import (
    USCC_CHARACTERS,
    CodeKind,
    CodeProblem,
    is_organisation_code_consistent,
    judge_code,
    normal_code,
    uscc_check_character,
)

REAL = (
    "91350100M000100Y43",
    "914403001922038216",
    "91440300708461136T",
    "91410100727019618B",
    "91410000869953094T",
    "91110000802100433B",
)
SYNTHETIC = (
    "91110108MA00000070",
    "91310000MA1FL0007C",
    "92330106MA2B00000Q",
    "93370100MA3C00003H",
    "52100000500000007R",
    "1210000040000000XN",
)


@pytest.mark.parametrize("code", REAL + SYNTHETIC)
def test_a_right_code_holds(code: str) -> None:
    assert judge_code(code) == (CodeKind.USCC, code, CodeProblem.NONE, "")


@pytest.mark.parametrize("code", REAL)
def test_a_real_code_carries_a_consistent_organisation_code(code: str) -> None:
    assert is_organisation_code_consistent(code)


def test_an_organisation_code_with_another_last_digit_is_not_consistent() -> None:
    assert not is_organisation_code_consistent("914403001922038226")


def test_a_wrong_check_character_is_named_with_the_right_one() -> None:
    assert judge_code("911100001000013428") == (CodeKind.USCC, "911100001000013428", CodeProblem.CHECK, "C")


@pytest.mark.parametrize("code", ["91350100I000100Y43", "9135010OM000100Y43", "91350100M000100Y4"])
def test_a_code_of_the_wrong_shape_is_no_code(code: str) -> None:
    assert judge_code(code).problem is CodeProblem.FORMAT


@pytest.mark.parametrize("number", ["3202112107499", "320106000024580"])
def test_numbers_of_13_and_15_digits_are_older_registration_numbers(number: str) -> None:
    assert judge_code(number) == (CodeKind.OLD_NUMBER, number, CodeProblem.NONE, "")


@pytest.mark.parametrize("text", ["", "无", "32021121074991", "企业名称"])
def test_anything_else_is_unknown(text: str) -> None:
    assert judge_code(text).kind is CodeKind.UNKNOWN


def test_full_width_small_letters_and_blanks_are_normalised() -> None:
    assert normal_code(" ９１３５０１００m000100\u200by43\u3000") == "91350100M000100Y43"


@given(
    st.text(USCC_CHARACTERS, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(USCC_CHARACTERS)
)
def test_any_single_wrong_character_is_found(first: str, place: int, other: str) -> None:
    check = uscc_check_character(first)
    changed = first[:place] + other + first[place + 1 :]
    assert (uscc_check_character(changed) == check) == (changed == first)
