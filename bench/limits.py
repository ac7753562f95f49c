"""Limits under load: `python bench/limits.py [rush|overlapping|attempts|list]`; everything without an argument.

Makes an installation of its own in a temporary VOUCH_HOME (or uses DATABASE_URL, which must be empty).

rush      (or overlapping alone) 1,000 draws in flight over 50 connections on one limit, on a group's, and on overlapping ones with uses and
          repayments between; then never over, none lost, no deadlock.
attempts  10,000 attempts of chance at the gated steps by page, interface and job, each told beforehand by a sum by hand.
list      the page of limits, one limit, the customer's panel and one draw with 20,000 customers who have limits and
          60,000 guarantees.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vouch.config.settings")
if "DATABASE_URL" not in os.environ:
    # Below /var/lib for root, whose server runs as another user and must be able to enter.
    folder = Path("/var/lib" if os.geteuid() == 0 else tempfile.gettempdir()) / f"vouch-bench-{os.getpid()}"
    os.environ["VOUCH_HOME"] = str(folder)

import django
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from upkeep import vacuum_and_analyze

from vouch.platform.database.supervisor import hold

DRAWS, CONNECTIONS, ATTEMPTS, SEED = 1_000, 50, 10_000, 8
CUSTOMERS, GUARANTEES = 20_000, 60_000


def main() -> None:
    with hold():
        django.setup()
        call_command("migrate", verbosity=0)
        wanted = sys.argv[1:] or ["rush", "attempts", "list"]
        print(f"load average {os.getloadavg()[0]:.1f}")
        for name in wanted:
            {"rush": rush_all, "overlapping": overlapping, "attempts": attempts, "list": pages}[name]()


def overlapping() -> None:
    rush_all(only="overlapping limits")


def rush_all(only: str = "") -> None:
    from django.db.models import Sum

    from tests.rush import on_a_group, on_one_limit, on_overlapping, overdrawn, rush
    from vouch.grading.models import Hold

    scenarios: list[tuple[str, Callable[[], list[object]], bool]] = [
        ("one limit", lambda: on_one_limit(DRAWS, timezone.now()), False),
        ("a group's limit", lambda: on_a_group(DRAWS, timezone.now()), False),
        ("overlapping limits", lambda: on_overlapping(DRAWS, timezone.now(), random.Random(SEED)), True),
    ]
    for name, made, goes_on in scenarios:
        if only not in {"", name}:
            continue
        draws = made()
        before = Hold.objects.aggregate(total=Sum("reserved") + Sum("used"))["total"] or Decimal(0)
        started = time.perf_counter()
        came = rush(draws, threads=CONNECTIONS, goes_on=goes_on)  # type: ignore[arg-type]
        took = time.perf_counter() - started
        kept = [one for one in came if not one.refusals]
        taken = Hold.objects.aggregate(total=Sum("reserved") + Sum("used"))["total"] - before
        assert len(came) == DRAWS
        assert taken == sum((one.kept for one in came), Decimal(0)), "lost"
        over = overdrawn(draws, timezone.now())  # type: ignore[arg-type]
        assert not over, over
        if not goes_on:
            assert len(kept) == DRAWS // 3
        print(
            f"{name}: {DRAWS} draws over {CONNECTIONS} connections, {len(kept)} kept, {len(came) - len(kept)} refused, none lost, none over, {took:.1f} s"
        )
        give_back()


def give_back() -> None:
    """What one scenario holds would take up the institution's limit of the next."""
    from vouch.grading.actions import release
    from vouch.grading.models import Hold
    from vouch.platform.identity.actor import system_actor

    for one in Hold.objects.filter(state="open"):
        for step, have in (("cancel", one.reserved), ("repay", one.used)):
            if have:
                release(actor=system_actor("bench"), at=timezone.now(), hold=one, step=step)


def attempts() -> None:
    from tests.attempts import Attempts, balanced, prepared
    from vouch.platform.identity.actions.api_keys import KeyDetails, approve_key, issue_key, propose_key
    from vouch.platform.identity.models import Unit, User
    from vouch.platform.identity.queries import actor_of
    from vouch.platform.identity.terms import ApiScope, Role, Scope
    from vouch.platform.ledger.testing import writing

    unit, now = Unit.objects.get(parent=None), timezone.now()

    def person(name: str, role: Role) -> User:
        with writing():
            return User.objects.create(
                username=name, name=name, unit=unit, roles=[role], scope=Scope.ALL, joined_at=now
            )

    admins = [person(name, Role.ADMIN) for name in ("admin1", "admin2")]
    details = KeyDetails(
        name="bench", holder="bench", scopes=[ApiScope.LIMITS_USE], unit=unit, data_scope=Scope.ALL,
        expires_at=now + timedelta(days=1), per_minute=1_000_000,
    )  # fmt: skip
    key = propose_key(actor=actor_of(admins[0]), at=now, details=details)
    approve_key(actor=actor_of(admins[1]), at=now, key=key)
    secret = issue_key(actor=actor_of(admins[0]), at=now, key=key)
    model = prepared()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    sent = Attempts(
        model, drawer=person("drawer", Role.ACCOUNT_MANAGER), payer=person("payer", Role.RELEASE_OFFICER),
        head=person("head", Role.CRO), proposer=person("proposer", Role.TEAM_LEAD), secret=secret, seed=SEED,
    )  # fmt: skip
    started = time.perf_counter()
    for done in range(1_000, ATTEMPTS + 1, 1_000):
        tally = sent.run(1_000)
        balanced(model, timezone.now())
        print(f"{done} attempts, {time.perf_counter() - started:.0f} s", flush=True)
    print(f"kept {dict(tally.kept)}\nrefused {dict(tally.refused)}\nby rule {dict(tally.rules)}")


def pages() -> None:
    from tests.limits import drawn, granted
    from tests.networks import firm
    from vouch.business.models import Guarantee
    from vouch.grading.models import Limit, LimitSubject
    from vouch.grading.terms import LimitKind, LimitOf
    from vouch.parties.models import Enterprise, Party
    from vouch.platform.identity.actor import system_actor
    from vouch.platform.identity.models import Unit, User
    from vouch.platform.identity.terms import Role, Scope
    from vouch.platform.ledger.testing import writing

    now, chance = timezone.now(), random.Random(SEED)
    with writing():
        parties = Party.objects.bulk_create(
            Party(number=f"L{n:08}", name=f"限额企业{n}", search_text=f"限额企业{n}", created_at=now)
            for n in range(CUSTOMERS)
        )
        Enterprise.objects.bulk_create(
            Enterprise(party=one, updated_at=now, industry_code=chance.choice(("C1711", "F5137", "E4700")))
            for one in parties
        )
        subjects = LimitSubject.objects.bulk_create(
            LimitSubject(kind=LimitKind.CUSTOMER, party=one, opened_at=now) for one in parties
        )
        Limit.objects.bulk_create(
            Limit(
                subject=one,
                nature="base",
                amount=5_000_000,
                starts_on=now.date(),
                state="granted",
                reason="x",
                proposed_at=now,
            )
            for one in subjects
        )
        Guarantee.objects.bulk_create(
            Guarantee(
                number=f"LB{n:08}", party=chance.choice(parties), contract_amount=1_000_000, debt_balance=chance.randint(1, 10**6),
                as_of=now.date(), state="in_force", counted_on=date(2026, 1, 1), bank=chance.choice(("甲银行", "乙银行")),
                recorded_at=now, updated_at=now,
            )
            for n in range(GUARANTEES)
        )  # fmt: skip
        user = User.objects.create(
            username="reader", name="reader", unit=Unit.objects.get(parent=None), roles=[Role.CRO],
            scope=Scope.ALL, joined_at=now,
        )  # fmt: skip
    free = firm("一户")
    granted(free, 10**9, at=now)
    granted(LimitOf(kind=LimitKind.INSTITUTION), 10**12, at=now)
    granted(LimitOf(kind=LimitKind.INDUSTRY, industry="C"), 10**12, at=now)
    vacuum_and_analyze()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    whole = LimitSubject.objects.get(kind=LimitKind.INSTITUTION).get_absolute_url()
    own = subjects[0].get_absolute_url()
    ask: dict[str, Callable[[], object]] = {
        "the list": lambda: client.get("/assessments/limits/"),
        "the list, one kind": lambda: client.get("/assessments/limits/?kind=institution"),
        "a customer's limit": lambda: client.get(own),
        "the institution's limit": lambda: client.get(whole),
        "the customer's panel": lambda: client.get(
            f"/customers/{parties[0].pk}/limits/", headers={"HX-Request": "true"}
        ),
        "one draw": lambda: drawn(free, 1, actor=system_actor("bench"), at=timezone.now()),
    }
    for name, function in ask.items():
        function()
        times = []
        for _round in range(7):
            with CaptureQueriesContext(connection) as caught:
                started = time.perf_counter()
                function()
                times.append(1_000 * (time.perf_counter() - started))
        print(f"{name}: {statistics.median(times):.0f} ms, {len(caught)} queries", flush=True)


if __name__ == "__main__":
    main()
