"""Kept and nothing else: a party whose data may only be stored (限制处理)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from vouch.parties import permissions
from vouch.parties.models import Party
from vouch.parties.terms import PartyStatus
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action


@action("parties.party.restricted", may=permissions.may_restrict)
def restrict_party(entry: Entry, *, actor: Actor, at: datetime, party: Party, reason: str) -> None:
    """Stop every processing but storage; upper rooms ask for the status and refuse. A repeat changes nothing."""
    locked = Party.objects.select_for_update().get(pk=party.pk)
    if locked.status == PartyStatus.RESTRICTED:
        entry.nothing()
        return
    _move(entry, locked, PartyStatus.RESTRICTED, reason)


@action("parties.party.unrestricted", may=permissions.may_restrict)
def lift_restriction(entry: Entry, *, actor: Actor, at: datetime, party: Party, reason: str) -> None:
    """Process the party's data again, as for any other. Raises ValueError for one that is not restricted."""
    locked = Party.objects.select_for_update().get(pk=party.pk)
    if locked.status != PartyStatus.RESTRICTED:
        raise ValueError(_("该客户没有被限制处理。"))
    _move(entry, locked, PartyStatus.ACTIVE, reason)


def _move(entry: Entry, party: Party, status: PartyStatus, reason: str) -> None:
    entry.about("party", party.pk, before={"status": party.status}, after={"status": str(status)})
    entry.purpose(reason)
    party.status = status
    party.save(update_fields=["status"])
