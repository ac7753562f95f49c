"""Numbers of persons: the vectors of GB 11643-1999, telephone and account numbers, and properties of all of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.engine.identifiers import (
    PROVINCES,
    AccountKind,
    IdentityKind,
    IdentityProblem,
    IdentityWarning,
    NumberProblem,
    PhoneKind,
    Sex,
    holds_protected,
    identity_check_character,
    identity_problem,
    is_luhn,
    judge_account,
    judge_identity,
    judge_phone,
    looks_protected,
    upgraded,
)

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("number", "sex", "born_on"),
    [
        ("11010519491231002X", Sex.FEMALE, date(1949, 12, 31)),
        ("440524188001010014", Sex.MALE, date(1880, 1, 1)),
        ("110101199003071233", Sex.MALE, date(1990, 3, 7)),
        ("310101198512154566", Sex.FEMALE, date(1985, 12, 15)),
        ("440106200002290016", Sex.MALE, date(2000, 2, 29)),
        ("510107202402290086", Sex.FEMALE, date(2024, 2, 29)),
        ("650102199912319998", Sex.MALE, date(1999, 12, 31)),
        ("830000199001010012", Sex.MALE, date(1990, 1, 1)),
    ],
)
def test_a_number_that_holds_tells_birthday_and_sex(number: str, sex: Sex, born_on: date) -> None:
    found = judge_identity(number, today=TODAY)
    assert (found.value, found.problem, found.sex, found.born_on) == (
        number,
        IdentityProblem.NONE,
        sex,
        born_on,
    )


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("110105194912310021", IdentityProblem.CHECK),
        ("110105194912310028", IdentityProblem.CHECK),
        ("11010519490230002X", IdentityProblem.BIRTH),
        ("00010519491231002X", IdentityProblem.REGION),
        ("83010519491231002X", IdentityProblem.REGION),
        ("11010519491231002x", IdentityProblem.FORMAT),
        ("1101051949123100２X", IdentityProblem.FORMAT),
        ("11010519491231002", IdentityProblem.FORMAT),
        ("", IdentityProblem.FORMAT),
        ("²10105194912310021", IdentityProblem.FORMAT),
    ],
)
def test_a_wrong_number_says_what_is_wrong_as_it_stands(number: str, problem: IdentityProblem) -> None:
    assert identity_problem(number) is problem


@pytest.mark.parametrize(
    "written",
    [
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 110105 19491231 002x ",
        "110105\u200b19491231002X",
    ],
)
def test_width_case_and_blanks_do_not_matter(written: str) -> None:
    assert judge_identity(written).value == "11010519491231002X"
    assert judge_identity(written).problem is IdentityProblem.NONE


def test_a_wrong_check_character_is_named_with_the_right_one() -> None:
    assert judge_identity("110105194912310021").expected == "X"


def test_fifteen_digits_become_eighteen() -> None:
    found = judge_identity("130503670401001")
    assert found.value == "130503196704010016"
    assert found.warnings == (IdentityWarning.WAS_OLD_NUMBER,)


def test_a_birthday_that_has_not_come_is_wrong_and_one_long_ago_a_warning() -> None:
    body = "11010120301231001"
    unborn = body + identity_check_character(body)
    assert judge_identity(unborn, today=TODAY).problem is IdentityProblem.BIRTH
    assert judge_identity(unborn).problem is IdentityProblem.NONE
    assert judge_identity("440524188001010014").warnings == (IdentityWarning.VERY_OLD,)


@pytest.mark.parametrize(
    ("area", "warned"),
    [("110000", True), ("330100", True), ("339901", False), ("441900", False), ("110101", False)],
)
def test_an_area_that_no_county_has_is_a_warning_and_no_fault(area: str, warned: bool) -> None:
    body = f"{area}19900307123"
    found = judge_identity(body + identity_check_character(body))
    assert found.problem is IdentityProblem.NONE
    assert (IdentityWarning.UNKNOWN_AREA in found.warnings) is warned


@pytest.mark.parametrize(
    ("body", "kind", "province"),
    [
        ("81000019900101001", IdentityKind.PERMIT, "香港"),
        ("82000019900101001", IdentityKind.PERMIT, "澳门"),
        ("83000019900101001", IdentityKind.PERMIT, "台湾"),
        ("93384019900101001", IdentityKind.FOREIGNER, "浙江"),
        ("33010219900101001", IdentityKind.RESIDENT, "浙江"),
    ],
)
def test_permits_and_foreigners_are_known_by_their_first_digits(
    body: str, kind: IdentityKind, province: str
) -> None:
    found = judge_identity(body + identity_check_character(body))
    assert (found.kind, found.province, found.problem) == (kind, province, IdentityProblem.NONE)


def test_a_foreigners_number_with_a_province_that_does_not_exist_is_wrong() -> None:
    body = "90084019900101001"
    assert judge_identity(body + identity_check_character(body)).problem is IdentityProblem.REGION


bodies = st.builds(
    lambda province, rest, day, serial: f"{province}{rest:04d}{day:%Y%m%d}{serial:03d}",
    st.sampled_from(sorted(set(PROVINCES) - {"81", "82"})),
    st.integers(0, 9999),
    st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    st.integers(0, 999),
)


@given(bodies)
def test_every_well_made_number_holds_and_any_other_digit_breaks_it(body: str) -> None:
    number = body + identity_check_character(body)
    found = judge_identity(number, today=TODAY)
    assert found.problem is IdentityProblem.NONE
    assert found.born_on == date(int(body[6:10]), int(body[10:12]), int(body[12:14]))
    for place in range(17):
        other = f"{number[:place]}{(int(number[place]) + 1) % 10}{number[place + 1 :]}"
        assert identity_problem(other) is not IdentityProblem.NONE


@given(st.integers(0, 10**6 - 1), st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
def test_an_old_number_keeps_area_birthday_and_serial(area: int, day: date, serial: int) -> None:
    old = f"{area:06d}{day:%y%m%d}{serial:03d}"
    new = upgraded(old)
    assert (new[:6], new[8:17]) == (old[:6], old[6:])
    assert new[17] == identity_check_character(new)


@given(st.text(max_size=30))
def test_no_text_breaks_the_judges(text: str) -> None:
    judge_identity(text, today=TODAY)
    judge_phone(text)
    judge_account(text)
    looks_protected(text)
    holds_protected(text)


@pytest.mark.parametrize(
    ("written", "value", "kind"),
    [
        ("13800138000", "13800138000", PhoneKind.MOBILE),
        ("16612345678", "16612345678", PhoneKind.MOBILE),
        ("19912345678", "19912345678", PhoneKind.MOBILE),
        ("+8613800138000", "13800138000", PhoneKind.MOBILE),
        ("+86-138-0013-8000", "13800138000", PhoneKind.MOBILE),
        ("0086 138 0013 8000", "13800138000", PhoneKind.MOBILE),
        ("１３８００１３８０００", "13800138000", PhoneKind.MOBILE),
        ("010-62345678", "010-62345678", PhoneKind.LANDLINE),
        ("（010）62345678", "010-62345678", PhoneKind.LANDLINE),
        ("01062345678", "010-62345678", PhoneKind.LANDLINE),
        ("+86 10 6234 5678", "010-62345678", PhoneKind.LANDLINE),
        ("+86-755-82345678", "0755-82345678", PhoneKind.LANDLINE),
        ("010—62345678—8001", "010-62345678-8001", PhoneKind.LANDLINE),
        ("0571-8234567", "0571-8234567", PhoneKind.LANDLINE),
        ("4001234567", "400-123-4567", PhoneKind.SERVICE),
        ("800-123-4567", "800-123-4567", PhoneKind.SERVICE),
    ],
)
def test_a_telephone_number_has_one_normal_form(written: str, value: str, kind: PhoneKind) -> None:
    assert judge_phone(written) == (value, kind, NumberProblem.NONE)
    assert judge_phone(value) == (value, kind, NumberProblem.NONE)


@pytest.mark.parametrize(
    "written",
    ["12345678901", "1380013800", "138001380001", "0755-12345678", "", "+86", "电话", "110", "5001234567"],
)
def test_what_is_no_telephone_number_is_said_to_be_none(written: str) -> None:
    assert judge_phone(written).problem is NumberProblem.FORMAT


def test_a_card_that_fails_luhn_is_kept_with_a_warning() -> None:
    assert judge_account("6222 0212 3456 7890 128") == (
        "6222021234567890128",
        AccountKind.CARD,
        NumberProblem.NONE,
    )
    assert judge_account("6222021234567890123").problem is NumberProblem.CHECK


@pytest.mark.parametrize("written", ["12345", "62220212345678901a8", "", "1" * 33])
def test_what_is_no_account_is_said_to_be_none(written: str) -> None:
    assert judge_account(written).problem is NumberProblem.FORMAT


def test_accounts_of_other_lengths_carry_no_check_digit() -> None:
    assert judge_account("33001-2345 678") == ("330012345678", AccountKind.ACCOUNT, NumberProblem.NONE)


@given(st.from_regex(r"[1-9][0-9]{14,17}", fullmatch=True))
def test_exactly_one_last_digit_satisfies_luhn(body: str) -> None:
    assert sum(is_luhn(f"{body}{digit}") for digit in range(10)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310",
        "１１０１０１１９９００３０７１２３３",
        "11010519491231002x",
        "138 0013 8000",
        "+86 13800138000",
        "电话13800138000",
        "6222-0212-3456-7890-128",
        "010-62345678",
        "3202112107499",
        "E12345678",
        "ec1234567",
    ],
)
def test_what_may_be_a_protected_number_is_seen_through_blanks_and_width(text: str) -> None:
    assert looks_protected(text)


@pytest.mark.parametrize(
    "text",
    [
        "恒昌建材",
        "C00000012",
        "c00000012 恒昌",
        "2026-11-22",
        "914403001922038216",
        "91350100M000100Y43",
        "100000元",
        "",
    ],
)
def test_our_own_numbers_unified_codes_days_and_words_are_not_protected(text: str) -> None:
    assert not looks_protected(text)
    assert not holds_protected(text)


def test_amounts_and_numbers_of_contracts_may_stand_in_a_reason_and_numbers_of_persons_may_not() -> None:
    assert not holds_protected("担保金额 30000000 元，合同号 20260012345")
    for number in (
        "11010519491231002x",
        "１３８ ００１３ ８０００",
        "6222021234567890128",
        "130503670401001",
    ):
        assert holds_protected(f"客户来电说明：{number}，已核对")
