"""Two administrators change a colleague's role, and a lead hands a leaver's customers over; on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer
from python_calamine import CalamineWorkbook

from tests.browser.conftest import PASSWORD, WATCH, Visit, fits
from vouch.parties.models import Party
from vouch.platform.identity.actions import StaffDetails, appoint_staff, set_password
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User
from vouch.platform.identity.terms import Role, Scope

pytestmark = pytest.mark.browser

SignsIn = Callable[[str, int], Visit]


@pytest.fixture
def cast(firm_book: list[Party], staff: dict[str, User], now: datetime) -> dict[str, User]:
    """The cast with a second administrator and a second account manager; everybody has the one password."""
    actor = system_actor("test")
    found = dict(staff)
    for username, name, unit, role, scope in (
        ("heyan", "何岩", staff["zhoujie"].unit, Role.ADMIN, Scope.ALL),
        ("fanlin", "范琳", staff["liqiang"].unit, Role.ACCOUNT_MANAGER, Scope.OWN),
    ):
        details = StaffDetails(username=username, name=name, unit=unit, roles=[role], scope=scope)
        found[username] = appoint_staff(actor=actor, at=now, details=details)
    for user in found.values():
        set_password(actor=actor, at=now, user=user, password=PASSWORD)
    return found


@pytest.fixture
def signs_in(browser: Browser, live_server: LiveServer, cast: dict[str, User]) -> Iterator[SignsIn]:
    opened: list[Visit] = []

    def sign_in(username: str, width: int) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
        context.add_init_script(WATCH)
        visit = Visit(context.new_page(), live_server.url)
        visit.page.on(
            "console", lambda said: visit.complaints.append(said.text) if said.type == "error" else None
        )
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.open("/sign-in/")
        visit.page.get_by_label("用户名").fill(username)
        visit.page.get_by_label("密码").fill(PASSWORD)
        visit.page.get_by_role("button", name="登录", exact=True).click()
        expect(visit.page.get_by_role("heading", name="工作台")).to_be_visible()
        opened.append(visit)
        return visit

    yield sign_in
    for visit in opened:
        # A form that is not accepted answers 422, which the browser notes.
        assert [said for said in visit.complaints if "422" not in said] == []
        visit.page.context.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_role_changes_when_a_second_person_agrees(
    width: int, signs_in: SignsIn, cast: dict[str, User]
) -> None:
    page = signs_in("zhoujie", width).open("/staff/")
    page.get_by_role("link", name="吴婷").click()
    page.get_by_role("link", name="申请调整权限").click()
    page.get_by_label("风险经理", exact=True).check()
    page.get_by_label("理由").fill("转岗")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("前中后台分离，同一人不能兼任")).to_be_visible()
    page.get_by_label("客户经理", exact=True).uncheck()
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("等待另一人审批")).to_be_visible()
    expect(page.get_by_role("button", name="批准并生效")).to_have_count(0)
    assert fits(page)
    path = page.url.partition("/staff/")[2]

    second = signs_in("heyan", width).open(f"/staff/{path}")
    expect(second.get_by_role("cell", name="风险经理")).to_be_visible()
    assert fits(second)
    second.get_by_role("button", name="批准并生效").click()
    expect(second.get_by_text("已批准，并已生效。")).to_be_visible()
    cast["wuting"].refresh_from_db()
    assert cast["wuting"].roles == [Role.RISK_REVIEWER]


@pytest.mark.parametrize("width", [1440, 390])
def test_a_leavers_customers_go_over_and_then_the_account_closes(
    width: int, signs_in: SignsIn, cast: dict[str, User], firm_book: list[Party], tmp_path: Path
) -> None:
    leaver = cast["liqiang"]
    admin = signs_in("zhoujie", width).open(f"/staff/{leaver.pk}/close/")
    expect(admin.get_by_text("管户（A角） 2")).to_be_visible()
    admin.get_by_label("理由").fill("离职")
    admin.get_by_role("button", name="提交申请").click()
    path = admin.url.partition("/staff/")[2]
    second = signs_in("heyan", width).open(f"/staff/{path}")
    second.get_by_role("button", name="批准并生效").click()
    expect(second.get_by_text("请先办理工作交接，再销户")).to_be_visible()

    lead = signs_in("zhaomin", width).open(f"/staff/{leaver.pk}/")
    lead.get_by_role("link", name="工作交接").click()
    lead.get_by_label("接收人").select_option(label="范琳（业务一部）")
    lead.get_by_label("交接事由").fill("李强离职")
    assert fits(lead)
    lead.get_by_role("button", name="确认交接").click()
    expect(lead.get_by_role("heading", name="交接清单：李强 → 范琳")).to_be_visible()
    expect(lead.locator("tr[data-row]")).to_have_count(2)
    assert fits(lead)
    lead.get_by_role("button", name="导出").click()
    with lead.expect_download() as started:
        lead.get_by_role("link", name="Excel 表格").click()
    file = tmp_path / "receipt.xlsx"
    started.value.save_as(file)
    names = {row[2] for row in CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()[1:]}
    assert names == {firm.name for firm in firm_book[:2]}

    second.get_by_role("button", name="批准并生效").click()
    expect(second.get_by_text("已批准，并已生效。")).to_be_visible()
    leaver.refresh_from_db()
    assert leaver.closed_at is not None
