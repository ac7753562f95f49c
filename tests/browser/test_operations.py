"""The pages of running, and an inspection from its opening to its end, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import PASSWORD, WATCH, Visit, fits
from vouch.parties.models import Party
from vouch.platform.identity.actions import set_password
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User
from vouch.platform.identity.terms import Role, Scope
from vouch.platform.jobs.defer import defer
from vouch.platform.ledger.testing import writing
from vouch.platform.operations.models import Inspection
from vouch.platform.operations.tests import sample_jobs  # noqa: F401 - registers the task

pytestmark = pytest.mark.browser

People = Callable[..., Visit]


@pytest.fixture
def people(
    browser: Browser, live_server: LiveServer, firm_book: list[Party], staff: dict[str, User], now: datetime
) -> Iterator[People]:
    """``people("zhoujie", width=1440)``: signed in; after the test nothing may have been refused or thrown."""
    with writing():
        staff["hegui"], _made = User.objects.get_or_create(
            username="hegui",
            defaults={
                "name": "郑洁",
                "unit": staff["chenjing"].unit,
                "roles": [Role.COMPLIANCE],
                "scope": Scope.ALL,
                "joined_at": now,
            },
        )
    opened: list[Visit] = []

    def sign(username: str, *, password: str = PASSWORD, width: int = 1440) -> Visit:
        if username in staff and password == PASSWORD:
            set_password(actor=system_actor("test"), at=now, user=staff[username], password=PASSWORD)
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
        context.add_init_script(WATCH)
        page = context.new_page()
        found = Visit(page, live_server.url)
        page.on("console", lambda said: found.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.open("/sign-in/")
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码", exact=True).fill(password)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_load_state("networkidle")
        opened.append(found)
        return found

    yield sign
    for found in opened:
        assert [one for one in found.complaints if "403 (Forbidden)" not in one] == []
        found.page.context.close()


def statuses() -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, status FROM procrastinate_jobs")
        return dict(cursor.fetchall())


def failed_job() -> int:
    """As a worker leaves one; the queue's loop cannot run beside the browser's in one process."""
    pk = defer("sample_page.note", lock="party:7", file="nowhere", text="done")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed', attempts = 1 WHERE id = %s", [pk])
    cache.set(f"vouch.job.fault.{pk}", "FileNotFoundError platform/tasks.py:7")
    return pk


@pytest.mark.parametrize("width", [1440, 390])
def test_a_failed_job_is_found_and_tried_again(people: People, width: int) -> None:
    pk = failed_job()
    visit = people("zhoujie", width=width)
    page = visit.open("/operations/jobs/?status=failed")
    expect(page.get_by_text("FileNotFoundError")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="重试").click()
    expect(page.get_by_text(f"任务 {pk} 已放回队列")).to_be_visible()
    assert statuses()[pk] == "todo"
    visit.open(f"/operations/jobs/?q={pk}")
    expect(page.get_by_role("cell", name="等待")).to_be_visible()
    # The list asks again by itself, and stays where it is.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [pk])
    expect(page.get_by_role("cell", name="完成")).to_be_visible(timeout=30_000)
    assert page.url.endswith(f"?q={pk}")
    for address in (
        "/operations/",
        "/operations/schedules/",
        "/operations/keys/",
        "/operations/backups/",
        "/operations/api-keys/",
    ):
        visit.open(address)
        expect(page.get_by_role("navigation", name="运行")).to_be_visible()
        assert fits(page), address
    visit.open("/operations/")
    expect(page.get_by_text("操作日志只能追加")).to_be_visible(timeout=20_000)


def test_an_inspection_from_its_opening_to_its_end(
    people: People, tmp_path: Path, firm_book: list[Party]
) -> None:
    letter = tmp_path / "检查通知书.pdf"
    letter.write_bytes(b"%PDF-1.7 letter")
    compliance = people("hegui")
    page = compliance.open("/operations/inspections/new/")
    now = timezone.localtime()
    for label, text in {
        "检查机关": "示范市地方金融监督管理局",
        "检查通知书文号": "金监检〔2026〕7号",
        "检查人员": "林检",
        "检查事由": "年度现场检查",
        "开始时间": f"{now - timedelta(minutes=1):%Y-%m-%d %H:%M}",
        "结束时间": f"{now + timedelta(hours=2):%Y-%m-%d %H:%M}",
        "检查期间起": "2019-01-01",
        "检查期间止": "2026-12-31",
    }.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("业务一部").check()
    page.get_by_label("联系方式").check()
    page.get_by_label("检查通知书", exact=True).set_input_files(letter)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("等待另一人批准", exact=False).first).to_be_visible()

    address = page.url.removeprefix(compliance.address)
    officer = people("chenjing")
    officer.open(address)
    officer.page.get_by_role("button", name="批准并开户").click()
    expect(officer.page.get_by_text("已批准。")).to_be_visible()

    page.reload()
    page.get_by_role("button", name="发放一次性口令").click()
    alert = page.get_by_role("alert").filter(has_text="只显示这一次")
    username, password = (alert.locator("code").nth(place).inner_text() for place in (0, 1))

    for width in (1440, 390):
        if width == 390:
            compliance.open(address)
            page.get_by_role("button", name="重发一次性口令").click()
            password = alert.locator("code").nth(1).inner_text()
        inspector = people(username, password=password, width=width)
        seen = inspector.open("/customers/")
        expect(seen.get_by_text("检查模式")).to_be_visible()
        expect(seen.locator("[data-inspection-ends]")).to_contain_text("小时")
        assert seen.locator(".watermark span").count() >= 60
        expect(seen.get_by_role("link", name="苏州恒泰新材料有限公司")).to_be_visible()
        assert fits(seen)
        # The mark lies over the page without catching the pointer.
        seen.get_by_role("link", name="苏州恒泰新材料有限公司").click()
        expect(seen.get_by_role("heading", name="苏州恒泰新材料有限公司")).to_be_visible()
        assert fits(seen)

    compliance.open(address)
    expect(page.get_by_text("/customers/").first).to_be_visible()
    assert fits(page)
    with writing():
        Inspection.objects.update(ends_at=timezone.now())
    # A part of a page leads to the page that says so; a whole one says it itself.
    seen.get_by_role("link", name="指标").first.click()
    expect(seen.get_by_text("检查时间已到", exact=False)).to_be_visible()
    inspector.open("/customers/")
    expect(seen.get_by_role("button", name="登录", exact=True)).to_be_visible()
