"""An import whose customers were held against lists is undone: what nobody has judged goes with them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.tables import all_rows, differences
from vouch.customers.actions import EntryDetails, add_to_list, confirm_hit, open_list
from vouch.customers.models import WatchHit
from vouch.customers.tasks import screen_import
from vouch.customers.terms import ListKind
from vouch.parties.models import Party
from vouch.platform.exchange.actions import order_undo
from vouch.platform.exchange.running import import_files, take_back
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit

pytestmark = pytest.mark.django_db

FIRMS = "企业名称,统一社会信用代码\n甲有限公司,91350100M000100Y43\n乙有限公司,914403001922038216\n"


def test_hits_that_nobody_judged_go_with_the_customer_and_a_judged_one_keeps_it(
    head_office: Unit, actor: Actor, now: datetime, settings: Settings, tmp_path: Path
) -> None:
    settings.IMPORTS_DIR = tmp_path / "imports"
    black = open_list(actor=actor, at=now, kind=ListKind.OWN, name="黑名单", source="")
    for name in ("甲有限公司", "乙有限公司"):
        add_to_list(actor=actor, at=now, watch_list=black, details=EntryDetails(name=name))
    path = tmp_path / "名单.csv"
    path.write_text(FIRMS, "utf-8")
    before = all_rows()
    for judged in ("", "乙有限公司"):
        batch = import_files("enterprises", {"file": path}, unit=head_office, actor=actor, clock=lambda: now)
        screen_import(str(batch.pk))
        assert WatchHit.objects.count() == 2
        if judged:
            hit = WatchHit.objects.get(party__name=judged)
            confirm_hit(actor=actor, at=now, hit=hit, reason="同一代码")
        order_undo(actor=actor, at=now, batch=batch, reason="导错")
        undone = take_back(batch.pk, actor=actor, clock=lambda: now)
        kept = list(undone.kept_records.filter(table_name="parties_party").values_list("reason", flat=True))
        if not judged:
            assert (kept, differences(before, all_rows())) == ([], {})
    assert kept == ["之后有记录引用它：名单命中 1 条"]
    assert list(Party.objects.values_list("name", flat=True)) == ["乙有限公司"]
    assert WatchHit.objects.get().party.name == "乙有限公司"
