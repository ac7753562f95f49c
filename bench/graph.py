"""How long the pages of relations take at the server on a book of 100,000 customers: `python bench/graph.py [--customers 100000]`.

Fills an installation of its own (a new VOUCH_HOME) with customers from a stated seed: shareholders, controllers, posts,
telephones, addresses, lists of guarantees, invoices among them, and a ledger. Every page is asked once to warm up and then three
times, as a member of staff who sees everything and as the head of a department who sees a third; medians in milliseconds, with the
queries. A group of 500 and the most connected customers are among those asked.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vouch.config.settings")
if "VOUCH_HOME" not in os.environ:
    # Below /var/lib for root, whose server runs as another user and must be able to enter.
    folder = Path("/var/lib" if os.geteuid() == 0 else tempfile.gettempdir()) / f"vouch-bench-{os.getpid()}"
    os.environ["VOUCH_HOME"] = str(folder)

import django
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from upkeep import vacuum_and_analyze

from vouch.platform.database.supervisor import hold

SEED, ROUNDS, NOW = "vouch-graph-1", 3, datetime(2026, 11, 20, 2, tzinfo=UTC)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PATHS = (
    "customers/{pk}/relations/",
    "customers/{pk}/guarantees/",
    "customers/{pk}/badges/",
    "customers/{pk}/card/",
    "customers/{pk}/map/",
    "customers/{pk}/map/?steps=3",
    "customers/{pk}/map/?to={other}",
    "customers/{pk}/fall/",
)
LISTS = ("relations/circles/", "relations/chains/", "relations/hubs/", "relations/groups/")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    many = parser.parse_args().customers
    with hold():
        django.setup()
        call_command("migrate", verbosity=0)
        from vouch.parties.models import Party

        if not Party.objects.exists():
            fill(many)
            vacuum_and_analyze()
        measure()


def fill(many: int) -> None:
    """Half of them persons; a group of 500, circles of two to five, chains and hubs; the rest at random."""
    from vouch.business.models import Guarantee, GuaranteeVersion
    from vouch.customers.models import GivenGuarantee, GuaranteeStatement, Invoice, Material
    from vouch.parties.models import (
        Assignment,
        Control,
        Enterprise,
        Kinship,
        Party,
        Phone,
        Post,
        Shareholding,
    )
    from vouch.platform.identity.models import Unit, User
    from vouch.platform.identity.queries import head_office
    from vouch.platform.identity.terms import Role, Scope
    from vouch.platform.ledger.testing import writing

    dice = random.Random(SEED)
    at = {"added_at": NOW - timedelta(days=100)}
    persons = many // 2

    def pair(source: list[Any]) -> tuple[Any, Any]:
        one = dice.choice(source)
        other = dice.choice(source)
        return (one, other) if one is not other else pair(source)

    with writing(), transaction.atomic():
        office = head_office()
        units = [
            office,
            *(Unit.objects.create(code=f"B{n}", name=f"分部{n}", parent=office) for n in range(2)),
        ]
        for name, scope, unit, role in (
            ("all", Scope.ALL, office, Role.RISK_REVIEWER),
            ("third", Scope.UNIT, units[1], Role.TEAM_LEAD),
        ):
            user = User(username=name, name=name, unit=unit, roles=[role], scope=scope, joined_at=NOW)
            user.set_unusable_password()
            user.save()
        people = Party.objects.bulk_create(
            Party(
                number=f"C{n:08d}", name=f"测算客户{n}", kind="person" if n < persons else "enterprise",
                search_text=f"测算客户{n}\nC{n:08d}", created_at=NOW - timedelta(days=300),
            )
            for n in range(many)
        )  # fmt: skip
        natural, firms = people[:persons], people[persons:]
        Enterprise.objects.bulk_create(
            Enterprise(
                party=one, updated_at=NOW, province="浙江",
                representative_hash=f"{dice.randrange(len(firms)):x}" if dice.random() < 0.5 else "",
                address=f"江州市人民路{dice.randrange(len(firms) // 2)}号",
            )
            for one in firms
        )  # fmt: skip
        Assignment.objects.bulk_create(
            Assignment(party=one, unit=units[place % 3], starts_on=date(2026, 1, 1))
            for place, one in enumerate(people)
        )
        shares = {}
        for held in firms[:500][1:]:
            shares[firms[0].pk, held.pk] = Decimal("0.6")
        for held in firms[500:]:
            holder = dice.choice(natural if dice.random() < 0.7 else firms)
            if holder.pk != held.pk:
                shares[holder.pk, held.pk] = Decimal(str(dice.choice((0.3, 0.51, 0.7, 1))))
        Shareholding.objects.bulk_create(
            Shareholding(holder_id=a, party_id=b, rate=r, **at) for (a, b), r in shares.items()
        )
        Control.objects.bulk_create(
            Control(controller=dice.choice(natural), party=one, basis="equity", **at)
            for one in dice.sample(firms, many // 10)
        )
        Post.objects.bulk_create(
            Post(person=dice.choice(natural), enterprise=one, kind="director", **at)
            for one in dice.sample(firms, many // 4)
        )
        Kinship.objects.bulk_create(
            Kinship(person=natural[n], relative=natural[n + 1], kin="spouse", **at)
            for n in range(0, persons - 1, 2)
        )
        Phone.objects.bulk_create(
            Phone(party=one, number_index=dice.randrange(many).to_bytes(32, "big"), **at)
            for one in dice.sample(people, many // 2)
        )
        debts = [pair(firms) for _ in range(many // 10)]
        for size in (2, 3, 4, 5) * 50:
            ring = dice.sample(firms, size)
            debts += zip(ring, [*ring[1:], ring[0]], strict=True)
        for _ in range(200):
            row = dice.sample(firms, 7)
            debts += pairwise(row)
        hub = firms[1]
        debts += [(one, hub) for one in dice.sample(firms[2:], 60)]
        by: dict[Any, list[Any]] = {}
        for one, other in debts:
            by.setdefault(one, []).append(other)
        papers = Material.objects.bulk_create(
            Material(
                party=one,
                kind="guarantee",
                origin="customer",
                as_of=NOW.date(),
                known_at=NOW - timedelta(days=9),
            )
            for one in by
        )
        GuaranteeStatement.objects.bulk_create(
            GuaranteeStatement(material=one, is_complete=True) for one in papers
        )
        GivenGuarantee.objects.bulk_create(
            GivenGuarantee(
                statement_id=paper.pk,
                beneficiary=other.name,
                kind="surety",
                tie="mutual",
                amount=900_000,
                balance=600_000,
            )
            for paper in papers
            for other in by[paper.party]
        )
        Invoice.objects.bulk_create(
            (
                Invoice(
                    party=one, direction="out", number=str(n), issued_on=NOW.date() - timedelta(days=n % 400),
                    counterparty=dice.choice(firms).name if n % 10 == 0 else f"B{n % 50000}", amount=1000, tax=60, total=1060,
                    state="valid", content=UUID(int=n),
                )
                for n in range(many * 2)
                for one in (firms[n % (len(firms) // 50)],)
            ),
            batch_size=5000,
        )  # fmt: skip
        stands = {"as_of": NOW.date(), "state": "in_force", "debt_balance": 500_000}
        made = Guarantee.objects.bulk_create(
            Guarantee(
                party=one,
                number=f"DB{n}",
                contract_amount=500_000,
                counted_on=date(2026, 2, 1),
                recorded_at=NOW,
                updated_at=NOW,
                **stands,
            )
            for n, one in enumerate(dice.sample(people, many // 2))
        )
        GuaranteeVersion.objects.bulk_create(
            GuaranteeVersion(guarantee=one, share_rate=1, known_at=NOW, **stands) for one in made
        )


def measure() -> None:
    from vouch.parties.models import Party
    from vouch.platform.identity.models import User

    print(f"{Party.objects.count()} customers, load average {os.getloadavg()[0]:.1f}", flush=True)
    firms = list(Party.objects.filter(kind="enterprise").order_by("pk")[:1200])
    asked = {
        "group of 500": firms[0],
        "hub of 60": firms[1],
        "ordinary": firms[901],
        "ordinary 2": firms[1001],
    }
    for name in ("all", "third"):
        # Without the test environment, in which every template would copy its context for later assertions.
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(User.objects.get(username=name), backend=BACKEND)
        for path in LISTS:
            print(f"{name:6} {'':14} /{path:32} {timed(client, f'/{path}')}", flush=True)
        for who, party in asked.items():
            for path in PATHS:
                url = "/" + path.format(pk=party.pk, other=firms[1100].name)
                print(f"{name:6} {who:14} /{path:32} {timed(client, url)}", flush=True)


def timed(client: Client, path: str) -> str:
    """Median milliseconds of the whole answer, and the queries it took; "—" for whom this person does not see."""
    with CaptureQueriesContext(connection) as queries:
        status = client.get(path).status_code
    asked = len(queries)
    if status != 200:
        return "—"
    taken = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        client.get(path)
        taken.append((time.perf_counter() - begin) * 1000)
    return f"{statistics.median(taken):.0f} ms, {asked} queries"


if __name__ == "__main__":
    main()
