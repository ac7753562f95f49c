"""The customer list: who matches, with what the list shows of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from vouch.desk.terms import INSUFFICIENT, NOT_ASSESSED
from vouch.grading.models import Standing
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.policy import queries as policies

__all__ = ["Party", "Wanted", "class_of", "customer_count", "customers", "grades", "picked", "standing_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the list is filtered by; blanks mean all."""

    text: str = ""
    kind: str = ""
    risk_class: str = ""
    grade: str = ""
    unit_id: int | None = None
    manager_id: int | None = None
    province: str = ""
    only: tuple[int, ...] = ()


def customers(actor: Actor, wanted: Wanted) -> QuerySet[Party]:
    """The customers that the actor may see and the filters let through, with standing and particulars."""
    found = _cut(parties.listed(parties.visible_to(actor)), actor, wanted)
    return parties.with_particulars(found).select_related("enterprise", "person", "standing")


def customer_count(actor: Actor, wanted: Wanted) -> int:
    """How many these are."""
    seen = Party.objects.filter(parties.in_sight_of(actor, "pk"))
    return _cut(parties.listed(seen), actor, wanted).count()


def _cut(found: QuerySet[Party], actor: Actor, wanted: Wanted) -> QuerySet[Party]:
    if actor.period is not None:
        # Standings of another time are neither shown nor found by.
        in_period = Q(standing__as_of__range=actor.period)
        found = found.annotate(is_in_period=ExpressionWrapper(in_period, output_field=BooleanField()))
        if wanted.risk_class or wanted.grade:
            found = found.filter(in_period)
    if wanted.only:
        found = found.filter(pk__in=wanted.only)
    if wanted.text:
        found = parties.search(found, wanted.text)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.risk_class:
        found = found.filter(_of_class(wanted.risk_class))
    if wanted.grade:
        found = found.filter(standing__grade=wanted.grade)
    if wanted.unit_id is not None:
        found = parties.in_unit(found, wanted.unit_id)
    if wanted.manager_id is not None:
        found = parties.managed_by(found, wanted.manager_id)
    if wanted.province:
        found = found.filter(enterprise__province=wanted.province)
    return found


def picked(actor: Actor, wanted: Wanted) -> list[int]:
    """The keys of all that the filters let through, for what is done to many at once."""
    return list(customers(actor, wanted).order_by("pk").values_list("pk", flat=True))


def _of_class(name: str) -> Q:
    if name == NOT_ASSESSED:
        return Q(standing=None)
    if name == INSUFFICIENT:
        return Q(standing__risk_class="")
    return Q(standing__risk_class=name)


def standing_of(party: Any) -> Standing | None:
    """Where the customer stands, as far as whoever asks may know: nothing of another period."""
    if getattr(party, "is_in_period", True) is False:
        return None
    return getattr(party, "standing", None)


def class_of(standing: Standing | None) -> str:
    """The customer's class in effect as people say it, 资料不足 and 未评估 included."""
    return NOT_ASSESSED if standing is None else standing.risk_class or INSUFFICIENT


def grades() -> list[str]:
    """The grades of the policy in force, best first; none before there is one."""
    try:
        policy = policies.policy_of(policies.policy_in_force(at=timezone.now()))
    except policies.NoPolicyInForceError:
        return []
    return [grade.name for grade in policy.grades]
