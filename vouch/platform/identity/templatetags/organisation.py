"""``{% load organisation %}``: the tabs of 组织与员工, and how deep a unit hangs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from vouch.platform.identity import permissions
from vouch.platform.identity.queries import Branch

register = template.Library()


@register.inclusion_tag("identity/tabs.html", takes_context=True)
def tabs(context: Mapping[str, Any], tab: str) -> dict[str, Any]:
    """The subjects that this person may open."""
    actor = context["request"].actor
    return {
        "tab": tab,
        "watches_rights": permissions.may_watch_rights(actor),
        "sees_hand_overs": permissions.may_see_hand_overs(actor),
    }


@register.filter
def levels(branch: Branch) -> range:
    """One step for each level below the head office."""
    return range(branch.depth)
