"""What a file lacks and what in it is stale: against an independent computation, as of a day, for one and for all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from vouch.customers.actions import (
    Filing,
    MaterialDetails,
    ReportDetails,
    file_document,
    store_report,
    verify_material,
    withdraw_authorisation,
    withdraw_material,
)
from vouch.customers.actions.materials import VerificationDetails, lay_down
from vouch.customers.models import Authorisation, FiledDocument
from vouch.customers.queries.gaps import gaps_of, standings_of, summaries_of
from vouch.customers.queries.needs import Needs, _asks, lacking_facts, register_needs
from vouch.customers.queries.requirements import read_requirements, requirements
from vouch.customers.terms import (
    DocumentCategory,
    Evidence,
    Finding,
    GapState,
    MaterialKind,
    Origin,
    VerificationMeans,
)
from vouch.customers.tests import pictures
from vouch.customers.tests.scene import granted, report_file
from vouch.engine.canonical import FileError
from vouch.engine.facts import catalogue
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Party
from vouch.parties.terms import PartyKind
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db

NAMES = ("file.completeness", "file.missing_count", "file.stale_count", "file.oldest_days")


def papers(
    party: Party,
    actor: Actor,
    at: datetime,
    category: str,
    *,
    pages: int = 1,
    until: date | None = None,
    **more: Any,
) -> FiledDocument:
    details = MaterialDetails(
        kind=MaterialKind.DOCUMENT,
        origin=Origin.CUSTOMER,
        **{"as_of": timezone.localdate(at), **more},
    )
    filing = Filing(category, valid_until=until)
    content = pictures.pdf(pages)
    return file_document(actor=actor, at=at, party=party, filing=filing, details=details, content=content)


def material(party: Party, actor: Actor, at: datetime, kind: str, as_of: date) -> Any:
    details = MaterialDetails(kind=MaterialKind(kind), origin=Origin.CUSTOMER, as_of=as_of)
    with writing():
        return lay_down(actor=actor, at=at, party=party, details=details)


def state_of(party: Party, name: str, *, at: datetime, **more: Any) -> str:
    found = standings_of([party.pk], as_of=timezone.localdate(at), at=at, **more)[party.pk]
    [state] = [one.state for one in found if one.requirement.name == name]
    return str(state)


def test_an_empty_file_lacks_everything_that_is_asked_of_its_kind(
    firm: Party, person: Party, now: datetime
) -> None:
    asked = requirements()
    for party, kind in ((firm, PartyKind.ENTERPRISE), (person, PartyKind.PERSON)):
        gaps = gaps_of(party, at=now)
        assert [gap.requirement for gap in gaps] == list(asked.of(kind, "loan"))
        assert {gap.state for gap in gaps} == {GapState.MISSING}
    names = {gap.requirement.name for gap in gaps_of(person, at=now)}
    assert "household" in names
    assert "licence" not in names
    assert {"valuation", "collateral"} <= {
        gap.requirement.name for gap in gaps_of(firm, at=now, product="mortgage")
    }


def test_a_paper_counts_until_it_is_too_old_or_has_ended(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    today = timezone.localdate(now)
    manager = actors["liqiang"]
    papers(firm, manager, now, DocumentCategory.APPLICATION, as_of=today - timedelta(days=180))
    papers(firm, manager, now, DocumentCategory.LICENCE, until=today)
    assert state_of(firm, "application", at=now) == GapState.MET
    assert state_of(firm, "licence", at=now) == GapState.MET
    tomorrow = now + timedelta(days=1)
    assert state_of(firm, "application", at=tomorrow) == GapState.STALE
    assert state_of(firm, "licence", at=tomorrow) == GapState.STALE


def test_photos_are_counted_and_year_ends_too(firm: Party, actors: dict[str, Actor], now: datetime) -> None:
    manager = actors["liqiang"]
    for number in (1, 2):
        papers(firm, manager, now, DocumentCategory.SITE_PHOTO, pages=number)
    assert state_of(firm, "site_photos", at=now) == GapState.MISSING
    papers(firm, manager, now, DocumentCategory.SITE_PHOTO, pages=3)
    assert state_of(firm, "site_photos", at=now) == GapState.MET
    for day in (date(2025, 12, 31), date(2025, 12, 31), date(2024, 12, 31), date(2026, 9, 30)):
        material(firm, manager, now, MaterialKind.FINANCIALS, day)
    assert state_of(firm, "year_statements", at=now) == GapState.MISSING, "two years, whatever else there is"
    assert state_of(firm, "recent_statement", at=now) == GapState.MET
    material(firm, manager, now, MaterialKind.FINANCIALS, date(2023, 12, 31))
    assert state_of(firm, "year_statements", at=now) == GapState.MET


def test_what_is_refuted_withdrawn_or_learned_later_does_not_count(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    assert state_of(firm, "articles", at=now) == GapState.MISSING
    yesterday, now = now, now + timedelta(days=1)
    one = papers(firm, actors["liqiang"], now, DocumentCategory.ARTICLES)
    assert state_of(firm, "articles", at=now) == GapState.MET
    assert state_of(firm, "articles", at=yesterday) == GapState.MISSING
    later = now + timedelta(days=2)
    refuted = VerificationDetails(VerificationMeans.ORIGINAL, Finding.REFUTED)
    verify_material(actor=actors["wangfang"], at=later, material=one.material, details=refuted)
    assert state_of(firm, "articles", at=later) == GapState.MISSING
    assert state_of(firm, "articles", at=now) == GapState.MET
    mended = VerificationDetails(VerificationMeans.SOURCE, Finding.CONFIRMED)
    verify_material(
        actor=actors["wangfang"], at=later + timedelta(hours=1), material=one.material, details=mended
    )
    assert state_of(firm, "articles", at=later) == GapState.MET, "the latest finding counts"
    withdraw_material(
        actor=actors["liqiang"], at=later + timedelta(hours=2), material=one.material, reason="作废"
    )
    assert state_of(firm, "articles", at=later) == GapState.MISSING


def report(party: Party, actor: Actor, at: datetime, *, back: int) -> None:
    content = report_file(party, on=timezone.localdate(at) - timedelta(days=back), number=f"R{back}")
    store_report(actor=actor, at=at, party=party, details=ReportDetails(), content=content)


def test_a_credit_report_counts_only_under_a_live_authorisation(
    firm: Party, actors: dict[str, Actor], now: datetime, actor: Actor
) -> None:
    assert state_of(firm, "consent", at=now) == GapState.MISSING
    one = granted(firm, at=now - timedelta(days=60), days=(0, 365))
    report(firm, actor, now, back=30)
    assert state_of(firm, "consent", at=now) == GapState.MET
    assert state_of(firm, "credit_report", at=now) == GapState.MET
    assert state_of(firm, "credit_report", at=now + timedelta(days=1)) == GapState.STALE
    later = now + timedelta(hours=3)
    withdraw_authorisation(actor=actors["liqiang"], at=later, authorisation=one, reason="客户撤回")
    assert state_of(firm, "credit_report", at=later) == GapState.MISSING
    assert state_of(firm, "consent", at=later) == GapState.MISSING
    assert state_of(firm, "credit_report", at=later - timedelta(minutes=1)) == GapState.MET
    facts = catalogue.ask(NAMES, [firm.pk], as_of=timezone.localdate(now)).row(firm.pk)
    assert facts["file.oldest_days"] is None, "the age of a credit report is not told here"


def test_the_page_shows_no_day_of_a_credit_report_without_authorisation_or_role(
    client: Client, firm: Party, staff: dict[str, User], actor: Actor
) -> None:
    now = timezone.now()
    one = granted(firm, at=now - timedelta(days=60), days=(0, 365))
    report(firm, actor, now, back=13)
    day = f"{timezone.localdate(now) - timedelta(days=13):%Y-%m-%d}"
    page = reverse("customers:gaps", args=[firm.pk])
    client.force_login(staff["wangfang"])
    assert day in client.get(page).content.decode()
    client.force_login(staff["sunlei"])
    assert day not in client.get(page).content.decode(), "an auditor reads no credit data"
    with writing():
        Authorisation.objects.filter(pk=one.pk).update(ends_at=now - timedelta(minutes=1))
    client.force_login(staff["wangfang"])
    assert day not in client.get(page).content.decode()


@dataclass(frozen=True)
class Held:
    """One thing in a drawn file: what, of how many days ago, known and ended how many days ago."""

    how: str
    code: str
    age: int
    known: int
    ended: int | None
    until: int | None


CODES = [
    (how, code)
    for item in requirements().items
    for how, code in item.means
    if how in {Evidence.DOCUMENT, Evidence.MATERIAL} and code != MaterialKind.DOCUMENT
]
THINGS = st.builds(
    lambda pair, age, known, ended, until: Held(
        pair[0], pair[1], max(age, known), known, None if ended is None or ended >= known else ended, until
    ),
    st.sampled_from(CODES),
    st.one_of(st.integers(0, 200), st.integers(0, 1400)),
    st.integers(0, 60),
    st.none() | st.integers(0, 60),
    st.none() | st.integers(-20, 40),
)


def by_hand(things: list[Held], *, day: int, today: date) -> Iterator[tuple[str, int | None]]:
    """State and age of each requirement of a firm on a day so many days ago, without any SQL."""
    as_of = today - timedelta(days=day)
    known = [one for one in things if one.known >= day and (one.ended is None or one.ended < day)]
    for item in requirements().of(PartyKind.ENTERPRISE, "loan"):
        days = [
            (number, today - timedelta(days=one.age), one.until)
            for number, one in enumerate(known)
            if (one.how, one.code) in item.means
        ]
        if item.year_ends:
            days = [
                (taken.year, taken, None) for _n, taken, _u in days if (taken.month, taken.day) == (12, 31)
            ]
        fresh = {
            key
            for key, taken, until in days
            if (item.max_age_days is None or (as_of - taken).days <= item.max_age_days)
            and (until is None or today - timedelta(days=until) >= as_of)
        }
        state = GapState.MISSING
        if len(fresh) >= item.count:
            state = GapState.MET
        elif len({key for key, _t, _u in days}) >= item.count:
            state = GapState.STALE
        newest = max((taken for _k, taken, _u in days), default=None)
        counts = newest is not None and item.max_age_days is not None
        yield str(state), (as_of - newest).days if counts and newest else None


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(THINGS, max_size=14), st.integers(0, 50))
def test_facts_equal_an_independent_computation_as_of_any_day(
    units: dict[str, Unit], actor: Actor, things: list[Held], day: int
) -> None:
    now = datetime.combine(date(2026, 11, 20), time(12), timezone.get_current_timezone())
    today = now.date()
    details = Registration(EnterpriseDetails(name="丙有限公司"))
    party = register_enterprise(
        actor=actor, at=now - timedelta(days=90), unit=units["YW1"], registration=details
    )
    for number, one in enumerate(things):
        at, taken = now - timedelta(days=one.known), today - timedelta(days=one.age)
        if one.how == Evidence.DOCUMENT:
            until = None if one.until is None else today - timedelta(days=one.until)
            made = papers(party, actor, at, one.code, pages=number + 1, until=until, as_of=taken).material
        else:
            made = material(party, actor, at, one.code, taken)
        if one.ended is not None:
            withdraw_material(actor=actor, at=now - timedelta(days=one.ended), material=made, reason="作废")
    plain = [
        Held(one.how, one.code, one.age, one.known, one.ended, one.until if one.how == "document" else None)
        for one in things
    ]
    expected = list(by_hand(plain, day=day, today=today))
    as_of = today - timedelta(days=day)
    found = standings_of([party.pk], as_of=as_of)[party.pk]
    assert [str(one.state) for one in found] == [state for state, _age in expected]
    states = [state for state, _age in expected]
    ages = [age for _state, age in expected if age is not None]
    total, met = len(states), states.count(GapState.MET)
    frame = catalogue.ask(NAMES, [party.pk], as_of=as_of)
    assert frame.row(party.pk) == {
        "file.completeness": round(met * 1_000_000 / total),
        "file.missing_count": states.count(GapState.MISSING),
        "file.stale_count": states.count(GapState.STALE),
        "file.oldest_days": max(ages, default=None),
    }
    everybody = catalogue.ask(NAMES, as_of=as_of)
    assert everybody.row(party.pk) == frame.row(party.pk), "one and all are the same question"


def test_one_query_answers_for_however_many(
    firm: Party, bank: Party, person: Party, actors: dict[str, Actor], now: datetime
) -> None:
    papers(firm, actors["liqiang"], now, DocumentCategory.LICENCE)
    for subjects in ([firm.pk], [firm.pk, bank.pk, person.pk], None):
        with CaptureQueriesContext(connection) as asked:
            found = summaries_of(subjects, as_of=timezone.localdate(now))
        assert len(asked) == 2  # who is merged into whom, and the answer
        assert {one.party_id: one.met for one in found}[firm.pk] == 1
    before = summaries_of([firm.pk], as_of=timezone.localdate(now) - timedelta(days=400))
    assert before == [], "it was no customer yet"


def test_needed_facts_without_a_value_are_named_with_who_needs_them(
    firm: Party, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in list(_asks):
        monkeypatch.delitem(_asks, room)
    monkeypatch.setitem(_asks, "test", lambda party, at: [])
    assert lacking_facts(firm, at=now) == []
    names = ["invoice.turnover_12m", "file.missing_count", "credit.queries_6m", "no.such_fact"]
    register_needs("test", lambda party, at: [Needs("试验政策", names)])
    [one] = lacking_facts(firm, at=now)
    assert (one.fact.name, one.needed_by) == ("invoice.turnover_12m", "试验政策")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"by": {"document": ["nothing"]}}, "满足方式"),
        ({"by": {}}, "满足方式"),
        ({"products": ["moon"]}, "产品"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_list_of_requirements_that_means_nothing_is_refused(change: dict[str, Any], message: str) -> None:
    item = {"name": "licence", "title": "营业执照", "by": {"document": ["licence"]}, **change}
    document = {
        "format": "vouch-requirements/1",
        "id": "x",
        "version": 1,
        "title": "x",
        "default_product": "loan",
        "products": {"loan": "借款担保"},
        "items": [item],
    }
    with pytest.raises(FileError, match=message):
        read_requirements(document)


def test_the_page_shows_each_gap_and_asks_as_much_for_few_as_for_many(
    client: Client,
    firm: Party,
    staff: dict[str, User],
    actors: dict[str, Actor],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    now = timezone.now() - timedelta(minutes=1)
    client.force_login(staff["liqiang"])
    page = reverse("customers:gaps", args=[firm.pk])
    with CaptureQueriesContext(connection) as asked:
        shown = client.get(page).content.decode()
    assert "营业执照" in shown
    assert f"{reverse('customers:add_document', args=[firm.pk])}?category=licence" in shown
    for number, category in enumerate(DocumentCategory.values[:12]):
        papers(firm, actors["liqiang"], now, category, pages=number + 1)
    with django_assert_num_queries(len(asked)):
        assert client.get(page + "?product=mortgage").status_code == 200
    assert client.get(page + "?product=' OR 1=1").status_code == 200
    overview = client.get(reverse("customers:file", args=[firm.pk])).content.decode()
    assert "完整度" in overview
