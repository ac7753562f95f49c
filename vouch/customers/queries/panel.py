"""What a customer's own page shows of consent: authorisations, credit reports as far as they may be listed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vouch.customers import permissions
from vouch.customers.queries.consent import authorisations_of
from vouch.customers.queries.credit import reports_of
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor


def consent_panel(actor: Actor, party: Party, *, at: datetime) -> dict[str, Any]:
    """The context of ``customers/panel.html``. The caller has checked that the customer is visible."""
    may_open = permissions.may_open_consent(actor)
    may_use_credit = permissions.may_use_credit_of(actor, party)
    return {
        "party": party,
        "may_open": may_open,
        "granted": list(authorisations_of(party.pk, at=at)) if may_open else [],
        "reports": reports_of(party, at=at) if may_use_credit else None,
        "may_record": permissions.may_record_authorisation(actor, party),
        "may_use_credit": may_use_credit,
        "may_receive": permissions.may_receive_request(actor, party),
    }
