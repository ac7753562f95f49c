"""Pages of figures, readings, rules, exceptions and ratios: what is entered there, and who may open them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.institution import OFFICER, figures_of, house, own_rule, read_as, rules_in_force
from tests.networks import firm
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.terms import Role, Scope
from vouch.platform.ledger.testing import writing
from vouch.policy.actions import request_exception
from vouch.policy.actions.exception import ExceptionDetails
from vouch.policy.forms import FiguresForm, PastedForm
from vouch.policy.forms.figures import template_rows
from vouch.policy.models import ExceptionUse, MonthFigures, Rule, RuleException, Setting
from vouch.policy.queries.rule import TOUCHED
from vouch.policy.terms import Step

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


@pytest.fixture
def sign_in(units: dict[str, Unit], now: datetime) -> SignIn:
    """A browser of somebody with one role who sees everything."""

    def run(role: str, name: str = "") -> Client:
        with writing():
            user = User(
                username=name or role,
                name=f"某{role}",
                unit=units["HQ"],
                roles=[role],
                scope=Scope.ALL,
                joined_at=now,
            )
            user.set_unusable_password()
            user.save()
        client = Client()
        client.force_login(user)
        return client

    return run


def entered(**values: str) -> dict[str, str]:
    return {"month_end": "2025-10-31", "net_assets": "60000", "guarantor_equity": "2000"} | values


def test_figures_are_entered_by_one_and_confirmed_by_another(sign_in: SignIn) -> None:
    accountant, officer = sign_in(Role.CASHIER), sign_in(Role.COMPLIANCE)
    form = {"asset_deposits": "12000", "asset_guarantor_equity": "2000", "entrusted_deposits": "500"}
    response = accountant.post(reverse("policy:figures_enter"), entered(**form))
    row = MonthFigures.objects.get()
    assert response.url == row.get_absolute_url()  # type: ignore[attr-defined]
    assert (row.net_assets, row.state) == (Decimal("600000000.00"), "proposed")
    assert row.assets.get(kind="deposits").entrusted == Decimal("5000000.00")
    assert "由您确认" not in accountant.get(row.get_absolute_url()).content.decode()
    assert accountant.post(f"{row.get_absolute_url()}confirm/").status_code == 403
    assert "由您确认" in officer.get(row.get_absolute_url()).content.decode()
    officer.post(f"{row.get_absolute_url()}refuse/", {"note": ""})
    row.refresh_from_db()
    assert row.state == "proposed"
    officer.post(f"{row.get_absolute_url()}confirm/", {"note": "核对无误"})
    row.refresh_from_db()
    assert (row.state, row.signer_note) == ("confirmed", "核对无误")
    # Its correction begins with what was entered.
    page = accountant.get(f"{reverse('policy:figures_enter')}?from={row.pk}").content.decode()
    assert 'value="60000"' in page


def test_figures_that_cannot_be_say_why_and_negative_net_assets_can(sign_in: SignIn) -> None:
    client = sign_in(Role.CASHIER)
    wrong = client.post(reverse("policy:figures_enter"), entered(month_end="2025-10-30"))
    assert (wrong.status_code, "不是月末" in wrong.content.decode()) == (422, True)
    form = FiguresForm(entered(net_assets="-12.5"))
    assert form.is_valid()
    assert form.details().net_assets == Decimal("-125000.00")


@pytest.mark.parametrize("separator", ["\t", ","])
def test_a_filled_template_or_a_pasted_table_fills_the_form(sign_in: SignIn, separator: str) -> None:
    rows = [list(row) for row in template_rows(date(2025, 10, 31))]
    for row in rows:
        if row[0] == "净资产（母公司）":
            row[1] = "60000"
        if row[0] == "资产：银行存款":
            row[1], row[2] = "12000", "5000"
    text = "\n".join(separator.join(row) for row in rows)
    client = sign_in(Role.CASHIER)
    page = client.post(reverse("policy:figures_enter"), {"paste": "1", "text": text})
    found = page.content.decode()
    assert page.status_code == 200
    for value in ("60000", "12000", "5000", "2025-10-31"):
        assert f'value="{value}"' in found
    file = SimpleUploadedFile("figures.csv", text.encode("gb18030"))
    assert (
        'value="12000"'
        in client.post(reverse("policy:figures_enter"), {"paste": "1", "file": file}).content.decode()
    )
    assert MonthFigures.objects.count() == 0


def test_an_unknown_line_of_a_pasted_table_is_named() -> None:
    form = PastedForm({"text": "净资产（母公司）\t1\n商誉\t5\n"})
    assert not form.is_valid()
    assert "商誉" in str(form.errors)
    assert not PastedForm({"text": "  "}).is_valid()


def test_another_reading_shows_what_it_changes_before_it_is_confirmed(sign_in: SignIn, now: datetime) -> None:
    officer, chief = sign_in(Role.COMPLIANCE), sign_in(Role.CRO)
    page = officer.get(reverse("policy:settings_enter")).content.decode()
    assert page.count("民法典 1259") == 1
    given = {
        "includes_boundary": "True", "scope": "customer_loans", "amount": "own_share", "deducts_equity": "False",
        "deducts_ceded": "False", "counts_non_financing": "False", "net_assets": "latest_month",
        "eases_rated_bonds": "True", "excludes_protected_funds": "True", "overlap": "by_record",
        "own_code": "91350100M000100Y43", "province": "福建", "starts_on": "2026-01-01", "reason": "按省局口径",
    }  # fmt: skip
    wrong = officer.post(reverse("policy:settings_enter"), given | {"own_code": "91350100M000100Y44"})
    assert wrong.status_code == 422
    officer.post(reverse("policy:settings_enter"), given)
    row = Setting.objects.get()
    figures_of(now, net_assets="60000", guarantor_equity="2000")
    found = chief.get(row.get_absolute_url()).content.decode()
    assert "58,000.00" in found
    assert "60,000.00" in found
    assert officer.post(f"{row.get_absolute_url()}confirm/").status_code == 403
    chief.post(f"{row.get_absolute_url()}confirm/")
    effects = chief.get(reverse("policy:settings_effects")).content.decode()
    assert effects.count("<tr>") == 12
    assert "60,000.00 → 58,000.00" in effects


def test_the_library_is_filtered_and_makes_the_same_queries_for_one_and_for_many(
    sign_in: SignIn, now: datetime, django_assert_num_queries: Any
) -> None:
    client = sign_in(Role.ACCOUNT_MANAGER)
    rules_in_force(now)
    url = reverse("policy:rules")
    assert "TL-16-1" in client.get(url, {"size": "50"}).content.decode()
    blocks = client.get(url, {"severity": "block"}).content.decode()
    assert ("TL-23" in blocks, "TL-31" in blocks) == (True, False)
    doubtful = client.get(url, {"lawyer": "1"}).content.decode()
    assert ("ZB-31-1" in doubtful, "TL-16-1" in doubtful) == (True, False)
    assert "TL-17-1" in client.get(url, {"q": "第十七条"}).content.decode()
    with CaptureQueriesContext(connection) as many:
        client.get(url, {"size": "50"})
    with django_assert_num_queries(len(many.captured_queries)):
        client.get(url, {"q": "TL-23"})
    assert client.get(url, {"export": "xlsx"}).status_code == 200


def test_a_rule_tells_article_history_and_what_it_touches(sign_in: SignIn, now: datetime) -> None:
    client = sign_in(Role.ACCOUNT_MANAGER)
    rules_in_force(now)
    page = client.get(Rule.objects.get(code="TL-16-1").get_absolute_url()).content.decode()
    for text in (
        "融资担保公司监督管理条例 第十六条",
        "≤ 10%",
        "任何人都不能批准例外",
        "首席风险官",
        reverse("policy:ratios"),
    ):
        assert text in page
    assert "待律师确认" in client.get(Rule.objects.get(code="FX-MONTH").get_absolute_url()).content.decode()
    for row in Rule.objects.all():
        assert set(row.touches) <= set(TOUCHED)
        assert client.get(row.get_absolute_url()).status_code == 200


def test_an_own_rule_is_entered_with_its_unit_signed_and_excepted_from(
    sign_in: SignIn, now: datetime
) -> None:
    officer, chief = sign_in(Role.COMPLIANCE), sign_in(Role.CRO)
    given = {
        "code": "OWN-7", "jurisdiction": "institution", "title": "单笔上限", "text": "单笔不超过一千万元。",
        "article": "业务管理办法 第三条", "severity": "block", "steps": ["draw"], "measure": "amount", "limit": "1000",
        "starts_on": "2020-01-01", "roles": ["account_manager"],
    }  # fmt: skip
    wrong = officer.post(reverse("policy:rule_enter"), given | {"code": "TL-16-1"})
    assert (wrong.status_code, "OWN- 开头" in wrong.content.decode()) == (422, True)
    officer.post(reverse("policy:rule_enter"), given)
    row = Rule.objects.get(code="OWN-7")
    assert row.limit == Decimal(10_000_000)
    chief.post(f"{row.get_absolute_url()}confirm/")
    assert 'value="1000"' in officer.get(f"{reverse('policy:rule_enter')}?from={row.pk}").content.decode()
    customer = firm("某客户")
    ask = {
        "customer": customer.number,
        "starts_on": "2026-01-01",
        "ends_on": "2026-03-01",
        "reason": "重点",
        "evidence": "纪要",
    }
    url = reverse("policy:exception_ask", args=[row.pk])
    assert officer.post(url, ask | {"customer": "C404"}).status_code == 422
    assert officer.post(url, ask | {"reason": "身份证11010519491231002X"}).status_code == 422
    officer.post(url, ask)
    exception = RuleException.objects.get()
    assert exception.party == customer
    chief.post(f"{exception.get_absolute_url()}confirm/")
    exception.refresh_from_db()
    assert exception.state == "confirmed"
    listed = chief.get(reverse("policy:exceptions")).content.decode()
    assert "某客户" in listed
    chief.post(f"{exception.get_absolute_url()}revoke/")
    exception.refresh_from_db()
    assert exception.revoked_at is not None


def test_the_law_has_no_exception_on_the_page_either(sign_in: SignIn, now: datetime) -> None:
    chief = sign_in(Role.CRO)
    rules_in_force(now)
    row = Rule.objects.get(code="TL-16-1")
    assert "申请例外" not in chief.get(row.get_absolute_url()).content.decode()
    url = reverse("policy:exception_ask", args=[row.pk])
    assert "任何人都不能批准例外" in chief.get(url).content.decode()
    given = {"starts_on": "2026-01-01", "ends_on": "2026-03-01", "reason": "x", "evidence": "y"}
    assert chief.post(url, given).status_code == 403
    assert not RuleException.objects.exists()


def test_the_ratios_say_what_is_missing_and_then_the_figures(sign_in: SignIn, now: datetime) -> None:
    client = sign_in(Role.EXECUTIVE)
    empty = client.get(reverse("policy:ratios"))
    assert "没有可用的机构数据" in empty.content.decode()
    house()
    read_as(now)
    rules_in_force(now)
    assets = {
        "cash": "30000",
        "other_premises": "1000",
        "claims_receivable": "500",
        "guarantor_equity": "2000",
    }
    figures_of(now, net_assets="60000", guarantor_equity="2000", fee_income="1200", assets=assets)
    page = client.get(reverse("policy:ratios")).content.decode()
    for text in ("58,000.00", "TL-15", "ZC-9-2", "未审计", "K7"):
        assert text in page
    # Unexpired reserve: half of 1,200 should be there, and nothing is.
    assert re.search(r"未到期责任准备金.*?600\.00.*?不足", page, re.DOTALL)
    assert client.get(reverse("policy:ratio_groups")).status_code == 200
    assert sign_in(Role.ACCOUNT_MANAGER).get(reverse("policy:ratios")).status_code == 403


def test_lists_of_figures_and_exceptions_make_the_same_queries_for_one_and_for_many(
    sign_in: SignIn, now: datetime, django_assert_num_queries: Any
) -> None:
    client = sign_in(Role.COMPLIANCE)
    rule = own_rule(now, measure="amount", limit=Decimal(1))
    days = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 2, 1), "reason": "x", "evidence": "y"}

    def add() -> None:
        request_exception(
            actor=OFFICER,
            at=now,
            rule=rule,
            details=ExceptionDetails(**days, party_id=firm().pk),  # type: ignore[arg-type]
        )

    add()
    figures_of(now, net_assets="1")
    urls = [reverse("policy:figures"), reverse("policy:exceptions"), rule.get_absolute_url()]
    counts = []
    for url in urls:
        client.get(url)
        with CaptureQueriesContext(connection) as few:
            client.get(url)
        counts.append(len(few.captured_queries))
    for _place in range(5):
        add()
    for months in range(1, 4):
        figures_of(now, net_assets="1", month_end=date(2026, 10 - months, 1) - timedelta(days=1))
    for url, count in zip(urls, counts, strict=True):
        with django_assert_num_queries(count):
            client.get(url)


def test_an_exception_for_all_names_no_customer_out_of_sight(
    client: Client, staff: dict[str, User], now: datetime
) -> None:
    rule, whose = own_rule(now, measure="amount", limit=Decimal(1)), firm("看不见的企业")
    days = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 1), "reason": "x", "evidence": "y"}
    row = request_exception(actor=OFFICER, at=now, rule=rule, details=ExceptionDetails(**days))  # type: ignore[arg-type]
    with writing():
        ExceptionUse.objects.create(
            exception=row, step=Step.DRAW, party=whose, amount=1, at=now, actor_id=OFFICER.id, actor_label="何合规"
        )  # fmt: skip
        User.objects.filter(pk=staff["liqiang"].pk).update(roles=[Role.TEAM_LEAD], scope=Scope.UNIT)
    for who, is_named in (("liqiang", False), ("chenjing", True)):
        client.force_login(staff[who])
        page = client.get(row.get_absolute_url()).content.decode()
        assert ("看不见的企业" in page, "无权查看的主体" in page) == (is_named, not is_named)
