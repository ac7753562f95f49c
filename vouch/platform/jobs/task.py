"""Declare a task: `@task("grading.reassess")` on a function of a room's `tasks.py`, found by that name."""

import logging
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import DatabaseError, connection
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

logger = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])

# Committed siblings only: what they were to look at is committed too, so this run will see it. A job that is still in somebody's
# open transaction stays, and runs after us.
_DROP_SIBLINGS = """
    UPDATE procrastinate_jobs AS sibling SET status = 'cancelled'
    FROM procrastinate_jobs AS self
    WHERE self.id = %s AND sibling.status = 'todo' AND sibling.id <> self.id
      AND sibling.task_name = self.task_name AND sibling.lock = self.lock AND sibling.args = self.args
      AND coalesce(sibling.scheduled_at, now()) <= now()
"""


KEEP_FAULT = 7 * 24 * 60 * 60
OURS = f"{Path(__file__).resolve().parents[2]}/"


def _note_fault(job_id: int | None, error: Exception) -> None:
    """Where it broke, for the page of jobs. Not in the error's words: they may hold what must not lie in a cache."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename.startswith(OURS)]
    place = f" {frames[-1].filename.removeprefix(OURS)}:{frames[-1].lineno}" if frames else ""
    try:
        cache.set(f"vouch.job.fault.{job_id}", f"{type(error).__name__}{place}", timeout=KEEP_FAULT)
    except DatabaseError:
        logger.warning("job %s failed, and so did noting it", job_id)


def fault_of(job_ids: Sequence[int]) -> dict[int, str]:
    """Job → the name of its last error and the line it came from, where known."""
    found = cache.get_many([f"vouch.job.fault.{pk}" for pk in job_ids]) if job_ids else {}
    return {int(key.rpartition(".")[2]): text for key, text in found.items()}


def task(name: str, *, queue: str = "default", retries: int = 3) -> Callable[[F], F]:
    """Register a task under `room.verb`. It must be idempotent: after a crash it is run again.

    A task that raises is retried up to `retries` times, after about 2, 4, 8 … seconds. Jobs of the same task with the same lock and
    arguments are coalesced: the one that runs does the waiting ones' work (they end as `cancelled`). The function itself stays callable.
    """

    def decorate(function: F) -> F:
        def run(context: JobContext, /, **arguments: Any) -> None:
            if context.job.lock:
                with connection.cursor() as cursor:
                    cursor.execute(_DROP_SIBLINGS, [context.job.id])
            try:
                function(**arguments)
            except Exception as error:
                _note_fault(context.job.id, error)
                raise

        strategy = RetryStrategy(max_attempts=retries, exponential_wait=2) if retries else False
        app.task(name=name, queue=queue, retry=strategy, pass_context=True)(run)
        return function

    return decorate
