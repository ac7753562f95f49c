"""Jobs of the rules: the book's sums are brought up to date."""

from __future__ import annotations

from django.utils import timezone

from vouch.platform.identity.actor import system_actor
from vouch.platform.jobs.beat import beat
from vouch.platform.jobs.task import task
from vouch.policy.actions.rule import install_shipped_rules
from vouch.policy.actions.tally import take_tally
from vouch.policy.actions.version import begin_policy
from vouch.policy.models import MonthFigures
from vouch.policy.queries import due_versions
from vouch.policy.queries.tally import is_up_to_date


@task("policy.take_tally")
def take_new_tally(subject_id: str) -> None:
    """After an import, its undoing, a merge, a correction of what a customer is, or another reading: the whole book once more.

    Whether anything changed is not asked: an undone import leaves rows that look as old as they were before it.
    """
    take_tally(actor=system_actor("policy"), at=timezone.now())


@task("policy.take_month_tally")
def take_month_tally(subject_id: str) -> None:
    """After a month's figures were confirmed: what the book weighed at its end."""
    row = MonthFigures.objects.get(pk=int(subject_id))
    take_tally(actor=system_actor("policy"), at=timezone.now(), as_of=row.month_end)


@beat("policy.begin_versions", seconds=60)
def begin_versions() -> None:
    """Versions whose moment has come stand as the one in force; several workers may look, one finds it undone."""
    now = timezone.now()
    for version in due_versions(at=now):
        begin_policy(actor=system_actor("policy"), at=now, version=version)


@beat("policy.freshen_tally", seconds=3600)
def freshen_tally() -> None:
    """Once an hour, so that a judgement never has many customers to weigh anew."""
    now = timezone.now()
    if not is_up_to_date(at=now):
        take_tally(actor=system_actor("policy"), at=now)


@beat("policy.install_rules", seconds=86400)
def install_rules() -> None:
    """Take in the rules that ship with this version; those that are there already are left alone."""
    install_shipped_rules(actor=system_actor("install"), at=timezone.now())
