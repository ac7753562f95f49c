"""How long a backup and its restore take, beside pg_dump: `python bench/backup.py --runs 3 [--data FOLDER]`.

In a test database of its own, dropped afterwards, it loads the public register of enterprises and the public invoices, then measures in turn:
`vouch backup` (one snapshot, deflated, encrypted, signed), `pg_dump -Fc` of the embedded server's own programs on the same database (deflated,
not encrypted), and `vouch restore` into a fresh cluster with its comparison and verification. Prints medians, sizes and peak memory, and
stops where a restored count or root differs.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vouch.config.settings")

import django

from vouch.platform.database.cluster import OWNER, Cluster
from vouch.platform.database.home import home
from vouch.platform.database.supervisor import hold

DATA = Path(os.environ.get("VOUCH_SHARED_DATA", ROOT.parent / "shared" / "data"))
NAME = "test_vouch_bench_backup"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    if not (arguments.data / "invoices").is_dir():
        sys.exit(f"the public data are not here: {arguments.data} (--data FOLDER)")
    outer = Path(tempfile.mkdtemp(prefix="vouch-bench-backup-"))
    outer.chmod(0o711)
    with hold():
        django.setup()
        from django.conf import settings
        from django.db import connection

        settings.IMPORTS_DIR, settings.LEDGER_HEADS_DIR = outer / "imports", outer / "heads"
        connection.settings_dict["TEST"]["NAME"] = NAME
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            load(arguments.data)
            print(json.dumps(measure(outer, arguments.runs), indent=1))
        finally:
            connection.creation.destroy_test_db("vouch", verbosity=0)
            shutil.rmtree(outer, ignore_errors=True)


def load(data: Path) -> None:
    from django.utils import timezone

    from vouch.platform.exchange.running import import_files
    from vouch.platform.identity.actor import system_actor
    from vouch.platform.identity.queries import unit_named

    deliveries = {
        "enterprises": {"file": data / "registry" / "enterprises.csv.gz"},
        "invoices": {
            "enterprises": data / "invoices" / "enterprises.csv",
            "input": data / "invoices" / "input_invoices.csv.gz",
            "output": data / "invoices" / "output_invoices.csv.gz",
        },
    }
    for kind, paths in deliveries.items():
        batch = import_files(
            kind, paths, unit=unit_named(""), actor=system_actor("bench"), clock=timezone.now
        )
        print(f"{kind}: {batch.accepted} rows", file=sys.stderr, flush=True)


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return round(time.perf_counter() - begin, 2)


def size(path: Path) -> float:
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return round(sum(one.stat().st_size for one in files) / 2**20, 1)


def measure(outer: Path, runs: int) -> dict[str, object]:
    from django.core.management import call_command

    ours, theirs = [], []
    for run in range(runs):
        folder, dump = outer / f"backup-{run}", outer / f"{run}.dump"
        ours.append(timed(lambda: call_command("backup", str(folder), stdout=sys.stderr)))  # noqa: B023
        theirs.append(timed(lambda: pg_dump(dump)))  # noqa: B023
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    restores = [timed(lambda: restore(outer, outer / "backup-0"))]
    manifest = json.loads((outer / "backup-0" / "manifest.json").read_text(encoding="utf-8"))
    return {
        "rows": sum(table["rows"] for table in manifest["tables"]),
        "backup, seconds": [statistics.median(ours), ours],
        "pg_dump -Fc, seconds": [statistics.median(theirs), theirs],
        "ratio": round(statistics.median(ours) / statistics.median(theirs), 2),
        "restore into a fresh cluster, seconds": restores,
        "size of the backup, its kept files apart, MiB": size(outer / "backup-0" / "tables"),
        "size of the backup's kept files, MiB": size(outer / "backup-0" / "files.sealed"),
        "size of pg_dump's file, MiB": size(outer / "0.dump"),
        "peak memory of the process, MiB": round(peak),
    }


def pg_dump(file: Path) -> None:
    cluster = Cluster(home())
    program = cluster.binary("pg_dump")
    subprocess.run(
        [program, "-Fc", "-h", str(cluster.socket), "-U", OWNER, "-f", str(file), NAME], check=True
    )


def restore(outer: Path, folder: Path) -> None:
    from vouch.platform.operations._keys_kept import all_keys

    fresh, report = outer / "elsewhere", outer / "report.json"
    fresh.mkdir(mode=0o711)
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "vouch", "restore", str(folder), "--report", str(report)],
        cwd=ROOT, env={**environment, **all_keys(), "VOUCH_HOME": str(fresh)}, stdout=sys.stderr, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit("the restored database differs")


if __name__ == "__main__":
    main()
