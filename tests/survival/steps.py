"""A job of ten steps, each an action with a side effect in our tables, and a worker that runs it.

WORKER is the worker's command line. A job hangs, once, at each step it is told to, inside the step's transaction or
just after its commit, so that its worker can be killed there.
"""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import Unit
from vouch.platform.jobs.task import task
from vouch.platform.ledger.action import Entry, action

STEPS = 10
SIDE_BY_SIDE = 5  # a machine of two cores gives a worker six threads
WORKER = ("-m", "tests.survival.worker")
INSIDE, AFTER = "inside", "after"


def anyone(actor: Actor) -> bool:
    return True


@action("test.step.taken", may=anyone)
def take_step(entry: Entry, *, actor: Actor, at: datetime, code: str, hang: Path | None) -> None:
    """Its side effect is a unit of this code, and one entry."""
    if Unit.objects.filter(code=code).exists():
        entry.nothing()
        return
    head = Unit.objects.get(parent=None)
    Unit.objects.create(code=code, name=code, parent=head)
    entry.about("unit", code, after={"code": code})
    if hang is not None:
        hang_once(hang)


def hang_once(mark: Path) -> None:
    """Says that it is here, and waits to be killed; the second time it goes on."""
    if not mark.exists():
        mark.touch()
        time.sleep(600)


@task("survival.ten_steps")
def ten_steps(*, work: str, where: str, at_steps: list[int], marks: str) -> None:
    for number in range(STEPS):
        mark = Path(marks) / f"{work}-{number}" if number in at_steps else None
        take_step(
            actor=system_actor("steps"),
            at=timezone.now(),
            code=f"{work}-{number}",
            hang=mark if where == INSIDE else None,
        )
        if mark is not None and where == AFTER:
            hang_once(mark)
