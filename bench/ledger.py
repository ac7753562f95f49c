"""How fast the ledger is sealed, verified and proved: `python bench/ledger.py --entries 1000000`.

Makes a test database of its own, fills it with entries as the door writes them (in bulk), and drops it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vouch.config.settings")
os.environ["VOUCH_HEADS_DIR"] = tempfile.mkdtemp(prefix="vouch-bench-heads-")

import django
from upkeep import vacuum_and_analyze

from vouch.platform.database.supervisor import hold


def peak_mb() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    entries = parser.parse_args().entries
    with hold():
        django.setup()
        from django.db import connection

        connection.settings_dict["TEST"]["NAME"] = "test_vouch_bench"
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            measure(entries)
        finally:
            connection.creation.destroy_test_db("vouch", verbosity=0)


def rows(entries: int) -> Iterator[tuple[Any, ...]]:
    from psycopg.types.json import Jsonb

    from vouch.platform.ledger import _record

    begin = datetime.now(tz=UTC) - timedelta(milliseconds=10 * entries)
    for number in range(entries):
        at = begin + timedelta(milliseconds=10 * number)
        values: dict[str, Any] = {
            "id": uuid4(),
            "at": at,
            "recorded_at": at,
            "event": "customers.invoice.recorded",
            "actor_id": f"user:{number % 40}",
            "actor_label": "李强（业务一部）",
            "subject_kind": "party",
            "subject_id": str(number % 50_000),
            "before": {"turnover": number, "rate": 0.035, "note": None},
            "after": {
                "turnover": number + 1,
                "rate": 0.036,
                "note": "近12个月开票销售额更新",
                "source": "发票",
            },
            "purpose": "授信审查",
            "request_id": f"{number:016x}",
            "bulk": None,
        }
        mac = _record.seal(_record.body_of_new(values))
        yield (*(Jsonb(v) if isinstance(v := values[c], dict) else v for c in _record.COLUMNS), mac)


def fill(entries: int) -> None:
    from django.db import transaction

    from vouch.platform.database.copy import copy_rows
    from vouch.platform.ledger import _record
    from vouch.platform.ledger.models import Entry
    from vouch.platform.ledger.testing import writing

    with writing(), transaction.atomic():
        copy_rows(Entry, (*_record.COLUMNS, "mac"), rows(entries))


def measure(entries: int) -> None:

    from vouch.platform.ledger import queries
    from vouch.platform.ledger.actions import Sealed, Sealer, seal_entries
    from vouch.platform.ledger.models import Leaf

    figures: dict[str, Any] = {"entries": entries}

    def timed(name: str, run: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        result = run()
        figures[name] = round(time.perf_counter() - began, 3)
        return result

    def seal(*, everything: bool) -> Sealed:
        return seal_entries(actor=Sealer(), at=datetime.now(tz=UTC), everything=everything)

    timed("fill_s", lambda: fill(entries))
    vacuum_and_analyze()
    sealed = timed("seal_all_s", lambda: seal(everything=True))
    if sealed.count != entries:
        sys.exit(f"sealed {sealed.count} of {entries}")
    fill(100)
    timed("seal_100_more_s", lambda: seal(everything=False))
    timed("nothing_to_seal_s", lambda: seal(everything=False))
    timed("full_look_s", lambda: seal(everything=True))
    figures["peak_mb_before_verify"] = peak_mb()
    report = timed("verify_s", queries.verification)
    figures["peak_mb_after_verify"] = peak_mb()
    if not report.is_intact:
        sys.exit(f"not intact: {report.findings[:5]}")
    figures["verify_entries_per_s"] = round((entries + 100) / figures["verify_s"])
    figures["seal_entries_per_s"] = round(entries / figures["seal_all_s"])
    entry = Leaf.objects.get(number=entries // 3).entry_id
    timed("prove_s", lambda: queries.proof_of(entry))
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
