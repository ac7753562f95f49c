"""Who may tell, record, verify, withdraw, and open what was authorised."""

from __future__ import annotations

from typing import Any

from vouch.customers.models import Authorisation, CreditReport
from vouch.parties import queries as parties
from vouch.parties.terms import PartyStatus
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role

NOTICE_ROLES = (Role.COMPLIANCE, Role.LAWYER, Role.CRO)
RECORDING_ROLES = (Role.ACCOUNT_MANAGER, Role.TEAM_LEAD, Role.RISK_REVIEWER, Role.INSPECTOR, Role.COMPLIANCE)
VERIFYING_ROLES = (Role.TEAM_LEAD, Role.RISK_REVIEWER, Role.COMPLIANCE, Role.CRO)
SIGHT_ROLES = (*RECORDING_ROLES, Role.CRO, Role.AUDITOR, Role.LAWYER, Role.CUSTODIAN)
CREDIT_ROLES = (
    Role.ACCOUNT_MANAGER,
    Role.TEAM_LEAD,
    Role.RISK_REVIEWER,
    Role.CRO,
    Role.INSPECTOR,
    Role.MONITOR,
)


def _sees(actor: Actor, party_id: int) -> bool:
    return parties.visible_to(actor).filter(pk=party_id).exists()


def may_open_consent(actor: Actor) -> bool:
    """Who finds the pages of authorisations at all."""
    return actor.has_role(*SIGHT_ROLES)


def may_open_credit(actor: Actor) -> bool:
    """Who has anything to do with credit reports."""
    return actor.has_role(*CREDIT_ROLES)


def may_list_credit(actor: Actor) -> bool:
    """Who finds the list of a customer's reports: those who use them and have the page that lists them."""
    return may_open_credit(actor) and may_open_consent(actor)


def may_manage_notices(actor: Actor) -> bool:
    """Compliance, lawyers and the chief risk officer say what customers are told."""
    return actor.has_role(*NOTICE_ROLES)


def may_record_authorisation(actor: Actor, party: Any) -> bool:
    """Those who meet customers, for customers that they see and that are not restricted to storage."""
    if party.status == PartyStatus.RESTRICTED:
        return False
    return actor.has_role(*RECORDING_ROLES) and _sees(actor, party.pk)


def may_verify_authorisation(actor: Actor, authorisation: Authorisation) -> bool:
    """A second person: whoever recorded it does not verify it."""
    if not actor.has_role(*VERIFYING_ROLES) or not _sees(actor, authorisation.grantor_id):
        return False
    return actor.is_system or actor.user_id != authorisation.recorded_by_id


def may_withdraw_authorisation(actor: Actor, authorisation: Authorisation) -> bool:
    """Everyone who may record one: withdrawing is as easy as giving (PIPL 15)."""
    return actor.has_role(*RECORDING_ROLES, *VERIFYING_ROLES) and _sees(actor, authorisation.grantor_id)


def may_see_signed_file(actor: Actor, authorisation: Authorisation) -> bool:
    """Those who work with authorisations, auditors and archivists, for customers that they see."""
    return actor.has_role(*SIGHT_ROLES) and _sees(actor, authorisation.grantor_id)


def may_use_credit_of(actor: Actor, party: Any) -> bool:
    """Those who judge and watch, for customers that they see. The gate asks for the authorisation besides."""
    return actor.has_role(*CREDIT_ROLES) and _sees(actor, party.pk)


def may_use_report(actor: Actor, report: CreditReport) -> bool:
    """As for the customer's credit data at large."""
    return actor.has_role(*CREDIT_ROLES) and _sees(actor, report.party_id)


def may_be_refused(actor: Actor) -> bool:
    """Everyone: whoever is refused leaves a note of it."""
    return True


def may_remove_expired(actor: Actor) -> bool:
    """The installation itself, on schedule."""
    return actor.is_system
