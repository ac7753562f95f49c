"""Duplicates: what is found among known ones, what is never merged by itself, and that every pair says why."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest

from vouch.engine.duplicates import AUTOMATIC_BITS, Code, Record, find_duplicates
from vouch.engine.duplicates.texts import are_swapped, distance, places_in, read_address, read_name
from vouch.engine.identifiers import uscc_check_character
from vouch.engine.tests.duplicate_records import register, with_duplicates

SEED = 20261128


def uscc(first: str) -> str:
    return first + uscc_check_character(first + "0")


NEW = uscc("91320500MA1ABCDEX")
OTHER = uscc("91320500MA1ABCDF0")
FIRM = Record(
    id=1,
    name="苏州青禾精密机械有限公司",
    codes=(Code("uscc", "", uscc("91320500746273742")),),
    province="江苏",
    area="苏州",
    address="江苏省苏州市吴中区木渎镇金枫路216号3幢",
    representative="P1",
    established_on=date(2015, 3, 1),
)


@pytest.fixture(scope="module")
def some(shared_data: Path) -> list[Record]:
    return register(shared_data / "registry" / "enterprises.csv.gz")[:6_000]


@pytest.mark.shared_data
@pytest.mark.parametrize("bare", [False, True], ids=["with-particulars", "name-and-address"])
def test_known_duplicates_are_found_and_hardly_anything_else(some: list[Record], bare: bool) -> None:
    records, truth, _kinds = with_duplicates(some, count=600, seed=SEED, bare=bare)
    pairs = find_duplicates(records)
    found = {(pair.one, pair.other) for pair in pairs}
    assert len(found & truth) / len(found) >= 0.98
    assert len(found & truth) / len(truth) >= 0.90
    by_itself = [pair for pair in pairs if pair.has_identifier and pair.bits >= AUTOMATIC_BITS]
    assert by_itself
    assert {(pair.one, pair.other) for pair in by_itself} <= truth


@pytest.mark.shared_data
def test_an_untouched_register_merges_nothing_by_itself(some: list[Record]) -> None:
    pairs = find_duplicates(some)
    assert not [pair for pair in pairs if pair.has_identifier]
    assert len(pairs) <= 3


def test_two_valid_codes_are_two_firms_however_alike_they_look() -> None:
    one = Record(
        id=1, name="甲乙丙丁有限公司", codes=(Code("uscc", "", NEW),), address="路1号", representative="P"
    )
    other = Record(
        id=2, name="甲乙丙丁有限公司", codes=(Code("uscc", "", OTHER),), address="路1号", representative="P"
    )
    assert find_duplicates([one, other]) == []


def test_every_pair_says_what_agrees_and_what_contradicts() -> None:
    organisation = FIRM.codes[0].value[8:17]
    second = Record(
        id=2,
        name="苏州青禾精密机械",
        codes=(Code("other", "", f"320506{organisation}"),),
        address="苏州市吴中区木渎镇金枫路216号",
        representative="P2",
        phones=frozenset({"k1"}),
    )
    (pair,) = find_duplicates([FIRM, second])
    told = {(one.field, one.speaks.value) for one in pair.evidence}
    assert {("code", "for"), ("name", "for"), ("address", "for"), ("representative", "against")} <= told
    assert pair.has_identifier == (f"组织机构代码相同：{organisation}" in [one.text for one in pair.evidence])
    assert pair.bits == pytest.approx(sum(one.bits for one in pair.evidence), abs=0.1)


@pytest.mark.parametrize("words", ["工商登记办第一二号", "320506工商登记办第一二号", "²³¹²³¹²³¹", ""])
def test_words_in_the_place_of_a_code_are_no_organisation_code(words: str) -> None:
    second = Record(id=2, name=FIRM.name, codes=(Code("other", "", words),), address=FIRM.address)
    (pair,) = find_duplicates([FIRM, second])
    assert not pair.has_identifier


def test_the_order_of_the_records_changes_nothing() -> None:
    copies = [Record(id=number, name="苏州青禾精密机械厂", address="金枫路216号3幢") for number in (2, 3)]
    others = [
        Record(id=number, name=f"无锡某某{number}号商行", address=f"某路{number}号") for number in range(4, 9)
    ]
    records = [FIRM, *copies, *others]
    found = [(pair.one, pair.other, pair.bits) for pair in find_duplicates(records)]
    assert (2, 3) in {(one, other) for one, other, _bits in found}
    for order in itertools.islice(itertools.permutations(records), 0, 2000, 400):
        assert [(pair.one, pair.other, pair.bits) for pair in find_duplicates(order)] == found


def test_what_it_was_before_counts_too() -> None:
    moved = replace(
        FIRM, name="苏州青禾智能装备有限公司", address="无锡市新吴区长江路1号", former_addresses=[FIRM.address],
        former_names=[FIRM.name],
    )  # fmt: skip
    (pair,) = find_duplicates([moved, Record(id=2, name="青禾精密机械", address=FIRM.address)])
    assert [one.text for one in pair.evidence if one.bits > 0] == [
        "与曾用名比较：去掉地名和组织形式后名称相同：青禾精密机械", "地址相同（迁址前）",
    ]  # fmt: skip


def test_a_branch_is_not_its_firm_and_an_affiliate_in_the_house_is_another() -> None:
    branch = Record(id=2, name=f"{FIRM.name}无锡分公司", address=FIRM.address)
    assert find_duplicates([FIRM, branch]) == []
    affiliate = Record(
        id=3,
        name="苏州青禾精密模具有限公司",
        codes=(Code("uscc", "", NEW),),
        address=FIRM.address,
        representative="P1",
    )
    copy = Record(id=4, name="青禾精密机械", address=FIRM.address, representative="P1")
    assert [(pair.one, pair.other) for pair in find_duplicates([FIRM, affiliate, copy])] == [(1, 4)]


def test_persons_are_one_by_their_document_or_by_name_and_telephone() -> None:
    def person(number: int, name: str, document: str = "", phone: str = "") -> Record:
        return Record(
            id=number,
            name=name,
            is_person=True,
            document=document,
            phones=frozenset({phone} if phone else ()),
        )

    people = [
        person(1, "王建国", document="d1"),
        person(2, "王建国", document="d1"),
        person(3, "李秀英", phone="p1"),
        person(4, "李秀英", phone="p1"),
        # A couple with one telephone, and two of one name.
        person(5, "张伟", phone="p2"),
        person(6, "刘芳", phone="p2"),
        person(7, "张伟"),
    ]
    pairs = find_duplicates(people)
    assert {(pair.one, pair.other): pair.has_identifier for pair in pairs} == {(1, 2): True, (3, 4): False}


def test_texts_are_taken_apart_as_the_rules_of_names_put_them_together() -> None:
    places = places_in([("江苏省", "苏州市", "江苏省苏州市昆山市玉山镇北门路1号")])
    name = read_name("苏州市青禾（江苏）精密机械有限责任公司", places)
    assert (name.body, name.core, sorted(name.places)) == ("青禾精密机械", "青禾精密", ["江苏", "苏州"])
    assert read_name("某某有限公司第三分店", places).branch == "第三分店"
    same = {
        read_address(text)
        for text in ("江苏省苏州市昆山市北门路1号楼二层", "昆山市北门路１号楼2层", "北门路1号楼 2层")
    }
    assert len(same) == 1
    assert are_swapped("苏州市吴中区金枫路216号3幢", "苏州青禾精密机械有限公司")
    assert not are_swapped("苏州青禾精密机械有限公司", "苏州市吴中区金枫路216号3幢")


def test_the_distance_is_levenshteins() -> None:
    random = Random(SEED)  # noqa: S311 - examples

    def naive(one: str, other: str) -> int:
        before = list(range(len(other) + 1))
        for place, mine in enumerate(one, 1):
            line = [place]
            for at, theirs in enumerate(other, 1):
                line.append(min(before[at] + 1, line[-1] + 1, before[at - 1] + (mine != theirs)))
            before = line
        return before[-1]

    for _turn in range(3_000):
        one, other = ("".join(random.choices("甲乙丙", k=random.randrange(9))) for _side in range(2))
        assert distance(one, other) == naive(one, other)
