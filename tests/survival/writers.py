"""Twenty writers: `python -m tests.survival.writers THREADS STOP_FILE`, several processes of several threads.

Each registers invented enterprises one after another through the real action until the file appears.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import django

from vouch.engine.identifiers import uscc_check_character


def invented_code(number: int) -> str:
    """A unified social credit code with a right check character."""
    first = f"91510100{number:09d}"
    return first + uscc_check_character(first)


def write(writer: int, stop: Path) -> None:
    # After django.setup(), in a process of its own.
    from django.db import connection
    from django.utils import timezone

    from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
    from vouch.parties.terms import IdentifierKind
    from vouch.platform.identity.actor import system_actor
    from vouch.platform.identity.models import Unit

    unit, number = Unit.objects.order_by("pk")[0], 0
    while not stop.exists():
        code = invented_code(writer * 1_000_000 + number)
        register_enterprise(
            actor=system_actor("writer"),
            at=timezone.now(),
            unit=unit,
            registration=Registration(
                EnterpriseDetails(name=f"写者{writer}第{number}有限公司"),
                codes=[(IdentifierKind.USCC, "", code)],
            ),
        )
        number += 1
    connection.close()


def main() -> None:
    django.setup()
    threads, stop = int(sys.argv[1]), Path(sys.argv[2])
    running = [
        threading.Thread(target=write, args=(os.getpid() % 400 * 100 + thread, stop))
        for thread in range(threads)
    ]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


if __name__ == "__main__":
    main()
