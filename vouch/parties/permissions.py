"""Who may see, register, correct and assign parties."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from vouch.parties.models import Assignment, Party
from vouch.parties.terms import PartyStatus
from vouch.platform.exchange.permissions import may_open_imports
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import ApiScope, Role, Scope

REGISTERING_ROLES = (Role.ACCOUNT_MANAGER, Role.TEAM_LEAD, Role.RISK_REVIEWER, Role.CRO, Role.EXECUTIVE)
# Restriction follows from a person's right; it is compliance that answers for it.
RESTRICTING_ROLES = (Role.COMPLIANCE, Role.CRO)
ASSIGNING_ROLES = (Role.TEAM_LEAD, Role.CRO, Role.EXECUTIVE)


def assignments_seen_by(actor: Actor) -> Q:
    """Which present assignments let the actor see their party; not for the scope of all."""
    if actor.scope in {Scope.UNIT, Scope.UNIT_BELOW}:
        reached = Q(unit_id__in=actor.unit_ids)
        # Whoever stands in for somebody sees that person's own customers, not that person's units.
        return Q(ends_on=None) & (reached | _in_hands_of(actor.delegators) if actor.delegators else reached)
    return Q(ends_on=None) & _in_hands_of(actor.own_ids)


def _in_hands_of(user_ids: frozenset[int]) -> Q:
    return Q(manager_id__in=user_ids) | Q(second_manager_id__in=user_ids)


def may_see(actor: Actor, party: Party) -> bool:
    """Whether the party is among those that the actor sees."""
    if actor.scope == Scope.ALL:
        return True
    if actor.user_id is None and actor.scope == Scope.OWN:
        return False
    return Assignment.objects.filter(assignments_seen_by(actor), party=party).exists()


def may_register(actor: Actor, unit: Any) -> bool:
    """Those who deal with customers, for the units that they reach; officers for their own and those of whom they stand in for."""
    if not actor.has_role(*REGISTERING_ROLES):
        return False
    if actor.scope == Scope.OWN:
        return bool(unit.staff.filter(pk__in=actor.own_ids).exists())
    return actor.scope == Scope.ALL or unit.pk in actor.unit_ids


def may_open_registration(actor: Actor) -> bool:
    """Who finds the form for a new customer."""
    return actor.has_role(*REGISTERING_ROLES)


def may_correct(actor: Actor, party: Party) -> bool:
    """Those who deal with this customer, unless it is kept and nothing else."""
    if party.status == PartyStatus.RESTRICTED:
        return False
    return actor.has_role(*REGISTERING_ROLES) and may_see(actor, party)


def may_restrict(actor: Actor, party: Party) -> bool:
    """Compliance, for customers that they see."""
    return actor.has_role(*RESTRICTING_ROLES) and may_see(actor, party)


def may_open_assignment(actor: Actor) -> bool:
    """Who finds the form for another manager."""
    return actor.has_role(*ASSIGNING_ROLES)


def may_enrol(actor: Actor) -> bool:
    """Those who may import; which parties they may change is judged for a whole chunk at once."""
    return may_open_imports(actor) or actor.has_role(*REGISTERING_ROLES)


def may_assign(actor: Actor, party: Party) -> bool:
    """Heads of departments and above, for customers that they see."""
    return actor.has_role(*ASSIGNING_ROLES) and may_see(actor, party)


def may_list_by_key(actor: Actor) -> bool:
    """Programs with a key for it."""
    return actor.has_role(ApiScope.CUSTOMERS_READ)


def may_register_by_key(actor: Actor) -> bool:
    """Programs with a key for it; for which units, the action asks."""
    return actor.has_role(ApiScope.CUSTOMERS_WRITE)


def may_hand_over_customers(actor: Actor) -> bool:
    """As for assigning; whether each of the customers is the actor's to give is judged for all at once."""
    return actor.has_role(*ASSIGNING_ROLES)
