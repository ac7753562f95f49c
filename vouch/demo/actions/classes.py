"""Classes in a living institution: reviews that were done as they came, a few that wait, and two that managers proposed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from vouch.grading.actions import ClassProposal, confirm_class, propose_class, tend_classes
from vouch.grading.queries import open_classes, queue_of_everybody
from vouch.grading.terms import ClassOrigin, ClassReason
from vouch.parties.models import Party
from vouch.parties.terms import ORGANISATIONS, PartyStatus
from vouch.platform.identity.actor import Actor, system_actor

REVIEWER = system_actor("演示复核")
"""Who reviewed before the invented staff were appointed."""

LEFT = 6
"""So many checks that are due wait for their review today."""

SAID = (
    ("连续两个月欠息，客户经理上门核实，附催收记录", ClassReason.OVERDUE),
    ("同楼层三户停业，上门时仓库已腾空，附照片", ClassReason.BUILDING),
)


def review_classes(*, at: datetime, is_today: bool) -> int:
    """Let the clock do its part, and confirm what waits; of today's, changes and a few checks are left. Gives how many."""
    while tend_classes(actor=system_actor("grading"), at=at):
        pass
    waiting = list(queue_of_everybody())
    if is_today:
        waiting = [row for row in waiting if row.origin == ClassOrigin.EXPIRY][LEFT:]
    for row in waiting:
        confirm_class(actor=REVIEWER, at=at, pk=row.pk, note="例行复核")
    return len(waiting)


def propose_by_hand(managers: Mapping[int, Actor], *, at: datetime) -> int:
    """Two managers propose a worse class for a customer of theirs. Gives how many proposals that made."""
    made = 0
    found = Party.objects.filter(
        pk__in=managers, kind__in=ORGANISATIONS, status=PartyStatus.ACTIVE, canonical=None,
        standing__risk_class__in=("优质", "一般"),
    )  # fmt: skip
    for party in found.order_by("pk"):
        if made == len(SAID):
            break
        if open_classes([party.pk]):
            continue
        evidence, reason = SAID[made]
        proposal = ClassProposal("高风险", reason, evidence)
        propose_class(actor=managers[party.pk], at=at, party_id=party.pk, proposal=proposal)
        made += 1
    return made
