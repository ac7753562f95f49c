"""How Chinese names are spelled in Latin letters: what is kept of a name for searching, and what a query asks for.

    sound_text("重庆长江银行")  ->  "cqcjyh cqzjyh cqcjyx … | CHONG QING CHANG JIANG YIN HANG | …"

Initials stand in small letters and syllables in capitals, so that neither is found in the other; each way of reading
the name has a part of its own. The dictionaries are those of pypinyin; nothing here reads anything else.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

MOST_READINGS = 8
"""Ways to read one name that are kept; the likely ones come first."""
MOST_OF_ONE = 3
FEWEST_WORDS, RAREST_SHARE = 10, 0.05
LONGEST_PHRASE = 4
MOST_UNITS = 40
MOST_LETTERS = 48
MOST_CUTS, MOST_ASKED = 12, 2

SURNAMES: dict[str, str] = {
    "万俟": "MO QI", "尉迟": "YU CHI", "长孙": "ZHANG SUN", "单于": "CHAN YU", "令狐": "LING HU", "澹台": "TAN TAI",
    "鲜于": "XIAN YU", "单": "SHAN", "仇": "QIU", "解": "XIE", "曾": "ZENG", "区": "OU", "查": "ZHA", "任": "REN",
    "盖": "GE", "朴": "PIAO", "翟": "ZHAI", "缪": "MIAO", "覃": "QIN", "员": "YUN", "折": "SHE", "洗": "XIAN",
    "黑": "HE", "种": "CHONG", "秘": "BI", "繁": "PO", "召": "SHAO", "祭": "ZHAI", "薄": "BO", "牟": "MOU",
    "句": "GOU", "隗": "KUI", "那": "NA", "乐": "YUE", "重": "CHONG", "尹": "YIN", "阚": "KAN", "卜": "BU",
    "贠": "YUN", "盛": "SHENG", "车": "CHE",
}  # fmt: skip
"""Surnames that are read otherwise than the character mostly is, or that a dictionary reads in several ways."""

PLAIN_ENDINGS = (
    *("有限责任公司", "股份有限公司", "有限公司", "分公司", "公司", "专业合作社", "合作社", "个体工商户"),
    *("合伙企业", "经营部", "服务部", "商行"),
)
"""Words that end the names of firms; nobody reads them in two ways."""

_FINALS: dict[str, str] = {
    "": "A AI AN ANG AO E EI EN ENG ER O OU",
    "B": "A AI AN ANG AO EI EN ENG I IAN IAO IE IN ING O U", "P": "A AI AN ANG AO EI EN ENG I IAN IAO IE IN ING O OU U",
    "M": "A AI AN ANG AO E EI EN ENG I IAN IAO IE IN ING IU O OU U", "F": "A AN ANG EI EN ENG O OU U",
    "D": "A AI AN ANG AO E EI EN ENG I IA IAN IAO IE ING IU ONG OU U UAN UI UN UO",
    "T": "A AI AN ANG AO E ENG I IAN IAO IE ING ONG OU U UAN UI UN UO",
    "N": "A AI AN ANG AO E EI EN ENG I IAN IANG IAO IE IN ING IU ONG OU U UAN UE UO UN",
    "L": "A AI AN ANG AO E EI ENG I IA IAN IANG IAO IE IN ING IU O ONG OU U UAN UE UN UO",
    "G": "A AI AN ANG AO E EI EN ENG ONG OU U UA UAI UAN UANG UI UN UO",
    "K": "A AI AN ANG AO E EI EN ENG ONG OU U UA UAI UAN UANG UI UN UO",
    "H": "A AI AN ANG AO E EI EN ENG ONG OU U UA UAI UAN UANG UI UN UO",
    "J": "I IA IAN IANG IAO IE IN ING IONG IU U UAN UE UN", "Q": "I IA IAN IANG IAO IE IN ING IONG IU U UAN UE UN",
    "X": "I IA IAN IANG IAO IE IN ING IONG IU U UAN UE UN",
    "ZH": "A AI AN ANG AO E EI EN ENG I ONG OU U UA UAI UAN UANG UI UN UO",
    "CH": "A AI AN ANG AO E EN ENG I ONG OU U UA UAI UAN UANG UI UN UO",
    "SH": "A AI AN ANG AO E EI EN ENG I OU U UA UAI UAN UANG UI UN UO",
    "R": "AN ANG AO E EN ENG I ONG OU U UA UAN UI UN UO",
    "Z": "A AI AN ANG AO E EI EN ENG I ONG OU U UAN UI UN UO", "C": "A AI AN ANG AO E EN ENG I ONG OU U UAN UI UN UO",
    "S": "A AI AN ANG AO E EN ENG I ONG OU U UAN UI UN UO",
    "Y": "A AN ANG AO E I IN ING O ONG OU U UAN UE UN", "W": "A AI AN ANG EI EN ENG O U",
}  # fmt: skip
SYLLABLES = frozenset(start + end for start, ends in _FINALS.items() for end in ends.split())
"""Every syllable, with U for Ü, as people type it who have no Ü."""
_STARTS = frozenset(one[:length] for one in SYLLABLES for length in range(1, len(one) + 1))
_LONGEST = max(map(len, SYLLABLES))

Reading = tuple[str, ...]


@cache
def _dictionaries() -> tuple[dict[int, str], dict[str, list[list[str]]]]:
    # Half a second and tens of megabytes, which only those who write names need.
    from pypinyin.phrases_dict import phrases_dict  # noqa: PLC0415 - see above
    from pypinyin.pinyin_dict import pinyin_dict  # noqa: PLC0415 - see above

    return pinyin_dict, phrases_dict


def folded(text: str) -> str:
    """Letters as they are kept: one width, capitals, without tones, U for Ü and for the V that stands for it."""
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).upper())
    return "".join(one for one in decomposed if not unicodedata.combining(one)).replace("V", "U")


@cache
def _usage() -> Mapping[str, Counter[str]]:
    """How often each character is read in each way, in the words of the dictionary."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    spelled = cache(folded)
    for word, sounds in _dictionaries()[1].items():
        for one, ways in zip(word, sounds, strict=False):
            found[one][spelled(ways[0])] += 1
    return found


@cache
def _of_character(one: str) -> tuple[str, ...]:
    """The ways to read one character, the most common first; a letter or digit is its own; () for all else.

    Ways that hardly a word has (有 WEI, 厂 HAN) would only take the place of those that people use.
    """
    if one.isascii():
        return (folded(one),) if one.isalnum() else ()
    found = _dictionaries()[0].get(ord(one))
    if not found:
        return ()
    ways, used = list(dict.fromkeys(map(folded, found.split(",")))), _usage().get(one, Counter())
    if used.total() >= FEWEST_WORDS:
        ways = sorted(
            (way for way in ways if used[way] >= RAREST_SHARE * used.total()), key=lambda way: -used[way]
        )
    return tuple(ways[:MOST_OF_ONE])


def _of_phrase(phrase: str) -> Reading:
    return _read_phrase(phrase) if phrase in _dictionaries()[1] else ()


@cache
def _read_phrase(phrase: str) -> Reading:
    return tuple(folded(one[0]) for one in _dictionaries()[1][phrase])


def units(name: str) -> list[tuple[int, str]]:
    """The characters of a name that have a sound, each with its place in the name."""
    spelled = [
        (place, one) for place, whole in enumerate(name) for one in unicodedata.normalize("NFKC", whole)
    ]
    return [(place, one) for place, one in spelled if _of_character(one)][:MOST_UNITS]


def readings(name: str, *, is_person: bool = False) -> list[Reading]:
    """The ways to read a name, a syllable for each of its ``units``; at most ``MOST_READINGS``, the likely ones first.

    Words of the dictionary are read as it says (重庆 CHONG QING) and a person's surname as surnames are (单 SHAN); a
    character may be read otherwise all the same, first where no word decides, and only then within a word.
    """
    text = "".join(one for _place, one in units(name))
    if not text:
        return []
    likely, doubtful = _by_words(text)
    if is_person:
        surname = next((one for one in (text[:2], text[:1]) if one in SURNAMES), "")
        likely[: len(surname)] = SURNAMES[surname].split() if surname else []
    ending = next((len(one) for one in PLAIN_ENDINGS if text.endswith(one)), 0)
    choices = [
        (likely[place], *(one for one in _of_character(letter) if one != likely[place]))
        for place, letter in enumerate(text)
    ]
    several = [place for place in range(len(text) - ending) if len(choices[place]) > 1]
    open_ones = [place for place in several if place in doubtful]
    ways = itertools.chain(_deviations(open_ones, choices), _deviations(several, choices))
    found = (_changed(likely, how) for how in ways)
    return list(itertools.islice(dict.fromkeys(found), MOST_READINGS))


def _by_words(text: str) -> tuple[list[str], set[int]]:
    """The reading by the longest words that the dictionary has, and the places that no word decided."""
    found: list[str] = []
    doubtful: set[int] = set()
    while len(found) < len(text):
        place = len(found)
        for length in range(min(LONGEST_PHRASE, len(text) - place), 1, -1):
            word = _of_phrase(text[place : place + length])
            if word:
                found.extend(word)
                break
        else:
            found.append(_of_character(text[place])[0])
            doubtful.add(place)
    return found, doubtful


def _deviations(places: Sequence[int], choices: Sequence[Reading]) -> Iterator[dict[int, str]]:
    """What to read otherwise: nothing, one character, two of them."""
    yield {}
    for count in (1, 2):
        for some in itertools.combinations(places, count):
            for how in itertools.product(*(choices[place][1:] for place in some)):
                yield dict(zip(some, how, strict=True))


def _changed(likely: Sequence[str], how: dict[int, str]) -> Reading:
    return tuple(how.get(place, one) for place, one in enumerate(likely))


def sound_text(name: str, *, is_person: bool = False) -> str:
    """What is kept of a name: the initials of every reading, then every reading; "" for a name without sounds."""
    found = readings(name, is_person=is_person)
    if not found:
        return ""
    initials = dict.fromkeys("".join(one[0] for one in reading).lower() for reading in found)
    parts = [" ".join(initials), *(" ".join(reading) for reading in found)]
    return " " + " | ".join(parts) + " "


def asked_sounds(text: str) -> list[str]:
    """The texts of which one must stand in a ``sound_text`` for the query to be heard in the name.

    Two letters are the first of a name. Three or more stand anywhere among its initials, and what can be cut into
    syllables, the last of them unfinished, anywhere among its syllables. Nothing for other scripts and digits.
    """
    word = re.sub(r"[\s'’]+", "", folded(text))
    if not (re.fullmatch("[A-Z]+", word) and 2 <= len(word) <= MOST_LETTERS):
        return []
    if len(word) == 2:
        # Anywhere, two letters would be in half of all names.
        return [f" {word.lower()}", *(f"| {word}" for _once in range(word in _STARTS))]
    cuts = list(itertools.islice(_cuts(word), MOST_CUTS))
    # What is cut into whole syllables was hardly meant to end within one.
    whole = [cut for cut in cuts if cut[-1] in SYLLABLES] or cuts
    return [word.lower(), *(f" {' '.join(cut)}" for cut in whole[:MOST_ASKED])]


def _cuts(word: str) -> Iterator[list[str]]:
    """The ways to cut letters into syllables, the longest syllables first; the last one may be its beginning."""
    if len(word) <= _LONGEST and word in _STARTS:
        yield [word]
    for length in range(min(_LONGEST, len(word) - 1), 0, -1):
        if word[:length] in SYLLABLES:
            for rest in _cuts(word[length:]):
                yield [word[:length], *rest]


def heard_at(name: str, text: str, sounds: str) -> tuple[int, int] | None:
    """Where in the name the query is heard (from, to), by the name's own ``sound_text``; None where it is not."""
    places = [place for place, _one in units(name)]
    parts = [part.split() for part in sounds.split("|")]
    for asked in asked_sounds(text):
        words = asked.removeprefix("|").split()
        is_first = asked.startswith("|") or (len(asked.strip()) < len(asked) and asked.strip().islower())
        # Of initials each letter is a unit; of a reading each word is one.
        for heard in (part for part in (parts[0] if asked.strip().islower() else parts[1:])):
            found = _units_heard(heard, words[0] if asked.strip().islower() else words, is_first=is_first)
            if found and len(heard) == len(places):
                return places[found[0]], places[found[1] - 1] + 1
    return None


def _units_heard(heard: Sequence[str], asked: Sequence[str], *, is_first: bool) -> tuple[int, int] | None:
    """From which unit to which the query stands, the last of its units perhaps unfinished."""
    count = len(asked)
    for at in range(1 if is_first else len(heard) - count + 1):
        there = heard[at : at + count]
        if len(there) == count and [*there[:-1]] == [*asked[:-1]] and there[-1].startswith(asked[-1]):
            return at, at + count
    return None
