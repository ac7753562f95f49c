"""Departures from the model in the invented institution: one that lives, and one that waits for a second person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from vouch.grading.actions import OverrideDetails, approve_override, propose_override
from vouch.grading.models import Standing
from vouch.grading.queries import grades_of
from vouch.grading.terms import Outcome, OverrideReason
from vouch.parties.terms import PartyKind, PartyStatus
from vouch.platform.identity.actor import Actor

DAYS = 60
SAID = (
    (OverrideReason.RELATED, "实际控制人名下另一企业近期停工，正在核实对本户的影响"),
    (OverrideReason.CONDUCT, "近两年三笔贷款均提前归还，已核对银行回单"),
)


def depart_from_the_model(
    managers: Mapping[int, Actor], reviewer: Actor, *, today: date, at: datetime
) -> None:
    """Two managers propose the neighbouring grade for a customer in the middle; the first, a downgrade, is approved."""
    found = Standing.objects.filter(
        party__in=managers, party__kind=PartyKind.ENTERPRISE, party__status=PartyStatus.ACTIVE, party__canonical=None,
        outcome=Outcome.GRADED, risk_class="一般",
    ).select_related("policy__scorecard", "assessment")  # fmt: skip
    middle = [one for one in found.order_by("party_id") if 0 < (one.grade_rank or 0) < 5][-len(SAID) :]
    for place, (standing, (reason, note)) in enumerate(zip(middle, SAID, strict=False)):
        grades = grades_of(standing)
        rank = standing.assessment.grade_rank or 0
        # Without the model's own grade the list is one shorter: the next worse stands at its place, the next better before it.
        grade = grades[rank] if place == 0 else grades[rank - 1]
        details = OverrideDetails(
            grade=grade, reason=str(reason), expires_on=today + timedelta(days=DAYS), note=note
        )
        made = propose_override(
            actor=managers[standing.party_id], at=at, party_id=standing.party_id, details=details
        )
        if place == 0:
            approve_override(actor=reviewer, at=at, override=made, note="同意，核实后再评")
