# ruff: noqa: F811 (fixtures of other rooms, asked for by name)
"""Face by face: without a live consent for that purpose nothing of a credit report is read, listed, exported or found."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
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
    NoAuthorisation,
    ReportDetails,
    RequestDetails,
    look_at_report,
    make_package,
    receive_request,
    store_report,
    take_up,
    verify_requester,
    withdraw_authorisation,
)
from vouch.customers.facts.credit import CREDIT_FACTS
from vouch.customers.models import CreditFigures, CreditReport
from vouch.customers.queries import reports_of
from vouch.customers.queries.holdings import holdings_of
from vouch.customers.terms import Purpose, RequestChannel, RequestKind
from vouch.customers.tests.conftest import bank, firm, person  # noqa: F401 - fixtures
from vouch.customers.tests.scene import SYSTEM, granted, published, report_file
from vouch.engine import facts
from vouch.engine.facts import FactKind, catalogue
from vouch.grading.actions import assess_party
from vouch.grading.models import Assessment
from vouch.parties.actions import restrict_party
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db
NUMBER = "2026110100007777"
COURT, LENDER, ACCOUNT, BALANCE = "某某执行法院", "某某村镇银行", "ZH0007777", "4321.17"
BODY = (
    f"<EDA><ED01><ED01A><ED01AI01>{ACCOUNT}</ED01AI01><ED01AD01>1</ED01AD01><ED01AD02>D1</ED01AD02>"
    f"<ED01AI02>{LENDER}</ED01AI02></ED01A><ED01B><ED01BH><ED01BJ01>{BALANCE}</ED01BJ01><ED01BD01>2</ED01BD01></ED01BH>"
    f"</ED01B></ED01></EDA><EFB><EF03><EF030Q01>{COURT}</EF030Q01></EF03></EFB>"
)
CONTENT = (COURT, LENDER, ACCOUNT, BALANCE, "4,321.17", "4321170000", "43211700.00", "43,211,700.00")
NAMES = [fact.name for fact in CREDIT_FACTS]
Setting = Callable[[Party, Party, datetime], None]


@pytest.fixture
def report(firm: Party, clock: datetime) -> CreditReport:
    """Taken in ten days ago under a consent of then."""
    then = clock - timedelta(days=30)
    granted(firm, at=then, days=(0, 30))
    on = timezone.localdate(clock) - timedelta(days=10)
    content = report_file(firm, on=on, number=NUMBER, body=BODY)
    return store_report(
        actor=SYSTEM, at=clock - timedelta(days=10), party=firm, details=ReportDetails(), content=content
    )


def expired(firm: Party, bank: Party, at: datetime) -> None:
    """The consent of then ended five minutes ago."""


def withdrawn(firm: Party, bank: Party, at: datetime) -> None:
    one = granted(firm, at=at - timedelta(days=1))
    withdraw_authorisation(actor=SYSTEM, at=at, authorisation=one, reason="撤回")


def for_a_bank(firm: Party, bank: Party, at: datetime) -> None:
    granted(firm, at=at, purposes=[Purpose.REVIEW, Purpose.PROVISION], recipient=bank)


def not_verified(firm: Party, bank: Party, at: datetime) -> None:
    granted(firm, at=at, is_verified=False)


def restricted(firm: Party, bank: Party, at: datetime) -> None:
    granted(firm, at=at)
    restrict_party(actor=SYSTEM, at=at, party=firm, reason="请求")


def for_another_purpose(firm: Party, bank: Party, at: datetime) -> None:
    granted(firm, at=at, purposes=[Purpose.AFTERCARE])


NONE_LIVE = (expired, withdrawn, for_a_bank, not_verified, restricted)
EVERY = (*NONE_LIVE, for_another_purpose)


@pytest.mark.parametrize("setting", NONE_LIVE)
def test_pages_tell_nothing_but_how_many_reports_are_kept(
    client: Client,
    firm: Party,
    bank: Party,
    report: CreditReport,
    staff: dict[str, User],
    clock: datetime,
    setting: Setting,
) -> None:
    setting(firm, bank, clock)
    client.force_login(staff["chenjing"])
    pages = [
        reverse("customers:consent_of", args=[firm.pk]),
        reverse("customers:file", args=[firm.pk]),
        *(reverse("desk:customer_panel", args=[firm.pk, panel]) for panel in PANELS),
        reverse("customers:authorisations") + "?export=csv",
        reverse("desk:customers") + "?export=csv",
        reverse("desk:customers") + f"?q={NUMBER}",
        reverse("desk:find") + f"?q={COURT}",
        reverse("ledger:entries") + f"?q={NUMBER}",
    ]
    for page in pages:
        response: Any = client.get(page, follow=True)
        assert response.status_code == 200, page
        body = response.getvalue().decode("utf-8", "replace")
        assert [text for text in (*CONTENT, f">{NUMBER}<", "强制执行记录") if text in body] == [], page
    panel = client.get(pages[0]).content.decode()
    assert NUMBER not in panel
    assert "留存 1 份信用报告" in panel
    shown = reports_of(Party.objects.get(pk=firm.pk), at=timezone.now())
    assert (shown.count, shown.reports) == (1, [])


@pytest.mark.parametrize("setting", EVERY)
def test_a_look_is_refused_noted_and_shows_nothing(
    client: Client,
    firm: Party,
    bank: Party,
    report: CreditReport,
    staff: dict[str, User],
    clock: datetime,
    setting: Setting,
) -> None:
    setting(firm, bank, clock)
    client.force_login(staff["liqiang"])
    for name in ("look_at_report", "open_report"):
        address = reverse(f"customers:{name}", args=[report.pk])
        assert client.get(address).status_code == 405
        answer = client.post(address, {"purpose": Purpose.REVIEW})
        assert answer.status_code == 403
        assert [text for text in (*CONTENT, NUMBER) if text in answer.content.decode()] == []
    refused = Entry.objects.filter(event="customers.credit.refused", subject_id=str(firm.pk))
    assert refused.count() == 2
    assert not Entry.objects.filter(event="customers.report.opened").exists()
    upload = reverse("customers:new_report", args=[firm.pk])
    file = io.BytesIO(report_file(firm, on=timezone.localdate(), number="R9", body=BODY))
    told = client.post(upload, {"file": file, "reason": Purpose.REVIEW}).content.decode()
    assert [text for text in CONTENT if text in told] == []
    assert CreditReport.objects.count() == 1


@pytest.mark.parametrize("setting", EVERY)
def test_facts_are_missing_and_without_a_purpose_not_even_asked(
    firm: Party, bank: Party, report: CreditReport, clock: datetime, setting: Setting
) -> None:
    day = timezone.localdate(clock)
    before = facts.Purpose(code=Purpose.REVIEW, at=clock - timedelta(days=1))
    assert (
        catalogue.ask(NAMES, [firm.pk], as_of=day, purpose=before).row(firm.pk)["credit.balance"] is not None
    )
    setting(firm, bank, clock)
    check_that_facts_are_missing(NAMES, firm, day=day)


@pytest.fixture
def curious(monkeypatch: pytest.MonkeyPatch, head_office: Unit, clock: datetime) -> None:
    """A policy in force that asks what the firm owes."""
    let_a_policy_ask("credit.balance", kind=FactKind.MONEY, at=clock, patched=monkeypatch)


@pytest.mark.usefixtures("curious")
@pytest.mark.parametrize("setting", EVERY)
def test_an_assessment_and_the_programming_interface_know_nothing_of_it(
    firm: Party,
    bank: Party,
    report: CreditReport,
    clock: datetime,
    setting: Setting,
    caller: Callers,
) -> None:
    setting(firm, bank, clock)
    # A restricted party is not assessed at all.
    snapshots, answers = snapshots_and_answers(firm, caller=caller, may_refuse=(Refused,))
    assert "credit." not in snapshots
    for said in (snapshots, *answers):
        assert [text for text in (*CONTENT, NUMBER) if text in said] == []


@pytest.mark.usefixtures("curious")
def test_an_assessment_reads_it_under_a_consent_and_names_the_purpose(
    firm: Party, report: CreditReport, clock: datetime
) -> None:
    granted(firm, at=clock)
    assess_party(actor=SYSTEM, at=clock, party_id=firm.pk, as_of=timezone.localdate(clock))
    assert "credit.balance" in json.dumps(Assessment.objects.get().snapshot, default=str)
    assert Entry.objects.get(event="grading.customer.assessed").purpose == "保前审查"


def test_with_a_consent_the_page_shows_it_once_for_the_purpose_and_leaves_an_entry(
    client: Client, firm: Party, report: CreditReport, staff: dict[str, User], clock: datetime
) -> None:
    granted(firm, at=clock)
    client.force_login(staff["liqiang"])
    address = reverse("customers:look_at_report", args=[report.pk])
    for looks in (1, 2):
        answer = client.post(address, {"purpose": Purpose.REVIEW, "note": "初审"})
        assert answer.status_code == 200
        text = answer.content.decode()
        assert all(one in text for one in (NUMBER, COURT, LENDER, "4,321.17", "关注类余额", "保前审查：初审"))
        assert answer["Cache-Control"] == "no-store, private"
        entries = Entry.objects.filter(event="customers.report.opened", subject_id=str(report.pk))
        assert entries.count() == looks
    told = json.dumps([(one.before, one.after, one.purpose) for one in Entry.objects.all()], default=str)
    assert [one for one in (COURT, LENDER, ACCOUNT, BALANCE, NUMBER) if one in told] == []
    client.force_login(staff["wuting"])
    assert client.post(address, {"purpose": Purpose.REVIEW}).status_code == 404
    client.force_login(staff["sunlei"])
    assert client.post(address, {"purpose": Purpose.REVIEW}).status_code == 403


def test_the_overview_tells_of_a_report_only_under_a_consent(
    client: Client, firm: Party, report: CreditReport, staff: dict[str, User], clock: datetime
) -> None:
    client.force_login(staff["liqiang"])
    page = reverse("customers:file", args=[firm.pk])
    text = client.get(page).content.decode()
    assert "没有有效的征信授权" in text
    assert str(report.queried_on) not in text
    granted(firm, at=clock)
    text = client.get(page).content.decode()
    assert "最近一份：企业信用报告，保前审查" in text
    assert "没有有效的征信授权" not in text


def test_a_persons_own_copy_holds_the_report_and_its_figures_whatever_was_withdrawn(
    person: Party, actors: dict[str, Actor], now: datetime
) -> None:
    one = granted(person, at=now, notice=published(at=now))
    content = report_file(
        person, on=now.date(), body="<PCO><PC02><PC02C><PC02CS01>3</PC02CS01></PC02C></PC02></PCO>"
    )
    report = store_report(actor=SYSTEM, at=now, party=person, details=ReportDetails(), content=content)
    withdraw_authorisation(actor=SYSTEM, at=now, authorisation=one, reason="撤回")
    with pytest.raises(NoAuthorisation):
        look_at_report(actor=SYSTEM, at=now, report=report, purpose=Purpose.REVIEW)
    sections = {section.title: section for section in holdings_of(person)}
    assert [name for name, _ in sections["信用报告"].files] == ["信用报告-R1"]
    assert ["R1", "呆账账户数", 3, "个"] in [list(row[:4]) for row in sections["信用报告数字"].rows]
    details = RequestDetails(kind=RequestKind.ACCESS, channel=RequestChannel.COUNTER)
    request = receive_request(actor=actors["liqiang"], at=now, party=person, details=details)
    chief = actors["chenjing"]
    verify_requester(actor=chief, at=now, request=request, how="看过原件")
    made = make_package(actor=chief, at=now, request=take_up(actor=chief, at=now, request=request))
    assert made.package is not None


def test_the_figures_stand_alone_without_a_name(firm: Party, report: CreditReport) -> None:
    row = CreditFigures.objects.values().get()
    assert {type(value) for value in row.values()} <= {int, bool, type(None)}
    written = io.StringIO()
    csv.writer(written).writerow(row.values())
    assert firm.name not in written.getvalue()
