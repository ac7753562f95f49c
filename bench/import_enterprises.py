"""How fast a register is imported, and how fast its customers are found: `python bench/import_enterprises.py`.

Each round makes an empty test database, imports the public register with `vouch import enterprises` twice (the second
time nothing changes), and drops it; the last round also asks the list's questions. Medians are given.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vouch.config.settings")

import django

from vouch.platform.database.supervisor import hold

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("VOUCH_SHARED_DATA", ROOT.parent / "shared" / "data"))


def seconds(function: Callable[[], object]) -> float:
    begun = time.perf_counter()
    function()
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--file", type=Path, default=DATA / "registry" / "enterprises.csv.gz")
    options = parser.parse_args()
    with hold():
        django.setup()
        from django.db import connection

        connection.settings_dict["TEST"]["NAME"] = "test_vouch_bench_import"
        first, second = [], []
        for number in range(options.rounds):
            connection.creation.create_test_db(verbosity=0, autoclobber=True)
            try:
                first.append(imported(options.file))
                second.append(imported(options.file))
                if number == options.rounds - 1:
                    questions()
            finally:
                connection.creation.destroy_test_db("vouch", verbosity=0)
    show("first import", first)
    show("second import, nothing changes", second)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def imported(file: Path) -> float:
    from django.core.management import call_command

    with contextlib.redirect_stderr(io.StringIO()):
        return seconds(lambda: call_command("import", "enterprises", str(file)))


def questions() -> None:
    from vouch.parties import queries
    from vouch.parties.models import Party
    from vouch.platform.identity.actor import Actor
    from vouch.platform.identity.queries import head_office
    from vouch.platform.identity.terms import Scope

    unit = Actor("user:1", "", 1, frozenset(), Scope.UNIT, frozenset({head_office().pk}))
    print(f"{Party.objects.count()} customers; count and one page of 50, scope by unit:")
    for title, text, page in (
        ("first page", "", 0),
        ("last pages", "", 60_000),
        ("two characters", "科技", 0),
        ("a name", "成都欧尚", 0),
        ("a code", "91110106MA00937L05", 0),
        ("nothing found", "没有这家公司", 0),
    ):

        def ask(text: str = text, page: int = page) -> None:
            found = queries.search(queries.visible_to(unit), text)
            found.count()
            list(queries.with_particulars(found).order_by("name", "pk")[page : page + 50])

        show(title, [seconds(ask) for _ in range(5)])


def show(title: str, times: list[float]) -> None:
    print(
        f"{title:32} median {statistics.median(times):7.3f} s  ({min(times):.3f}–{max(times):.3f})",
        flush=True,
    )


if __name__ == "__main__":
    main()
