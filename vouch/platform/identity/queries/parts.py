"""Who acted in which office on a matter."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Part


def parts_in_other_offices(actor: Actor, *, kind: str, ids: Iterable[object], office: str) -> QuerySet[Part]:
    """Parts in another office on these matters of the actor, or of those whom they stand in for.

    What somebody did while standing in for the actor is the actor's doing too.
    """
    own = sorted(actor.own_ids)
    return (
        Part.objects.filter(matter_kind=kind, matter_id__in=[str(one) for one in ids])
        .filter(Q(user_id__in=own) | Q(stood_for__overlap=own))
        .exclude(office=office)
        .select_related("user")
        .order_by("pk")
    )
