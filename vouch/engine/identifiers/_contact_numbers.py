"""Telephone and account numbers: their normal forms, and whether they can be right.

Mobile numbers by shape alone: prefixes are handed out anew, and numbers keep theirs when they change the network.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from vouch.engine.identifiers._organisations import CodeProblem, normal_code, uscc_problem
from vouch.engine.identifiers._persons import IdentityProblem, identity_problem, judge_identity

_DASHES = re.compile(r"[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D()./_]")
_COUNTRY = re.compile(r"^(\+|00)86")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))([2-9][0-9]{6,7})((?:-[0-9]{1,6})?)")
_SERVICE = re.compile(r"([48]00)([0-9]{3})([0-9]{4})")
_CARD_DIGITS = range(16, 20)
_ACCOUNT_DIGITS = range(6, 33)
# Long enough that nobody would call it an amount or a year; separators between the digits do not hide it.
_RUN = re.compile(r"\d(?:[\s\-.·_]*\d){6,}(?:[\s\-.·_]*X)?", re.IGNORECASE)
STARS = "****"
_DAY = re.compile(r"(19|20)\d\d[-.](0[1-9]|1[0-2])[-.]([0-2]\d|3[01])")


# Passports and travel permits; C and eight digits is a number of our own.
_TRAVEL = re.compile(r"(?<![A-Z0-9])(?!C\d{8}(?![A-Z0-9]))[A-Z]{1,2}\d{7,8}(?![A-Z0-9])")


class PhoneKind(Enum):
    """What kind of line the number is."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    SERVICE = "service"
    UNKNOWN = "unknown"


class AccountKind(Enum):
    """A card by its length; everything else is an account."""

    CARD = "card"
    ACCOUNT = "account"


class NumberProblem(Enum):
    """What is wrong: the shape; for a card also the check digit, which is only a warning (old cards fail it)."""

    NONE = ""
    FORMAT = "format"
    CHECK = "check"


class Phone(NamedTuple):
    """A telephone number as judged; ``value`` is its normal form: 13800138000, 010-62345678, 010-62345678-12, 400-123-4567."""

    value: str
    kind: PhoneKind
    problem: NumberProblem


class Account(NamedTuple):
    """An account number as judged; ``value`` is digits alone. CHECK is a warning."""

    value: str
    kind: AccountKind
    problem: NumberProblem


def _dashed(text: str) -> str:
    return _DASHES.sub("-", normal_code(text))


def judge_phone(text: str) -> Phone:
    """Say what kind of number this is. +86, width, blanks and dashes do not matter."""
    dashed = _dashed(text)
    bare = dashed.strip("-")
    given = _COUNTRY.sub("", bare.replace("-", "", 1) if bare.startswith("+86-") else bare).strip("-")
    has_country = given != bare
    digits = given.replace("-", "")
    if has_country and digits[:1] in set("23456789"):
        # Abroad the area code is dialled without its 0.
        given, digits = f"0{given}", f"0{digits}"
    if has_country and re.fullmatch(r"10[0-9]{8}", digits):
        given, digits = f"0{given}", f"0{digits}"
    if digits.isascii():
        if _MOBILE.fullmatch(digits):
            return Phone(digits, PhoneKind.MOBILE, NumberProblem.NONE)
        found = _SERVICE.fullmatch(digits)
        if found and not has_country:
            return Phone("-".join(found.groups()), PhoneKind.SERVICE, NumberProblem.NONE)
        found = _landline(given)
        if found:
            area, line, extension = found.groups()
            return Phone(f"{area}-{line}{extension}", PhoneKind.LANDLINE, NumberProblem.NONE)
    return Phone(bare, PhoneKind.UNKNOWN, NumberProblem.FORMAT)


def _landline(given: str) -> re.Match[str] | None:
    """Dashes may stand anywhere but the last part is an extension only where it follows a whole number."""
    joined = _LANDLINE.fullmatch(given.replace("-", ""))
    if joined:
        return joined
    head, dash, tail = given.rpartition("-")
    return _LANDLINE.fullmatch(f"{head.replace('-', '')}-{tail}") if dash else None


def is_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def judge_account(text: str) -> Account:
    """Say whether this is a card or another account; blanks and dashes do not matter."""
    digits = _dashed(text).replace("-", "")
    kind = AccountKind.CARD if len(digits) in _CARD_DIGITS else AccountKind.ACCOUNT
    if not (digits.isascii() and digits.isdigit() and len(digits) in _ACCOUNT_DIGITS):
        return Account(digits, kind, NumberProblem.FORMAT)
    fails = kind is AccountKind.CARD and not is_luhn(digits)
    return Account(digits, kind, NumberProblem.CHECK if fails else NumberProblem.NONE)


def looks_protected(text: str) -> bool:
    """Whether a text may name a document, a telephone or an account: seven digits or more, whatever stands between.

    Our own customer numbers (C and 8 digits), unified codes of enterprises and days are none.
    """
    folded = unicodedata.normalize("NFKC", text).upper()
    return bool(_TRAVEL.search(folded)) or any(not _is_harmless(run) for run in _runs(text))


def holds_protected(text: str) -> bool:
    """Whether a text holds a number that is one: an identity number, a mobile number, or a card's digits.

    Stricter than ``looks_protected``: amounts and numbers of contracts are left alone.
    """
    for run in _runs(text):
        value = normal_code(_dashed(run)).replace("-", "")
        if (
            _MOBILE.fullmatch(value)
            or (len(value) in {15, 18} and judge_identity(value).problem is IdentityProblem.NONE)
            or (value.isdigit() and len(value) in _CARD_DIGITS and is_luhn(value) and not _is_unified(value))
        ):
            return True
    return False


def without_protected(text: str) -> str:
    """The text with everything in it that may be a document's, a telephone's or an account's number starred.

    What holds none stays as it is written; where something was starred, the rest is in one width. Wider than
    ``looks_protected``: letters that touch the digits do not save them, since names of wallets run into numbers.
    """
    folded = unicodedata.normalize("NFKC", text)
    starred = _RUN.sub(lambda found: found.group() if _is_harmless(found.group()) else STARS, folded)
    starred = _TRAVEL.sub(STARS, starred)
    return text if starred == folded else starred


def _runs(text: str) -> Iterator[str]:
    """Seven digits or more that no letter touches (those are our own numbers and unified codes)."""
    folded = unicodedata.normalize("NFKC", text).upper()
    for found in _RUN.finditer(folded):
        before, after = folded[: found.start()][-1:], folded[found.end() :][:1]
        if not any(sign.isascii() and sign.isalpha() for sign in (before, after)):
            yield found.group()


def _is_harmless(run: str) -> bool:
    return _is_unified(run) or bool(_DAY.fullmatch(run))


def _is_unified(digits: str) -> bool:
    return uscc_problem(digits) is CodeProblem.NONE and identity_problem(digits) is not IdentityProblem.NONE
