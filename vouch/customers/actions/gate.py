"""The gate itself: nothing of credit is written or read but through here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vouch.customers import permissions
from vouch.customers.models import Authorisation
from vouch.customers.queries.consent import (
    Missing,
    covering,
    live,
    live_authorisation,
    missing_authorisation,
)
from vouch.customers.terms import Purpose
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, Refused, action


class NoAuthorisation(Refused):
    """No live authorisation for this purpose; ``str()`` says which is lacking and what to do."""

    def __init__(self, party: Party, purpose: str, missing: Missing) -> None:
        super().__init__(missing.message)
        self.party, self.purpose, self.missing = party, purpose, missing


def require_authorisation(
    party_id: int, *, purpose: str, scope: str, at: datetime, recipient_id: int | None = None
) -> Authorisation:
    """The live authorisation, held until the transaction ends, so that a withdrawal waits or is seen.

    For use inside an action. Raises NoAuthorisation.
    """
    question: dict[str, Any] = {"purpose": purpose, "scope": scope, "recipient_id": recipient_id}
    # The party too, so that a restriction waits or is seen; and first, in one order for everyone.
    party = Party.objects.select_for_update(no_key=True).get(pk=party_id)
    # Each round ends with a hold, or with one live authorisation less.
    while (found := live_authorisation(party_id, at=at, **question)) is not None:
        held = Authorisation.objects.select_for_update(no_key=True, of=("self",)).filter(
            live(at), covering(**question), pk=found.pk
        )
        if (authorisation := held.first()) is not None:
            return authorisation
    raise NoAuthorisation(party, purpose, missing_authorisation(party, at=at, **question))


@action("customers.credit.refused", may=permissions.may_be_refused, is_reading=True)
def note_refusal(entry: Entry, *, actor: Actor, at: datetime, refusal: NoAuthorisation) -> None:
    """Note that somebody was refused; what they asked for has been rolled back by then."""
    missing = refusal.missing
    entry.about(
        "party",
        refusal.party.pk,
        after={
            "purposes": refusal.purpose,
            "lack": missing.lack.value,
            "authorisation": missing.authorisation.number if missing.authorisation else "",
        },
    )
    entry.purpose(str(Purpose(refusal.purpose).label))
