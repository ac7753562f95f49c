"""Who receives, handles and answers the requests of persons."""

from __future__ import annotations

from typing import Any

from vouch.customers.models import RightsRequest
from vouch.parties import queries as parties
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role

RECEIVING_ROLES = (Role.ACCOUNT_MANAGER, Role.TEAM_LEAD, Role.COMPLIANCE, Role.LAWYER, Role.CRO)
HANDLING_ROLES = (Role.COMPLIANCE, Role.LAWYER, Role.CRO)
SIGHT_ROLES = (*RECEIVING_ROLES, Role.AUDITOR)


def _sees(actor: Actor, party_id: int) -> bool:
    return parties.visible_to(actor).filter(pk=party_id).exists()


def may_open_requests(actor: Actor) -> bool:
    """Who finds the queue at all."""
    return actor.has_role(*SIGHT_ROLES)


def may_receive_request(actor: Actor, party: Any) -> bool:
    """Whoever meets the person takes the request, for parties that they see."""
    return actor.has_role(*RECEIVING_ROLES) and _sees(actor, party.pk)


def may_handle_request(actor: Actor, request: RightsRequest) -> bool:
    """Compliance and the law handle it, for parties that they see."""
    return actor.has_role(*HANDLING_ROLES) and _sees(actor, request.party_id)


def may_answer_request(actor: Actor, request: RightsRequest) -> bool:
    """Whoever took it up answers it."""
    if actor.is_system:
        return True
    return may_handle_request(actor, request) and request.handler_id == actor.user_id


def may_fetch_package(actor: Actor, request: RightsRequest) -> bool:
    """The handler alone takes the copy out of the house, not even the installation itself."""
    return actor.user_id is not None and may_answer_request(actor, request)


def may_approve_erasure(actor: Actor, request: RightsRequest) -> bool:
    """A second person: whoever proposed it does not approve it."""
    return may_handle_request(actor, request) and request.handler_id != actor.user_id


def may_set_clocks(actor: Actor) -> bool:
    """Compliance sets the institution's own figures."""
    return actor.has_role(Role.COMPLIANCE, Role.CRO)
