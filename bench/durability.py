"""Kill -9, under write load through the real programming interface, again and again: is any acknowledged write lost?

    python bench/durability.py --rounds 50

`vouch run` serves a fresh installation. Writers register enterprises by POST /api/v1/customers/enterprises, each with an idempotency key,
and note every code whose registration was answered with 201; a call that failed is sent again with the same key until it is. Every
round kills, in turn: the database's postmaster, all its processes at once, one backend, a web worker, the web's parent.
At the end every noted enterprise must be there, exactly once, with exactly one entry, and the ledger must verify. Exit code 1 where not.
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from vouch.engine.identifiers import uscc_check_character
from vouch.platform.database import supervisor
from vouch.platform.database.cluster import Cluster

LONGEST = 120.0  # seconds until a writer must be acknowledged again


class Writer(threading.Thread):
    """A program with a key of its own that registers one enterprise after another and never gives one up."""

    def __init__(self, number: int, *, port: int, secret: str) -> None:
        super().__init__(daemon=True)
        self.number, self.port, self.secret = number, port, secret
        self.acknowledged: list[str] = []
        self.stop = False
        self.repeated = 0
        self._wire: http.client.HTTPConnection | None = None

    def run(self) -> None:
        while not self.stop:
            code = invented_code(self.number * 10_000_000 + len(self.acknowledged))
            while not self._registered(code):
                self.repeated += 1
                if self.stop:
                    return
                time.sleep(0.02)
            self.acknowledged.append(code)

    def _registered(self, code: str) -> bool:
        body = json.dumps({"name": f"耐久{code}有限公司", "code": code}, ensure_ascii=False).encode()
        headers = {
            "Authorization": f"Bearer {self.secret}",
            "Content-Type": "application/json",
            "Idempotency-Key": code,
        }
        if self._wire is None:
            self._wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            self._wire.request("POST", "/api/v1/customers/enterprises", body, headers)
            answer = self._wire.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._wire.close()
            self._wire = None
            return False
        if answer.status == 201:
            return True
        if answer.status < 500 and answer.status != 409:  # 409: the first call is still under way
            sys.exit(f"the interface refuses the bench's call: {answer.status}")
        return False


def invented_code(number: int) -> str:
    first = f"91510100{number:09d}"
    return first + uscc_check_character(first)


def below(parent: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def called(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8").replace("\0", " ")
    except OSError:
        return ""


class Installation:
    """`vouch run` on a home and a port of its own."""

    def __init__(self, home: Path) -> None:
        self.cluster = Cluster(home)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "vouch", "run", "--port", str(self.port)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=(home.parent / "run.log").open("wb"),
            start_new_session=True,
        )

    def postmaster(self) -> int:
        return int((self.cluster.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])

    def backends(self) -> list[int]:
        """Server processes that serve a connection of the running role."""
        return [process for process in below(self.postmaster()) if "vouch_app" in called(process)]

    def web(self) -> int:
        return next(process for process in below(self.process.pid) if "_child web" in called(process))

    def victims(self, kind: str) -> list[int]:
        if kind == "postmaster":
            return [self.postmaster()]
        if kind == "whole server":
            return [self.postmaster(), *below(self.postmaster())]
        if kind == "one backend":
            return [random.choice(self.backends())]
        if kind == "web worker":
            return [random.choice(below(self.web()))]
        return [self.web()]


KINDS = ("postmaster", "whole server", "one backend", "web worker", "web parent")


def kill(installation: Installation, kind: str) -> None:
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError, IndexError, StopIteration):
            for process in installation.victims(kind):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            return
        time.sleep(0.05)  # it is just being started again
    sys.exit(f"nothing to kill: {kind}")


def run_round(installation: Installation, kind: str, writers: list[Writer]) -> float:
    """Seconds from the kill until every writer was acknowledged again."""
    time.sleep(random.uniform(0.2, 1.0))
    kill(installation, kind)
    killed_at = time.monotonic()
    time.sleep(0.01)  # answers still on their way through the socket
    before = [len(one.acknowledged) for one in writers]
    while any(len(one.acknowledged) == count for one, count in zip(writers, before, strict=True)):
        if time.monotonic() - killed_at > LONGEST:
            sys.exit(f"not back within {LONGEST} s after killing {kind}")
        time.sleep(0.005)
    return time.monotonic() - killed_at


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"not within {LONGEST} s")
        time.sleep(0.05)


def keys(count: int) -> list[str]:
    """A key for each writer, handed out as two administrators would."""
    from django.utils import timezone

    from vouch.platform.identity.actions import StaffDetails, appoint_staff
    from vouch.platform.identity.actions.api_keys import KeyDetails, approve_key, issue_key, propose_key
    from vouch.platform.identity.actor import system_actor
    from vouch.platform.identity.models import Unit
    from vouch.platform.identity.queries import actor_of
    from vouch.platform.identity.terms import ApiScope, Role, Scope

    now, unit = timezone.now(), Unit.objects.get(parent=None)
    first, second = (
        actor_of(
            appoint_staff(
                actor=system_actor("bench"),
                at=now,
                details=StaffDetails(f"bench{number}", f"管理员{number}", unit, [Role.ADMIN], Scope.ALL),
            )
        )
        for number in range(2)
    )
    given = []
    for number in range(count):
        details = KeyDetails(
            name=f"耐久{number}", holder="bench", scopes=ApiScope.values, unit=unit, data_scope=Scope.UNIT,
            expires_at=now + timedelta(days=1), per_minute=1_000_000,
        )  # fmt: skip
        key = propose_key(actor=first, at=now, details=details)
        approve_key(actor=second, at=now, key=key)
        given.append(issue_key(actor=first, at=now, key=key))
    return given


def losses(acknowledged: list[str]) -> dict[str, int]:
    from vouch.parties.models import Identifier, Party
    from vouch.platform.ledger.models import Entry

    there = list(Identifier.objects.values_list("value", flat=True))
    registered = Entry.objects.filter(event="parties.enterprise.registered")
    told = Counter(registered.values_list("subject_id", flat=True))
    customers = {str(pk) for pk in Party.objects.values_list("pk", flat=True)}
    return {
        "acknowledged writes lost": len(set(acknowledged) - set(there)),
        "written twice": len(there) - len(set(there)),
        "customers without exactly one entry": sum(told[one] != 1 for one in customers | told.keys()),
    }


def measure(outer: Path, rounds: int, count: int) -> dict[str, object]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from vouch.platform.operations.management.commands.run import answers

    call_command("migrate", verbosity=0)
    writers: list[Writer] = []
    installation = Installation(outer / "home")
    try:
        wait(lambda: answers(installation.port))
        secrets = keys(count)
        connection.close()
        writers = [Writer(n, port=installation.port, secret=secret) for n, secret in enumerate(secrets)]
        for one in writers:
            one.start()
        wait(lambda: all(one.acknowledged for one in writers))
        away: dict[str, list[float]] = defaultdict(list)
        for number in range(rounds):
            kind = KINDS[number % len(KINDS)]
            away[kind].append(run_round(installation, kind, writers))
            print(f"{number + 1}/{rounds} {kind}: {away[kind][-1]:.2f} s", file=sys.stderr, flush=True)
    finally:
        for one in writers:
            one.stop = True
        for one in writers:
            one.join(30)
        os.killpg(installation.process.pid, signal.SIGINT)
        installation.process.wait(60)
    acknowledged = [code for one in writers for code in one.acknowledged]
    call_command("ledger", "verify", stdout=sys.stderr)  # raises where it is not intact
    return {
        "rounds": rounds,
        "writers": count,
        "acknowledged": len(acknowledged),
        "repeated calls": sum(one.repeated for one in writers),
        **losses(acknowledged),
        "seconds until all writers go on: median, longest": {
            kind: [round(statistics.median(times), 2), round(max(times), 2)] for kind, times in away.items()
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--writers", type=int, default=4)
    options = parser.parse_args()
    outer = Path(tempfile.mkdtemp(prefix="vouch-durability-"))
    outer.chmod(0o711)
    os.environ["VOUCH_HOME"] = str(outer / "home")
    os.environ["DJANGO_SETTINGS_MODULE"] = "vouch.config.settings"
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "VOUCH_HEADS_DIR", "VOUCH_BACKUP_DIR"):
        os.environ.pop(name, None)
    try:
        with supervisor.hold():
            result = measure(outer, options.rounds, options.writers)
    finally:
        shutil.rmtree(outer, ignore_errors=True)
    print(json.dumps(result, indent=1))
    faults = ("acknowledged writes lost", "written twice", "customers without exactly one entry")
    sys.exit(1 if any(result[fault] for fault in faults) else 0)


if __name__ == "__main__":
    main()
