"""Public records: what a search says, what takes its place, and what the facts make of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vouch.customers.actions import (
    MaterialDetails,
    RecordLine,
    SearchDetails,
    VerificationDetails,
    WrongMaterial,
    record_search,
    verify_material,
    withdraw_material,
)
from vouch.customers.facts.records import RECORD_FACTS, ask_records
from vouch.customers.models import PublicRecord, RecordSearch
from vouch.customers.queries.records import current_records, records_by_kind, told_of_records
from vouch.customers.terms import (
    Finding,
    LawsuitSide,
    MaterialKind,
    Origin,
    RecordKind,
    RecordState,
    VerificationMeans,
)
from vouch.engine.facts import check_column
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused

pytestmark = pytest.mark.django_db

CHINA = ZoneInfo("Asia/Shanghai")
AS_OF = date(2026, 2, 28)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), CHINA)


def searched(
    party: Party,
    actor: Actor,
    on: date,
    *lines: RecordLine,
    kinds: Any = (),
    is_complete: bool = True,
    late: int = 0,
) -> RecordSearch:
    """A search of a day, entered so many days later."""
    return record_search(
        actor=actor,
        at=noon(on + timedelta(days=late)),
        party=party,
        details=MaterialDetails(kind=MaterialKind.RECORD, origin=Origin.PUBLIC, as_of=on),
        search=SearchDetails(
            kinds=list(kinds) or sorted({line.kind for line in lines}), lines=lines, is_complete=is_complete
        ),
    )


def line(kind: str, on: date, **more: Any) -> RecordLine:
    if kind == RecordKind.LITIGATION:
        more = {"side": LawsuitSide.DEFENDANT, **more}
    return RecordLine(kind=kind, opened_on=on, **more)


def facts(party: Party, as_of: date = AS_OF) -> dict[str, Any]:
    frame = ask_records([party.pk], as_of=as_of)
    return {name.removeprefix("record."): value for name, value in frame.row(party.pk).items()}


def test_a_kind_that_was_searched_without_a_find_is_nought_and_one_never_searched_is_missing(
    firm: Party, actor: Actor
) -> None:
    searched(firm, actor, AS_OF, kinds=[RecordKind.DISHONESTY, RecordKind.ENFORCEMENT])
    found = facts(firm)
    assert (found["is_dishonest"], found["open_enforcement_count"], found["open_enforcement_amount"]) == (
        False,
        0,
        0,
    )
    assert found["is_abnormal"] is None
    assert found["penalty_count_24m"] is None
    assert (found["searched_kinds"], found["days_since_search"]) == (2, 0)


def test_a_later_complete_search_takes_the_place_of_what_was_found_of_that_kind(
    firm: Party, actor: Actor
) -> None:
    dishonest = line(
        RecordKind.DISHONESTY, date(2025, 1, 1), number="（2025）浙01执1号", amount=Decimal("5000.00")
    )
    case = line(RecordKind.LITIGATION, date(2025, 6, 1), number="（2025）浙01民初2号")
    searched(firm, actor, date(2025, 7, 1), dishonest, case)
    searched(firm, actor, date(2025, 9, 1), kinds=[RecordKind.DISHONESTY])
    assert facts(firm, date(2025, 8, 31))["is_dishonest"] is True
    after = facts(firm)
    assert after["is_dishonest"] is False, "it was struck off the list"
    assert after["defendant_count_24m"] == 1, "lawsuits were not searched again"


def test_a_single_record_added_stands_beside_the_search_and_a_later_mention_of_it_counts(
    firm: Party, actor: Actor
) -> None:
    one = line(RecordKind.ENFORCEMENT, date(2025, 1, 1), number="执1", amount=Decimal("100.00"))
    searched(firm, actor, date(2025, 2, 1), one)
    other = replace(one, number="执2", amount=Decimal("50.00"))
    closed = replace(one, state=RecordState.CLOSED, closed_on=date(2025, 3, 1))
    searched(firm, actor, date(2025, 4, 1), other, closed, is_complete=False)
    found = facts(firm)
    assert (found["open_enforcement_count"], found["open_enforcement_amount"]) == (1, 5000)
    assert [row.number for row in current_records(firm.pk, as_of=AS_OF)] == ["执2", "执1"]


def test_what_is_learned_later_does_not_change_what_was_known(firm: Party, actor: Actor) -> None:
    late = searched(firm, actor, date(2025, 1, 1), line(RecordKind.PENALTY, date(2024, 12, 1)), late=100)
    assert ask_records([firm.pk], as_of=date(2025, 3, 1)).subjects == []
    assert facts(firm)["penalty_count_24m"] == 1
    withdraw_material(actor=actor, at=noon(AS_OF + timedelta(days=1)), material=late.material, reason="录错")
    assert facts(firm)["penalty_count_24m"] == 1, "that it was taken back was learned the day after"
    assert ask_records([firm.pk], as_of=AS_OF + timedelta(days=1)).subjects == []


def test_what_somebody_refuted_counts_no_longer(firm: Party, actor: Actor) -> None:
    one = searched(firm, actor, date(2025, 1, 1), line(RecordKind.SERIOUS, date(2024, 12, 1)))
    found = VerificationDetails(VerificationMeans.SOURCE, Finding.REFUTED, "同名企业")
    verify_material(actor=actor, at=noon(date(2025, 2, 1)), material=one.material, details=found)
    assert facts(firm, date(2025, 1, 31))["is_serious"] is True
    assert ask_records([firm.pk], as_of=AS_OF).subjects == []
    assert current_records(firm.pk, as_of=AS_OF) == []


@dataclass(frozen=True)
class World:
    """One search as drawn."""

    as_of: date
    late: int
    ended: int | None
    is_complete: bool
    kinds: frozenset[RecordKind]
    lines: tuple[RecordLine, ...]


DRAWN_KINDS = [RecordKind.LITIGATION, RecordKind.ENFORCEMENT, RecordKind.DISHONESTY, RecordKind.PENALTY]
DAYS = st.dates(date(2023, 9, 1), date(2025, 10, 1))
LINES = st.builds(
    lambda kind, on, side, number, amount, is_open: RecordLine(
        kind=kind,
        opened_on=on,
        side=side if kind == RecordKind.LITIGATION else "",
        number=number,
        amount=amount,
        state=RecordState.OPEN if is_open else RecordState.CLOSED,
    ),
    st.sampled_from(DRAWN_KINDS),
    DAYS,
    st.sampled_from(list(LawsuitSide)),
    st.sampled_from(["", "", "1", "2"]),
    st.one_of(st.none(), st.integers(0, 10**7).map(lambda fen: Decimal(fen).scaleb(-2))),
    st.booleans(),
)
WORLDS = st.lists(
    st.builds(
        World,
        st.dates(date(2025, 10, 1), date(2026, 2, 1)),
        st.integers(0, 60),
        st.one_of(st.none(), st.none(), st.integers(0, 60)),
        st.booleans(),
        st.frozensets(st.sampled_from(DRAWN_KINDS)),
        st.lists(LINES, max_size=4, unique_by=lambda one: (one.kind, one.side, one.number or id(one))).map(
            tuple
        ),
    ),
    max_size=4,
)


def brute(worlds: list[World], as_of: date) -> dict[str, Any] | None:
    """The facts of these searches, computed without SQL."""
    known = []
    for order, one in enumerate(worlds):
        known_on = one.as_of + timedelta(days=one.late)
        gone_on = None if one.ended is None else known_on + timedelta(days=one.ended)
        if known_on <= as_of and (gone_on is None or gone_on > as_of):
            known.append(((one.as_of, known_on, order), one))
    if not known:
        return None
    known.sort(key=lambda pair: pair[0])
    last: dict[str, Any] = {}
    for mark, one in known:
        for kind in one.kinds if one.is_complete else ():
            last[kind] = mark
    rows: dict[Any, RecordLine] = {}
    for mark, one in known:
        for place, row in enumerate(one.lines):
            if row.kind not in last or mark >= last[row.kind]:
                rows[(row.kind, row.side, row.number) if row.number else (mark, place)] = row
    found = list(rows.values())
    year = as_of.year - 2
    start = date(year, as_of.month, min(as_of.day, 28 if as_of.month == 2 else as_of.day))

    def of(kind: str, **wanted: Any) -> list[RecordLine]:
        return [
            row for row in found if row.kind == kind and all(getattr(row, k) == v for k, v in wanted.items())
        ]

    def looked(kind: str, value: Any) -> Any:
        return value if kind in last or of(kind) else None

    def fen(some: list[RecordLine]) -> int:
        return int(sum((row.amount or Decimal(0)) for row in some) * 100)

    sued = of(RecordKind.LITIGATION, side=LawsuitSide.DEFENDANT)
    lately = [row for row in sued if row.opened_on > start]
    enforced = of(RecordKind.ENFORCEMENT, state=RecordState.OPEN)
    punished = [row for row in of(RecordKind.PENALTY) if row.opened_on > start]
    dishonest = bool(of(RecordKind.DISHONESTY, state=RecordState.OPEN))
    days = [mark[0] for mark in last.values()]
    return {
        "defendant_count_24m": looked(RecordKind.LITIGATION, len(lately)),
        "defendant_amount_24m": looked(RecordKind.LITIGATION, fen(lately)),
        "defendant_open_count": looked(
            RecordKind.LITIGATION, sum(row.state == RecordState.OPEN for row in sued)
        ),
        "open_enforcement_count": looked(RecordKind.ENFORCEMENT, len(enforced)),
        "open_enforcement_amount": looked(RecordKind.ENFORCEMENT, fen(enforced)),
        "penalty_count_24m": looked(RecordKind.PENALTY, len(punished)),
        "penalty_amount_24m": looked(RecordKind.PENALTY, fen(punished)),
        "is_dishonest": True if dishonest else (False if RecordKind.DISHONESTY in last else None),
        "days_since_search": (as_of - max(days)).days if days else None,
        "oldest_search_days": (as_of - min(days)).days if days else None,
        "searched_kinds": len(last),
    }


Make = Callable[[list[World]], Party]


@pytest.fixture
def make(head_office: Unit, actor: Actor, now: datetime) -> Make:
    numbers = itertools.count(1)

    def of(worlds: list[World]) -> Party:
        party = register_enterprise(
            actor=actor,
            at=now,
            unit=head_office,
            registration=Registration(EnterpriseDetails(name=f"试验企业{next(numbers)}")),
        )
        for one in worlds:
            made = searched(
                party,
                actor,
                one.as_of,
                *one.lines,
                kinds=one.kinds,
                is_complete=one.is_complete,
                late=one.late,
            )
            if one.ended is not None:
                at = made.material.known_at + timedelta(days=one.ended, minutes=1)
                withdraw_material(actor=actor, at=at, material=made.material, reason="撤回")
        return party

    return of


@given(worlds=WORLDS, as_of=st.dates(date(2025, 12, 20), date(2026, 3, 5)))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_facts_equal_the_same_facts_in_plain_python(make: Make, worlds: list[World], as_of: date) -> None:
    # What a search says of a kind, it has searched; a supplement says something.
    worlds = [replace(one, kinds=one.kinds | {RecordKind(row.kind) for row in one.lines}) for one in worlds]
    worlds = [one for one in worlds if one.kinds and (one.lines or one.is_complete)]
    party = make(worlds)
    expected = brute(worlds, as_of)
    frame = ask_records([party.pk], as_of=as_of)
    if expected is None:
        assert frame.subjects == []
        return
    row = facts(party, as_of)
    assert {name: row[name] for name in expected} == expected
    assert ask_records(None, as_of=as_of).row(party.pk) == frame.row(party.pk)


def test_one_query_answers_for_all_and_every_value_is_of_its_kind(make: Make) -> None:
    one = World(AS_OF, 0, None, True, frozenset(RecordKind), (line(RecordKind.PENALTY, AS_OF),))
    for _number in range(3):
        make([one])
    with CaptureQueriesContext(connection) as queries:
        frame = ask_records(None, as_of=AS_OF)
    assert (len(queries), len(frame)) == (2, 3)
    for fact in RECORD_FACTS:
        check_column(fact, frame.columns[fact.name])
        assert fact.definition, fact.name
        assert fact.missing, fact.name


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"closed_on": date(2025, 1, 1)}, "状态应为已结"),
        ({"state": RecordState.CLOSED, "closed_on": date(2024, 1, 1)}, "早于立案"),
        ({"opened_on": date(2026, 3, 1)}, "晚于查询日期"),
        ({"side": LawsuitSide.DEFENDANT}, "只有涉诉"),
        ({"kind": RecordKind.LITIGATION}, "诉讼地位"),
        ({"amount": Decimal(-1)}, "不能为负"),
        ({"kind": RecordKind.SERIOUS}, "不在查询种类中"),
    ],
)
def test_a_record_that_cannot_be_is_refused_by_its_place(
    firm: Party, actor: Actor, more: dict[str, Any], message: str
) -> None:
    wrong = replace(line(RecordKind.PENALTY, date(2024, 12, 1)), **more)
    kinds = [RecordKind.PENALTY, RecordKind.LITIGATION]
    with pytest.raises(WrongMaterial, match=f"第 2 条.*{message}"):
        searched(firm, actor, AS_OF, line(RecordKind.PENALTY, date(2024, 1, 1)), wrong, kinds=kinds)
    assert not PublicRecord.objects.exists()


def test_the_section_warns_of_what_is_grave_stale_and_never_searched(firm: Party, actor: Actor) -> None:
    now = noon(AS_OF)
    assert told_of_records(firm, actor, now).warnings == ("从未查询",)
    searched(
        firm, actor, date(2025, 10, 1), line(RecordKind.ABNORMAL, date(2025, 1, 1)), kinds=RecordKind.values
    )
    told = told_of_records(firm, actor, now)
    assert (told.count, told.as_of) == (1, date(2025, 10, 1))
    assert told.warnings == ("经营异常名录", "12 类查询超过 90 天")
    assert next(one for one in records_by_kind(firm.pk, as_of=AS_OF) if one.records).is_grave


def test_only_those_who_work_on_files_record_a_search(firm: Party, actors: dict[str, Actor]) -> None:
    for name in ("wuting", "sunlei", "zhoujie"):
        with pytest.raises(Refused):
            searched(firm, actors[name], AS_OF, kinds=[RecordKind.PENALTY])


def form(lines: list[dict[str, str]], **more: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "origin": "public",
        "as_of": timezone.localdate().isoformat(),
        "kinds": [RecordKind.ENFORCEMENT, RecordKind.LITIGATION],
        "is_complete": "on",
        "lines-TOTAL_FORMS": str(len(lines)),
        "lines-INITIAL_FORMS": "0",
        **more,
    }
    for number, values in enumerate(lines):
        data |= {f"lines-{number}-{name}": value for name, value in values.items()}
    return data


@pytest.fixture
def page(client: Client, staff: dict[str, User], firm: Party) -> Callable[[dict[str, Any] | None], Any]:
    client.force_login(staff["liqiang"])
    url = reverse("customers:new_records", args=[firm.pk])
    return lambda data: client.get(url) if data is None else client.post(url, data)


def test_a_search_is_entered_with_lines_and_shown_by_kind(client: Client, page: Any, firm: Party) -> None:
    assert "查询无记录" in page(None).content.decode()
    one = {
        "kind": "enforcement",
        "number": "（2026）浙0102执88号",
        "opened_on": "20260105",
        "amount": "120.5",
        "state": "open",
    }
    sent = page(form([one, {"state": "open"}]))
    assert sent.status_code == 302, sent.content.decode()
    assert PublicRecord.objects.get().amount == Decimal("1205000.00")
    shown = client.get(reverse("customers:records", args=[firm.pk])).content.decode()
    for text in ("（2026）浙0102执88号", "120.50", "查询无记录", "未查询"):
        assert text in shown
    overview = client.get(reverse("customers:file", args=[firm.pk])).content.decode()
    assert "被执行人" in overview


def test_a_pasted_table_fills_the_lines_to_be_looked_at_and_keeps_nothing_yet(page: Any) -> None:
    table = "查询结果\n案号\t立案时间\t执行法院\t执行标的(元)\t案件状态\n（2026）浙执1号\t2026年1月5日\t江州市人民法院\t1,234,567.89\t执行中\n"
    read = page(form([], do="read", table=table, kinds=["enforcement"])).content.decode()
    assert not PublicRecord.objects.exists()
    for text in ("（2026）浙执1号", "江州市人民法院", "1,234,567.89元"):
        assert f'value="{text}"' in read
    assert '<option value="enforcement" selected>' in read
    assert '<option value="open" selected>' in read


@pytest.mark.parametrize(
    ("lines", "more", "message"),
    [
        ([{"number": "1", "state": "open"}], {}, "这个字段是必填项"),
        ([{"kind": "enforcement", "opened_on": "2026-13-40", "state": "open"}], {}, "不是存在的日期"),
        (
            [{"kind": "enforcement", "opened_on": "20260105", "amount": "很多", "state": "open"}],
            {},
            "不是金额",
        ),
        (
            [{"kind": "enforcement", "opened_on": "20260105", "cause": "电话13800138000", "state": "open"}],
            {},
            "不要在这里填写",
        ),
        (
            [
                {
                    "kind": "enforcement",
                    "opened_on": "20260105",
                    "number": "11010519491231002X",
                    "state": "open",
                }
            ],
            {},
            "证件号码",
        ),
        ([{"kind": "litigation", "opened_on": "20260105", "state": "open"}], {}, "诉讼地位"),
        ([], {"kinds": []}, "必填"),
        ([], {"is_complete": ""}, "至少写一条"),
        ([], {"as_of": "20991231"}, "不能晚于今天"),
        ([], {"do": "read", "table": "甲\t乙\n1\t2"}, "找不到表头"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_nothing_is_lost(
    page: Any, lines: list[dict[str, str]], more: dict[str, Any], message: str
) -> None:
    shown = page(form(lines, **more))
    text = shown.content.decode()
    assert message in text
    for values in lines:
        for name, value in values.items():
            if name not in {"kind", "state"}:
                assert f'value="{value}"' in text
    assert not RecordSearch.objects.exists()


def test_the_page_asks_the_same_number_of_queries_for_one_record_and_for_many(
    client: Client, staff: dict[str, User], firm: Party, actor: Actor
) -> None:
    client.force_login(staff["wangfang"])
    url = reverse("customers:records", args=[firm.pk])
    counts = []
    for number in range(3):
        on = AS_OF + timedelta(days=number)
        searched(
            firm,
            actor,
            on,
            *(line(RecordKind.PENALTY, on, number=f"{number}-{one}") for one in range(1 + 20 * number)),
        )
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[1] == counts[2], counts
