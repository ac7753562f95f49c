"""What this room does by itself: credit reports kept beyond their purpose are destroyed, forgotten uploads go."""

from __future__ import annotations

from django.utils import timezone

from vouch.customers.actions import forget_staged, remove_expired_reports
from vouch.platform.identity.actor import system_actor
from vouch.platform.jobs.beat import beat

EVERY_SECONDS = 3600


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
