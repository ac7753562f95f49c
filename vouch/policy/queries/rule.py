"""Questions about the rule library and its exceptions."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from vouch.policy.models import Rule, RuleException
from vouch.policy.queries.signed import signed_by


def rules() -> QuerySet[Rule]:
    """Every version of every rule, by code, the newest first."""
    return Rule.objects.order_by("code", "-version")


def rules_in_force(*, at: datetime, province: str = "", step: str = "") -> list[Rule]:
    """The rules that hold at a moment, of a step if one is named; a province's are those of this one."""
    day = timezone.localdate(at)
    found: dict[str, Rule] = {}
    for row in signed_by(rules(), at).filter(starts_on__lte=day).order_by("code", "-starts_on", "-version"):
        found.setdefault(row.code, row)
    return [
        row
        for row in found.values()
        if (row.ends_on is None or row.ends_on > day)
        and (not row.province or row.province == province)
        and (not step or step in row.steps)
    ]


def exceptions() -> QuerySet[RuleException]:
    """Every exception with its rule and customer, and how often it was used; the newest first."""
    return (
        RuleException.objects.select_related("rule", "party")
        .annotate(use_count=Count("uses"))
        .order_by("-proposed_at", "-pk")
    )


def live_exceptions(*, on: date, at: datetime) -> QuerySet[RuleException]:
    """Those that hold: signed, begun, neither expired nor revoked."""
    return signed_by(RuleException.objects.all(), at).filter(
        Q(revoked_at=None) | Q(revoked_at__gt=at), starts_on__lte=on, ends_on__gt=on
    )
