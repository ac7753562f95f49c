"""A limit is refused and the refusal is understood: by the law at the grant, by the limit itself at the draw; then both go through."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits, fits
from tests.institution import figures_of, house, read_as, rules_in_force
from tests.limits import PROPOSER
from vouch.grading.actions import LimitDetails, propose_limit
from vouch.grading.models import Hold, Limit
from vouch.grading.terms import LimitKind, LimitOf, LimitState
from vouch.parties.models import Party
from vouch.platform.identity.models import User
from vouch.platform.identity.terms import Role
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.browser
WAN = 10_000


@pytest.fixture
def firm(firm_book: list[Party], staff: dict[str, User]) -> Party:
    """A firm that no class caps yet, of an institution with 30,000 万元 of net assets and rules in force; 王芳 answers for risk."""
    at = timezone.now()
    figures_of(at, month_end=at.date().replace(day=1) - timedelta(days=1), net_assets="30000")
    house()
    read_as(at)
    rules_in_force(at)
    with writing():
        User.objects.filter(pk=staff["wangfang"].pk).update(roles=[Role.CRO])
    return firm_book[2]


def proposed(party: Party, wan: int) -> Limit:
    of = LimitOf(kind=LimitKind.CUSTOMER, party_id=party.pk)
    details = LimitDetails(amount=Decimal(wan * WAN), reason="年度授信")
    return propose_limit(actor=PROPOSER, at=timezone.now(), of=of, details=details)


def decided(page: Page, verb: str) -> None:
    page.get_by_role("link", name=verb, exact=True).click()
    page.get_by_label("意见").fill("已阅")
    page.get_by_role("button", name=f"{verb}额度").click()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_refusal_says_which_rule_by_which_figures_and_what_would_do(
    visits: Visits, firm: Party, width: int
) -> None:
    too_much = proposed(firm, 3_100)
    visit = visits(width)
    page = visit.open(reverse("grading:limits"))
    assert fits(page)
    page.get_by_role("link", name=firm.name).click()
    decided(page, "批准")
    refusal = page.get_by_role("alert")
    for words in ("单户集中度", "第十六条", "怎样可以通过"):
        expect(refusal).to_contain_text(words)
    assert fits(page)
    page.get_by_role("link", name="取消").click()
    decided(page, "退回")
    expect(page.get_by_text("未批准")).to_be_visible()
    too_much.refresh_from_db()
    assert too_much.state == LimitState.REJECTED

    proposed(firm, 2_000)
    page.reload()
    decided(page, "批准")
    expect(page.get_by_text("额度已批准。")).to_be_visible()
    assert fits(page)

    page = visit.open(reverse("desk:customer_panel", args=[firm.pk, "limits"]))
    assert fits(page)
    page.get_by_role("link", name="预占额度").click()
    page.get_by_label("债务金额（万元）").fill("2500")
    page.get_by_label("用于").fill("流动资金贷款担保")
    page.get_by_role("button", name="预占").click()
    refusal = page.get_by_role("alert")
    for words in ("客户额度不足", "25,000,000.00 元", "可将金额降至本机构承担 20,000,000.00 元 以内"):
        expect(refusal).to_contain_text(words)
    assert fits(page)
    # What was typed is still there, and the remedy works.
    expect(page.get_by_label("用于")).to_have_value("流动资金贷款担保")
    page.get_by_label("债务金额（万元）").fill("1500")
    page.get_by_role("button", name="预占").click()
    expect(page.get_by_text("已预占")).to_be_visible()
    assert fits(page)
    assert Hold.objects.get().reserved == Decimal(1_500 * WAN)
    # The browser calls every refused form an error of loading; nothing else may have been one.
    assert {one.split(":")[0] for one in visit.complaints} <= {"Failed to load resource"}
    visit.complaints.clear()
