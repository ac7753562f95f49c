"""Jobs of judgement."""

from __future__ import annotations

from django.utils import timezone

from vouch.grading.actions import assess_party, resume_run, tend_classes
from vouch.grading.actions import upkeep as limits
from vouch.grading.models import AssessmentRun
from vouch.grading.queries import standing_of_records
from vouch.parties.queries import canonical_id
from vouch.platform.identity.actor import system_actor
from vouch.platform.jobs.beat import DAY, beat
from vouch.platform.jobs.defer import defer
from vouch.platform.jobs.task import task


@task("grading.reassess")
def reassess(subject_id: str) -> None:
    """Judge a customer once more, as of the day that its standing rests on; one without a standing waits for a batch.

    Of a customer with several records it is the one that stands for them, as of the latest day that any of them rests on.

    A correction says that what was known of that day was wrong; it says nothing of the days since. A repeat
    finds the same facts and changes nothing.
    """
    party_id = canonical_id(int(subject_id))
    standing = standing_of_records(party_id)
    if standing is not None:
        assess_party(
            actor=system_actor("grading"), at=timezone.now(), party_id=party_id, as_of=standing.as_of
        )


@task("grading.continue_run")
def continue_run(run_id: int) -> None:
    """Judge whoever a batch has not reached; after a crash it goes on where it stopped."""
    run = AssessmentRun.objects.get(pk=run_id)
    resume_run(actor=system_actor("grading"), at=timezone.now(), run=run)


@task("grading.tend_classes")
def tend_all_classes() -> None:
    """Improvements whose cool-down is over go to review, classes whose check is due run out; a batch in each transaction."""
    while tend_classes(actor=system_actor("grading"), at=timezone.now()):
        pass


@beat("grading.tend_classes_every_day", seconds=DAY)
def tend_classes_every_day() -> None:
    """What the clock brings without anything happening."""
    defer("grading.tend_classes", lock="grading.tend_classes")


@beat("grading.keep_limits", seconds=60)
def keep_limits() -> None:
    """Say what ran out, and let the register take over what it tells."""
    limits.keep_limits(actor=system_actor("limits"), at=timezone.now())


@task("grading.follow_groups")
def follow_groups(subject_id: str = "") -> None:
    """Relations changed: let groups with a limit have the members that the register gives them now."""
    limits.follow_groups(actor=system_actor("limits"), at=timezone.now())


@beat("grading.follow_groups_every_day", seconds=DAY)
def follow_groups_every_day() -> None:
    """Relations that began or ended with the day, or came in by a way that told nobody."""
    defer("grading.follow_groups", lock="grading.follow_groups")
