"""Requests of persons: their clocks, their steps, and what is really done for them."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from vouch.customers.actions import (
    NotNow,
    ReportDetails,
    RequestDetails,
    answer_request,
    approve_erasure,
    extend_request,
    fetch_package,
    make_package,
    open_signed_file,
    propose_erasure,
    receive_request,
    refuse_request,
    restrict_by_request,
    set_clock,
    store_report,
    take_up,
    verify_requester,
    withdraw_by_request,
    withdrawable,
)
from vouch.customers.models import RightsRequest
from vouch.customers.queries import missing_authorisation
from vouch.customers.queries.holdings import claims_on, years_after
from vouch.customers.queries.rights import (
    RequestsWanted,
    clock_of,
    due_on,
    remaining,
    requests_where,
    text_of,
)
from vouch.customers.terms import (
    CLOCKS,
    DataClass,
    Lack,
    Outcome,
    Purpose,
    RefusalReason,
    ReportKind,
    RequestChannel,
    RequestKind,
    RequestState,
    Unit,
)
from vouch.customers.tests.scene import NUMBER, PHONE, SYSTEM, granted, published, report_file
from vouch.engine.working_days import is_working_day, working_days_between
from vouch.parties.actions import end_assignment
from vouch.parties.models import Party
from vouch.parties.queries import current_assignment
from vouch.parties.terms import PartyStatus
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.terms import Role
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.queries import history_of
from vouch.platform.ledger.testing import writing
from vouch.platform.vault.actions import destroy_key
from vouch.platform.vault.models import Document
from vouch.platform.vault.terms import KeyDestroyed, Subject

pytestmark = pytest.mark.django_db
CHINA = ZoneInfo("Asia/Shanghai")


def received(party: Party, kind: RequestKind, at: datetime, *, detail: str = "请办理") -> RightsRequest:
    details = RequestDetails(kind=kind, channel=RequestChannel.COUNTER, detail=detail)
    return receive_request(actor=SYSTEM, at=at, party=party, details=details)


def in_hand(party: Party, kind: RequestKind, at: datetime, handler: Actor) -> RightsRequest:
    request = received(party, kind, at)
    verify_requester(actor=handler, at=at, request=request, how="核对原件")
    return take_up(actor=handler, at=at, request=request)


@given(
    received_at=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2027, 12, 31)),
    kind=st.sampled_from(list(RequestKind)),
)
def test_every_clock_ends_on_a_working_day_after_at_least_its_days(
    received_at: datetime, kind: RequestKind
) -> None:
    clock = CLOCKS[kind]
    at = received_at.replace(tzinfo=CHINA)
    end = due_on(clock, at)
    assert is_working_day(end)
    if clock.unit == Unit.WORKING:
        assert working_days_between(at.date(), end) == clock.days
    else:
        assert end >= at.date() + timedelta(days=clock.days)
        # Nothing is worked between the law's last day and the one that takes its place.
        assert working_days_between(at.date() + timedelta(days=clock.days - 1), end) == 1
    assert due_on(clock, at) <= due_on(clock, at + timedelta(days=1))


def test_the_known_clocks(person: Party) -> None:
    moment = datetime(2026, 9, 24, 23, 59, tzinfo=CHINA)
    assert due_on(clock_of(RequestKind.ACCESS), moment) == date(2026, 10, 22)
    # 14 October is a Wednesday.
    assert due_on(clock_of(RequestKind.OBJECT), moment) == date(2026, 10, 14)
    # 20 days from 12 September end in the holidays of National Day.
    assert due_on(clock_of(RequestKind.OBJECT), datetime(2026, 9, 12, 9, tzinfo=CHINA)) == date(2026, 10, 8)
    assert CLOCKS[RequestKind.OBJECT].is_law
    assert all("自定" in clock.source for kind, clock in CLOCKS.items() if kind != RequestKind.OBJECT)


def test_a_request_is_late_from_the_day_after_its_last(person: Party, actor: Actor, now: datetime) -> None:
    request = received(person, RequestKind.WITHDRAW, now)
    assert request.due_on == date(2026, 11, 25)
    assert not remaining(request, today=request.due_on).is_overdue
    assert remaining(request, today=request.due_on).is_close
    late = remaining(request, today=request.due_on + timedelta(days=1))
    assert (late.is_overdue, late.days) == (True, -1)
    wanted = RequestsWanted(only="late")
    assert not requests_where(actor, wanted, today=request.due_on).exists()
    assert requests_where(actor, wanted, today=request.due_on + timedelta(days=1)).get().is_late


def test_the_steps_go_one_way_and_only_for_those_who_handle(
    person: Party, actors: dict[str, Actor], now: datetime
) -> None:
    chief = actors["chenjing"]
    request = received(person, RequestKind.CORRECT, now)
    with pytest.raises(NotNow, match="正在办理"):
        received(person, RequestKind.CORRECT, now)
    with pytest.raises(NotNow, match="不能改为"):
        take_up(actor=chief, at=now, request=request)
    with pytest.raises(Refused):
        verify_requester(actor=actors["liqiang"], at=now, request=request, how="见面")
    verify_requester(actor=chief, at=now, request=request, how="核对原件")
    with pytest.raises(Refused):
        answer_request(actor=chief, at=now, request=request, answer="还没有人经办")
    request = take_up(actor=chief, at=now, request=request)
    done = answer_request(actor=chief, at=now, request=request, answer="已更正住址")
    assert (done.state, done.outcome) == (RequestState.ANSWERED, Outcome.FULFILLED)
    with pytest.raises(NotNow, match="不能改为"):
        refuse_request(actor=chief, at=now, request=done, reason=RefusalReason.UNFOUNDED, answer="迟了")
    # Closed, the same may be asked again.
    received(person, RequestKind.CORRECT, now)


def test_the_laws_days_are_not_prolonged_and_ours_once(
    person: Party, actors: dict[str, Actor], now: datetime
) -> None:
    chief = actors["chenjing"]
    objection = in_hand(person, RequestKind.OBJECT, now, chief)
    with pytest.raises(NotNow, match="法定期限"):
        extend_request(
            actor=chief,
            at=now,
            request=objection,
            until=objection.due_on + timedelta(days=5),
            reason="核查中",
        )
    copy = in_hand(person, RequestKind.ACCESS, now, chief)
    for until in (copy.due_on, now.date() + timedelta(days=61)):
        with pytest.raises(NotNow, match="新期限"):
            extend_request(actor=chief, at=now, request=copy, until=until, reason="材料多")
    longer = extend_request(
        actor=chief, at=now, request=copy, until=copy.due_on + timedelta(days=7), reason="材料多"
    )
    assert longer.extended_from == copy.due_on
    with pytest.raises(NotNow, match="延期过"):
        extend_request(
            actor=chief, at=now, request=copy, until=longer.due_on + timedelta(days=1), reason="再"
        )


def test_our_own_clock_counts_for_later_requests_only(
    person: Party, actors: dict[str, Actor], now: datetime
) -> None:
    first = received(person, RequestKind.ACCESS, now)
    set_clock(actor=actors["chenjing"], at=now, kind=RequestKind.ACCESS, days=5)
    assert clock_of(RequestKind.ACCESS).days == 5
    first.refresh_from_db()
    assert first.clock_days == 15
    for days in (0, 61):
        with pytest.raises(NotNow, match="天数"):
            set_clock(actor=actors["chenjing"], at=now, kind=RequestKind.ACCESS, days=days)
    with pytest.raises(Refused):
        set_clock(actor=actors["liqiang"], at=now, kind=RequestKind.ACCESS, days=6)


def test_the_copy_holds_everything_and_is_fetched_once_by_its_handler(
    person: Party, actors: dict[str, Actor], now: datetime
) -> None:
    chief = actors["chenjing"]
    notice = published(at=now)
    one = granted(person, at=now, notice=notice)
    request = in_hand(person, RequestKind.ACCESS, now, chief)
    with pytest.raises(NotNow, match="尚未生成"):
        fetch_package(actor=chief, at=now, request=request)
    make_package(actor=chief, at=now, request=request)
    made = make_package(actor=chief, at=now, request=request)
    assert Document.objects.filter(media_type="application/zip").count() == 1, (
        "made again, the former one is gone"
    )
    with pytest.raises(Refused):
        fetch_package(actor=actors["wangfang"], at=now, request=made)
    with pytest.raises(Refused):
        fetch_package(actor=SYSTEM, at=now, request=made)
    archive = zipfile.ZipFile(io.BytesIO(fetch_package(actor=chief, at=now, request=made).content))
    told = {s["title"]: s["rows"] for s in json.loads(archive.read("个人信息副本.json"))["sections"]}
    assert told["客户"][0]["名称"] == "张三"
    assert told["个人信息"][0]["证件号码"] == NUMBER
    assert told["电话"][0]["号码"] == PHONE
    assert told["授权"][0]["编号"] == one.number
    assert told["个人权利请求"][0]["请求内容"] == "请办理"
    assert "操作记录" in told
    book = CalamineWorkbook.from_filelike(io.BytesIO(archive.read("个人信息副本.xlsx")))
    assert set(book.sheet_names) == set(told)
    assert f"文件/授权-{one.number}.pdf" in archive.namelist()
    with pytest.raises(NotNow, match="已经取走"):
        fetch_package(actor=chief, at=now, request=made)
    assert not Document.objects.filter(media_type="application/zip").exists()
    assert history_of("rights_request", request.pk).filter(event="customers.package.fetched").count() == 1


def test_what_must_be_kept_is_restricted_instead_of_erased(
    person: Party, actors: dict[str, Actor], now: datetime
) -> None:
    chief = actors["chenjing"]
    request = in_hand(person, RequestKind.DELETE, now, chief)
    (claim,) = claims_on(person, today=now.date())
    assert (claim.rule.years, claim.until) == (10, None)
    with pytest.raises(NotNow, match="反洗钱法34条"):
        propose_erasure(actor=chief, at=now, request=request)
    done = restrict_by_request(actor=chief, at=now, request=request, answer="业务关系存续，依法保存")
    assert (done.state, done.outcome) == (RequestState.ANSWERED, Outcome.RESTRICTED)
    person.refresh_from_db()
    assert person.status == PartyStatus.RESTRICTED


def test_what_need_not_be_kept_is_not_restricted_but_erased(
    person: Party, actors: dict[str, Actor], now: datetime
) -> None:
    chief = actors["chenjing"]
    present = current_assignment(person)
    assert present is not None
    end_assignment(actor=SYSTEM, at=now, party=person, ends_on=now.date())
    later = datetime(2037, 1, 5, 9, tzinfo=CHINA)
    assert claims_on(person, today=date(2036, 11, 19))
    assert claims_on(person, today=later.date()) == []
    request = in_hand(person, RequestKind.DELETE, later, chief)
    with pytest.raises(NotNow, match="应当删除"):
        restrict_by_request(actor=chief, at=later, request=request, answer="……")
    with pytest.raises(NotNow, match="合规岗"):
        propose_erasure(actor=chief, at=later, request=request)


def test_an_erasure_takes_two_persons_and_leaves_nothing_that_opens(
    person: Party, actors: dict[str, Actor], staff: dict[str, User], now: datetime
) -> None:
    end_assignment(actor=SYSTEM, at=now, party=person, ends_on=now.date())
    with writing():
        User.objects.filter(pk=staff["wangfang"].pk).update(roles=[Role.COMPLIANCE])
    handler = actor_of(User.objects.select_related("unit").get(pk=staff["wangfang"].pk))
    notice = published(at=now)
    one = granted(person, at=now, notice=notice, days=(0, 30))
    report = store_report(
        actor=SYSTEM,
        at=now,
        party=person,
        details=ReportDetails(
            kind=ReportKind.PERSON, report_number="P1", queried_on=now.date(), reason=Purpose.REVIEW
        ),
        content=report_file(person, on=now.date(), number="P1"),
    )
    later = datetime(2037, 1, 5, 9, tzinfo=CHINA)
    request = in_hand(person, RequestKind.DELETE, later, handler)
    with pytest.raises(NotNow, match="还没有提请"):
        approve_erasure(actor=actors["chenjing"], at=later, request=request)
    proposed = propose_erasure(actor=handler, at=later, request=request)
    with pytest.raises(Refused):
        approve_erasure(actor=handler, at=later, request=proposed)
    done = approve_erasure(actor=actors["chenjing"], at=later, request=proposed)
    assert (done.state, done.outcome) == (RequestState.ANSWERED, Outcome.ERASED)
    person.refresh_from_db()
    assert (person.status, person.name) == (PartyStatus.ERASED, "已删除")
    report.refresh_from_db()
    assert (report.document, report.removed_at) == (None, later)
    with pytest.raises(KeyDestroyed):
        open_signed_file(actor=SYSTEM, at=later, authorisation=one)
    assert text_of(done, "detail") is None
    assert (
        missing_authorisation(person, purpose=Purpose.REVIEW, scope=DataClass.CREDIT, at=now).lack
        is Lack.RESTRICTED
    )


def test_the_dates_of_the_retention_matrix() -> None:
    assert years_after(date(2024, 2, 29), 10) == date(2034, 2, 28)
    assert years_after(date(2021, 6, 30), 5) == date(2026, 6, 30)


def test_a_withdrawal_by_request_takes_what_was_chosen(
    person: Party, actors: dict[str, Actor], now: datetime
) -> None:
    chief = actors["chenjing"]
    notice = published(at=now)
    first, second = (granted(person, at=now, notice=notice) for _ in range(2))
    request = in_hand(person, RequestKind.WITHDRAW, now, chief)
    assert withdrawable(request, at=now) == [first, second]
    assert withdraw_by_request(actor=chief, at=now, request=request, authorisations=[second]) == 1
    assert withdrawable(request, at=now) == [first]


def test_texts_die_with_the_persons_key_and_the_request_stays(person: Party, now: datetime) -> None:
    request = received(person, RequestKind.EXPLAIN, now, detail="为什么被拒")
    assert text_of(request, "detail") == "为什么被拒"
    with writing():
        destroy_key(Subject("party", str(person.pk)), at=now)
    assert text_of(request, "detail") is None
    assert RightsRequest.objects.filter(pk=request.pk).exists()
