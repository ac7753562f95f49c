"""Statements of many customers from one table."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.tables import all_rows, differences
from vouch.customers.models import FinancialStatement, StatementLine, StatementPeriod
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Party
from vouch.parties.terms import IdentifierKind
from vouch.platform.exchange import actions
from vouch.platform.exchange.models import Import
from vouch.platform.exchange.queries import kept_rows
from vouch.platform.exchange.running import take_back
from vouch.platform.exchange.testing import delivered, kept
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit

pytestmark = pytest.mark.django_db

HEAD = "单位：万元\n客户名称,统一社会信用代码,口径,报表日期,资产总计,负债合计,营业收入,净利润\n"


@pytest.fixture
def firm(units: dict[str, Unit], actor: Actor, now: datetime) -> Party:
    made = Registration(
        EnterpriseDetails(name="甲有限公司"), codes=[(IdentifierKind.USCC, "", "91350100M000100Y43")]
    )
    return register_enterprise(actor=actor, at=now, unit=units["YW1"], registration=made)


def load(text: str, *, unit: Unit, by: Actor, at: datetime) -> Import:
    delivery = actions.Delivery("statements", [kept(HEAD + text, name="报表.csv")])
    return delivered(delivery, unit=unit, by=by, at=at)


def counts(batch: Import) -> tuple[int, int, int, int]:
    return batch.accepted, batch.unchanged, batch.rejected, batch.warned


def test_each_row_is_a_set_of_its_customer_in_yuan_and_again_changes_nothing(
    firm: Party, units: dict[str, Unit], actors: dict[str, Actor], now: datetime
) -> None:
    by, unit = actors["wangfang"], units["YW1"]
    text = (
        "甲有限公司,,审计报告,2025,1200,700.5,3000元,-12.3\n"
        ",91350100M000100Y43,,2026-09-30,1300,,,\n"
        "甲有限公司,,审计,2025-12-31,1200万元,700.5,3000元,-12.3\n"
    )
    before = all_rows()
    batch = load(text, unit=unit, by=by, at=now)
    assert counts(batch) == (2, 1, 0, 0), [row.reason for row in kept_rows(batch)]
    year = StatementPeriod.objects.get(ends_on=date(2025, 12, 31))
    assert (year.kind, year.months, year.statement.basis) == ("year", 12, "audit")
    assert dict(StatementLine.objects.filter(period=year).values_list("code", "amount")) == {
        "total_assets": Decimal(12_000_000),
        "total_liabilities": Decimal(7_005_000),
        "revenue": Decimal(3_000),
        "net_profit": Decimal(-123_000),
    }
    assert StatementPeriod.objects.get(ends_on=date(2026, 9, 30)).months == 9
    held = all_rows()
    assert counts(load(text, unit=unit, by=by, at=now)) == (0, 3, 0, 0)
    assert differences(held, all_rows()) == {}
    later = load("甲有限公司,,审计,2025,1250,700.5,3000元,-12.3\n", unit=unit, by=by, at=now)
    assert counts(later) == (1, 0, 0, 1)
    for one in (later, batch):
        actions.order_undo(actor=by, at=now, batch=one, reason="导错")
        take_back(one.pk, actor=by, clock=lambda: now)
        assert differences(held if one is later else before, all_rows()) == {}


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",,,2025,1,,,", "customer", "都为空"),
        ("合计,,,2025,1,,,", "customer", "合计行"),
        ("乙有限公司,,,2025,1,,,", "customer", "没有这个名称的客户"),
        (",9.13501E+17,,2025,1,,,", "customer_code", "舍去了尾数"),
        ("甲有限公司,,内部,2025,1,,,", "basis", "不认识“内部”"),
        ("甲有限公司,,,2026-13-31,1,,,", "ends_on", "不是日期"),
        ("甲有限公司,,,2026-09-15,1,,,", "ends_on", "月末"),
        ("甲有限公司,,,2027,1,,,", "", "不能晚于今天"),
        ("甲有限公司,,,2025,一千万,,,", "total_assets", "资产总计"),
        ("甲有限公司,,,2025,,,,", "", "没有读到任何报表项目"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_by_column(
    firm: Party, units: dict[str, Unit], actor: Actor, now: datetime, row: str, column: str, reason: str
) -> None:
    batch = load(row + "\n", unit=units["YW1"], by=actor, at=now)
    [found] = kept_rows(batch)
    assert (found.verdict, found.column) == ("rejected", column)
    assert reason in found.reason
    assert not FinancialStatement.objects.exists()


def test_a_file_that_contradicts_itself_is_taken_once_and_changes_nothing_the_second_time(
    firm: Party, units: dict[str, Unit], actor: Actor, now: datetime
) -> None:
    text = "甲有限公司,,,2025,1200,,,\n甲有限公司,,,2025,1300,,,\n"
    assert counts(load(text, unit=units["YW1"], by=actor, at=now)) == (1, 0, 1, 0)
    assert counts(load(text, unit=units["YW1"], by=actor, at=now)) == (0, 1, 1, 0)
