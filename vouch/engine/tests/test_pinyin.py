"""How names are spelled: words, surnames, several readings, and what a query asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from vouch.engine.pinyin import (
    MOST_READINGS,
    SURNAMES,
    SYLLABLES,
    asked_sounds,
    heard_at,
    readings,
    sound_text,
    units,
)


def is_heard(query: str, name: str, *, is_person: bool = False) -> bool:
    kept = sound_text(name, is_person=is_person)
    return any(asked in kept for asked in asked_sounds(query))


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("重庆", "CHONG QING"), ("工商银行", "GONG SHANG YIN HANG"), ("长江", "CHANG JIANG"),
        ("行长", "HANG ZHANG"), ("重量", "ZHONG LIANG"), ("吕布", "LU BU"), ("ＴＣＬ科技", "T C L KE JI"),
    ],
)  # fmt: skip
def test_words_are_read_as_the_dictionary_says(name: str, first: str) -> None:
    assert " ".join(readings(name)[0]) == first


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("单小芳", "SHAN XIAO FANG"), ("仇海", "QIU HAI"), ("曾国", "ZENG GUO"), ("区志强", "OU ZHI QIANG"),
        ("查良", "ZHA LIANG"), ("解放", "XIE FANG"), ("万俟明", "MO QI MING"), ("尉迟恭", "YU CHI GONG"),
        ("长孙明", "ZHANG SUN MING"), ("任盈", "REN YING"), ("朴明", "PIAO MING"), ("王重", "WANG ZHONG"),
    ],
)  # fmt: skip
def test_surnames_are_read_as_surnames_are(name: str, first: str) -> None:
    assert " ".join(readings(name, is_person=True)[0]) == first
    assert " ".join(readings("单位食堂")[0]).startswith("DAN WEI"), "of firms they are words like others"


def test_a_character_is_found_by_every_way_to_read_it() -> None:
    for query in ("zhhmy", "chmy", "changhang", "changxing", "zhanghang"):
        assert is_heard(query.replace("zhh", "zh"), "长行贸易有限公司"), query
    assert is_heard("zhongqing", "重庆长江实业"), "though the dictionary knows better"
    assert len(readings("重长行乐重长行乐")) == MOST_READINGS


@pytest.mark.parametrize(
    ("query", "name", "found"),
    [
        ("cqcj", "重庆长江实业有限公司", "重庆长江"), ("CJSY", "重庆长江实业有限公司", "长江实业"),
        ("ｃｑ", "重庆长江实业有限公司", "重庆"), ("changjiang", "重庆长江实业有限公司", "长江"),
        ("chang jiang", "重庆长江实业有限公司", "长江"), ("changji", "重庆长江实业有限公司", "长江"),
        ("xi'an", "江西安康公司", "西安"), ("lv", "绿地", "绿"), ("lü", "绿地", "绿"), ("lu", "绿地", "绿"),
        ("tclkj", "（TCL）科技", "TCL）科技"), ("zw", "张伟", "张伟"),
    ],
)  # fmt: skip
def test_the_part_that_is_heard_is_known(query: str, name: str, found: str) -> None:
    assert is_heard(query, name)
    at = heard_at(name, query, sound_text(name))
    assert at is not None
    assert name[at[0] : at[1]] == found


@pytest.mark.parametrize(
    ("query", "name"),
    [("han", "张伟"), ("cj", "重庆长江"), ("jcqc", "重庆长江"), ("qingcha", "长江重庆"), ("gongsi", "张伟")],
)
def test_what_is_not_said_is_not_heard(query: str, name: str) -> None:
    assert not is_heard(query, name)
    assert heard_at(name, query, sound_text(name)) is None


@pytest.mark.parametrize("query", ["", " ", "x", "重庆", "12", "db001", "😀", "%%", "a_b", "a" * 200, "\\"])
def test_other_texts_ask_for_no_sound(query: str) -> None:
    assert asked_sounds(query) == []


def test_names_without_sounds_keep_nothing() -> None:
    assert sound_text("") == sound_text("😀 — …") == ""
    assert len(sound_text("长" * 500)) < 3000


def test_every_surname_has_a_syllable_for_each_character() -> None:
    for surname, spelled in SURNAMES.items():
        assert len(surname) == len(spelled.split()), surname
        assert set(spelled.split()) <= SYLLABLES


@given(name=some.text(max_size=30), query=some.text(max_size=12))
def test_whatever_is_written_is_answered(name: str, query: str) -> None:
    kept = sound_text(name)
    for reading in readings(name):
        assert len(reading) == len(units(name))
    at = heard_at(name, query, kept)
    assert at is None or 0 <= at[0] < at[1] <= len(name)


@given(name=some.text("重庆长江银行工商实业贸易单解曾乐", min_size=3, max_size=10))
def test_a_name_is_found_by_its_own_initials_and_its_own_spelling(name: str) -> None:
    for reading in readings(name):
        initials = "".join(one[0] for one in reading)
        assert is_heard(initials, name)
        assert is_heard(" ".join(reading), name)
        assert heard_at(name, initials, sound_text(name)) is not None
