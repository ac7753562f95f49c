"""Customers go from one account manager to another, many at once (工作交接)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.parties import permissions
from vouch.parties.models import Assignment
from vouch.parties.queries import visible_to
from vouch.platform.identity.actions import take_parts
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import parts_in_other_offices
from vouch.platform.identity.terms import Office, Scope
from vouch.platform.ledger.action import Entry, Refused, action

# Where the receiver stands on the other side already, that side becomes free: nobody is A角 and B角 at once.
_SUCCEED = """
WITH ended AS (
    UPDATE parties_assignment SET ends_on = greatest(starts_on, %(day)s)
    WHERE ends_on IS NULL AND party_id = ANY(%(party_ids)s) AND {side} = %(giver)s
    RETURNING party_id, unit_id, manager_id, second_manager_id, ends_on
)
INSERT INTO parties_assignment (party_id, unit_id, starts_on, {side}, {other})
SELECT party_id, unit_id, ends_on, %(receiver)s, CASE WHEN {other} = %(receiver)s THEN NULL ELSE {other} END
FROM ended
RETURNING party_id, manager_id, second_manager_id
"""


@action("parties.customers.handed_over", may=permissions.may_hand_over_customers)
def hand_over_customers(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    giver: User,
    receiver: User,
    side: str,
    pks: Sequence[int] | None,
) -> list[int]:
    """Put the receiver in the giver's place, as A角 (``manager``) or B角 (``second_manager``), from today on.

    For these customers, or all. Returns which went over. Raises Refused where one of them is not the actor's to
    give: then none is.
    """
    held = Assignment.objects.select_for_update(of=("self",)).filter(ends_on=None, **{side: giver})
    if pks is not None:
        held = held.filter(party_id__in=pks)
    party_ids = sorted(held.values_list("party_id", flat=True))
    if not party_ids:
        entry.nothing()
        return []
    refuse_foreign(actor, party_ids)
    sides = {"side": "manager_id", "other": "second_manager_id"}
    if side == "second_manager":
        sides = {"side": "second_manager_id", "other": "manager_id"}
    values: dict[str, Any] = {
        "day": timezone.localdate(at),
        "party_ids": party_ids,
        "giver": giver.pk,
        "receiver": receiver.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUCCEED.format(**sides), values)
        made = sorted(cursor.fetchall())
    take_parts(actor=actor, kind="party", ids=party_ids, office=Office.FRONT, at=at)
    entry.bulk(
        "user",
        giver.pk,
        rows=(orjson.dumps(row) for row in made),
        receiver=receiver.pk,
        as_manager=side == "manager",
    )
    return party_ids


def refuse_foreign(actor: Actor, party_ids: Sequence[int]) -> None:
    """Raise Refused where one of these customers is not the actor's to give."""
    if actor.scope != Scope.ALL:
        seen = visible_to(actor).filter(pk__in=party_ids).count()
        if seen != len(party_ids):
            raise Refused(
                _("其中 %(count)d 户不在您的数据范围内，请由其所属机构的负责人移交。")
                % {"count": len(party_ids) - seen}
            )
    apart = parts_in_other_offices(actor, kind="party", ids=party_ids, office=Office.FRONT).count()
    if apart:
        raise Refused(_("其中 %(count)d 户您已以中台或后台身份办理过，请由其他人员移交。") % {"count": apart})
