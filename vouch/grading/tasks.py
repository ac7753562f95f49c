"""Jobs of judgement: customers are judged again when their facts changed, and when it is their turn."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone

from vouch.grading.actions import (
    assess_party,
    expire_override,
    order_due,
    order_run,
    resume_run,
    tend_classes,
)
from vouch.grading.actions import upkeep as limits
from vouch.grading.actions.debt import count_debts
from vouch.grading.models import AssessmentRun
from vouch.grading.queries import (
    ended_overrides,
    owner_of,
    standing_customers,
    touched_by_import,
    touched_by_list,
)
from vouch.parties.queries import canonical_id
from vouch.platform.identity.actor import system_actor
from vouch.platform.jobs.beat import DAY, beat
from vouch.platform.jobs.defer import defer
from vouch.platform.jobs.task import task
from vouch.policy.queries import NoPolicyInForceError

DUE_EVERY_SECONDS = 3600
OVERRIDES_EVERY_SECONDS = 300
DEBTS_EVERY_SECONDS = 1800
ONE_BY_ONE = 20
"""Up to this many customers are judged each in an entry of its own; more are one batch."""


@task("grading.reassess")
def reassess(subject_id: str) -> None:
    """Judge a customer once more, for its facts may have changed; one without a standing waits for a batch.

    As of today; a standing that nobody keeps current (``queries.touched``) as of its own day: a correction says
    that what was known of that day was wrong, and nothing of the days since. A repeat finds the same facts and
    changes nothing, so an event that touched no fact of the policy in force leaves no trace.
    """
    _judge_again([canonical_id(int(subject_id))])


@task("grading.reassess_of_material")
def reassess_of_material(subject_id: str) -> None:
    """Material was recorded, verified or withdrawn: its customer is judged once more."""
    _pass_on("material", subject_id)


@task("grading.reassess_of_collateral")
def reassess_of_collateral(subject_id: str) -> None:
    """Collateral was registered, changed or valued."""
    _pass_on("collateral", subject_id)


@task("grading.reassess_of_report")
def reassess_of_report(subject_id: str) -> None:
    """A credit report came in."""
    _pass_on("credit_report", subject_id)


@task("grading.reassess_of_authorisation")
def reassess_of_authorisation(subject_id: str) -> None:
    """What may be read of a customer changed."""
    _pass_on("authorisation", subject_id)


@task("grading.reassess_of_request")
def reassess_of_request(subject_id: str) -> None:
    """A person took back what they had authorised."""
    _pass_on("rights_request", subject_id)


@task("grading.reassess_of_hit")
def reassess_of_hit(subject_id: str) -> None:
    """A hit on a list was judged."""
    _pass_on("watch_hit", subject_id)


@task("grading.reassess_of_signal")
def reassess_of_signal(subject_id: str) -> None:
    """A social signal was withdrawn."""
    _pass_on("social_signal", subject_id)


@task("grading.reassess_import")
def reassess_import(subject_id: str) -> None:
    """An import came in, or was undone: whom it touched is judged once more, many in one batch."""
    _judge_again(touched_by_import(int(subject_id)))


@task("grading.reassess_list")
def reassess_list(subject_id: str) -> None:
    """Everybody was held against a list that had changed."""
    _judge_again(touched_by_list(int(subject_id)))


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


@beat("grading.assess_due", seconds=DUE_EVERY_SECONDS)
def assess_due() -> None:
    """Whoever's turn it is; several workers may ask at once, and while one such batch is under way nobody begins another."""
    try:
        order_due(actor=system_actor("schedule"), at=timezone.now())
    except NoPolicyInForceError:
        return


@beat("grading.end_overrides", seconds=OVERRIDES_EVERY_SECONDS)
def end_overrides() -> None:
    """Overrides past their day end by themselves; each is its own transaction, and a second worker finds it done.

    One that cannot be ended stops no other, and is told when all have been tried.
    """
    now = timezone.now()
    faults: list[Exception] = []
    for override in ended_overrides(timezone.localdate(now)):
        try:
            expire_override(actor=system_actor("overrides"), at=now, override=override)
        except Exception as error:  # noqa: BLE001 - the others are due as well
            faults.append(error)
    if faults:
        raise ExceptionGroup("overrides that did not end", faults)


@beat("grading.count_debts", seconds=DEBTS_EVERY_SECONDS)
def count_all_debts() -> None:
    """Until today's are counted; a chunk in each transaction."""
    try:
        while count_debts(actor=system_actor("debts"), at=timezone.now()):
            pass
    except NoPolicyInForceError:
        return


def _pass_on(kind: str, subject_id: str) -> None:
    """Leave it to the customer's own job: ten papers filed at once are judged once."""
    party_id = owner_of(kind, int(subject_id))
    if party_id is not None:
        defer("grading.reassess", lock=f"grading.reassess:party:{party_id}", subject_id=str(party_id))


def _judge_again(party_ids: Collection[int]) -> None:
    actor, at = system_actor("grading"), timezone.now()
    for as_of, customers in standing_customers(party_ids, today=timezone.localdate(at)).items():
        try:
            if len(customers) <= ONE_BY_ONE:
                for party_id in customers:
                    assess_party(actor=actor, at=at, party_id=party_id, as_of=as_of)
            else:
                order_run(actor=actor, at=at, as_of=as_of, party_ids=customers)
        except NoPolicyInForceError:
            # Without a policy nothing is judged; the calendar catches up once there is one.
            return
