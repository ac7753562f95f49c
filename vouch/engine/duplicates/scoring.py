"""How much speaks for two records being one customer, in bits.

A bit doubles the odds. Two records drawn at random are one customer with odds of about one to the number of records,
so that much must be shown first: REVIEW_BITS is what makes a pair worth a person's look among some hundred thousand.
What agrees is worth as much as it is rare here (log2 of how many records do *not* have it); what contradicts costs a
fixed number of bits. Two different valid unified codes settle it: no pair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import log2

from vouch.engine.duplicates.records import Code, Evidence, Pair, Record
from vouch.engine.duplicates.texts import (
    Address,
    Name,
    are_swapped,
    distance,
    edits_between,
    places_in,
    plain,
    read_address,
    read_name,
)
from vouch.engine.identifiers import Code as JudgedCode
from vouch.engine.identifiers import CodeKind, CodeProblem, holds_organisation_code, judge_code

REVIEW_BITS = 16.0
AUTOMATIC_BITS = 30.0
"""Enough, together with an identifier that agrees and nothing that contradicts, to merge without asking."""

WORLD = 10_000
"""A small book is a draw from a larger world: what is unique among fifty customers is not unique."""

IDENTIFIER_BITS = 30.0
OFFICIAL = frozenset({"uscc", "old_number", "other"})
NOTHING_IN_COMMON = -12.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record whose texts have the form in which they compare."""

    id: int
    is_person: bool
    names: tuple[Name, ...]
    codes: tuple[Code, ...]
    uscc: str
    old_number: str
    organisations: frozenset[str]
    places: frozenset[str]
    addresses: tuple[Address, ...]
    phones: frozenset[str]
    document: str
    document_kind: str
    representative: str
    established_on: date | None
    capital: str
    is_swapped: bool

    @property
    def name(self) -> Name:
        """The name that it goes by now."""
        return self.names[0]

    @property
    def address(self) -> Address:
        """Where it is now."""
        return self.addresses[0]


class Corpus:
    """All records, prepared, with how rare everything is among them."""

    def __init__(self, records: Iterable[Record]) -> None:
        upright = [_unswapped(record) for record in records]
        self._places = places_in((one.province, one.area, one.address) for one, _is_swapped in upright)
        self.prepared = [self._prepare(record, is_swapped=is_swapped) for record, is_swapped in upright]
        self._count = max(len(self.prepared), WORLD)
        self._bodies = Counter(one.name.body for one in self.prepared)
        self._cores = Counter(one.name.core for one in self.prepared)
        self._fulls = Counter(one.name.full for one in self.prepared)
        self._houses = Counter(address.house for one in self.prepared for address in one.addresses)
        self._addresses = Counter(address.fine for one in self.prepared for address in one.addresses)
        self._days = Counter(one.established_on for one in self.prepared)
        self._phones = Counter(phone for one in self.prepared for phone in one.phones)
        self._representatives = Counter(one.representative for one in self.prepared)

    def _prepare(self, record: Record, *, is_swapped: bool) -> Prepared:
        judged = [(code.value, judge_code(code.value)) for code in record.codes if code.kind in OFFICIAL]
        uscc = [
            one.value
            for _value, one in judged
            if one.kind is CodeKind.USCC and one.problem is CodeProblem.NONE
        ]
        old = [one.value for _value, one in judged if one.kind is CodeKind.OLD_NUMBER]
        given = [name for name in (record.name, *record.former_names) if plain(name)]
        names = tuple(
            Name(plain(name), frozenset(), plain(name), plain(name), "", frozenset())
            if record.is_person
            else read_name(name, self._places)
            for name in given or [f"?{record.id}"]
        )
        place = {plain(record.province).removesuffix("省").removesuffix("市"), plain(record.area)} - {""}
        return Prepared(
            id=record.id,
            is_person=record.is_person,
            names=names,
            codes=tuple(record.codes),
            uscc=uscc[0] if uscc else "",
            old_number=old[0] if old else "",
            organisations=frozenset(filter(None, (_organisation(*one) for one in judged))),
            places=names[0].places | place,
            addresses=tuple(map(read_address, (record.address, *record.former_addresses))),
            phones=record.phones,
            document=record.document,
            document_kind=record.document_kind,
            representative=record.representative,
            established_on=record.established_on,
            capital=plain(record.capital),
            is_swapped=is_swapped,
        )

    def rarity(self, count: int, *, most: float = 16.0) -> float:
        """Bits of something that so many records share: the log2 of how much rarer than everything it is."""
        # Two share whatever agrees; of what nobody else has, these two are the only ones.
        return min(most, log2(self._count / max(count - 1, 1)))

    def pair(self, one: Prepared, other: Prepared) -> Pair | None:
        """All that speaks for and against; None where two valid unified codes settle that they are two."""
        if one.is_person != other.is_person:
            return None
        if one.uscc and other.uscc and one.uscc != other.uscc and not one.organisations & other.organisations:
            return None
        codes = list(self._codes(one, other))
        has_identifier = any(evidence.bits >= IDENTIFIER_BITS for evidence in codes)
        evidence = [*codes, *(self._person(one, other) if one.is_person else self._firm(one, other))]
        bits = round(sum(found.bits for found in evidence), 1)
        low, high = sorted((one.id, other.id))
        return Pair(low, high, bits, tuple(evidence), has_identifier)

    def _codes(self, one: Prepared, other: Prepared) -> Iterator[Evidence]:
        if one.document and one.document == other.document:
            yield Evidence("code", "证件号码相同", IDENTIFIER_BITS)
        elif one.document and other.document and one.document_kind == other.document_kind:
            yield Evidence("code", "证件号码不同", -20.0)
        shared = {code.value for code in one.codes} & {code.value for code in other.codes}
        organisations = one.organisations & other.organisations
        if one.uscc and one.uscc == other.uscc:
            yield Evidence("code", f"统一社会信用代码相同：{one.uscc}", IDENTIFIER_BITS)
        elif organisations:
            yield Evidence("code", f"组织机构代码相同：{min(organisations)}", IDENTIFIER_BITS)
        elif one.old_number and one.old_number == other.old_number:
            yield Evidence("code", f"旧注册号相同：{one.old_number}", IDENTIFIER_BITS)
        elif shared:
            # Sources number their own customers; two sources may use one number for two firms.
            yield Evidence("code", f"代码相同：{min(shared)}", 4.0)
        elif one.old_number and other.old_number and len(one.old_number) == len(other.old_number):
            yield Evidence("code", "旧注册号不同", -14.0)
        elif one.organisations and other.organisations:
            yield Evidence("code", "组织机构代码不同", -14.0)
        else:
            yield from _offices(one, other)

    def _firm(self, one: Prepared, other: Prepared) -> Iterator[Evidence]:
        yield from self._name(one, other)
        yield from self._address(one, other)
        yield from self._shared_phones(one, other)
        if one.representative and other.representative:
            if one.representative == other.representative:
                bits = self.rarity(self._representatives[one.representative], most=10.0)
                yield Evidence("representative", "法定代表人相同", bits)
            else:
                yield Evidence("representative", "法定代表人不同", -2.0)
        if one.established_on and other.established_on:
            if one.established_on == other.established_on:
                bits = self.rarity(self._days[one.established_on], most=8.0)
                yield Evidence("established_on", f"成立日期相同：{one.established_on}", bits)
            else:
                yield Evidence("established_on", "成立日期不同", -5.0)
        if one.capital and other.capital:
            same = one.capital == other.capital
            yield Evidence("capital", "注册资本相同" if same else "注册资本不同", 2.0 if same else -1.0)
        if one.is_swapped or other.is_swapped:
            yield Evidence("name", "名称与地址疑似填反，已对调后比较", 0.0)

    def _name(self, one: Prepared, other: Prepared) -> Iterator[Evidence]:
        best: tuple[float, str] = (NOTHING_IN_COMMON, "名称不同")
        for mine in one.names:
            for theirs in other.names:
                best = max(best, self._names(mine, theirs))
                if {mine, theirs} != {one.name, other.name} and best[0] > 0 and "曾用名" not in best[1]:
                    best = (best[0] - 1.0, f"与曾用名比较：{best[1]}")
        yield Evidence("name", best[1], round(best[0], 1))
        if best[0] > 0:
            yield from _places_of(one, other)
            if one.name.numbers != other.name.numbers or _are_branches(one.name.branch, other.name.branch):
                yield Evidence("name", "名称中的序号或分支机构不同", -12.0)

    def _names(self, one: Name, other: Name) -> tuple[float, str]:
        if one.full == other.full:
            return self.rarity(self._fulls[one.full]) + 4.0, "名称完全相同"
        if one.body == other.body:
            bits = self.rarity(self._bodies[one.body])
            return bits, f"去掉地名和组织形式后名称相同：{one.body}"
        short, long = sorted((one.body, other.body), key=len)
        if len(short) >= 2 and (
            long.startswith(short) or (short in {one.core, other.core} and short in long)
        ):
            bits = self.rarity(self._cores[min(one.core, other.core, key=len)], most=10.0)
            return bits, f"一个是另一个的简称：{short}／{long}"
        edits = min(edits_between(one.body, other.body), edits_between(one.full, other.full))
        likeness = 1 - edits / max(len(one.body), len(other.body))
        if edits <= 2 and likeness >= 0.6:
            return 14.0 * likeness - 4.0, f"名称差 {edits} 个字：{one.body}／{other.body}"
        if one.core == other.core:
            bits = self.rarity(self._cores[one.core], most=9.0) - 5.0
            return bits, f"字号相同、行业不同：{one.core}"
        return NOTHING_IN_COMMON, "名称不同"

    def _address(self, one: Prepared, other: Prepared) -> Iterator[Evidence]:
        told = [
            (*self._addresses_of(here, there), here != one.address or there != other.address)
            for here in one.addresses
            for there in other.addresses
            if here.road and there.road
        ]
        if told:
            bits, text, is_former = max(told)
            # Two that were never in one place are no nearer for having moved.
            suffix = "（迁址前）" if is_former and bits > 0 else ""
            yield Evidence("address", text + suffix, bits)

    def _addresses_of(self, here: Address, there: Address) -> tuple[float, str]:
        if here == there:
            most = 14.0 if here.numbers else 10.0
            return self.rarity(self._addresses[here.fine], most=most), "地址相同"
        if here.house and here.house == there.house:
            return self.rarity(self._houses[here.house], most=10.0) - 1.0, "同一门牌，房号不同或未写"
        return (1.0, "同一道路，门牌不同") if here.road == there.road else (-1.0, "地址不同")

    def _shared_phones(self, one: Prepared, other: Prepared) -> Iterator[Evidence]:
        shared = one.phones & other.phones
        if shared:
            bits = max(self.rarity(self._phones[phone], most=12.0) for phone in shared)
            yield Evidence("phone", f"有 {len(shared)} 个电话号码相同", bits)
        elif one.phones and other.phones:
            yield Evidence("phone", "电话号码不同", -1.0)

    def _person(self, one: Prepared, other: Prepared) -> Iterator[Evidence]:
        if one.name.full == other.name.full:
            bits = self.rarity(self._fulls[one.name.full], most=8.0)
            yield Evidence("name", "姓名相同", bits)
        else:
            yield Evidence("name", "姓名不同", -8.0)
        yield from self._shared_phones(one, other)


def _organisation(value: str, judged: JudgedCode) -> str:
    """The organisation code (GB 11714) inside a code: of a unified code, of an old tax number, or by itself."""
    if judged.kind is CodeKind.USCC and judged.problem is CodeProblem.NONE:
        return judged.value[8:17]
    value = plain(value)
    inner = value if len(value) == 9 else value[6:] if len(value) == 15 else ""
    return inner if holds_organisation_code(inner) else ""


def _offices(one: Prepared, other: Prepared) -> Iterator[Evidence]:
    """An old number against a new code: both say where the firm was registered (six digits of GB/T 2260)."""
    old, new = one.old_number or other.old_number, one.uscc or other.uscc
    if old and new and len(old) in {13, 15}:
        if old[:4] == new[2:6]:
            yield Evidence("code", "旧注册号与新代码的登记机关在同一地区", 2.0)
        elif old[:2] != new[2:4] and "0000" not in {old[:4], new[2:6]}:
            yield Evidence("code", "旧注册号与新代码的登记机关不在同一省", -3.0)


def _places_of(one: Prepared, other: Prepared) -> Iterator[Evidence]:
    named, others = one.name.places, other.name.places
    if named and others:
        if named & others:
            yield Evidence("place", "名称中的地名相同", 1.0)
        elif not (named & other.places or others & one.places):
            yield Evidence("place", "名称中的地名不同", -10.0)
    elif one.places and other.places and not one.places & other.places:
        yield Evidence("place", "所在地不同", -3.0)


def _are_branches(one: str, other: str) -> bool:
    """Whether one is a branch and the other is not, or they are two branches."""
    if not one or not other:
        return one != other
    return not (one.startswith(other) or other.startswith(one)) and distance(one, other) > 1


def _unswapped(record: Record) -> tuple[Record, bool]:
    if not record.is_person and are_swapped(record.name, record.address):
        return replace(record, name=record.address, address=record.name), True
    return record, False


def as_pairs(corpus: Corpus, places: Iterable[tuple[int, int]]) -> Sequence[Pair]:
    """Those of the pairs that are worth a look."""
    found = (corpus.pair(corpus.prepared[one], corpus.prepared[other]) for one, other in places)
    return [pair for pair in found if pair is not None and pair.bits >= REVIEW_BITS]
