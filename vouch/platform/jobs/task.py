"""Declare a task: `@task("grading.reassess")` on a function of a room's `tasks.py`, found by that name."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connection
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

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
            function(**arguments)

        strategy = RetryStrategy(max_attempts=retries, exponential_wait=2) if retries else False
        app.task(name=name, queue=queue, retry=strategy, pass_context=True)(run)
        return function

    return decorate
