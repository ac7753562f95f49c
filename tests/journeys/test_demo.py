"""The invented institution founds itself through every room, and its story can be read off."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from tests.journeys.secrets import Haystack, dump, found_in
from vouch.customers.queries import last_invoice_on
from vouch.customers.queries.assessments import social_is_open
from vouch.demo import terms
from vouch.demo.actions.duplicates import SECOND
from vouch.demo.actions.firms import invent_firms
from vouch.demo.actions.load import NotEmpty, found_institution
from vouch.demo.actions.people import invent_people, invent_people_of_land
from vouch.desk.queries.book import work
from vouch.desk.queries.gatherings import gatherings
from vouch.desk.terms import Gathering
from vouch.grading.queries import assessments_of, book, replay
from vouch.parties.models import Paper, Party, Person
from vouch.parties.queries import visible_to, with_number
from vouch.platform.courier.queries import unread_count
from vouch.platform.exchange.models import Import, ImportRow
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.queries import active_staff, actor_of
from vouch.platform.operations.sign_ins import SignIn
from vouch.platform.vault.queries import read_document

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    logging.getLogger().addHandler(handler)
    yield said
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
def test_a_demo_institution_is_founded_once_tells_its_story_and_keeps_its_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log_lines: io.StringIO
) -> None:
    monkeypatch.setenv("VOUCH_HOME", str(tmp_path))
    told: list[str] = []
    people = found_institution(today=TODAY, now=NOW, tell=told.append)
    check_story(people)
    check_secrets(tmp_path, "\n".join([*told, log_lines.getvalue()]))
    with pytest.raises(NotEmpty, match="已有员工账户"):
        found_institution(today=TODAY, now=NOW, tell=lambda _: None)


def check_secrets(home: Path, said: str) -> None:
    """No number of a person and no document in plain: not in a dump, not in files, not in what was said."""
    people = invent_people(invent_firms(today=TODAY), today=TODAY)
    manager, second = list(active_staff()[:2])
    trader, land = invent_people_of_land(today=TODAY, manager=manager, second_manager=second)
    others = [one.details.document_number for one in (trader, *land)]
    assert (Person.objects.count(), len(people)) == (120 + len(others), 120)
    text = dump()
    haystack = Haystack.of(text)
    assert not any(haystack.holds_number(number) for number in others)
    for table in ("parties_person", "vault_chunk", "ledger_entry", "procrastinate_jobs", "django_session"):
        assert f"-- {table}\n" in text
    assert found_in(text, people) == []
    files = [
        path for folder in (home, Path(settings.IMPORTS_DIR)) for path in folder.rglob("*") if path.is_file()
    ]
    assert files
    for path in files:
        content = path.read_bytes()
        assert found_in(content.decode("utf-8", errors="replace"), people) == [], path.name
        assert not any(person.paper and person.paper in content for person in people), path.name
    assert "登记 120 个人" in said
    assert found_in(said, people) == []

    # Whoever holds the keys finds all of it.
    for person in people[:5]:
        party = with_number(Party.objects.all(), person.details.document_number).get()
        assert party.name == person.details.name
    stored = {b"".join(read_document(paper.document)) for paper in Paper.objects.select_related("document")}
    assert stored == {person.paper for person in people if person.paper}
    assert len(stored) > 10


def check_story(people: list[SignIn]) -> None:
    """What the demo is for."""
    # Beside firms and persons: a sole trader and the operator's spouse, a cooperative, two farmers.
    # Each with a password of their own; each sees what their scope reaches.
    assert len({person.password for person in people}) == len(people) == len(terms.STAFF)
    assert len({person.role for person in people}) == 10
    seen = {user.username: visible_to(actor_of(user, at=NOW)).count() for user in active_staff()}
    customers = 200 + 120 + 5 + len(SECOND)
    assert seen["hewei"] + seen["zhaomin"] == customers
    # The institution's own record and that of its owner are nobody's customers.
    assert seen["chenjing"] == seen["wangfang"] == customers + 2
    # Account managers look after a part each; 孟佳 also stands in for 刘洋, and so sees what is his.
    assert 0 < seen["liqiang"] < seen["hewei"]
    assert seen["liuyang"] < seen["mengjia"] == seen["hewei"]

    # Everyone is judged, but that of the sole trader is advice until a person adopts it; the slips of the lists wait for a person.
    whole = book(system_actor("test"))
    assert whole.not_assessed == 1
    assert {line.title for line in whole.by_class} >= {"优质", "一般", "高风险"}
    kept = ImportRow.objects.filter(state="open")
    told = kept.filter(batch__kind="guarantees")
    assert kept.count() - told.count() == 4
    assert all(row.reason.startswith("较上期：") for row in told), (
        "the ledger says what changed since last month"
    )
    assert told.exists()
    # Firms of two units, invoices; two ledgers, claims, recoveries.
    assert Import.objects.filter(status="done").count() == 7

    # What waits for the compliance officer: consents to verify, requests of persons, one of them late.
    compliance = next(actor_of(user, at=NOW) for user in active_staff() if user.username == "linhui")
    waiting = work(compliance, today=TODAY)
    assert (waiting.unverified, waiting.requests > 0, waiting.late_requests > 0) == (12, True, True)
    # The assessment of social information waits for her, the one of grading ends soon; nothing social is on.
    assert (waiting.unreviewed, waiting.ending_assessments) == (1, 1)
    assert not social_is_open(at=NOW)

    # Each is welcomed, and those who run the book are told how the imports ended.
    unread = {user.username: unread_count(user.pk) for user in active_staff()}
    assert (unread["liqiang"], unread["wangfang"]) == (1, 8)

    # A circle of three, a chain of six, a hub, and a group of four firms, a man and his wife.
    whole_book = system_actor("test")
    (circle,) = (one for one in gatherings(whole_book, Gathering.CIRCLES, as_of=TODAY).rows if one.size == 3)
    assert circle.guaranteed == 3_600_000
    assert max(one.size for one in gatherings(whole_book, Gathering.CHAINS, as_of=TODAY).rows) == 6
    assert max(one.size for one in gatherings(whole_book, Gathering.HUBS, as_of=TODAY).rows) == 7
    assert max(one.size for one in gatherings(whole_book, Gathering.GROUPS, as_of=TODAY).rows) == 6

    # The failing firm sold nothing lately, was better once, and its judgement replays.
    failing = Party.objects.get(name=terms.FAILING_NAME)
    judged = list(assessments_of(failing.pk))
    assert last_invoice_on(failing.pk) is not None
    assert [assessment.as_of for assessment in judged] == sorted(
        (assessment.as_of for assessment in judged), reverse=True
    )
    scores = [assessment.score or 0 for assessment in judged]
    assert scores[0] < scores[-1]
    assert all(len(assessment.reasons) >= 3 for assessment in judged)
    assert replay(judged[0]).same
