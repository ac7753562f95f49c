"""Jobs put back into their queue, or taken out of it, by hand."""

from __future__ import annotations

from datetime import datetime

from vouch.platform.identity.actor import Actor
from vouch.platform.jobs import actions as queue
from vouch.platform.jobs.terms import JobState
from vouch.platform.ledger.action import Entry, action
from vouch.platform.operations import permissions


@action("operations.job.retried", may=permissions.may_manage_jobs)
def retry_job(entry: Entry, *, actor: Actor, at: datetime, job_id: int) -> None:
    """Run a failed job again. Raises WrongState."""
    task = queue.retry_job(job_id, at=at)
    _note(entry, job_id, task, before=JobState.FAILED, after=JobState.WAITING)


@action("operations.job.cancelled", may=permissions.may_manage_jobs)
def cancel_job(entry: Entry, *, actor: Actor, at: datetime, job_id: int) -> None:
    """Not run a waiting job. Raises WrongState."""
    task = queue.cancel_job(job_id)
    _note(entry, job_id, task, before=JobState.WAITING, after=JobState.CANCELLED)


def _note(entry: Entry, job_id: int, task: str, *, before: str, after: str) -> None:
    entry.about("job", job_id, before={"state": before}, after={"state": after, "task": task})
