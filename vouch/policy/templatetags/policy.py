"""Which of the rules' pages a reader may open."""

from __future__ import annotations

from typing import Any

from django import template

from vouch.policy import permissions

register = template.Library()

_DOORS = {"ratios": permissions.may_read_ratios, "exceptions": permissions.may_read_exceptions}


@register.simple_tag(takes_context=True)
def may_open(context: template.Context, page: str) -> bool:
    """Whether the reader may open this page."""
    request: Any = context["request"]
    return _DOORS[page](request.actor)
