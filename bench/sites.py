"""How long the pages about buildings take with 100,000 customers: `python bench/sites.py`.

Makes an installation of its own in a temporary VOUCH_HOME (or uses DATABASE_URL, which must be empty), fills it with firms in
30,000 buildings, one of them a tower of 1,000 units, reads every address as the job does, and asks each page and each panel of
one customer's page once to warm up and then five times, as someone who sees everything and as someone who sees one unit.
With a Chromium and the pages' assets the tower is opened in it, too: how long a person waits, and what of that is drawing.
Prints medians in milliseconds and queries.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vouch.config.settings")
if "DATABASE_URL" not in os.environ:
    # Below /var/lib for root, whose server runs as another user and must be able to enter.
    folder = Path("/var/lib" if os.geteuid() == 0 else tempfile.gettempdir()) / f"vouch-bench-{os.getpid()}"
    os.environ["VOUCH_HOME"] = str(folder)

import django
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from upkeep import vacuum_and_analyze

from vouch.platform.database.supervisor import hold

CUSTOMERS, BUILDINGS, GUARANTEES, TOWER_UNITS, ROUNDS = 100_000, 30_000, 60_000, 1_000, 5
NOW = datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGES = (
    "/buildings/", "/buildings/?least=1", "/buildings/?least=10", "/buildings/?q=产业大道", "/buildings/{tower}/",
    "/buildings/industries/", "/buildings/shared/", "/buildings/shared/?by=building", "/buildings/walk/", "/parties/addresses/",
)  # fmt: skip
PANELS = ("", "file/", "facts/", "invoices/", "identity/", "building/", "consent/", "history/")
REDRAWN = """() => new Promise((told) => {
    // Loaded; then the drawing alone once more: parsed, styled, laid out and painted.
    const loaded = performance.now();
    const old = document.querySelector("[data-elevation]");
    const text = old.outerHTML;
    old.replaceWith(document.createElement("section"));
    document.body.getBoundingClientRect();
    const began = performance.now();
    const place = document.querySelector("section:empty");
    place.outerHTML = text;
    document.body.getBoundingClientRect();
    requestAnimationFrame(() => setTimeout(() => told([loaded, performance.now() - began])));
})"""
TOWER = "江州市江北区产业大道18号3栋"


def main() -> None:
    with hold():
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        party = fill()
        found: dict[str, Any] = {"customers": CUSTOMERS, "reading": read()}
        judge(party)
        found |= measure(party)
        print(json.dumps(found, ensure_ascii=False, indent=1), flush=True)
        print(json.dumps({"browser": draw()}, ensure_ascii=False, indent=1))


def fill() -> int:
    """Units, two members of staff, firms, guarantees; gives the firm whose page is asked."""
    from tests.book import Trade, enrol
    from vouch.business.models import Guarantee
    from vouch.parties.models import Assignment, Enterprise, Party
    from vouch.platform.database.copy import copy_rows
    from vouch.platform.identity.models import Unit, User
    from vouch.platform.identity.queries import head_office
    from vouch.platform.identity.terms import Role, Scope
    from vouch.platform.ledger.testing import writing

    dice = random.Random(11)
    with writing():
        units = [
            Unit.objects.create(code=f"YW{n}", name=f"业务{n}部", parent=head_office()) for n in range(1, 5)
        ]
        for name, role, scope in (("all", Role.CRO, Scope.ALL), ("unit", Role.TEAM_LEAD, Scope.UNIT)):
            user = User(username=name, name=name, unit=units[0], roles=[role], scope=scope, joined_at=NOW)
            user.set_password("bench-only-7361")
            user.save()
    asked = enrol("被问有限公司", now=NOW, unit=units[0], trade=Trade(400_000, 6))
    first = asked.pk + 1
    ids = range(first, first + CUSTOMERS)
    with writing():
        Enterprise.objects.filter(party=asked).update(address=f"{TOWER}1816室", industry_code="C3311")
        copy_rows(
            Party,
            ("id", "number", "name", "kind", "status", "search_text", "sound_text", "created_at"),
            (
                (
                    n,
                    f"C{n:08d}",
                    f"企业{n}有限公司",
                    "enterprise",
                    "active",
                    f"C{n:08d} 企业{n}有限公司",
                    "",
                    NOW,
                )
                for n in ids
            ),
        )
        copy_rows(
            Enterprise,
            ("party_id", "legal_form", "capital_currency", "capital_text", "scope_text", "province", "area",
             "address", "representative_hash", "industry_code", "updated_at"),
            ((n, "", "", "", "", "浙江", "江州", _address(dice, n - first), f"h{dice.randrange(80_000)}",
              f"{dice.choice('ACEFGHIL')}{dice.randrange(1000, 9999)}", NOW) for n in ids),
        )  # fmt: skip
        copy_rows(
            Assignment,
            ("party_id", "unit_id", "starts_on"),
            ((n, dice.choice(units).pk, NOW.date()) for n in ids),
        )
        columns = (
            *(
                "number",
                "party_id",
                "kind",
                "product",
                "bank",
                "contract_number",
                "contract_amount",
                "debt_balance",
            ),
            *("ceded_rate", "issuer_rating"),
            *("share_rate", "counted_on", "due_on", "five_class", "overdue_days", "overdue_amount", "state"),
            *("counter_guarantee", "as_of", "recorded_at", "updated_at"),
        )
        copy_rows(Guarantee, columns, (_guarantee(dice, n, dice.choice(ids)) for n in range(GUARANTEES)))
    vacuum_and_analyze()
    return asked.pk


def _address(dice: random.Random, n: int) -> str:
    """The first ones fill the tower, floor by floor; the others are in few large and many small buildings."""
    if n < TOWER_UNITS:
        return f"{TOWER}{n // 25 + 1}{n % 25 + 1:02d}室"
    number = int(BUILDINGS * dice.random() ** 2)
    road, door = divmod(number, 150)
    return f"江州市第{road}路{door + 1}号{dice.randint(1, 20)}{dice.randint(1, 12):02d}室"


def _guarantee(dice: random.Random, n: int, party: int) -> tuple[object, ...]:
    counted = date(2025, 12, 1) + timedelta(days=dice.randrange(300))
    amount = Decimal(dice.randrange(10, 500)) * 10_000
    late = dice.choice((0, 0, 0, 0, 0, 0, 0, 20, 80))
    return (
        *(f"DB{n:07d}", party, "loan", "流水贷", f"银行{dice.randrange(25)}", f"HT{n}", amount, amount),
        *(
            0,
            "",
            Decimal("0.8"),
            counted,
            counted + timedelta(days=365),
            "normal",
            late,
            0,
            "in_force",
            "保证",
        ),
        *(date(2026, 11, 19), NOW, NOW),
    )


def read() -> dict[str, float]:
    """Every address, as the job reads them."""
    from vouch.parties.actions.addresses import read_addresses
    from vouch.parties.models import AddressReading, Building, Occupancy
    from vouch.platform.identity.actor import system_actor

    began = time.perf_counter()
    while read_addresses(actor=system_actor("bench"), at=NOW):
        pass
    taken = time.perf_counter() - began
    vacuum_and_analyze()
    count = AddressReading.objects.count()
    return {
        "addresses": count, "seconds": round(taken, 1), "a_second": round(count / taken),
        "buildings": Building.objects.count(), "places": Occupancy.objects.count(),
    }  # fmt: skip


def judge(party_id: int) -> None:
    """One customer is judged; the others stand where copies of its standing put them."""
    from tests.book import AS_OF
    from vouch.grading.actions import assess_customers
    from vouch.grading.models import Assessment, Standing
    from vouch.parties.models import Party
    from vouch.platform.database.copy import copy_rows
    from vouch.platform.identity.actor import system_actor
    from vouch.platform.ledger.testing import writing
    from vouch.policy.actions import install_shipped_policies

    dice = random.Random(12)
    actor = system_actor("bench")
    install_shipped_policies(actor=actor, at=NOW)
    assess_customers(actor=actor, at=NOW, as_of=AS_OF, party_ids=[party_id])
    made = Assessment.objects.get(party=party_id)
    others = Party.objects.exclude(pk=party_id).values_list("pk", flat=True)
    with writing():
        copy_rows(
            Standing,
            ("party_id", "assessment_id", "policy_id", "as_of", "assessed_at", "outcome", "score", "grade",
             "grade_rank", "risk_class", "limit", "missing_count", "previous_grade", "previous_class", "direction",
             "changed_at"),
            ((pk, made.pk, made.policy_id, made.as_of, NOW, "graded", 600, "A", 2,
              dice.choice(("优质", "一般", "一般", "高风险")), 0, 0, "", "", "new", NOW) for pk in others),
        )  # fmt: skip
    vacuum_and_analyze()


def tower() -> Any:
    from vouch.parties.models import Building

    return Building.objects.get(key="江州市|江北区|产业大道|18号|3幢")


def measure(party_id: int) -> dict[str, object]:
    from vouch.platform.identity.models import User

    found: dict[str, object] = {}
    paths = [page.format(tower=tower().pk) for page in PAGES]
    paths += [f"/customers/{party_id}/{panel}" for panel in PANELS]
    for name in ("all", "unit"):
        # Without the test environment, in which every template would copy its context for later assertions.
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(User.objects.get(username=name), backend=BACKEND)
        for path in paths:
            print(name, path, file=sys.stderr)
            client.get(path)
            times = []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                answer = client.get(path)
                times.append((time.perf_counter() - began) * 1000)
            with CaptureQueriesContext(connection) as asked:
                client.get(path)
            found[f"{name} {path}"] = {
                "status": answer.status_code, "ms": round(statistics.median(times)), "queries": len(asked),
            }  # fmt: skip
    return found


def draw() -> dict[str, object] | str:
    """The tower in a browser: what a person waits for, and what of it is drawing."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        return "no Chromium here"
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application
    from playwright.sync_api import sync_playwright

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            """Nothing on the screen but the figures."""

    path = tower().get_absolute_url()
    server = make_server("127.0.0.1", 0, StaticFilesHandler(get_wsgi_application()), handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        found = {width: _drawn(browser, f"{address}{path}", width) for width in (1440, 390)}
        browser.close()
    server.shutdown()
    return {str(width): figures for width, figures in found.items()}


def _drawn(browser: Any, url: str, width: int) -> dict[str, int]:
    page = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN").new_page()
    page.goto(urljoin(url, "/sign-in/"))
    page.get_by_label("用户名").fill("all")
    page.get_by_label("密码").fill("bench-only-7361")
    page.get_by_role("button", name="登录").click()
    page.wait_for_load_state("networkidle")
    waits, draws = [], []
    for _ in range(ROUNDS):
        page.goto(url, wait_until="load")
        doors = page.locator("a.door").count()
        timing = page.evaluate(REDRAWN)
        waits.append(timing[0])
        draws.append(timing[1])
    page.context.close()
    return {
        "doors": doors, "from_the_click_ms": round(statistics.median(waits)),
        "drawing_ms": round(statistics.median(draws)),
    }  # fmt: skip


if __name__ == "__main__":
    main()
