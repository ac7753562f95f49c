"""An address cut into runs of words, numbers with what they are counted in, separators and bracketed remarks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from vouch.engine.address.words import COUNTED_IN_WORDS, NAME_AFTER_NUMBER, NOT_A_UNIT, NUMERALS, UNITS

_DIGIT_RUN = re.compile(r"\d+")
_LIKE_A_DASH = "-－—–‐‑−~～〜―"
_OPEN, _CLOSE = "(（[【〔{<《", ")）]】〕}>》"


class Token(NamedTuple):
    """One piece of the text, ``text[start:end]``. ``sort`` is word, number, separator or remark; a number has a value and a unit."""

    sort: str
    start: int
    end: int
    unit: str = ""
    value: str = ""

    @property
    def size(self) -> int:
        """How many digits it has; the most that one of a range has."""
        return max(map(len, _DIGIT_RUN.findall(self.value)), default=0)


class _Plain(dict[int, str]):
    """Characters in one form, worked out when first met."""

    def __missing__(self, code: int) -> str:
        # A sign that unfolds into several (㎡) stays as it is: spans count characters of the given text.
        folded = unicodedata.normalize("NFKC", chr(code)).upper()
        character = folded if len(folded) == 1 else chr(code)
        if character in _LIKE_A_DASH:
            character = "-"
        elif character in _OPEN:
            character = "("
        elif character in _CLOSE:
            character = ")"
        self[code] = character
        return character


_PLAIN_FORMS = _Plain()


def plain(text: str) -> str:
    """The same text, character for character, in half width, capitals and one kind of dash and bracket."""
    return text.translate(_PLAIN_FORMS)


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _units(words: Iterable[str]) -> str:
    return "|".join(
        re.escape(unit) + (f"(?![{refused}])" if (refused := NOT_A_UNIT.get(unit)) else "")
        for unit in sorted(words, key=len, reverse=True)
    )


_UNIT = _units(unit for unit in UNITS if unit != "街")
_LETTER = "(?!F)[A-Z]"
_DIGITS = (
    rf"(?:(?<![A-Z])[A-Z]{{1,2}}|(?<!\d))\d+(?:\.\d+)?(?:{_LETTER}){{0,2}}(?![A-Z]{{2}})(?:\d+[A-Z]?)?"
    rf"|(?<![A-Z])[A-Z]{{1,2}}(?={_UNIT}|-\d)|(?<![A-Z])[A-Z][东西南北](?=[幢栋座楼])|(?<![A-Z])[A-Z](?=[^A-Z一-鿿]|[{NUMERALS}]|$)"
)
# 附2号, 地下1层, 231号-1层 and B1层 below the ground, 西路新12号, 甲3号.
_PREFIX = r"第|附|负|地下|(?<=[号楼幢栋座])-(?=\d\d?[层楼F])|B(?=\d层)|(?<=[路街道巷弄段里条园村号])新(?=\d)|[临甲乙丙丁](?=\d+号)|[东西南北](?=\d\d?-\d)"
_PART = rf"(?:之(?:[{NUMERALS}]+(?![{NUMERALS}、至])|\d{{1,2}}(?!\d))|(?<=号)[甲乙丙丁](?=[\d室]|$))"
_IN_WORDS = rf"(?:第|附|负|地下|[甲乙丙丁](?=[{NUMERALS}]+号))?[{NUMERALS}]+(?:[-、,至和][{NUMERALS}]+)*|[东西南北中前后左右主副裙天地日月](?=座|幢|栋|单元)"
_NUMBER = re.compile(
    r"(?P<plot>K?\d+\+\d+(?:KM|米)?|[A-Z]?\d+-[A-Z]?\d+(?:号地块|号地|地块|号区|区|号路))"
    rf"|(?P<number>(?:{_PREFIX})?(?:{_DIGITS}))"
    rf"(?:(?P<name>{_alternatives(NAME_AFTER_NUMBER)})|(?P<unit>{_UNIT})(?P<fraction>{_PART})?|(?P<part>{_PART}))?"
    rf"|(?P<numeral>{_IN_WORDS})(?P<counted>{_units(COUNTED_IN_WORDS)})(?P<rank>{_PART})?"
    r"|(?P<storey>架空层|地下层|地下室(?=$)|夹层|底层|顶层|首层|底楼|顶楼)"
)
_MARKS = r"\-_/\\、,，.。;；:：\s'\"“”‘’〈〉「」『』"
_SEPARATOR = re.compile(rf"[{_MARKS}]+|至(?=第?\d)")
_PLAIN = re.compile(
    rf"[^0-9A-Z{NUMERALS}第附负地新临甲乙丙丁架夹底顶首东西南北中前后左右主副裙天日月至(){_MARKS}]+"
)
_STREET = re.compile(rf"(?:\d+|[{NUMERALS}]+)街(?!道)")
_STALL = re.compile(r"[A-Z]?\d{4}")
_BEFORE_STREETS = ("楼", "层", "F", "号门")
_ISLAND = re.compile(r"(?<=\d)一(?=\d)")


def tokens(text: str) -> list[Token]:
    """The pieces of a text that ``plain`` has gone over; they cover it without a gap."""
    text = _ISLAND.sub("-", text)
    found: list[Token] = []
    at = 0
    while at < len(text):
        token = _next(text, at)
        if (
            found
            and (street := _STREET.match(text, at))
            and (found[-1].unit in _BEFORE_STREETS or _STALL.match(text, street.end()))
        ):
            token = Token("number", at, street.end(), "街", street[0][:-1])
        if token.sort == "word" and found and found[-1].sort == "word":
            token = Token("word", found.pop().start, token.end)
        found.append(token)
        at = token.end
    return found


def _next(text: str, at: int) -> Token:
    if text[at] == "(":
        return Token("remark", at, _closing(text, at))
    if match := _PLAIN.match(text, at):
        return Token("word", at, match.end())
    if match := _NUMBER.match(text, at):
        return _number(match)
    if match := _SEPARATOR.match(text, at):
        return Token("separator", at, match.end())
    return Token("word", at, at + 1)


def _number(match: re.Match[str]) -> Token:
    if match["plot"] or match["name"]:
        return Token("word", *match.span())
    if match["storey"]:
        return Token("number", *match.span(), "层", match["storey"])
    value = (match["number"] or match["numeral"]) + (
        match["fraction"] or match["part"] or match["rank"] or ""
    )
    return Token("number", *match.span(), match["unit"] or match["counted"] or "", value)


def _closing(text: str, at: int) -> int:
    """Where the bracket that opens at ``at`` is closed again; without a close it reaches to the end."""
    depth = 0
    for place in range(at, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return place + 1
    return len(text)
