"""Who keeps lists, who sees hits, and who decides about them."""

from __future__ import annotations

from typing import Any

from vouch.customers.models import Collateral, WatchHit
from vouch.customers.permissions.materials import may_open_file, may_record_material
from vouch.parties import queries as parties
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.permissions import may_unmask
from vouch.platform.identity.terms import FieldClass, Role

KEEPING_ROLES = (Role.COMPLIANCE, Role.CRO)
DECIDING_ROLES = (Role.COMPLIANCE,)
WATCHING_ROLES = (*KEEPING_ROLES, Role.RISK_REVIEWER, Role.MONITOR, Role.EXECUTIVE, Role.AUDITOR)


def may_open_lists(actor: Actor) -> bool:
    """Who finds the lists and the queue of hits."""
    return actor.has_role(*WATCHING_ROLES)


def may_keep_lists(actor: Actor) -> bool:
    """Compliance and the chief risk officer say who stands on the institution's own list, and take others' in."""
    return actor.has_role(*KEEPING_ROLES)


def may_open_decisions_on_hits(actor: Actor) -> bool:
    """Who finds the form that confirms or dismisses."""
    return actor.has_role(*DECIDING_ROLES)


def may_decide_hit(actor: Actor, hit: WatchHit) -> bool:
    """Compliance, for customers that it sees: whoever brought the customer does not judge who it is."""
    return may_open_decisions_on_hits(actor) and parties.visible_to(actor).filter(pk=hit.party_id).exists()


def may_screen(actor: Actor) -> bool:
    """The installation itself."""
    return actor.is_system


def may_change_collateral(actor: Actor, collateral: Collateral) -> bool:
    """Those who may add to the customer's file."""
    return may_record_material(actor, collateral.party)


def may_open_certificates(actor: Actor) -> bool:
    """Who finds the way to a certificate's number: it names an owner as an identity document does."""
    return may_open_file(actor) and may_unmask(actor, FieldClass.IDENTITY)


def may_reveal_certificate(actor: Actor, collateral: Any) -> bool:
    """Those, for customers that they see."""
    return may_open_certificates(actor) and parties.visible_to(actor).filter(pk=collateral.party_id).exists()
