"""What this room does by itself: old reports and forgotten uploads go, errands are settled, customers held against the lists."""

from __future__ import annotations

from django.utils import timezone

from vouch.customers.actions import (
    forget_staged,
    remind_of_assessments,
    remind_of_errands,
    remove_expired_reports,
    screen_imported,
    screen_list,
    screen_party,
    settle_errands,
)
from vouch.customers.queries.materials import party_of_material
from vouch.customers.queries.watching import lists_with_ended, parties_of_import
from vouch.platform.identity.actor import system_actor
from vouch.platform.jobs.beat import beat
from vouch.platform.jobs.task import task

EVERY_SECONDS = 3600
ERRANDS_EVERY_SECONDS = 600
CHUNK = 2000


@beat("customers.remove_expired_reports", seconds=EVERY_SECONDS)
def remove_expired() -> None:
    """Until nothing is left that is due; several workers may do it at once."""
    while remove_expired_reports(actor=system_actor("retention"), at=timezone.now()):
        pass


@beat("customers.forget_staged", seconds=EVERY_SECONDS)
def forget_uploads() -> None:
    """Until nothing is left that nobody decided."""
    while forget_staged(actor=system_actor("retention"), at=timezone.now()):
        pass


@beat("customers.keep_errands", seconds=ERRANDS_EVERY_SECONDS)
def keep_errands() -> None:
    """Close the errands whose material is there by whatever way it came, then tell of those that are due."""
    actor, now = system_actor("errands"), timezone.now()
    settle_errands(actor=actor, at=now)
    remind_of_errands(actor=actor, at=now)


@beat("customers.remind_of_assessments", seconds=EVERY_SECONDS)
def remind_assessments() -> None:
    """Tell of impact assessments that end soon; each stage reaches a person once."""
    remind_of_assessments(actor=system_actor("assessments"), at=timezone.now())


@task("customers.settle_errands")
def settle_errands_of_material(*, subject_id: str) -> None:
    """Material came in: whoever was sent for it need not go."""
    party_id = party_of_material(int(subject_id))
    if party_id is not None:
        settle_errands(actor=system_actor("errands"), at=timezone.now(), party_ids=[party_id])


@task("customers.screen_party")
def screen_one(subject_id: str) -> None:
    """Hold a customer against every list, as it stands when the job runs."""
    screen_party(actor=system_actor("screening"), at=timezone.now(), party_id=int(subject_id))


@task("customers.screen_import")
def screen_import(subject_id: str) -> None:
    """Hold whoever an import brought or changed against every list."""
    ids = parties_of_import(int(subject_id))
    for start in range(0, len(ids), CHUNK):
        screen_imported(
            actor=system_actor("screening"),
            at=timezone.now(),
            import_id=int(subject_id),
            party_ids=ids[start : start + CHUNK],
        )


@task("customers.screen_list")
def screen_everybody(subject_id: str) -> None:
    """Hold every customer against a list that changed."""
    screen_list(actor=system_actor("screening"), at=timezone.now(), list_id=int(subject_id))


@beat("customers.end_hits", seconds=EVERY_SECONDS)
def end_hits() -> None:
    """An entry whose last day has passed stands on its list no longer."""
    for list_id in lists_with_ended(timezone.localdate()):
        screen_everybody(str(list_id))
