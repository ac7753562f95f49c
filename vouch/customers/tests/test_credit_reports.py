"""A credit report is read when it is taken in: whose it is, what of it is kept, and what its facts say."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from vouch.customers.actions import (
    NoAuthorisation,
    NotNow,
    ReportDetails,
    WrongFile,
    WrongReport,
    look_at_report,
    open_report,
    remove_expired_reports,
    store_report,
)
from vouch.customers.facts.credit import CREDIT_FACTS, REPORT_FACTS, ask_credit
from vouch.customers.models import CreditFigures, CreditReport
from vouch.customers.terms import DataClass, Purpose
from vouch.customers.tests.scene import NUMBER, PDF, SYSTEM, granted, published, report_file
from vouch.engine.credit_report.definitions import FIGURES
from vouch.engine.credit_report.figures import Figures
from vouch.engine.credit_report.report import ReportKind
from vouch.engine.facts import FactKind
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Party
from vouch.parties.terms import IdentifierKind
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing
from vouch.platform.vault.models import Chunk, Document

pytestmark = pytest.mark.django_db
CODE, OTHER_CODE = "91320500MA1MARKA0X", "91330100MA1MARKB1X"
LATE = (
    "<PDA><PD01><PD01A><PD01AI01>账号一</PD01AI01><PD01AD01>D1</PD01AD01><PD01AI02>某某银行</PD01AI02></PD01A>"
    "<PD01C><PD01CD01>2</PD01CD01><PD01CJ01>50000</PD01CJ01><PD01CJ06>1200.50</PD01CJ06></PD01C>"
    "<PD01D><PD01DH><PD01DR03>2026-09</PD01DR03><PD01DD01>2</PD01DD01></PD01DH></PD01D></PD01></PDA>"
)


def stored(party: Party, at: datetime, content: bytes, **typed: Any) -> CreditReport:
    return store_report(actor=SYSTEM, at=at, party=party, details=ReportDetails(**typed), content=content)


@pytest.fixture
def consenting(person: Party, now: datetime) -> Party:
    granted(person, at=now, notice=published(at=now), days=(-30, 300))
    return person


@pytest.fixture
def coded(units: dict[str, Unit], staff: dict[str, User], now: datetime, actor: Actor) -> Party:
    registration = Registration(
        EnterpriseDetails(name="乙有限公司"),
        codes=[(IdentifierKind.USCC, "", CODE)],
        manager=staff["liqiang"],
    )
    party = register_enterprise(actor=actor, at=now, unit=units["YW1"], registration=registration)
    granted(party, at=now, days=(-30, 300))
    return party


def firm_report(party: Party, on: date, *, name: str, code: str) -> bytes:
    identity = f"<EA01CH><EA01CD01>20</EA01CD01><EA01CI01>{code}</EA01CI01></EA01CH>" if code else ""
    content = report_file(party, on=on).decode().replace(party.name, name)
    return content.replace("</EA01CQ01>", f"</EA01CQ01>{identity}").encode()


def test_what_is_not_typed_is_taken_from_the_report(consenting: Party, now: datetime) -> None:
    content = report_file(consenting, on=date(2026, 11, 3), number="2026110300001", body=LATE)
    report = stored(consenting, now, content)
    assert (report.kind, report.report_number, report.queried_on, report.reason) == (
        ReportKind.PERSON,
        "2026110300001",
        date(2026, 11, 3),
        Purpose.REVIEW,
    )
    figures = CreditFigures.objects.get(report=report)
    assert (figures.worst_24m, figures.overdue_amount, figures.balance) == (2, 120050, 5_000_000)
    columns = {one.attname for one in CreditFigures._meta.concrete_fields}
    assert columns == {"report_id", *FIGURES}
    kept = [str(value) for value in vars(figures).values()]
    assert not any("账号一" in one or "某某银行" in one for one in kept)


def test_the_same_report_as_json_is_taken_in_and_opened(consenting: Party, now: datetime) -> None:
    named = {"PA01BQ01": "张三", "PA01BI01": NUMBER, "PA01BD02": "20"}
    head = {"PA01A": {"PA01AI01": "R1", "PA01AR01": str(now.date())}, "PA01B": named}
    late = {"PD01A": {"PD01AD01": "D1"}, "PD01D": {"PD01DH": [{"PD01DR03": "2026-09", "PD01DD01": "2"}]}}
    whole = {"Document": {"PRH": {"PA01": head}, "PDA": {"PD01": [late]}}}
    content = json.dumps(whole, ensure_ascii=False).encode()
    report = stored(consenting, now, content)
    assert CreditFigures.objects.get(report=report).worst_24m == 2
    read = look_at_report(actor=SYSTEM, at=now, report=report, purpose=Purpose.REVIEW)
    assert read.content.number == "R1"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"report_number": "R2"}, "report_number"),
        ({"queried_on": date(2026, 11, 19)}, "queried_on"),
        ({"reason": Purpose.AFTERCARE}, "reason"),
        ({"kind": ReportKind.ENTERPRISE}, "kind"),
    ],
)
def test_what_was_typed_otherwise_is_refused_beside_its_field(
    person: Party, now: datetime, typed: dict[str, Any], field: str
) -> None:
    granted(person, at=now, notice=published(at=now), purposes=[Purpose.REVIEW, Purpose.AFTERCARE])
    with pytest.raises(WrongReport, match="与所填的不一致") as caught:
        stored(person, now, report_file(person, on=now.date()), **typed)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((NUMBER, "110101199003101293"), "证件号码与客户档案不一致"),
        (("张三", "李四光"), "姓名与客户档案不一致"),
        ((f"<PA01BI01>{NUMBER}</PA01BI01>", ""), "没有证件号码"),
        (("<PA01BD02>20</PA01BD02>", "<PA01BD02>02</PA01BD02>"), "不在担保机构可用的原因"),
        (("<PA01AI01>R1</PA01AI01>", ""), "报告中没有这一项"),
        (("<PA01AI01>R1</PA01AI01>", f"<PA01AI01>{'9' * 41}</PA01AI01>"), "不超过40个"),
        (("PRH>", "PRX>"), "没有报告头"),
        (("<Document>", "<!DOCTYPE Document><Document>"), "DOCTYPE"),
    ],
)
def test_a_report_of_somebody_else_or_of_nobody_leaves_no_trace_of_what_it_says(
    consenting: Party, now: datetime, change: tuple[str, str], said: str
) -> None:
    text = report_file(consenting, on=now.date(), body=LATE).decode()
    before = (Entry.objects.count(), Document.objects.count(), Chunk.objects.count())
    with pytest.raises((WrongReport, WrongFile), match=said) as caught:
        stored(consenting, now, text.replace(*change).encode())
    for content in ("110101199003101293", "李四光", "99999", "账号一", "某某银行"):
        assert content not in str(caught.value)
    assert before == (Entry.objects.count(), Document.objects.count(), Chunk.objects.count())
    assert not CreditReport.objects.exists()


def test_a_number_in_another_width_and_case_is_the_same(consenting: Party, now: datetime) -> None:
    wide = "".join(chr(ord(one) + 0xFEE0) for one in NUMBER.lower())
    stored(consenting, now, report_file(consenting, on=now.date(), document=wide))


def test_a_firms_report_is_known_by_its_code_and_without_one_by_its_name(coded: Party, now: datetime) -> None:
    on = now.date()
    for name, code, said in (
        ("乙有限公司", OTHER_CODE, "企业身份标识与客户档案不一致"),
        ("丙有限公司", "", "企业名称与客户档案不一致"),
        ("", "", "没有企业名称"),
    ):
        with pytest.raises(WrongReport, match=said):
            stored(coded, now, firm_report(coded, on, name=name, code=code))
    of_a_person = report_file(coded, on=on).decode().replace("EAA", "PRH").replace("EA01", "PA01")
    with pytest.raises(WrongReport, match="个人的报告上传到该个人名下"):
        stored(coded, now, of_a_person.encode())
    # It was renamed, and the former 组织机构代码 stands in the unified one; brackets come in two widths.
    stored(coded, now, firm_report(coded, on, name="乙（原名）公司", code=f"{CODE[8:16]}-{CODE[16]}"))
    second = firm_report(coded, on, name="乙 有限公司", code="").decode().replace("R1", "R2")
    stored(coded, now, second.encode())


def test_a_persons_place_takes_no_firms_report(consenting: Party, coded: Party, now: datetime) -> None:
    with pytest.raises(WrongReport, match="这是企业信用报告") as caught:
        stored(consenting, now, report_file(coded, on=now.date()))
    assert caught.value.field == "kind"


def test_nothing_of_a_file_is_read_without_an_authorisation(
    person: Party, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the file was read")

    monkeypatch.setattr("vouch.customers.actions.credit.head_of", refuse)
    with pytest.raises(NoAuthorisation):
        stored(person, now, report_file(person, on=now.date()))
    granted(person, at=now, notice=published(at=now), scope=[DataClass.IDENTITY])
    with pytest.raises(NoAuthorisation):
        stored(person, now, b"anything")


def test_a_report_asked_for_a_reason_that_is_not_authorised_is_refused(
    consenting: Party, now: datetime
) -> None:
    with pytest.raises(NoAuthorisation, match="保后管理"):
        stored(consenting, now, report_file(consenting, on=now.date(), reason=Purpose.AFTERCARE))
    assert not CreditReport.objects.exists()


def test_a_broken_block_is_counted_told_when_opened_and_the_rest_kept(
    consenting: Party, now: datetime
) -> None:
    body = (
        LATE.replace("</PD01D>", "</PD01X>")
        + "<PXX><PX01>秘密</PX01></PXX>"
        + "<POQ><PH01><PH010Q03>02</PH010Q03></PH01></POQ>"
    )
    report = stored(consenting, now, report_file(consenting, on=now.date(), body=body))
    assert CreditFigures.objects.get(report=report).unread == 2
    read = look_at_report(actor=SYSTEM, at=now, report=report, purpose=Purpose.REVIEW)
    assert [problem.place for problem in read.content.problems] == ["文件", "PXX/PX01（第 2 行）"]
    assert len(read.content.of("PH01")) == 1
    told = json.dumps([entry.after for entry in Entry.objects.all()], default=str, ensure_ascii=False)
    assert "秘密" not in told


def test_a_pdf_is_kept_and_not_read_and_needs_everything_typed(coded: Party, now: datetime) -> None:
    with pytest.raises(WrongReport, match="PDF 报告不读取，请填写") as caught:
        stored(coded, now, PDF, kind=ReportKind.ENTERPRISE, queried_on=now.date(), reason=Purpose.REVIEW)
    assert caught.value.field == "report_number"
    report = stored(
        coded,
        now,
        PDF,
        kind=ReportKind.ENTERPRISE,
        report_number="P1",
        queried_on=now.date(),
        reason=Purpose.REVIEW,
    )
    assert not CreditFigures.objects.exists()
    with pytest.raises(NotNow, match="不读取"):
        look_at_report(actor=SYSTEM, at=now, report=report, purpose=Purpose.REVIEW)
    assert not Entry.objects.filter(event="customers.report.opened").exists()
    assert open_report(actor=SYSTEM, at=now, report=report, purpose=Purpose.REVIEW).content == PDF


def test_figures_go_with_their_report(coded: Party, now: datetime) -> None:
    stored(coded, now, report_file(coded, on=now.date()))
    assert CreditFigures.objects.count() == 1
    assert remove_expired_reports(actor=SYSTEM, at=now + timedelta(days=400)) == 1
    assert not CreditFigures.objects.exists()


def test_every_figure_is_a_fact_and_both_are_defined_once() -> None:
    assert list(asdict(Figures())) == list(FIGURES)
    names = [fact.name for fact in CREDIT_FACTS]
    assert len(names) == len(set(names)) == len(FIGURES) + 4
    assert all(fact.field_class == "credit" for fact in CREDIT_FACTS)
    flags = {fact.name.removeprefix("credit.") for fact in REPORT_FACTS if fact.kind is FactKind.BOOLEAN}
    assert flags == {"has_controller", "has_fraud_alert", "has_events_24m"}


def test_a_day_counts_what_was_known_at_its_end_and_only_the_latest_report(
    coded: Party, now: datetime
) -> None:
    def known(day: date) -> Any:
        frame = ask_credit([coded.pk], as_of=day)
        return frame.columns["credit.guarantee_balance"][0] if frame.subjects else "nothing"

    def report(number: int, *, at: datetime, queried: date) -> CreditReport:
        body = f"<EBA><EB01><EB01A><EB01AJ05>{number}</EB01AJ05></EB01A></EB01></EBA>"
        return stored(coded, at, report_file(coded, on=queried, number=f"R{number}", body=body))

    day = now.date()
    report(1, at=now - timedelta(days=10), queried=day - timedelta(days=20))
    report(2, at=now - timedelta(days=5), queried=day - timedelta(days=6))
    # Taken in later than a newer one, and older than it: never the latest.
    report(3, at=now - timedelta(days=4), queried=day - timedelta(days=15))
    unit = 1_000_000
    assert known(day - timedelta(days=11)) == "nothing", "it was queried before, and taken in after"
    assert known(day - timedelta(days=10)) == 1 * unit
    assert known(day - timedelta(days=6)) == 1 * unit
    assert [known(day - timedelta(days=back)) for back in (5, 4, 0)] == [2 * unit] * 3
    newest = stored(
        coded,
        now,
        PDF,
        kind=ReportKind.ENTERPRISE,
        report_number="P4",
        queried_on=day,
        reason=Purpose.REVIEW,
    )
    assert known(day) is None, "the latest is not read, and no older one stands in for it"
    assert known(day - timedelta(days=1)) == 2 * unit
    with writing():
        CreditReport.objects.filter(pk=newest.pk).update(removed_at=now + timedelta(days=2), document=None)
    assert known(day) is None
    assert known(day + timedelta(days=2)) == 2 * unit, "a report that was destroyed is no longer the latest"
    with writing():
        CreditReport.objects.filter(report_number="R2").update(keep_until=day - timedelta(days=1))
    assert known(day + timedelta(days=2)) is None, "kept beyond its purpose, and not yet destroyed"


def test_one_question_answers_all_facts(coded: Party, now: datetime, django_assert_num_queries: Any) -> None:
    stored(coded, now, report_file(coded, on=now.date()))
    with django_assert_num_queries(2):
        ask_credit(None, as_of=now.date())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_creditfigures")
        assert cursor.fetchone() == (1,)
