"""Work goes from one person to another, with a receipt (工作交接)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from vouch.platform.database.copy import copy_rows
from vouch.platform.identity import permissions
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.holdings import holdings
from vouch.platform.identity.models import HandOver, HandOverLine, User
from vouch.platform.identity.terms import is_same_office
from vouch.platform.ledger.action import Entry, action


class WrongHandOver(ValueError):
    """These two, or this choice, do not go together; ``str()`` is the Chinese message."""


@action("identity.hand_over.made", may=permissions.may_hand_over)
def hand_over(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    giver: User,
    receiver: User,
    chosen: Mapping[str, Sequence[int] | None],
    reason: str,
) -> HandOver:
    """Give what was chosen (holding → which ones, None for all) to the receiver; each room moves its own.

    All of it or nothing. Raises WrongHandOver, and Refused where a room does not let the actor.
    """
    if giver.pk == receiver.pk:
        raise WrongHandOver(_("接收人不能是移交人本人。"))
    if not receiver.is_active or receiver.is_read_only:
        raise WrongHandOver(_("%(name)s的账户不在使用中，不能接收。") % {"name": receiver.name})
    if not is_same_office(giver.roles, receiver.roles):
        raise WrongHandOver(
            _("%(receiver)s与%(giver)s的岗位不属同一部位（前台、中台、后台），不能接收。")
            % {"receiver": receiver.name, "giver": giver.name}
        )
    moved: list[tuple[str, int]] = []
    for holding in holdings():
        if holding.name in chosen and holding.hand_over is not None:
            pks = holding.hand_over(
                actor=actor, at=at, giver=giver, receiver=receiver, pks=chosen[holding.name]
            )
            moved.extend((holding.name, pk) for pk in pks)
    if not moved:
        raise WrongHandOver(_("没有选中任何可以移交的事项。"))
    made = HandOver.objects.create(giver=giver, receiver=receiver, reason=reason, made_by=actor.label, at=at)
    copy_rows(HandOverLine, ("hand_over_id", "holding", "item_id"), ((made.pk, *line) for line in moved))
    entry.bulk(
        "hand_over",
        made.pk,
        rows=(f"{name} {pk}".encode() for name, pk in moved),
        giver=giver.pk,
        receiver=receiver.pk,
    )
    entry.purpose(reason)
    return made
