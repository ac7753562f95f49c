"""Records that are one customer's: found, merged, un-merged, told apart; and that nothing moves meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from vouch.engine.facts import catalogue
from vouch.engine.identifiers import uscc_check_character
from vouch.parties import permissions, queries
from vouch.parties.actions import (
    EnterpriseDetails,
    NotMergeable,
    Registration,
    add_identifier,
    correct_enterprise,
    look_for_duplicates,
    merge_by_itself,
    merge_parties,
    put_off,
    register_enterprise,
    register_person,
    tell_apart,
    undo_merge,
)
from vouch.parties.models import Duplicate, Merge, Party
from vouch.parties.queries import DuplicatesWanted, duplicates_where, side_by_side, visible_to
from vouch.parties.terms import DocumentKind, DuplicateState, IdentifierKind
from vouch.parties.tests.people import OTHER_NUMBER, PLAIN, registration
from vouch.platform.exchange.actions import order_undo
from vouch.platform.exchange.models import Import
from vouch.platform.exchange.running import take_back
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db

ADDRESS = "江苏省苏州市吴中区木渎镇金枫路216号3幢"
BODY = "91320500746273742"
CODE = BODY + uscc_check_character(BODY + "0")
Enrol = Callable[..., Party]


@pytest.fixture
def enrol(staff: dict[str, User], units: dict[str, Unit], actor: Actor, now: datetime) -> Enrol:
    def enrolled(
        name: str,
        *codes: tuple[str, str],
        manager: str = "liqiang",
        unit: str = "YW1",
        address: str = ADDRESS,
    ) -> Party:
        details = EnterpriseDetails(name=name, province="江苏", area="苏州", address=address)
        keys = [(kind, "", value) for kind, value in codes]
        whole = Registration(details, codes=keys, manager=staff[manager])
        return register_enterprise(actor=actor, at=now, unit=units[unit], registration=whole)

    return enrolled


@pytest.fixture
def two(enrol: Enrol) -> tuple[Party, Party]:
    """A firm, and what somebody entered from a partner's list."""
    return enrol("苏州青禾精密机械有限公司", (IdentifierKind.USCC, CODE)), enrol(
        "青禾精密机械", manager="wuting", unit="YW2"
    )


def found(actor: Actor, now: datetime) -> list[Duplicate]:
    look_for_duplicates(actor=actor, at=now)
    return list(Duplicate.objects.order_by("-bits"))


def every_row() -> Mapping[str, str]:
    """A digest of each table of ours, without what a merge is there to write: ledger, jobs, pairs and merges."""
    left_out = {"parties_duplicate", "parties_merge", "identity_part"}
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.startswith("vouch.") and not model.__module__.startswith("vouch.platform.ledger")
    ]
    digests = {}
    with connection.cursor() as cursor:
        for table in set(tables) - left_out:
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
            digests[table] = sha256("\n".join(row for (row,) in cursor.fetchall()).encode()).hexdigest()
    return digests


def test_a_pair_is_found_with_its_evidence_once_and_in_step_with_the_book(
    two: tuple[Party, Party], enrol: Enrol, actor: Actor, now: datetime
) -> None:
    enrol("苏州某某商贸有限公司", address="苏州市姑苏区平江路8号")
    (pair,) = found(actor, now)
    assert (pair.one, pair.other, pair.state, pair.has_identifier) == (*two, DuplicateState.OPEN, False)
    assert {one["field"] for one in pair.evidence} >= {"name", "address"}
    before = Entry.objects.count()
    assert [row.pk for row in found(actor, now)] == [pair.pk]
    assert Entry.objects.count() == before
    compared = side_by_side(pair)
    assert {line.title: line.verdict for line in compared.lines if line.verdict}["注册地址"] == "same"
    # The firm's new address is another's: the pair is no more.
    details = EnterpriseDetails(name="不再相似的别名", address="南京市玄武区某路1号")
    correct_enterprise(actor=actor, at=now, party=two[1], details=details, reason="更正")
    assert found(actor, now) == [] or {r.bits for r in Duplicate.objects.all()} != {pair.bits}


def test_a_merge_moves_nothing_and_undoing_it_restores_every_row(
    two: tuple[Party, Party], actor: Actor, now: datetime
) -> None:
    stays, goes = two
    (pair,) = found(actor, now)
    before = every_row()
    merge_parties(actor=actor, at=now, party=goes, canonical=stays, reason="同一户")
    changed = {table for table, digest in every_row().items() if before[table] != digest}
    assert changed == {"parties_party"}
    goes.refresh_from_db()
    assert goes.canonical == stays
    pair.refresh_from_db()
    assert pair.state == DuplicateState.MERGED
    assert list(queries.search(queries.listed(Party.objects.all()), "青禾精密")) == [stays]
    assert found(actor, now) == [pair]
    undo_merge(actor=actor, at=now, party=goes, canonical=stays, reason="看错了")
    assert every_row() == before
    pair.refresh_from_db()
    assert pair.state == DuplicateState.OPEN
    events = Entry.objects.filter(event__startswith="parties.").values_list("event", "subject_id")
    for event, pk in (
        ("parties.merge.made", stays.pk), ("parties.party.joined", goes.pk),
        ("parties.merge.undone", stays.pk), ("parties.party.separated", goes.pk),
    ):  # fmt: skip
        assert (event, str(pk)) in events
    with pytest.raises(NotMergeable, match="现在没有合并"):
        undo_merge(actor=actor, at=now, party=goes, canonical=stays, reason="再来一次")


def test_two_valid_codes_chains_and_kinds_are_refused(
    two: tuple[Party, Party], enrol: Enrol, actor: Actor, units: dict[str, Unit], now: datetime
) -> None:
    stays, goes = two
    third = enrol("第三户有限公司")
    with pytest.raises(NotMergeable, match="不能与自己"):
        merge_parties(actor=actor, at=now, party=stays, canonical=stays)
    merge_parties(actor=actor, at=now, party=goes, canonical=stays)
    with pytest.raises(NotMergeable, match="已经并入"):
        merge_parties(actor=actor, at=now, party=third, canonical=goes)
    with pytest.raises(NotMergeable, match="请保留它"):
        merge_parties(actor=actor, at=now, party=stays, canonical=third)
    merge_parties(actor=actor, at=now, party=third, canonical=stays)
    undo_merge(actor=actor, at=now, party=third, canonical=stays, reason="不是")
    body = "91320500MA1ABCDEX"
    add_identifier(
        actor=actor,
        at=now,
        party=third,
        code=(IdentifierKind.USCC, "", body + uscc_check_character(body + "0")),
    )
    with pytest.raises(NotMergeable, match="是两户企业"):
        merge_parties(actor=actor, at=now, party=third, canonical=stays)
    person = register_person(actor=actor, at=now, unit=units["YW1"], registration=registration())
    with pytest.raises(NotMergeable, match="企业和个人"):
        merge_parties(actor=actor, at=now, party=person, canonical=stays)


def test_whoever_sees_one_of_two_decides_nothing_and_after_a_merge_both_see_the_customer(
    two: tuple[Party, Party], actor: Actor, actors: dict[str, Actor], now: datetime
) -> None:
    stays, goes = two
    assert len(found(actor, now)) == 1
    mine, theirs, all_of_them = actors["liqiang"], actors["wuting"], actors["wangfang"]
    assert not queries.duplicates_visible_to(mine).exists()
    with pytest.raises(Refused):
        merge_parties(actor=mine, at=now, party=goes, canonical=stays)
    merge_parties(actor=all_of_them, at=now, party=goes, canonical=stays)
    for one in (mine, theirs):
        assert set(visible_to(one)) == {stays, goes}
        assert list(queries.listed(visible_to(one))) == [stays]
        for party in (stays, goes):
            party.refresh_from_db()
            assert permissions.may_see(one, party)
    assert not permissions.may_correct(all_of_them, goes)
    undo_merge(actor=all_of_them, at=now, party=goes, canonical=stays, reason="不是")
    assert (set(visible_to(mine)), set(visible_to(theirs))) == ({stays}, {goes})


@pytest.mark.parametrize("is_decided", [False, True])
def test_an_undo_passes_over_a_pair_that_nobody_has_decided(
    is_decided: bool,
    two: tuple[Party, Party],
    import_text: Callable[..., Import],
    actor: Actor,
    now: datetime,
) -> None:
    batch = import_text(f"企业名称,统一社会信用代码,注册地址\n青禾精密机械厂,3205062107499,{ADDRESS}\n")
    copy = Party.objects.get(batch=batch)
    mine = [pair for pair in found(actor, now) if copy.pk in {pair.one_id, pair.other_id}]
    assert len(mine) == 2
    assert all(copy.name in pair.other.name for pair in mine)
    if is_decided:
        tell_apart(actor=actor, at=now, duplicate=mine[0], reason="两家厂")
    order_undo(actor=actor, at=now, batch=batch, reason="导错")
    undone = take_back(batch.pk, actor=actor, clock=lambda: now)
    kept = [one.reason for one in undone.kept_records.filter(table_name="parties_party")]
    assert kept == (["之后有记录引用它：疑似重复 1 条"] if is_decided else [])
    assert Party.objects.filter(pk=copy.pk).exists() is is_decided
    left = Duplicate.objects.filter(pk__in=[pair.pk for pair in mine]).count()
    assert (left, Duplicate.objects.exclude(other=copy.pk).count()) == (2 if is_decided else 0, 1)


def test_told_apart_they_come_back_with_other_evidence_only(
    two: tuple[Party, Party], actor: Actor, now: datetime
) -> None:
    (pair,) = found(actor, now)
    tell_apart(actor=actor, at=now, duplicate=pair, reason="母公司与子公司")
    (pair,) = found(actor, now)
    assert (pair.state, pair.reason) == (DuplicateState.DISTINCT, "母公司与子公司")
    with pytest.raises(NotMergeable, match="已经处理过"):
        tell_apart(actor=actor, at=now, duplicate=pair, reason="再来")
    add_identifier(actor=actor, at=now, party=two[1], code=(IdentifierKind.OTHER, "", f"320506{CODE[8:17]}"))
    (pair,) = found(actor, now)
    assert (pair.state, pair.has_identifier) == (DuplicateState.OPEN, True)
    today = now.date()
    put_off(actor=actor, at=now, duplicate=pair, until=today + timedelta(days=3))
    for days, waits in ((0, False), (3, True)):
        rows = duplicates_where(actor, DuplicatesWanted(), today=today + timedelta(days=days))
        assert rows.exists() is waits


def test_only_an_identifier_within_one_unit_merges_by_itself_and_never_again_what_was_undone(
    enrol: Enrol, actor: Actor, now: datetime
) -> None:
    stays = enrol("苏州青禾精密机械有限公司", (IdentifierKind.USCC, CODE))
    alike = enrol("苏州青禾精密机械")
    other = enrol("苏州青禾精密机械有限公司", (IdentifierKind.OTHER, f"320506{CODE[8:17]}"))
    found(actor, now)
    assert merge_by_itself(actor=actor, at=now) == 1
    made = Merge.objects.get()
    assert (made.party, made.canonical, made.is_automatic) == (other, stays, True)
    alike.refresh_from_db()
    assert alike.canonical is None
    undo_merge(actor=actor, at=now, party=other, canonical=stays, reason="两家厂")
    found(actor, now)
    assert merge_by_itself(actor=actor, at=now) == 0


def test_by_itself_too_the_record_stays_into_which_others_were_merged(
    enrol: Enrol, actor: Actor, now: datetime
) -> None:
    kept = enrol("苏州青禾精密机械有限公司", (IdentifierKind.OTHER, f"320506{CODE[8:17]}"))
    earlier = enrol("青禾厂", address="")
    merge_parties(actor=actor, at=now, party=earlier, canonical=kept, reason="同一户")
    coded = enrol("苏州青禾精密机械有限公司", (IdentifierKind.USCC, CODE))
    found(actor, now)
    assert merge_by_itself(actor=actor, at=now) == 1
    made = Merge.objects.exclude(party=earlier).get()
    assert (made.party, made.canonical) == (coded, kept)


def test_persons_meet_by_blind_index_and_nothing_is_in_plain(
    actor: Actor, units: dict[str, Unit], now: datetime
) -> None:
    def enrolled(**changes: Any) -> Party:
        return register_person(actor=actor, at=now, unit=units["YW1"], registration=registration(**changes))

    one = enrolled()
    enrolled(document_number=OTHER_NUMBER)
    # One name and one telephone are not enough against two numbers of one kind.
    assert found(actor, now) == []
    again = enrolled(document_kind=DocumentKind.OTHER)
    pairs = {(row.one, row.other): row for row in found(actor, now)}
    assert pairs[one, again].has_identifier
    assert merge_by_itself(actor=actor, at=now) == 0
    told = str([(row.evidence, side_by_side(row)) for row in pairs.values()])
    assert not [number for number in PLAIN if number in told]


def test_facts_are_those_of_both_while_they_are_one(
    two: tuple[Party, Party], actor: Actor, now: datetime
) -> None:
    stays, goes = two
    names = ["party.kind", "party.representative_other_firms"]
    apart: dict[int, Any] = {
        pk: catalogue.ask(names, [pk], as_of=now.date()).row(pk) for pk in (stays.pk, goes.pk)
    }
    merge_parties(actor=actor, at=now, party=goes, canonical=stays)
    everybody = catalogue.ask(names, None, as_of=now.date())
    assert goes.pk not in everybody.subjects
    assert everybody.row(stays.pk) == apart[stays.pk]
    undo_merge(actor=actor, at=now, party=goes, canonical=stays, reason="不是")
    assert {pk: catalogue.ask(names, [pk], as_of=now.date()).row(pk) for pk in apart} == apart


def test_the_pages_lead_from_the_queue_to_the_customer(
    client: Client, two: tuple[Party, Party], actor: Actor, staff: dict[str, User], now: datetime
) -> None:
    stays, goes = two
    (pair,) = found(actor, now)
    client.force_login(staff["wangfang"])
    assert "青禾精密机械" in client.get(reverse("parties:duplicates")).content.decode()
    page = client.get(pair.get_absolute_url()).content.decode()
    assert "一个是另一个的简称" in page or "名称相同" in page
    assert client.post(reverse("parties:tell_apart", args=[pair.pk]), {"reason": ""}).status_code == 422
    answer = client.post(
        reverse("parties:merge", args=[pair.pk]), {"keep": stays.pk, "reason": ""}, follow=True
    )
    assert f"{goes.number} 已并入 {stays.number}" in answer.content.decode()
    assert client.get(reverse("parties:unmerge", args=[stays.pk])).status_code == 404
    answer = client.post(reverse("parties:unmerge", args=[goes.pk]), {"reason": "看错了"}, follow=True)
    assert "合并已撤销" in answer.content.decode()
    goes.refresh_from_db()
    assert goes.canonical is None
    client.force_login(staff["liqiang"])
    assert client.get(pair.get_absolute_url()).status_code == 404
