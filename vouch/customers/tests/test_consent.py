"""What the law asks of a consent: told before, separate for sensitive data and for each recipient, by purpose."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections

from vouch.customers.actions import (
    NoAuthorisation,
    NoticeDetails,
    NotNow,
    ReportDetails,
    WrongConsent,
    draft_notice,
    open_report,
    record_authorisation,
    store_report,
    withdraw_authorisation,
)
from vouch.customers.models import Authorisation
from vouch.customers.queries import missing_authorisation
from vouch.customers.terms import DataClass, Lack, LegalBasis, NoticeKind, Purpose, ReportKind
from vouch.customers.tests.scene import SYSTEM, granted, published, report_file
from vouch.parties.models import Party
from vouch.platform.vault import queries as vault

ORDINARY = [DataClass.IDENTITY, DataClass.TAX]


def wrong(call: Any) -> str:
    with pytest.raises(WrongConsent) as caught:
        call()
    return caught.value.field


@pytest.mark.django_db
def test_a_person_is_told_before_and_by_a_version_that_says_it(person: Party, now: datetime) -> None:
    assert wrong(lambda: granted(person, at=now, scope=ORDINARY)) == "notice"
    details = NoticeDetails(
        title="草稿", text="…", categories=("tax",), purposes=("20",), retention="…", contact="…"
    )
    draft = draft_notice(actor=SYSTEM, at=now, kind=NoticeKind.PERSON, details=details)
    assert wrong(lambda: granted(person, at=now, scope=ORDINARY, notice=draft)) == "notice"
    narrow = published(at=now, purposes=(Purpose.REVIEW,), categories=(DataClass.TAX, DataClass.IDENTITY))
    assert (
        wrong(lambda: granted(person, at=now, scope=ORDINARY, notice=narrow, purposes=[Purpose.SERVICE]))
        == "purposes"
    )
    assert wrong(lambda: granted(person, at=now, scope=[DataClass.INCOME], notice=narrow)) == "scope"
    found = granted(person, at=now, scope=ORDINARY, notice=narrow)
    assert (found.notice, found.is_separate) == (narrow, False)


@pytest.mark.django_db
def test_sensitive_data_of_a_person_have_a_consent_of_their_own(
    person: Party, firm: Party, now: datetime
) -> None:
    notice = published(at=now)
    mixed = [DataClass.TAX, DataClass.CREDIT]
    assert wrong(lambda: granted(person, at=now, scope=mixed, notice=notice)) == "scope"
    assert granted(person, at=now, scope=[DataClass.CREDIT], notice=notice).is_separate
    assert not granted(firm, at=now, scope=mixed).is_separate
    silent = published(at=now, sensitive="")
    assert wrong(lambda: granted(person, at=now, notice=silent)) == "notice"


@pytest.mark.django_db
def test_a_new_purpose_in_a_new_notice_reaches_nobody_who_has_not_consented_anew(
    person: Party, now: datetime
) -> None:
    first = published(at=now, purposes=(Purpose.REVIEW,))
    granted(person, at=now, notice=first)
    published(at=now + timedelta(days=1), purposes=(Purpose.REVIEW, Purpose.AFTERCARE))
    question: dict[str, Any] = {"purpose": Purpose.AFTERCARE, "scope": DataClass.CREDIT}
    later = now + timedelta(days=2)
    assert missing_authorisation(person, at=later, **question).lack is Lack.PURPOSE


@pytest.mark.django_db
def test_credit_rests_on_consent_with_a_query_reason(firm: Party, now: datetime) -> None:
    for more, field in (
        ({"legal_basis": LegalBasis.CONTRACT}, "legal_basis"),
        ({"purposes": [Purpose.SERVICE]}, "purposes"),
        ({"days": (-30, -1)}, "ends_on"),
        ({"days": (10, 10)}, "ends_on"),
        ({"recipient": firm}, "recipient"),
    ):
        given: dict[str, Any] = more
        assert wrong(lambda given=given: granted(firm, at=now, **given)) == field
    contract = granted(firm, at=now, scope=[DataClass.TAX], legal_basis=LegalBasis.CONTRACT)
    with pytest.raises(NotNow, match="不适用撤回"):
        withdraw_authorisation(actor=SYSTEM, at=now, authorisation=contract, reason="……")


@pytest.mark.django_db
def test_one_signed_paper_may_carry_several_consents_but_not_for_somebody_else(
    firm: Party, bank: Party, now: datetime
) -> None:
    from vouch.customers.tests.test_gate import details_of

    first = granted(firm, at=now)
    given: dict[str, Any] = {"actor": SYSTEM, "at": now, "details": details_of(first)}
    second = record_authorisation(party=firm, same_file_as=first, **given)
    assert second.document == first.document
    with pytest.raises(WrongConsent, match="另一位"):
        record_authorisation(party=bank, same_file_as=first, **given)


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_during_a_reading_waits_for_it_and_stops_the_next(
    firm: Party, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = granted(firm, at=now)
    details = ReportDetails(
        kind=ReportKind.ENTERPRISE, report_number="R1", queried_on=now.date(), reason=Purpose.REVIEW
    )
    content = report_file(firm, on=now.date())
    report = store_report(actor=SYSTEM, at=now, party=firm, details=details, content=content)
    order: list[str] = []
    reading, go_on = threading.Event(), threading.Event()
    plain = vault.read_document

    def slowly(document: Any) -> Any:
        reading.set()
        assert go_on.wait(10)
        order.append("read")
        return plain(document)

    monkeypatch.setattr("vouch.customers.actions.credit.read_document", slowly)

    def read() -> None:
        open_report(actor=SYSTEM, at=now, report=report, purpose=Purpose.REVIEW)
        connections.close_all()

    def withdraw() -> None:
        withdraw_authorisation(actor=SYSTEM, at=now, authorisation=found, reason="撤回")
        order.append("withdrawn")
        connections.close_all()

    reader = threading.Thread(target=read)
    reader.start()
    assert reading.wait(10)
    taker = threading.Thread(target=withdraw)
    taker.start()
    waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(waits)
            row = cursor.fetchone()
        if row and row[0]:
            break
        threading.Event().wait(0.02)
    else:
        pytest.fail("the withdrawal did not wait")
    go_on.set()
    reader.join(10)
    taker.join(10)
    assert order == ["read", "withdrawn"]
    with pytest.raises(NoAuthorisation):
        open_report(actor=SYSTEM, at=now, report=report, purpose=Purpose.REVIEW)
    assert Authorisation.objects.get(pk=found.pk).withdrawn_at == now
