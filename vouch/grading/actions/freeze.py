"""Freezing and thawing: a customer's limit stands still at once, and somebody else lets it go again."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from vouch.grading import permissions
from vouch.grading.models import Freeze
from vouch.grading.queries.classing import class_in_effect, open_classes, terms_of
from vouch.grading.queries.consequences import FREEZE, keeps_frozen
from vouch.grading.queries.freeze import standing_freezes
from vouch.parties.queries import canonical_id
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, Refused, action


@action("grading.use.frozen", may=permissions.may_freeze)
def freeze_use(entry: Entry, *, actor: Actor, at: datetime, party_id: int, reason: str) -> Freeze:
    """From now on nothing new is reserved or used of this customer's limit (冻结); what is used already stays used.

    The same reason twice is one freeze and leaves one entry.
    """
    customer = canonical_id(party_id)
    take_part(actor=actor, matter=("party", str(customer)), office=Office.MIDDLE, at=at)
    known = standing_freezes([customer]).filter(reason=reason).first()
    if known is not None:
        entry.nothing()
        return known
    made = Freeze.objects.create(
        party_id=customer, reason=reason, frozen_at=at, frozen_by=actor.label, frozen_by_id=actor.id
    )
    entry.about("party", customer, after={"frozen": reason})
    entry.purpose(reason)
    return made


@action("grading.use.thawed", may=permissions.may_lift_freeze)
def lift_freeze(entry: Entry, *, actor: Actor, at: datetime, party_id: int, reason: str) -> int:
    """Lift every freeze of the customer that stands (解冻); gives how many there were.

    Nobody lifts what they froze themselves, nor what was frozen by somebody whom they stand in for. What a worsening froze is
    for its review to lift while one is open, and stays where the class in effect allows no limit. Raises Refused.
    """
    customer = canonical_id(party_id)
    take_part(actor=actor, matter=("party", str(customer)), office=Office.MIDDLE, at=at)
    standing = list(standing_freezes([customer]).select_for_update(of=("self",)))
    own = {f"user:{pk}" for pk in actor.own_ids}
    if any(one.frozen_by_id in own for one in standing):
        raise Refused(_("冻结须由冻结人以外的人员解除。"))
    if any(one.reason.startswith(FREEZE) for one in standing) and _is_for_review(customer):
        raise Refused(_("分类下调的冻结由分类复核解除，请先完成复核；不给额度的分类保持冻结。"))
    if not standing:
        entry.nothing()
        return 0
    Freeze.objects.filter(pk__in=[one.pk for one in standing]).update(
        lifted_at=at, lifted_by=actor.label, lift_reason=reason
    )
    entry.about(
        "party", customer, before={"frozen": "；".join(one.reason for one in standing)}, after={"frozen": ""}
    )
    entry.purpose(reason)
    return len(standing)


def _is_for_review(customer: int) -> bool:
    """Whether a class of the customer waits for its review, or the one in effect keeps the use frozen."""
    held = class_in_effect(customer)
    return customer in open_classes([customer]) or (held is not None and keeps_frozen(terms_of(held)))
