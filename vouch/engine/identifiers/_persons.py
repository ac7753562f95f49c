"""Identity numbers of natural persons.

Source: GB 11643-1999 (公民身份号码); 港澳台居民居住证 have its shape with the areas 810000, 820000 and 830000; the 2023
issue of 外国人永久居留身份证 begins with 9, then the province and the nationality (GB/T 2659). Numbers of 15 digits
(issued until 1999) belong to people born in 19xx.
"""

from __future__ import annotations

import re
from datetime import date
from enum import Enum
from typing import NamedTuple

from vouch.engine.identifiers._areas import PERMIT_AREAS, PROVINCES, is_county
from vouch.engine.identifiers._organisations import normal_code

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_FORMAT = re.compile(r"[0-9]{17}[0-9X]")
_OLD_FORMAT = re.compile(r"[0-9]{15}")
_OLDEST_YEAR = 1900


class IdentityKind(Enum):
    """Whose document the number is, by its first digits."""

    RESIDENT = "resident"
    PERMIT = "permit"
    FOREIGNER = "foreigner"


class IdentityProblem(Enum):
    """What is wrong with a number: its shape, its area, its birthday, or its check character."""

    NONE = ""
    FORMAT = "format"
    REGION = "region"
    BIRTH = "birth"
    CHECK = "check"


class IdentityWarning(Enum):
    """What is unusual about a number that holds: a person should look at the document again."""

    UNKNOWN_AREA = "unknown_area"
    VERY_OLD = "very_old"
    WAS_OLD_NUMBER = "was_old_number"


class Sex(Enum):
    """By the 17th digit: odd is male."""

    MALE = "male"
    FEMALE = "female"


class Identity(NamedTuple):
    """A number as judged: ``value`` is its normal form (18 characters where it was 15), ``expected`` the right check
    character where that is wrong; birthday, sex and province only where the number holds.
    """

    value: str
    kind: IdentityKind
    problem: IdentityProblem
    expected: str = ""
    born_on: date | None = None
    sex: Sex | None = None
    province: str = ""
    warnings: tuple[IdentityWarning, ...] = ()


def identity_check_character(number: str) -> str:
    """The 18th character that the first 17 digits require."""
    total = sum(int(number[place]) * weight for place, weight in enumerate(_WEIGHTS))
    return _CHECK_CHARACTERS[total % 11]


def upgraded(number: str) -> str:
    """The 18 characters that 15 digits became: the century, and the check character."""
    longer = f"{number[:6]}19{number[6:]}"
    return longer + identity_check_character(longer)


def identity_problem(number: str, *, today: date | None = None) -> IdentityProblem:
    """What is wrong with 18 characters as they stand; a birthday after ``today`` is wrong."""
    if not (number.isascii() and _FORMAT.fullmatch(number)):
        return IdentityProblem.FORMAT
    if not _province(number):
        return IdentityProblem.REGION
    born_on = _birthday(number)
    if born_on is None or (today is not None and born_on > today):
        return IdentityProblem.BIRTH
    is_right = identity_check_character(number) == number[17]
    return IdentityProblem.NONE if is_right else IdentityProblem.CHECK


def judge_identity(text: str, *, today: date | None = None) -> Identity:
    """Say whose kind of document this number is, and whether it holds. Width, case and blanks do not matter."""
    value = normal_code(text)
    warnings = []
    if value.isascii() and _OLD_FORMAT.fullmatch(value):
        value = upgraded(value)
        warnings.append(IdentityWarning.WAS_OLD_NUMBER)
    kind = _kind(value)
    problem = identity_problem(value, today=today)
    if problem is IdentityProblem.CHECK:
        return Identity(value, kind, problem, expected=identity_check_character(value))
    if problem is not IdentityProblem.NONE:
        return Identity(value, kind, problem)
    born_on = _birthday(value)
    if kind is IdentityKind.RESIDENT and not is_county(value[:6]):
        warnings.append(IdentityWarning.UNKNOWN_AREA)
    if born_on is not None and born_on.year < _OLDEST_YEAR:
        warnings.append(IdentityWarning.VERY_OLD)
    sex = Sex.MALE if int(value[16]) % 2 else Sex.FEMALE
    return Identity(
        value, kind, problem, born_on=born_on, sex=sex, province=_province(value), warnings=tuple(warnings)
    )


def _kind(number: str) -> IdentityKind:
    if number[:6] in PERMIT_AREAS:
        return IdentityKind.PERMIT
    return IdentityKind.FOREIGNER if number[:1] == "9" else IdentityKind.RESIDENT


def _province(number: str) -> str:
    """The province, or where a permit's holder is from; a foreigner's is where the document was applied for."""
    if number[:6] in PERMIT_AREAS:
        return PERMIT_AREAS[number[:6]]
    return PROVINCES.get(number[1:3] if number[0] == "9" else number[:2], "")


def _birthday(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
