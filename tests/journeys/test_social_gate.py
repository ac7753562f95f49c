# ruff: noqa: F811 (fixtures of other rooms, asked for by name)
"""Face by face: without an assessment in force and the switch, nothing of social information is taken in, read or exported."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.interface.conftest import Callers, caller, second_admin  # noqa: F401 - fixtures
from tests.journeys.gates import (
    PANELS,
    check_that_facts_are_missing,
    clock,  # noqa: F401 - a fixture
    let_a_policy_ask,
    snapshots_and_answers,
)
from vouch.customers.actions import (
    SignalLine,
    SocialShut,
    WrongMaterial,
    note_signals,
    switch_social,
    withdraw_assessment,
    withdraw_signal,
)
from vouch.customers.facts.social import SOCIAL_FACTS, ask_social
from vouch.customers.models import ImpactAssessment, SocialSignal
from vouch.customers.queries import signals_visible_to
from vouch.customers.queries.holdings import holdings_of
from vouch.customers.terms import Purpose, SignalKind, Tone
from vouch.customers.tests.assessments import SYSTEM, in_force, opened, rated
from vouch.customers.tests.conftest import firm, person  # noqa: F401 - fixtures
from vouch.engine import facts
from vouch.engine.facts import FactKind, catalogue
from vouch.grading.actions import assess_party
from vouch.grading.models import Assessment
from vouch.parties.actions import ContactLine, add_contact, add_post
from vouch.parties.models import Party
from vouch.parties.terms import PostKind, Relation
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db
PLATFORM, NOTE, PAGE = "某团购平台", "换季促销", "https://shop.example/店铺7777"
CONTENT = (PLATFORM, NOTE, PAGE, "店铺7777", "满分 5")
NAMES = [fact.name for fact in SOCIAL_FACTS]
Setting = Callable[[datetime], None]


@pytest.fixture
def seen(firm: Party, clock: datetime) -> SocialSignal:
    """Noted ten days ago, under an assessment that ended yesterday."""
    then = clock - timedelta(days=10)
    opened(at=then, days=9)
    lines = [rated(timezone.localdate(then), page=PAGE, platform=PLATFORM, note=NOTE, count=120)]
    assert note_signals(actor=SYSTEM, at=then, party=firm, lines=lines) == 1
    return SocialSignal.objects.get()


def expired(at: datetime) -> None:
    """The assessment of then ended yesterday; the switch still says on."""


def withdrawn(at: datetime) -> None:
    withdraw_assessment(actor=SYSTEM, at=at, assessment=in_force(at=at), reason="平台条款变化")


def switched_off(at: datetime) -> None:
    in_force(at=at)
    switch_social(actor=SYSTEM, at=at, is_on=False, reason="不用了")


def forbidden(at: datetime) -> None:
    in_force(at=at, is_necessary=False, conclusion="forbidden")


def of_another_activity(at: datetime) -> None:
    in_force(at=at, activity="lists")


SHUT = (expired, withdrawn, switched_off, forbidden, of_another_activity)


@pytest.mark.parametrize("setting", SHUT)
def test_pages_panels_and_exports_show_nothing_and_say_why(
    client: Client,
    firm: Party,
    seen: SocialSignal,
    staff: dict[str, User],
    actors: dict[str, Actor],
    clock: datetime,
    setting: Setting,
) -> None:
    setting(clock)
    client.force_login(staff["chenjing"])
    section = reverse("customers:social", args=[firm.pk])
    pages = [
        section,
        section + "?export=csv",
        section + "?export=xlsx",
        reverse("customers:file", args=[firm.pk]),
        *(reverse("desk:customer_panel", args=[firm.pk, panel]) for panel in PANELS),
        reverse("desk:customers") + "?export=csv",
        reverse("desk:find") + f"?q={PLATFORM}",
        reverse("ledger:entries") + f"?q={PLATFORM}",
    ]
    for page in pages:
        answer: Any = client.get(page, follow=True)
        body = answer.getvalue().decode("utf-8", "replace").replace(f'value="{PLATFORM}"', "")
        assert answer.status_code == 200, page
        assert [text for text in CONTENT if text in body.replace(f"“{PLATFORM}”", "")] == [], page
    shown = client.get(section)
    assert shown["Content-Type"].startswith("text/html")
    assert "社交信息没有开启" in shown.content.decode()
    assert not signals_visible_to(actors["chenjing"]).exists()
    assert signals_visible_to(actors["chenjing"]).count() == 0
    undo = reverse("customers:withdraw_signal", args=[seen.pk])
    client.force_login(staff["liqiang"])
    assert client.post(undo, {"reason": "手误"}).status_code == 404


@pytest.mark.parametrize("setting", SHUT)
def test_nothing_is_taken_in(
    client: Client, firm: Party, seen: SocialSignal, staff: dict[str, User], clock: datetime, setting: Setting
) -> None:
    setting(clock)
    with pytest.raises(SocialShut) as refused:
        note_signals(actor=SYSTEM, at=clock, party=firm, lines=[rated(timezone.localdate(clock))])
    assert "开启" in str(refused.value) or "停止采集" in str(refused.value)
    with pytest.raises(SocialShut):
        withdraw_signal(actor=SYSTEM, at=clock, signal=seen, reason="手误")
    client.force_login(staff["liqiang"])
    form = reverse("customers:new_signals", args=[firm.pk])
    assert client.get(form).url == reverse("customers:social", args=[firm.pk])  # type: ignore[attr-defined]
    assert SocialSignal.objects.count() == 1


@pytest.mark.parametrize("setting", SHUT)
def test_facts_are_missing_as_of_any_day_and_without_a_purpose_not_even_asked(
    firm: Party, person: Party, seen: SocialSignal, clock: datetime, setting: Setting
) -> None:
    day, open_at = timezone.localdate(clock), clock - timedelta(days=5)
    before = facts.Purpose(code=Purpose.REVIEW, at=open_at)
    told = catalogue.ask(NAMES, [firm.pk, person.pk], as_of=day, purpose=before)
    # The same facts were answered while it was in force; a person has none even then.
    assert told.row(firm.pk)["social.review_count"] == 120
    assert set(told.row(person.pk).values()) == {None}
    setting(clock)
    check_that_facts_are_missing(NAMES, firm, day=day)


@pytest.fixture
def curious(monkeypatch: pytest.MonkeyPatch, head_office: Unit, clock: datetime) -> None:
    """A policy in force that asks how many reviews the firm's shops have."""
    let_a_policy_ask("social.review_count", kind=FactKind.INTEGER, at=clock, patched=monkeypatch)


@pytest.mark.usefixtures("curious")
@pytest.mark.parametrize("setting", SHUT)
def test_an_assessment_and_the_programming_interface_know_nothing_of_it(
    firm: Party, seen: SocialSignal, clock: datetime, setting: Setting, caller: Callers
) -> None:
    setting(clock)
    snapshots, answers = snapshots_and_answers(firm, caller=caller)
    assert "social." not in snapshots
    for told in (snapshots, *answers):
        assert [text for text in CONTENT if text in told] == []


@pytest.mark.usefixtures("curious")
def test_an_assessment_reads_it_while_the_gate_is_open(
    firm: Party, seen: SocialSignal, clock: datetime
) -> None:
    in_force(at=clock)
    assess_party(actor=SYSTEM, at=clock, party_id=firm.pk, as_of=timezone.localdate(clock))
    snapshot = Assessment.objects.get().snapshot
    assert "social.review_count" in json.dumps(snapshot, default=str)


def test_open_it_is_listed_counted_exported_and_taken_back(
    client: Client, firm: Party, seen: SocialSignal, staff: dict[str, User], clock: datetime
) -> None:
    in_force(at=clock)
    client.force_login(staff["liqiang"])
    section = reverse("customers:social", args=[firm.pk])
    shown = client.get(section).content.decode()
    assert [text for text in (PLATFORM, NOTE, "评分 4，满分 5，120 条") if text not in shown] == []
    exported: Any = client.get(section + "?export=csv")
    assert PLATFORM in exported.getvalue().decode("utf-8-sig")
    assert "社交信号" in client.get(reverse("customers:file", args=[firm.pk])).content.decode()
    client.post(reverse("customers:withdraw_signal", args=[seen.pk]), {"reason": "看错了店铺"})
    seen.refresh_from_db()
    assert seen.end_reason == "看错了店铺"
    assert PLATFORM not in client.get(section + "?export=csv").getvalue().decode()
    client.force_login(staff["wuting"])
    assert client.get(section).status_code == 404


def test_the_latest_look_at_each_page_counts_and_old_ones_do_not(firm: Party, now: datetime) -> None:
    opened(at=now - timedelta(days=500), days=900)
    today = timezone.localdate(now)

    def ago(days: int) -> date:
        return today - timedelta(days=days)

    news = {"kind": SignalKind.NEWS, "platform": "日报"}
    lines = [
        rated(ago(30), count=100),
        rated(ago(3), count=120, rating=Decimal("4.50")),
        rated(ago(5), page="https://shop.example/2", rating=Decimal(80), rating_most=Decimal(100), count=40),
        rated(ago(400), page="https://shop.example/3", count=9999),
        rated(ago(8), page="https://a.example", kind=SignalKind.ACCOUNT, last_post_on=ago(20)),
        rated(ago(8), page="https://j.example", kind=SignalKind.HIRING, count=3),
        rated(ago(9), page="https://n.example/1", tone=Tone.NEGATIVE, **news),
        rated(ago(9), page="https://n.example/2", tone=Tone.POSITIVE, **news),
    ]
    assert note_signals(actor=SYSTEM, at=now, party=firm, lines=lines) == 8
    assert note_signals(actor=SYSTEM, at=now, party=firm, lines=lines) == 0
    row = ask_social([firm.pk], as_of=today).row(firm.pk)
    assert row == ask_social(None, as_of=today).row(firm.pk)
    assert row == {
        "social.page_count": 6,
        "social.days_since_seen": 3,
        "social.days_since_post": 20,
        "social.store_score_rate": 850_000,
        "social.review_count": 160,
        "social.open_positions": 3,
        "social.complaint_count": None,
        "social.negative_news_count": 1,
    }
    assert ask_social(None, as_of=ago(1)).subjects == []
    changed = rated(ago(3), count=121, rating=Decimal("4.50"))
    assert note_signals(actor=SYSTEM, at=now, party=firm, lines=[changed]) == 1
    assert ask_social(None, as_of=today).row(firm.pk)["social.review_count"] == 161
    entry = Entry.objects.filter(event="customers.signals.noted").first()
    assert entry is not None
    assert "shop.example" not in json.dumps([entry.before, entry.after], default=str)


def test_whatever_looks_like_a_persons_is_refused_with_its_place(
    firm: Party, person: Party, now: datetime
) -> None:
    opened(at=now)
    add_post(actor=SYSTEM, at=now, party=firm, person=person, kind=PostKind.LEGAL_REPRESENTATIVE)
    contact = ContactLine(Relation.COLLEAGUE, "欧阳小花", "16612345678")
    add_contact(actor=SYSTEM, at=now, party=firm, line=contact)
    day = timezone.localdate(now)
    good: SignalLine = rated(day, page="https://shop.example/9")
    wrong = {
        "说明": (
            rated(day, note="负责人电话 138-0013-8000"),
            rated(day, note="身份证 11010519491231002X"),
            rated(day, note="据张三说生意不错"),
            rated(day, note="欧阳小花直播带货"),
        ),
        "页面地址": (
            rated(day, page="https://shop.example/%E5%BC%A0%E4%B8%89"),
            rated(day, page="https://13800138000@shop.example/"),
            rated(day, page="javascript:alert(1)"),
        ),
        "平台": (rated(day, platform="张三的朋友圈"),),
        "评分": (rated(day, rating=Decimal(6)),),
        "条数": (rated(day, count=None),),
        "观察日期": (rated(day + timedelta(days=1)),),
    }
    for column, lines in wrong.items():
        for line in lines:
            with pytest.raises(WrongMaterial) as refused:
                note_signals(actor=SYSTEM, at=now, party=firm, lines=[good, line])
            assert f"第 2 条“{column}”" in str(refused.value)
            assert "张三" not in str(refused.value)
            assert "138" not in str(refused.value)
    with pytest.raises(WrongMaterial, match="不记个人"):
        note_signals(actor=SYSTEM, at=now, party=person, lines=[rated(day)])
    assert not SocialSignal.objects.exists()
    assert "社交信号" not in {section.title for section in holdings_of(person)}


def test_the_form_takes_a_pasted_table_and_names_the_line_that_is_wrong(
    client: Client, firm: Party, person: Party, staff: dict[str, User], clock: datetime
) -> None:
    opened(at=clock)
    add_post(actor=SYSTEM, at=clock, party=firm, person=person, kind=PostKind.LEGAL_REPRESENTATIVE)
    client.force_login(staff["liqiang"])
    page = reverse("customers:new_signals", args=[firm.pk])
    told = "种类\t平台\t网址\t评分\t满分\t评价条数\n店铺评分\t团购网\thttps://s.example/1\t4.6\t5\t88\n"
    read = client.post(page, {"do": "read", "table": told}).content.decode()
    assert "https://s.example/1" in read
    line = {
        "kind": "rating",
        "platform": "团购网",
        "page_url": "https://s.example/1",
        "rating": "4.6",
        "count": "88",
    }
    head = {"seen_on": timezone.localdate(clock).isoformat(), "how": "page", "confidence": "medium"}
    head |= {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0"}

    def sent(**more: str) -> Any:
        return client.post(page, head | {f"lines-0-{name}": value for name, value in (line | more).items()})

    assert "“店铺评分”须填满分" in sent().content.decode()
    refused = sent(rating_most="5", note="张三推荐")
    assert refused.status_code == 422
    assert "第 1 条“说明”" in refused.content.decode()
    assert sent(rating_most="5").status_code == 302
    assert SocialSignal.objects.get().assessment == ImpactAssessment.objects.get()
