"""Who may add to a customer's file, verify what is in it, and open the originals."""

from __future__ import annotations

from typing import Any

from vouch.customers.models import FiledDocument, Material, StagedFile
from vouch.parties import queries as parties
from vouch.parties.terms import PartyStatus
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Office, Role

RECORDING_ROLES = (
    Role.ACCOUNT_MANAGER,
    Role.TEAM_LEAD,
    Role.RISK_REVIEWER,
    Role.APPRAISER,
    Role.INSPECTOR,
    Role.MONITOR,
)
FILE_ROLES = (
    *RECORDING_ROLES,
    Role.COMMITTEE,
    Role.LAWYER,
    Role.RELEASE_OFFICER,
    Role.CUSTODIAN,
    Role.RECOVERY,
    Role.COMPLIANCE,
    Role.CRO,
    Role.EXECUTIVE,
    Role.AUDITOR,
)
"""Everyone but the cashier, the steward and the administrator has a customer's file to read."""

DECIDING_ROLES = (Role.RISK_REVIEWER, Role.CRO)


def _sees(actor: Actor, party_id: int) -> bool:
    return parties.visible_to(actor).filter(pk=party_id).exists()


def may_open_file(actor: Actor) -> bool:
    """Who finds customers' files at all."""
    return actor.has_role(*FILE_ROLES)


def may_add_materials(actor: Actor) -> bool:
    """Who finds the forms that add to a file."""
    return actor.has_role(*RECORDING_ROLES)


def may_record_material(actor: Actor, party: Any) -> bool:
    """Those who work on customers, for customers that they see and that are not restricted to storage."""
    return (
        party.status != PartyStatus.RESTRICTED and actor.has_role(*RECORDING_ROLES) and _sees(actor, party.pk)
    )


def may_decide_staged(actor: Actor, staged: StagedFile) -> bool:
    """Whoever may add the material may also leave it out."""
    return may_record_material(actor, staged.party)


def may_verify_material(actor: Actor, material: Material) -> bool:
    """A second person: whoever recorded it does not verify it."""
    if not may_record_material(actor, material.party):
        return False
    return actor.is_system or actor.user_id != material.recorded_by_id


def may_withdraw_material(actor: Actor, material: Material) -> bool:
    """Whoever may add one: a slip is taken back as easily as it is made, and stays in the history."""
    return may_record_material(actor, material.party)


def may_open_material(actor: Actor, material: Material) -> bool:
    """Whoever reads files, for customers that they see."""
    return actor.has_role(*FILE_ROLES) and _sees(actor, material.party_id)


def office_of(actor: Actor) -> Office:
    """In which office this actor adds to a file: those who bring customers in the front, all others in the middle."""
    front = actor.has_role(Role.ACCOUNT_MANAGER, Role.TEAM_LEAD) and not actor.has_role(Role.RISK_REVIEWER)
    return Office.FRONT if front else Office.MIDDLE


def may_open_decisions(actor: Actor) -> bool:
    """Who finds the form that decides between contradicting sources."""
    return actor.has_role(*DECIDING_ROLES)


def may_decide_figures(actor: Actor, party: Any) -> bool:
    """The middle office weighs what the front brought in, for customers that it sees and that are not restricted."""
    return (
        party.status != PartyStatus.RESTRICTED and actor.has_role(*DECIDING_ROLES) and _sees(actor, party.pk)
    )


def may_classify_document(actor: Actor, document: FiledDocument) -> bool:
    """Whoever may add to the file of that customer."""
    return may_record_material(actor, document.material.party)
