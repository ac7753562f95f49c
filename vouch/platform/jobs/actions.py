"""What may be done to a job, inside somebody's action: these stand below the ledger and leave no entry themselves."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from vouch.platform.jobs.terms import JobState


class WrongState(ValueError):
    """The job's state does not allow it; ``str()`` is the Chinese message."""


def retry_job(job_id: int, *, at: datetime) -> str:
    """Put a failed job back into its queue; returns the task. Raises WrongState."""
    job = _locked(job_id)
    if job.status != JobState.FAILED:
        raise WrongState(_("只有失败的任务可以重试。"))
    app.job_manager.retry_job_by_id(job_id, retry_at=at)
    return job.task_name


def cancel_job(job_id: int) -> str:
    """Take a waiting job out of its queue; returns the task. Raises WrongState."""
    job = _locked(job_id)
    if job.status != JobState.WAITING or not app.job_manager.cancel_job_by_id(job_id):
        raise WrongState(_("只有等待中的任务可以取消。"))
    return job.task_name


def _locked(job_id: int) -> ProcrastinateJob:
    job: ProcrastinateJob | None = ProcrastinateJob.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise WrongState(_("没有这个任务，可能已被清理。"))
    return job
