"""How fast a messy ledger is taken, given back and undone: `python bench/messy.py [--rows 50000] [--rounds 5]`.

The ledger is `tests/messy.py`'s, with its stated seed: merged headings, full-width digits, identity numbers that Excel has
rounded, days in five styles, 万元 and 元 mixed, blank rows, totals, duplicates. Each round imports it, writes the marked
copy, and undoes the import; every row's fate is held against the generator's. Medians are given, and peak memory.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vouch.config.settings")

import django

from vouch.platform.database.supervisor import hold

if TYPE_CHECKING:
    from tests.messy import Customer
    from vouch.platform.identity.actor import Actor
    from vouch.platform.identity.models import Unit

FIRMS = 2000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with hold():
        django.setup()
        from django.db import connection

        connection.settings_dict["TEST"]["NAME"] = "test_vouch_bench_messy"
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            rounds(options.rows, options.rounds)
        finally:
            connection.creation.destroy_test_db("vouch", verbosity=0)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def rounds(rows: int, count: int) -> None:
    from django.utils import timezone

    from tests.messy import SEED, messy_ledger
    from vouch.business.models import Guarantee
    from vouch.platform.exchange import actions
    from vouch.platform.exchange._marking import marked_copy
    from vouch.platform.exchange.queries import kept_rows
    from vouch.platform.exchange.running import run_import, take_back
    from vouch.platform.exchange.undoing import plan_undo
    from vouch.platform.identity.actor import system_actor
    from vouch.platform.identity.queries import head_office

    actor, unit = system_actor("bench"), head_office()
    customers = known_customers(actor, unit)
    ledger = messy_ledger(customers, rows=rows)
    print(
        f"{rows} rows, seed {SEED}, {len(ledger.wrong)} of them wrong, {len(ledger.content) // 1024} KB",
        flush=True,
    )
    times: dict[str, list[float]] = {
        name: [] for name in ("import", "marked copy", "look at the undo", "undo")
    }
    for _round in range(count):
        files = [actions.GivenFile("file", "messy.xlsx", [ledger.content])]
        delivery = actions.Delivery("guarantees", files)
        batch = actions.receive_import(actor=actor, at=timezone.now(), unit=unit, delivery=delivery)
        with timed(times["import"]):
            done = run_import(batch.pk, actor=actor, clock=timezone.now)
        refused = set(kept_rows(done, verdict="rejected").values_list("line", flat=True))
        assert refused == ledger.wrong, "a row has another fate than the generator's"
        assert (done.accepted, done.unchanged) == (
            len(ledger.lines("accepted")),
            len(ledger.lines("unchanged")),
        )
        with timed(times["marked copy"]), marked_copy(done, done.files.get()) as copy:
            copy.read()
        with timed(times["look at the undo"]):
            plan_undo(done)
        actions.order_undo(actor=actor, at=timezone.now(), batch=done, reason="bench")
        with timed(times["undo"]):
            take_back(done.pk, actor=actor, clock=timezone.now)
        assert not Guarantee.objects.exists()
    for name, found in times.items():
        print(
            f"{name:18} median {statistics.median(found):7.2f} s  ({min(found):.2f}–{max(found):.2f})",
            flush=True,
        )


class timed:  # noqa: N801 - reads as a word
    def __init__(self, into: list[float]) -> None:
        self.into = into

    def __enter__(self) -> None:
        self.begun = time.perf_counter()

    def __exit__(self, *_error: object) -> None:
        self.into.append(time.perf_counter() - self.begun)


def known_customers(actor: Actor, unit: Unit) -> list[Customer]:
    """2,000 firms and one person, whom the ledger names by code, by number, and by name alone."""
    from django.utils import timezone

    from tests.messy import Customer
    from vouch.engine.identifiers import judge_code
    from vouch.parties.actions import PersonDetails, PersonRegistration, register_person
    from vouch.parties.terms import DocumentKind
    from vouch.platform.exchange.running import import_files

    now, firms = timezone.now() - timedelta(days=1), []
    for number in range(FIRMS):
        stem = f"91350100M{number:08d}"
        firms.append(Customer(f"第{number}号贸易有限公司", f"{stem}{judge_code(stem + '0').expected or '0'}"))
    text = "企业名称,统一社会信用代码\n" + "".join(f"{one.name},{one.code}\n" for one in firms)
    path = Path(tempfile.mkdtemp()) / "firms.csv"
    path.write_text(text)
    import_files("enterprises", {"file": path}, unit=unit, actor=actor, clock=lambda: now)
    details = PersonDetails(
        name="王小芳", document_kind=DocumentKind.RESIDENT, document_number="11010519491231002X"
    )
    register_person(actor=actor, at=now, unit=unit, registration=PersonRegistration(details))
    return [
        *firms,
        *(Customer("王小芳", "11010519491231002X") for _one in range(FIRMS // 10)),
        Customer(firms[0].name, ""),
    ]


if __name__ == "__main__":
    main()
