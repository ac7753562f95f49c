"""How long the register takes with 100,000 guarantees of 40,000 customers: `python bench/book.py`.

Makes an installation of its own in a temporary VOUCH_HOME (or uses DATABASE_URL, which must be empty), fills it, and asks
each page once to warm up and then five times, as someone who sees everything and as someone who sees one unit. Prints
medians in milliseconds and queries; beside them what a workbook does for the same pivot: reading the exported rows and
adding them up in Python.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
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

CUSTOMERS, GUARANTEES, ROUNDS = 40_000, 100_000, 5
NOW = datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGES = (
    "/book/",
    "/book/?bank=银行3&state=in_force",
    "/book/?q=有限公司777",
    "/book/?overdue=1&sort=-overdue_days",
    "/book/?due=90",
    "/book/?page=4000",
    "/book/pivot/?down=bank",
    "/book/pivot/?down=bank&across=five_class",
    "/book/pivot/?down=unit&across=due_month",
    "/book/pivot/?down=industry&measure=customers",
    "/book/pivot/?down=customer",
    "/book/due/",
)


def main() -> None:
    with hold():
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        fill()
        print(json.dumps(measure(), ensure_ascii=False, indent=1))


def fill() -> None:
    """Straight into the tables: what is measured is reading."""
    from vouch.business.models import Guarantee
    from vouch.engine.pinyin import sound_text
    from vouch.parties.models import Assignment, Enterprise, Party
    from vouch.platform.database.copy import copy_rows
    from vouch.platform.identity.models import Unit, User
    from vouch.platform.identity.queries import head_office
    from vouch.platform.identity.terms import Role, Scope
    from vouch.platform.ledger.testing import writing

    dice = random.Random(5)
    with writing():
        units = [Unit.objects.create(code=f"U{n}", name=f"营业部{n}", parent=head_office()) for n in range(8)]
        for name, scope, unit in (("all", Scope.ALL, head_office()), ("unit", Scope.UNIT, units[0])):
            user = User(
                username=name, name=name, unit=unit, roles=[Role.RISK_REVIEWER], scope=scope, joined_at=NOW
            )
            user.set_unusable_password()
            user.save()
        names = [f"江州{dice.choice('甲乙丙丁戊')}{n}有限公司{n % 5000}" for n in range(1, CUSTOMERS + 1)]
        copy_rows(
            Party,
            ("id", "number", "kind", "name", "status", "search_text", "sound_text", "created_at"),
            (
                (n, f"C{n:08d}", "enterprise", name, "active", name, sound_text(name, is_person=False), NOW)
                for n, name in enumerate(names, 1)
            ),
        )
        copy_rows(
            Enterprise,
            ("party_id", "legal_form", "capital_currency", "capital_text", "scope_text", "province", "area",
             "address", "representative_hash", "industry_code", "updated_at"),
            ((n, "", "", "", "", dice.choice(("江苏", "浙江", "福建")), "", "", "", dice.choice("ACEFGHIL"), NOW)
             for n in range(1, CUSTOMERS + 1)),
        )  # fmt: skip
        copy_rows(
            Assignment,
            ("party_id", "unit_id", "starts_on"),
            ((n, dice.choice(units).pk, NOW.date()) for n in range(1, CUSTOMERS + 1)),
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
        copy_rows(Guarantee, columns, (_row(dice, n) for n in range(GUARANTEES)))
    vacuum_and_analyze()


def _row(dice: random.Random, n: int) -> tuple[object, ...]:
    counted = date(2023, 1, 1) + timedelta(days=dice.randrange(1400))
    amount = Decimal(dice.randrange(10, 1000)) * 10_000
    in_force = dice.random() < 0.7
    late = dice.choice((0, 0, 0, 0, 20, 80, 300)) if in_force else 0
    state = "in_force" if in_force else "claimed"
    return (
        *(f"DB{n:07d}", dice.randrange(1, CUSTOMERS + 1), "loan", f"产品{dice.randrange(9)}"),
        *(
            f"银行{dice.randrange(25)}",
            f"HT{n}",
            amount,
            amount if in_force else 0,
            0,
            "",
            Decimal("0.8"),
            counted,
        ),
        *(counted + timedelta(days=365), dice.choice(("normal", "normal", "attention", "loss")), late, 0),
        *(state, "保证", date(2026, 11, 19), NOW, NOW),
    )


def measure() -> dict[str, object]:
    from vouch.platform.identity.models import User

    found: dict[str, object] = {"customers": CUSTOMERS, "guarantees": GUARANTEES}
    for name in ("all", "unit"):
        # Without the test environment, in which every template would copy its context for later assertions.
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(User.objects.get(username=name), backend=BACKEND)
        for path in PAGES:
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
        if name == "all":
            found["workbook: read the export and add up by bank and class"] = by_hand(client)
    return found


def by_hand(client: Client) -> dict[str, int]:
    """The same pivot from the exported rows."""
    began = time.perf_counter()
    sent = b"".join(client.get("/book/?export=csv")).decode("utf-8-sig")
    exported = time.perf_counter()
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in csv.DictReader(io.StringIO(sent)):
        sums[row["银行"], row["五级分类"]] += Decimal(row["在保余额（万元）"].replace(",", "") or 0)
    done = time.perf_counter()
    return {"export_ms": round((exported - began) * 1000), "add_up_ms": round((done - exported) * 1000)}


if __name__ == "__main__":
    main()
