"""What a person makes of advice on a person (PIPL 24)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from vouch.engine.identifiers import holds_protected
from vouch.grading import permissions
from vouch.grading.actions.override import NotNow
from vouch.grading.actions.standing import rest_standing
from vouch.grading.models import AdviceDecision, Assessment
from vouch.parties.models import Party
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, action


@action("grading.advice.decided", may=permissions.may_decide_advice)
def decide_advice(
    entry: Entry, *, actor: Actor, at: datetime, assessment: Assessment, is_adopted: bool, note: str = ""
) -> AdviceDecision:
    """Adopt the advice, so that the customer's standing rests on it, or do not and say why. Raises NotNow."""
    if holds_protected(note):
        raise NotNow(_("说明中请不要写证件号码、电话或账号。"))
    Party.objects.select_for_update(no_key=True).get(pk=assessment.party_id)
    take_part(actor=actor, matter=("party", str(assessment.party_id)), office=Office.MIDDLE, at=at)
    if not assessment.is_advice:
        raise NotNow(_("该评估不是建议，无需确认。"))
    if AdviceDecision.objects.filter(assessment=assessment).exists():
        raise NotNow(_("该建议已经有人处理。"))
    newest = Assessment.objects.filter(party=assessment.party_id).order_by("-at", "-pk").first()
    if newest is not None and newest.pk != assessment.pk:
        raise NotNow(_("该客户已有更新的评估，请确认最新的一份。"))
    if not is_adopted and not note.strip():
        raise NotNow(_("不采纳的，请写明理由。"))
    made = AdviceDecision.objects.create(
        assessment=assessment,
        party_id=assessment.party_id,
        is_adopted=is_adopted,
        note=note.strip(),
        by_id=actor.id,
        by_label=actor.label,
        at=at,
    )
    if is_adopted:
        rest_standing(assessment, at=at)
    after = {"adopted": is_adopted, "grade": assessment.grade, "limit": assessment.limit}
    entry.about("assessment", assessment.pk, after=after)
    entry.purpose(note)
    return made
