"""Who receives, handles and answers the requests of persons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vouch.customers.models import RightsRequest
from vouch.customers.terms import RequestKind
from vouch.parties import queries as parties
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role

RECEIVING_ROLES = (Role.ACCOUNT_MANAGER, Role.TEAM_LEAD, Role.COMPLIANCE, Role.LAWYER, Role.CRO)
HANDLING_ROLES = (Role.COMPLIANCE, Role.LAWYER, Role.CRO)
SIGHT_ROLES = (*RECEIVING_ROLES, Role.AUDITOR)

Bar = Callable[[str, str], bool]
"""Whether an actor (by id) had a part in a matter, such as ``assessment:12``."""


def _sees(actor: Actor, party_id: int) -> bool:
    return parties.visible_to(actor).filter(pk=party_id).exists()


def may_open_requests(actor: Actor) -> bool:
    """Who finds the queue at all."""
    return actor.has_role(*SIGHT_ROLES)


def may_receive_request(actor: Actor, party: Any) -> bool:
    """Whoever meets the person takes the request, for parties that they see."""
    return actor.has_role(*RECEIVING_ROLES) and _sees(actor, party.pk)


_bars: dict[str, Bar] = {}


def register_bar(kind: str, bar: Bar) -> None:
    """Say who may not handle requests of a kind: an upper room knows who took part in what the request is about."""
    _bars[kind] = bar


def is_barred(actor: Actor, request: RightsRequest) -> bool:
    """Whether the actor, or somebody whom they stand in for, had a part in what the request is about; somebody else must handle it."""
    bar = _bars.get(request.kind)
    people = {actor.id, *(f"user:{pk}" for pk in actor.own_ids)}
    return bar is not None and any(bar(one, request.matter) for one in people)


def may_handle_request(actor: Actor, request: RightsRequest) -> bool:
    """Compliance and the law handle it, for parties that they see, unless they had a part in what it is about."""
    reaches = actor.has_role(*HANDLING_ROLES) and _sees(actor, request.party_id)
    return reaches and not is_barred(actor, request)


def may_answer_request(actor: Actor, request: RightsRequest) -> bool:
    """Whoever took it up answers it."""
    if actor.is_system:
        # A human review is a human's.
        return request.kind != RequestKind.REVIEW
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
