"""Customers found by a few letters: names now and before, initials, codes; by nobody who may not see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vouch.parties import actions, migrations, queries
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Party
from vouch.parties.terms import IdentifierKind
from vouch.parties.tests.people import CARD, NUMBER, PHONE, registration
from vouch.platform.exchange import actions as exchange
from vouch.platform.exchange.models import Import
from vouch.platform.exchange.running import take_back
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


@pytest.fixture
def firms(units: dict[str, Unit], staff: dict[str, User], actor: Actor, now: datetime) -> dict[str, Party]:
    """Some firms of 业务一部, one of 业务二部 in 吴婷's hands."""

    def make(name: str, code: str, unit: str = "YW1") -> Party:
        manager = staff["wuting"] if unit == "YW2" else None
        codes = [(IdentifierKind.OLD_NUMBER, "", code)]
        made = Registration(EnterpriseDetails(name=name), codes=codes, manager=manager)
        return register_enterprise(actor=actor, at=now, unit=units[unit], registration=made)

    return {
        "river": make("重庆长江实业有限公司", "3200000000001"),
        "bank": make("江州长行银行设备厂", "3200000000002"),
        "green": make("绿地100%_环保有限公司", "3200000000003"),
        "far": make("重庆长江化工有限公司", "3200000000004", "YW2"),
    }


def names(actor: Actor, text: str, *, are_persons: bool = False, most: int = 10) -> list[str]:
    return [one.party.name for one in queries.found_by_text(actor, text, are_persons=are_persons, most=most)]


@pytest.mark.parametrize(
    "text",
    [
        "长江实业", "cqcj", "cjsy", "changjiang", "chong qing chang jiang", "ＣＱＣＪ", "重庆 实业", "cq",
        "3200000000001", "３２００000000001",
    ],
)  # fmt: skip
def test_a_firm_is_found_by_part_of_its_name_by_pinyin_by_initials_and_by_code(
    firms: dict[str, Party], actors: dict[str, Actor], text: str
) -> None:
    assert firms["river"].name in names(actors["wangfang"], text)


def test_polyphones_are_found_by_each_reading(firms: dict[str, Party], actors: dict[str, Actor]) -> None:
    for text in ("jzzh", "jzch", "jzcx", "changhang", "yinhang", "changxing"):
        assert names(actors["wangfang"], text) == [firms["bank"].name], text


@pytest.mark.parametrize(
    "text", ["", "  ", "%", "_", "\\", "😀", "zzzz", "长" * 500, "'; DROP", "100_%", "x" * 80]
)
def test_odd_texts_find_nothing_that_they_do_not_name(
    firms: dict[str, Party], actors: dict[str, Actor], text: str
) -> None:
    expected = [firms["green"].name] if text in {"%", "_"} else []
    assert names(actors["wangfang"], text) == expected


def test_wildcards_are_letters(firms: dict[str, Party], actors: dict[str, Actor]) -> None:
    assert names(actors["wangfang"], "100%_环保") == [firms["green"].name]
    assert names(actors["wangfang"], "重%业") == []


def test_the_name_that_begins_with_the_text_comes_first(
    firms: dict[str, Party], units: dict[str, Unit], actor: Actor, now: datetime, actors: dict[str, Actor]
) -> None:
    made = Registration(EnterpriseDetails(name="长江有限公司"))
    register_enterprise(actor=actor, at=now, unit=units["YW1"], registration=made)
    assert names(actors["wangfang"], "长江")[0] == "长江有限公司"
    assert names(actors["wangfang"], "cjyxgs")[0] == "长江有限公司"


def test_nobody_finds_whom_they_may_not_see(firms: dict[str, Party], actors: dict[str, Actor]) -> None:
    assert len(names(actors["wangfang"], "cqcj")) == 2
    for text in ("cqcj", "cjhg", "重庆长江", "化工", firms["far"].number, "3200000000004"):
        assert firms["far"].name not in names(actors["zhaomin"], text), text
        assert names(actors["liqiang"], text) == []
    assert names(actors["zhaomin"], "cqcj") == [firms["river"].name]
    assert names(actors["wuting"], "cqcj") == [firms["far"].name]
    nobody = Actor(id="key:1", label="", user_id=None, roles=frozenset(), scope="own")
    assert names(nobody, "cqcj") == []


def test_a_search_asks_as_often_whatever_it_finds(firms: dict[str, Party], actors: dict[str, Actor]) -> None:
    def asked(actor: Actor, text: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            names(actor, text)
        return len(seen)

    assert {asked(actors["wangfang"], text) for text in ("cqcj", "重庆", "厂", "gongsi")} == {2}
    assert asked(actors["zhaomin"], "化工") == asked(actors["zhaomin"], "没有这样的")


def test_former_names_and_merged_records_lead_to_the_customer(
    firms: dict[str, Party], actor: Actor, now: datetime, actors: dict[str, Actor]
) -> None:
    actions.change_enterprise(
        actor=actor, at=now, party_id=firms["river"].pk, changes={"name": "江州远洋航运有限公司"}
    )
    for text in ("yyhy", "远洋", "重庆长江实业", "cjsy"):
        (found,) = queries.found_by_text(actors["wangfang"], text, are_persons=False, most=5)
        assert found.party.name == "江州远洋航运有限公司", text
        assert found.known_as == ("重庆长江实业有限公司" if text == "重庆长江实业" else "")
    actions.merge_parties(actor=actor, at=now, party=firms["bank"], canonical=firms["river"], reason="同一户")
    for text in ("jzch", "长行银行", "3200000000002"):
        assert names(actors["wangfang"], text) == ["江州远洋航运有限公司"], text
    actions.undo_merge(actor=actor, at=now, party=firms["bank"], canonical=firms["river"], reason="看错了")
    assert names(actors["wangfang"], "jzch") == [firms["bank"].name]


def test_customers_that_were_there_before_are_found_by_every_name_after_the_migration(
    firms: dict[str, Party], person: Party, actor: Actor, actors: dict[str, Actor], now: datetime
) -> None:
    def rename(which: str, name: str) -> None:
        actions.change_enterprise(actor=actor, at=now, party_id=firms[which].pk, changes={"name": name})

    rename("river", "ＡＢＣ（江州）航运有限公司")
    rename("river", "江州远洋航运有限公司")
    rename("bank", "江州信达设备厂")
    actions.merge_parties(actor=actor, at=now, party=firms["bank"], canonical=firms["green"], reason="同一户")
    written = dict(Party.objects.values_list("pk", "sound_text"))
    # Whatever number it has among the others.
    (filling,) = Path(migrations.__file__).parent.glob("*_fill_sounds.py")
    with writing():
        Party.objects.update(sound_text="")
        # As texts were before: present names, codes, and those of what was merged into the record.
        for one in (firms["river"], firms["green"], firms["bank"]):
            one.refresh_from_db()
            own = [queries.plain_text(f"{one.name} {one.number}")]
            own += [queries.plain_text(f"{gone.name} {gone.number}") for gone in one.merged.all()]
            Party.objects.filter(pk=one.pk).update(search_text=" ".join(own))
        import_module(f"vouch.parties.migrations.{filling.stem}").fill(apps, None)
    assert dict(Party.objects.values_list("pk", "sound_text")) == written
    for text in ("重庆长江实业", "ABC(江州)", "ＡＢＣ（江州）"):
        assert names(actors["wangfang"], text)[0] == "江州远洋航运有限公司", text
    for text in ("长行银行", "信达设备", "绿地100"):
        assert names(actors["wangfang"], text) == [firms["green"].name], text


@pytest.fixture
def person(staff: dict[str, User], actor: Actor, now: datetime) -> Party:
    """单小芳 of 李强's."""
    made = registration(name="单小芳", manager=staff["liqiang"])
    return actions.register_person(actor=actor, at=now, unit=staff["liqiang"].unit, registration=made)


def test_persons_are_found_by_their_surname_as_it_is_read(person: Party, actors: dict[str, Actor]) -> None:
    for text in ("sxf", "sx", "shanxiaofang", "danxf", "小芳", person.number):
        found = names(actors["liqiang"], text, are_persons=True)
        assert found == ([] if text == "danxf" else ["单小芳"]), text
    assert names(actors["liqiang"], "sxf") == [], "a person is not among the firms"
    assert names(actors["wuting"], "sxf", are_persons=True) == []


def test_a_number_finds_its_holder_alone_and_shows_it_masked(person: Party, actors: dict[str, Actor]) -> None:
    for number in (NUMBER, PHONE, CARD, "１３８ 0013-8000"):
        (found,) = queries.found_by_number(actors["liqiang"], number, most=5)
        assert found.party == person
        assert NUMBER not in found.about
        assert found.about.startswith("110")
        assert queries.found_by_number(actors["wuting"], number, most=5) == []
    assert queries.found_by_number(actors["liqiang"], "13800138001", most=5) == []
    assert queries.found_by_number(actors["liqiang"], " ", most=5) == []


def test_who_is_restricted_or_erased_is_not_found_at_all(
    person: Party, actor: Actor, now: datetime, actors: dict[str, Actor]
) -> None:
    actions.restrict_party(actor=actor, at=now, party=person, reason="个人请求")
    assert names(actors["wangfang"], "sxf", are_persons=True) == []
    assert queries.found_by_number(actors["wangfang"], PHONE, most=5) == []
    actions.erase_person(actor=actor, at=now, party=person, approver=actors["chenjing"], reason="请求")
    person.refresh_from_db()
    assert (person.search_text, person.sound_text) == ("", "")
    assert names(actors["wangfang"], "sxf", are_persons=True) == []


def test_a_person_is_found_by_the_name_before_until_erased(
    person: Party, actor: Actor, now: datetime, actors: dict[str, Actor]
) -> None:
    actions.correct_person(actor=actor, at=now, party=person, changes={"name": "仇海"}, reason="更正")
    assert names(actors["liqiang"], "qh", are_persons=True) == ["仇海"]
    assert names(actors["liqiang"], "sxf", are_persons=True) == ["仇海"]
    actions.erase_person(actor=actor, at=now, party=person, approver=actors["chenjing"], reason="请求")
    stored = list(Party.objects.values_list("search_text", "sound_text"))
    assert stored == [("", "")]


def test_a_name_that_a_list_changed_is_taken_back_though_it_is_searched_by_more_since(
    firm: Party, import_text: Callable[..., Import], units: dict[str, Unit], actor: Actor, now: datetime
) -> None:
    batch = import_text("企业名称,统一社会信用代码\n甲乙丙有限公司,91350100M000100Y43\n")
    made = Registration(EnterpriseDetails(name="丁戊有限公司"), codes=[])
    other = register_enterprise(actor=actor, at=now, unit=units["YW1"], registration=made)
    actions.merge_parties(actor=actor, at=now, party=other, canonical=firm, reason="同一户")
    exchange.order_undo(actor=actor, at=now, batch=batch, reason="导错")
    undone = take_back(batch.pk, actor=actor, clock=lambda: now)
    assert not undone.kept_records.filter(table_name="parties_party").exists()
    firm.refresh_from_db()
    assert firm.name == "甲有限公司"
    assert ("丁戊有限公司" in firm.search_text, "甲乙丙" in firm.search_text) == (True, False)
