"""How long work lies still when its worker is killed with -9, at the real rescue interval.

    python bench/rescue.py

On a fresh installation ten jobs of ten steps run, each hanging at another step; their two workers are killed, and the next one, started at once,
must finish them all. Prints the seconds from the kill until the first of them runs again and until all are done. Exit code 1 where a side
effect is missing or there twice.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def main() -> None:
    outer = Path(tempfile.mkdtemp(prefix="vouch-rescue-"))
    outer.chmod(0o711)
    os.environ["VOUCH_HOME"] = str(outer / "home")
    os.environ["DJANGO_SETTINGS_MODULE"] = "vouch.config.settings"
    os.environ["VOUCH_BEATS"] = "off"
    for name in ("DATABASE_URL", "VOUCH_RESCUE_SECONDS"):
        os.environ.pop(name, None)
    from vouch.platform.database.supervisor import hold

    try:
        with hold():
            result = measure(outer)
    finally:
        shutil.rmtree(outer, ignore_errors=True)
    print(json.dumps(result, indent=1))
    sys.exit(1 if result["side effects missing or twice"] else 0)


def started() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.survival.worker"], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )


def measure(outer: Path) -> dict[str, object]:
    import django
    from django.core.management import call_command

    django.setup()
    from tests.survival.steps import AFTER, SIDE_BY_SIDE, STEPS
    from vouch.platform.identity.models import Unit
    from vouch.platform.jobs.defer import defer
    from vouch.platform.jobs.worker import rescue_seconds
    from vouch.platform.ledger.models import Entry

    call_command("migrate", verbosity=0)
    for number in range(STEPS):
        defer("survival.ten_steps", work=f"w{number}", where=AFTER, at_steps=[number], marks=str(outer))
    victims = [started() for _ in range(STEPS // SIDE_BY_SIDE)]
    wait(lambda: all((outer / f"w{number}-{number}").exists() for number in range(STEPS)))
    for victim in victims:
        victim.kill()
        victim.wait()
    killed_at = time.monotonic()
    successor, before = started(), taken(Entry)
    wait(lambda: taken(Entry) > before)
    first = time.monotonic() - killed_at
    wait(lambda: taken(Entry) >= STEPS * STEPS)
    last = time.monotonic() - killed_at
    successor.terminate()
    successor.wait()
    codes = list(Unit.objects.exclude(parent=None).values_list("code", flat=True))
    return {
        "rescue interval, seconds": rescue_seconds(),
        "jobs": STEPS,
        "first runs again after, seconds": round(first, 1),
        "all done after, seconds": round(last, 1),
        "side effects missing or twice": abs(len(codes) - STEPS * STEPS) + len(codes) - len(set(codes)),
    }


def taken(entry: object) -> int:
    return int(entry.objects.filter(event="test.step.taken").count())  # type: ignore[attr-defined]


def wait(condition: object) -> None:
    deadline = time.monotonic() + 180
    while not condition():  # type: ignore[operator]
        if time.monotonic() > deadline:
            sys.exit("not within 180 s")
        time.sleep(0.05)


if __name__ == "__main__":
    main()
