"""How long the search takes with 100,000 customers and 100,000 guarantees: `python bench/search.py`.

Makes an installation of its own in a temporary VOUCH_HOME (or uses DATABASE_URL, which must be empty) and asks the same
texts as who sees all, one unit of eight, and their own 200 customers: the suggestions and the page, once to warm up and
then seven times; and in the same run the naive way, `ILIKE '%…%'` on names and numbers without an index. Prints medians
in milliseconds and queries.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
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

CUSTOMERS, GUARANTEES, UNITS, OWN, ROUNDS = 100_000, 100_000, 8, 200, 7
NOW = datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PLACES = ("重庆", "江州", "上海", "长沙", "银川", "厦门", "苏州", "杭州", "成都", "乐清")
BRANDS = "长江重工恒泰鼎新华睿银海行远乐天中信大成金石永安德胜宏图广源"
TRADES = ("实业", "贸易", "科技", "建筑", "农业", "食品", "化工", "机械", "纺织", "物流")
SURNAMES, GIVEN = "王李张刘陈杨黄单仇解曾", "芳伟娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
TEXTS = {
    "initials of two letters": "cq",
    "initials of four letters": "cqcj",
    "pinyin": "changjiang",
    "two characters": "长江",
    "a name in part": "长江恒实业",
    "a person's initials": "szf",
    "a common word": "有限公司",
    "a customer's number": "C00077777",
    "a guarantee's number": "DB-0077",
    "what nobody has": "qqqqzz",
}


def main() -> None:
    with hold():
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        spelled = fill()
        print(json.dumps({**spelled, **measure()}, ensure_ascii=False, indent=1))


def fill() -> dict[str, object]:
    """Straight into the tables: what is measured is reading, and how long a name takes to spell."""
    from vouch.business.models import Guarantee
    from vouch.engine.pinyin import sound_text
    from vouch.parties.models import Assignment, Party
    from vouch.platform.database.copy import copy_rows
    from vouch.platform.identity.models import Unit, User
    from vouch.platform.identity.queries import head_office
    from vouch.platform.identity.terms import Role, Scope
    from vouch.platform.ledger.testing import writing

    dice = random.Random(7)
    names = [_name(dice, place) for place in range(1, CUSTOMERS + 1)]
    sound_text("甲")
    began = time.perf_counter()
    sounds = [sound_text(name, is_person=place % 10 == 0) for place, name in enumerate(names, 1)]
    spelled = time.perf_counter() - began
    with writing():
        units = [
            Unit.objects.create(code=f"U{n}", name=f"营业部{n}", parent=head_office()) for n in range(UNITS)
        ]
        people = (
            ("all", Scope.ALL, head_office()),
            ("unit", Scope.UNIT, units[0]),
            ("own", Scope.OWN, units[0]),
        )
        users = {}
        for name, scope, unit in people:
            user = User(
                username=name, name=name, unit=unit, roles=[Role.RISK_REVIEWER], scope=scope, joined_at=NOW
            )
            user.set_unusable_password()
            user.save()
            users[name] = user
        copy_rows(
            Party,
            ("id", "number", "kind", "name", "status", "search_text", "sound_text", "created_at"),
            (
                (n, f"C{n:08d}", "person" if n % 10 == 0 else "enterprise", name, "active",
                 f"{name} C{n:08d}", sounds[n - 1], NOW)
                for n, name in enumerate(names, 1)
            ),
        )  # fmt: skip
        copy_rows(
            Assignment,
            ("party_id", "unit_id", "manager_id", "starts_on"),
            (
                (
                    n,
                    units[n % UNITS].pk,
                    users["own"].pk if n <= OWN * UNITS and not n % UNITS else None,
                    NOW.date(),
                )
                for n in range(1, CUSTOMERS + 1)
            ),
        )
        copy_rows(
            Guarantee,
            ("number", "party_id", "kind", "product", "bank", "contract_number", "contract_amount",
             "debt_balance", "share_rate", "counted_on", "five_class", "overdue_days", "overdue_amount", "state",
             "counter_guarantee", "as_of", "recorded_at", "updated_at"),
            ((f"DB-{n:06d}", dice.randrange(1, CUSTOMERS + 1), "loan", "", "", f"HT{n}", 1, 1, 1, date(2026, 1, 1),
              "normal", 0, 0, "in_force", "", date(2026, 11, 19), NOW, NOW) for n in range(GUARANTEES)),
        )  # fmt: skip
    vacuum_and_analyze()
    return {
        "customers": CUSTOMERS,
        "guarantees": GUARANTEES,
        "spelling a name, µs": round(spelled / CUSTOMERS * 1e6),
    }


def _name(dice: random.Random, place: int) -> str:
    if place % 10 == 0:
        return dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2))))
    brand = "".join(dice.choices(BRANDS, k=dice.choice((2, 2, 3))))
    return f"{dice.choice(PLACES)}{brand}{dice.choice(TRADES)}有限公司"


def measure() -> dict[str, object]:
    from vouch.platform.identity.models import User

    found: dict[str, object] = {}
    for name in ("all", "unit", "own"):
        client = Client(SERVER_NAME="127.0.0.1")
        user = User.objects.get(username=name)
        client.force_login(user, backend=BACKEND)
        for title, text in TEXTS.items():
            found[f"{name}: {title} ({text})"] = compared(client, user, text)
    return found


def compared(client: Client, user: object, text: str) -> dict[str, int]:
    """Both ways, and how many queries ours takes."""
    return {
        "suggestions_ms": timed(lambda: client.post("/search/suggestions/", {"q": text})),
        "page_ms": timed(lambda: client.get("/search/", {"q": text})),
        "naive_ms": timed(lambda: list(naively(user, text))),
        "queries": asked(client, text),
    }


def timed(ask: Callable[[], object]) -> int:
    """The median of some rounds, in milliseconds, after one to warm up."""
    ask()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(times))


def asked(client: Client, text: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        client.post("/search/suggestions/", {"q": text})
    return len(seen)


def naively(user: object, text: str) -> Iterator[object]:
    """The same text as part of a name or number, row by row; it hears no pinyin."""
    from vouch.business.queries import visible_to as guarantees_visible_to
    from vouch.parties.queries import visible_to
    from vouch.platform.identity.queries import actor_of

    actor = actor_of(user)  # type: ignore[arg-type]
    like = [f"%{text}%"]
    # A column with something put to it has no index.
    yield from (
        visible_to(actor)
        .extra(where=["parties_party.name || number ILIKE %s"], params=like)
        .order_by("name")[:6]
    )
    where = ["business_guarantee.number || contract_number ILIKE %s"]
    yield from guarantees_visible_to(actor).extra(where=where, params=like).order_by("number")[:6]


if __name__ == "__main__":
    main()
