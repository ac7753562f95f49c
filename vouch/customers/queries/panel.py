"""What a customer's own page shows of this room: the file at a glance, and consent as far as it may be listed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vouch.customers import permissions
from vouch.customers.queries.consent import authorisations_of
from vouch.customers.queries.credit import reports_of
from vouch.customers.queries.sections import sections_for
from vouch.customers.queries.timeline import strands, timeline_of
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.permissions import may_read_ledger
from vouch.platform.ledger.queries import reads_of

MOST_LOOKS = 12


def file_panel(actor: Actor, party: Party, *, at: datetime, only: str = "") -> dict[str, Any]:
    """The context of ``customers/file_panel.html``: sections, timeline (``only`` one strand), who looked.

    The caller has checked that the customer is visible.
    """
    may_open = permissions.may_open_file(actor)
    sections = sections_for(actor) if may_open else []
    return {
        "party": party,
        "may_open": may_open,
        "sections": [(section, section.tell(party, actor, at)) for section in sections],
        "timeline": timeline_of(party, actor, at=at, only=only) if may_open else [],
        "strands": strands(),
        "only": only,
        "looks": list(reads_of("party", party.pk)[:MOST_LOOKS]) if may_read_ledger(actor) else None,
    }


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
