"""``{% load business %}``: the figures of a pivot."""

from __future__ import annotations

from decimal import Decimal

from django import template

from vouch.business.queries import Pivot
from vouch.platform.web import figures

register = template.Library()


@register.filter
def figure(value: int | Decimal | None, pivot: Pivot) -> str:
    """Money in 万元, counts as they are; nothing where there is no guarantee."""
    if value is None:
        return ""
    return figures.wan(value) if pivot.is_money else figures.grouped(value)


@register.filter
def share_of(value: int | Decimal | None, total: int | Decimal) -> str:
    """A line's part of the whole."""
    return figures.percent(value / total if value is not None and total else None, 1)
