"""Who may see, register, correct and assign parties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from vouch.parties.models import Assignment, BulkAssignment, Party, WorkingList
from vouch.parties.terms import NATURAL_PERSONS, PROTECTED, PartyStatus
from vouch.platform.exchange.permissions import may_open_imports
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.permissions import may_unmask
from vouch.platform.identity.terms import ApiScope, Role, Scope

REGISTERING_ROLES = (Role.ACCOUNT_MANAGER, Role.TEAM_LEAD, Role.RISK_REVIEWER, Role.CRO, Role.EXECUTIVE)
# Restriction follows from a person's right; it is compliance that answers for it.
RESTRICTING_ROLES = (Role.COMPLIANCE, Role.CRO)
# Reading what is only stored: those who answer for that it is, and those who check it.
SUPERVISING_ROLES = (Role.COMPLIANCE, Role.AUDITOR)
# The second person behind an erasure, which nobody can undo.
APPROVING_ROLES = (Role.COMPLIANCE, Role.CRO, Role.EXECUTIVE)
ASSIGNING_ROLES = (Role.TEAM_LEAD, Role.CRO, Role.EXECUTIVE)
# Who says what a building is: those who answer for several customers in it.
ARRANGING_ROLES = (Role.TEAM_LEAD, Role.RISK_REVIEWER, Role.CRO, Role.EXECUTIVE)
LIMITING_ROLES = (Role.RISK_REVIEWER, Role.CRO, Role.EXECUTIVE)
# Who calls on customers where they are.
VISITING_ROLES = (*REGISTERING_ROLES, Role.INSPECTOR, Role.MONITOR, Role.RECOVERY, Role.STEWARD)
# Who answers for concentration, and is told what stands in a building beside the customers that they see.
SUMMING_ROLES = (*LIMITING_ROLES, Role.MONITOR, *SUPERVISING_ROLES)


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
    records = Q(party=party) | Q(party__canonical=party) | Q(party=party.canonical_id)
    return Assignment.objects.filter(assignments_seen_by(actor), records).exists()


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


def may_note_repetition(actor: Actor) -> bool:
    """Who can come upon somebody known: at the form, or in a list."""
    return may_open_registration(actor) or may_open_imports(actor)


def may_correct(actor: Actor, party: Party) -> bool:
    """Those who deal with this customer, unless it is kept and nothing else, or stands in the record it was merged into."""
    return party.canonical_id is None and _may_change(actor, party)


def _may_change(actor: Actor, party: Party) -> bool:
    if party.status in {PartyStatus.RESTRICTED, PartyStatus.ERASED}:
        return False
    return actor.has_role(*REGISTERING_ROLES) and may_see(actor, party)


def may_open_duplicates(actor: Actor) -> bool:
    """Who finds the queue of records that may be one customer's: those who correct customers, and who check them."""
    return actor.has_role(*REGISTERING_ROLES, *SUPERVISING_ROLES)


def may_decide_duplicates(actor: Actor) -> bool:
    """Who may say that two records are one, or are not; whether of these two, ``may_merge`` says."""
    return actor.has_role(*REGISTERING_ROLES)


def may_merge(actor: Actor, party: Party, canonical: Party) -> bool:
    """Those who may correct both: whoever sees but one of them does not decide about the other."""
    return _may_change(actor, party) and _may_change(actor, canonical)


def may_look_for_duplicates(actor: Actor) -> bool:
    """The machine on its schedule, and those who see the whole book and may correct it."""
    return actor.scope == Scope.ALL and actor.has_role(*REGISTERING_ROLES)


def may_reveal(actor: Actor, party: Party, field_class: str) -> bool:
    """Those who see the customer and may read this class in full; of one that is only stored, those who supervise."""
    if not may_unmask(actor, field_class) or not may_see(actor, party):
        return False
    return may_read_restricted(actor, party)


def may_open_disclosure(actor: Actor) -> bool:
    """Who finds any way to a value in full: those who may read at least one of our classes."""
    classes = {spec.field_class for spec in PROTECTED.values()}
    return any(may_unmask(actor, one) for one in classes)


def may_read_restricted(actor: Actor, party: Party) -> bool:
    """Anybody may, unless the party's data is only stored: then those who supervise that."""
    return party.status != PartyStatus.RESTRICTED or actor.has_role(*SUPERVISING_ROLES)


def may_read_many(actor: Actor, field_classes: Iterable[str]) -> bool:
    """Those who may read every one of these classes in full; whose rows they are, the question says."""
    return all(may_unmask(actor, one) for one in field_classes)


def may_erase(actor: Actor, party: Party, approver: Actor) -> bool:
    """Compliance, with a second person of compliance or of the management behind it, for persons they both see."""
    return (
        party.kind in NATURAL_PERSONS
        and actor.has_role(Role.COMPLIANCE)
        and approver.has_role(*APPROVING_ROLES)
        and (actor.is_system or actor.user_id != approver.user_id)
        and may_see(actor, party)
        and may_see(approver, party)
    )


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
    return party.canonical_id is None and actor.has_role(*ASSIGNING_ROLES) and may_see(actor, party)


def may_read_addresses(actor: Actor) -> bool:
    """The machine: it reads everybody's, and tells nobody whose they are."""
    return actor.is_system


def may_open_corrections(actor: Actor) -> bool:
    """Who finds the forms about a customer's places; of whom, ``may_correct`` says."""
    return actor.has_role(*REGISTERING_ROLES)


def may_arrange_buildings(actor: Actor) -> bool:
    """Who joins buildings, and says to which site they belong; of those that they see, the action asks."""
    return actor.has_role(*ARRANGING_ROLES)


def may_appoint_stewards(actor: Actor) -> bool:
    """Heads of departments and above."""
    return actor.has_role(*ASSIGNING_ROLES)


def may_limit_buildings(actor: Actor) -> bool:
    """Risk management and above."""
    return actor.has_role(*LIMITING_ROLES)


def may_open_visits(actor: Actor) -> bool:
    """Who finds the form for a visit."""
    return actor.has_role(*VISITING_ROLES)


def may_note_visit(actor: Actor, party: Party) -> bool:
    """Those who call on customers, for customers that they see; not of what is only stored."""
    return (
        actor.has_role(*VISITING_ROLES)
        and party.status not in {PartyStatus.RESTRICTED, PartyStatus.ERASED}
        and may_see(actor, party)
    )


def may_see_building_sums(actor: Actor) -> bool:
    """Who is told how many others are in a building, and what they add up to; not who they are."""
    return actor.has_role(*SUMMING_ROLES)


def may_list_by_key(actor: Actor) -> bool:
    """Programs with a key for it."""
    return actor.has_role(ApiScope.CUSTOMERS_READ)


def may_register_by_key(actor: Actor) -> bool:
    """Programs with a key for it; for which units, the action asks."""
    return actor.has_role(ApiScope.CUSTOMERS_WRITE)


def may_keep_working_lists(actor: Actor) -> bool:
    """Every member of staff, for themselves."""
    return actor.user_id is not None


def may_change_working_list(actor: Actor, working_list: WorkingList) -> bool:
    """Whose it is."""
    return working_list.owner_id == actor.user_id


def may_undo_bulk_assignment(actor: Actor, made: BulkAssignment) -> bool:
    """Those who may assign: their own, or with every customer in sight anybody's."""
    return may_hand_over_customers(actor) and (actor.scope == Scope.ALL or made.made_by_id in actor.own_ids)


def may_hand_over_customers(actor: Actor) -> bool:
    """As for assigning; whether each of the customers is the actor's to give is judged for all at once."""
    return actor.has_role(*ASSIGNING_ROLES)
