"""The queue's own housekeeping."""

from procrastinate import JobContext
from procrastinate.contrib.django import app

KEEP_HOURS = 7 * 24  # finished jobs stay readable for a week


# A periodic task is also what keeps procrastinate's watch over its listener and heartbeat alive: without any, the deferrer ends at once,
# the watch ends with it, and a worker that lost its listener would only poll.
@app.periodic(cron="17 3 * * *")
@app.task(name="jobs.tidy", pass_context=True, queueing_lock="jobs.tidy")
async def tidy(context: JobContext, timestamp: int) -> None:
    """Forget jobs that ended long ago."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEEP_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
