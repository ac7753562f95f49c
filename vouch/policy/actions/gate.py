"""The gate as a verb: whatever is granted, raised, drawn, confirmed or published passes it in the same transaction."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, Refused
from vouch.policy.models import ExceptionUse
from vouch.policy.queries.gate import Verdict, judge
from vouch.policy.queries.weighing import Proposal


class GateRefused(Refused):
    """A rule stops it; ``str()`` names rule, article, numbers and what would satisfy it, ``verdict`` has the parts."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__("\n".join(str(one) for one in verdict.refusals))
        self.verdict = verdict


def pass_gate(entry: Entry, proposal: Proposal, *, actor: Actor, at: datetime) -> Verdict:
    """Judge a proposal within the action that ``entry`` is of. Raises GateRefused.

    The entry says which rules were waived by which exception, and each such use is counted. What wants approval is for the caller:
    it knows whose signature it has. Sums over customers whom the actor may not see are not told.
    """
    verdict = judge(proposal, at=at).told_to(actor)
    if verdict.refusals:
        raise GateRefused(verdict)
    for _refusal, exception in verdict.excused:
        ExceptionUse.objects.create(
            exception=exception,
            step=proposal.step,
            party_id=proposal.party_id,
            amount=proposal.amount,
            at=at,
            actor_id=actor.id,
            actor_label=actor.label,
        )
    if verdict.excused:
        told = [
            _("%(rule)s：例外 %(pk)d") % {"rule": refusal.rule, "pk": exception.pk}
            for refusal, exception in verdict.excused
        ]
        entry.add(exceptions=told)
    return verdict
