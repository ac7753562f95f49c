"""How long the gate takes with 100,000 guarantees of 40,000 customers: `python bench/gate.py`.

Fills an installation of its own as bench/book.py does, with 20,000 shareholders and posts beside, an institution with figures, the
rules that ship, and 1,000 customers who have reserved something that the register does not hold yet. Prints milliseconds of one
judgement (median and the slowest of ROUNDS customers), right after the sums were kept, after a ledger of 1,000 rows came in
since, and without kept sums; beside them what adding the sums up takes, and the page of ratios.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.book import CUSTOMERS, fill  # sets the environment
from vouch.platform.database.supervisor import hold

ROUNDS, RESERVED, LINKS = 60, 1_000, 20_000
NOW = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def main() -> None:
    with hold():
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        fill()
        furnish()
        print(json.dumps(measure(), ensure_ascii=False, indent=1))


def furnish() -> None:
    """Links, the institution, and what is reserved."""
    from tests.institution import figures_of, house, read_as, rules_in_force
    from vouch.engine.ratios import Exposure, Kind
    from vouch.parties.models import Party, Post, Shareholding
    from vouch.platform.database.copy import copy_rows
    from vouch.platform.ledger.testing import writing
    from vouch.policy.queries.exposures import register_exposures

    dice = random.Random(8)
    with writing():
        first = CUSTOMERS + 1
        # Rows were copied with their keys; what is made next gets the ones after.
        connection.cursor().execute(
            "SELECT count(nextval('parties_party_id_seq')) FROM generate_series(1, %s)",
            [CUSTOMERS + LINKS + 10],
        )
        copy_rows(
            Party,
            ("id", "number", "kind", "name", "status", "search_text", "sound_text", "created_at"),
            (
                (n, f"C{n:08d}", "person", f"某人{n}", "active", "", "", NOW)
                for n in range(first, first + LINKS)
            ),
        )
        lines = [(n, dice.randrange(1, CUSTOMERS + 1)) for n in range(first, first + LINKS)]
        Shareholding.objects.bulk_create(
            (
                Shareholding(
                    party_id=firm, holder_id=who, rate=Decimal(dice.choice(("0.3", "0.6", "1"))), added_at=NOW
                )
                for who, firm in lines
            ),
            batch_size=2000,
        )
        Post.objects.bulk_create(
            (
                Post(
                    person_id=who,
                    enterprise_id=dice.randrange(1, CUSTOMERS + 1),
                    kind="director",
                    added_at=NOW,
                )
                for who, _firm in lines
            ),
            batch_size=2000,
        )
    house()
    read_as(NOW)
    rules_in_force(NOW)
    figures_of(NOW, net_assets="4000000", guarantor_equity="2000")
    reserved = {
        pk: 1_000_000 * dice.randrange(1, 300) for pk in dice.sample(range(1, CUSTOMERS + 1), RESERVED)
    }

    def ask(party_ids: Collection[int] | None, *, as_of: date) -> list[Exposure]:
        chosen = reserved if party_ids is None else [pk for pk in party_ids if pk in reserved]
        return [Exposure(customer=pk, kind=Kind.LOAN, debt=reserved[pk]) for pk in chosen]

    register_exposures(ask)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def measure() -> dict[str, object]:
    from vouch.platform.identity.actor import system_actor
    from vouch.platform.identity.models import User
    from vouch.platform.ledger.testing import writing
    from vouch.policy.actions import take_tally
    from vouch.policy.models import CustomerTally, Tally

    found: dict[str, object] = {"one judgement, nothing kept": judged(3)}
    began = time.perf_counter()
    take_tally(actor=system_actor("bench"), at=NOW + timedelta(hours=1))
    found["adding the sums up, s"] = round(time.perf_counter() - began, 2)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    found["one judgement, just kept"] = judged(ROUNDS)
    with writing(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE business_guarantee SET updated_at = %s WHERE id %% 100 = 0", [NOW + timedelta(hours=2)]
        )
    found["one judgement, 1,000 guarantees told of since"] = judged(ROUNDS)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username="all"), backend=BACKEND)
    for path in ("/policies/ratios/", "/policies/ratios/groups/", "/policies/ratios/settings/effects/"):
        client.get(path)
        began = time.perf_counter()
        answer = client.get(path)
        found[f"page {path}"] = {
            "status": answer.status_code,
            "ms": round((time.perf_counter() - began) * 1000),
        }
    found["rows kept"] = CustomerTally.objects.count()
    found["tallies"] = Tally.objects.count()
    return found


def judged(rounds: int) -> dict[str, object]:
    """So many customers of chance, each asked once."""
    from vouch.policy.queries import Proposal, judge
    from vouch.policy.terms import Step

    dice = random.Random(3)
    times = []
    queries = 0
    for place in range(rounds + 1):
        proposal = Proposal(
            step=Step.DRAW, party_id=dice.randrange(1, CUSTOMERS + 1), amount=Decimal(500_000)
        )
        began = time.perf_counter()
        verdict = judge(proposal, at=NOW + timedelta(hours=3))
        if place:
            times.append((time.perf_counter() - began) * 1000)
        else:
            # The first one warms up, and tells whether it passes.
            with CaptureQueriesContext(connection) as asked:
                judge(proposal, at=NOW + timedelta(hours=3))
            queries = len(asked)
            print(verdict.passes, [str(one) for one in verdict.refusals], file=sys.stderr)
    return {"median_ms": round(statistics.median(times)), "slowest_ms": round(max(times)), "queries": queries}


if __name__ == "__main__":
    main()
