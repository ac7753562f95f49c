"""Relations from a table, noted like those that are entered by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from tests.tables import all_rows, differences
from vouch.parties.actions import (
    EnterpriseDetails,
    PersonDetails,
    PersonRegistration,
    Registration,
    merge_parties,
    register_enterprise,
    register_person,
)
from vouch.parties.models import Control, Kinship, Party, Post, Shareholding
from vouch.parties.queries import visible_to
from vouch.parties.terms import DocumentKind, IdentifierKind
from vouch.platform.exchange import actions
from vouch.platform.exchange.contents import content_of
from vouch.platform.exchange.models import Import, ImportRow
from vouch.platform.exchange.queries import kept_rows
from vouch.platform.exchange.running import take_back
from vouch.platform.exchange.testing import delivered, kept
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit
from vouch.platform.identity.terms import Scope

pytestmark = pytest.mark.django_db

NUMBER = "11010519491231002X"
HEAD = "客户名称,统一社会信用代码,关系,对方名称,对方代码,持股比例,认缴出资额（万元）,起始日期\n"


@pytest.fixture
def parties(units: dict[str, Unit], actor: Actor, now: datetime) -> dict[str, Party]:
    """甲 and 乙, firms; 王小芳 and 李大山, persons."""
    found = {}
    for name, code in (("甲有限公司", "91350100M000100Y43"), ("乙有限公司", "914403001922038216")):
        made = Registration(EnterpriseDetails(name=name), codes=[(IdentifierKind.USCC, "", code)])
        found[name] = register_enterprise(actor=actor, at=now, unit=units["YW1"], registration=made)
    for name, number in (("王小芳", NUMBER), ("李大山", "310101198512154566")):
        details = PersonDetails(name=name, document_kind=DocumentKind.RESIDENT, document_number=number)
        found[name] = register_person(
            actor=actor, at=now, unit=units["YW1"], registration=PersonRegistration(details)
        )
    return found


def load(text: str, *, unit: Unit, by: Actor, at: datetime) -> Import:
    delivery = actions.Delivery("relations", [kept(HEAD + text, name="关系.csv")])
    return delivered(delivery, unit=unit, by=by, at=at)


def counts(batch: Import) -> tuple[int, int, int]:
    return batch.accepted, batch.unchanged, batch.rejected


def test_every_kind_of_relation_is_noted_once_and_undone(
    parties: dict[str, Party], units: dict[str, Unit], actors: dict[str, Actor], now: datetime
) -> None:
    by, unit = actors["wangfang"], units["YW1"]
    wang, li = parties["王小芳"].number, parties["李大山"].number
    text = (
        "甲有限公司,,股东,乙有限公司,914403001922038216,60%,300,2020-05-06\n"
        ",91350100M000100Y43,股东,丙投资,,0.4,,\n"
        f"甲有限公司,,法定代表人,王小芳,{wang},,,2020年5月6日\n"
        "甲有限公司,,监事,钱某,,,,\n"
        f"甲有限公司,,实际控制人,李大山,{li},51,,\n"
        f",{wang},配偶,李大山,{li},,,\n"
        f",{li},配偶,王小芳,{wang},,,\n"
    )
    before = all_rows()
    batch = load(text, unit=unit, by=by, at=now)
    assert counts(batch) == (6, 1, 0), [row.reason for row in kept_rows(batch)]
    share = Shareholding.objects.get(holder=parties["乙有限公司"])
    assert (share.rate, share.subscribed, share.source) == (Decimal("0.6"), Decimal(3_000_000), "import")
    assert Shareholding.objects.get(holder=None).holder_name == "丙投资"
    assert {one.kind for one in Post.objects.filter(enterprise=parties["甲有限公司"])} == {
        "legal",
        "supervisor",
    }
    assert Control.objects.get().rate == Decimal("0.51")
    assert Kinship.objects.get().kin == "spouse"
    held = all_rows()
    assert counts(load(text, unit=unit, by=by, at=now)) == (0, 7, 0)
    assert differences(held, all_rows()) == {}
    actions.order_undo(actor=by, at=now, batch=batch, reason="导错")
    undone = take_back(batch.pk, actor=by, clock=lambda: now)
    # The ledger's entries of 甲 are sealed with the key that was made for it: while the customer stays, so does the key.
    assert differences(before, all_rows()).keys() == {"vault_datakey"}
    assert [(one.table_name, one.row_count) for one in undone.kept_records.all()] == [("vault_datakey", 1)]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",,股东,丙,,,,", "owner", "都为空"),
        ("丁有限公司,,股东,丙,,,,", "owner", "没有这个名称的客户"),
        ("甲有限公司,,,丙,,,,", "relation", "关系为空"),
        ("甲有限公司,,朋友,丙,,,,", "relation", "不认识“朋友”"),
        ("甲有限公司,,股东,丙,9.13E+17,,,", "other_code", "舍去了尾数"),
        ("甲有限公司,,股东,丙,C99999999,,,", "other", "没有编号为 C99999999 的客户"),
        ("甲有限公司,,股东,丙,91350100M000100Y44,,,", "other_code", "校验"),
        ("甲有限公司,,股东,丙投资,,120%,,", "rate", "不在 0 到 100%"),
        ("甲有限公司,,股东,丙投资,,,,2026-02-30", "starts_on", "不是存在的日期"),
        ("甲有限公司,,配偶,某某,,,,", "other_code", "亲属须先建档"),
        ("甲有限公司,,法定代表人,乙有限公司,914403001922038216,,,", "other", "个人和企业之间"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_by_column(
    parties: dict[str, Party],
    units: dict[str, Unit],
    actor: Actor,
    now: datetime,
    row: str,
    column: str,
    reason: str,
) -> None:
    [found] = kept_rows(load(row + "\n", unit=units["YW1"], by=actor, at=now))
    assert (found.verdict, found.column) == ("rejected", column)
    assert reason in found.reason


def test_a_merged_record_is_named_and_the_standing_one_gets_the_relation(
    parties: dict[str, Party], units: dict[str, Unit], actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    by, unit, code = actors["wangfang"], units["YW1"], "3202112107499"
    made = Registration(EnterpriseDetails(name="甲有限公司"), codes=[(IdentifierKind.OLD_NUMBER, "", code)])
    second = register_enterprise(actor=actor, at=now, unit=unit, registration=made)
    merge_parties(actor=actor, at=now, party=second, canonical=parties["甲有限公司"], reason="同一户")
    text = f",{code},监事,钱某,,,,\n甲有限公司,,股东,丙投资,,40%,,\n"
    batch = load(text, unit=unit, by=by, at=now)
    assert counts(batch) == (2, 0, 0), [row.reason for row in kept_rows(batch)]
    assert Post.objects.get().enterprise == Shareholding.objects.get().party == parties["甲有限公司"]
    assert counts(load(text, unit=unit, by=by, at=now)) == (0, 2, 0)


def test_what_a_merged_record_says_already_is_not_written_again(
    parties: dict[str, Party], units: dict[str, Unit], actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    by, unit, code = actors["wangfang"], units["YW1"], "3202112107499"
    wang, li = parties["王小芳"].number, parties["李大山"].number
    text = (
        f",{code},股东,丙投资,,40%,,\n,{code},股东,乙有限公司,914403001922038216,60%,,\n"
        f",{code},法人,王小芳,{wang},,,\n,{code},实际控制人,李大山,{li},51%,,\n,{wang},配偶,李大山,{li},,,\n"
    )
    for name, number in (("甲有限公司", code), ("乙有限公司", "3202112107500")):
        made = Registration(EnterpriseDetails(name=name), codes=[(IdentifierKind.OLD_NUMBER, "", number)])
        register_enterprise(actor=actor, at=now, unit=unit, registration=made)
    assert counts(load(text, unit=unit, by=by, at=now)) == (5, 0, 0)
    second, third = Party.objects.filter(number__gt=li).order_by("pk")
    twin = register_person(
        actor=actor, at=now, unit=unit,
        registration=PersonRegistration(
            PersonDetails(name="李大山", document_kind=DocumentKind.PASSPORT, document_number="E12345678")
        ),
    )  # fmt: skip
    merged = ((second, parties["甲有限公司"]), (parties["乙有限公司"], third), (parties["李大山"], twin))
    for gone, stays in merged:
        merge_parties(actor=actor, at=now, party=gone, canonical=stays, reason="同一户")
    held = all_rows()
    # Under the code of either record, of either end.
    again = text.replace(code, "91350100M000100Y43").replace(li, twin.number)
    for found in (text, again, again.replace("914403001922038216", "3202112107500")):
        batch = load(found, unit=unit, by=by, at=now)
        assert counts(batch) == (0, 5, 0), [row.reason for row in kept_rows(batch)]
    assert differences(held, all_rows()) == {}
    # A second representative and more than the whole are seen across the records too.
    more = "甲有限公司,91350100M000100Y43,股东,丁投资,,10%,,\n"
    batch = load(more, unit=unit, by=by, at=now)
    assert ["超过 100%" in row.reason for row in kept_rows(batch)] == [True]


def test_a_share_that_two_merged_records_name_counts_once(
    parties: dict[str, Party], units: dict[str, Unit], actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    by, unit, code = actors["wangfang"], units["YW1"], "3202112107499"
    made = Registration(EnterpriseDetails(name="甲有限公司"), codes=[(IdentifierKind.OLD_NUMBER, "", code)])
    second = register_enterprise(actor=actor, at=now, unit=unit, registration=made)
    both = "".join(f",{one},股东,丙投资,,60%,,\n" for one in (code, "91350100M000100Y43"))
    assert counts(load(both, unit=unit, by=by, at=now)) == (2, 0, 0)
    merge_parties(actor=actor, at=now, party=second, canonical=parties["甲有限公司"], reason="同一户")
    more = f",{code},股东,丁投资,,40%,,\n,{code},股东,戊投资,,1%,,\n"
    assert counts(load(more, unit=unit, by=by, at=now)) == (1, 0, 1)


def test_a_party_out_of_sight_is_linked_and_the_same_list_again_changes_nothing(
    parties: dict[str, Party], units: dict[str, Unit], actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    made = Registration(
        EnterpriseDetails(name="戊有限公司"), codes=[(IdentifierKind.USCC, "", "91310000607378261P")]
    )
    unseen = register_enterprise(actor=actor, at=now, unit=units["YW2"], registration=made)
    by = replace(actors["wangfang"], scope=Scope.UNIT, unit_ids=frozenset({units["YW1"].pk}))
    assert not visible_to(by).filter(pk=unseen.pk).exists()
    text = "甲有限公司,,股东,戊有限公司,91310000607378261P,20%,,\n"
    for expected in ((1, 0, 0), (0, 1, 0)):
        batch = load(text, unit=units["YW1"], by=by, at=now)
        assert counts(batch) == expected, [row.reason for row in kept_rows(batch)]
    assert Shareholding.objects.get().holder == unseen


def test_an_identity_number_in_the_list_is_refused_and_not_kept_with_the_row(
    parties: dict[str, Party], units: dict[str, Unit], actor: Actor, now: datetime
) -> None:
    batch = load(f"甲有限公司,,股东,王小芳,{NUMBER},,,\n", unit=units["YW1"], by=actor, at=now)
    row = ImportRow.objects.get(batch=batch)
    assert (row.column, "不收证件号码" in row.reason) == ("other_code", True)
    content = content_of(row)
    assert content is not None
    assert NUMBER not in str((content, row.reason))


def test_shares_beyond_the_whole_and_other_figures_of_a_known_one_are_refused(
    parties: dict[str, Party], units: dict[str, Unit], actor: Actor, now: datetime
) -> None:
    text = "甲有限公司,,股东,丙投资,,60%,,\n甲有限公司,,股东,丁投资,,50%,,\n甲有限公司,,股东,丙投资,,30%,,\n"
    batch = load(text, unit=units["YW1"], by=actor, at=now)
    assert counts(batch) == (1, 0, 2)
    assert ["超过 100%" in row.reason or "不同" in row.reason for row in kept_rows(batch)] == [True, True]


def test_two_representatives_in_one_file_do_not_change_places_each_time(
    parties: dict[str, Party], units: dict[str, Unit], actor: Actor, now: datetime
) -> None:
    text = "甲有限公司,,法人,赵某,,,,\n甲有限公司,,法人,钱某,,,,\n"
    assert counts(load(text, unit=units["YW1"], by=actor, at=now)) == (1, 0, 1)
    assert counts(load(text, unit=units["YW1"], by=actor, at=now)) == (0, 1, 1)
