"""Imports in the background."""

from __future__ import annotations

from django.utils import timezone

from vouch.platform.exchange.queries import import_numbered, submitter_of
from vouch.platform.exchange.running import Busy, run_import
from vouch.platform.jobs.task import task


@task("exchange.run_import", queue="imports", retries=5)
def run_import_job(*, import_id: int) -> None:
    """Run an import that a page has queued, or go on with one whose worker died."""
    batch = import_numbered(import_id)
    try:
        run_import(import_id, actor=submitter_of(batch), clock=timezone.now)
    except Busy:
        # Whoever holds it finishes it; if that process dies, the rescue brings this job back.
        return
