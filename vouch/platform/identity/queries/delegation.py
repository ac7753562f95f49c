"""Who stands in for whom, and on which days."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from vouch.platform.identity.models import Delegation, User
from vouch.platform.identity.terms import is_same_office


def stood_in_for(user: User, *, on: date) -> list[User]:
    """For whom this person stands in on a day, by name.

    A delegation counts only while both are in office and their roles still belong to the same one.
    """
    live = Delegation.objects.filter(
        delegate=user.pk,
        starts_on__lte=on,
        ends_on__gte=on,
        ended_at=None,
        consented_at__isnull=False,
        principal__is_active=True,
    ).select_related("principal")
    principals = {found.principal_id: found.principal for found in live}
    alike = [one for one in principals.values() if is_same_office(one.roles, user.roles)]
    return sorted(alike, key=lambda one: (one.name, one.pk))


def delegations() -> QuerySet[Delegation]:
    """Every delegation with its people, the latest first."""
    people = ("principal", "principal__unit", "delegate", "delegate__unit", "asked_by", "consented_by")
    return Delegation.objects.select_related(*people).order_by("-starts_on", "-pk")


def live_delegations(*, on: date) -> QuerySet[Delegation]:
    """Those that hold on a day."""
    return delegations().filter(starts_on__lte=on, ends_on__gte=on, ended_at=None, consented_at__isnull=False)


def open_between(user_ids: list[int], *, starts_on: date, ends_on: date) -> QuerySet[Delegation]:
    """Delegations not ended that touch these days and in which one of these people has a part."""
    return delegations().filter(
        Q(principal_id__in=user_ids) | Q(delegate_id__in=user_ids),
        starts_on__lte=ends_on,
        ends_on__gte=starts_on,
        ended_at=None,
    )
