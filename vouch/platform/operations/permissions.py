"""Who may run the installation."""

from __future__ import annotations

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role
from vouch.platform.operations.models import Inspection


def may_manage_keys(actor: Actor) -> bool:
    """System administrators, and whoever has the machine's command line."""
    return actor.has_role(Role.ADMIN)


def may_back_up(actor: Actor) -> bool:
    """System administrators, the schedule, and whoever has the machine's command line."""
    return actor.has_role(Role.ADMIN)


def may_see_operations(actor: Actor) -> bool:
    """Who finds the pages of running: administrators, and who audits them."""
    return actor.has_role(Role.ADMIN, Role.AUDITOR)


def may_manage_jobs(actor: Actor) -> bool:
    """Administrators; auditors only look."""
    return actor.has_role(Role.ADMIN)


def may_see_inspections(actor: Actor) -> bool:
    """Those who answer for inspections or supervise them."""
    return actor.has_role(Role.COMPLIANCE, Role.CRO, Role.EXECUTIVE, Role.AUDITOR)


def may_open_inspection(actor: Actor) -> bool:
    """Compliance, in person: the second one must be somebody else."""
    return actor.user_id is not None and actor.has_role(Role.COMPLIANCE)


def may_decide_inspections(actor: Actor) -> bool:
    """Who may be the second person."""
    return actor.user_id is not None and actor.has_role(Role.COMPLIANCE, Role.CRO, Role.EXECUTIVE)


def may_decide_inspection(actor: Actor, inspection: Inspection) -> bool:
    """Somebody else than who opened it, and nobody who stands in for that one."""
    return may_decide_inspections(actor) and inspection.opened_by_id not in actor.own_ids


def may_end_inspection(actor: Actor) -> bool:
    """Compliance and those above, alone: taking a right away must not wait."""
    return actor.has_role(Role.COMPLIANCE, Role.CRO, Role.EXECUTIVE)


def may_enter_inspection(actor: Actor, inspection: Inspection) -> bool:
    """Its own account."""
    return actor.is_read_only and actor.user_id is not None and actor.user_id == inspection.account_id
