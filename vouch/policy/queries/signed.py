"""Questions about what two persons sign, alike for figures, settings, rules and exceptions."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet

from vouch.policy.models.signed import Signed
from vouch.policy.terms import SignedState

Row = TypeVar("Row", bound=Signed)


def signed_by(rows: QuerySet[Row], at: datetime) -> QuerySet[Row]:
    """Those that were confirmed at a moment."""
    return rows.filter(state=SignedState.CONFIRMED, signed_at__lte=at)


def title_of(model: type[Model], name: str) -> str:
    """The Chinese title of a column."""
    (found,) = (one for one in model._meta.concrete_fields if one.name == name)
    return str(found.verbose_name)
