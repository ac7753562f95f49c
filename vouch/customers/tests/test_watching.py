"""Lists: who stands on them by version, which customers match, and what compliance decides."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from vouch.customers import tasks
from vouch.customers.actions import (
    EntryDetails,
    ListFile,
    NotNow,
    WrongList,
    add_to_list,
    confirm_hit,
    dismiss_hit,
    open_list,
    read_number,
    screen_list,
    screen_party,
    take_off_list,
    take_version,
)
from vouch.customers.facts.watching import WATCH_FACTS, ask_hits
from vouch.customers.models import WatchEntry, WatchHit, WatchList
from vouch.customers.queries.watching import open_hits, plain_name
from vouch.customers.terms import Certainty, HitState, ListKind
from vouch.customers.tests.scene import NUMBER
from vouch.engine.facts import check_column
from vouch.parties.actions import add_identifier, add_post
from vouch.parties.models import Party
from vouch.parties.terms import IdentifierKind, PostKind
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.terms import Role, Scope
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db

CODE = "91320500MA1MARKA0X"
SCREENING = system_actor("screening")


@pytest.fixture
def linhui(units: dict[str, Unit], staff: dict[str, User], now: datetime) -> User:
    user = User(
        username="linhui",
        name="林慧",
        unit=units["HQ"],
        roles=[Role.COMPLIANCE],
        scope=Scope.ALL,
        joined_at=now,
    )
    user.set_unusable_password()
    with writing():
        user.save()
    return user


@pytest.fixture
def compliance(linhui: User) -> Actor:
    return actor_of(linhui)


def opened(kind: str, actor: Actor, now: datetime) -> WatchList:
    return open_list(actor=actor, at=now, kind=kind, name=str(ListKind(kind).label), source="")


@pytest.fixture
def black(compliance: Actor, now: datetime) -> WatchList:
    return opened(ListKind.OWN, compliance, now)


@pytest.fixture
def official(compliance: Actor, now: datetime) -> WatchList:
    return opened(ListKind.AML, compliance, now)


def add(black: WatchList, actor: Actor, now: datetime, name: str, **more: Any) -> WatchEntry:
    return add_to_list(actor=actor, at=now, watch_list=black, details=EntryDetails(name=name, **more))


def screened(party: Party, now: datetime) -> list[tuple[str, str]]:
    screen_party(actor=SCREENING, at=now, party_id=party.pk)
    hits = WatchHit.objects.filter(party=party, ended_at=None).order_by("pk")
    return list(hits.values_list("certainty", "matched"))


def coded(party: Party, actor: Actor, now: datetime, code: str = CODE) -> None:
    add_identifier(actor=actor, at=now, party=party, code=(IdentifierKind.USCC, "", code))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("甲有限公司", "甲有限公司 "),
        ("甲（江州）有限公司", "甲(江州)有限公司"),
        ("ＡＢＣ公司", "abc公司"),
        ("阿依·古丽", "阿依古丽"),
    ],
)
def test_names_are_compared_in_one_form(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)


def test_a_name_alone_is_possible_an_identifier_is_exact_and_a_namesake_is_neither(
    firm: Party, black: WatchList, compliance: Actor, actor: Actor, now: datetime
) -> None:
    add(black, compliance, now, "甲 有限公司")
    assert screened(firm, now) == [(Certainty.POSSIBLE, "名称")]
    coded(firm, actor, now)
    add(black, compliance, now, "甲有限公司", code="91330100MA1MARKB1X")
    add(black, compliance, now, "曾用名公司", code=CODE)
    assert screened(firm, now) == [(Certainty.POSSIBLE, "名称"), (Certainty.EXACT, "统一社会信用代码")]


def test_a_person_is_found_by_the_index_of_their_document_and_the_firm_through_them(
    firm: Party, person: Party, black: WatchList, compliance: Actor, actor: Actor, now: datetime
) -> None:
    _code, document = read_number(NUMBER)
    add(black, compliance, now, "张某", document=document)
    assert NUMBER not in str(list(WatchEntry.objects.values()))
    assert screened(person, now) == [(Certainty.EXACT, "证件号码")]
    add_post(actor=actor, at=now, party=firm, person=person, kind=PostKind.LEGAL_REPRESENTATIVE)
    assert screened(firm, now) == [(Certainty.EXACT, "证件号码")]
    assert WatchHit.objects.get(party=firm).via == person


def test_a_namesake_with_another_document_is_no_hit(
    person: Party, black: WatchList, compliance: Actor, now: datetime
) -> None:
    _code, document = read_number("110101199003071233")
    add(black, compliance, now, person.name, document=document)
    assert screened(person, now) == []
    add(black, compliance, now, person.name)
    assert screened(person, now) == [(Certainty.POSSIBLE, "名称")]


def test_screening_again_changes_nothing_and_a_decision_stays(
    firm: Party, black: WatchList, compliance: Actor, now: datetime
) -> None:
    entry = add(black, compliance, now, firm.name)
    screened(firm, now)
    hit = dismiss_hit(actor=compliance, at=now, hit=WatchHit.objects.get(), reason="同名不同址")
    entries = Entry.objects.count()
    assert screen_list(actor=SCREENING, at=now, list_id=black.pk) == 0
    screened(firm, now)
    assert Entry.objects.count() == entries
    hit.refresh_from_db()
    assert (hit.state, hit.ended_at) == (HitState.DISMISSED, None)
    take_off_list(actor=compliance, at=now, watch_entry=entry, reason="已澄清")
    screen_list(actor=SCREENING, at=now + timedelta(hours=1), list_id=black.pk)
    hit.refresh_from_db()
    assert hit.ended_at is not None
    with pytest.raises(NotNow):
        confirm_hit(actor=compliance, at=now, hit=hit, reason="重新认定")


def taken(watch_list: WatchList, actor: Actor, at: datetime, text: str, *, on: date | None = None) -> Any:
    file = ListFile(text.encode(), "名单.csv", on or timezone.localdate(at))
    return take_version(actor=actor, at=at, watch_list=watch_list, file=file)


def test_a_later_version_ends_what_is_no_longer_on_it_and_keeps_the_rest(
    firm: Party, bank: Party, official: WatchList, compliance: Actor, now: datetime
) -> None:
    taken(
        official,
        compliance,
        now,
        f"姓名或名称,证件号码,列入原因\n甲有限公司,,制裁\n江州银行,,\n张某,{NUMBER},\n",
    )
    assert (screen_list(actor=SCREENING, at=now, list_id=official.pk), WatchEntry.objects.count()) == (2, 3)
    kept = WatchEntry.objects.get(name="甲有限公司").pk
    later = now + timedelta(days=1)
    made = taken(official, compliance, later, "名称,证件号码\n甲有限公司,\n乙公司,3303251972****1234\n")
    assert (made.number, made.added, made.ended, made.unchanged) == (2, 1, 2, 1)
    assert WatchEntry.objects.get(pk=kept).ended_at is None
    screen_list(actor=SCREENING, at=later, list_id=official.pk)
    assert list(WatchHit.objects.filter(ended_at=None).values_list("party", flat=True)) == [firm.pk]
    assert NUMBER not in str(list(Entry.objects.values()))
    with pytest.raises(WrongList, match="早于上一版"):
        taken(official, compliance, later, "名称\n甲\n", on=timezone.localdate(now))


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("甲,乙\n1,2\n", "找不到“名称”", 0),
        ("名称,证件号码\n,x\n", "1 行不能读", 2),
        ("名称,列入日期\n甲公司,去年\n", "1 行不能读", 2),
        ("名称,证件号码\n甲公司,不详\n", "1 行不能读", 2),
        ("名称,列入原因\n甲公司,电话13800138000\n", "1 行不能读", 2),
        ("名称,列入原因\n,\n", "一个名字也没有", 0),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_whole_by_row_and_column(
    official: WatchList, compliance: Actor, now: datetime, text: str, message: str, line: int
) -> None:
    with pytest.raises(WrongList, match=message) as caught:
        taken(official, compliance, now, text)
    assert {fault.line for fault in caught.value.faults} == ({line} if line else set())
    assert not WatchEntry.objects.exists()


def test_compliance_alone_decides_keeps_lists_and_never_the_front(
    firm: Party, black: WatchList, compliance: Actor, actors: dict[str, Actor], now: datetime
) -> None:
    add(black, compliance, now, firm.name)
    screened(firm, now)
    hit = WatchHit.objects.get()
    for name in ("liqiang", "wangfang", "chenjing", "sunlei"):
        with pytest.raises(Refused):
            confirm_hit(actor=actors[name], at=now, hit=hit, reason="是")
    for name in ("liqiang", "wangfang", "zhoujie"):
        with pytest.raises(Refused):
            add(black, actors[name], now, "乙公司")
    with pytest.raises(NotNow, match="已有这一条"):
        add(black, compliance, now, firm.name)
    confirm_hit(actor=compliance, at=now, hit=hit, reason="营业执照一致")
    with pytest.raises(NotNow, match="已确认"):
        confirm_hit(actor=compliance, at=now, hit=hit, reason="再确认")


def test_events_of_parties_and_lists_start_one_job_for_each_subject(
    firm: Party, black: WatchList, compliance: Actor, actor: Actor, now: datetime
) -> None:
    coded(firm, actor, now)
    add(black, compliance, now, "乙公司")
    waiting = set(ProcrastinateJob.objects.values_list("task_name", "lock"))
    assert ("customers.screen_party", f"customers.screen_party:party:{firm.pk}") in waiting
    assert ("customers.screen_list", f"customers.screen_list:watch_list:{black.pk}") in waiting
    add(black, compliance, now, firm.name)
    tasks.screen_one(str(firm.pk))
    tasks.screen_everybody(str(black.pk))
    tasks.screen_one(str(firm.pk))
    assert WatchHit.objects.filter(party=firm).count() == 1


def test_an_entry_whose_last_day_has_passed_ends_its_hits(
    firm: Party, black: WatchList, compliance: Actor, now: datetime
) -> None:
    today = timezone.localdate()
    add(black, compliance, now, firm.name, until_on=today - timedelta(days=1))
    with writing():
        WatchHit.objects.create(
            party=firm,
            entry=WatchEntry.objects.get(),
            certainty=Certainty.POSSIBLE,
            matched="名称",
            found_at=now,
        )
    tasks.end_hits()
    assert WatchHit.objects.get().ended_at is not None


def test_facts_say_what_was_confirmed_by_the_day_and_are_missing_without_a_list(
    firm: Party, bank: Party, compliance: Actor, now: datetime
) -> None:
    today = timezone.localdate(now)
    row = ask_hits([firm.pk], as_of=today).row(firm.pk)
    assert set(row.values()) == {None}
    black = opened(ListKind.OWN, compliance, now)
    add(black, compliance, now, firm.name)
    screened(firm, now)
    later = now + timedelta(days=5)
    confirm_hit(actor=compliance, at=later, hit=WatchHit.objects.get(), reason="是")

    def asked(day: date) -> tuple[Any, Any, Any]:
        found = ask_hits(None, as_of=day).row(firm.pk)
        assert found == ask_hits([firm.pk], as_of=day).row(firm.pk)
        return found["list.is_blacklisted"], found["list.open_hits"], found["list.aml_hit"]

    assert asked(today) == (False, 1, None), "that it was confirmed was learned later"
    assert asked(today + timedelta(days=5)) == (True, 0, None)
    assert ask_hits(None, as_of=today).row(bank.pk)["list.is_blacklisted"] is False
    for fact in WATCH_FACTS:
        check_column(fact, ask_hits(None, as_of=today).columns[fact.name])
    dismiss_hit(actor=compliance, at=later + timedelta(days=1), hit=WatchHit.objects.get(), reason="误认")
    assert asked(today + timedelta(days=6)) == (False, 0, None)
    assert asked(today + timedelta(days=5)) == (True, 0, None)
    with CaptureQueriesContext(connection) as queries:
        ask_hits(None, as_of=today)
    assert len(queries) == 2  # who is merged into whom, and the answer


def test_pages_lead_from_the_list_to_the_hit_and_to_the_top_of_the_customers_page(
    client: Client, linhui: User, staff: dict[str, User], firm: Party, now: datetime
) -> None:
    client.force_login(linhui)
    client.post(reverse("customers:new_list"), {"kind": "own", "name": "本机构黑名单", "source": ""})
    black = WatchList.objects.get()
    new = reverse("customers:new_entry", args=[black.pk])
    wrong = {
        "name": "！！",
        "number": "不详",
        "reason": "电话13800138000",
        "from_on": "20260101",
        "until_on": "20250101",
    }
    shown = client.post(new, wrong).content.decode()
    for text in ("没有文字", "5 至 30 位", "不要在这里填写", "早于列入日期"):
        assert text in shown
    client.post(new, {"name": firm.name, "number": "", "reason": "恶意骗保", "source": "决议1号"})
    tasks.screen_everybody(str(black.pk))
    queue = client.get(reverse("customers:watch_hits")).content.decode()
    assert firm.name in queue
    hit = WatchHit.objects.get()
    assert "名单没有提供" in client.get(hit.get_absolute_url()).content.decode()
    decide = reverse("customers:decide_hit", args=[hit.pk])
    assert client.post(decide, {"do": "confirm", "reason": ""}).status_code == 422
    assert client.post(decide, {"do": "nothing", "reason": "x"}).status_code == 422
    client.post(decide, {"do": "confirm", "reason": "营业执照一致"})
    client.force_login(staff["liqiang"])
    for name in ("desk:customer", "customers:file", "customers:hits_of", "customers:records"):
        assert "恶意骗保" in client.get(reverse(name, args=[firm.pk])).content.decode()
    assert client.get(reverse("customers:watch_hits")).status_code == 403
    assert client.post(decide, {"do": "dismiss", "reason": "x"}).status_code == 403


def test_a_file_is_taken_in_on_its_page_and_faults_name_their_rows(
    client: Client, linhui: User, official: WatchList
) -> None:
    client.force_login(linhui)
    url = reverse("customers:new_version", args=[official.pk])
    today = timezone.localdate().isoformat()

    def send(content: bytes) -> Any:
        return client.post(url, {"as_of": today, "file": SimpleUploadedFile("名单.csv", content)})

    assert (
        "第 3 行“列入日期”：不是日期"
        in send("名称,列入日期\n甲,2026/1/1\n乙,哪天\n".encode()).content.decode()
    )
    assert send(b"").status_code == 422
    assert "不是完整的" in send(b"%PDF-1.4").content.decode()
    assert send("名称,依据\n甲,\n乙,\n".encode("gb18030")).status_code == 302
    assert ">2 条<" in client.get(official.get_absolute_url()).content.decode()
    assert official.versions.get().document.sha256


def test_the_queue_asks_as_many_queries_for_one_hit_as_for_many(
    client: Client, linhui: User, firm: Party, black: WatchList, compliance: Actor, now: datetime
) -> None:
    client.force_login(linhui)
    counts = []
    for number in (1, 8):
        for one in range(number):
            add(black, compliance, now, firm.name, source=f"{number}-{one}", code=f"9133{number}{one}")
        screen_list(actor=SCREENING, at=now, list_id=black.pk)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("customers:watch_hits")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert open_hits(compliance) == 9
