"""How long judging takes: `python bench/assess.py --data ../shared/data/invoices --others 62199`.

Makes a test database of its own with the firms of the folder (enterprises.csv, input_ and output_invoices.csv.gz) and
as many others without any invoice, judges them as of five days in turn, so that every run writes everything, and
drops it. Prints medians in seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vouch.config.settings")

import django
import polars as pl
from upkeep import vacuum_and_analyze

from vouch.platform.database.supervisor import hold

LAST_DAY = date(2020, 2, 29)
ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/invoices"))
    parser.add_argument("--others", type=int, default=62_199)
    options = parser.parse_args()
    with hold():
        django.setup()
        from django.db import connection

        connection.settings_dict["TEST"]["NAME"] = "test_vouch_bench"
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            measure(options.data, others=options.others)
        finally:
            connection.creation.destroy_test_db("vouch", verbosity=0)


def measure(folder: Path, *, others: int) -> None:
    from vouch.grading.actions import assess_customers, assess_party
    from vouch.platform.identity.actor import system_actor
    from vouch.policy.actions import install_shipped_policies

    actor = system_actor("bench")
    now = datetime.now(tz=UTC)
    firms = load(folder, others=others, now=now)
    install_shipped_policies(actor=actor, at=now)
    days = [LAST_DAY - timedelta(days=back) for back in range(ROUNDS)][::-1]
    judge_book = partial(assess_customers, actor=actor, at=now)
    few, everybody, again, one = [], [], [], []
    for day in days:
        few.append(timed(partial(judge_book, as_of=day, party_ids=firms)))
        # Found unchanged: the batch has just judged it as of the same day.
        one.append(timed(partial(assess_party, actor=actor, at=now, party_id=firms[0], as_of=day)))
    for day in [day + timedelta(days=ROUNDS) for day in days]:
        everybody.append(timed(partial(judge_book, as_of=day)))
        again.append(timed(partial(judge_book, as_of=day)))
    found = {
        "firms with invoices": len(firms),
        "firms without": others,
        "one customer, found unchanged": statistics.median(one),
        "firms with invoices, all": statistics.median(few),
        "everybody, all written": statistics.median(everybody),
        "everybody, nothing changed": statistics.median(again),
    }
    print(json.dumps(found, ensure_ascii=False, indent=2))


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return round(time.perf_counter() - begin, 3)


def load(folder: Path, *, others: int, now: datetime) -> list[int]:
    """Ids of the firms that have invoices."""

    from vouch.customers.models import Invoice
    from vouch.parties.models import Party
    from vouch.platform.database.copy import copy_rows
    from vouch.platform.ledger.testing import writing

    codes = pl.read_csv(folder / "enterprises.csv")["企业代号"].to_list()
    names = [*codes, *(f"无票企业{number}" for number in range(others))]
    with writing():
        Party.objects.bulk_create(
            (Party(number=f"B{place}", name=name, created_at=now) for place, name in enumerate(names)),
            batch_size=5000,
        )
        ids = dict(Party.objects.filter(name__in=codes).values_list("name", "pk"))
        for file, direction, other in (("input", "in", "销方单位代号"), ("output", "out", "购方单位代号")):
            frame = pl.read_csv(folder / f"{file}_invoices.csv.gz", infer_schema=False).unique()
            columns = (
                "party_id",
                "direction",
                "number",
                "issued_on",
                "counterparty",
                "amount",
                "tax",
                "total",
            )
            copy_rows(
                Invoice,
                (*columns, "state", "content"),
                lines(frame, ids=ids, direction=direction, other=other),
            )
    vacuum_and_analyze()
    return sorted(ids.values())


def lines(
    frame: pl.DataFrame, *, ids: dict[str, int], direction: str, other: str
) -> Iterator[tuple[object, ...]]:
    chosen = frame.select("企业代号", "发票号码", "开票日期", other, "金额", "税额", "价税合计", "发票状态")
    for code, number, day, counterparty, amount, tax, total, state in chosen.iter_rows():
        valid = "valid" if state.strip() == "有效发票" else "void"
        yield (ids[code], direction, number, day, counterparty, amount, tax, total, valid, uuid.uuid4())


if __name__ == "__main__":
    main()
