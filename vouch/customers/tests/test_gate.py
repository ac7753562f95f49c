"""No credit data without a live authorisation: for the purpose, the class, the recipient, at the very moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from vouch.customers.actions import (
    AuthorisationDetails,
    NoAuthorisation,
    NotNow,
    ReportDetails,
    WrongFile,
    WrongReport,
    open_report,
    open_signed_file,
    record_authorisation,
    reject_authorisation,
    remove_expired_reports,
    store_report,
    verify_authorisation,
    withdraw_authorisation,
)
from vouch.customers.models import Authorisation, CreditReport
from vouch.customers.queries import live_authorisation, missing_authorisation, reports_of
from vouch.customers.queries.consent import standing_of, with_standing
from vouch.customers.terms import AuthorisationState, DataClass, Lack, Purpose, ReportKind, Standing
from vouch.customers.tests.scene import JPEG, PDF, PNG, SYSTEM, granted, report_file
from vouch.engine import facts
from vouch.engine.facts import catalogue
from vouch.parties.actions import restrict_party
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.queries import history_of
from vouch.platform.ledger.testing import writing
from vouch.platform.vault.models import Chunk

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)


@pytest.fixture(params=["aes-256-gcm", "sm4-gcm"], autouse=True)
def cipher(request: pytest.FixtureRequest, settings: object) -> None:
    settings.VOUCH_CIPHER = request.param  # type: ignore[attr-defined]


def stored(
    party: Party, at: datetime, *, number: str = "R1", reason: str = Purpose.REVIEW, on: date | None = None
) -> CreditReport:
    details = ReportDetails(
        kind=ReportKind.ENTERPRISE, report_number=number, queried_on=on or at.date(), reason=reason
    )
    content = report_file(party, on=on or at.date(), number=number, reason=reason)
    return store_report(actor=SYSTEM, at=at, party=party, details=details, content=content)


def lack_of(call: Callable[[], object]) -> Lack:
    with pytest.raises(NoAuthorisation) as caught:
        call()
    return caught.value.missing.lack


def test_a_report_is_taken_in_and_opened_under_a_live_authorisation(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    authorisation = granted(firm, at=now)
    report = stored(firm, now)
    assert report.authorisation == authorisation
    content = report_file(firm, on=now.date())
    assert content not in b"".join(bytes(chunk.data) for chunk in Chunk.objects.all())
    opened = open_report(actor=actors["liqiang"], at=now, report=report, purpose=Purpose.REVIEW, note="初审")
    assert (opened.content, opened.media_type) == (content, "application/xml")
    entry = history_of("credit_report", report.pk).get(event="customers.report.opened")
    assert entry.purpose == "保前审查：初审"
    assert entry.after is not None
    assert entry.after["authorisation"] == authorisation.number


def test_every_lack_is_refused_by_its_name_and_noted(firm: Party, bank: Party, now: datetime) -> None:
    granted(firm, at=now)
    report = stored(firm, now)
    other = granted(bank, at=now, scope=[DataClass.TAX])

    def opened(purpose: str, at: datetime) -> Callable[[], object]:
        return lambda: open_report(actor=SYSTEM, at=at, report=report, purpose=purpose)

    assert lack_of(opened(Purpose.AFTERCARE, now)) is Lack.PURPOSE
    assert lack_of(opened(Purpose.REVIEW, now + timedelta(days=365))) is Lack.ENDED
    assert lack_of(opened(Purpose.REVIEW, now - TICK)) is Lack.FUTURE
    assert lack_of(lambda: stored(bank, now)) is Lack.SCOPE
    with writing():
        Authorisation.objects.filter(pk=other.pk).delete()
    assert lack_of(lambda: stored(bank, now)) is Lack.NONE
    noted = Entry.objects.filter(event="customers.credit.refused").order_by("recorded_at")
    assert [(entry.after or {})["lack"] for entry in noted] == ["purpose", "ended", "future", "scope", "none"]
    assert not Entry.objects.filter(event="customers.report.opened").exists()
    assert CreditReport.objects.count() == 1


def test_the_boundary_moments(firm: Party, now: datetime) -> None:
    found = granted(firm, at=now, days=(1, 2))

    def live(at: datetime) -> bool:
        question: dict[str, Any] = {"purpose": Purpose.REVIEW, "scope": DataClass.CREDIT}
        return live_authorisation(firm.pk, at=at, **question) is not None

    assert not live(found.starts_at - TICK)
    assert live(found.starts_at)
    assert live(found.ends_at - TICK)
    assert not live(found.ends_at)
    moment = found.starts_at + timedelta(hours=3)
    withdraw_authorisation(actor=SYSTEM, at=moment, authorisation=found, reason="不再需要")
    assert not live(moment)


def test_consent_for_ourselves_is_none_for_a_bank_nor_for_another_bank(
    firm: Party, bank: Party, now: datetime
) -> None:
    granted(firm, at=now)
    question: dict[str, Any] = {
        "purpose": Purpose.PROVISION,
        "scope": DataClass.CREDIT,
        "recipient_id": bank.pk,
        "at": now,
    }
    assert missing_authorisation(firm, **question).lack is Lack.RECIPIENT
    granted(firm, at=now, purposes=[Purpose.PROVISION], recipient=bank)
    found = live_authorisation(firm.pk, **question)
    assert found is not None
    assert found.is_separate
    assert live_authorisation(firm.pk, **{**question, "recipient_id": firm.pk}) is None
    assert live_authorisation(firm.pk, **{**question, "recipient_id": None}) is None


def test_nothing_is_worth_before_a_second_person_has_verified_it(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    found = granted(firm, at=now, actor=actors["zhaomin"], is_verified=False)
    assert lack_of(lambda: stored(firm, now)) is Lack.RECORDED
    with pytest.raises(Refused):
        verify_authorisation(actor=actors["zhaomin"], at=now, authorisation=found)
    with pytest.raises(Refused):
        verify_authorisation(actor=actors["liqiang"], at=now, authorisation=found)
    verify_authorisation(actor=actors["wangfang"], at=now, authorisation=found)
    stored(firm, now)
    with pytest.raises(NotNow, match="已核验"):
        reject_authorisation(actor=actors["wangfang"], at=now, authorisation=found, reason="迟了")


def test_a_rejected_authorisation_says_so(firm: Party, actors: dict[str, Actor], now: datetime) -> None:
    found = granted(firm, at=now, actor=actors["liqiang"], is_verified=False)
    reject_authorisation(actor=actors["wangfang"], at=now, authorisation=found, reason="公章不清")
    assert lack_of(lambda: stored(firm, now)) is Lack.REJECTED


def test_a_withdrawal_between_page_and_click_refuses_the_click(firm: Party, now: datetime) -> None:
    found = granted(firm, at=now)
    report = stored(firm, now)
    assert reports_of(firm, at=now).purposes == [Purpose.REVIEW]
    later = now + timedelta(minutes=1)
    withdraw_authorisation(actor=SYSTEM, at=later, authorisation=found, reason="客户来电撤回")
    with pytest.raises(NoAuthorisation, match="已于 2026-11-20 10:31 撤回授权") as caught:
        open_report(actor=SYSTEM, at=later, report=report, purpose=Purpose.REVIEW)
    assert caught.value.missing.lack is Lack.WITHDRAWN
    shown = reports_of(firm, at=later)
    assert (shown.count, shown.reports, shown.may_be_listed) == (1, [], False)
    with pytest.raises(NotNow, match="已撤回"):
        withdraw_authorisation(actor=SYSTEM, at=later, authorisation=found, reason="再次")


def test_who_does_not_see_the_customer_or_has_no_part_in_judging_is_refused(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    found = granted(firm, at=now)
    report = stored(firm, now)
    for name in ("wuting", "zhoujie", "sunlei"):
        with pytest.raises(Refused):
            open_report(actor=actors[name], at=now, report=report, purpose=Purpose.REVIEW)
    for name in ("wuting", "zhoujie"):
        with pytest.raises(Refused):
            open_signed_file(actor=actors[name], at=now, authorisation=found)
    assert open_signed_file(actor=actors["sunlei"], at=now, authorisation=found).content == PDF


def test_a_restricted_party_is_not_read_whatever_it_authorised(firm: Party, now: datetime) -> None:
    granted(firm, at=now)
    report = stored(firm, now)
    restrict_party(actor=SYSTEM, at=now, party=firm, reason="请求")
    assert (
        lack_of(lambda: open_report(actor=SYSTEM, at=now, report=report, purpose=Purpose.REVIEW))
        is Lack.RESTRICTED
    )
    assert not reports_of(Party.objects.get(pk=firm.pk), at=now).may_be_listed


def test_a_query_from_before_the_authorisation_cannot_be_made_good(firm: Party, now: datetime) -> None:
    granted(firm, at=now)
    with pytest.raises(WrongReport, match="不能补授权"):
        stored(firm, now, on=now.date() - timedelta(days=1))
    with pytest.raises(WrongReport, match="不能晚于今天"):
        stored(firm, now, on=now.date() + timedelta(days=1))
    stored(firm, now)
    with pytest.raises(WrongReport, match="已经上传过"):
        stored(firm, now)


def test_reports_go_when_their_purpose_has_ended(firm: Party, now: datetime) -> None:
    granted(firm, at=now, days=(0, 10))
    report = stored(firm, now)
    later = now + timedelta(days=12)
    granted(firm, at=now, days=(0, 300))
    with pytest.raises(NotNow, match="保存期限已过"):
        open_report(actor=SYSTEM, at=later, report=report, purpose=Purpose.REVIEW)
    assert remove_expired_reports(actor=SYSTEM, at=now) == 0
    assert remove_expired_reports(actor=SYSTEM, at=later) == 1
    assert remove_expired_reports(actor=SYSTEM, at=later) == 0
    report.refresh_from_db()
    assert (report.document, report.removed_at) == (None, later)


@pytest.mark.parametrize(
    ("content", "taken"),
    [
        (PDF, True),
        (PNG, True),
        (JPEG, True),
        (b"", False),
        (b"MZ\x90", False),
        (PDF[:30], False),
        (b"<Document></Document>", False),
    ],
)
def test_a_signed_file_is_judged_by_its_content(
    firm: Party, now: datetime, content: bytes, taken: bool
) -> None:
    details = granted(firm, at=now)
    given: dict[str, Any] = {"actor": SYSTEM, "at": now, "party": firm, "content": content}
    same = details_of(details)
    if taken:
        assert record_authorisation(**given, details=same).file_sha256
    else:
        with pytest.raises(WrongFile):
            record_authorisation(**given, details=same)


def details_of(one: Authorisation) -> AuthorisationDetails:
    return AuthorisationDetails(
        purposes=tuple(one.purposes),
        scope=tuple(one.scope),
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        signed_on=one.signed_on,
        channel=one.channel,
    )


def test_credit_facts_are_asked_with_a_purpose_and_missing_without_consent(
    firm: Party, bank: Party, now: datetime
) -> None:
    found = granted(firm, at=now, days=(-400, 365))
    for number, days in enumerate((0, 30, 200)):
        stored(firm, now, number=f"R{number}", on=now.date() - timedelta(days=days))
    names = ["credit.queries_6m", "credit.days_since_report"]
    review = facts.Purpose(code=Purpose.REVIEW, at=now)
    frame = catalogue.ask(names, [bank.pk, firm.pk], as_of=now.date(), purpose=review)
    assert frame.columns == {names[0]: [None, 2], names[1]: [None, 0]}
    everyone = catalogue.ask(names, as_of=now.date(), purpose=review)
    assert everyone.subjects == [firm.pk]
    assert everyone.row(firm.pk) == {names[0]: 2, names[1]: 0}
    with pytest.raises(facts.FactError, match="用途"):
        catalogue.ask(names, [firm.pk], as_of=now.date())
    aftercare = facts.Purpose(code=Purpose.AFTERCARE, at=now)
    assert catalogue.ask(names, [firm.pk], as_of=now.date(), purpose=aftercare).row(firm.pk)[names[0]] is None
    withdraw_authorisation(actor=SYSTEM, at=now, authorisation=found, reason="撤回")
    # Yesterday's facts are read today, and today there is no consent.
    yesterday = now.date() - timedelta(days=1)
    assert catalogue.ask(names, [firm.pk], as_of=yesterday, purpose=review).row(firm.pk)[names[0]] is None


def test_the_list_and_the_page_say_the_same_standing(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    made = [granted(firm, at=now, days=days) for days in ((0, 365), (0, 20), (0, 30), (1, 40), (-10, 31))]
    made.append(granted(firm, at=now, actor=actors["liqiang"], is_verified=False))
    withdrawn = granted(firm, at=now)
    withdraw_authorisation(actor=SYSTEM, at=now, authorisation=withdrawn, reason="撤回")
    for at in (now, now + timedelta(days=25), now + timedelta(days=50), now - TICK):
        listed = {one.pk: vars(one)["standing"] for one in with_standing(Authorisation.objects.all(), at=at)}
        assert listed == {one.pk: standing_of(one, at=at).value for one in Authorisation.objects.all()}
    assert standing_of(made[2], at=now) is Standing.ENDING
    assert standing_of(made[4], at=now) is Standing.LIVE


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"ends_at": datetime(2020, 1, 1).astimezone()}, "ends_after_start"),
        ({"state": AuthorisationState.WITHDRAWN}, "withdrawn_has_moment"),
        (
            {"state": AuthorisationState.WITHDRAWN, "withdrawn_at": datetime(2031, 1, 1).astimezone()},
            "withdrawn_inside",
        ),
        (
            {"state": AuthorisationState.WITHDRAWN, "withdrawn_at": datetime(2020, 1, 1).astimezone()},
            "withdrawn_inside",
        ),
        ({"purposes": []}, "says_what"),
        ({"legal_basis": "contract"}, "credit_is_consent"),
        ({"file_sha256": ""}, "consent_is_signed"),
        ({"verified_at": None}, "verified_has_moment"),
    ],
)
def test_the_database_itself_refuses_what_cannot_be(
    firm: Party, now: datetime, change: dict[str, object], constraint: str
) -> None:
    found = granted(firm, at=now)
    with writing(), pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Authorisation.objects.filter(pk=found.pk).update(**change)
