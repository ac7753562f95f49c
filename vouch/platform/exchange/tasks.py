"""Imports in the background."""

from __future__ import annotations

from django.utils import timezone

from vouch.platform.exchange.models import Import
from vouch.platform.exchange.running import Busy, run_import
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import actor_of
from vouch.platform.jobs.task import task


@task("exchange.run_import", queue="imports", retries=5)
def run_import_job(*, import_id: int) -> None:
    """Run an import that a page has queued, or go on with one whose worker died."""
    batch = Import.objects.get(pk=import_id)
    try:
        run_import(import_id, actor=_submitter(batch), clock=timezone.now)
    except Busy:
        # Whoever holds it finishes it; if that process dies, the rescue brings this job back.
        return


def _submitter(batch: Import) -> Actor:
    """The person who submitted it, with the rights that they have now."""
    kind, _sep, number = batch.actor_id.partition(":")
    if kind == "user":
        return actor_of(User.objects.select_related("unit").get(pk=int(number), is_active=True))
    return system_actor(number)
