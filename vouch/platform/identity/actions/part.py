"""Front, middle and back office are kept apart: nobody acts in two of them on one matter (前中后台分离)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Part
from vouch.platform.identity.queries import parts_in_other_offices
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Refused

_LOCK_CLASS = 0x564F5054  # "VOPT": the advisory locks of matters

# A part that says another office is not touched, and not counted: the caller refuses.
_TAKE = """
INSERT INTO identity_part AS part (matter_kind, matter_id, user_id, stood_for, office, at)
SELECT %(kind)s, matter_id, %(user_id)s, %(stood_for)s::bigint[], %(office)s, %(at)s
FROM unnest(%(ids)s::text[]) AS matter_id
ON CONFLICT (matter_kind, matter_id, user_id) DO UPDATE
SET stood_for = ARRAY(SELECT DISTINCT one FROM unnest(part.stood_for || EXCLUDED.stood_for) AS one ORDER BY one)
WHERE part.office = EXCLUDED.office
"""


def take_part(*, actor: Actor, matter: tuple[str, str], office: Office, at: datetime) -> None:
    """Note that the actor acts on this matter (subject kind, id) in this office; for use inside an action.

    Raises Refused where the actor, or somebody whom they stand in for, acted on it in another office before.
    The installation itself is of no office.
    """
    if actor.user_id is None:
        return
    kind, matter_id = matter[0], str(matter[1])
    with connection.cursor() as cursor:
        # One at a time on one matter: who stands in for whom is no key that a constraint could watch.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_CLASS, f"{kind}:{matter_id}"])
    found = parts_in_other_offices(actor, kind=kind, ids=[matter_id], office=office).first()
    if found is not None:
        raise Refused(_refusal(actor, found, office))
    take_parts(actor=actor, kind=kind, ids=[matter_id], office=office, at=at)


def take_parts(*, actor: Actor, kind: str, ids: Sequence[object], office: Office, at: datetime) -> None:
    """The same for many matters of one kind in one statement; for use inside an action.

    The caller leaves out first what ``queries.parts_in_other_offices`` names. Raises Refused where somebody
    was faster.
    """
    if actor.user_id is None or not ids:
        return
    distinct = sorted({str(one) for one in ids})
    values: dict[str, Any] = {
        "kind": kind,
        "user_id": actor.user_id,
        "stood_for": sorted(actor.delegators),
        "office": str(office),
        "at": at,
        "ids": distinct,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        if cursor.rowcount != len(distinct):
            raise Refused(_("您刚刚以其他部位的身份办理过其中的业务，本次操作没有执行。"))


def _refusal(actor: Actor, part: Part, office: Office) -> str:
    who = _("您") if part.user_id == actor.user_id else part.user.name
    if part.user_id not in actor.own_ids:
        who = _("%(name)s（代理他人）") % {"name": part.user.name}
    elif part.user_id != actor.user_id:
        who = _("您所代理的%(name)s") % {"name": part.user.name}
    return _("%(who)s已以%(before)s身份办理过这一业务，不能再以%(now)s身份办理，请由其他人员办理。") % {
        "who": who,
        "before": Office(part.office).label,
        "now": Office(office).label,
    }
