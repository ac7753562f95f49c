"""The worker: runs jobs, and rescues those of workers that died.

procrastinate leaves a job of a killed worker in `doing` for ever. Every worker therefore looks, a few times in each rescue interval, for
jobs whose worker has not given a sign of life for that long, and puts them back; a job that took several workers with it is given up.
"""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.db_cleanup import DjangoApp
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.worker import Worker

from vouch.platform.jobs.beat import keep_beat, registered_beats

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = 20  # a job that was running each time its worker died is the likely cause


def rescue_seconds() -> float:
    """How long without a sign of life makes a worker dead (VOUCH_RESCUE_SECONDS)."""
    return float(os.environ.get("VOUCH_RESCUE_SECONDS", "30"))


class _Rescue:
    """Looks for jobs nobody runs any more: of dead workers, and of ours when its result could not be stored."""

    def __init__(self, runner: DjangoApp, *, patience: float) -> None:
        self.runner = runner
        self.patience = patience
        self.running: set[int] = set()
        self.orphans: set[int] = set()
        self.worker_id: int | None = None

    async def track(
        self, call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker
    ) -> Any:
        """Worker middleware: know what really runs in this process."""
        job_id = context.job.id or 0
        self.worker_id = worker.worker_id
        self.running.add(job_id)
        try:
            return await call_next()
        finally:
            self.running.discard(job_id)

    async def watch(self) -> None:
        while True:
            try:
                await self.look()
            except ConnectorException:
                logger.warning("rescue round failed, will try again", exc_info=True)
            await asyncio.sleep(self.patience / 3)

    async def look(self) -> None:
        """One round."""
        manager = self.runner.job_manager
        await manager.prune_stalled_workers(self.patience)
        stalled = await manager.get_stalled_jobs(seconds_since_heartbeat=self.patience)
        lost = [job for job in stalled if job.id not in self.running]  # ours: only the sign of life was late
        mine = [
            job
            for job in await manager.list_jobs_async(status=Status.DOING.value)
            if job.worker_id is not None and job.worker_id == self.worker_id and job.id not in self.running
        ]
        # seen twice: between the end of a task and the note of its result a job is nobody's for a moment
        lost += [job for job in mine if job.id in self.orphans]
        self.orphans = {job.id for job in mine if job.id is not None}
        for job in lost:
            try:
                if job.attempts >= GIVE_UP_AFTER:
                    logger.error("giving up job %s: its worker died %s times", job.id, job.attempts)
                    await manager.finish_job(job=job, status=Status.FAILED, delete_job=False)
                else:
                    logger.warning("rescuing job %s of a worker that died", job.id)
                    await manager.retry_job(job=job)
            except ConnectorException:
                logger.info("job %s was rescued by another worker", job.id)


async def _serve(runner: DjangoApp, *, concurrency: int, wait: bool) -> bool:
    """Run until told to stop or, without `wait`, until no job is due: True. False when the worker broke off."""
    patience = rescue_seconds()
    rescue = _Rescue(runner, patience=patience)
    told = False
    async with runner.open_async():
        serving = asyncio.create_task(
            runner.run_worker_async(
                concurrency=concurrency,
                wait=wait,
                name="vouch",
                install_signal_handlers=False,
                update_heartbeat_interval=patience / 4,
                stalled_worker_timeout=patience,
                fetch_job_polling_interval=min(5.0, patience),
                worker_middleware=[rescue.track],
            )
        )

        def stop() -> None:
            nonlocal told
            told = True
            serving.cancel()  # running jobs are waited for

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        beside = [asyncio.create_task(rescue.watch(), name="rescue")]
        if wait:
            beside += [asyncio.create_task(keep_beat(one), name=one.name) for one in registered_beats()]
        try:
            await serving
        except asyncio.CancelledError:
            return True
        finally:
            for watching in beside:
                watching.cancel()
    return told or not wait


def _runner() -> DjangoApp:
    """An app of its own connector: inside a task `defer` must go on using Django's connection, and so its transaction."""
    parameters = connector_params()
    parameters.pop("pool", None)
    connector = PsycopgConnector(kwargs=parameters, min_size=2, max_size=6)
    runner = DjangoApp(connector=connector, import_paths=app.import_paths)
    runner.tasks = app.tasks
    runner.periodic_registry = app.periodic_registry
    return runner


def run_worker(*, concurrency: int = 2, wait: bool = True) -> None:
    """Run jobs until SIGINT or SIGTERM; with `wait=False` until none is due. Comes back after the database was away."""
    if not wait:
        concurrency = (
            1  # with two, the second would find nothing while a lock is held, and leave the rest undone
        )
    while True:
        try:
            if asyncio.run(_serve(_runner(), concurrency=concurrency, wait=wait)):
                return
            logger.warning("the worker broke off, starting again")
        except ConnectorException:
            logger.warning("the worker lost the database, starting again", exc_info=True)
        time.sleep(0.5)
