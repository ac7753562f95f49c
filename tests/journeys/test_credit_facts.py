# ruff: noqa: F811 (fixtures of other rooms, asked for by name)
"""The facts of one and of all customers, equal to what is reckoned from generated reports themselves."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

import pytest

from vouch.customers.actions import ReportDetails, store_report
from vouch.customers.facts.credit import ask_credit
from vouch.customers.tests.conftest import firm, person  # noqa: F401 - fixtures
from vouch.customers.tests.scene import NUMBER, SYSTEM, granted, published
from vouch.engine.credit_report.definitions import FIGURES
from vouch.engine.credit_report.figures import Figures, figures_of
from vouch.engine.credit_report.report import ReportKind, read_report
from vouch.engine.tests.credit_report_files import report_xml
from vouch.parties.models import Party

pytestmark = pytest.mark.django_db


def test_the_facts_of_one_and_of_all_equal_the_reports_own_figures(
    person: Party, firm: Party, now: datetime
) -> None:
    granted(person, at=now, notice=published(at=now), days=(-30, 300))
    granted(firm, at=now, days=(-30, 300))
    expected: dict[int, Figures] = {}
    for party, kind, name in (
        (person, ReportKind.PERSON, "张三"),
        (firm, ReportKind.ENTERPRISE, "甲有限公司"),
    ):
        for seed, day in enumerate((date(2026, 11, 1), date(2026, 11, 15), date(2026, 11, 8))):
            given = {"PA01AR01": f"{day}", "EA01AR01": f"{day}", "PA01BQ01": name, "EA01CQ01": name}
            given |= {"PA01BI01": NUMBER, "EA01CI01": "ZZ", "PA01BD02": "20", "EA01BD02": "20"}
            given |= {"PA01AI01": f"G{seed}", "EA01AI01": f"G{seed}"}
            content = report_xml(kind, seed, **given).encode()
            store_report(actor=SYSTEM, at=now, party=party, details=ReportDetails(), content=content)
            if day.day == 15:
                expected[party.pk] = figures_of(read_report(content), until=day)
    everyone = ask_credit(None, as_of=now.date())
    assert everyone.subjects == sorted(expected)
    for pk, figures in expected.items():
        one = ask_credit([pk], as_of=now.date())
        assert one.row(pk) == everyone.row(pk)
        said = one.row(pk)
        assert {name: said[f"credit.{name}"] for name in FIGURES} == asdict(figures)
        assert figures.limit_total is not None
        assert figures.limit_used is not None
        share, rest = divmod(figures.limit_used * 2_000_000 + figures.limit_total, 2 * figures.limit_total)
        assert said["credit.use_rate"] == share
        assert rest >= 0
        assert one.dates(pk)["credit.balance"] == date(2026, 11, 15)
    events = everyone.columns["credit.has_events_24m"]
    assert [isinstance(value, bool) for value in events] == [pk == person.pk for pk in everyone.subjects]
