"""Persons whom a list names again: in other spellings, in several rows, with other values, and out of sight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from vouch.parties.actions import erase_person
from vouch.parties.models import FarmHolding, FormerValue, Party
from vouch.parties.tests.people import ADDRESS, NUMBER, OTHER_NUMBER
from vouch.parties.tests.test_person_lists import HEAD, counts, fields_of, reasons
from vouch.platform.exchange import actions
from vouch.platform.exchange.contents import content_of, mention_index
from vouch.platform.exchange.models import Import, ImportMention
from vouch.platform.exchange.queries import kept_rows
from vouch.platform.exchange.testing import delivered, kept
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.terms import Role
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db

WITH_X = "11010519491231002X"
Load = Callable[..., Import]


@pytest.fixture
def load(units: dict[str, Unit], actor: Actor, now: datetime) -> Load:
    def run(
        text: str,
        *,
        by: Actor = actor,
        unit: str = "YW1",
        head: str = HEAD,
        kind: str = "persons",
        dry: bool = False,
    ) -> Import:
        delivery = actions.Delivery(kind, [kept(head + text, name="名单.csv")], is_dry_run=dry)
        return delivered(delivery, unit=units[unit], by=by, at=now)

    return run


def noted() -> list[str | None]:
    return list(Entry.objects.filter(event="parties.person.repeated").values_list("subject_id", flat=True))


class TestOutOfSight:
    @pytest.fixture
    def elsewhere(self, load: Load) -> Party:
        load(f"王小芳,{NUMBER},,{ADDRESS},,,,,,,,\n", unit="FK")
        return Party.objects.get()

    def test_a_row_put_right_by_hand_asks_too_and_that_is_noted(
        self, load: Load, elsewhere: Party, client: Client, staff: dict[str, User], actors: dict[str, Actor]
    ) -> None:
        batch = load("王小芳,110101199003071234,,,,,,,,,,\n", by=actors["zhaomin"])
        client.force_login(staff["zhaomin"], backend="allauth.account.auth_backends.AuthenticationBackend")
        address = reverse("exchange:row", args=[batch.pk, kept_rows(batch).get().pk])
        answer = client.post(address, {"do": "correct", "name": "王小芳", "document_number": NUMBER})
        assert (answer.status_code, "不在您的数据范围内" in answer.content.decode()) == (422, True)
        assert noted() == [str(elsewhere.pk)]

    def test_a_row_accepted_as_it_stands_asks_too(
        self, load: Load, elsewhere: Party, client: Client, staff: dict[str, User], actors: dict[str, Actor]
    ) -> None:
        batch = load(f"王小芳,{NUMBER},,,,,,,,,,\n", by=actors["zhaomin"])
        client.force_login(staff["zhaomin"], backend="allauth.account.auth_backends.AuthenticationBackend")
        address = reverse("exchange:row", args=[batch.pk, kept_rows(batch).get().pk])
        assert client.post(address, {"do": "accept", "reason": "照旧"}).status_code == 422
        assert noted() == [str(elsewhere.pk)] * 2

    def test_a_dry_run_asks_too(self, load: Load, elsewhere: Party, actors: dict[str, Actor]) -> None:
        batch = load(f"王小芳,{NUMBER},,,,,,,,,,\n", by=actors["zhaomin"], dry=True)
        assert (batch.rejected, noted()) == (1, [str(elsewhere.pk)])

    def test_who_may_import_and_register_nobody_is_told_and_noted(
        self, load: Load, elsewhere: Party, actors: dict[str, Actor]
    ) -> None:
        monitor = replace(actors["zhaomin"], roles=frozenset({Role.MONITOR}))
        batch = load(f"王小芳,{NUMBER},,,,,,,,,,\n", by=monitor)
        assert (batch.problem, counts(batch), noted()) == ("", (0, 0, 1, 0), [str(elsewhere.pk)])


def test_a_document_of_another_kind_with_15_digits_is_known_again(
    load: Load, actors: dict[str, Actor]
) -> None:
    head, text = "姓名,证件类型,证件号码,住址\n", "王小芳,其他证件,123456789012345,{}\n"
    assert counts(load(text.format(ADDRESS), head=head, unit="FK")) == (1, 0, 0, 0)
    assert counts(load(text.format(ADDRESS), head=head)) == (0, 1, 0, 0)
    assert counts(load(text.format("别处"), head=head)) == (1, 0, 0, 0)
    assert counts(load(text.format("又一处"), head=head, by=actors["zhaomin"])) == (0, 0, 1, 0)
    assert noted() == [str(Party.objects.get().pk)]


def test_a_known_farmer_with_two_holdings_may_have_moved(load: Load) -> None:
    text = f"王小芳,{NUMBER},,{{0}},,,,4,种植,水稻,{{1}},\n王小芳,{NUMBER},,{{0}},,,,4,养殖,生猪,,120\n"
    load(text.format("甲地址", 12))
    batch = load(text.format("乙地址", 12))
    assert (counts(batch), fields_of(Party.objects.get())["address"]) == ((1, 1, 0, 0), "乙地址")
    assert FarmHolding.objects.count() == 2


def test_two_spellings_of_one_number_are_one_person(load: Load) -> None:
    load(f"王小芳,{WITH_X},,旧地址,,,,,,,,\n")
    for other in (WITH_X.lower(), f"'{WITH_X}"):
        batch = load(f"王小芳,{WITH_X},,甲地址,,,,,,,,\n王小芳,{other},,乙地址,,,,,,,,\n")
        assert [line for line, _column, _reason in reasons(batch)] == [2, 3]
        assert fields_of(Party.objects.get())["address"] == "旧地址"
    # And where they say the same, nothing contradicts.
    batch = load(f"王小芳,{WITH_X},,新地址,,,,,,,,\n王小芳,{WITH_X.lower()},,新地址,,,,,,,,\n")
    assert counts(batch) == (1, 1, 0, 0)


@pytest.mark.parametrize("area", ["nan", "sNaN", "Infinity", "1E+5", "-3", "123456789"])
def test_an_area_that_is_none_refuses_its_row_alone(load: Load, area: str) -> None:
    batch = load(f"王小芳,{NUMBER},,,,,,,种植,水稻,{area},\n李大山,{OTHER_NUMBER},,,,,,,,,,\n")
    assert (counts(batch), [column for _line, column, _reason in reasons(batch)]) == ((1, 0, 1, 0), ["area"])


def test_the_history_says_that_a_list_changed_the_value(load: Load) -> None:
    load(f"王小芳,{NUMBER},,甲地址,,,,,,,,\n")
    batch = load(f"王小芳,{NUMBER},,乙地址,,,,,,,,\n")
    former = FormerValue.objects.get(field="address")
    assert (former.nature, former.source, former.batch) == ("correction", "import", batch)


class TestErasure:
    @pytest.fixture
    def erase(self, actors: dict[str, Actor], now: datetime) -> Callable[[Party], None]:
        def run(party: Party) -> None:
            who = {"actor": system_actor("test"), "approver": actors["chenjing"]}
            erase_person(**who, at=now, party=party, reason="本人请求")

        return run

    def test_a_file_that_names_the_person_beside_its_columns_goes_too(
        self, load: Load, erase: Callable[[Party], None]
    ) -> None:
        wide = NUMBER.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        batches = [
            load(f"王小芳,{NUMBER},\n李大山,{OTHER_NUMBER},配偶{wide}\n", head="姓名,证件号码,备注\n"),
            load(f"丁有限公司,,股东,王小芳{NUMBER},,,\n", head="客户名称,信用代码,关系,对方名称,对方代码,比例,自\n", kind="relations"),
            load(f"丁有限公司,91350100M000100Y43,{NUMBER}\n", head="企业名称,统一社会信用代码,法人身份证\n", kind="enterprises"),
        ]  # fmt: skip
        other = load(f"李大山,{OTHER_NUMBER},\n", head="姓名,证件号码,备注\n")
        erase(Party.objects.get(name="王小芳"))
        assert [bool(batch.files.get().dropped_because) for batch in (*batches, other)] == [True] * 3 + [
            False
        ]

    def test_a_birthday_is_no_number_by_which_a_file_is_found(self, load: Load) -> None:
        load(f"王小芳,{NUMBER},1990-03-07\n", head="姓名,证件号码,出生日期\n")
        assert ImportMention.objects.get().index == mention_index(NUMBER)

    def test_a_row_under_a_former_name_is_emptied(
        self, load: Load, erase: Callable[[Party], None], actor: Actor, now: datetime
    ) -> None:
        load(f"王小芳,{NUMBER},,,,,,,,,,\n")
        before = load("王小芳,110101199003071234,,,,,,,,,,\n")
        renamed = load(f"王晓芳,{NUMBER},,,,,,,,,,\n")
        actions.accept_row(actor=actor, at=now, row=kept_rows(renamed).get(), reason="改过名")
        erase(Party.objects.get())
        assert content_of(kept_rows(before).get()) is None
