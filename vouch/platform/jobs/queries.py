"""Questions about jobs: what runs, waits and failed, and what runs by the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Min, OuterRef, QuerySet, Subquery
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import (
    ProcrastinateEvent,
    ProcrastinateJob,
    ProcrastinatePeriodicDefer,
    ProcrastinateWorker,
)

from vouch.platform.jobs.beat import known_beats, last_run_of
from vouch.platform.jobs.task import fault_of
from vouch.platform.jobs.terms import JobState
from vouch.platform.jobs.worker import rescue_seconds


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is; ``url`` leads to what it works on."""

    done: int
    total: int
    url: str = ""


ProgressOf = Callable[[Sequence[Mapping[str, Any]]], Sequence["Progress | None"]]
_progress: dict[str, ProgressOf] = {}


def register_progress(task: str, ask: ProgressOf) -> None:
    """Say how to ask for the progress of a task's jobs, many at once, by their arguments."""
    _progress[task] = ask


def jobs() -> QuerySet[ProcrastinateJob]:
    """Every job that is still known, with when it was enqueued and when it last changed."""
    events = ProcrastinateEvent.objects.filter(job=OuterRef("pk")).order_by().values("job")
    found: QuerySet[ProcrastinateJob] = ProcrastinateJob.objects.annotate(
        enqueued_at=Subquery(events.annotate(at_first=Min("at")).values("at_first")),
        changed_at=Subquery(events.annotate(at_last=Max("at")).values("at_last")),
    )
    return found


def jobs_where(
    *, status: str = "", task: str = "", queue: str = "", text: str = ""
) -> QuerySet[ProcrastinateJob]:
    """Those in a state, of a task, in a queue, or of a subject (their lock, such as "party:12")."""
    found = jobs()
    if status:
        found = found.filter(status=status)
    if task:
        found = found.filter(task_name=task)
    if queue:
        found = found.filter(queue_name=queue)
    if text:
        found = found.filter(pk=int(text)) if _is_number(text) else found.filter(lock__contains=text)
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def with_progress(rows: Sequence[ProcrastinateJob]) -> None:
    """Note on each running job how far it is, and on each failed one where; one question for each kind of task."""
    kinds: dict[str, list[Any]] = {}
    failed: list[Any] = []
    for row in rows:
        if row.status == JobState.RUNNING and row.task_name in _progress:
            kinds.setdefault(row.task_name, []).append(row)
        elif row.status == JobState.FAILED:
            failed.append(row)
    for name, running in kinds.items():
        for row, found in zip(running, _progress[name]([row.args for row in running]), strict=True):
            row.progress = found
    faults = fault_of([row.pk for row in failed])
    for row in failed:
        row.fault = faults.get(row.pk, "")


@dataclass(frozen=True, slots=True)
class Load:
    """How much there is to do, and who does it."""

    waiting: int
    running: int
    failed: int
    workers: int
    queues: Sequence[tuple[str, int]]


def load() -> Load:
    """Counted now, in two queries."""
    lines = (
        ProcrastinateJob.objects.values_list("queue_name", "status").annotate(count=Count("pk")).order_by()
    )
    states: dict[str, int] = {}
    queues: dict[str, int] = {}
    for queue, status, count in lines:
        states[status] = states.get(status, 0) + count
        queues[queue] = queues.get(queue, 0) + (count if status == JobState.WAITING else 0)
    alive = timezone.now() - timedelta(seconds=rescue_seconds())
    return Load(
        waiting=states.get(JobState.WAITING, 0),
        running=states.get(JobState.RUNNING, 0),
        failed=states.get(JobState.FAILED, 0),
        workers=ProcrastinateWorker.objects.filter(last_heartbeat__gte=alive).count(),
        queues=sorted(queues.items()),
    )


@dataclass(frozen=True, slots=True)
class Schedule:
    """Something that runs by the clock: ``rhythm`` is a cron line or seconds; times None where it never ran."""

    name: str
    rhythm: str
    last_run_at: datetime | None
    took: float | None = None
    fault: str = ""


def schedules() -> list[Schedule]:
    """Periodic jobs, and what every worker does every few seconds, with their last run."""
    last = dict(
        ProcrastinatePeriodicDefer.objects.values_list("task_name")
        .annotate(last=Max("defer_timestamp"))
        .order_by()
    )
    found = []
    for periodic in app.periodic_registry.periodic_tasks.values():
        moment = last.get(periodic.task.name)
        at = None if moment is None else datetime.fromtimestamp(moment, tz=UTC)
        found.append(Schedule(periodic.task.name, periodic.cron, at))
    notes = cache.get_many([last_run_of(one.name) for one in known_beats()])
    for one in known_beats():
        note = notes.get(last_run_of(one.name), {})
        found.append(
            Schedule(one.name, f"{one.seconds:g}", note.get("at"), note.get("took"), note.get("fault", ""))
        )
    return sorted(found, key=lambda schedule: schedule.name)


def task_names() -> list[str]:
    """Every task that some room declares."""
    return sorted(
        name for name in app.tasks if "." in name and not name.startswith(("builtin", "procrastinate"))
    )
