"""Imports of firms, of the register and of what happened are undone; what was worked on since stays whole."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from procrastinate.contrib.django import app

from tests.tables import all_rows, differences
from vouch.business.models import Draw, Guarantee, GuaranteeVersion
from vouch.business.tests.conftest import Load
from vouch.business.tests.ledgers import NOVEMBER, OCTOBER
from vouch.parties.actions import change_enterprise
from vouch.parties.models import Enterprise, FormerValue, Identifier, Party
from vouch.platform.exchange import actions
from vouch.platform.exchange.models import Import, KeptRecord
from vouch.platform.exchange.running import take_back
from vouch.platform.identity.actor import Actor
from vouch.policy.queries.setting import reading_of, setting_in_force
from vouch.policy.queries.tally import book

pytestmark = pytest.mark.django_db

FIRMS = (
    "企业名称,统一社会信用代码,注册资金,地址\n"
    "甲有限公司,91350100M000100Y43,500万元,福州市一路1号\n"
    "丁有限公司,91110000802100433B,100万元,北京市二路2号\n"
    "戊有限公司,91310000607378261P,200万元,上海市三路3号\n"
)
DRAWS = "业务编号,放款日,放款金额\nDB001,2026-01-05,3000000\nDB002,2026-03-01,1000000\n"


@pytest.fixture
def undo(actors: dict[str, Actor], now: datetime) -> Any:
    def run(batch: Import) -> Import:
        by = actors["wangfang"]
        actions.order_undo(actor=by, at=now, batch=batch, reason="导错了月份")
        return take_back(batch.pk, actor=by, clock=lambda: now)

    return run


@pytest.mark.usefixtures("firms")
def test_imports_of_four_kinds_are_undone_one_after_another_to_the_last_row(
    load: Load, undo: Any, actors: dict[str, Actor], now: datetime
) -> None:
    by, states, batches = actors["wangfang"], [all_rows()], []
    for kind, text, day in (
        ("enterprises", FIRMS, 0), ("guarantees", OCTOBER, 1), ("draws", DRAWS, 2), ("guarantees", NOVEMBER, 3),
    ):  # fmt: skip
        batch = load(kind, text, by=by, at=now + timedelta(days=day))
        assert batch.accepted, batch.problem
        batches.append(batch)
        states.append(all_rows())
    assert FormerValue.objects.exists()
    for batch in reversed(batches):
        assert differences(states.pop(), states[-1])
        undo(batch)
        assert differences(all_rows(), states[-1]) == {}, batch.kind
        assert not KeptRecord.objects.filter(batch=batch).exists()


def test_a_firm_that_got_a_guarantee_stays_whole_and_so_does_one_edited_since(
    load: Load, undo: Any, firms: list[Party], actors: dict[str, Actor], now: datetime
) -> None:
    by = actors["wangfang"]
    batch = load("enterprises", FIRMS, by=by)
    made = Party.objects.get(name="戊有限公司")
    change_enterprise(actor=by, at=now, party_id=firms[0].pk, changes={"address": "福州市四路4号"})
    text = (
        OCTOBER.splitlines()[0]
        + "\nDB009,戊有限公司,91310000607378261P,,,100万,100万,,2026-01-05,,,,,,,在保,,,20261031\n"
    )
    assert load("guarantees", text, by=by).accepted == 1
    undo(batch)
    assert not Party.objects.filter(name="丁有限公司").exists()
    assert (Identifier.objects.filter(party=made).count(), Enterprise.objects.filter(party=made).count()) == (
        1,
        1,
    )
    assert made.assignments.count() == 1
    assert Enterprise.objects.get(party=firms[0]).address == "福州市四路4号"
    assert FormerValue.objects.filter(party=firms[0], batch=batch).exists(), "its history is not torn"
    reasons = {one.label: one.reason for one in KeptRecord.objects.filter(batch=batch)}
    assert any("戊有限公司" in label and "担保" in reason for label, reason in reasons.items()), reasons
    assert "之后被修改" in reasons.values()


@pytest.mark.usefixtures("firms")
def test_draws_keep_their_guarantee_and_a_later_month_keeps_the_earlier_one(
    load: Load, undo: Any, actors: dict[str, Actor], now: datetime
) -> None:
    by = actors["wangfang"]
    first = load("guarantees", OCTOBER, by=by)
    load("draws", DRAWS, by=by)
    second = load("guarantees", NOVEMBER, by=by, at=now + timedelta(days=1))
    undo(first)
    assert Guarantee.objects.count() == 4, "November told of every one of them"
    assert GuaranteeVersion.objects.filter(batch=first).count() == 4
    undo(second)
    assert Guarantee.objects.get(number="DB001").as_of.month == 10
    assert Draw.objects.count() == 2


def test_the_kept_sums_follow_an_undone_import_whose_rows_look_as_old_as_before(
    load: Load, undo: Any, firms: list[Party], actors: dict[str, Actor], now: datetime
) -> None:
    def weighed() -> int:
        found = book(at=now, as_of=now.date(), reading=reading_of(setting_in_force(at=now)))
        return found.total.weighed

    def kept() -> None:
        unlocked = SimpleNamespace(job=SimpleNamespace(lock=None))
        app.tasks["policy.take_tally"].func(unlocked, subject_id="")

    by = actors["wangfang"]
    load("guarantees", OCTOBER, by=by, at=now - timedelta(days=3))
    before = weighed()
    later = load("guarantees", NOVEMBER, by=by, at=now)
    kept()
    assert weighed() != before
    undo(later)
    kept()
    assert weighed() == before
