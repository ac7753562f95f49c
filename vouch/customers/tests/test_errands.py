"""Errands: ordered one by one and for all gaps, settled when the material is there, reminded of once a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from vouch.customers.actions import (
    ErrandDetails,
    Filing,
    MaterialDetails,
    NotNow,
    WrongMaterial,
    close_errand,
    file_document,
    move_errand,
    order_errand,
    order_errands,
    remind_managers,
    remind_of_errands,
    settle_errands,
)
from vouch.customers.models import Errand
from vouch.customers.queries.gaps import gaps_of
from vouch.customers.tasks import keep_errands, settle_errands_of_material
from vouch.customers.terms import DocumentCategory, ErrandState, MaterialKind, Origin
from vouch.customers.tests import pictures
from vouch.customers.tests.conftest import enrolled
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise, restrict_party
from vouch.parties.models import Party
from vouch.platform.courier.models import Message
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db


def sent(
    party: Party, actor: Actor, at: datetime, to: User, *, item: str = "licence", days: int = 3, **more: Any
) -> Errand:
    details = ErrandDetails(to, timezone.localdate(at) + timedelta(days=days), item=item, **more)
    return order_errand(actor=actor, at=at, party=party, details=details)


def licence(party: Party, actor: Actor, at: datetime) -> Any:
    details = MaterialDetails(
        kind=MaterialKind.DOCUMENT, origin=Origin.CUSTOMER, as_of=timezone.localdate(at)
    )
    filing = Filing(DocumentCategory.LICENCE)
    return file_document(
        actor=actor, at=at, party=party, filing=filing, details=details, content=pictures.pdf()
    )


def test_an_errand_ends_by_itself_when_the_material_is_there(
    firm: Party, staff: dict[str, User], actors: dict[str, Actor], now: datetime, actor: Actor
) -> None:
    one = sent(firm, actors["liqiang"], now, staff["liqiang"], reason="换照后没有收到")
    other = sent(firm, actors["liqiang"], now, staff["liqiang"], item="articles")
    assert settle_errands(actor=actor, at=now) == 0
    assert not Entry.objects.filter(event="customers.errands.settled").exists()
    filed = licence(firm, actors["liqiang"], now)
    settle_errands_of_material(subject_id=str(filed.pk))
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state, other.state) == (ErrandState.DONE, ErrandState.OPEN)
    assert Entry.objects.filter(event="customers.errands.settled").count() == 1
    with pytest.raises(WrongMaterial, match="已经齐全"):
        sent(firm, actors["liqiang"], now, staff["liqiang"])


def test_one_click_sends_for_everything_once_and_each_to_whom_it_belongs(
    firm: Party, staff: dict[str, User], actors: dict[str, Actor], now: datetime
) -> None:
    sent(firm, actors["liqiang"], now, staff["liqiang"])
    gaps = gaps_of(firm, at=now)
    made = order_errands(actor=actors["liqiang"], at=now, party=firm)
    assert len(made) == len(gaps) - 1
    by_item = {one.item: one for one in Errand.objects.all()}
    assert by_item["records"].assignee == staff["wangfang"], "risk management searches public records"
    assert by_item["bank"].assignee == staff["liqiang"]
    assert by_item["year_statements"].due_on == timezone.localdate(now) + timedelta(days=10)
    assert order_errands(actor=actors["liqiang"], at=now, party=firm) == []
    assert Entry.objects.filter(event="customers.errands.ordered").count() == 1


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"item": "moon"}, "item"),
        ({"item": "household"}, "item"),
        ({"item": ""}, "title"),
        ({"item": "", "title": "问 13800138000"}, "title"),
        ({"reason": "证号 11010519491231002X"}, "reason"),
        ({"days": -1}, "due_on"),
    ],
)
def test_what_cannot_be_ordered_is_refused_by_field(
    firm: Party,
    staff: dict[str, User],
    actors: dict[str, Actor],
    now: datetime,
    details: dict[str, Any],
    field: str,
) -> None:
    with pytest.raises(WrongMaterial) as caught:
        sent(firm, actors["liqiang"], now, staff["liqiang"], **details)
    assert caught.value.field == field
    assert not Errand.objects.exists()


def test_nobody_is_sent_who_does_not_see_the_customer_nor_twice_for_one_thing(
    firm: Party,
    staff: dict[str, User],
    actors: dict[str, Actor],
    now: datetime,
    actor: Actor,
    units: dict[str, Unit],
) -> None:
    with pytest.raises(WrongMaterial) as caught:
        sent(firm, actors["liqiang"], now, staff["wuting"])
    assert caught.value.field == "assignee"
    one = sent(firm, actors["liqiang"], now, staff["liqiang"])
    with pytest.raises(NotNow, match="已有待补任务"):
        sent(firm, actors["liqiang"], now, staff["liqiang"])
    for name in ("wuting", "sunlei"):
        with pytest.raises(Refused):
            sent(firm, actors[name], now, staff["liqiang"], item="articles")
        with pytest.raises(Refused):
            close_errand(actor=actors[name], at=now, errand=one, state=ErrandState.DONE, outcome="好了")
    orphan = register_enterprise(
        actor=actor,
        at=now,
        unit=units["YW1"],
        registration=Registration(EnterpriseDetails(name="无主有限公司")),
    )
    with pytest.raises(NotNow, match="没有管户经理"):
        order_errands(actor=actor, at=now, party=orphan)
    restrict_party(actor=actor, at=now, party=firm, reason="客户要求")
    firm.refresh_from_db()
    with pytest.raises(Refused):
        order_errands(actor=actors["liqiang"], at=now, party=firm)


def test_an_errand_is_handed_on_and_closed_with_a_word(
    firm: Party, staff: dict[str, User], actors: dict[str, Actor], now: datetime
) -> None:
    one = sent(firm, actors["liqiang"], now, staff["liqiang"])
    due = timezone.localdate(now) + timedelta(days=9)
    move_errand(actor=actors["liqiang"], at=now, errand=one, assignee=staff["zhaomin"], due_on=due)
    one.refresh_from_db()
    assert (one.assignee, one.due_on) == (staff["zhaomin"], due)
    close_errand(
        actor=actors["zhaomin"], at=now, errand=one, state=ErrandState.CANCELLED, outcome="客户已注销该许可"
    )
    one.refresh_from_db()
    assert (one.state, one.closed_by) == (ErrandState.CANCELLED, staff["zhaomin"])
    with pytest.raises(NotNow, match="已经了结"):
        close_errand(actor=actors["zhaomin"], at=now, errand=one, state=ErrandState.DONE, outcome="好了")
    with pytest.raises(NotNow, match="已经了结"):
        move_errand(actor=actors["zhaomin"], at=now, errand=one, assignee=staff["liqiang"], due_on=due)


def test_what_is_due_is_told_once_a_day_to_each(
    firm: Party, staff: dict[str, User], actors: dict[str, Actor], now: datetime, actor: Actor
) -> None:
    sent(firm, actors["liqiang"], now, staff["liqiang"], days=2)
    sent(firm, actors["liqiang"], now, staff["liqiang"], item="articles", days=3)
    assert remind_of_errands(actor=actor, at=now + timedelta(days=1)) == 0
    assert not Message.objects.exists()
    for hours in (0, 1, 5):
        remind_of_errands(actor=actor, at=now + timedelta(days=2, hours=hours))
    assert Message.objects.filter(recipient=staff["liqiang"]).count() == 1
    assert remind_of_errands(actor=actor, at=now + timedelta(days=3)) == 1
    assert Message.objects.filter(recipient=staff["liqiang"]).count() == 2
    assert Entry.objects.filter(event="customers.errands.reminded").count() == 2


def test_the_beat_settles_first_and_reminds_of_what_is_left(
    firm: Party, staff: dict[str, User], actors: dict[str, Actor]
) -> None:
    now = timezone.now() - timedelta(minutes=5)
    sent(firm, actors["liqiang"], now, staff["liqiang"], days=0)
    sent(firm, actors["liqiang"], now, staff["liqiang"], item="articles", days=0)
    licence(firm, actors["liqiang"], now)
    keep_errands()
    assert Errand.objects.filter(state=ErrandState.DONE).count() == 1
    assert Message.objects.filter(template="customers.errands_due").count() == 1


def test_managers_are_reminded_of_their_incomplete_files(
    firm: Party, bank: Party, staff: dict[str, User], actors: dict[str, Actor], now: datetime
) -> None:
    assert remind_managers(actor=actors["zhaomin"], at=now, party_ids=[firm.pk, bank.pk]) == 1
    assert remind_managers(actor=actors["zhaomin"], at=now, party_ids=[firm.pk]) == 0, "once a day"
    assert Message.objects.get().recipient == staff["liqiang"]
    with pytest.raises(Refused):
        remind_managers(actor=actors["liqiang"], at=now, party_ids=[firm.pk])


def test_pages_order_hand_on_and_close(client: Client, firm: Party, staff: dict[str, User]) -> None:
    client.force_login(staff["liqiang"])
    today = timezone.localdate()
    form = reverse("customers:order_errand", args=[firm.pk])
    shown = client.get(f"{form}?item=bank").content.decode()
    assert '<option value="bank" selected>' in shown
    assert f'<option value="{staff["liqiang"].pk}" selected>' in shown
    wrong = client.post(form, {"item": "bank", "assignee": staff["liqiang"].pk, "due_on": "2020-01-01"})
    assert wrong.status_code == 422
    assert "期限不能早于今天" in wrong.content.decode()
    client.post(form, {"item": "bank", "assignee": staff["liqiang"].pk, "due_on": today.isoformat()})
    one = Errand.objects.get()
    assert "要我补的资料" in client.get(reverse("desk:home")).content.decode()
    page = client.get(one.get_absolute_url()).content.decode()
    assert "银行流水" in page
    moved = client.post(
        reverse("customers:move_errand", args=[one.pk]), {"assignee": staff["wuting"].pk, "due_on": today}
    )
    assert moved.status_code == 422
    assert "看不到这个客户" in moved.content.decode()
    assert client.post(reverse("customers:close_errand", args=[one.pk]), {"state": "done"}).status_code == 422
    client.post(
        reverse("customers:close_errand", args=[one.pk]), {"state": "done", "outcome": "客户当面出示"}
    )
    one.refresh_from_db()
    assert one.state == ErrandState.DONE
    client.post(reverse("customers:order_all_errands", args=[firm.pk]))
    assert Errand.objects.filter(state=ErrandState.OPEN).count() > 10
    client.force_login(staff["sunlei"])
    assert client.get(one.get_absolute_url()).status_code == 200
    assert client.get(reverse("customers:errands", args=["mine"])).status_code == 403
    client.force_login(staff["wuting"])
    assert client.get(one.get_absolute_url()).status_code == 404


def test_lists_across_customers_filter_export_and_ask_alike_for_one_and_for_many(
    client: Client,
    firm: Party,
    units: dict[str, Unit],
    staff: dict[str, User],
    actors: dict[str, Actor],
    actor: Actor,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    now = timezone.now() - timedelta(days=4)
    client.force_login(staff["zhaomin"])
    lacking, errands = reverse("customers:lacking", args=["all"]), reverse("customers:errands", args=["open"])
    for number in range(12):
        party = enrolled(f"第{number}有限公司", units, staff, now, actor)
        sent(party, actors["liqiang"], now, staff["liqiang"], days=2)
        if number in {0, 11}:
            with django_assert_num_queries(LACKING_QUERIES):
                assert f"第{number}有限公司" in client.get(lacking).content.decode()
            with django_assert_num_queries(ERRAND_QUERIES):
                assert f"第{number}有限公司" in client.get(errands).content.decode()
    licence(firm, actors["liqiang"], now)

    def names(query: str) -> str:
        return client.get(f"{lacking}?{query}&export=csv").getvalue().decode("utf-8-sig")

    assert "甲有限公司" not in names("item=licence")
    assert "甲有限公司" in names("standing=idle")
    assert "第3有限公司" not in names("standing=idle")
    assert "第3有限公司" in names("standing=late")
    assert "有限公司" not in names("standing=complete")
    assert "有限公司" not in names(f"manager={staff['wuting'].pk}")
    assert "第3有限公司" in names(f"unit={units['YW1'].pk}&q=第3")
    assert "甲有限公司" not in names("q=第3")
    assert "逾期" in client.get(reverse("customers:errands", args=["late"])).content.decode()
    assert client.get(errands + "?q=第3&item=licence&export=xlsx").status_code == 200
    assert client.get(reverse("customers:lacking_home")).headers["Location"] == lacking
    told = client.post(reverse("customers:remind_managers") + "?q=第3", follow=True).content.decode()
    assert "已提醒 1 位" in told
    assert client.get(reverse("customers:errands", args=["moon"])).status_code == 404
    client.force_login(staff["liqiang"])
    assert client.post(reverse("customers:remind_managers")).status_code == 403
    assert client.get(reverse("customers:lacking_home")).headers["Location"].endswith("mine/")


LACKING_QUERIES, ERRAND_QUERIES = 14, 12
