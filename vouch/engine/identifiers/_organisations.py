"""Codes that Chinese organisations go by, checked without looking anything up.

Source: GB 32100-2015 (统一社会信用代码) and GB 11714-1997 (the organisation code inside it); the numbers of 13 and 15
digits are those of business licences issued before October 2015.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from typing import NamedTuple

USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""31 characters: no I, O, S, V, Z."""

_USCC_VALUES = {character: value for value, character in enumerate(USCC_CHARACTERS)}
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_USCC_FORMAT = re.compile(rf"[{USCC_CHARACTERS}]{{2}}[0-9]{{6}}[{USCC_CHARACTERS}]{{10}}")
_ORGANISATION_FORMAT = re.compile(r"[0-9A-Z]{9}")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_OLD_NUMBER_FORMAT = re.compile(r"[0-9]{13}|[0-9]{15}")


class CodeKind(Enum):
    """What a code is, judged by its shape."""

    USCC = "uscc"
    OLD_NUMBER = "old_number"
    UNKNOWN = "unknown"


class CodeProblem(Enum):
    """What is wrong with a code: its shape, or its check character."""

    NONE = ""
    FORMAT = "format"
    CHECK = "check"


class Code(NamedTuple):
    """A code as judged: ``value`` is its normal form, ``expected`` the right check character where that is wrong."""

    kind: CodeKind
    value: str
    problem: CodeProblem
    expected: str = ""


def normal_code(text: str) -> str:
    """Half-width, upper case, without blanks and invisible characters."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", text).upper()
        if not character.isspace() and unicodedata.category(character) != "Cf"
    )


def uscc_check_character(code: str) -> str:
    """The 18th character that the first 17 require. Raises KeyError for a character outside the set."""
    total = sum(_USCC_VALUES[code[place]] * _USCC_WEIGHTS[place] for place in range(17))
    return USCC_CHARACTERS[-total % 31]


def uscc_problem(code: str) -> CodeProblem:
    """What is wrong with an 18-character 统一社会信用代码 in its normal form."""
    if not _USCC_FORMAT.fullmatch(code):
        return CodeProblem.FORMAT
    return CodeProblem.NONE if uscc_check_character(code) == code[17] else CodeProblem.CHECK


def holds_organisation_code(nine: str) -> bool:
    """Whether nine characters in normal form carry the check digit of an organisation code (GB 11714).

    Any other text does not; nine digits of something else do so one time in eleven.
    """
    if not _ORGANISATION_FORMAT.fullmatch(nine):
        return False
    total = sum(int(nine[place], 36) * weight for place, weight in enumerate(_ORGANISATION_WEIGHTS))
    rest = 11 - total % 11
    return nine[8] == {10: "X", 11: "0"}.get(rest, str(rest))


def is_organisation_code_consistent(code: str) -> bool:
    """Whether characters 9–17 of a 统一社会信用代码 carry their own check digit (GB 11714).

    A remark and no fault: codes without it have been issued.
    """
    return holds_organisation_code(code[8:17])


def judge_code(text: str) -> Code:
    """Say which kind of code this is and whether it holds."""
    value = normal_code(text)
    if _OLD_NUMBER_FORMAT.fullmatch(value):
        return Code(CodeKind.OLD_NUMBER, value, CodeProblem.NONE)
    problem = uscc_problem(value)
    if problem is CodeProblem.FORMAT:
        kind = CodeKind.USCC if len(value) == 18 and value.isascii() and value.isalnum() else CodeKind.UNKNOWN
        return Code(kind, value, problem)
    expected = uscc_check_character(value) if problem is CodeProblem.CHECK else ""
    return Code(CodeKind.USCC, value, problem, expected)
