"""Enqueue a job by the name of its task, in the running transaction: no commit, no job."""

from datetime import datetime
from typing import Any

from procrastinate.contrib.django import app
from procrastinate.exceptions import TaskNotFound


class UnknownTaskError(LookupError):
    """No room declares a task of this name."""


def defer(name: str, *, lock: str | None = None, run_at: datetime | None = None, **arguments: Any) -> int:
    """Enqueue and return the job's id. Arguments must be JSON-able.

    Jobs with the same `lock` (a subject, such as "party:12") run one after another, in the order of their ids; equal ones are coalesced
    (see `task`). With `run_at` the job waits for that moment. Raises UnknownTaskError.
    """
    try:
        job = app.configure_task(name, allow_unknown=False, lock=lock, schedule_at=run_at)
    except TaskNotFound:
        message = f"no task named {name!r}"
        raise UnknownTaskError(message) from None
    return job.defer(**arguments)
