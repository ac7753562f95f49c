"""What the workers do for identity."""

from __future__ import annotations

from django.utils import timezone

from vouch.platform.identity.actions import tidy_sessions
from vouch.platform.identity.actions.drafts import forget_drafts
from vouch.platform.identity.actions.repeats import forget_answers
from vouch.platform.identity.actor import system_actor
from vouch.platform.jobs.beat import beat


@beat("identity.forget_answers", seconds=3600)
def forget_old_answers() -> None:
    """Once an hour, forget which requests were answered long ago."""
    forget_answers(actor=system_actor("identity"), at=timezone.now())


@beat("identity.forget_drafts", seconds=86400)
def forget_old_drafts() -> None:
    """Once a day, forget drafts that nobody takes up any more."""
    forget_drafts(actor=system_actor("identity"), at=timezone.now())


@beat("identity.tidy_sessions", seconds=3600)
def tidy_old_sessions() -> None:
    """Once an hour, throw away sessions whose time is over."""
    tidy_sessions(actor=system_actor("identity"), at=timezone.now())
