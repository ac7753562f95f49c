"""What this room does by itself: reports beyond their purpose and forgotten uploads go, errands are settled and told of."""

from __future__ import annotations

from django.utils import timezone

from vouch.customers.actions import forget_staged, remind_of_errands, remove_expired_reports, settle_errands
from vouch.customers.queries.materials import party_of_material
from vouch.platform.identity.actor import system_actor
from vouch.platform.jobs.beat import beat
from vouch.platform.jobs.task import task

EVERY_SECONDS = 3600
ERRANDS_EVERY_SECONDS = 600


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


@task("customers.settle_errands")
def settle_errands_of_material(*, subject_id: str) -> None:
    """Material came in: whoever was sent for it need not go."""
    party_id = party_of_material(int(subject_id))
    if party_id is not None:
        settle_errands(actor=system_actor("errands"), at=timezone.now(), party_ids=[party_id])
