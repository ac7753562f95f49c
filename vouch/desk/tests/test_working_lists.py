"""Working lists: a filter under a name, many customers given at once and taken back, and the export of what was ticked."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.book import enrol
from vouch.desk.tests.conftest import SignedIn
from vouch.parties.actions import Duty, WrongList, assign_customers, assign_party, undo_bulk_assignment
from vouch.parties.models import Assignment, BulkAssignment, Party, WorkingList
from vouch.parties.queries import Given, chosen_parties, preview_of
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def firms(staff: dict[str, User], units: dict[str, Unit], now: datetime) -> list[Party]:
    """Three of 李强, one of 吴婷, one whom nobody has but the head office."""
    made = [
        enrol(f"第{number}企业", now=now, unit=units["YW1"], manager=staff["liqiang"]) for number in (1, 2, 3)
    ]
    made.append(enrol("第4企业", now=now, unit=units["YW2"], manager=staff["wuting"]))
    return [*made, enrol("第5企业", now=now)]


def hands() -> list[tuple[int, int | None, int | None, int | None]]:
    rows = Assignment.objects.filter(ends_on=None).order_by("party")
    return list(rows.values_list("party_id", "unit_id", "manager_id", "second_manager_id"))


def test_many_are_given_with_one_entry_and_come_back(
    firms: list[Party],
    staff: dict[str, User],
    units: dict[str, Unit],
    actors: dict[str, Actor],
    now: datetime,
) -> None:
    chief, before = actors["chenjing"], hands()
    pks = [one.pk for one in firms]
    given = Given(unit=units["YW2"], manager=staff["wuting"], second_manager=staff["liqiang"])
    preview = preview_of(pks, given)
    assert (preview.chosen, preview.changing, preview.unassignable) == (5, 5, 0)
    assert {(one.name, one.before, one.after) for one in preview.managers} == {("李强", 3, 0), ("吴婷", 1, 5)}
    assert [(one.name, one.change) for one in preview.seconds] == [("李强", 5)]
    made = assign_customers(actor=chief, at=now, pks=pks, given=given)
    assert made is not None
    assert {row[1:] for row in hands()} == {(units["YW2"].pk, staff["wuting"].pk, staff["liqiang"].pk)}
    entry = Entry.objects.get(event="parties.customers.assigned")
    told = entry.bulk or {}
    assert (told["rows"], len(told["root"])) == (5, 64)
    assert assign_customers(actor=chief, at=now, pks=pks, given=given) is None
    # Given on meanwhile: stays there.
    duty = Duty(units["YW1"], starts_on=now.date(), manager=staff["liqiang"])
    assign_party(actor=chief, at=now, party=firms[4], duty=duty)
    assert undo_bulk_assignment(actor=chief, at=now, made=made) == 4
    assert hands()[:4] == before[:4]
    assert hands()[4][2] == staff["liqiang"].pk
    assert Assignment.objects.filter(party=firms[0]).count() == 3
    with pytest.raises(WrongList, match="已经撤销"):
        undo_bulk_assignment(actor=chief, at=now, made=made)


def test_what_is_left_empty_stays_and_nobody_is_both(
    firms: list[Party], staff: dict[str, User], actors: dict[str, Actor], now: datetime
) -> None:
    chief, pks = actors["chenjing"], [one.pk for one in firms[:4]]
    assign_customers(actor=chief, at=now, pks=pks, given=Given(second_manager=staff["wuting"]))
    after = {row[0]: row[2:] for row in hands()}
    assert after[firms[0].pk] == (staff["liqiang"].pk, staff["wuting"].pk)
    # 吴婷 was A角 here: as B角 she is it no longer.
    assert after[firms[3].pk] == (None, staff["wuting"].pk)
    assign_customers(actor=chief, at=now, pks=pks, given=Given(manager=staff["wuting"]))
    assert {row[2:] for row in hands()[:4]} == {(staff["wuting"].pk, None)}


def test_what_one_does_not_see_one_does_not_give(
    firms: list[Party], staff: dict[str, User], actors: dict[str, Actor], now: datetime
) -> None:
    lead, before = actors["zhaomin"], hands()
    pks = [one.pk for one in firms]
    assert chosen_parties(lead, pks) == pks[:3]
    with pytest.raises(Refused, match="2 户不在您的数据范围内"):
        assign_customers(actor=lead, at=now, pks=pks, given=Given(manager=staff["wuting"]))
    with pytest.raises(Refused):
        assign_customers(actor=actors["liqiang"], at=now, pks=pks[:1], given=Given(manager=staff["wuting"]))
    with pytest.raises(WrongList, match="没有选中"):
        assign_customers(actor=lead, at=now, pks=[], given=Given(manager=staff["wuting"]))
    assert hands() == before


def test_the_pages_preview_do_and_undo(
    firms: list[Party], staff: dict[str, User], signed_in: SignedIn
) -> None:
    client: Client = signed_in("zhaomin")
    address = reverse("desk:assign_many")
    chosen = client.post(address, {"all": "1", "query": "q=第1企业"})
    assert "选中 1 户" in chosen.content.decode()
    sent = {"pks": f"{firms[0].pk},{firms[1].pk},{firms[3].pk}", "manager": staff["wuting"].pk}
    page = client.post(address, {**sent, "step": "preview"}).content.decode()
    assert "2 户中有 2 户变化" in page
    assert client.post(address, {"pks": sent["pks"], "step": "preview"}).status_code == 422
    page = client.post(address, {**sent, "step": "do"}, follow=True).content.decode()
    assert "已分派 2 户" in page
    made = BulkAssignment.objects.get()
    page = client.post(reverse("desk:undo_assigned", args=[made.pk]), follow=True).content.decode()
    assert "已撤销，2 户恢复" in page
    assert signed_in("liqiang").post(address, {"pick": firms[0].pk}).status_code == 403


def test_a_filter_is_kept_under_a_name_shared_renamed_and_removed(
    firms: list[Party], signed_in: SignedIn, staff: dict[str, User]
) -> None:
    client = signed_in("zhaomin")
    sent = {"name": "本部重点", "query": "q=第&kind=enterprise&page=3&pick=1", "is_shared": "on"}
    client.post(reverse("desk:save_list"), sent)
    kept = WorkingList.objects.get()
    assert (kept.query, kept.unit) == ("q=%E7%AC%AC&kind=enterprise", staff["zhaomin"].unit)
    colleague = signed_in("liqiang")
    assert "本部重点" in colleague.get(reverse("desk:customers")).content.decode()
    assert colleague.post(reverse("desk:remove_list", args=[kept.pk])).status_code == 404
    assert "本部重点" not in signed_in("wuting").get(reverse("desk:customers")).content.decode()
    client = signed_in("zhaomin")
    client.post(reverse("desk:change_list", args=[kept.pk]), {"name": "新名"})
    kept.refresh_from_db()
    assert (kept.name, kept.unit) == ("新名", None)
    page = client.post(reverse("desk:save_list"), {"name": "110101199003071233", "query": ""}, follow=True)
    assert "请不要写证件号码" in page.content.decode()
    client.post(reverse("desk:remove_list", args=[kept.pk]))
    assert not WorkingList.objects.exists()


def test_what_was_ticked_is_exported_and_nothing_beyond_ones_sight(
    firms: list[Party], signed_in: SignedIn
) -> None:
    client = signed_in("zhaomin")
    ticked = [firms[0].pk, firms[2].pk, firms[3].pk]
    answer = client.post(reverse("desk:export_picked"), {"pick": ticked}, follow=True)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert {"第1企业", "第3企业"} <= {row[0] for row in rows}
    assert not {"第2企业", "第4企业"} & {row[0] for row in rows}
