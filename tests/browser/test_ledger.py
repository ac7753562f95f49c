"""Supervision reads the ledger: finds an entry by the customer's name, takes back a value, sees who looked at what."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from vouch.parties.actions import EnterpriseDetails, correct_enterprise, register_person, reveal_value
from vouch.parties.models import Party
from vouch.parties.terms import PROTECTED
from vouch.parties.tests.people import registration
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User

pytestmark = pytest.mark.browser


def picture(page: Page, name: str, width: int) -> None:
    """Kept only where VOUCH_PICTURES names a folder."""
    folder = os.environ.get("VOUCH_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


@pytest.fixture
def person(firm_book: list[Party], staff: dict[str, User], now: datetime) -> Party:
    """Somebody whose identity number was read, and a firm of another name than before."""
    actor = system_actor("test")
    named = [name for name in EnterpriseDetails.__dataclass_fields__ if name != "name"]
    firm = Party.objects.select_related("enterprise").get(pk=firm_book[0].pk)
    present = EnterpriseDetails(name=firm.name, **{name: getattr(firm.enterprise, name) for name in named})
    details = replace(present, name="苏州恒泰材料集团有限公司", address="江苏省苏州市工业园区")
    correct_enterprise(actor=actor, at=now, party=firm, details=details, reason="工商变更")
    unit, manager = staff["liqiang"].unit, staff["liqiang"]
    made = register_person(actor=actor, at=now, unit=unit, registration=registration(manager=manager))
    field_class = PROTECTED["document_number"].field_class
    reveal_value(
        actor=actor, at=now, party=made, field_class=field_class, key="document_number", purpose="贷前调查"
    )
    return made


@pytest.mark.parametrize("width", [1440, 390])
def test_the_ledger_is_read_and_a_former_value_is_offered(
    visits: Visits, person: Party, firm_book: list[Party], width: int
) -> None:
    visit = visits(width)
    page = visit.open(f"{reverse('ledger:entries')}?q=恒泰材料集团")
    picture(page, "ledger", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="更正登记信息").first.click()
    expect(page.get_by_role("cell", name="苏州恒泰新材料有限公司")).to_be_visible()
    picture(page, "entry", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="用变更前的值填表").click()
    expect(page.get_by_label("企业名称")).to_have_value("苏州恒泰新材料有限公司")
    expect(page.get_by_text("以下字段已填入")).to_be_visible()
    picture(page, "former", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    visit.open(f"{reverse('ledger:reads')}?subject={person.name}")
    row = page.get_by_role("row").filter(has_text="贷前调查")
    expect(row).to_contain_text(person.name)
    expect(row).to_contain_text("证件号码")
    picture(page, "reads", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    visit.open(f"{person.get_absolute_url()}history/")
    expect(page.get_by_role("heading", name="谁看过受保护的信息")).to_be_visible()
    picture(page, "seen", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
