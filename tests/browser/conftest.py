"""A real Chromium on a real server: every page is watched for violations of its own policy."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.book import Trade, enrol, judge
from vouch.parties.models import Party
from vouch.platform.identity.actions import set_password
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User

PASSWORD = "only-for-this-test-7361"
ASSETS = Path(__file__).resolve().parents[2] / "node_modules" / "echarts"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

WATCH = """
window.addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One a module: Playwright's loop would stay in this thread, and the next module may have a loop of its own to run."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install chromium to run the browser tests")
    if not ASSETS.is_dir():
        pytest.skip("the pages' JavaScript is not installed: run `make assets` first")
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patched:
        # The loop runs in this thread, and Django would refuse its own database calls beside it.
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Visit:
    """A signed-in page; ``complaints`` collects what the browser's console calls an error."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go there, and wait until what the page loads by itself is in."""
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("networkidle")
        return self.page


Visits = Callable[[int], Visit]


def fits(page: Page) -> bool:
    """Whether nothing of the page stands beyond its right edge."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.fixture
def firm_book(transactional_db: None, staff: dict[str, User], now: datetime) -> list[Party]:
    """Two judged firms of 业务一部, one without papers, and a sign-in for 王芳."""
    branch, manager = staff["liqiang"].unit, staff["liqiang"]
    made = [
        enrol("苏州恒泰新材料有限公司", now=now, unit=branch, manager=manager, trade=Trade(400_000, 6)),
        enrol("杭州鼎新食品商贸行", now=now, unit=branch, manager=manager, trade=Trade(20_000, 2)),
        enrol("北京无票有限公司", now=now),
    ]
    judge(now=now)
    set_password(actor=system_actor("test"), at=now, user=staff["wangfang"], password=PASSWORD)
    return made


@pytest.fixture
def visits(browser: Browser, live_server: LiveServer, firm_book: list[Party]) -> Iterator[Visits]:
    """Sign 王芳 in at a width; after the test nothing may have been refused or thrown."""
    opened: list[Visit] = []

    def visit(width: int) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
        context.add_init_script(WATCH)
        page = context.new_page()
        found = Visit(page, live_server.url)
        page.on("console", lambda said: found.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.open("/sign-in/")
        page.get_by_label("用户名").fill("wangfang")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", name="工作台")).to_be_visible()
        opened.append(found)
        return found

    yield visit
    for found in opened:
        assert found.complaints == []
        found.page.context.close()
