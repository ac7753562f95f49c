"""What every gate before the facts of a customer is tried with: the pages, an assessment that asks, the programming interface."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.interface.conftest import Callers
from vouch.customers.terms import Purpose
from vouch.engine import facts
from vouch.engine.facts import FactError, FactKind, catalogue
from vouch.engine.policy import Policy
from vouch.grading.models import Assessment
from vouch.parties.models import Party
from vouch.platform.identity.actor import system_actor
from vouch.policy import queries as policies
from vouch.policy.actions import install_shipped_policies
from vouch.policy.models import PolicyVersion

PANELS = ("file", "facts", "invoices", "identity", "consent", "history")


@pytest.fixture
def clock() -> datetime:
    """Pages run on the machine's clock."""
    return timezone.now() - timedelta(minutes=5)


def let_a_policy_ask(name: str, *, kind: FactKind, at: datetime, patched: pytest.MonkeyPatch) -> None:
    """Put the shipped policies in force, each asking for one fact more than it does."""
    install_shipped_policies(actor=system_actor("install"), at=at - timedelta(days=90))

    def asking(version: PolicyVersion) -> Policy:
        policy = policies.policy_of(version)
        more = replace(policy.facts[0], name=name, kind=kind, required=False)
        return replace(policy, facts=(*policy.facts, more))

    patched.setattr(
        "vouch.grading.actions.assessment.policies",
        SimpleNamespace(**{**vars(policies), "policy_of": asking}),
    )


def snapshots_and_answers(
    firm: Party, *, caller: Callers, may_refuse: tuple[type[Exception], ...] = ()
) -> tuple[str, list[str]]:
    """Assess the firm, and everybody: every snapshot of it, and what the commands and the programming interface tell."""
    out = io.StringIO()
    with contextlib.suppress(*may_refuse):
        call_command("assess", "--party", firm.number, stdout=out)
    call_command("assess", "--all", stdout=out)
    snapshots = json.dumps([one.snapshot for one in Assessment.objects.all()], default=str)
    call = caller()
    answers = [
        call("GET", address).content.decode()
        for address in ("/customers", f"/customers/{firm.pk}", f"/customers/{firm.pk}/assessment")
    ]
    return snapshots, [out.getvalue(), *answers]


def check_that_facts_are_missing(names: Sequence[str], firm: Party, *, day: date) -> None:
    """As of this day and of one before, for this firm and for all; and without a purpose nobody may ask."""
    review = facts.Purpose(code=Purpose.REVIEW, at=timezone.now())
    for as_of in (day, day - timedelta(days=5)):
        frame = catalogue.ask(names, [firm.pk], as_of=as_of, purpose=review)
        assert set(frame.row(firm.pk).values()) == {None}
        assert catalogue.ask(names, None, as_of=as_of, purpose=review).subjects == []
    for name in names:
        with pytest.raises(FactError, match="用途"):
            catalogue.ask([name], [firm.pk], as_of=day)
