"""Forms by hand: a new customer, other particulars, another manager."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from vouch.parties import queries
from vouch.parties.actions import Duty, EnterpriseDetails, assign_party, correct_enterprise
from vouch.parties.models import Enterprise, Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NEW = {
    "name": "乙商贸有限公司",
    "code": "９１１１０１０８ma00000070",
    "capital_text": "50(万美元)",
    "established_on": "2020-05-06",
    "province": "北京",
    "industry_code": "f51",
}


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user, backend=BACKEND)
    return client


def test_an_officer_registers_a_customer_of_their_own(
    client: Client, staff: dict[str, User], units: dict[str, Unit]
) -> None:
    officer = signed_in(client, staff["liqiang"])
    page = officer.get(reverse("parties:new")).content.decode()
    assert "业务一部" in page
    assert "业务二部" not in page
    data = NEW | {"unit": units["YW1"].pk, "manager": staff["liqiang"].pk}
    response = officer.post(reverse("parties:new"), data)
    party = Party.objects.get()
    assert response["Location"] == party.get_absolute_url()
    enterprise = Enterprise.objects.get()
    assert (enterprise.capital_amount, enterprise.capital_currency) == (Decimal(500000), "USD")
    assert enterprise.industry_code == "F51"
    assert [code.value for code in queries.identifiers_of(party)] == ["91110108MA00000070"]
    present = queries.current_assignment(party)
    assert present is not None
    assert present.manager == staff["liqiang"]


def test_a_form_that_is_sent_twice_registers_one_customer(
    client: Client, staff: dict[str, User], units: dict[str, Unit]
) -> None:
    officer = signed_in(client, staff["liqiang"])
    page = officer.get(reverse("parties:new")).content.decode()
    found = re.search(r'name="once_key" value="([0-9a-f]{32})"', page)
    assert found
    data = NEW | {"unit": units["YW1"].pk, "once_key": found[1]}
    first, again = (officer.post(reverse("parties:new"), data) for _ in range(2))
    assert first["Location"] == again["Location"] == Party.objects.get().get_absolute_url()
    # Going back and changing the form is another request, which is judged anew.
    changed = officer.post(reverse("parties:new"), data | {"name": "另一个名称有限公司"})
    assert changed.status_code == 422
    assert "已属于客户" in changed.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "这个字段是必填项"),
        ("code", "911100001000013428", "末位应为 C"),
        ("code", "91350100M000100Y43", "已属于客户"),
        ("capital_text", "很多", "不是注册资本"),
        ("established_on", "2099-01-01", "晚于今天"),
        ("industry_code", "制造", "例如 C1311"),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field(
    client: Client,
    staff: dict[str, User],
    units: dict[str, Unit],
    firm: Party,
    field: str,
    value: str,
    message: str,
) -> None:
    data = NEW | {"unit": units["YW1"].pk, field: value}
    response = signed_in(client, staff["liqiang"]).post(reverse("parties:new"), data)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert Party.objects.count() == 1


def test_one_person_is_not_both_managers(
    client: Client, staff: dict[str, User], units: dict[str, Unit]
) -> None:
    both = {"manager": staff["liqiang"].pk, "second_manager": staff["liqiang"].pk}
    response = signed_in(client, staff["liqiang"]).post(
        reverse("parties:new"), NEW | {"unit": units["YW1"].pk} | both
    )
    assert "不能是同一人" in response.content.decode()


def test_particulars_are_corrected_for_a_reason(client: Client, staff: dict[str, User], firm: Party) -> None:
    officer = signed_in(client, staff["liqiang"])
    url = reverse("parties:correct", args=[firm.pk])
    assert 'value="甲有限公司"' in officer.get(url).content.decode()
    data = {"name": "甲有限公司", "province": "福建", "staff_count": "12"}
    assert officer.post(url, data).status_code == 422
    officer.post(url, data | {"reason": "补录人数"})
    entry = Entry.objects.get(event="parties.enterprise.corrected")
    assert (entry.before, entry.after) == ({"staff_count": None}, {"staff_count": 12})


def test_a_head_of_department_hands_a_customer_over(
    client: Client, staff: dict[str, User], units: dict[str, Unit], firm: Party, now: datetime
) -> None:
    lead = signed_in(client, staff["zhaomin"])
    url = reverse("parties:assign", args=[firm.pk])
    data = {"unit": units["YW1"].pk, "manager": staff["zhaomin"].pk, "starts_on": "2000-01-01"}
    assert "不能早于" in lead.post(url, data).content.decode()
    lead.post(url, data | {"starts_on": "2099-01-01"})
    present = queries.current_assignment(firm)
    assert present is not None
    assert present.manager == staff["zhaomin"]


def test_strangers_find_no_form(client: Client, staff: dict[str, User], firm: Party) -> None:
    stranger = signed_in(client, staff["wuting"])
    assert stranger.get(reverse("parties:correct", args=[firm.pk])).status_code == 404
    # The door asks for the role alone, so it answers alike for a customer that there is and one that there is not.
    for pk in (firm.pk, firm.pk + 1000):
        assert stranger.get(reverse("parties:assign", args=[pk])).status_code == 403
    auditor = signed_in(client, staff["sunlei"])
    assert auditor.get(reverse("parties:new")).status_code == 403
    assert auditor.get(reverse("parties:correct", args=[firm.pk])).status_code == 403


def details_of(firm: Party) -> EnterpriseDetails:
    """The particulars as they are."""
    names = [name for name in EnterpriseDetails.__dataclass_fields__ if name != "name"]
    return EnterpriseDetails(name=firm.name, **{name: getattr(firm.enterprise, name) for name in names})


def corrected_address(client: Client, staff: dict[str, User], firm: Party, entry: Entry) -> str:
    """Where the entry's own page leads, as the chief risk officer reads it."""
    shown = (
        signed_in(client, staff["chenjing"]).get(reverse("ledger:entry", args=[entry.pk])).content.decode()
    )
    address = f"{reverse('parties:correct', args=[firm.pk])}?from_entry={entry.pk}"
    assert address in shown
    return address


def test_an_entry_leads_to_the_form_filled_with_the_old_value_and_nothing_is_saved(
    client: Client, staff: dict[str, User], firm: Party, actor: Actor, now: datetime
) -> None:
    details = replace(details_of(firm), name="乙有限公司")
    correct_enterprise(actor=actor, at=now, party=firm, details=details, reason="更名")
    entry = Entry.objects.get(event="parties.enterprise.corrected")
    page = client.get(corrected_address(client, staff, firm, entry)).content.decode()
    assert 'value="甲有限公司"' in page
    assert "以下字段已填入" in page
    assert "企业名称。" in page
    assert Entry.objects.filter(event="parties.enterprise.corrected").count() == 1
    firm.refresh_from_db()
    assert firm.name == "乙有限公司"


def test_an_entry_about_another_customer_or_out_of_sight_fills_nothing(
    client: Client, staff: dict[str, User], firm: Party, actor: Actor, now: datetime
) -> None:
    correct_enterprise(
        actor=actor, at=now, party=firm, details=replace(details_of(firm), address="新地址"), reason="迁址"
    )
    entry = Entry.objects.get(event="parties.enterprise.corrected")
    address = f"{reverse('parties:correct', args=[firm.pk])}?from_entry={entry.pk}"
    # 李强 may correct the customer, but the ledger is not open to him.
    assert "以下字段已填入" not in signed_in(client, staff["liqiang"]).get(address).content.decode()
    for wrong in ("nonsense", "00000000-0000-0000-0000-000000000000"):
        other = address.replace(str(entry.pk), wrong)
        assert signed_in(client, staff["chenjing"]).get(other).status_code == 200


def test_an_entry_of_a_duty_fills_the_form_of_duties(
    client: Client, staff: dict[str, User], units: dict[str, Unit], firm: Party, actor: Actor, now: datetime
) -> None:
    duty = Duty(units["YW2"], now.date(), manager=staff["wuting"])
    assign_party(actor=actor, at=now, party=firm, duty=duty)
    entry = Entry.objects.get(event="parties.assignment.made")
    page = signed_in(client, staff["chenjing"]).get(
        f"{reverse('parties:assign', args=[firm.pk])}?from_entry={entry.pk}"
    )
    assert f'<option value="{units["YW1"].pk}" selected>' in page.content.decode()
    assert "管户机构" in page.content.decode()
