"""How long the public invoices take: `python bench/import_invoices.py --runs 5 [--data FOLDER]`.

In a test database of its own, which is dropped afterwards, it measures the whole import (reading, checks, ledger
entries, COPY), the same rows loaded plainly (Polars to COPY into a table with the same keys, nothing checked, no
ledger), a second import that changes nothing, and the facts for every firm and for one. Prints medians, and stops
if a count or a firm's turnover is not what Polars computes from the files.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vouch.config.settings")

import django

from vouch.platform.database.supervisor import hold

ROOT = Path(__file__).resolve().parents[1]
AS_OF = date(2020, 2, 29)
FILES = {
    "enterprises": "enterprises.csv",
    "input": "input_invoices.csv.gz",
    "output": "output_invoices.csv.gz",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    folder = os.environ.get("VOUCH_SHARED_DATA", str(ROOT.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=Path(folder) / "invoices")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        sys.exit(f"the public invoices are not here: {arguments.data} (--data FOLDER)")
    with hold():
        django.setup()
        from django.db import connection

        connection.settings_dict["TEST"]["NAME"] = "test_vouch_bench_invoices"
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            measure(arguments.data, runs=arguments.runs)
        finally:
            connection.creation.destroy_test_db("vouch", verbosity=0)


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def told(name: str, seconds: list[float]) -> float:
    median = statistics.median(seconds)
    print(
        f"{name}: median {median:.2f} s of {len(seconds)} ({', '.join(f'{s:.2f}' for s in seconds)})",
        flush=True,
    )
    return median


def measure(data: Path, *, runs: int) -> None:
    imports, plain = [], []
    for _run in range(runs):
        empty()
        imports.append(timed(lambda: run_import(data, (719_584, 6_426, 0, 2))))
        check_turnover(data)
        plain.append(timed(lambda: plain_load(data)))
    repeats = [timed(lambda: run_import(data, (0, 726_010, 0, 0))) for _run in range(runs)]
    import_median = told("import of 726,010 rows", imports)
    plain_median = told("plain load of the 719,584 distinct rows", plain)
    print(f"ratio of the import to the plain load: {import_median / plain_median:.1f}")
    told("second import, nothing new", repeats)
    facts(runs)


def empty() -> None:
    from django.db import connection

    from vouch.platform.database.connection import as_owner

    with as_owner(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE customers_invoice, exchange_import, parties_party CASCADE")


def run_import(data: Path, wanted: tuple[int, int, int, int]) -> None:
    from django.utils import timezone

    from vouch.platform.exchange.running import import_files
    from vouch.platform.identity.actor import system_actor
    from vouch.platform.identity.queries import unit_named

    batch = import_files(
        "invoices",
        {source: data / file for source, file in FILES.items()},
        unit=unit_named(""),
        actor=system_actor("bench"),
        clock=timezone.now,
    )
    counts = (batch.accepted, batch.unchanged, batch.rejected, batch.warned)
    if counts != wanted:
        sys.exit(f"accepted, unchanged, rejected, warned are {counts}, not {wanted}")


def check_turnover(data: Path) -> None:
    """Stop unless every firm's turnover and purchases are those that Polars adds up from the files."""
    from vouch.customers.facts import ask
    from vouch.parties.models import Identifier

    codes = dict(Identifier.objects.values_list("party_id", "value"))
    frame = ask(None, as_of=AS_OF)
    fen = pl.col("金额").cast(pl.Float64).mul(100).round().cast(pl.Int64)
    is_valid = pl.col("发票状态").str.strip_chars() == "有效发票"
    for file, name in (("output", "invoice.turnover"), ("input", "invoice.purchases")):
        rows = pl.read_csv(data / FILES[file], infer_schema_length=0).unique()
        sums = rows.group_by("企业代号").agg(fen.filter(is_valid).sum().alias("net"))
        found = {
            codes[party]: value for party, value in zip(frame.subjects, frame.columns[name], strict=True)
        }
        if found != dict(sums.iter_rows()):
            sys.exit(f"{name} differs from the independent sums")


def plain_load(data: Path) -> None:
    """What the same data costs without checks, ledger or chunks."""
    from django.db import connection

    from vouch.platform.database.connection import as_owner

    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS plain")
        cursor.execute(
            "CREATE TABLE plain (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, party text, direction text, "
            "number text, issued_on date, counterparty text, amount numeric(16,2), tax numeric(16,2), "
            "total numeric(16,2), state text, content uuid UNIQUE)"
        )
        cursor.execute("CREATE INDEX ON plain (party, issued_on)")
        columns = "party, number, issued_on, counterparty, amount, tax, total, state, content, direction"
        for direction in ("input", "output"):
            rows = pl.read_csv(data / FILES[direction], infer_schema_length=0).unique(maintain_order=True)
            with cursor.copy(f"COPY plain ({columns}) FROM STDIN") as copy:
                for row in rows.iter_rows():
                    content = hashlib.md5("|".join((direction, *row)).encode()).hexdigest()
                    copy.write_row((*row, content, direction))


def facts(runs: int) -> None:
    from vouch.customers.facts import ask

    frame = ask(None, as_of=AS_OF)
    counts = frame.columns["invoice.purchase_count"]
    largest = frame.subjects[max(range(len(frame)), key=lambda place: counts[place] or 0)]
    middle = frame.subjects[sorted(range(len(frame)), key=lambda place: counts[place] or 0)[len(frame) // 2]]
    told(
        f"{len(frame.columns)} facts of {len(frame)} firms",
        [timed(lambda: ask(None, as_of=AS_OF)) for _ in range(runs)],
    )
    for name, party in (("the largest firm", largest), ("a middling firm", middle)):
        seconds = [timed(lambda p=party: ask([p], as_of=AS_OF)) for _ in range(runs)]
        print(f"all facts of {name}: median {statistics.median(seconds) * 1000:.1f} ms of {runs}")


if __name__ == "__main__":
    main()
