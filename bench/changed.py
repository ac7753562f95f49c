"""How soon a changed fact is a new snapshot, and how fast ten thousand changed customers are judged again.

    python bench/changed.py --customers 10000

On a fresh installation with a worker process of its own. Every customer has two years of invoices and a standing. Then
(1) one customer at a time gets an invoice by hand, and the seconds count from before the action until the customer's page
shows the new assessment; (2) an import's journal names all of them with an invoice more, and the seconds count from the
reaction's job being deferred until its batch is finished; (3) the alternative a user would have: each of a sample judged
by itself, as the button on its page does. Exit code 1 where a customer was not judged anew.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
MONTHS, SINGLES, SAMPLE = 24, 10, 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=10_000)
    options = parser.parse_args()
    outer = Path(tempfile.mkdtemp(prefix="vouch-changed-"))
    outer.chmod(0o711)
    os.environ["VOUCH_HOME"] = str(outer / "home")
    os.environ["DJANGO_SETTINGS_MODULE"] = "vouch.config.settings"
    os.environ["VOUCH_BEATS"] = "off"
    os.environ.pop("DATABASE_URL", None)
    from vouch.platform.database.supervisor import hold

    try:
        with hold():
            found = measure(options.customers)
    finally:
        shutil.rmtree(outer, ignore_errors=True)
    print(json.dumps(found, ensure_ascii=False, indent=1))
    sys.exit(0 if found["judged anew by the batch"] == options.customers else 1)


def measure(count: int) -> dict[str, Any]:
    import django
    from django.core.management import call_command

    django.setup()
    from vouch.grading.actions import assess_customers
    from vouch.platform.identity.actor import system_actor
    from vouch.policy.actions import install_shipped_policies

    call_command("migrate", verbosity=0)
    actor, now = system_actor("bench"), datetime.now(tz=UTC)
    today = now.date()
    ids = load(count, now=now, today=today)
    install_shipped_policies(actor=actor, at=now)
    assess_customers(actor=actor, at=now, as_of=today)
    from bench.upkeep import vacuum_and_analyze

    vacuum_and_analyze()
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.survival.worker"], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    try:
        singles = [single(ids[place], actor=actor, today=today) for place in range(SINGLES + 1)][1:]
        seconds, judged = batch(ids, today=today)
    finally:
        worker.terminate()
        worker.wait()
    alone = one_by_one(ids[:SAMPLE], actor=actor, today=today)
    return {
        "customers": count,
        "one changed fact to the page, median s": round(statistics.median(singles), 2),
        "one changed fact to the page, longest s": round(max(singles), 2),
        "import of all, s": round(seconds, 1),
        "judged anew by the batch": judged,
        "customers a second": round(judged / seconds),
        "one by one, customers a second": round(alone),
    }


def load(count: int, *, now: datetime, today: date) -> list[int]:
    """Ids of the customers; each sells every month to a few, more to some than to others."""
    from vouch.parties.models import Party
    from vouch.platform.ledger.testing import writing

    with writing():
        Party.objects.bulk_create(
            (Party(number=f"B{place}", name=f"企业{place}", created_at=now) for place in range(count)),
            batch_size=5000,
        )
        ids = list(Party.objects.order_by("pk").values_list("pk", flat=True))
        write(lines(ids), today=today)
    return ids


def lines(ids: list[int]) -> Iterator[tuple[int, int, str, int]]:
    for place, pk in enumerate(ids):
        for month in range(MONTHS):
            yield pk, 30 * month + 5, f"D{month % (2 + place % 7)}", 20_000 + place % 97 * 3_000


def write(rows: Iterator[tuple[int, int, str, int]], *, today: date) -> None:
    from vouch.customers.models import Invoice
    from vouch.platform.database.copy import copy_rows

    columns = ("party_id", "direction", "number", "issued_on", "counterparty", "amount", "tax", "total")
    copy_rows(
        Invoice,
        (*columns, "state", "content"),
        (
            (
                pk,
                "out",
                str(number),
                today - timedelta(days=back),
                buyer,
                amount,
                0,
                amount,
                "valid",
                uuid.uuid4(),
            )
            for number, (pk, back, buyer, amount) in enumerate(rows)
        ),
    )


def single(party_id: int, *, actor: Any, today: date) -> float:
    """Seconds from before an invoice is recorded until the customer's page shows the assessment that knows it."""
    from django.test import Client

    from vouch.customers.actions import InvoiceDetails, record_invoices
    from vouch.customers.terms import Direction, InvoiceState
    from vouch.grading.models import Standing

    page = Client(SERVER_NAME="127.0.0.1")
    page.force_login(reader(), backend="allauth.account.auth_backends.AuthenticationBackend")
    before = Standing.objects.get(party=party_id).assessment_id
    amount = Decimal("80000.00")
    invoice = InvoiceDetails(
        party_id=party_id, direction=Direction.OUTPUT, number=uuid.uuid4().hex[:12], issued_on=today,
        counterparty="新买家", amount=amount, tax=Decimal("0.00"), total=amount, state=InvoiceState.VALID,
    )  # fmt: skip
    begin = time.perf_counter()
    record_invoices(actor=actor, at=datetime.now(tz=UTC), party_id=party_id, invoices=[invoice])
    wait(lambda: Standing.objects.get(party=party_id).assessment_id != before)
    found = page.get(f"/customers/{party_id}/")
    took = time.perf_counter() - begin
    if found.status_code != 200:
        sys.exit(f"the page answered {found.status_code}")
    return took


def reader() -> Any:
    from django.utils import timezone

    from vouch.platform.identity.models import Unit, User
    from vouch.platform.identity.terms import Role, Scope
    from vouch.platform.ledger.testing import writing

    with writing():
        unit = Unit.objects.get(parent=None)
        found, _made = User.objects.get_or_create(
            username="reader",
            defaults={
                "name": "读者", "unit": unit, "roles": [Role.CRO], "scope": Scope.ALL, "joined_at": timezone.now(),
                "password": "!",
            },
        )  # fmt: skip
    return found


def batch(ids: list[int], *, today: date) -> tuple[float, int]:
    """Seconds for the reaction to an import that touched all of them, and how many it judged anew."""
    from django.utils import timezone

    from vouch.grading.models import Assessment, AssessmentRun
    from vouch.platform.exchange.models import Import, ImportChange
    from vouch.platform.identity.models import Unit
    from vouch.platform.jobs.defer import defer
    from vouch.platform.ledger.testing import writing

    with writing():
        one = Import.objects.create(
            kind="invoices",
            unit=Unit.objects.get(parent=None),
            actor_id="x",
            actor_label="x",
            created_at=timezone.now(),
        )
        write(((pk, 1, "又一买家", 90_000) for pk in ids), today=today)
        ImportChange.objects.bulk_create(
            (
                ImportChange(
                    batch=one, table_name="customers_invoice", row_key=str(pk), after={"party_id": pk}
                )
                for pk in ids
            ),
            batch_size=5000,
        )
    runs = AssessmentRun.objects.count()
    begin = time.perf_counter()
    defer("grading.reassess_import", lock=f"grading.reassess_import:import:{one.pk}", subject_id=str(one.pk))
    wait(lambda: AssessmentRun.objects.filter(finished_at__isnull=False).count() > runs)
    took = time.perf_counter() - begin
    run = AssessmentRun.objects.latest("pk")
    return took, Assessment.objects.filter(run=run).count()


def one_by_one(ids: list[int], *, actor: Any, today: date) -> float:
    """Customers a second, each in a transaction with an entry of its own."""
    from vouch.grading.actions import assess_party
    from vouch.platform.ledger.testing import writing

    with writing():
        write(((pk, 2, "再一买家", 70_000) for pk in ids), today=today)
    begin = time.perf_counter()
    for pk in ids:
        assess_party(actor=actor, at=datetime.now(tz=UTC), party_id=pk, as_of=today)
    return len(ids) / (time.perf_counter() - begin)


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        if time.monotonic() > deadline:
            sys.exit("not within 300 s")
        time.sleep(0.02)


if __name__ == "__main__":
    main()
