"""Kill -9 the embedded PostgreSQL under write load, again and again: is any acknowledged write lost?

    python bench/durability.py --rounds 20

Several writers commit one row after another on a fresh cluster and note each commit that the server acknowledged. Every round kills the
server's parent process, or, every second round, all its processes at once; the keeper starts it again. At the end every noted row must be
there, exactly once. Exit code 1 where one is missing.
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import psycopg

from vouch.platform.database import cluster as places
from vouch.platform.database import supervisor
from vouch.platform.database.cluster import Cluster


def connect(socket: str) -> "psycopg.Connection[tuple[int]]":
    return psycopg.connect(
        host=socket, user=places.OWNER, dbname=places.DATABASE, autocommit=True, connect_timeout=2
    )


def write(writer: int, socket: str, acknowledged: "Synchronized[int]", stop: "Synchronized[int]") -> None:
    """Commit rows (writer, 1), (writer, 2), …; a row is noted only after the server said so, and never skipped.

    A row whose commit was cut off may or may not be there; it is written again, which the key makes harmless.
    """
    while not stop.value:
        with contextlib.suppress(psycopg.Error), connect(socket) as connection:
            while not stop.value:
                number = acknowledged.value + 1
                connection.execute(
                    "INSERT INTO written (writer, number) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                    [writer, number],
                )
                acknowledged.value = number
        time.sleep(0.002)


def processes_below(parent: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def kill_server(cluster: Cluster, *, everything: bool) -> None:
    parent = int((cluster.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
    for process in [parent, *(processes_below(parent) if everything else [])]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def run_round(cluster: Cluster, *, everything: bool, noted: "list[Synchronized[int]]") -> float:
    """Seconds from the kill until a writer's commit is acknowledged again."""
    time.sleep(random.uniform(0.2, 1.0))
    kill_server(cluster, everything=everything)
    killed_at = time.monotonic()
    time.sleep(0.01)  # acknowledgements still on their way through the socket
    before = sum(one.value for one in noted)
    while sum(one.value for one in noted) == before:
        if time.monotonic() - killed_at > 60:
            sys.exit("the server did not come back within 60 s")
        time.sleep(0.002)
    return time.monotonic() - killed_at


def missing_rows(socket: str, noted: "list[Synchronized[int]]") -> int:
    with connect(socket) as connection:
        found = dict(
            connection.execute(
                "SELECT writer, count(DISTINCT number) FILTER (WHERE number <= noted) FROM written"
                " JOIN unnest(%s::int[], %s::int[]) AS acknowledged (writer, noted) USING (writer) GROUP BY writer",
                [list(range(len(noted))), [one.value for one in noted]],
            ).fetchall()
        )
    return sum(one.value - found.get(writer, 0) for writer, one in enumerate(noted))


def measure(rounds: int, writers: int) -> dict[str, object]:
    outer = Path(tempfile.mkdtemp(prefix="vouch-durability-"))
    outer.chmod(0o711)
    os.environ["VOUCH_HOME"] = str(outer / "home")
    os.environ.pop("DATABASE_URL", None)
    try:
        with supervisor.hold():
            cluster = Cluster(outer / "home")
            socket = str(cluster.socket)
            with connect(socket) as connection:
                connection.execute(
                    "CREATE TABLE written (writer int, number int, PRIMARY KEY (writer, number))"
                )
            noted = [multiprocessing.Value("q", 0) for _ in range(writers)]
            stop = multiprocessing.Value("b", 0)
            load = [
                multiprocessing.Process(target=write, args=(writer, socket, noted[writer], stop))
                for writer in range(writers)
            ]
            for process in load:
                process.start()
            away = [run_round(cluster, everything=number % 2 == 1, noted=noted) for number in range(rounds)]
            stop.value = 1
            for process in load:
                process.join()
            return {
                "rounds": rounds,
                "writers": writers,
                "acknowledged": sum(one.value for one in noted),
                "lost": missing_rows(socket, noted),
                "seconds away, median": round(statistics.median(away), 3),
                "seconds away, longest": round(max(away), 3),
            }
    finally:
        shutil.rmtree(outer, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--writers", type=int, default=4)
    options = parser.parse_args()
    result = measure(options.rounds, options.writers)
    print(json.dumps(result, indent=1))
    sys.exit(1 if result["lost"] else 0)


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
