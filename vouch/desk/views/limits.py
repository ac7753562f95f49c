"""The panel 额度 of a customer's page."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from vouch.grading import permissions
from vouch.grading.queries.limit_page import limits_of
from vouch.platform.identity.actor import Actor


def limits_panel(actor: Actor, party: Any) -> dict[str, Any]:
    """What binds the customer, what it holds, and what the actor may do about it."""
    is_standing = party.canonical_id is None
    return {
        "limits": limits_of(actor, party.canonical or party, at=timezone.now()),
        "may_propose": is_standing and permissions.may_propose_some_limit(actor),
        "may_reserve": is_standing and permissions.may_reserve_some(actor),
        "may_freeze": is_standing and permissions.may_freeze_some(actor),
        "may_lift": is_standing and permissions.may_lift_some(actor),
    }
